"""A helper process: `python -m openpaas_workspace.core.helper FD MEMORY [MODULE…]`. Started by `aside` alone."""

import contextlib
import ctypes
import gc
import importlib
import os
import pickle
import signal
import socket
import sys
from pathlib import Path
from typing import Any

_PR_SET_NO_NEW_PRIVS = 38


def limit(memory: int) -> None:
    """Give up what the work does not need: memory, files, processes, priority."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        for kind in (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE, resource.RLIMIT_NPROC):
            resource.setrlimit(kind, (0, 0))
    with contextlib.suppress(OSError):
        os.nice(2)
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("800")
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def work(function: Any, args: Any, kwargs: Any) -> tuple[bool, Any]:
    """(True, answer), or (False, what is to be told of the error)."""
    try:
        return True, function(*args, **kwargs)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a panic of a library in Rust is no Exception
        told = {
            "kind": type(error).__name__,
            "sentence": getattr(error, "sentence", str(error)),
            "code": getattr(error, "code", ""),
        }
        return False, told


def main() -> None:
    """Work on what comes until the other end closes."""
    descriptor, memory, *warm = sys.argv[1:]
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in warm:
        importlib.import_module(name)
    limit(int(memory))
    # Looking for cycles in the middle of it costs a third of the time of work that makes many objects.
    gc.freeze()
    gc.disable()
    # The server is gone when the socket closes.
    with socket.socket(fileno=int(descriptor)) as channel:
        while True:
            try:
                with channel.makefile("rb", buffering=65_536) as incoming:
                    function, args, kwargs = pickle.load(incoming)  # noqa: S301  (the server wrote it)
            except EOFError:
                return
            answer = work(function, args, kwargs)
            del function, args, kwargs
            with channel.makefile("wb", buffering=65_536) as out:
                pickle.dump(answer, out, 5)
            del answer
            gc.collect()


if __name__ == "__main__":
    main()
