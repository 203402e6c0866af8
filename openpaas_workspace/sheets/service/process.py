"""One process that holds open sheets, as the server sees it."""

import asyncio
import io
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from openpaas_workspace.kit import errors
from openpaas_workspace.kit.errors import TooLarge, Unavailable, WorkspaceError
from openpaas_workspace.sheets.config import Sheets
from openpaas_workspace.sheets.service import walls, worker
from openpaas_workspace.sheets.service.channel import ATTACHED, LENGTH, Channel

_log = logging.getLogger(__name__)
_INHERITED: Final = ("PATH", "LANG", "LC_ALL", "TZ", "SYSTEMROOT")
_MB: Final = 1024 * 1024
# The memory of large arrays goes back when they are done with, which takes longer than to keep it.
_GIVES_BACK: Final = {"MALLOC_MMAP_THRESHOLD_": str(_MB), "MALLOC_TRIM_THRESHOLD_": str(4 * _MB)}
_START_SECONDS: Final = 60.0
_GRACE: Final = 2.0
# A change that was acknowledged took less than this part of the processor time, and of the time, when it was made.
_AGAIN: Final = 3.0
_AGAIN_AT_MOST: Final = 20.0
LOST: Final = (
    "The process that held this sheet ended; the sheet is opened again. Nothing acknowledged is lost."
)


_answer = msgspec.msgpack.Decoder(tuple[int, bool, Any])


class TooLong(TooLarge):
    """What was asked for took longer than it may; the process was ended because of it.

    `reached`: up to which change it had come, of many; -1 when it was at none of them.
    """

    def __init__(self, reached: int = -1) -> None:
        super().__init__("This takes longer than a sheet may; nothing was changed.")
        self.reached = reached


class TooMuch(TooLarge):
    """The process ended by itself at work on what was asked for."""

    def __init__(self) -> None:
        super().__init__(worker.TOO_MUCH)


class Refusal(WorkspaceError):
    """What a sheet's process refused, with all that its problem says."""

    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(str(problem.get("detail", "")))
        self.status = int(problem.get("status", 500))
        self.title = str(problem.get("title", "Error"))
        self._problem = {name: value for name, value in problem.items() if name != "class"}

    def problem(self) -> dict[str, object]:
        """As the process said it."""
        return self._problem


@dataclass(slots=True)
class Watcher:
    """What a sheet does when its process is `gone`, and when it is to `leave` for another one."""

    gone: Callable[[], None]
    leave: Callable[[], None]


class Call(NamedTuple):
    """A question on its way; `key`: the sheet that it is about, if any."""

    verb: str
    key: str
    future: "asyncio.Future[Any]"


class HostProcess:
    """One process and the sheets that it holds. Calls are answered in their order.

    `lost` is called when it ends by itself, `slow` with the sheet for which it works longer than the settings' seconds.
    `apart`: it holds no sheet and converts files.
    """

    def __init__(
        self,
        config: Sheets,
        lost: Callable[["HostProcess"], None],
        slow: Callable[["HostProcess", str], None] = lambda _process, _key: None,
        *,
        apart: bool = False,
    ) -> None:
        self._config = config
        self._apart = apart
        self._memory = (config.converter_memory_mb if apart else config.host_memory_mb) * _MB
        self._lost = lost
        self._slow = slow
        self._numbers = count()
        self._waiting: dict[int, Call] = {}
        self._encoder = msgspec.msgpack.Encoder()
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: Channel | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._since = (0.0, 0.0)
        self._reached = -1
        self._ready = False
        self._watchers: dict[str, Watcher] = {}
        self.keys: set[str] = set()
        self.owner = ""
        self.gone = False
        self.behind = False
        self.used = time.monotonic()

    @property
    def pid(self) -> int | None:
        """Of the process."""
        return self._process.pid if self._process is not None else None

    @property
    def busy(self) -> bool:
        """Whether it works on something."""
        return bool(self._waiting)

    @property
    def waiting_bytes(self) -> int:
        """What it has not read yet."""
        return self._channel.waiting_bytes if self._channel is not None else 0

    async def start(self) -> None:
        """Start the process, which takes what is sent meanwhile when it is ready; raises OSError."""
        ours, theirs = socket.socketpair()
        for end in (ours, theirs):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _MB)
        command = [sys.executable, "-m", worker.__name__, str(theirs.fileno()), str(self._memory)]
        command += ["apart"] if self._apart else []
        environment = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        environment |= {
            "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry),
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
            # Walls are put up around one thread.
            "JE_ARROW_MALLOC_CONF": "background_thread:false",
            **(_GIVES_BACK if self._apart else {}),
        }
        try:
            self._process = await asyncio.to_thread(
                subprocess.Popen,
                command,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env=environment,
                cwd="/",
            )
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        self._channel = Channel(ours, self._heard, self._gone, self._memory)
        self._begin()

    def watch(self, key: str, watcher: Watcher) -> None:
        """Tell `watcher` what becomes of the process before the sheet is forgotten."""
        self._watchers[key] = watcher

    def forget(self, key: str) -> None:
        """The sheet is not here any more. What was its own process ends with it."""
        self.used = time.monotonic()
        self.keys.discard(key)
        self._watchers.pop(key, None)
        if key and key == self.owner and not self.gone:
            self.owner = ""
            if not self.keys:
                self.end()
                self._lost(self)

    def reserve(self, key: str) -> None:
        """From now on it is for one sheet alone; the others leave."""
        self.owner = key
        for other, watcher in list(self._watchers.items()):
            if other != key:
                watcher.leave()

    async def call(self, verb: str, *arguments: Any) -> Any:
        """What the process answers; raises what it refuses, Unavailable when it ended, TooLong or TooMuch when this ended it."""
        return await asyncio.shield(self.send(verb, *arguments))

    def send(self, verb: str, *arguments: Any) -> "asyncio.Future[Any]":
        """Ask at once; the answers come in the order of the questions.

        Of an open file among the arguments the process has the bytes; it stays open until the answer comes.
        """
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        if self.gone or self._channel is None:
            future.set_exception(Unavailable(LOST, retry_after=1))
            return future
        number = next(self._numbers)
        first = arguments[0] if arguments else None
        key = first if isinstance(first, str) and first in self.keys else ""
        self._waiting[number] = Call(verb, key, future)
        if len(self._waiting) == 1 and self._ready:
            self._begin()
        files = [one for one in arguments if isinstance(one, io.BufferedReader)]
        told = [ATTACHED if isinstance(one, io.BufferedReader) else one for one in arguments]
        self._channel.send(LENGTH.pack(number), self._encoder.encode((verb, told)), files=files)
        return future

    def end(self) -> None:
        """End it, working or not."""
        if not self.gone:
            self._kill()
            self._refuse_all()

    def _kill(self, grace: float = 0.0) -> "asyncio.Future[int | None]":
        """Its exit code: its own if it ends within `grace` seconds."""
        self.gone = True
        self._stop_timer()
        if self._channel is not None:
            self._channel.close()
        if self._process is not None and not grace:
            self._process.kill()
        # Reaped in a thread: nobody waits for it.
        return asyncio.get_running_loop().run_in_executor(None, _reaped, self._process, grace)

    def _refuse_all(self, blamed: Exception | None = None) -> None:
        """What it was at work on may be to blame; the rest is not."""
        for call in self._waiting.values():
            if not call.future.done():
                call.future.set_exception(blamed or Unavailable(LOST, retry_after=1))
            blamed = None
        self._waiting.clear()

    def _begin(self) -> None:
        """It begins with the next question, or to be ready for the first."""
        self._comes_to(-1)
        slow, most = self._config.slow_seconds, self._config.host_seconds
        early = self._ready and slow < most
        most = most if self._ready else max(most, _START_SECONDS)
        self._timer = asyncio.get_running_loop().call_later(
            slow if early else most, self._falls_behind if early else self._too_long
        )

    def _stop_timer(self) -> None:
        self.behind = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _falls_behind(self) -> None:
        left = self._config.host_seconds - self._config.slow_seconds
        self._timer = asyncio.get_running_loop().call_later(left, self._too_long)
        self.behind = True
        self._slow(self, next(iter(self._waiting.values())).key)

    def _comes_to(self, change: int) -> None:
        self._reached = change
        call = next(iter(self._waiting.values()), None)
        # Nothing else is given more time for it, and to ask takes longer than most questions.
        used = _processor_seconds(self.pid) if call is not None and call.verb in worker.REPLAYS else 0.0
        self._since = (time.monotonic(), used)

    def _may_take(self) -> float:
        """Seconds that it has still, at least.

        One that takes changes again has as much for each of them. What it took when it was made counts by the processor:
        the machine may have more to do now, and no acknowledged change may be given up.
        """
        began, used = self._since
        passed, most = time.monotonic() - began, self._config.host_seconds
        if not self._ready:
            return 0.0
        call = next(iter(self._waiting.values()), None)
        again = call is not None and call.verb in worker.REPLAYS and passed < _AGAIN_AT_MOST * most
        if passed >= most and again and _processor_seconds(self.pid) - used < _AGAIN * most:
            return most / 4
        return max(0.0, most - passed)

    def _too_long(self) -> None:
        if not self.gone and (left := self._may_take()) > 0:
            self._timer = asyncio.get_running_loop().call_later(left, self._too_long)
            return
        call = next(iter(self._waiting.values()), None)
        verb = call.verb if call is not None and self._ready else "its start"
        _log.error("A sheet's process took too long for %s and is ended", verb)
        if not self.gone:
            self._kill()
            self._refuse_all(TooLong(self._reached) if self._ready else None)
            self._tell()

    def _gone(self) -> None:
        if not self.gone:
            self._kill(_GRACE).add_done_callback(lambda done: self._ended(done.result()))

    def _ended(self, code: int | None) -> None:
        _log.warning("A sheet's process ended by itself (%s)", code)
        # Killed from outside, it is nobody's fault; a library that finds no memory ends the process itself.
        crashed = self._ready and code not in {None, 0, -signal.SIGKILL, -signal.SIGTERM}
        self._refuse_all(TooMuch() if crashed else None)
        self._tell()

    def _tell(self) -> None:
        self._lost(self)
        for watcher in list(self._watchers.values()):
            watcher.gone()

    def _heard(self, message: bytearray) -> None:
        number, good, value = _answer.decode(message)
        if number == worker.PROGRESS:
            self._comes_to(value)
            return
        self._stop_timer()
        if number == worker.READY and not self._ready:
            self._ready = True
            _warn(tuple(sorted({walls.NETWORK, walls.FILES} - set(value))))
        else:
            error = None if good else _raised(value)
            future = self._waiting.pop(number).future
            if not future.done():
                if error is None:
                    future.set_result(value)
                else:
                    future.set_exception(error)
        self.used = time.monotonic()
        if self._waiting:
            self._begin()


@cache
def _warn(missing: tuple[str, ...]) -> None:
    """Once: it is the same for all processes."""
    if missing:
        _log.warning(
            "Sheets and files are worked on by processes that this machine cannot close off (%s): see `openpaas doctor`",
            ", ".join(missing),
        )


def _reaped(process: "subprocess.Popen[bytes] | None", grace: float) -> int | None:
    if process is None:
        return None
    try:
        return process.wait(grace or None)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def _processor_seconds(pid: int | None) -> float:
    """What a process has used until now; the time that passes where nobody says it."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return time.monotonic()


def _raised(problem: dict[str, Any]) -> Exception:
    kind = getattr(errors, str(problem.get("class", "")), None)
    if problem.get("status") == 500 or kind is None:
        return RuntimeError(str(problem.get("detail")))
    return Refusal(problem)
