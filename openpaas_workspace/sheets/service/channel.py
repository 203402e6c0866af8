"""Messages over a socket to a process beside this one, large ones without a copy for each piece sent.

Asyncio's own transports keep what waits in one buffer and move all of it after each piece: a table of a hundred
megabytes takes them seconds.
"""

import array
import asyncio
import contextlib
import logging
import os
import select
import socket
import struct
from collections import deque
from collections.abc import Callable, Sequence
from typing import BinaryIO, Final

import msgspec

_log = logging.getLogger(__name__)
LENGTH: Final = struct.Struct("<Q")
# Stands in a message for the bytes of a file that comes with it.
ATTACHED: Final = msgspec.msgpack.Ext(1, b"")
_AT_ONCE: Final = 1024 * 1024
# What is smaller is sent and read in one piece with its neighbours.
SMALL: Final = 64 * 1024
_ROOM: Final = socket.CMSG_SPACE(16 * array.array("i").itemsize)


class Channel:
    """One end, in the event loop: `heard` gets each message, `ended` is called once when the other end is gone.

    An end that announces a message of more than `most` bytes, or whose message `heard` cannot take, counts as gone.
    """

    def __init__(
        self, end: socket.socket, heard: Callable[[bytearray], None], ended: Callable[[], None], most: int
    ) -> None:
        end.setblocking(False)
        self.waiting_bytes = 0
        self._socket = end
        self._heard = heard
        self._ended = ended
        self._most = most
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[tuple[memoryview, Sequence[BinaryIO]]] = deque()
        self._head = True
        self._into = bytearray(LENGTH.size)
        self._piece = bytearray(SMALL)
        self._at = 0
        self._closed = False
        self._loop.add_reader(end, self._read)

    def send(self, *pieces: bytes, files: Sequence[BinaryIO] = ()) -> None:
        """Send a message of these pieces after what was sent before; returns at once.

        Open files that go with it stay the caller's to close.
        """
        if self._closed:
            return
        idle = not self._waiting
        size = sum(len(piece) for piece in pieces)
        whole: Sequence[bytes] = (LENGTH.pack(size), *pieces)
        if size <= SMALL:
            whole = (b"".join(whole),)
        for piece in whole:
            self._waiting.append((memoryview(piece), files))
            files = ()
        self.waiting_bytes += LENGTH.size + size
        if idle:
            self._write()
            if self._waiting:
                self._loop.add_writer(self._socket, self._write)

    def close(self) -> None:
        """Send and hear nothing more."""
        if not self._closed:
            self._closed = True
            self._loop.remove_reader(self._socket)
            self._loop.remove_writer(self._socket)
            self._socket.close()
            self._waiting.clear()

    def _write(self) -> None:
        try:
            while self._waiting:
                piece, files = self._waiting[0]
                if files:
                    sent = socket.send_fds(self._socket, [piece], [file.fileno() for file in files])
                else:
                    sent = self._socket.send(piece[:_AT_ONCE])
                self.waiting_bytes -= sent
                if sent < len(piece):
                    self._waiting[0] = (piece[sent:], ())
                    return
                self._waiting.popleft()
        except BlockingIOError:
            return
        except OSError:
            self._end()
            return
        self._loop.remove_writer(self._socket)

    def _read(self) -> None:
        piece = memoryview(self._piece)
        large = len(self._into) - self._at > SMALL
        if large:
            piece = memoryview(self._into)[self._at : self._at + _AT_ONCE]
        try:
            size = self._socket.recv_into(piece)
        except BlockingIOError:
            return
        except OSError:
            size = 0
        if not size:
            self._end()
        elif large:
            self._at += size
            self._taken()
        else:
            self._sort_out(piece[:size])

    def _sort_out(self, piece: memoryview) -> None:
        """A piece may hold the end of one message, some whole ones, and the beginning of another."""
        while piece and not self._closed:
            some = piece[: len(self._into) - self._at]
            self._into[self._at : self._at + len(some)] = some
            self._at += len(some)
            piece = piece[len(some) :]
            self._taken()

    def _taken(self) -> None:
        if self._at < len(self._into):
            return
        whole, self._at = self._into, 0
        self._head = not self._head
        if not self._head:
            (size,) = LENGTH.unpack(whole)
            if 0 < size <= self._most:
                self._into = bytearray(size)
            else:
                _log.error("A process announced a message of %d bytes", size)
                self._end()
            return
        self._into = bytearray(LENGTH.size)
        try:
            self._heard(whole)
        except Exception:
            _log.exception("A process sent what is no message")
            self._end()

    def _end(self) -> None:
        if not self._closed:
            self.close()
            self._ended()


class Inbox:
    """The other end, in a process that does one thing after the other."""

    def __init__(self, end: socket.socket) -> None:
        self._socket = end
        # Files that came, as descriptors, until somebody takes them.
        self.files: deque[int] = deque()

    def waiting(self, seconds: float) -> bool:
        """Whether something comes within so many seconds, the end of the other end included."""
        return bool(select.select([self._socket], [], [], seconds)[0])

    def head(self) -> tuple[int, int] | None:
        """How long the next message is without its number, and that; None when the other end is gone."""
        found = self.read(2 * LENGTH.size)
        if found is None:
            return None
        (size,), (number,) = LENGTH.iter_unpack(found)
        return size - LENGTH.size, number

    def read(self, size: int) -> bytearray | None:
        """So many bytes; None when the other end is gone. Raises MemoryError before it takes any."""
        whole = bytearray(size)
        left = memoryview(whole)
        while left:
            # Room for files in each piece: what there is no room for is lost.
            try:
                got, more, _, _ = self._socket.recvmsg_into([left], _ROOM)
            except ConnectionError:
                return None
            for _, kind, data in more:
                if kind == socket.SCM_RIGHTS:
                    self.files.extend(array.array("i", data[: len(data) - len(data) % 4]))
            if not got:
                return None
            left = left[got:]
        return whole

    def drop(self) -> None:
        """Close files that nobody took."""
        while self.files:
            with contextlib.suppress(OSError):
                os.close(self.files.popleft())
