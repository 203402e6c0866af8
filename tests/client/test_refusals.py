"""What is taken away in the middle of work: each with its sentence, nothing half done."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from openpaas_workspace.client import Forbidden, NotFound, Unauthenticated, Workspace, transfers
from tests.client.conftest import token_of
from tests.conftest import Server

API = "/api/workspace/v1"


def test_a_revoked_token_opens_nothing_and_its_stream_ends(server: Server, space: str) -> None:
    with server.login("alice") as page:
        made = page.post(f"{API}/tokens", json={"name": "to be revoked", "scopes": ["all"]}).json()
        ws = Workspace(server.url, made["secret"])
        assert ws.me.username == "alice"
        stream = ws.events({"FolderCreated"}, seconds=60)
        threading.Timer(0.5, ws.create_folder, (f"{space}/un",)).start()
        assert next(stream).type == "FolderCreated"
        page.delete(
            f"{API}/tokens/{made['token']['id'] if 'token' in made else made['id']}"
        ).raise_for_status()
        with pytest.raises(Unauthenticated, match=r"\w+"):
            next(stream)
        with pytest.raises(Unauthenticated):
            ws.files(space)
        ws.close()


def test_a_narrow_token_does_what_it_may(server: Server, space: str) -> None:
    ws = Workspace(server.url, token_of(server, "alice", "files:read", "accounts:read"))
    assert list(ws.files(space)["name"]) == []
    with pytest.raises(Forbidden, match="files:write"):
        ws.write(f"{space}/a.txt", "a")
    with pytest.raises(Forbidden, match="sharing"):
        ws.share(space, "dave", "reader")


def test_a_right_withdrawn_in_the_middle_of_an_upload(
    ws: Workspace,
    workspace: Callable[[str], Workspace],
    space: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = tmp_path / "large.bin"
    source.write_bytes(b"x" * 3_000_000)
    bob = workspace("bob")
    monkeypatch.setattr(transfers, "_PIECE", 1_000_000)
    send, pieces = bob.connection.send, []

    def sent(method: str, path: str, **more: object) -> object:
        answer = send(method, path, **more)
        if method == "PUT" and path.endswith("/content"):
            pieces.append(path)
            if len(pieces) == 2:
                ws.unshare(space, "bob")
        return answer

    monkeypatch.setattr(bob.connection, "send", sent)
    with pytest.raises((Forbidden, NotFound)):
        bob.upload(source, f"{space}/large.bin", progress=False)
    assert len(pieces) >= 2
    assert list(ws.files(space)["name"]) == []
