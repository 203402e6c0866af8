"""The rows of the event stream: how they are numbered, chained, checked and pruned.

Every numbered row holds the digest of its content and a chain over all digests before
it. Pruning by type empties a row but keeps its digest, so the chain stays checkable;
the emptied rows at the old end are deleted and the chain up to there is kept as the head.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    Text,
    bindparam,
    delete,
    func,
    insert,
    select,
    text,
    update,
)

from openpaas_workspace.core.db import Database, Work, metadata
from openpaas_workspace.core.events import Event, Recorded
from openpaas_workspace.kit.actors import SYSTEM
from openpaas_workspace.kit.clock import now
from openpaas_workspace.kit.ids import new_id

BATCH = 500
SLICE = 5_000
CHANNEL = "openpaas_events"
_ADVISORY_LOCK = 0x6F70_6163
_DAY = 86_400_000
_EMPTY = {
    "type": "",
    "ref": "",
    "audience": "administrators",
    "members": "[]",
    "actor": "",
    "actor_kind": "",
    "behalf": "",
    "data": "{}",
}

events_table = Table(
    "events",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("seq", BigInteger, unique=True),
    Column("type", String(64), nullable=False),
    Column("ref", String(96), nullable=False),
    Column("audience", String(16), nullable=False),
    Column("members", Text, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("actor_kind", String(16), nullable=False),
    Column("behalf", String(64), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("data", Text, nullable=False),
    Column("digest", LargeBinary),
    Column("chain", LargeBinary),
    Index("ix_events_ref_seq", "ref", "seq"),
    Index("ix_events_type_seq", "type", "seq"),
    Index("ix_events_actor_seq", "actor", "seq"),
    Index("ix_events_at", "at"),
    Index(
        "ix_events_unnumbered", "id", sqlite_where=text("seq IS NULL"), postgresql_where=text("seq IS NULL")
    ),
)

stream_table = Table(
    "event_stream",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("epoch", String(26), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("chain", LargeBinary, nullable=False),
    Column("pruned_seq", BigInteger, nullable=False),
    Column("pruned_chain", LargeBinary, nullable=False),
)

_e, _s = events_table.c, stream_table.c


class Verification(msgspec.Struct, frozen=True, kw_only=True):
    """What a check of the chain found; `broken` is the first wrong number, `head` the last chain link."""

    ok: bool
    checked: int
    first: int
    last: int
    head: str
    broken: int | None = None
    reason: str = ""


def row_of(fact: Event, work: Work) -> dict[str, Any]:
    """The columns of a fact that the unit publishes."""
    data = msgspec.to_builtins(fact)
    for name in ("type", "ref", "members"):
        data.pop(name)
    return {
        "type": type(fact).__name__,
        "ref": fact.ref,
        "audience": fact.audience,
        "members": json.dumps(list(fact.members)),
        "actor": work.actor.id,
        "actor_kind": work.actor.kind,
        "behalf": work.actor.behalf,
        "at": now(),
        "data": json.dumps(data),
    }


def recorded(row: Row[Any]) -> Recorded:
    """The event a row holds."""
    return Recorded(
        seq=row.seq,
        type=row.type,
        ref=row.ref,
        audience=row.audience,
        members=tuple(json.loads(row.members)),
        actor=row.actor,
        actor_kind=row.actor_kind,
        behalf=row.behalf,
        at=row.at,
        data=json.loads(row.data),
    )


def content_digest(row: Mapping[str, Any]) -> bytes:
    """SHA-256 over the canonical form of a row's content."""
    content = [*(row[name] for name in _EMPTY), row["at"]]
    return hashlib.sha256(json.dumps(content, ensure_ascii=True).encode()).digest()


def link(previous: bytes, seq: int, at: int, digest: bytes) -> bytes:
    """The chain after one more numbered row; its time is in it, so that an emptied row keeps its own."""
    return hashlib.sha256(previous + seq.to_bytes(8, "big") + at.to_bytes(8, "big") + digest).digest()


async def position(work: Work) -> Row[Any]:
    """The one row that says where the stream stands; made if missing (in a unit only)."""
    found = await work.first(select(stream_table))
    if found is None:
        fresh = {"id": 1, "epoch": new_id(), "seq": 0, "chain": b"", "pruned_seq": 0, "pruned_chain": b""}
        await work.execute(insert(stream_table), fresh)
        found = await work.first(select(stream_table))
        if found is None:
            raise RuntimeError("the event stream has no position")
    return found


async def append(work: Work, rows: list[dict[str, Any]]) -> None:
    """Insert rows already numbered: only where one transaction writes at a time (SQLite)."""
    await work.execute(insert(events_table), await _numbered(work, rows))


async def lock(work: Work) -> None:
    """Be the only one who numbers or prunes until the transaction ends (a SQLite unit is it already)."""
    if not work.workspace.db.is_sqlite:
        await work.conn.execute(select(func.pg_advisory_xact_lock(_ADVISORY_LOCK)))


async def number(work: Work, limit: int = BATCH) -> int:
    """Number committed rows, in one transaction, one dispatcher at a time; returns how many."""
    await lock(work)
    pending = await work.all(select(events_table).where(_e.seq.is_(None)).order_by(_e.id).limit(limit))
    if not pending:
        return 0
    numbered = await _numbered(work, [row._asdict() for row in pending])
    statement = (
        update(events_table)
        .where(_e.id == bindparam("row"))
        .values(seq=bindparam("n"), digest=bindparam("d"), chain=bindparam("c"))
    )
    values = [{"row": row["id"], "n": row["seq"], "d": row["digest"], "c": row["chain"]} for row in numbered]
    await work.conn.execute(statement, values)
    if not work.workspace.db.is_sqlite:
        await work.conn.execute(select(func.pg_notify(CHANNEL, "")))
    return len(pending)


async def _numbered(work: Work, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    head = await position(work)
    seq, chain = head.seq, head.chain
    for row in rows:
        seq += 1
        digest = content_digest(row)
        chain = link(chain, seq, row["at"], digest)
        row.update(seq=seq, digest=digest, chain=chain)
    await work.execute(update(stream_table).values(seq=seq, chain=chain))
    return rows


async def verify(db: Database, emptied_after_days: int) -> Verification:
    """Walk the whole chain; says the first row that was changed, removed, put in or emptied too early."""
    before = now() - emptied_after_days * _DAY
    checked, first, last, chain = 0, 0, -1, b""
    while True:
        async with db.read(SYSTEM) as work:
            head = await work.first(select(stream_table))
            if head is None:
                return Verification(ok=True, checked=0, first=0, last=0, head="")
            if head.pruned_seq > last:  # the first page, or pruned meanwhile
                last, chain, first = head.pruned_seq, head.pruned_chain, head.pruned_seq + 1
            query = select(events_table).where(_e.seq > last).order_by(_e.seq).limit(2 * BATCH)
            page = await work.all(query)
        for row in page:
            reason = _wrong(row, last, chain, before)
            if reason:
                return _broken(checked, first, last, chain, reason)
            checked, last, chain = checked + 1, row.seq, row.chain
        if not page:
            if (last, chain) == (head.seq, head.chain):
                return Verification(ok=True, checked=checked, first=first, last=last, head=chain.hex())
            return _broken(checked, first, last, chain, "The end of the log was cut off or added to.")


def _broken(checked: int, first: int, last: int, chain: bytes, reason: str) -> Verification:
    return Verification(
        ok=False, checked=checked, first=first, last=last, head=chain.hex(), broken=last + 1, reason=reason
    )


def _wrong(row: Row[Any], last: int, chain: bytes, before: int) -> str:
    if row.seq != last + 1:
        return "The row is missing."
    content = row._asdict()
    emptied = all(content[name] == value for name, value in _EMPTY.items())
    if emptied and row.at > before:
        return "The row was emptied before its time."
    if not emptied and content_digest(content) != row.digest:
        return "The row was changed."
    if link(chain, row.seq, row.at, row.digest or b"") != row.chain:
        return "The row was replaced, or one before it."
    return ""


def retention(types: Sequence[type[Event]], longest: int) -> dict[int, list[str]]:
    """Names of event types by the days they are kept, for those kept shorter than `longest`."""
    short: dict[int, list[str]] = {}
    for type_ in types:
        if type_.retention_days != Event.retention_days and type_.retention_days < longest:
            short.setdefault(type_.retention_days, []).append(type_.__name__)
    return short


async def prune(db: Database, longest: int, short: Mapping[int, Sequence[str]]) -> int:
    """Forget what is older than its days, in slices; returns how many rows were emptied."""
    emptied = 0
    rules = [(days, _e.type.in_(names)) for days, names in short.items()]
    for days, which in [*rules, (longest, _e.type != "")]:
        condition = (_e.seq.is_not(None)) & (_e.at < now() - days * _DAY) & (_e.type != "") & which
        chosen = select(_e.id).where(condition).order_by(_e.seq).limit(SLICE).scalar_subquery()
        while True:
            async with db.unit(SYSTEM) as work:
                count = await work.execute(update(events_table).where(_e.id.in_(chosen)).values(_EMPTY))
            emptied += count
            if count < SLICE:
                break
    while await _cut(db):
        pass
    return emptied


async def _cut(db: Database) -> bool:
    """Delete a slice of emptied rows at the old end and keep the chain up to there."""
    async with db.unit(SYSTEM) as work:
        await lock(work)
        head = await position(work)
        beyond = head.pruned_seq + SLICE
        kept = await work.scalar(
            select(_e.seq).where(_e.seq > head.pruned_seq, _e.seq <= beyond, _e.type != "").order_by(_e.seq)
        )
        upto = min(beyond if kept is None else kept - 1, head.seq)
        if upto <= head.pruned_seq:
            return False
        chain = await work.scalar(select(_e.chain).where(_e.seq == upto))
        await work.execute(update(stream_table).values(pruned_seq=upto, pruned_chain=chain))
        await work.execute(delete(events_table).where(_e.seq <= upto))
        return True
