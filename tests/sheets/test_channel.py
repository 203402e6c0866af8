"""Processes that answer rubbish, too much, or nothing; the server notices, refuses, and goes on."""

import asyncio
import os
import signal
import socket
from typing import Any

import msgspec
import numpy as np
import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openpaas_workspace.kit.errors import Unavailable, WorkspaceError
from openpaas_workspace.sheets import schemas as s
from openpaas_workspace.sheets.config import Sheets
from openpaas_workspace.sheets.service.bench import VERBS
from openpaas_workspace.sheets.service.channel import LENGTH, Channel
from openpaas_workspace.sheets.service.process import HostProcess
from openpaas_workspace.sheets.service.worker import READY
from tests.conftest import examples
from tests.realtime.house import until
from tests.sheets.host import table_bytes
from tests.sheets.test_hosts import Log, numbers, put, running, two

pytestmark = pytest.mark.timeout(120)
MB = 1024 * 1024
pack = msgspec.msgpack.Encoder().encode


class Other:
    """The other end of a channel, played by the test."""

    def __init__(self, **more: Any) -> None:
        self.lost: list[HostProcess] = []
        self.process = HostProcess(Sheets(**more), self.lost.append)
        ours, self.end = socket.socketpair()
        self.process._channel = Channel(ours, self.process._heard, self.process._gone, 64 * MB)
        self.say(pack((READY, True, None)))

    def say(self, message: bytes) -> None:
        self.raw(LENGTH.pack(len(message)) + message)

    def raw(self, data: bytes) -> None:
        self.end.sendall(data)


ANSWERS = st.one_of(
    st.binary(min_size=1, max_size=200),
    st.builds(
        lambda number, good, value: pack((number, good, value)),
        st.integers(-3, 5),
        st.booleans(),
        st.recursive(st.none() | st.integers(-5, 5) | st.text(max_size=5), st.lists, max_leaves=5)
        | st.dictionaries(
            st.sampled_from(["status", "detail", "class"]), st.text(max_size=3) | st.integers(0, 600)
        ),
    ),
)


@given(answers=st.lists(ANSWERS, min_size=1, max_size=8), cut=st.integers(0, 30))
@settings(max_examples=examples(150), deadline=None, suppress_health_check=[HealthCheck.too_slow])
async def test_whatever_a_process_answers_each_question_ends(answers: list[bytes], cut: int) -> None:
    other = Other()
    asked = [other.process.send("about", "x") for _ in range(3)]
    data = b"".join(LENGTH.pack(len(answer)) + answer for answer in answers)
    other.raw(data[: len(data) - cut])
    other.end.close()
    async with asyncio.timeout(20):
        ends = await asyncio.gather(*asked, return_exceptions=True)
        await until(lambda: other.process.gone and bool(other.lost))
    assert len(ends) == 3
    assert other.lost == [other.process]
    with pytest.raises(Unavailable):
        await other.process.call("about", "x")


@pytest.mark.parametrize("size", [0, 64 * MB + 1, 2**40, 2**64 - 1])
async def test_a_message_of_an_impossible_size_ends_the_process(size: int) -> None:
    other = Other()
    before = psutil.Process().memory_info().rss
    asked = other.process.send("about", "x")
    other.raw(LENGTH.pack(size) + b"x" * 100)
    async with asyncio.timeout(20):
        with pytest.raises(Unavailable):
            await asked
    assert psutil.Process().memory_info().rss - before < 32 * MB
    other.end.close()


async def test_a_flood_of_answers_that_nobody_asked_for_ends_it() -> None:
    other = Other()
    other.raw(b"".join(LENGTH.pack(3 + 9) + pack((2**40 + n, True, None)) for n in range(1000)))
    await until(lambda: other.process.gone)
    other.end.close()


async def test_what_is_sent_to_one_that_does_not_read_waits_and_the_loop_does_not() -> None:
    async with running() as hosts:
        sheet = await Log(hosts, "one").open()
        await sheet.do(put(0, "there"))
        data = table_bytes({"a": np.arange(500_000.0)})
        os.kill(sheet.pid, signal.SIGSTOP)
        op = pack(s.SetBlock(tab="t1", row=0, column=1, data=data))
        order: list[int] = []
        asked = []
        for number in range(40):
            one = asyncio.ensure_future(sheet.state.ask("check", op, 2**39, "ann", True))
            one.add_done_callback(lambda _done, number=number: order.append(number))
            asked.append(one)
        other = asyncio.ensure_future(sheet.values())
        await until(lambda: sheet.state.process.waiting_bytes > 100 * MB)
        assert order == []
        os.kill(sheet.pid, signal.SIGCONT)
        await asyncio.gather(*asked)
        assert await other == ["there"]
        assert order == list(range(40))
        assert sheet.state.process.waiting_bytes == 0


async def test_too_much_for_one_that_does_not_read_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openpaas_workspace.sheets.service.state._MOST_WAITING", 4 * MB)
    async with running() as hosts:
        sheet = await Log(hosts, "one").open()
        os.kill(sheet.pid, signal.SIGSTOP)
        op = pack(s.SetBlock(tab="t1", row=0, column=1, data=b"x" * 8 * MB))
        first = asyncio.ensure_future(sheet.state.ask("check", op, 2**39, "ann", True))
        await asyncio.sleep(0)
        with pytest.raises(Unavailable, match="too much to do"):
            await sheet.values()
        os.kill(sheet.pid, signal.SIGCONT)
        with pytest.raises(WorkspaceError):
            await first
        assert await sheet.values() == []


async def test_a_large_table_comes_whole_while_others_are_answered() -> None:
    async with running(hosts=2) as hosts:
        large, small = await two(hosts)
        assert large.pid != small.pid
        await large.do(numbers(1_000_000))
        order: list[str] = []
        table = asyncio.ensure_future(large.state.ask("table", "t1", None, False, ("", True)))
        table.add_done_callback(lambda _: order.append("table"))
        await asyncio.sleep(0)
        for row in range(3):
            await small.do(put(row, row))
            order.append("edit")
        assert len(await table) > 8 * 1_000_000
        assert order.count("edit") == 3


@given(
    verb=st.sampled_from([*VERBS, "nothing", ""]),
    arguments=st.lists(
        st.none() | st.integers(-5, 2**40) | st.binary(max_size=20) | st.text(max_size=8) | st.just("one"),
        max_size=6,
    ),
)
@settings(max_examples=examples(200), deadline=None)
def test_a_process_survives_every_question(verb: str, arguments: list[Any]) -> None:
    from openpaas_workspace.sheets.service.bench import Bench
    from openpaas_workspace.sheets.service.worker import answer

    bench = Bench()
    bench.open("one", b"", [])
    good, value = answer(bench, verb, arguments)
    assert good or value["status"] >= 400
    pack(value)
