"""A wire that is cut: what was asked for happens, once."""

import hashlib
from pathlib import Path

import pytest

from openpaas_workspace.client import Conflict, Workspace
from tests.client.cutter import Cutter

MEGABYTE = 1024 * 1024


@pytest.fixture
def far(cutter: Cutter, tokens: dict[str, str]) -> Workspace:
    """Alice, behind the wire."""
    return Workspace(cutter.url, tokens["alice"], timeout=20)


def test_what_was_made_before_the_answer_was_lost_is_made_once(
    far: Workspace, cutter: Cutter, space: str
) -> None:
    assert far.files(space).empty
    cutter.after_got.append(10)  # the server has made it, and its answer never comes
    made = far.create_folder(f"{space}/une fois")
    assert cutter.cuts == 1
    assert list(far.files(space)["name"]) == ["une fois"]
    assert far.stat(f"{space}/une fois").id == made.id
    cutter.after_got.append(10)
    name = f"{space} deux"
    assert far.create_space(name).name == name
    assert cutter.cuts == 2
    cutter.after_got.append(10)
    far.delete(f"{space}/une fois")
    assert far.files(space).empty


def test_a_request_that_never_arrived_whole_is_sent_again(far: Workspace, cutter: Cutter, space: str) -> None:
    cutter.after_sent.append(20)
    far.write(f"{space}/a.txt", "a" * 1000)
    assert cutter.cuts == 1
    assert far.read(f"{space}/a.txt") == b"a" * 1000


def test_a_write_whose_answer_was_lost_is_no_conflict_with_itself(
    far: Workspace, cutter: Cutter, space: str
) -> None:
    path = f"{space}/b.bin"
    far.write(path, b"1")
    content = far.read(path)
    cutter.after_got.append(10)
    version = far.write(path, b"2", version=content.version)
    assert cutter.cuts == 1
    assert far.read(path).version == version


def test_an_upload_and_a_download_go_on_where_they_were_cut(
    far: Workspace, cutter: Cutter, space: str, tmp_path: Path
) -> None:
    source = tmp_path / "gros.bin"
    source.write_bytes(hashlib.sha256(b"x").digest() * (20 * MEGABYTE // 32))
    cutter.after_sent += [3 * MEGABYTE, 9 * MEGABYTE]
    far.upload(source, f"{space}/gros.bin", progress=False)
    assert cutter.cuts == 2
    cutter.after_got += [5 * MEGABYTE, 7 * MEGABYTE]
    back = far.download(f"{space}/gros.bin", tmp_path / "retour.bin", progress=False)
    assert cutter.cuts == 4
    assert back.read_bytes() == source.read_bytes()
    assert [path.name for path in tmp_path.iterdir() if path.name.endswith(".part")] == []


def test_a_key_stands_for_one_request(far: Workspace, space: str) -> None:
    send, key = far.connection.send, {"Idempotency-Key": "the-same-key-1"}
    first = send("POST", "/files", body={"path": f"{space}/a", "kind": "folder"}, headers=key)
    again = send("POST", "/files", body={"path": f"{space}/a", "kind": "folder"}, headers=key)
    assert first.content == again.content
    with pytest.raises(Conflict, match="another request"):
        send("POST", "/files", body={"path": f"{space}/b", "kind": "folder"}, headers=key)
