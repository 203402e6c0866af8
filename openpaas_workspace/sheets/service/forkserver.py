"""A small process that makes copies of itself, so that a process which may start no program still has children.

It is made before anything large is loaded, holds nothing but its end of a socket, and ends with who made it.
"""

import contextlib
import ctypes
import os
import signal
import socket
import struct
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Final, NoReturn

_NEW, _END = b"n", b"e"
_PID: Final = struct.Struct("<q")
_PR_SET_PDEATHSIG: Final = 1


class ForkServer:
    """Makes one child at a time, which runs `serve` with its end of a pipe; `prepare` runs in the server before."""

    def __init__(self, serve: Callable[[Connection], None], prepare: Callable[[], object]) -> None:
        self._serve = serve
        self._prepare = prepare
        self._control = self._fork()

    def start(self) -> "Child":
        """One more child; that before is ended. Raises OSError."""
        try:
            return self._ask()
        except OSError:
            # It was ended from outside; what it would be copied from now is larger.
            self._control.close()
            self._control = self._fork()
            return self._ask()

    def end(self) -> None:
        """End the child, if there is one."""
        self._control.send(_END)

    def _ask(self) -> "Child":
        self._control.send(_NEW)
        told, files, _, _ = socket.recv_fds(self._control, _PID.size, 1)
        if len(told) != _PID.size or not files:
            raise ConnectionResetError
        return Child(Connection(files[0]), int(_PID.unpack(told)[0]), self)

    def _fork(self) -> socket.socket:
        ours, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
        if not os.fork():
            try:
                _hold_only(theirs.fileno())
                self._prepare()
                _give_children(theirs, self._serve)
            finally:
                os._exit(0)
        theirs.close()
        return ours


class Child:
    """As `sheets.engine.ironcalc.Child`."""

    def __init__(self, pipe: Connection, pid: int, server: ForkServer) -> None:
        self.pipe = pipe
        self.pid = pid
        self._server = server

    def end(self) -> None:
        """End it, working or not; the server reaps it."""
        self.pipe.close()
        self._server.end()


def _hold_only(file: int) -> None:
    """Let go of every other open file: in its place is the end of a pipe at which nobody writes.

    It is not merely closed: a library that keeps one of its own (Arrow's pipe for signals) closes it in
    every copy of the process, and ends a copy in which it is not there.
    """
    empty, end = os.pipe()
    os.close(end)
    for other in map(int, os.listdir("/proc/self/fd")):
        if other not in (0, 1, 2, file, empty):
            # That of the listing is closed by now.
            with contextlib.suppress(OSError):
                os.fstat(other)
                os.dup2(empty, other, inheritable=False)
    os.close(empty)


def _give_children(control: socket.socket, serve: Callable[[Connection], None]) -> None:
    child = 0
    while True:
        word = control.recv(1)
        if child:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            child = 0
        if not word:
            return
        if word == _NEW:
            ours, theirs = socket.socketpair()
            child = os.fork()
            if not child:
                ours.close()
                control.close()
                _be_child(theirs, serve)
            theirs.close()
            socket.send_fds(control, [_PID.pack(child)], [ours.fileno()])
            ours.close()


def _be_child(theirs: socket.socket, serve: Callable[[Connection], None]) -> NoReturn:
    try:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        serve(Connection(theirs.detach()))
    finally:
        os._exit(0)
