"""The event stream: every fact once, in order, without a gap, on both databases, whatever commits when."""

import asyncio
import contextlib
import sys
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, update

from openpaas_workspace.core.db import sync_engine
from openpaas_workspace.core.events import Event, Recorded
from openpaas_workspace.core.follower import cursors_table
from openpaas_workspace.core.stream import events_table, row_of, stream_table
from openpaas_workspace.kit.actors import SYSTEM
from openpaas_workspace.kit.clock import now
from tests.conftest import examples
from tests.core.databases import BACKENDS, database_url, eventually, open_workspace, told

DAY = 86_400_000


class Counted(Event, frozen=True, kw_only=True, tag=True):
    """Test fact."""

    n: int


class Passing(Event, frozen=True, kw_only=True, tag=True):
    """Test fact that is kept ten days."""

    retention_days: ClassVar[int] = 10


class Heard:
    """A listener that notes and can be awaited."""

    def __init__(self) -> None:
        self.events: list[Recorded] = []
        self._changed = asyncio.Event()

    async def __call__(self, batch) -> None:
        self.events.extend(batch)
        self._changed.set()

    async def until(self, count: int) -> None:
        await self._until(lambda: len(self.events) >= count)

    async def until_seq(self, seq: int) -> None:
        await self._until(lambda: bool(self.events) and self.events[-1].seq >= seq)

    async def _until(self, reached) -> None:
        async with asyncio.timeout(30):
            while not reached():
                self._changed.clear()
                await self._changed.wait()


@pytest.fixture(params=BACKENDS)
async def workspace(request, tmp_path):
    async with database_url(request.param, tmp_path) as url, open_workspace(url, tmp_path) as workspace:
        yield workspace


async def publish(workspace, *facts: Event) -> None:
    async with workspace.db.unit(SYSTEM) as work:
        for fact in facts:
            work.publish(fact)


async def publish_numbered(workspace, count: int) -> None:
    await publish(workspace, *[Counted(ref="test:x", n=n) for n in range(count)])


@given(
    plan=st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from([0.0, 0.0, 0.002, 0.01]), st.booleans()),
        min_size=1,
        max_size=25,
    )
)
@settings(
    max_examples=examples(12),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    database=None,
)
@pytest.mark.parametrize("backend", BACKENDS)
def test_concurrent_units_are_heard_once_in_order_without_gap(backend, plan, tmp_path_factory) -> None:
    folder = tmp_path_factory.mktemp("bus")
    asyncio.run(_concurrent(backend, plan, folder))


async def _concurrent(backend: str, plan, folder: Path) -> None:
    async with database_url(backend, folder) as url, open_workspace(url, folder) as workspace:
        heard = Heard()
        workspace.db.bus.listen("test", heard)

        async def one(unit: int, facts: int, wait: float, fails: bool) -> None:
            async with workspace.db.unit(SYSTEM) as work:
                for n in range(facts):
                    work.publish(Counted(ref=f"test:{unit}", n=n))
                await work.scalar(select(1))
                await workspace.db.bus.record(work)  # ids are taken here, commits come in another order
                work.events.clear()
                await asyncio.sleep(wait)
                if fails:
                    raise RuntimeError("rolled back")
            workspace.db.bus.wake()

        jobs = [one(unit, *step) for unit, step in enumerate(plan) if step[0]]
        await asyncio.gather(*jobs, return_exceptions=True)
        expected = {
            (f"test:{u}", n) for u, (count, _, fails) in enumerate(plan) if not fails for n in range(count)
        }
        await heard.until(len(expected))
        assert [event.seq for event in heard.events] == list(range(1, len(expected) + 1))
        assert {(event.ref, event.data["n"]) for event in heard.events} == expected
        found = await workspace.db.bus.verify()
        assert (found.ok, found.checked) == (True, len(expected))


@pytest.mark.skipif("postgresql" not in BACKENDS, reason="no PostgreSQL on this machine")
async def test_a_late_commit_with_an_early_id_is_not_missed(tmp_path) -> None:
    async with database_url("postgresql", tmp_path) as url, open_workspace(url, tmp_path) as workspace:
        heard = Heard()
        workspace.db.bus.listen("test", heard)
        async with workspace.db.unit(SYSTEM) as early:
            early.publish(Counted(ref="test:early", n=0))
            await workspace.db.bus.record(early)
            early.events.clear()
            await publish(workspace, Counted(ref="test:late", n=1))
            await heard.until(1)
        workspace.db.bus.wake()
        await heard.until(2)
        assert [(e.seq, e.ref) for e in heard.events] == [(1, "test:late"), (2, "test:early")]
        async with workspace.db.read(SYSTEM) as work:
            by_id = await work.all(select(events_table.c.ref).order_by(events_table.c.id))
        assert [row.ref for row in by_id] == ["test:early", "test:late"]


@pytest.mark.parametrize("backend", BACKENDS)
async def test_two_processes_never_number_twice_and_both_hear_all(backend, tmp_path) -> None:
    count = 40
    async with database_url(backend, tmp_path) as url:
        async with open_workspace(url, tmp_path, start=False):
            pass  # makes the tables
        processes = [
            await asyncio.create_subprocess_exec(
                *(
                    sys.executable,
                    "-m",
                    "tests.core.dispatcher",
                    url,
                    str(tmp_path),
                    str(count),
                    str(2 * count),
                ),
                cwd=Path(__file__).parents[2],
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
            )
            for _ in range(2)
        ]
        async with asyncio.timeout(100):
            for process in processes:
                assert await process.stdout.readline() == b"ready 0\n"
            for process in processes:
                process.stdin.write(b"\n")
            heard = [[int(n) for n in (await process.communicate())[0].split()] for process in processes]
        assert heard == [list(range(1, 2 * count + 1))] * 2
        async with open_workspace(url, tmp_path) as workspace:
            found = await workspace.db.bus.verify()
            assert (found.ok, found.checked, found.last) == (True, 2 * count, 2 * count)


async def test_rows_that_another_thread_wrote_are_numbered_and_told_too(workspace) -> None:
    heard = Heard()
    workspace.db.bus.listen("test", heard)
    async with workspace.db.read(SYSTEM) as work:
        row = row_of(Counted(ref="test:thread", n=1), work)

    def write() -> None:
        engine = sync_engine(workspace.db)
        with engine.begin() as connection:
            connection.execute(events_table.insert(), [row, row])
        engine.dispose()

    await asyncio.to_thread(write)
    await publish_numbered(workspace, 1)
    await heard.until(3)
    assert [event.seq for event in heard.events] == [1, 2, 3]
    assert sorted(event.ref for event in heard.events) == ["test:thread", "test:thread", "test:x"]
    assert (await workspace.db.bus.verify()).ok


async def test_a_failing_listener_stops_nobody(workspace) -> None:
    async def broken(batch) -> None:
        raise RuntimeError("broken")

    heard = Heard()
    workspace.db.bus.listen("broken", broken)
    workspace.db.bus.listen("test", heard)
    await publish_numbered(workspace, 3)
    await publish_numbered(workspace, 2)
    await heard.until(5)
    assert [event.seq for event in heard.events] == [1, 2, 3, 4, 5]


async def test_a_rolled_back_unit_leaves_no_trace(workspace) -> None:
    with contextlib.suppress(RuntimeError):
        async with workspace.db.unit(SYSTEM) as work:
            work.publish(Counted(ref="test:x", n=1))
            await workspace.db.bus.record(work)
            raise RuntimeError
    await publish_numbered(workspace, 1)
    heard = [event.seq for event in await _numbered(workspace, 1)]
    assert heard == [1]


async def _numbered(workspace, count: int) -> list[Recorded]:
    await told(workspace)
    found = await workspace.db.bus.since(0)
    assert len(found) == count
    return found


@pytest.mark.parametrize("backend", BACKENDS)
async def test_a_follower_goes_on_after_a_restart_and_hears_what_failed_again(backend, tmp_path) -> None:
    async with database_url(backend, tmp_path) as url:
        first = Heard()
        async with open_workspace(url, tmp_path) as workspace:
            workspace.db.bus.follow("index", first)
            await publish_numbered(workspace, 3)
            await first.until(3)
        async with open_workspace(url, tmp_path) as workspace:
            await publish_numbered(workspace, 2)
            second, calls = Heard(), []

            async def once_broken(batch) -> None:
                calls.append(batch[0].seq)
                if len(calls) == 1:
                    raise RuntimeError("once")
                await second(batch)

            workspace.db.bus.follow("index", once_broken)
            await second.until(2)
            assert calls[:2] == [4, 4]
            assert [event.seq for event in second.events] == [4, 5]


@pytest.mark.parametrize("backend", BACKENDS)
async def test_a_killed_follower_repeats_but_misses_nothing_and_one_process_holds_the_cursor(
    backend, tmp_path
) -> None:
    async with (
        database_url(backend, tmp_path) as url,
        open_workspace(url, tmp_path) as one,
        open_workspace(url, tmp_path) as two,
    ):
        first, second = Heard(), Heard()
        one.db.bus.follow("index", first, beginning=True)
        await publish_numbered(one, 5)
        await first.until(5)
        two.db.bus.follow("index", second, beginning=True)
        await publish_numbered(two, 1)
        await first.until(6)
        assert second.events == []
        killed = one.db.bus._followers.pop("index")
        killed._task.cancel()  # as kill -9: the cursor is not written, the lease runs out
        async with one.db.unit(SYSTEM) as work:
            await work.execute(update(cursors_table).values(until=now() - 1))
        two.db.bus._followers["index"].wake()
        await publish_numbered(two, 1)
        await second.until(1)
        await second.until_seq(7)
        numbers = [event.seq for event in second.events]
        assert numbers == list(range(numbers[0], 8))


async def test_verify_names_the_first_broken_row(workspace) -> None:
    await publish_numbered(workspace, 20)
    await _numbered(workspace, 20)
    bus, seq = workspace.db.bus, events_table.c.seq
    assert (await bus.verify()).ok
    breaks = [
        (update(events_table).where(seq == 15).values(actor="mallory"), 15, "changed"),
        (update(events_table).where(seq == 12).values(at=5), 12, "changed"),
        (delete(events_table).where(seq == 7), 7, "missing"),
        (delete(events_table).where(seq <= 2), 1, "missing"),
    ]
    for statement, broken, word in breaks:
        async with workspace.db.unit(SYSTEM) as work:
            await work.execute(statement)
        found = await bus.verify()
        assert (found.ok, found.broken) == (False, broken)
        assert word in found.reason


async def test_verify_sees_a_cut_end_and_rows_emptied_too_early(workspace) -> None:
    await publish_numbered(workspace, 9)
    await _numbered(workspace, 9)
    async with workspace.db.unit(SYSTEM) as work:
        await work.execute(delete(events_table).where(events_table.c.seq == 9))
    found = await workspace.db.bus.verify()
    assert (found.ok, found.broken) == (False, 9)
    from openpaas_workspace.core.stream import _EMPTY

    async with workspace.db.unit(SYSTEM) as work:
        await work.execute(update(events_table).where(events_table.c.seq == 4).values(_EMPTY))
    found = await workspace.db.bus.verify()
    assert (found.ok, found.broken, found.reason) == (False, 4, "The row was emptied before its time.")


async def test_pruning_by_type_leaves_a_chain_that_verifies(workspace, monkeypatch) -> None:
    today = now()

    def clock(days_ago: int) -> None:
        monkeypatch.setattr("openpaas_workspace.core.stream.now", lambda: today - days_ago * DAY)

    clock(400)
    await publish(workspace, Passing(ref="test:x"), *[Counted(ref="test:x", n=n) for n in range(3)])
    clock(20)
    await publish(workspace, Counted(ref="test:x", n=9), Passing(ref="test:x"), Counted(ref="test:x", n=10))
    clock(0)
    await publish(workspace, Passing(ref="test:x"))
    await _numbered(workspace, 8)
    assert await workspace.db.bus.prune(365) == 5
    assert [(e.seq, e.type) for e in await workspace.db.bus.since(0)] == [
        (5, "Counted"),
        (7, "Counted"),
        (8, "Passing"),
    ]
    found = await workspace.db.bus.verify()
    assert (found.ok, found.first, found.last, found.checked) == (True, 5, 8, 4)
    await publish(workspace, Counted(ref="test:x", n=11))
    await _numbered(workspace, 4)
    assert (await workspace.db.bus.verify()).last == 9
    clock(-400)
    assert await workspace.db.bus.prune(365) == 4
    found = await workspace.db.bus.verify()
    assert (found.ok, found.first, found.last, found.checked) == (True, 10, 9, 0)
    clock(0)
    await publish(workspace, Counted(ref="test:x", n=12))
    assert [event.seq for event in await _numbered(workspace, 1)] == [10]
    assert (await workspace.db.bus.verify()).ok
    async with workspace.db.unit(SYSTEM) as work:
        await work.execute(update(stream_table).values(pruned_chain=b"x"))
    assert (await workspace.db.bus.verify()).broken == 10


async def _listens(workspace) -> bool:
    return workspace.db.bus._wakeup.backend is not None


@pytest.mark.skipif("postgresql" not in BACKENDS, reason="no PostgreSQL on this machine")
async def test_the_stream_goes_on_when_the_wake_up_connection_is_cut(tmp_path) -> None:
    async with (
        database_url("postgresql", tmp_path) as url,
        open_workspace(url, tmp_path) as one,
        open_workspace(url, tmp_path) as two,
    ):
        heard = Heard()
        two.db.bus.listen("test", heard)
        await publish_numbered(one, 1)
        await heard.until(1)
        await eventually(lambda: _listens(two))
        async with one.db.read(SYSTEM) as work:
            await work.scalar(select(func.pg_terminate_backend(two.db.bus._wakeup.backend)))
        await publish_numbered(one, 1)
        await heard.until(2)
        assert [event.seq for event in heard.events] == [1, 2]
