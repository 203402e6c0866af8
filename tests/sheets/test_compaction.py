"""Old changes of sheets are made fewer: what stays is what it was, on each database."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import hypothesis.strategies as st
import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from sqlalchemy import select

from openpaas_workspace.core.blobs import Blobs, sweep_blobs
from openpaas_workspace.kit.actors import SYSTEM
from openpaas_workspace.kit.errors import WorkspaceError
from openpaas_workspace.realtime.models import snapshots
from openpaas_workspace.realtime.service import shortening, store
from openpaas_workspace.realtime.service.compaction import compact_old
from openpaas_workspace.sharing.schemas import Level
from openpaas_workspace.sheets import schemas as s
from openpaas_workspace.sheets.engine.shorten import Differs
from openpaas_workspace.sheets.engine.shorten import Shortener as Shortened
from openpaas_workspace.sheets.schemas.calls import Outcome, Submission
from openpaas_workspace.sheets.service import records
from openpaas_workspace.sheets.service.bench import Bench
from openpaas_workspace.sheets.service.process import Refusal
from openpaas_workspace.sheets.service.records import MERGED, OP
from openpaas_workspace.sheets.service.room import Sender, open_room
from tests.conftest import examples
from tests.core.databases import BACKENDS, database_url
from tests.realtime.house import House, actor, house
from tests.sheets.engine.test_log import build, small
from tests.sheets.host import table_bytes
from tests.sheets.logs import EPOCH, MINUTE, SECOND, Log
from tests.sheets.rooms import edited, fresh, register, row, sheets, shorten


@pytest.fixture(params=BACKENDS)
async def rooms(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[House]:
    async with sheets(request.param, tmp_path) as built:
        yield built


@pytest.fixture
async def quick(tmp_path: Path) -> AsyncIterator[House]:
    async with sheets("sqlite", tmp_path) as built:
        yield built


waits = st.sampled_from([SECOND, SECOND, 20 * SECOND, 4 * MINUTE, 6 * MINUTE])
steps = st.lists(
    st.tuples(st.integers(0, 33), st.sampled_from(["ann", "bob", "cyd"]), small, small, small, small, waits),
    max_size=40,
)


def play(log: Log, listed: list[Any]) -> None:
    """Does what can be done."""
    others: list[bytes] = []
    for kind, who, a, b, c, d, wait in listed:
        try:
            if kind in {25, 26}:
                log.add(log.book.undo(who), who, wait=wait)
            elif kind == 27:
                log.add(log.book.redo(who), who, wait=wait)
            elif kind == 28 and others:
                log.replace(others[b % len(others)], ["import", "write", "restore"][c % 3], who, wait)
            elif kind == 29:
                log.void(wait)
            elif kind in {30, 31}:
                log.keep(f"v{log.seq}" if kind == 30 else None)
                others.append(log.book.to_container())
            else:
                base = max(log.book.seq - d % 4, log.book.history.start) if b % 3 == 0 else log.book.seq
                op = log.book.check(build(log, kind if kind < 25 else 0, a, b, c, d), base, who)  # type: ignore[arg-type]
                log.add(op, who, f"{who}{a % 2}", wait)
        except WorkspaceError:
            continue


@settings(
    max_examples=examples(40),
    phases=[Phase.explicit, Phase.generate],
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(listed=steps, cuts=st.lists(st.integers(0, 45), min_size=1, max_size=3))
async def test_whatever_was_done_every_state_that_stays_is_the_same(
    rooms: House, listed: list[Any], cuts: list[int]
) -> None:
    log = fresh()
    play(log, listed)
    await log.store(rooms.workspace)
    before = {grain: await log.listing(rooms.workspace, grain) for grain in ("session", "author")}
    for cut in sorted(cuts):
        at = log.rows[min(cut, log.seq) - 1]["at"] + 1 if cut else 0
        await shorten(rooms, log, at)
        await check(rooms, log, before)
    await shorten(rooms, log)
    left = await log.left(rooms.workspace)
    await check(rooms, log, before)
    await shorten(rooms, log)
    assert await log.left(rooms.workspace) == left


async def check(rooms: House, log: Log, before: dict[str, Any]) -> None:
    left = await log.left(rooms.workspace)
    stays = {one.seq for one in left if one.kind != store.VOID}
    assert {one["seq"] for one in log.kept} - {0} <= {one.seq for one in left}
    for seq in range(1, log.seq + 1):
        exact = await store.exact(rooms.workspace, log.id, EPOCH, seq)
        if seq in stays:
            assert exact == seq
            assert await log.state(rooms.workspace, seq) == log.states[seq], seq
        elif log.rows[seq - 1]["kind"] != store.VOID:
            assert exact < seq
    assert await log.state(rooms.workspace, log.seq) == log.states[log.seq]
    assert keys(left) == keys([msgspec.convert(one, _Row) for one in log.rows])
    assert [alike(one) for one in await log.listing(rooms.workspace)] == [
        alike(one) for one in before["session"]
    ]
    told = await log.listing(rooms.workspace, "author")
    assert told == await log.listing(rooms.workspace, "author", 500)
    assert [one.seq for one in told] == sorted({one.seq for one in told}, reverse=True)
    assert all(one.exact for one in told)
    assert {(one.author, one.first_seq) for one in told if one.kind == "restore"} == {
        (one.author, one.first_seq) for one in before["author"] if one.kind == "restore"
    }


class _Row(msgspec.Struct):
    seq: int
    author: str
    session: str
    kind: str
    data: bytes


def keys(rows: Any) -> dict[Any, int]:
    """The changes that are known when they are sent again."""
    return {
        (who, client, n): seq
        for one in rows
        if one.kind in {OP, MERGED}
        for who, client, n, seq in records.known(one.kind, one.seq, one.author, one.session, bytes(one.data))
    }


def alike(entry: Any) -> Any:
    """An entry without how many changes it is made of, and the order of its people, which depends on that."""
    people = sorted({(one.author, one.author_kind, one.behalf) for one in entry.people})
    return msgspec.structs.replace(entry, count=0, author="", people=[]), people


async def test_the_job_makes_old_edits_few_and_the_sheet_is_opened_from_them(rooms: House) -> None:
    log = fresh()
    edited(log, 900)
    log.put(0, 0, "=SUM(A2:A7)")
    await log.store(rooms.workspace)
    register(rooms, log)
    await compact_old(rooms.workspace)
    left = await log.left(rooms.workspace)
    assert len(left) < 30
    assert await log.state(rooms.workspace, log.seq) == log.states[log.seq]
    room = await open_room(rooms.workspace, log.id)
    assert (await room.state.ask("container"))[1] == log.book.to_container()
    sender = Sender(actor("alice"), lambda: Level.editor, lambda: None)
    # What was sent before the changes were merged is known.
    again = Submission(client="bob", n=901, base_seq=0, op=s.SetCells(tab="t", cells=[(0, 0, "twice")]))
    assert room.done(Sender(actor("bob"), lambda: Level.editor, lambda: None), "bob", 901) == Outcome(seq=901)
    assert (await room.submit(Sender(actor("bob"), lambda: Level.editor, lambda: None), again)).seq == 901
    with pytest.raises(Refusal):
        await room.step(sender, "alice", 1, back=True)
    made = await room.submit(sender, msgspec.structs.replace(again, client="alice", n=2, base_seq=log.seq))
    assert made.seq == log.seq + 1
    assert (await room.step(sender, "alice", 3, back=True)).seq == log.seq + 2
    await compact_old(rooms.workspace)
    assert [one.seq for one in await log.left(rooms.workspace)] == [
        *(one.seq for one in left), log.seq + 1, log.seq + 2,
    ]  # fmt: skip


async def test_an_open_sheet_goes_on_while_its_old_changes_are_merged(rooms: House) -> None:
    log = fresh()
    edited(log, 600)
    await log.store(rooms.workspace)
    register(rooms, log)
    room = await open_room(rooms.workspace, log.id)
    sender = Sender(actor("alice"), lambda: Level.editor, lambda: None)

    async def write() -> None:
        for n in range(20):
            op = s.SetCells(tab="t", cells=[(n, 5, n)])
            await room.submit(sender, Submission(client="a", n=n, base_seq=room.live.seq, op=op))

    await asyncio.gather(write(), compact_old(rooms.workspace))
    assert len(await log.left(rooms.workspace)) < 60
    _, now = await room.state.whole()
    stored = await store.read(rooms.workspace, log.id, EPOCH, room.live.seq)
    assert Bench().earlier(stored.snapshot, [row(one) for one in stored.changes]) == now


async def test_merged_history_is_told_page_by_page_as_on_one(quick: House) -> None:
    log = fresh()
    edited(log)
    await log.store(quick.workspace)
    await shorten(quick, log)
    told = await log.listing(quick.workspace, "author", 1)
    assert told == await log.listing(quick.workspace, "author", 500)
    assert [(one.seq, one.first_seq) for one in told] == [(42, 3), (41, 5), (40, 4), (2, 1)]


async def test_what_is_little_waits(quick: House) -> None:
    log = fresh()
    edited(log, 300)
    await log.store(quick.workspace)
    register(quick, log)
    await compact_old(quick.workspace)
    assert len(await log.left(quick.workspace)) == log.seq


async def test_what_fails_in_the_middle_changes_nothing(
    rooms: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = fresh()
    edited(log)
    await log.store(rooms.workspace)
    before = await log.left(rooms.workspace)
    # The insert is the last but one statement of the transaction.
    monkeypatch.setattr(shortening, "insert", lambda _table: (_ for _ in ()).throw(OSError("killed")))
    with pytest.raises(OSError, match="killed"):
        await shorten(rooms, log)
    assert await log.left(rooms.workspace) == before
    monkeypatch.undo()
    assert (await shorten(rooms, log))[1] < 10


async def test_a_kill_in_the_middle_changes_nothing(tmp_path: Path) -> None:
    """A process of its own is killed between what is deleted and what is written."""
    async with database_url("sqlite", tmp_path) as url:
        log = fresh()
        edited(log)
        async with house(url, tmp_path) as rooms:
            await log.store(rooms.workspace)
            before = await log.left(rooms.workspace)
        killed = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "tests.sheets.killed", url, str(tmp_path), log.id],
            cwd=Path(__file__).parents[2],
        )
        assert killed.returncode == -signal.SIGKILL
        async with house(url, tmp_path, people=False) as rooms:
            assert await log.left(rooms.workspace) == before
            assert (await shorten(rooms, log))[1] < 10


async def test_a_log_that_would_differ_stays_as_it_is(quick: House, monkeypatch: pytest.MonkeyPatch) -> None:
    log = fresh()
    edited(log)
    await log.store(quick.workspace)
    before = await log.left(quick.workspace)

    def differs(*_: Any) -> None:
        raise Differs

    monkeypatch.setattr(Shortened, "shorten", differs)
    assert await shorten(quick, log) == (log.seq, log.seq)
    assert await log.left(quick.workspace) == before


async def test_a_version_named_meanwhile_keeps_its_change(
    rooms: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = fresh()
    edited(log)
    await log.store(rooms.workspace)

    async def named(head: Any, plan: Any) -> None:
        monkeypatch.undo()
        await store.keep_snapshot(rooms.workspace, log.id, EPOCH, 20, b"the state")

    original = shortening._write

    async def late(workspace: Any, head: Any, plan: Any, made: Any) -> None:
        await named(head, plan)
        await original(workspace, head, plan, made)

    monkeypatch.setattr(shortening, "_write", late)
    with pytest.raises(RuntimeError, match="meanwhile"):
        await shorten(rooms, log)
    assert len(await log.left(rooms.workspace)) == log.seq
    await shorten(rooms, log)
    assert 20 in {one.seq for one in await log.left(rooms.workspace)}
    # Of a change that is not there any more no state is kept.
    await store.keep_snapshot(rooms.workspace, log.id, EPOCH, 15, b"the state")
    async with rooms.workspace.db.read(SYSTEM) as work:
        kept = await work.all(select(snapshots.c.seq).where(snapshots.c.object_id == log.id))
    assert [one.seq for one in kept] == [20]


async def test_large_blocks_written_again_become_the_sheet_itself_and_their_bytes_are_swept(
    quick: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = fresh()
    dice = np.random.default_rng(1)
    blobs = quick.workspace.get(Blobs)
    for _ in range(6):
        data = table_bytes({"a": dice.random(60_000)})
        log.do(s.SetBlock(tab="t", row=0, column=0, data=data), "bob")
        row_of = log.rows[-1]
        row_of["blob"], row_of["data"] = blobs.put(row_of["data"]), None
    await log.store(quick.workspace)
    assert await shorten(quick, log) == (8, 3)
    monkeypatch.setattr("openpaas_workspace.core.blobs.GRACE", -10.0)
    await sweep_blobs(quick.workspace)
    assert len(list(tmp_path.glob("blobs/*/*/*"))) == 1
    assert await log.state(quick.workspace, log.seq) == log.states[log.seq]


@pytest.mark.parametrize(
    ("kind", "error"), [(OP, MemoryError()), (MERGED, ValueError("damaged"))], ids=["memory", "merged"]
)
def test_what_was_taken_once_is_not_given_up(
    kind: str, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = fresh()
    rows = [(one["seq"], one["author"], one["kind"], one["data"]) for one in log.rows]

    def fails(_data: bytes) -> Any:
        raise error

    assert Bench().open("it", None, [*rows, (3, "ann", OP, b"rubbish")])[0] == [3]
    monkeypatch.setattr(records, "record", fails)
    monkeypatch.setattr(records, "_merged", SimpleNamespace(decode=fails))
    with pytest.raises(type(error)):
        Bench().open("it", None, [(3, "ann", kind, b"")])
