"""Sheets as live objects: the log is the ground's, the state is in a process of its own."""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.kit.actors import SYSTEM, Actor
from openpaas_workspace.kit.errors import Forbidden, Invalid, NotFound
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.realtime.binding import Binding
from openpaas_workspace.realtime.service import store
from openpaas_workspace.realtime.service.kinds import Description, LiveKind, Shortener, State
from openpaas_workspace.realtime.service.log import Change
from openpaas_workspace.realtime.service.store import Stored
from openpaas_workspace.sharing.schemas import Level
from openpaas_workspace.sharing.service.rights import level as level_of
from openpaas_workspace.sheets.service.converting import Converters
from openpaas_workspace.sheets.service.hosts import Hosts
from openpaas_workspace.sheets.service.process import HostProcess
from openpaas_workspace.sheets.service.records import MERGED, OP, REMEMBERED
from openpaas_workspace.sheets.service.state import SheetState, row_of

# So many changes can still be undone after a sheet has gone to another process.
_UNDOABLE: Final = 100


class SheetKind(LiveKind):
    """`file/sheet`: ops in the order of the server."""

    serial = True
    elsewhere = True
    merges = (OP, MERGED)

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    async def describe(self, object_id: str) -> Description:
        bound = await self._workspace.get(Binding).resolve(object_id)
        return Description(bound.type, bound.format, object_id)

    async def first(self, object_id: str, described: Description) -> tuple[bytes, Actor] | None:  # noqa: ARG002  (all are files of one format)
        value, author = await self._workspace.get(Binding).first_content(object_id)
        data = await asyncio.to_thread(value.function, *value.args) if not isinstance(value, bytes) else value
        return (await self.accepted(data) if data else b""), author

    def state(self, described: Description) -> SheetState:
        object_id = described.object_id
        return SheetState(self._workspace.get(Hosts), object_id, partial(self._stored, object_id))

    async def _stored(self, object_id: str, upto: int) -> Stored:
        """What builds the sheet at a number, with changes before it that can still be undone."""
        async with self._workspace.db.read(SYSTEM) as work:
            row = await store.head(work, object_id)
        if row is None:
            raise NotFound
        kept = max(0, upto - _UNDOABLE)
        return await store.read(self._workspace, object_id, row.epoch, upto, snapshot_upto=kept)

    def frame(self, change: Change) -> bytes | None:  # noqa: ARG002  (told once the process says what it did)
        return None

    async def accepted(self, value: Any) -> bytes:
        if not isinstance(value, bytes):
            raise Invalid("A sheet is the bytes of its file.")
        data: bytes = await self._workspace.get(Hosts).ask("accepted", value)
        return data

    async def replaceable(self, object_id: str, state: State, actor: Actor) -> None:
        """Who may not write in every cell may not write all of them; what comes from outside is the machine's."""
        who = actor.behalf or actor.id
        if actor.kind == "system" or not isinstance(state, SheetState) or await state.ask("replaceable", who):
            return
        async with self._workspace.db.read(actor) as work:
            level = await level_of(work, Ref("file", object_id))
        if level < Level.manager:
            raise Forbidden("Parts of this sheet are protected: only its managers can replace all of it.")

    async def given(self, state: State, actor: Actor, level: Level) -> None:
        who = (actor.behalf or actor.id, level >= Level.manager)
        if isinstance(state, SheetState) and not await state.ask("sees_all", who):
            raise Forbidden("Some rows of this sheet are not for you: open it, or export it.")

    def shortener(self) -> Shortener:
        return SheetShortener(self._workspace.get(Converters))

    def close(self) -> None:
        self._workspace.get(Hosts).close()
        self._workspace.get(Converters).close()

    def changed(self, object_id: str, change: Change) -> None:
        self._workspace.get(Binding).changed(object_id, change.seq)


class SheetShortener(Shortener):
    """In a process of its own, which holds nobody's open sheet; it lives until the end."""

    def __init__(self, converters: Converters) -> None:
        self._converters = converters
        self._process: HostProcess | None = None

    async def begin(self, snapshot: bytes | None, changes: Sequence[Change], seq: int) -> None:
        if self._process is None or self._process.gone:
            self._process = await self._converters.alone()
        await self._process.call("follow", "", snapshot, [row_of(one) for one in changes])
        self.seq = seq

    async def shorten(
        self, changes: Sequence[Change], kept: Sequence[int], head: int
    ) -> dict[int, bytes] | None:
        if self._process is None:
            raise RuntimeError("nothing is followed")
        self.seq, rows = -1, [row_of(one) for one in changes]
        made = await self._process.call("shorten", "", rows, kept, head - REMEMBERED)
        if made is not None:
            self.seq = changes[-1].seq
        return None if made is None else dict(made)

    def end(self) -> None:
        if self._process is not None:
            self._process.end()
