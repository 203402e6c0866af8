"""A tiny domain that is no CRDT: a list of numbers, changed by operations that the server puts in order.

What a sheet will do at scale, in a hundred lines: same log, leases, rights, presence, snapshots.
"""

import json
from typing import Any

from openpaas_workspace.kit.actors import SYSTEM, Actor
from openpaas_workspace.kit.errors import Conflict, Invalid
from openpaas_workspace.kit.ids import new_id
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.realtime.service.host import Host
from openpaas_workspace.realtime.service.kinds import BadChange, Description, LiveKind, State
from openpaas_workspace.realtime.service.live import Standing
from openpaas_workspace.realtime.service.log import Change, Draft
from openpaas_workspace.sharing.schemas import Level
from openpaas_workspace.sharing.service.rights import require


class Numbers(State):
    """The list, the last operations (to move an index written against an older one), and what was done by whom."""

    def __init__(self) -> None:
        self.values: list[int] = []
        self.recent: list[list[Any]] = []
        self.done: dict[str, int] = {}

    def apply(self, change: Change) -> None:
        if not change.data:
            return
        op = json.loads(change.data)
        if not 0 <= op["at"] <= len(self.values) - (op["kind"] != "insert"):
            raise BadChange(f"There is no place {op['at']}.")
        if op["kind"] == "insert":
            self.values.insert(op["at"], op["value"])
        else:
            del self.values[op["at"]]
        self.recent.append([change.seq, op["kind"], op["at"]])
        self.done[op["client"]] = op["n"]

    def load(self, data: bytes) -> None:
        held = json.loads(data)
        self.values, self.recent, self.done = held["values"], held["recent"], held["done"]

    def dump(self) -> bytes:
        return json.dumps({"values": self.values, "recent": self.recent, "done": self.done}).encode()

    def moved(self, op: dict[str, Any], base_seq: int) -> dict[str, Any]:
        """The operation as it reads after everything since `base_seq`; Conflict when its target is gone."""
        at = op["at"]
        for seq, kind, place in self.recent:
            if seq <= base_seq:
                continue
            if kind == "insert" and place <= at:
                at += 1
            elif kind == "delete" and place < at:
                at -= 1
            elif kind == "delete" and place == at and op["kind"] == "delete":
                raise Conflict("Somebody has deleted this already.")
        return {**op, "at": at}


class NumbersKind(LiveKind):
    """The kind `list`."""

    serial = True

    async def describe(self, object_id: str) -> Description:
        return Description("list", "json", object_id)

    async def first(self, object_id: str, described: Description) -> tuple[bytes, Actor] | None:
        return b"", SYSTEM

    def state(self, described: Description) -> Numbers:
        return Numbers()

    def frame(self, change: Change) -> bytes | None:
        return json.dumps({"seq": change.seq, "op": json.loads(change.data or b"null")}).encode()


async def perform(
    host: Host, ref: Ref, actor: Actor, op: dict[str, Any], *, base_seq: int, origin=None
) -> int:
    """One operation, exactly once by its client and n; returns its place in the order."""
    async with host.workspace.db.read(actor) as work:
        await require(work, ref, Level.editor)
    live = await host.open(ref)
    async with live.serial:
        state = live.state
        assert isinstance(state, Numbers)
        if op["n"] <= state.done.get(op["client"], 0):
            return live.seq
        moved = state.moved(op, base_seq)
        if not 0 <= moved["at"] <= len(state.values) - (op["kind"] != "insert"):
            raise Invalid("There is no such place.")
        data = json.dumps(moved).encode()
        draft = Draft("op", data, actor, facts=host.edited(live, actor))
        return (await live.append(draft, origin=origin)).seq


class Window:
    """Somebody who looks at the list."""

    def __init__(self, who: Actor, level: Level) -> None:
        self.id = new_id()
        self.actor = who
        self.level = level
        self.heard: list[dict[str, Any]] = []
        self.ended: tuple[int, str] | None = None

    waiting_bytes = 0

    def deliver(self, frame: bytes) -> None:
        self.heard.append(json.loads(frame))

    def end(self, code: int, reason: str) -> None:
        self.ended = self.ended or (code, reason)

    def rights(self, actor: Actor, standing: Standing) -> None:
        self.level = standing.level
        if self.level < Level.reader:
            self.end(4403, "You may not see this any more.")

    def presence(self) -> dict[str, Any] | None:
        return {"cell": 1}
