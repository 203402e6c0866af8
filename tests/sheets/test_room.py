"""Many who write at once into one open sheet: what its process holds is what the log says."""

import asyncio
import gc
import weakref
from pathlib import Path

import pytest

from openpaas_workspace.kit.errors import Forbidden, WorkspaceError
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.realtime.binding import Bound
from openpaas_workspace.realtime.service import store
from openpaas_workspace.sharing.schemas import Level
from openpaas_workspace.sheets import schemas as s
from openpaas_workspace.sheets.schemas.calls import Submission
from openpaas_workspace.sheets.service.bench import LARGE, Bench
from openpaas_workspace.sheets.service.room import Sender, SheetRoom, open_room
from tests.realtime.house import House, actor
from tests.sheets.logs import EPOCH, Log
from tests.sheets.rooms import fresh, row, sheets


@pytest.mark.long
def test_large_edits_of_two_people_at_once_are_each_their_own(tmp_path: Path) -> None:
    asyncio.run(_large(tmp_path))


async def _large(folder: Path) -> None:
    async with sheets("sqlite", folder) as rooms:
        log: Log = fresh()
        await log.store(rooms.workspace)
        rooms.shelf.bounds[log.id] = Bound(log.id, "binary", "sheet")
        room = await open_room(rooms.workspace, log.id)

        async def paste(who: str, n: int, column: int) -> None:
            sender = Sender(actor(who), lambda: Level.editor, lambda: None)
            cells = [(number, column, f"{who} {n} {number} {'x' * 20}") for number in range(5_000)]
            op = s.SetCells(tab="t", cells=cells)
            await room.submit(sender, Submission(client=who, n=n, base_seq=log.seq, op=op))

        for n in range(3):
            await asyncio.gather(
                *(paste(who, n, column) for column, who in enumerate(("alice", "bob", "carol")))
            )
        assert room.live.failed is None
        _, now = await room.state.whole()
        stored = await store.read(rooms.workspace, log.id, EPOCH, room.live.seq)
        assert all(len(one.data) > LARGE for one in stored.changes[2:])
        assert Bench().earlier(stored.snapshot, [row(one) for one in stored.changes]) == now


async def _opened(rooms: House) -> SheetRoom:
    log: Log = fresh()
    await log.store(rooms.workspace)
    rooms.shelf.bounds[log.id] = Bound(log.id, "binary", "sheet")
    return await open_room(rooms.workspace, log.id)


def test_what_nobody_has_open_any_more_is_kept_nowhere(tmp_path: Path) -> None:
    asyncio.run(_closed(tmp_path))


async def _closed(folder: Path) -> None:
    async with sheets("sqlite", folder) as rooms:
        room = await _opened(rooms)
        sender = Sender(actor("alice"), lambda: Level.editor, lambda: None)
        await room.submit(
            sender, Submission(client="w", n=1, base_seq=2, op=s.Freeze(tab="t", rows=1, columns=0))
        )
        file_id, gone = room.live.ref.id, weakref.ref(room)
        assert await open_room(rooms.workspace, file_id) is room
        await rooms.host.forget(file_id, "closed")
        assert Ref("file", file_id) not in rooms.host.objects
        del room
        gc.collect()
        assert gone() is None


@pytest.mark.parametrize("at", [0, 1], ids=["while it waits for its turn", "while it is checked"])
def test_who_does_not_manage_any_more_writes_in_no_protected_cell(tmp_path: Path, at: int) -> None:
    asyncio.run(_demoted(tmp_path, at))


async def _demoted(folder: Path, at: int) -> None:
    async with sheets("sqlite", folder) as rooms:
        room = await _opened(rooms)
        now = [Level.manager, Level.manager]

        def level() -> Level:
            return now.pop(0) if now else Level.editor

        alice = Sender(actor("alice"), lambda: Level.manager, lambda: None)
        closed = s.Protect(id="p", tab="t", members=[], columns=[0])
        await room.submit(alice, Submission(client="a", n=1, base_seq=2, op=closed))
        del now[at:]
        write = Submission(client="b", n=1, base_seq=room.live.seq, op=s.SetCells(tab="t", cells=[(0, 0, 1)]))
        with pytest.raises(WorkspaceError) as refused:
            await room.submit(Sender(actor("bob"), level, lambda: None), write)
        assert refused.value.status == Forbidden.status
        assert room.live.seq == 3
