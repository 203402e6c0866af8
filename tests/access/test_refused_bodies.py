"""Who still sends when the refusal comes gets it whole, and a connection that goes on working."""

import contextlib
import json
import select
import socket
from collections.abc import Iterator

import pytest

from openpaas_workspace.core.web import API
from tests.access.world import World, cookie_header

BODY = b"x" * 3_000_000


@contextlib.contextmanager
def channel(world: World) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", world.server.port), timeout=60) as opened:
        yield opened


def head(method: str, path: str, length: int, **headers: str) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {length}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode()


def answer_of(opened: socket.socket) -> tuple[int, bytes]:
    """Status and body of the next answer."""
    with opened.makefile("rb") as reader:
        status, length = int(reader.readline().split()[1]), 0
        while line := reader.readline().strip():
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        return status, reader.read(length)


@pytest.mark.parametrize("who", ["nobody", "stranger", "foreign page"])
@pytest.mark.parametrize(
    "path", ["/uploads/{upload}/content", "/files/{file}/content", "/content?path={path}"]
)
def test_a_refusal_reaches_who_is_still_sending(world: World, path: str, who: str) -> None:
    """The body comes when the answer is already there: a server that had closed would reset the connection."""
    headers = {
        "nobody": {},
        "stranger": {"Authorization": world.token("stranger", "files:read").headers["Authorization"]},
        "foreign page": {"Cookie": cookie_header(world.owner), "Origin": "http://evil.example"},
    }[who]
    where = API + path.format(**{**world.things, "upload": world.upload()})
    with channel(world) as opened:
        for _ in range(2):
            opened.sendall(head("PUT", where, len(BODY), **headers))
            assert select.select([opened], [], [], 60)[0]
            opened.sendall(BODY)
            status, body = answer_of(opened)
            assert status in {401, 403, 404}, body
            assert json.loads(body)["status"] == status


def test_what_is_far_too_much_ends_the_connection(world: World) -> None:
    """More than anybody wants to throw away: told at once; nothing is written."""
    before = world.head()
    with channel(world) as opened:
        opened.sendall(head("PUT", f"{API}/content?path={world.things['path']}", 400_000_000) + b"x" * 1000)
        answer = b""
        with contextlib.suppress(ConnectionResetError):
            while piece := opened.recv(65_536):
                answer += piece
    assert answer.startswith(b"HTTP/1.1 40")
    assert b"Connection: close" in answer
    assert world.head() == before
