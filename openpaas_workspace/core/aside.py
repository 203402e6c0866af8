"""Work that would stop the loop for long, done in processes beside this one.

A thread is no help where a library keeps the interpreter to itself. A helper is a fresh
interpreter without any of this one's secrets, with limits, of low priority; it is started
when first needed and ended when idle. What it is given and what it answers is copied.
"""

import asyncio
import contextlib
import logging
import os
import pickle
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

from openpaas_workspace.core import helper
from openpaas_workspace.kit import errors
from openpaas_workspace.kit.errors import Unavailable

P = ParamSpec("P")
T = TypeVar("T")
_log = logging.getLogger(__name__)
_INHERITED = ("PATH", "LANG", "LC_ALL", "TZ", "SYSTEMROOT")
_MODULES = "openpaas_workspace."
# How msgspec makes a struct with keywords again; the class that it is given passes here like any other.
_REBUILD = ("msgspec._utils", "rebuild")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a helper may use: seconds for one piece of work, bytes of memory; and when it ends by itself."""

    seconds: float = 120.0
    memory: int = 4 * 1024**3
    idle: float = 120.0


class Gone(Exception):
    """The helper ended before it answered."""


class Aside:
    """Helpers that are started when needed, at most `most` at once. `workspace.get(Aside)`."""

    def __init__(self, most: int, limits: Limits, warm: Sequence[str] = ()) -> None:
        self._limits = limits
        self._warm = tuple(warm)
        self._free: list[_Helper] = []
        self._places = asyncio.Semaphore(most)
        self._busy: set[_Helper] = set()
        self._warming: asyncio.Task[None] | None = None
        self._closed = False

    def prepare(self) -> None:
        """Start a helper if there is none, since work for one is likely to come; returns at once."""
        if not (self._free or self._busy or self._warming or self._closed):
            self._warming = asyncio.create_task(self._prepared())

    async def _prepared(self) -> None:
        one = _Helper(self._limits, self._warm)
        try:
            await asyncio.to_thread(one.start)
            self._keep(one)
        except (Gone, OSError) as error:
            _log.warning("A helper could not be started: %r", error)
        finally:
            self._warming = None

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `function(*args)` answers or raises; it is a module's own and knows nothing of this process.

        Raises Unavailable when the helper died of it or took too long.
        """
        async with self._places:
            if self._warming is not None:
                await asyncio.wait([self._warming])
            if self._closed:
                raise Unavailable("The server is stopping; try again in a moment.")
            one = self._free.pop() if self._free else _Helper(self._limits, self._warm)
            self._busy.add(one)
            work = asyncio.ensure_future(asyncio.to_thread(one.call, function, args, kwargs))
            try:
                async with asyncio.timeout(self._limits.seconds):
                    good, answer = await asyncio.shield(work)
            except BaseException as error:
                # In the middle of something, or not there any more: of no use to anybody else.
                one.end()
                with contextlib.suppress(Exception):
                    await asyncio.shield(work)
                if not isinstance(error, TimeoutError | Gone | OSError | EOFError):
                    raise
                _log.error("A helper was lost: %r", error)
                raise Unavailable("This is too large to be worked on now; try again later.") from error
            finally:
                self._busy.discard(one)
            self._keep(one)
        if good:
            return answer  # type: ignore[no-any-return]
        raise answer

    def _keep(self, one: "_Helper") -> None:
        if self._closed:
            one.end()
        else:
            self._free.append(one)

    def tidy(self) -> None:
        """End helpers that nobody has needed for a while."""
        limit = time.monotonic() - self._limits.idle
        for one in [one for one in self._free if one.used < limit]:
            self._free.remove(one)
            one.end()

    def close(self) -> None:
        """End them all; what they work on fails."""
        self._closed = True
        for one in [*self._free, *self._busy]:
            one.end()
        self._free.clear()


class _Helper:
    """One process and the socket to it. Its calls block and come one after another."""

    def __init__(self, limits: Limits, warm: Sequence[str]) -> None:
        self.used = time.monotonic()
        self._limits = limits
        self._warm = warm
        self._lock = threading.Lock()
        self._ended = False
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None

    def call(self, function: Callable[..., Any], args: Any, kwargs: Any) -> tuple[bool, Any]:
        """Send the work and wait for (True, answer) or (False, error)."""
        channel = self.start()
        with channel.makefile("wb", buffering=65_536) as out:
            pickle.dump((function, args, kwargs), out, 5)
        with channel.makefile("rb", buffering=65_536) as back:
            good, answer = _Answers(back).load()
        self.used = time.monotonic()
        return good, answer if good else _told(answer)

    def end(self) -> None:
        """Kill it, working or not."""
        with self._lock:
            self._ended = True
            process, channel = self._process, self._socket
        if channel is not None:
            with contextlib.suppress(OSError):
                channel.shutdown(socket.SHUT_RDWR)
            channel.close()
        if process is not None:
            process.kill()
            process.wait()

    def start(self) -> socket.socket:
        """Start the process unless it runs; raises Gone when it was ended. Imports go on while this returns."""
        with self._lock:
            if self._ended:
                raise Gone
            if self._socket is not None:
                return self._socket
            ours, theirs = socket.socketpair()
            # A large piece in few system calls, each of which frees the interpreter.
            for end in (ours, theirs):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1024 * 1024)
            command = [sys.executable, "-m", helper.__name__, str(theirs.fileno()), str(self._limits.memory)]
            environment = {name: os.environ[name] for name in _INHERITED if name in os.environ}
            environment["PYTHONPATH"] = os.pathsep.join(entry for entry in sys.path if entry)
            self._process = subprocess.Popen(
                [*command, *self._warm],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env=environment,
                cwd="/",
            )
            theirs.close()
            self._socket = ours
            return ours


class _Answers(pickle.Unpickler):
    """Reads answers: plain values, and classes of our own that hold some."""

    def __init__(self, back: Any) -> None:
        super().__init__(back)

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == _REBUILD:
            return super().find_class(module, name)
        if not module.startswith(_MODULES) and module != "datetime":
            raise pickle.UnpicklingError(f"{module}.{name} is no answer")
        found = super().find_class(module, name)
        if not isinstance(found, type):
            raise pickle.UnpicklingError(f"{module}.{name} is no answer")
        return found


def _told(answer: dict[str, str]) -> Exception:
    """The error that the helper told of."""
    kind = getattr(errors, answer["kind"], None)
    if isinstance(kind, type) and issubclass(kind, errors.WorkspaceError):
        told: errors.WorkspaceError = kind(answer["sentence"])
        told.code = answer["code"] or told.code
        return told
    if answer["kind"] == "MemoryError":
        return errors.TooLarge("This is too large to be worked on here.")
    return RuntimeError(f"{answer['kind']}: {answer['sentence']}")
