"""A kernel's own way out: a proxy on a Unix socket that only it can reach, and that asks the list at each connection."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from openpaas_workspace.kernels.config import Egress
from openpaas_workspace.kernels.engine import hosts, requests, sentences
from openpaas_workspace.kernels.placement import KernelEgress, KernelRecord

_LONGEST_HEAD = 32_768
_PIECE = 65_536
_SPARE = 4
_HEAD_SECONDS = 30.0
_LOOK_UP_SECONDS = 15.0
_CONNECT_SECONDS = 15.0
# Threads of their own: names that are looked up slowly hold up nothing else.
_RESOLVERS = ThreadPoolExecutor(4, "look-up")

log = logging.getLogger(__name__)


class Refused(Exception):
    """A connection that is not made: the status and sentence for the kernel, the word for the log."""

    def __init__(self, outcome: str, sentence: str, status: int = 403) -> None:
        super().__init__(sentence)
        self.outcome, self.sentence, self.status = outcome, sentence, status


@dataclass(slots=True)
class _Way:
    """One connection: where it leads, once that is known."""

    name: str = ""
    port: int = 0

    @property
    def host(self) -> str:
        """As the list writes it."""
        return self.name if self.port in hosts.USUAL else f"{self.name}:{self.port}"


class Proxy:
    """Connects one kernel to hosts that its space's list allows, until it is closed."""

    def __init__(
        self,
        record: KernelRecord,
        egress: KernelEgress,
        settings: Egress,
        path: Path,
        closed: Callable[[Proxy], None] = lambda _: None,
    ) -> None:
        self._record = record
        self._egress = egress
        self._settings = settings
        self._path = path
        self._closed = closed
        self._ways: dict[asyncio.Task[None], _Way] = {}
        self._server: asyncio.Server | None = None

    async def open(self, uid: int | None = None) -> None:
        """Listen, as `uid` if given; raises OSError."""
        self._path.unlink(missing_ok=True)
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            listening.bind(str(self._path))
            self._path.chmod(0o600)
            if uid is not None:
                os.chown(self._path, uid, uid)
            self._server = await asyncio.start_unix_server(self._accept, sock=listening, limit=_LONGEST_HEAD)
        except BaseException:
            listening.close()
            raise

    async def close(self) -> None:
        """End all connections and take no more."""
        self._closed(self)
        if self._server is not None:
            self._server.close()
        await _end(list(self._ways))
        self._egress.ended(self._record)
        with suppress(OSError):  # the kernel may have put something else in its place
            self._path.unlink()

    async def recheck(self) -> None:
        """The list changed: connections that it does not allow any more end."""
        for way in {(way.name, way.port) for way in self._ways.values() if way.name}:
            verdict = await self._egress.verdict(self._record, *way)
            if verdict.outcome != "allowed":
                await _end([task for task, one in self._ways.items() if (one.name, one.port) == way])

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._ways) >= 2 * self._settings.connections + _SPARE:
            writer.transport.abort()  # too many to be told so
            return
        way = _Way()
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer, way))
        self._ways[task] = way
        task.add_done_callback(self._ways.pop)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: _Way) -> None:
        try:
            await self._connect(reader, writer, way)
        except Refused as refused:
            self._egress.used(self._record, way.host, refused.outcome, opened=1, sent=0, received=0)
            writer.write(requests.refusal(refused.status, self._egress.say(self._record, refused.sentence)))
            with suppress(OSError):
                await writer.drain()
            writer.close()
        except (OSError, EOFError, TimeoutError, asyncio.LimitOverrunError):
            pass  # whoever was at one of the ends is gone
        except Exception:
            log.exception("A connection of a kernel failed")
        finally:
            if not writer.is_closing():
                writer.transport.abort()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: _Way) -> None:
        async with asyncio.timeout(_HEAD_SECONDS):
            head = await reader.readuntil(b"\r\n\r\n")
        if len(self._ways) > self._settings.connections:
            raise Refused("too many", sentences.TOO_MANY_CONNECTIONS, 429)
        wanted = _understood(head, way)
        verdict = await self._egress.verdict(self._record, way.name, way.port)
        if verdict.outcome != "allowed":
            raise Refused(verdict.outcome, verdict.sentence)
        there, back = await _reach(way, internal=verdict.internal)
        try:
            self._egress.used(self._record, way.host, "allowed", opened=1, sent=0, received=0)
            if wanted.head:
                # One request a connection: nothing that the kernel sends after it goes anywhere.
                back.write(wanted.head)
                await _pump(there, writer, self._received(way.host))
                return
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            async with asyncio.TaskGroup() as both:
                both.create_task(_pump(reader, back, self._sent(way.host)))
                both.create_task(_pump(there, writer, self._received(way.host)))
        except* OSError:
            pass
        finally:
            back.transport.abort()

    def _sent(self, host: str) -> Callable[[int], None]:
        return lambda size: self._egress.used(self._record, host, "allowed", opened=0, sent=size, received=0)

    def _received(self, host: str) -> Callable[[int], None]:
        return lambda size: self._egress.used(self._record, host, "allowed", opened=0, sent=0, received=size)


def _understood(head: bytes, way: _Way) -> requests.Wanted:
    """The request, its host noted in `way`; raises Refused."""
    try:
        wanted = requests.parse(head)
    except (requests.NotUnderstood, UnicodeError) as error:
        raise Refused("not understood", sentences.NO_PROXY, 405) from error
    try:
        way.name, way.port = hosts.ascii_name(wanted.name), wanted.port
    except hosts.NotAHost as error:
        raise Refused("no name", sentences.NO_NAME) from error
    return wanted


async def _reach(way: _Way, *, internal: bool) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connect to the very address that was looked up and judged; raises Refused."""
    try:
        async with asyncio.timeout(_LOOK_UP_SECONDS):
            look_up = partial(socket.getaddrinfo, way.name, way.port, type=socket.SOCK_STREAM)
            found = await asyncio.get_running_loop().run_in_executor(_RESOLVERS, look_up)
    except (OSError, UnicodeError, TimeoutError) as error:
        raise Refused("unknown", sentences.unknown(way.host), 502) from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    good = [one for one in addresses if hosts.is_public(one) or (internal and not hosts.is_nobodys(one))]
    if addresses and not good:
        raise Refused("internal", sentences.internal(way.host))
    for address in good:
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(_CONNECT_SECONDS):
                return await asyncio.open_connection(address, way.port, limit=_PIECE)
    raise Refused("silent", sentences.silent(way.host), 504)


async def _pump(
    source: asyncio.StreamReader, target: asyncio.StreamWriter, count: Callable[[int], None]
) -> None:
    """Pass on what comes until it ends, no faster than it is taken."""
    while piece := await source.read(_PIECE):
        count(len(piece))
        target.write(piece)
        await target.drain()
    if target.can_write_eof():
        target.write_eof()


async def _end(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
