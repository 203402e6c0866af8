"""What a kernel may say to its proxy: CONNECT, or GET and HEAD of a plain address. Nothing is read or sent here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_PATH = re.compile(r"[\x21-\x7e]+")
_NOT_ON = {
    b"connection", b"content-length", b"host", b"keep-alive", b"proxy-authenticate", b"proxy-authorization",
    b"proxy-connection", b"te", b"trailer", b"transfer-encoding", b"upgrade",
}  # fmt: skip


class NotUnderstood(ValueError):
    """No request that passes here."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Where a connection shall lead; `head` is what is sent there first, nothing for a tunnel."""

    name: str
    port: int
    head: bytes = b""


def parse(head: bytes) -> Wanted:
    """Read the head of a request, up to its empty line; raises NotUnderstood."""
    first, *fields = head.removesuffix(b"\r\n\r\n").split(b"\r\n")
    words = first.split(b" ")
    if len(words) != 3 or not words[2].startswith(b"HTTP/1.") or not first.isascii():
        raise NotUnderstood
    method, target = words[0].decode(), words[1].decode()
    if method == "CONNECT":
        return _tunnel(target)
    if method not in {"GET", "HEAD"}:
        raise NotUnderstood
    return _plain(method, target, fields)


def _tunnel(target: str) -> Wanted:
    name, colon, port = target.rpartition(":")
    if not colon or not re.fullmatch(r"[0-9]{1,5}", port) or not 0 < int(port) < 65536:
        raise NotUnderstood
    return Wanted(name.removeprefix("[").removesuffix("]"), int(port))


def _plain(method: str, target: str, fields: list[bytes]) -> Wanted:
    try:
        parts = urlsplit(target)
        port = 80 if parts.port is None else parts.port
    except ValueError as error:
        raise NotUnderstood from error
    if parts.scheme != "http" or not parts.hostname or "@" in parts.netloc or not port:
        raise NotUnderstood
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not _PATH.fullmatch(path):
        raise NotUnderstood
    host = parts.hostname if port == 80 else f"{parts.hostname}:{port}"
    lines = [f"{method} {path} HTTP/1.1".encode(), b"Host: " + host.encode(), b"Connection: close"]
    return Wanted(parts.hostname, port, b"\r\n".join([*lines, *_passed(fields), b"", b""]))


def _passed(fields: list[bytes]) -> list[bytes]:
    """The fields that go on to the host: not those between a client and its proxy."""
    found = []
    for line in fields:
        name, colon, value = line.partition(b":")
        if not colon or not _NAME.fullmatch(name) or any(bad in value for bad in b"\r\n\0"):
            raise NotUnderstood
        found.append((name.lower(), line, value))
    named = {
        word.strip().lower()
        for name, _, value in found
        if name in {b"connection", b"proxy-connection"}
        for word in value.split(b",")
    }
    return [line for name, line, _ in found if name not in _NOT_ON | named]


def refusal(status: int, sentence: str) -> bytes:
    """An answer whose reason is the sentence: libraries show it, as they do not show what comes after."""
    reason = sentence.translate(_PLAIN).encode("latin-1", "replace")
    body = sentence.encode() + b"\n"
    head = (
        f"Openpaas-Refusal: 1\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {len(body)}\r\n"
        "Connection: close\r\n\r\n"
    )
    return b"HTTP/1.1 %d " % status + reason + b"\r\n" + head.encode() + body


_PLAIN = str.maketrans({"’": "'", "“": '"', "”": '"', "…": "...", "\r": " ", "\n": " "})
