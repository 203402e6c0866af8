"""Functions that are not native, calculated by IronCalc in a child process.

IronCalc holds the interpreter's lock and may panic, so it never runs here: the child is ended after a timeout or a crash
and started again at the next call. Calls go in batches.

One child calculates for all workbooks of a process, but what ends it is remembered for the workbook that asked alone.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from hashlib import sha256
from importlib.util import find_spec
from multiprocessing.connection import Connection
from threading import Lock
from typing import Protocol

from .functions.runtime import Plain as Argument
from .ironcalc_child import Result, serve
from .values import Block, Error, Scalar, block_of

TIMEOUT = 10.0  # seconds for one batch
BATCH = 2_000  # calls sent at once
MAX_FAILURES = 3  # different batches that end the child before their function is given up
MAX_TOGETHER = 6  # of all functions: a workbook must be opened within the time that a change may take
PAUSE = 300.0  # seconds after which what ended the child is tried again


class Child(Protocol):
    """A process that runs `serve` with the other end of `pipe`."""

    @property
    def pipe(self) -> Connection:
        """Ours."""

    @property
    def pid(self) -> int | None:
        """Of the process."""

    def end(self) -> None:
        """End it, working or not. Raises OSError when it cannot be told."""


class Bridge:
    """The child process, started at the first call. Safe to use from several threads; `close` when done.

    `start` makes the child. Each workbook has a `share` of its own.
    """

    def __init__(self, timeout: float = TIMEOUT, start: Callable[[], Child] | None = None) -> None:
        self.timeout = timeout
        self.start: Callable[[], Child] = start or Spawned
        self._child: Child | None = None
        self._lock = Lock()

    @property
    def available(self) -> bool:
        """Whether IronCalc is installed."""
        return find_spec("ironcalc") is not None

    @property
    def pid(self) -> int | None:
        """The child's process id; None when it does not run."""
        return None if self._child is None else self._child.pid

    def share(self) -> Share:
        """For one more workbook."""
        return Share(self)

    def ask(self, name: str, calls: list[list[Result]]) -> list[Result]:
        """The child's answer to one batch. Raises OSError, EOFError, TimeoutError; then the child was ended."""
        with self._lock:
            try:
                return self._asked(name, calls)
            except TimeoutError:
                raise
            except (OSError, EOFError):
                # It may have been ended from outside: only who ends two is to blame.
                return self._asked(name, calls)

    def close(self) -> None:
        """Ends the child."""
        with self._lock:
            self._end()

    def _asked(self, name: str, calls: list[list[Result]]) -> list[Result]:
        try:
            if self._child is None:
                self._child = self.start()
            pipe = self._child.pipe
            pipe.send((name, calls))
            if not pipe.poll(self.timeout):
                raise TimeoutError
            answer: list[Result] = pipe.recv()
        except BaseException:
            # Also when the time of a formula is over: what is half sent or not read would meet the next call.
            self._end()
            raise
        return answer

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            with suppress(OSError):
                child.end()


class Share:
    """What one workbook has of the child, and what it asked that ended the child.

    `call` never raises: what the child cannot do is `#NAME?`, and `#CALC!` when it takes too long or dies. Such a batch
    is not tried again for `PAUSE` seconds, and after `MAX_FAILURES` different ones no call of their function is, after
    `MAX_TOGETHER` none at all.
    """

    def __init__(self, bridge: Bridge, clock: Callable[[], float] = time.monotonic) -> None:
        self._bridge = bridge
        self._clock = clock
        self._failures: dict[tuple[str, bytes], float] = {}

    def call(self, name: str, calls: Sequence[Sequence[Argument]]) -> list[Argument]:
        """The results of one function for many lists of arguments, as `Source.foreign`."""
        if not self._bridge.available:
            return [Error.NAME] * len(calls)
        results: list[Argument] = []
        for low in range(0, len(calls), BATCH):
            results.extend(self._batch(name, calls[low : low + BATCH]))
        return results

    def _batch(self, name: str, calls: Sequence[Sequence[Argument]]) -> list[Argument]:
        plain = [[_plain(argument) for argument in call] for call in calls]
        if self._given_up(name, plain):
            return [Error.CALC] * len(calls)
        try:
            answer = self._bridge.ask(name, plain)
        except (OSError, EOFError, TimeoutError):
            self._failures[name, _digest(plain)] = self._clock() + PAUSE
            return [Error.CALC] * len(calls)
        return [_value(result) for result in answer]

    def _given_up(self, name: str, calls: list[list[Result]]) -> bool:
        if not self._failures:
            return False
        moment = self._clock()
        self._failures = {batch: until for batch, until in self._failures.items() if until > moment}
        same = sum(function == name for function, _ in self._failures)
        return (
            same >= MAX_FAILURES
            or len(self._failures) >= MAX_TOGETHER
            or (same > 0 and (name, _digest(calls)) in self._failures)
        )


class Spawned:
    """A child that is a new program."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(theirs,), daemon=True, name="ironcalc")
        self._process.start()
        theirs.close()
        self.pid = self._process.pid

    def end(self) -> None:
        """End it, working or not."""
        self.pipe.close()
        self._process.kill()
        self._process.join()


def _digest(calls: list[list[Result]]) -> bytes:
    return sha256(repr(calls).encode()).digest()


def _plain(argument: Argument) -> Result:
    if isinstance(argument, Block):
        return [[_mark(value) for value in row] for row in argument.rows()]
    return _mark(argument)


def _mark(value: Scalar) -> Result:
    return ("error", value.text) if isinstance(value, Error) else value


def _value(result: Result) -> Argument:
    if isinstance(result, list):
        return block_of([[_scalar(value) for value in row] for row in result])
    return _scalar(result)


def _scalar(value: object) -> Scalar:
    if isinstance(value, tuple):
        return Error.from_text(str(value[1])) or Error.CALC
    if value is None or isinstance(value, bool | str):
        return value
    return float(value) if isinstance(value, int | float) else Error.CALC
