"""Sending a file's bytes: of a room what it holds now, of a plain file the disk's, piece by piece."""

import os
import re
from typing import Any, BinaryIO

from openpaas_workspace.core import beneath
from openpaas_workspace.files.service import content
from openpaas_workspace.files.service.disk import in_thread
from openpaas_workspace.files.service.rows import Caller, Node
from openpaas_workspace.kit.errors import NotFound

_PIECE = 1024 * 1024
_REST = re.compile(r"bytes=(\d{1,18})-")


async def send(handler: Any, caller: Caller, node: Node, *, body: bool) -> None:
    """Answer with a file; headers of its kind are the handler's. Raises NotFound, TooLarge."""
    node, root, path = await content.readable(caller, node)
    if await content.is_made(caller, node):
        data, version = await content.get(caller, node)
        handler.set_header("ETag", f'"{version}"')
        handler.set_header("Content-Length", str(len(data)))
        if body:
            handler.write(data)
        return
    try:
        file = await in_thread(_open, root, path)
    except OSError as error:
        raise NotFound("This file is gone from the disk; look again.") from error
    with file:
        about = os.fstat(file.fileno())
        etag = ""
        if node.hash and (about.st_size, about.st_mtime_ns) == (node.size, node.mtime_ns):
            etag = f'"{node.hash}"'
            handler.set_header("ETag", etag)
            handler.set_header("Accept-Ranges", "bytes")
        first = _first(handler.request.headers, etag, about.st_size)
        if first:
            handler.set_status(206)
            handler.set_header("Content-Range", f"bytes {first}-{about.st_size - 1}/{about.st_size}")
            file.seek(first)
        left = about.st_size - first
        handler.set_header("Content-Length", str(left))
        while body and left:
            piece = await in_thread(file.read, min(_PIECE, left))
            if not piece:
                break
            left -= len(piece)
            handler.write(piece)
            await handler.flush()


def _first(headers: Any, etag: str, size: int) -> int:
    """Where to begin for who has the beginning of this very version (RFC 9110, 14.2: others get all of it)."""
    match = _REST.fullmatch(headers.get("Range", ""))
    if match is None or not etag or headers.get("If-Range") != etag:
        return 0
    first = int(match[1])
    return first if first < size else 0


def _open(root: Any, path: str) -> BinaryIO:
    return open(beneath.open_beneath(root, path), "rb")
