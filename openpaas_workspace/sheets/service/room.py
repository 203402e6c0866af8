"""One open sheet: takes changes in order, each once, and tells everybody who looks what they did."""

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple
from weakref import WeakKeyDictionary, ref

import msgspec

from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.kit.actors import Actor
from openpaas_workspace.kit.errors import Forbidden, Invalid, TooLarge
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.realtime.service.host import Host
from openpaas_workspace.realtime.service.live import LiveObject
from openpaas_workspace.realtime.service.log import Change, Draft
from openpaas_workspace.realtime.service.store import VOID, recent
from openpaas_workspace.sharing.schemas import Level
from openpaas_workspace.sheets.schemas import Clear, ColumnWidth, Format, SetCells
from openpaas_workspace.sheets.schemas.calls import Outcome, Record, Submission
from openpaas_workspace.sheets.service.records import HEAD, MERGED, OP, REMEMBERED, known, number_of
from openpaas_workspace.sheets.service.state import VOIDED, SheetState
from openpaas_workspace.sheets.service.telling import Telling
from openpaas_workspace.sheets.service.turns import Turns

_EPOCH: Final = datetime(1899, 12, 30)  # noqa: DTZ001  (Excel's dates have no zone)
# These find the same place whatever else of their kind came before them.
_SHARED: Final = (SetCells, Format, Clear, ColumnWidth)
_pack = msgspec.msgpack.Encoder().encode
_record = msgspec.msgpack.Decoder(Record)
# Who, by which client, which of its changes.
Key = tuple[str, str, int]
# Whether who sent it manages the sheet.
Check = Callable[[bool], Awaitable["Checked"]]
_outcome = msgspec.json.Decoder(Outcome)
_NO_MANAGER: Final = "You do not manage this sheet any more: try again."


class Checked(NamedTuple):
    """An op as it must be logged; `ticket`: under which its process keeps it for the `apply` that follows."""

    op: bytes
    ticket: int = 0


@dataclass(slots=True)
class Sender:
    """Who sends changes: the level and why nothing may come of one that is on its way, each as of when it is asked."""

    actor: Actor
    level: Callable[[], Level]
    refused: Callable[[], Exception | None]

    @property
    def who(self) -> str:
        """The member in whose name it is."""
        return _who(self.actor)

    @property
    def manages(self) -> bool:
        """Whether no protection is for them."""
        return self.level() >= Level.manager

    def refused_as(self, *, manager: bool) -> Exception | None:
        """As `refused`, of a change that was checked as a manager's, or not."""
        if (error := self.refused()) is not None:
            return error
        return Forbidden(_NO_MANAGER) if manager and not self.manages else None


class SheetRoom:
    """Made once for each live object that is a sheet; found by `open_room`."""

    def __init__(
        self,
        host: Host,
        live: LiveObject,
        state: SheetState,
        before: Iterable[Change],
        void: Iterable[Change],
    ) -> None:
        self._host = host
        self.live = live
        self.state = state
        self._turns = Turns(live.serial)
        self._known: OrderedDict[Key, Outcome] = OrderedDict()
        self._underway: dict[Key, asyncio.Task[Outcome]] = {}
        self._tell = Telling(live)
        for one in before:
            for who, client, n, seq in known(
                one.kind, one.seq, one.behalf or one.author, one.session, one.data
            ):
                self._keep((who, client, n), Outcome(seq=seq))
        self._void = {key for one in void if (key := _key(one)) is not None}
        state.on_taken = self._taken

    async def submit(self, sender: Sender, sent: Submission) -> Outcome:
        """Take a change; answers once it is durable. Sent twice it is done once. Raises what refuses it."""
        if (sent.op is None) == (sent.typed is None):
            raise Invalid("Send either an op or cells as typed.")
        shared = sent.typed is not None or isinstance(sent.op, _SHARED)

        async def check(manages: bool) -> Checked:
            about = (sent.base_seq, sender.who, manages)
            if sent.typed is not None:
                return Checked(await self.state.ask("check_typed", _pack(sent.typed), *about))
            op = _pack(sent.op)
            found = await self.state.ask("check", op, *about)
            return Checked(op, found) if isinstance(found, int) else Checked(found)

        return await self._once(
            (sender.who, sent.client, sent.n), sender, sent.base_seq, check, shared=shared
        )

    @property
    def told(self) -> int:
        """The number of the last change that pages were told of."""
        return self._tell.seq

    def done(self, sender: Sender, client: str, n: int) -> Outcome | None:
        """What became of a change that was taken already."""
        return self._known.get((sender.who, client, n))

    async def step(self, sender: Sender, client: str, n: int, *, back: bool) -> Outcome:
        """Take back the actor's last change (`back`), or their last undo; as `submit`. Raises Conflict for nothing."""

        async def check(manages: bool) -> Checked:
            return Checked(await self.state.ask("step", sender.who, back, manages))

        return await self._once((sender.who, client, n), sender, self.live.seq, check, shared=False)

    async def _once(self, key: Key, sender: Sender, base_seq: int, check: Check, *, shared: bool) -> Outcome:
        """A change goes its way to the end also when whoever sent it has gone."""
        known = self._known.get(key)
        if known is not None:
            return known
        if key in self._void:
            raise TooLarge(VOIDED)
        task = self._underway.get(key)
        if task is None:
            task = asyncio.create_task(self._take(key, sender, base_seq, check, shared=shared))
            self._underway[key] = task
            task.add_done_callback(lambda _task: self._underway.pop(key, None))
        return await asyncio.shield(task)

    async def _take(self, key: Key, sender: Sender, base_seq: int, check: Check, *, shared: bool) -> Outcome:
        async with self._turns.shared() if shared else self._turns.alone():
            if (error := sender.refused()) is not None:
                raise error
            manages = sender.manages
            checked = await check(manages)
            moment = (datetime.now() - _EPOCH).total_seconds() / 86_400  # noqa: DTZ005
            seed = secrets.randbelow(2**31)
            record = Record(
                client=key[1], n=key[2], base_seq=base_seq, now=moment, seed=seed, op=msgspec.Raw(checked.op)
            )
            data = _pack(record)
            if checked.ticket:
                light = msgspec.structs.replace(record, op=msgspec.Raw(_pack(checked.ticket)))
                self.state.prepare(checked.ticket, data, _pack(light))
            facts = self._host.edited(self.live, sender.actor)
            draft = Draft(OP, data, sender.actor, key[1], (), facts)
            try:
                change = await self.live.append(draft, refused=lambda: sender.refused_as(manager=manages))
            except Exception:
                self.state.unprepare(data)
                raise
        try:
            found = _outcome.decode(await self.state.result(change.seq))
        except TooLarge:
            self._void.add(key)
            raise
        self._keep(key, found)
        return found

    def _keep(self, key: Key, outcome: Outcome) -> None:
        self._known[key] = outcome
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)

    def _taken(self, change: Change, outcome: bytes, about: bytes) -> None:
        record = _record.decode(change.data) if change.kind == OP else None
        self._tell.taken(change, record, _outcome.decode(outcome), about)


async def open_room(workspace: Workspace, file_id: str) -> SheetRoom:
    """The room of a sheet, opened if need be; rights are the caller's to ask. Raises NotFound, Invalid, Unavailable."""
    host, rooms = workspace.get(Host), workspace.get(SheetRooms)
    live = await host.open(Ref("file", file_id))
    if not isinstance(live.state, SheetState):
        raise Invalid("This file is no sheet.")
    return await rooms.of(host, live, live.state)


class SheetRooms:
    """The room of each sheet that is open here. `workspace.get(SheetRooms)`."""

    def __init__(self) -> None:
        # A state holds its room, which it tells what was taken; were it held here too, neither would ever go.
        self._rooms: WeakKeyDictionary[SheetState, ref[SheetRoom]] = WeakKeyDictionary()
        self._making = asyncio.Lock()

    async def of(self, host: Host, live: LiveObject, state: SheetState) -> SheetRoom:
        """The one room."""
        found = self._known(state)
        if found is None:
            async with self._making:
                found = self._known(state)
                if found is None:
                    where = (host.workspace, live.ref.id, live.epoch)
                    after = live.seq - REMEMBERED
                    before = await recent(*where, (OP, MERGED), after, head=HEAD, whole=(MERGED,))
                    void = await recent(*where, (VOID,), after, head=HEAD)
                    found = SheetRoom(host, live, state, before, void)
                    self._rooms[state] = ref(found)
        return found

    def _known(self, state: SheetState) -> SheetRoom | None:
        known = self._rooms.get(state)
        return None if known is None else known()


def _key(change: Change) -> Key | None:
    """Whose change it was; None of what was no op."""
    try:
        return change.behalf or change.author, change.session, number_of(change.data)
    except ValueError:
        return None


def _who(actor: Actor) -> str:
    return actor.behalf or actor.id
