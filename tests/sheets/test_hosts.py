"""The processes of sheets: who holds what, that nobody waits for another's sheet, and that moving loses nothing."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import msgspec
import numpy as np
import psutil
import pytest

from openpaas_workspace.kit.errors import TooLarge, Unavailable, WorkspaceError
from openpaas_workspace.realtime.service.log import Change
from openpaas_workspace.realtime.service.store import Stored
from openpaas_workspace.sheets import schemas as s
from openpaas_workspace.sheets.config import Sheets
from openpaas_workspace.sheets.schemas.calls import Outcome, Record
from openpaas_workspace.sheets.service.hosts import Hosts
from openpaas_workspace.sheets.service.process import HostProcess, TooLong
from openpaas_workspace.sheets.service.records import OP
from openpaas_workspace.sheets.service.state import SheetState
from tests.realtime.house import until
from tests.sheets.host import table_bytes

pytestmark = pytest.mark.timeout(120)
pack = msgspec.msgpack.Encoder().encode
NEVER = 1000.0


class Log:
    """A sheet with its log in memory, as the server keeps one: checked, logged, then taken."""

    def __init__(self, hosts: Hosts, name: str) -> None:
        self.name = name
        self.changes: list[Change] = []
        self.told: list[int] = []
        self.lost: list[Exception] = []
        self.void: list[int] = []
        self.state = SheetState(hosts, name, self.stored)
        self.state.on_taken = lambda change, _outcome, _about: self.told.append(change.seq)

    async def stored(self, upto: int) -> Stored:
        return Stored(None, 0, [one for one in self.changes if one.seq <= upto])

    async def open(self) -> "Log":
        self.add("import", b"")
        assert await self.state.taken(None, self.changes) == set()
        self.state.tell(self.lost.append, lambda change: self.void.append(change.seq))
        return self

    def add(self, kind: str, data: bytes) -> Change:
        seq = len(self.changes) + 1
        change = Change(
            object_id=self.name, seq=seq, epoch=1, author="ann", author_kind="member", behalf="", session="c",
            kind=kind, data=data, at=0, first_seq=seq,
        )  # fmt: skip
        self.changes.append(change)
        return change

    async def do(self, op: s.MemberOp) -> Outcome:
        """Check, log, take."""
        data = pack(op)
        found = await self.state.ask("check", data, 2**39, "ann", True)
        seq = self.log(data if isinstance(found, int) else found, found if isinstance(found, int) else 0)
        return msgspec.json.decode(await self.state.result(seq), type=Outcome)

    def log(self, op: bytes, ticket: int = 0) -> int:
        """Log and have it taken; the number."""
        seq = len(self.changes) + 1
        record = Record(client="c", n=seq, base_seq=seq - 1, now=46_000.0, seed=seq, op=msgspec.Raw(op))
        change = self.add(OP, pack(record))
        if ticket:
            light = msgspec.structs.replace(record, op=msgspec.Raw(pack(ticket)))
            self.state.prepare(ticket, change.data, pack(light))
        self.state.apply(change)
        return seq

    async def values(self, bottom: int = 10) -> list[Any]:
        window = msgspec.json.decode(
            await self.state.ask("window", ("t1", 0, bottom, 0, 1), None, False, ("", True))
        )
        return list(window["columns"][0]["values"]) if window["columns"] else []

    @property
    def pid(self) -> int:
        pid = self.state.process.pid
        assert pid is not None
        return pid


def put(row: int, value: Any) -> s.SetCells:
    return s.SetCells(tab="t1", cells=[(row, 0, value)])


def numbers(rows: int) -> s.SetBlock:
    return s.SetBlock(tab="t1", row=0, column=0, data=table_bytes({"a": np.arange(float(rows))}))


@asynccontextmanager
async def running(**settings: Any) -> AsyncIterator[Hosts]:
    settings = {"ahead": False, "hosts": 1, "slow_seconds": NEVER, **settings}
    hosts = Hosts(Sheets(**settings))
    processes: list[HostProcess] = []
    try:
        yield hosts
        processes = hosts.processes
    finally:
        hosts.close()
    await until(lambda: not any(psutil.pid_exists(one.pid) for one in processes if one.pid))


@contextmanager
def stopped(pid: int) -> Any:
    """As one that works without end: it answers nothing."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


async def two(hosts: Hosts) -> tuple[Log, Log]:
    return await Log(hosts, "one").open(), await Log(hosts, "two").open()


async def test_who_shares_a_process_with_a_slow_sheet_is_answered_by_another() -> None:
    async with running(slow_seconds=0.3) as hosts:
        slow, quick = await two(hosts)
        assert slow.pid == quick.pid
        before = slow.pid
        await quick.do(put(0, "first"))
        with stopped(before):
            asked = asyncio.ensure_future(slow.do(put(0, "slow")))
            await asyncio.sleep(0)
            # Asked in this order behind what takes long: all of it is answered, in this order, by another process.
            reading = asyncio.ensure_future(quick.values())
            await asyncio.sleep(0)
            seqs = [quick.log(pack(put(row, row))) for row in (1, 2)]
            checked = asyncio.ensure_future(quick.do(put(3, "checked")))
            assert await reading == ["first"]
            for seq in seqs:
                await quick.state.result(seq)
            assert (await checked).seq == 5
            assert await quick.values() == ["first", 1, 2, "checked"]
            assert not asked.done()
            assert quick.told == [2, 3, 4, 5]
            assert (slow.pid, quick.pid == before) == (before, False)
        assert (await asked).seq == 2
        assert await slow.values() == ["slow"]
        assert not slow.lost
        assert not quick.lost
        # Undo reaches back before the move.
        for _ in range(4):
            await quick.state.result(quick.log(await quick.state.ask("step", "ann", True, True)))
        assert [value for value in await quick.values() if value is not None] == []


async def test_a_slow_formula_holds_up_nobody_else() -> None:
    async with running(slow_seconds=0.3) as hosts:
        slow, quick = await two(hosts)
        await slow.do(numbers(6000))
        fill = s.FillFormula(tab="t1", column=1, first=0, last=5999, text="=SUMPRODUCT((A$1:A$2000>A1)*1)")
        order: list[str] = []
        calculated = asyncio.ensure_future(slow.do(fill))
        calculated.add_done_callback(lambda _: order.append("formula"))
        await until(lambda: len(slow.changes) == 3)
        for row in range(20):
            await quick.do(put(row, row))
            order.append("edit")
        await calculated
        assert order == ["edit"] * 20 + ["formula"]
        assert slow.pid != quick.pid
        assert (await slow.values(3), await quick.values(3)) == ([0, 1, 2], [0, 1, 2])


async def test_changes_go_on_while_a_sheet_moves_and_none_is_lost() -> None:
    async with running(hosts=1, own_hosts=1) as hosts:
        large, small = await two(hosts)
        for row in range(30):
            await small.do(put(row, row))
        reading = asyncio.Event()
        real = small.stored

        async def slowly(upto: int) -> Stored:
            found = await real(upto)
            await reading.wait()
            return found

        small.state._stored = slowly
        before = small.pid
        hosts._alone(large.state.process, large.state._key)
        await asyncio.sleep(0)
        # Taken by the process that it is to leave, after what the other one will read of the log.
        for row in range(30, 40):
            await small.do(put(row, row))
        large_op = s.SetCells(tab="t1", cells=[(row, 1, "x" * 30) for row in range(4000)])
        found = await small.state.ask("check", pack(large_op), 2**39, "ann", True)
        assert isinstance(found, int)
        assert small.pid == before
        reading.set()
        await until(lambda: small.pid != before)
        # Checked by the one, taken by the other.
        await small.state.result(small.log(pack(large_op), found))
        assert await small.values(50) == list(range(40)) + [None] * 10
        assert small.told == list(range(2, 43))
        with pytest.raises(WorkspaceError):
            await large.state.process.call("about", small.state._key, ("", True))
        assert not small.lost


async def test_a_sheet_that_grows_large_gets_its_own_and_the_others_leave() -> None:
    async with running(own_mb=1, own_hosts=1) as hosts:
        (
            one,
            two_,
        ) = await two(hosts)
        three = await Log(hosts, "three").open()
        shared = one.pid
        await one.do(numbers(200_000))
        await until(lambda: two_.pid != shared and three.pid != shared)
        assert (one.pid, two_.pid == three.pid) == (shared, True)
        assert [process.owner != "" for process in hosts.processes] == [True, False]
        # No more than the settings allow: the next large one stays with the others.
        await two_.do(numbers(200_000))
        await three.do(put(0, "still"))
        assert two_.pid == three.pid
        # A new one never goes to a process that is one's own; that ends with its sheet.
        four = await Log(hosts, "four").open()
        assert four.pid == two_.pid
        one.state.close()
        await until(lambda: not psutil.pid_exists(shared))
        assert len(hosts.processes) == 1
        assert (await three.values(), (await four.do(put(0, 1))).seq) == (["still"], 2)


async def test_a_sheet_that_is_large_already_is_opened_in_its_own() -> None:
    async with running(own_mb=1) as hosts:
        small = await Log(hosts, "small").open()
        large = await Log(hosts, "large").open()
        await large.do(numbers(200_000))
        await until(lambda: small.pid != large.pid)
        again = Log(hosts, "large")
        again.changes = large.changes
        large.state.close()
        await again.state.taken(None, again.changes)
        assert again.state.process.owner
        assert again.pid != small.pid


async def test_a_move_that_fails_leaves_the_sheet_where_it_is() -> None:
    async with running() as hosts:
        large, small = await two(hosts)

        async def broken(_upto: int) -> Stored:
            raise OSError("the database is away")

        small.state._stored = broken
        hosts._alone(large.state.process, large.state._key)
        await until(lambda: small.state._leaving is None)
        await small.do(put(0, 1))
        assert (small.pid, small.lost) == (large.pid, [])
        # What was one's own is everybody's when its sheet is closed.
        large.state.close()
        assert await small.values() == [1]
        assert small.state.process.owner == ""


async def test_a_change_that_takes_too_long_ends_its_process_and_is_void() -> None:
    async with running(host_seconds=1.0, slow_seconds=0.2) as hosts:
        slow, quick = await two(hosts)
        os.kill(slow.pid, signal.SIGSTOP)
        seq = slow.log(pack(put(0, "never")))
        with pytest.raises(TooLarge):
            await slow.state.result(seq)
        assert slow.void == [seq]
        assert slow.lost
        assert (await quick.do(put(0, 1))).seq == 2
        assert not quick.lost
        again = Log(hosts, "one")
        again.changes = [one for one in slow.changes if one.seq not in slow.void]
        slow.state.close()
        await again.state.taken(None, again.changes)
        assert await again.values() == []


async def test_what_only_waits_behind_it_goes_on_elsewhere() -> None:
    async with running(host_seconds=1.0) as hosts:
        slow, other = await two(hosts)
        os.kill(slow.pid, signal.SIGSTOP)
        asked = asyncio.ensure_future(slow.state.ask("about", ("", True)))
        await asyncio.sleep(0)
        seq = other.log(pack(put(0, "waits")))
        with pytest.raises(TooLong):
            await asked
        # It goes on in another process, as if nothing had happened; so does the sheet of whose question it was.
        assert await other.state.result(seq)
        assert (await other.values(), await slow.values()) == (["waits"], [])
        assert (other.void, other.lost, slow.lost) == ([], [], [])


async def test_processes_that_end_again_and_again_are_not_tried_for_ever() -> None:
    async with running() as hosts:
        sheet = await Log(hosts, "one").open()
        await sheet.do(put(0, 1))
        started: list[int] = []

        async def dying(*_arguments: Any) -> HostProcess:
            process = await real(*_arguments)
            started.append(process.pid or 0)
            os.kill(started[-1], signal.SIGKILL)
            return process

        real, hosts.place = hosts.place, dying  # type: ignore[method-assign]
        os.kill(sheet.pid, signal.SIGKILL)
        seq = sheet.log(pack(put(1, 2)))
        with pytest.raises(Unavailable):
            await sheet.state.result(seq)
        assert len(started) == 2
        assert (len(sheet.lost) > 0, sheet.void) == (True, [])
        hosts.place = real  # type: ignore[method-assign]
        again = Log(hosts, "one")
        again.changes = sheet.changes
        await again.state.taken(None, again.changes)
        assert await again.values() == [1, 2]


async def until_refused(sheet: Log) -> WorkspaceError:
    """Paste more and more."""
    block = table_bytes({f"c{place}": np.arange(100_000.0) for place in range(10)})
    for place in range(1, 60):
        try:
            await sheet.do(s.SetBlock(tab="t1", row=0, column=place * 10, data=block))
        except WorkspaceError as error:
            return error
    raise AssertionError("it was never too much")


async def test_a_sheet_that_needs_more_memory_is_refused_and_opens_again() -> None:
    async with running(host_memory_mb=640, own_mb=2000) as hosts:
        sheet, other = await two(hosts)
        await sheet.do(put(0, "small"))
        refused = await until_refused(sheet)
        assert refused.status == 413
        assert await other.values() == []
        assert set(sheet.void) <= {len(sheet.changes)}
        again = Log(hosts, "one")
        again.changes = [one for one in sheet.changes if one.seq not in sheet.void]
        sheet.state.close()
        assert await again.state.taken(None, again.changes[:2]) == set()
        assert await again.values(1) == ["small"]


async def test_memory_that_is_short_makes_no_acknowledged_change_void() -> None:
    async with running(own_mb=2000) as hosts, running(own_mb=2000, host_memory_mb=512) as poor:
        rich = await Log(hosts, "one").open()
        for place in range(1, 16):
            block = {f"c{at}": np.arange(200_000.0) for at in range(10)}
            data = table_bytes(block)
            await rich.do(s.SetBlock(tab="t1", row=0, column=place * 10, data=data))
        again = Log(poor, "one")
        with pytest.raises(Unavailable):
            await again.state.taken(None, rich.changes)


async def test_the_next_process_is_started_ahead_and_idle_ones_end() -> None:
    async with running(ahead=True, hosts=2, idle_seconds=0.0) as hosts:
        hosts.prepare()
        await until(lambda: hosts._ready is not None and hosts._ready._ready)
        assert hosts._ready is not None
        ahead = hosts._ready.pid
        assert await hosts.ask("blank", "Sheet 1")
        assert hosts.processes == []
        first = await Log(hosts, "one").open()
        assert first.pid == ahead
        await until(lambda: hosts._ready is not None and hosts._ready.pid != ahead)
        hosts.tidy()
        assert [one.pid for one in hosts.processes] == [ahead]
        await first.do(put(0, 1))
        first.state.close()
        await until(lambda: not hosts.processes[0].busy)
        hosts.tidy()
        assert hosts.processes == []
        assert hosts._ready is not None
        assert not hosts._ready.gone
