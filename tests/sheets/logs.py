"""Logs of sheets as the store holds them: made without a server, read as a server does."""

import itertools
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import msgspec
from sqlalchemy import insert, select

from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.kit.actors import SYSTEM
from openpaas_workspace.kit.ids import new_id
from openpaas_workspace.realtime.models import changes, live_objects, snapshots
from openpaas_workspace.realtime.schemas import HistoryEntry, HistoryQuery
from openpaas_workspace.realtime.service import store, timeline
from openpaas_workspace.sheets import schemas as s
from openpaas_workspace.sheets.engine.workbook import Workbook
from openpaas_workspace.sheets.schemas.calls import Record
from openpaas_workspace.sheets.service.bench import Bench
from openpaas_workspace.sheets.service.records import OP
from tests.sheets.host import everything

_pack = msgspec.msgpack.Encoder().encode
EPOCH = 7
SECOND, MINUTE = 1000, 60_000


@dataclass
class Log:
    """A sheet and the rows of its log; `states` is what everybody sees at each number."""

    book: Workbook = field(default_factory=Workbook)
    rows: list[dict[str, Any]] = field(default_factory=list)
    states: dict[int, Any] = field(default_factory=dict)
    kept: list[dict[str, Any]] = field(default_factory=list)
    id: str = field(default_factory=new_id)
    at: int = MINUTE
    seen: bool = True
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    @property
    def seq(self) -> int:
        return len(self.rows)

    def add(self, op: s.Op, who: str = "ann", session: str = "", wait: int = SECOND) -> None:
        """An op that was checked, as the server logs it."""
        seq, session = self.seq + 1, session or who
        record = Record(
            client=session, n=next(self._numbers), base_seq=0, now=46_000.0 + seq / 7, seed=seq * 7919,
            op=msgspec.Raw(_pack(op)),
        )  # fmt: skip
        self.book.apply(seq, who, op, record.now, record.seed)
        self._row(OP, _pack(record), who, session, wait)

    def do(self, op: s.MemberOp, who: str = "ann", session: str = "", wait: int = SECOND) -> None:
        """An op of somebody who saw the newest state."""
        self.add(self.book.check(op, self.book.seq, who), who, session, wait)

    def put(self, row: int, column: int, value: Any, who: str = "ann", wait: int = SECOND) -> None:
        self.do(s.SetCells(tab="t", cells=[(row, column, value)]), who, wait=wait)

    def replace(self, data: bytes, kind: str = "write", who: str = "ann", wait: int = SECOND) -> None:
        """The whole content anew."""
        self.book = Workbook.from_container(data)
        self.book.book.seq = self.book.history.start = self.seq + 1
        self._row(kind, data, who, "", wait)

    def void(self, wait: int = SECOND) -> None:
        """A change that no state could take."""
        self._row(store.VOID, b"rubbish", "ann", "ann", wait)

    def keep(self, name: str | None = None) -> None:
        """The state now as a snapshot."""
        row = {"id": new_id(), "object_id": self.id, "seq": self.seq, "epoch": EPOCH, "name": name}
        self.kept.append(
            row | {"author": "ann", "data": self.book.to_container(), "blob": None, "at": self.at}
        )

    def _row(self, kind: str, data: bytes, who: str, session: str, wait: int) -> None:
        self.at += wait
        seq = self.seq + 1
        self.rows.append(
            {
                "object_id": self.id, "seq": seq, "first_seq": seq, "epoch": EPOCH, "author": who, "blob": None,
                "author_kind": "member", "behalf": "", "session": session, "kind": kind, "at": self.at, "data": data,
            }
        )  # fmt: skip
        if self.seen:
            self.states[seq] = everything(self.book)

    async def store(self, workspace: Workspace) -> None:
        """Write it as a server that ran long ago did."""
        head = {
            "id": self.id, "kind": "file", "type": "sheet", "format": "binary", "epoch": EPOCH, "fence": 1,
            "head_seq": self.seq, "compacted_seq": 0, "created_at": 1, "changed_at": self.at,
        }  # fmt: skip
        async with workspace.db.unit(SYSTEM) as work:
            await work.execute(insert(live_objects), head)
            for at in range(0, len(self.rows), 1000):
                await work.execute(insert(changes), self.rows[at : at + 1000])
            if self.kept:
                await work.execute(insert(snapshots), self.kept)

    async def left(self, workspace: Workspace) -> list[Any]:
        """The rows as they are now."""
        async with workspace.db.read(SYSTEM) as work:
            query = select(changes).where(changes.c.object_id == self.id).order_by(changes.c.seq)
            return list(await work.all(query))

    async def state(self, workspace: Workspace, seq: int) -> Any:
        """What everybody sees when a server builds it now."""
        stored = await store.read(workspace, self.id, EPOCH, seq)
        bench = Bench()
        rows = [(one.seq, one.author, one.kind, one.data) for one in stored.changes if one.kind != store.VOID]
        assert bench.open("it", stored.snapshot, rows)[0] == []
        return everything(bench.books["it"])

    async def listing(
        self, workspace: Workspace, grain: str = "session", limit: int = 3
    ) -> list[HistoryEntry]:
        """The timeline, page by page."""
        found: list[HistoryEntry] = []
        before: int | None = 0
        named = [one for one in self.kept if one["name"]]
        names = [SimpleNamespace(**one) for one in named]
        while before is not None:
            async with workspace.db.read(SYSTEM) as work:
                head = await store.head(work, self.id)
                query = HistoryQuery(grain=grain, limit=limit, before=before)
                entries, before = await timeline.entries(work, head, query, names)
            found += entries
        return found
