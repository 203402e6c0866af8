"""Messages of a kernel as they arrive: small ones are read at once, large ones stay bytes, giants are only told of."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from queue import Empty
from typing import Any

from openpaas_workspace.realtime.engine.apart import LARGE

_BEGINNING = 2 * LARGE
_LONG = 1024 * 1024
_TEXT = re.compile(rb'\s*\{\s*"name"\s*:\s*"std(?:out|err)"\s*,\s*"text"\s*:\s*"')
_HALF = re.compile(rb"(?<!\\)(?:\\\\)*((?:\\u[dD][89abAB][0-9a-fA-F]{2})?(?:\\(?:u[0-9a-fA-F]{0,3})?)?)\Z")


@dataclass(slots=True)
class Large:
    """The content of a large message: as it came, on the disk if it is long; nothing of a giant but a text's beginning."""

    size: int
    content: bytes | Path | None


async def received(
    client: Any,
    most: int,
    aside: Callable[[], Path],
    *,
    timeout: float,
) -> dict[str, Any]:
    """The next message that a kernel publishes, its content `Large` if it is; raises Empty after so many seconds.

    What is long waits on the disk, in a file that `aside` names: a burst of messages would fill the memory.
    """
    socket, session = client.iopub_channel.socket, client.session
    if not await socket.poll(int(timeout * 1000)):
        raise Empty
    frames = await socket.recv_multipart(copy=False)
    _, parts = session.feed_identities(frames, copy=False)
    size = len(parts[4])
    if size > most:
        return {
            "header": session.unpack(parts[1].bytes),
            "parent_header": session.unpack(parts[2].bytes),
            "content": Large(size, beginning(parts[4].buffer)),
        }
    if size <= LARGE:
        found: dict[str, Any] = session.deserialize(parts, copy=False)
        return found
    # To sign so much takes a while, and lets others work meanwhile.
    found = await asyncio.to_thread(session.deserialize, parts, content=False, copy=False)
    content: bytes = found["content"]
    if size <= _LONG:
        return {**found, "content": Large(size, content)}
    path = aside()
    await asyncio.to_thread(path.write_bytes, content)
    return {**found, "content": Large(size, path)}


async def replied(channel: Any, session: Any, most: int, *, timeout: float) -> dict[str, Any]:
    """The next message on a channel that answers or asks; what is large is read in a thread, a giant's content is empty.

    Raises Empty after so many seconds.
    """
    if not await channel.socket.poll(int(timeout * 1000)):
        raise Empty
    frames = await channel.socket.recv_multipart(copy=False)
    _, parts = session.feed_identities(frames, copy=False)
    size = len(parts[4])
    if size > most:
        header, parent = session.unpack(parts[1].bytes), session.unpack(parts[2].bytes)
        return {"header": header, "parent_header": parent, "content": {}}
    if size <= LARGE:
        found: dict[str, Any] = session.deserialize(parts, copy=False)
        return found
    return dict(await asyncio.to_thread(session.deserialize, parts, copy=False))


def drop(large: Large) -> None:
    """It is not wanted, or it was read. Blocks."""
    if isinstance(large.content, Path):
        large.content.unlink(missing_ok=True)
    large.content = None


def beginning(content: memoryview) -> bytes | None:
    """The beginning of a text that is too large, as a message of its own; None of anything else."""
    data = bytes(content[:_BEGINNING])
    if not _TEXT.match(data):
        return None
    half = _HALF.search(data)
    data = data[: half.start(1)] if half else data
    return data.decode("utf-8", "ignore").encode() + b'"}'
