"""Load generator for rooms: one process, real sockets, frames of the y-protocols.

`python -m tests.bench.load fanout|join DIALECT URL [HEADER]` prints START, STOP around the
measured part and one JSON line. Latency is taken with one clock, from just before the writer's
send to the reader's callback. Reader 0 applies every update and must end with the writer's text.
"""

import asyncio
import json
import re
import sys
import time
from collections.abc import Callable
from typing import Any

import picows
import pycrdt
import uvloop

READERS = 50
EDITS = 200
RATE = 20.0
SIZE = 1_000_000
CLOCK = time.perf_counter
MARK = re.compile(rb"#(\d{6})\|")


def varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])


def read_varint(data: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = data[at]
        at += 1
        number |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return number, at


class Dialect:
    """y-protocols frames; Hocuspocus puts the document's name before each."""

    def __init__(self, name: str) -> None:
        self.hocuspocus = name == "hocuspocus"
        self.prefix = varint(5) + b"bench" if self.hocuspocus else b""

    def hello(self) -> list[bytes]:
        token = [self.prefix + b"\x02\x00" + varint(1) + b"t"] if self.hocuspocus else []
        return [*token, self.prefix + b"\x00\x00" + varint(1) + b"\x00"]

    def sync(self, kind: int, update: bytes) -> bytes:
        return self.prefix + bytes([0, kind]) + varint(len(update)) + update

    def parse(self, frame: bytes) -> tuple[int, bytes]:
        """(kind 0 step1, 1 step2, 2 update, -1 other; payload)."""
        at = 0
        if self.hocuspocus:
            length, at = read_varint(frame, 0)
            at += length
        message, at = read_varint(frame, at)
        if message != 0 and not (self.hocuspocus and message == 4):
            return -1, b""
        kind, at = read_varint(frame, at)
        length, at = read_varint(frame, at)
        return kind, frame[at : at + length]


class Client(picows.WSListener):  # type: ignore[misc]
    """One socket that answers step1 with nothing and hands updates on."""

    def __init__(self, dialect: Dialect, on_update: Callable[[bytes], None] | None = None) -> None:
        self.dialect, self.on_update = dialect, on_update
        self.synced: asyncio.Future[float] = asyncio.get_running_loop().create_future()

    def on_ws_connected(self, transport: Any) -> None:
        self.transport = transport
        for frame in self.dialect.hello():
            self.send(frame)

    def send(self, frame: bytes) -> None:
        self.transport.send(picows.WSMsgType.BINARY, frame)

    def on_ws_frame(self, transport: Any, frame: Any) -> None:
        if frame.msg_type == picows.WSMsgType.PING:
            transport.send_pong(frame.get_payload_as_bytes())
        elif frame.msg_type == picows.WSMsgType.CLOSE:
            transport.disconnect()
        elif frame.msg_type == picows.WSMsgType.BINARY:
            self._sync(frame.get_payload_as_bytes())

    def _sync(self, data: bytes) -> None:
        kind, payload = self.dialect.parse(data)
        if kind == 0:
            self.send(self.dialect.sync(1, b"\x00\x00"))
            return
        if kind == 1 and not self.synced.done():
            self.synced.set_result(CLOCK())
        if kind >= 1 and self.on_update is not None:
            self.on_update(payload)


async def connect(url: str, headers: dict[str, str], *arguments: Any) -> Client:
    _, client = await picows.ws_connect(
        lambda: Client(*arguments),
        url,
        max_frame_size=1 << 26,
        websocket_handshake_timeout=60,
        extra_headers=headers or None,
    )
    return client  # type: ignore[no-any-return]


def percentiles(values: list[float]) -> dict[str, float]:
    ordered = sorted(values)
    return {
        name: round(ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000, 3)
        for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))
    }


async def fanout(dialect: Dialect, url: str, headers: dict[str, str]) -> dict[str, Any]:
    """One writer, 50 readers, 200 edits at 20/s."""
    sent: dict[int, float] = {}
    seen: list[float] = []
    control = pycrdt.Doc()

    def reader(number: int) -> Callable[[bytes], None]:
        def on_update(data: bytes) -> None:
            arrived = CLOCK()
            seen.extend(arrived - sent[int(mark)] for mark in MARK.findall(data) if int(mark) in sent)
            if number == 0:
                control.apply_update(data)

        return on_update

    readers = [await connect(url, headers, dialect, reader(n)) for n in range(READERS)]
    await asyncio.wait_for(asyncio.gather(*(r.synced for r in readers)), 60)
    doc: pycrdt.Doc[Any] = pycrdt.Doc()
    writer = await connect(url, headers, dialect, doc.apply_update)
    await writer.synced
    text = doc.get("source", type=pycrdt.Text)
    updates: list[bytes] = []
    subscription = doc.observe(lambda change: updates.append(change.update))
    await asyncio.sleep(1.5)
    print("START", flush=True)
    start = CLOCK()
    for number in range(EDITS):
        await asyncio.sleep(max(0.0, start + number / RATE - CLOCK()))
        updates.clear()
        text += f"#{number:06d}|lorem ipsu"
        sent[number] = CLOCK()
        writer.send(dialect.sync(2, updates[0]))
    deadline = CLOCK() + 15
    while len(seen) < EDITS * READERS and CLOCK() < deadline:  # noqa: ASYNC110  (an event would cost the readers)
        await asyncio.sleep(0.01)
    print("STOP", flush=True)
    doc.unobserve(subscription)
    same = str(control.get("source", type=pycrdt.Text)) == str(text)
    return {"lost": EDITS * READERS - len(seen), "equal": same, **percentiles(seen)}


async def join(dialect: Dialect, url: str, headers: dict[str, str]) -> dict[str, Any]:
    """50 clients join a document of 1 MB at once; the time until the last has it."""
    writer = await connect(url, headers, dialect)
    await writer.synced
    doc: pycrdt.Doc[Any] = pycrdt.Doc()
    text = doc.get("source", type=pycrdt.Text)
    text += ("lorem ipsum dolor sit amet, " * (SIZE // 28 + 1))[:SIZE]
    writer.send(dialect.sync(2, doc.get_update()))
    await asyncio.sleep(2.5)
    print("START", flush=True)
    start = CLOCK()

    async def one() -> float:
        client = await connect(url, headers, dialect)
        return await asyncio.wait_for(client.synced, 120) - start

    done = await asyncio.gather(*(one() for _ in range(READERS)))
    print("STOP", flush=True)
    return {"last": round(max(done) * 1000, 1), **percentiles(list(done))}


def main() -> None:
    mode, dialect, url, *rest = sys.argv[1:]
    headers = {"Authorization": rest[0]} if rest else {}
    uvloop.install()
    run = {"fanout": fanout, "join": join}[mode]
    print(json.dumps(asyncio.run(run(Dialect(dialect), url, headers))))


if __name__ == "__main__":
    main()
