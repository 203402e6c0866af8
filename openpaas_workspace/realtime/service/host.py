"""The live objects that this process hosts: opened when asked for, unloaded when idle."""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.exc import IntegrityError

from openpaas_workspace.core.db import Work
from openpaas_workspace.core.events import Event
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.kit.actors import SYSTEM, Actor
from openpaas_workspace.kit.clock import now
from openpaas_workspace.kit.errors import DiskFull, Unavailable
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.kit.together import Together
from openpaas_workspace.realtime.binding import Bound, Content, RoomHost
from openpaas_workspace.realtime.config import Realtime
from openpaas_workspace.realtime.engine import contents
from openpaas_workspace.realtime.engine.frames import Close
from openpaas_workspace.realtime.events import FileEdited
from openpaas_workspace.realtime.models import live_objects
from openpaas_workspace.realtime.service import outputs, store
from openpaas_workspace.realtime.service.desk import Desk
from openpaas_workspace.realtime.service.filekind import FILE
from openpaas_workspace.realtime.service.kinds import Description, Elsewhere, LiveKind
from openpaas_workspace.realtime.service.leases import Held, Lapsed, Leases
from openpaas_workspace.realtime.service.live import RESTART, LiveObject
from openpaas_workspace.realtime.service.log import Change, Draft, Head, LogWriter
from openpaas_workspace.realtime.service.metrics import RoomMetrics
from openpaas_workspace.realtime.service.presence import Presences, space_of
from openpaas_workspace.realtime.service.rechecks import Rechecks, Refused
from openpaas_workspace.sharing.schemas import Level

_log = logging.getLogger(__name__)


class Host(RoomHost):
    """Opens, keeps and unloads live objects of every registered kind. One for each process."""

    def __init__(self, workspace: Workspace, config: Realtime) -> None:
        self.workspace = workspace
        self.config = config
        self.kinds: dict[str, LiveKind] = {}
        self.objects: dict[Ref, LiveObject] = {}
        self.rechecks = Rechecks(workspace, self)
        self.resolving: Together[Bound] = Together()
        self.presences = Presences()
        self.metrics = RoomMetrics(self)
        self.writer = LogWriter(workspace, self.rechecks.run, self._committed)
        self._desk = Desk(config)
        workspace.put(Desk, self._desk)
        self.leases = Leases(workspace, config.lease, self.drop_all)
        self._locks: defaultdict[Ref, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._logged: set[str] = set()
        self._edits: dict[tuple[str, str], int] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def register(self, name: str, kind: LiveKind) -> None:
        """Objects whose Ref has kind `name` are live objects of this kind; of `kind/type` only those of this type."""
        if name in self.kinds:
            raise RuntimeError(f"the kind {name} is already there")
        self.kinds[name] = kind

    async def start(self) -> None:
        """Begin to hold leases; call before anything is opened."""
        await self.leases.start()
        async with self.workspace.db.read(SYSTEM) as work:
            rows = await work.all(select(live_objects.c.id).where(live_objects.c.head_seq > 0))
        self._logged.update(row.id for row in rows)

    async def close(self) -> None:
        """Close every connection, write what is on its way, give the leases back."""
        self.presences.stop()
        for live in list(self.objects.values()):
            live.end_all(RESTART, "The server is stopping.")
        await self.writer.close()
        for live in list(self.objects.values()):
            try:
                await self._snapshot(live)
            except Exception:
                _log.exception("No snapshot of %s", live.ref)
        for live in self.objects.values():
            live.state.close()
        self.objects.clear()
        for kind in self.kinds.values():
            kind.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._desk.close()
        await self.leases.stop()

    # opening

    async def open(self, ref: Ref) -> LiveObject:
        """The live object; NotFound when it is gone, Unavailable when another process hosts it."""
        live = self.objects.get(ref)
        if live is not None and live.failed is None:
            live.used = time.monotonic()
            return live
        async with self._locks[ref]:
            live = self.objects.get(ref)
            if live is not None and live.failed is not None:
                await live.landed()
                self.objects.pop(ref, None)
                live.state.close()
                live = None
            if live is None:
                live = self.objects[ref] = await self._load(ref)
            live.used = time.monotonic()
            return live

    async def _load(self, ref: Ref) -> LiveObject:
        kind = self.kinds[ref.kind]
        described = await kind.describe(ref.id)
        kind = self.kinds.get(f"{ref.kind}/{described.type}", kind)
        async with self.workspace.db.read(SYSTEM) as work:
            row = await store.head(work, ref.id)
            within = await space_of(work, ref)
        first = None
        if row is None or row.head_seq == 0:
            first = await kind.first(ref.id, described)
        row, fence = await self._hold(ref, described)
        stored = await store.read(self.workspace, ref.id, row.epoch, row.head_seq, opened=kind.elsewhere)
        state, bad = await store.build(kind, described, stored)
        if bad:
            _log.warning("%s: changes %s are void", ref, bad)
            await store.void(self.workspace, ref.id, bad)
        head = Head(ref.id, row.epoch, fence, row.head_seq)
        live = LiveObject(ref=ref, kind=kind, described=described, head=head, state=state, writer=self.writer)
        live.owners = stored.owners
        if isinstance(state, Elsewhere):
            state.tell(live.fail, lambda change: self._void_later(live, change))
        live.on_poison = self._void_later
        live.presences, live.within = self.presences, within
        live.since_snapshot = [len(stored.changes), sum(len(change.data) for change in stored.changes)]
        if first is not None and row.head_seq == 0:
            data, author = first
            # Who put a file there need not have written it.
            claims = await asyncio.to_thread(kind.claims, data, SYSTEM.id)
            await live.append(Draft("import", data, author, claims=claims))
        if live.seq:
            self._logged.add(ref.id)
        live.watch(lambda change, _origin: self._after(live, change))
        return live

    async def _hold(self, ref: Ref, described: Description) -> tuple[Row[Any], int]:
        try:
            async with self.workspace.db.unit(SYSTEM) as work:
                fence = await self.leases.acquire(work, str(ref))
                row = await store.head(work, ref.id)
                if row is None:
                    row = await store.create(work, ref, described, fence)
                elif row.fence != fence:
                    await store.hold(work, ref.id, fence)
                return row, fence
        except IntegrityError as error:
            # Another process wrote the same new row in this moment.
            raise Held from error
        except DiskFull as error:
            raise Lapsed(full=True) from error

    # what other domains ask of files

    async def content(self, object_id: str) -> Content:
        live = await self.open(Ref(FILE, object_id))
        if isinstance(live.state, Elsewhere):
            seq, data = await live.state.whole()
            return Content(data, seq, live.epoch)
        seq, epoch, parts = live.seq, live.epoch, live.state.parts()
        return Content(await self._desk.run(contents.value_of, live.described.type, parts), seq, epoch)

    async def made(self, object_id: str, function: Callable[..., Any], *args: Any) -> Content:
        live = await self.open(Ref(FILE, object_id))
        if isinstance(live.state, Elsewhere):
            seq, data = await live.state.whole()
            return Content(await asyncio.to_thread(function, data, *args), seq, live.epoch)
        seq, epoch, parts = live.seq, live.epoch, live.state.parts()
        value = await self._desk.run(contents.made_of, live.described.type, parts, function, args)
        return Content(value, seq, epoch)

    async def given(self, object_id: str, actor: Actor, level: Level) -> None:
        live = await self.open(Ref(FILE, object_id))
        await live.kind.given(live.state, actor, level)

    async def head(self, object_id: str) -> tuple[int, int]:
        live = await self.open(Ref(FILE, object_id))
        return live.seq, live.epoch

    async def write(
        self,
        object_id: str,
        value: Any,
        actor: Actor,
        *,
        base_seq: int | None,
        kind: str = "write",
        session: str | None = None,
    ) -> int:
        live = await self.open(Ref(FILE, object_id))
        async with live.serial, self.rechecks.judged(live, actor) as asker:
            if isinstance(live.state, Elsewhere):
                by = actor.session[:32] if session is None else session
                return await self._replace(live, value, Draft(kind, b"", actor, by), asker.refused)
            now_parts, base = live.state.parts(), None
            if base_seq is not None and base_seq < live.seq:
                base = [await self.state_at(live, base_seq)]
            update, apart = await self._desk.run(contents.edit, live.described.type, base, now_parts, value)
            await outputs.keep(self.workspace, object_id, apart)
            if update is None:
                return live.seq
            by = actor.session[:32] if session is None else session
            change = await live.append(
                self.draft(live, kind, update, actor, session=by), refused=asker.refused
            )
            return change.seq

    async def _replace(self, live: LiveObject, value: Any, draft: Draft, refused: Refused) -> int:
        """Nothing is merged: what the object held stays in its history."""
        if isinstance(value, contents.Made):
            value = await asyncio.to_thread(value.function, *value.args)
        draft.data = await live.kind.accepted(value)
        seq, now_there = await self.whole(live)
        if draft.data == now_there:
            return seq
        await live.kind.replaceable(live.ref.id, live.state, draft.actor)
        draft.facts = self.edited(live, draft.actor)
        return (await live.append(draft, refused=refused)).seq

    def live(self, object_id: str) -> bool:
        return object_id in self._logged

    async def recheck(self, object_ids: Collection[str] | None = None) -> None:
        await self.rechecks.run(object_ids)

    async def erase(self, work: Work, object_ids: Collection[str]) -> None:
        await store.erase(work, object_ids)
        work.after_commit(lambda: self._logged.difference_update(object_ids))

    async def hold(self, resource: str) -> bool:
        return await self.leases.hold(resource)

    async def forget(self, object_id: str, reason: str) -> None:
        ref = Ref(FILE, object_id)
        live = self.objects.pop(ref, None)
        if live is not None:
            live.end_all(Close.NOT_FOUND, reason)
            await self._unload(live)

    # for services and gateways of this domain

    def draft(
        self,
        live: LiveObject,
        kind: str,
        update: bytes,
        actor: Actor,
        *,
        session: str = "",
        clients: Iterable[int] | None = None,
    ) -> Draft:
        """An update on its way, with the client ids that it uses for the first time and the event it deserves.

        `clients` are all that it uses, if that is known.
        """
        if clients is None:
            clients = [client for client, _ in live.kind.claims(update, actor.id)]
        claims = [(client, actor.id) for client in clients if client not in live.owners]
        live.owners.update(claims)
        return Draft(kind, update, actor, session, claims, self.edited(live, actor))

    def edited(self, live: LiveObject, actor: Actor) -> tuple[Callable[[int], Event], ...]:
        """The FileEdited that this edit deserves, if its author had none in the last minutes."""
        if actor.kind == "system":
            return ()
        key, moment = (live.ref.id, actor.id), now()
        if moment - self._edits.get(key, 0) < self.config.edit_event_minutes * 60_000:
            return ()
        self._edits[key] = moment
        return (lambda seq: FileEdited(ref=str(live.ref), seq=seq),)

    async def state_at(self, live: LiveObject, seq: int) -> bytes:
        """The state at an earlier number; within merged history at the last kept version before it."""
        seq = await store.exact(self.workspace, live.ref.id, live.epoch, seq)
        stored = await store.read(self.workspace, live.ref.id, live.epoch, seq)
        made = [change for change in stored.changes if change.kind != store.VOID]
        if isinstance(live.state, Elsewhere):
            return await live.state.earlier(stored.snapshot, made)
        return await self._desk.run(contents.whole_log, stored.snapshot, [change.data for change in made])

    async def whole(self, live: LiveObject) -> tuple[int, bytes]:
        """The state as it is now, with its number."""
        if isinstance(live.state, Elsewhere):
            return await live.state.whole()
        seq, parts = live.seq, live.state.parts()
        state = await self._desk.run(contents.whole, parts)
        live.state.fold(parts, state)
        return seq, state

    async def drop_all(self) -> None:
        """This process may have lost its leases: nothing in memory counts any more."""
        for live in list(self.objects.values()):
            live.fail(self.leases.lapse())

    async def tidy(self) -> None:
        """Unload what nobody has used for a while, and what has failed."""
        self._desk.tidy()
        limit = time.monotonic() - self.config.idle_unload
        for ref, live in list(self.objects.items()):
            idle = not live.connections and live.used < limit
            if (idle or live.failed is not None) and not self._locks[ref].locked():
                async with self._locks[ref]:
                    if live.failed is None and (live.connections or live.used >= limit):
                        continue
                    self.objects.pop(ref, None)
                    await self._unload(live)
        old = now() - self.config.edit_event_minutes * 60_000
        self._edits = {key: at for key, at in self._edits.items() if at > old}
        for ref in [
            ref for ref, lock in self._locks.items() if ref not in self.objects and not lock.locked()
        ]:
            del self._locks[ref]

    async def _unload(self, live: LiveObject) -> None:
        await live.landed()
        if live.failed is None:
            await self._snapshot(live)
            live.failed = Unavailable("This was closed; open it again.")
        live.state.close()
        await self.leases.release(str(live.ref))

    def _after(self, live: LiveObject, change: Change) -> None:
        if change.seq == 1:
            self._logged.add(live.ref.id)
        count, size = live.since_snapshot
        # A large state is stored less often: it takes as long to read as many changes do.
        times = 1 + live.state.size // self.config.large_content
        if count >= times * self.config.snapshot_changes or size >= max(
            self.config.snapshot_bytes, live.state.size // 4
        ):
            self._later(self._snapshot(live))

    async def _snapshot(self, live: LiveObject) -> None:
        """Store the state, if much came since it was stored last."""
        count, size = live.since_snapshot
        if count < min(50, self.config.snapshot_changes) and size < self.config.snapshot_bytes:
            return
        live.since_snapshot = [0, 0]
        seq, state = await (live.state.kept() if isinstance(live.state, Elsewhere) else self.whole(live))
        await store.keep_snapshot(self.workspace, live.ref.id, live.epoch, seq, state)

    def _committed(self, changes: int, seconds: float) -> None:
        self.metrics.changes.inc(changes)
        self.metrics.commit.observe(seconds)

    def _void_later(self, live: LiveObject, change: Change) -> None:
        live.voiding.append(self._later(store.void(self.workspace, live.ref.id, [change.seq])))

    def _later(self, coroutine: Any) -> "asyncio.Task[None]":
        task: asyncio.Task[None] = asyncio.ensure_future(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            _log.error("A task of live objects failed", exc_info=task.exception())
