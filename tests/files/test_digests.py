"""Hashes of files that grow, whenever somebody looks."""

import hashlib
import os

from openpaas_workspace.files.service import digests
from openpaas_workspace.files.service.digests import Digests


async def test_the_hash_is_that_of_the_whole_file_however_it_came(tmp_path, monkeypatch):
    monkeypatch.setattr(digests, "_STEP", 3000)
    monkeypatch.setattr(digests, "_CHUNK", 1000)
    path, kept = tmp_path / "pieces", Digests()
    data = os.urandom(20_123)
    with path.open("ab", buffering=0) as file:
        for at in range(0, len(data), 777):
            file.write(data[at : at + 777])
            kept.follow("a", path, min(at + 777, len(data)))
    assert await kept.whole("a", path) == hashlib.sha256(data).hexdigest()
    # A second finish, and one of a server that saw none of it.
    assert await kept.whole("a", path) == hashlib.sha256(data).hexdigest()
    assert await Digests().whole("a", path) == hashlib.sha256(data).hexdigest()


async def test_what_another_process_received_is_read_at_the_end(tmp_path, monkeypatch):
    monkeypatch.setattr(digests, "_STEP", 100)
    path, kept = tmp_path / "pieces", Digests()
    path.write_bytes(b"a" * 500)
    kept.follow("a", path, 500)
    with path.open("ab") as file:
        file.write(b"b" * 1000)
    assert await kept.whole("a", path) == hashlib.sha256(b"a" * 500 + b"b" * 1000).hexdigest()
    kept.forget_others(["b"])
    path.write_bytes(b"another")
    assert await kept.whole("a", path) == hashlib.sha256(b"another").hexdigest()
