"""A process that holds open sheets, or converts files: `python -m openpaas_workspace.sheets.service.worker FD MEMORY [apart]`.

It says `READY` once with its walls, then reads requests (eight bytes of length, eight of number, then msgpack: verb,
arguments) and answers each in turn with number, success, value; before that it may say `PROGRESS`. While nothing comes it
reads on in large sheets. It has none of the server's secrets, no database and no files but those that come open with a
request; it reaches no others, no network and no program.
"""

import contextlib
import ctypes
import gc
import mmap
import os
import signal
import socket
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from openpaas_workspace.kit.errors import NotFound, TooLarge, WorkspaceError
from openpaas_workspace.sheets.service.channel import LENGTH, SMALL, Inbox
from openpaas_workspace.sheets.service.forkserver import ForkServer
from openpaas_workspace.sheets.service.walls import close_off

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from openpaas_workspace.sheets.service.bench import Bench

READY = -1
# Instead of a request's number: how far it is, in a request that takes many changes, which are these.
PROGRESS = -2
REPLAYS = frozenset({"open", "take", "earlier", "follow"})
_PIECE = 1024 * 1024
# Seconds without a question before the next piece of a sheet is read: who opens one asks for its first rows then.
_REST = 0.05
TOO_MUCH = "This needs more memory than a sheet may have."
_PR_SET_NO_NEW_PRIVS = 38


def limit(memory: int) -> None:
    """Give up what the work does not need: memory, cores, files, privileges, priority."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("700")
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def answer(bench: "Bench", verb: str, arguments: list[Any]) -> tuple[bool, Any]:
    """(True, value), or (False, the problem)."""
    try:
        return True, bench.do(verb, arguments)
    except WorkspaceError as error:
        return False, _told(error)
    except MemoryError:
        return False, _told(TooLarge(TOO_MUCH))
    except KeyError as error:
        return False, _told(NotFound(f"The sheet is not open here: {error}."))
    except Exception as error:
        return False, {
            "status": 500,
            "detail": f"{type(error).__name__}: {error}",
            "type": "urn:openpaas:problem:failed",
        }


def _worked(bench: "Bench", inbox: Inbox, size: int) -> tuple[bool, Any]:
    try:
        request = inbox.read(size)
    except MemoryError:
        # No byte of it was taken.
        while size > 0:
            taken = inbox.read(min(size, _PIECE))
            size = size - len(taken) if taken else 0
        inbox.drop()
        return False, _told(TooLarge(TOO_MUCH))
    try:
        decoder = msgspec.msgpack.Decoder(ext_hook=lambda _code, _data: mapped(inbox.files.popleft()))
        verb, arguments = decoder.decode(request or b"")
        del request
    except MemoryError:
        return False, _told(TooLarge(TOO_MUCH))
    finally:
        inbox.drop()
    return answer(bench, verb, arguments)


def _say(channel: socket.socket, encoder: msgspec.msgpack.Encoder, message: tuple[int, bool, Any]) -> None:
    try:
        data = encoder.encode(message)
    except MemoryError:
        data = encoder.encode((message[0], False, _told(TooLarge(TOO_MUCH))))
    # The server may be gone: then there is nobody to tell.
    with contextlib.suppress(ConnectionError):
        if len(data) <= SMALL:
            channel.sendall(LENGTH.pack(len(data)) + data)
            return
        channel.sendall(LENGTH.pack(len(data)))
        channel.sendall(data)


def _told(error: WorkspaceError) -> dict[str, Any]:
    return {
        **error.problem(),
        "class": next(one.__name__ for one in type(error).__mro__ if one.__module__.endswith("kit.errors")),
    }


def mapped(descriptor: int) -> memoryview | bytes:
    """The bytes of an open file, which need no memory of this process."""
    try:
        if not os.fstat(descriptor).st_size:
            return b""
        return memoryview(mmap.mmap(descriptor, 0, prot=mmap.PROT_READ))
    finally:
        os.close(descriptor)


class _NoPandas:
    """Arrow loads pandas for its first array, which takes longer than a sheet; nobody gives it a frame here."""

    @staticmethod
    def find_spec(name: str, _path: object = None, _target: object = None) -> None:
        """Not found while Arrow looks for it."""
        if name == "pandas":
            raise ImportError(name)


def _confine(memory: int) -> None:
    limit(memory)
    close_off()


def _serve(pipe: "Connection") -> None:
    from openpaas_workspace.sheets.engine.ironcalc_child import serve

    serve(pipe)


def _warmed(*, apart: bool) -> "Bench":
    import pyarrow as pa

    from openpaas_workspace.sheets.service.bench import Bench

    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    if not apart:
        # A sheet takes a tenth less in it than in Arrow's own choice, which not every build has.
        with contextlib.suppress(NotImplementedError):
            pa.set_memory_pool(pa.jemalloc_memory_pool())
    sys.meta_path.insert(0, _NoPandas)
    pa.array([0])
    sys.meta_path.pop(0)
    return Bench()


def main() -> None:
    """Work on what comes until the other end closes."""
    descriptor, memory = map(int, sys.argv[1:3])
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Before there are threads, and much to copy.
    children = ForkServer(_serve, partial(_confine, memory))
    bench = _warmed(apart="apart" in sys.argv[3:])
    bench.foreign.start = children.start
    limit(memory)
    walls = close_off()
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)
    encoder = msgspec.msgpack.Encoder()
    with socket.socket(fileno=descriptor) as channel:
        inbox = Inbox(channel)
        bench.progress = lambda seq: _say(channel, encoder, (PROGRESS, True, seq))
        _say(channel, encoder, (READY, True, walls))
        while (head := inbox.head()) is not None:
            size, number = head
            said = _worked(bench, inbox, size)
            _say(channel, encoder, (number, *said))
            del said
            while bench.begun and not inbox.waiting(_REST) and bench.read_on():
                pass
    os._exit(0)


if __name__ == "__main__":
    main()
