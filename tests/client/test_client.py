"""What a script does through the client is what a person does in the page."""

import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from openpaas_workspace.client import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Unauthenticated,
    Unavailable,
    Workspace,
)
from tests.client.conftest import token_of
from tests.conftest import Server

Client = Callable[[str], Workspace]


def test_who_i_am_and_who_the_others_are(ws: Workspace) -> None:
    assert ws.me.username == "alice"
    members = ws.members()
    assert {"alice", "bob", "carol", "dave"} <= set(members["username"])
    assert list(members.columns) == ["username", "name", "unit", "administrator", "disabled", "id"]
    assert list(ws.groups().columns) == ["name", "id"]


def test_files_are_written_read_listed_moved_and_thrown_away(ws: Workspace, space: str) -> None:
    assert ws.files(space).empty
    version = ws.write(f"{space}/note.txt", "un\n")
    content = ws.read(f"{space}/note.txt")
    assert (content, content.version, content.text) == (b"un\n", version, "un\n")
    ws.create_folder(f"{space}/2026")
    ws.copy(f"{space}/note.txt", f"{space}/2026/copie.txt")
    ws.move(f"{space}/2026/copie.txt", f"{space}/2026/autre.txt")
    files = ws.files(space)
    assert sorted(files["name"]) == ["2026", "note.txt"]
    assert set(files["modified_by"]) == {"alice"}
    assert isinstance(files["modified"].dtype, pd.DatetimeTZDtype)
    assert list(ws.files(f"{space}/2026")["name"]) == ["autre.txt"]
    ws.delete(f"{space}/2026/autre.txt")
    trash = ws.trash(space)
    assert list(trash["name"]) == ["autre.txt"]
    assert ws.untrash(trash["id"][0]).path == f"{space}/2026/autre.txt"
    with pytest.raises(NotFound):
        ws.read(f"{space}/rien.txt")
    with pytest.raises(NotFound):
        ws.write(f"{space}/rien.txt", b"", create=False)


def test_a_write_keeps_what_others_wrote_since(ws: Workspace, workspace: Client, space: str) -> None:
    """Of a file that nobody has open a stale version is refused; nothing is overwritten unseen."""
    path = f"{space}/plan.bin"
    ws.write(path, b"1")
    old = ws.read(path)
    workspace("bob").write(path, b"2")
    with pytest.raises(Conflict):
        ws.write(path, b"3", version=old.version)
    assert ws.read(path) == b"2"
    ws.write(path, b"3", version=ws.read(path).version)
    assert ws.read(path) == b"3"


def test_notebooks_are_written_as_a_dict(ws: Workspace, space: str) -> None:
    cell = {"cell_type": "markdown", "id": "a", "metadata": {}, "source": "# É"}
    notebook = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    ws.write(f"{space}/n.ipynb", notebook)
    assert json.loads(ws.read(f"{space}/n.ipynb")) == notebook


def test_sharing(ws: Workspace, workspace: Client, space: str) -> None:
    path = f"{space}/a.txt"
    ws.write(path, "a")
    dave = workspace("dave")
    with pytest.raises(NotFound):
        dave.read(path)
    ends = datetime.now(UTC) + timedelta(days=1)
    ws.share(path, "dave", "editor", until=ends)
    access = ws.access(path).set_index("who")
    assert access.loc["dave", ["role", "inherited_from"]].tolist() == ["editor", ""]
    assert abs(access.loc["dave", "until"] - ends) < timedelta(seconds=1)
    assert access.loc["bob", ["role", "inherited_from"]].tolist() == ["editor", space]
    file = ws.stat(path)
    dave.write(file.id, "b")
    ws.unshare(path, "dave")
    with pytest.raises(NotFound):
        dave.read(file.id)
    with pytest.raises(Forbidden):
        workspace("carol").write(path, "c")
    with pytest.raises(NotFound, match="no member or group"):
        ws.share(path, "nobody-of-this-name")


def test_history(ws: Workspace, workspace: Client, space: str, server: Server) -> None:
    path = f"{space}/h.md"
    ws.write(path, "un\n")
    with server.login("alice") as page:  # a page opens it: from then on it has a history
        page.put(
            f"/api/collaboration/session/{path}", json={"type": "file", "format": "text"}
        ).raise_for_status()
    workspace("bob").write(path, "un\ndeux\n")
    history = ws.history(path, grain="author")
    assert history["who"].iloc[0] == "bob"
    ws.name_version(path, "Deux")
    assert list(ws.history(path, named=True)["name"]) == ["Deux"]
    first = int(history["version"].iloc[-1])
    assert ws.version(path, first) == "un\n"
    ws.restore(path, first)
    assert ws.read(path) == b"un\n"
    assert ws.blame(path)["text"].str.cat() == "un\n"


def test_spaces(ws: Workspace, workspace: Client) -> None:
    name = f"Espace {uuid.uuid4().hex[:8]}"
    made = ws.create_space(name, "Pour essayer.")
    assert (made.name, made.level, made.description) == (name, "manager", "Pour essayer.")
    with pytest.raises(Conflict):
        ws.create_space(name)
    made.share("bob", "reader")
    assert set(made.access()["who"]) == {"alice", "bob"}
    assert name in set(workspace("bob").spaces()["name"])
    made.rename(f"{name} bis")
    assert ws.space(name).name == f"{name} bis", "the old name leads there for a while"
    made.archive()
    with pytest.raises(Forbidden):
        ws.write(f"{name} bis/a.txt", "x")


def test_search(ws: Workspace, space: str) -> None:
    word = uuid.uuid4().hex[:10]
    ws.write(f"{space}/{word}.txt", "x")
    for _ in range(100):
        found = ws.search(word)
        if len(found):
            break
    assert list(found["name"]) == [f"{word}.txt"]


def test_what_is_refused_says_why(ws: Workspace, server: Server, space: str) -> None:
    with pytest.raises(Unauthenticated):
        _ = Workspace(server.url, "opw_wrong").me
    with pytest.raises(Unauthenticated):
        _ = Workspace(server.url).me
    reader = Workspace(server.url, token_of(server, "alice", "files:read"))
    assert reader.files(space).empty
    with pytest.raises(Forbidden, match="files:write"):
        reader.write(f"{space}/a.txt", "x")
    with pytest.raises(Invalid):
        ws.write("a.txt", "x")
    with pytest.raises(Invalid, match="Outside of a kernel"):
        Workspace()
    with pytest.raises(Unavailable, match="cannot be reached"):
        _ = Workspace("http://127.0.0.1:9", token="opw_x", attempts=2).me


def test_large_files_go_and_come(
    ws: Workspace, space: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    data = bytes(range(256)) * 80_000
    source = tmp_path / "grand.bin"
    source.write_bytes(data)
    sent = ws.upload(source, f"{space}/")
    assert (sent.name, sent.size) == ("grand.bin", len(data))
    assert "grand.bin" in capfd.readouterr().err, "a bar shows how far it is"
    back = ws.download(f"{space}/grand.bin", tmp_path / "retour.bin", progress=False)
    assert back.read_bytes() == data
    assert capfd.readouterr().err == ""
    # The same bytes again are an upload whose answer was lost; others are refused.
    source.write_bytes(data + b"?")
    with pytest.raises(Conflict):
        ws.upload(source, f"{space}/grand.bin", conflict="refuse", progress=False)
    source.write_bytes(data + b"!")
    assert ws.upload(source, f"{space}/grand.bin", conflict="keep", progress=False).name != "grand.bin"
    empty = tmp_path / "vide.bin"
    empty.write_bytes(b"")
    ws.upload(empty, f"{space}/vide.bin")
    assert ws.download(f"{space}/vide.bin", tmp_path).read_bytes() == b""
