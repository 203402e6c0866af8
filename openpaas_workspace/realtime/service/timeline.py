"""The log of a file as a timeline: sessions of work, steps, or what one author did in a row.

The database groups the rows; a page of ten thousand changes costs no more than its entries.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Integer, Row, and_, case, func, or_, select

from openpaas_workspace.core.db import Work
from openpaas_workspace.realtime.models import changes, snapshots
from openpaas_workspace.realtime.schemas import HistoryEntry, HistoryQuery, Writer
from openpaas_workspace.realtime.service import store

PAUSE = 5 * 60_000
STEP = 60_000
RESTORE = "restore"
# How many changes one question looks at: few, then many if they are one long session, which is told in
# several entries if it is longer still.
_WINDOWS = (3_000, 20_000)
_c, _s = changes.c, snapshots.c
_CLASS = case(
    (_c.kind.in_(("import", RESTORE)), _c.kind),
    (and_(_c.kind == "write", _c.author_kind.in_(("system", "kernel"))), "outside"),
    else_="edit",
)


async def writers(work: Work, object_id: str, epoch: int, base: int, seq: int) -> list[Writer]:
    """Who wrote the changes above one number up to another, who wrote most first."""
    count = func.count().label("changes")
    rows = await work.all(
        select(_c.author, _c.author_kind, _c.behalf, count)
        .where(_of(object_id, epoch), _c.seq > base, _c.seq <= seq)
        .group_by(_c.author, _c.author_kind, _c.behalf)
        .order_by(count.desc(), _c.author)
    )
    return [_writer(row) for row in rows]


async def entries(
    work: Work, head: Row[Any], query: HistoryQuery, names: Sequence[Row[Any]]
) -> tuple[list[HistoryEntry], int | None]:
    """The newest entries that are asked for, and below which number older ones begin."""
    top = min(query.before - 1, head.head_seq) if query.before else head.head_seq
    for window in _WINDOWS:
        floor = max(query.after, top - window)
        rows = await work.all(_grouped(head, query.grain, floor, top, [one.seq for one in names]))
        found = [list(group) for _, group in groupby(rows, key=lambda row: row.part)]
        rest = floor > query.after and await _older(work, head, floor)
        if not rest or len(found) > 1:
            break
    if rest and len(found) > 1:
        # It goes on below the window: the next question sees it whole.
        found.pop()
    shown = found[: query.limit]
    # A merged change stands for numbers below those of others that are still to be told.
    before = min(row.lowest for row in shown[-1]) if shown else None
    more = before is not None and (len(found) > len(shown) or rest or (found and before - 1 > floor))
    versions = {one.seq: one for one in names}
    kept = await _kept(work, head)
    compacted = head.compacted_seq if head.type in store.UNORDERED else 0
    return [_entry(group, versions, compacted, kept) for group in shown], before if more else None


async def named(work: Work, head: Row[Any], query: HistoryQuery) -> tuple[list[HistoryEntry], int | None]:
    """The newest named versions that are asked for, each with the change that led to it."""
    top = query.before - 1 if query.before else head.head_seq
    change = and_(_c.object_id == _s.object_id, _c.seq == _s.seq)
    rows = await work.all(
        select(
            _s.id, _s.name, _s.author.label("named_by"), _s.seq, _s.at.label("named_at"),
            _c.author, _c.author_kind, _c.behalf, _c.at, _CLASS.label("what"), _c.session,
        )
        .select_from(snapshots.outerjoin(changes, change))
        .where(_s.object_id == head.id, _s.epoch == head.epoch, _s.name.is_not(None))
        .where(_s.seq <= top, _s.seq > query.after)
        .order_by(_s.seq.desc(), _s.id)
        .limit(query.limit + 1)
    )  # fmt: skip
    shown = [_named(row) for row in rows[: query.limit]]
    return shown, shown[-1].seq if len(rows) > query.limit else None


def _of(object_id: str, epoch: int) -> ColumnElement[bool]:
    return and_(_c.object_id == object_id, _c.epoch == epoch, _c.kind != store.VOID)


def _grouped(head: Row[Any], grain: str, floor: int, top: int, names: Sequence[int]) -> Any:
    """One row for each entry and each of its authors, newest first."""
    rows = (
        select(
            _c.seq, _c.first_seq, _c.author, _c.author_kind, _c.behalf, _c.session, _c.at,
            _CLASS.label("what"),
            func.lag(_c.seq).over(order_by=_c.seq).label("last_seq"),
            func.lag(_c.at).over(order_by=_c.seq).label("last_at"),
            func.lag(_c.author).over(order_by=_c.seq).label("last_author"),
            func.lag(_c.behalf).over(order_by=_c.seq).label("last_behalf"),
            func.lag(_CLASS).over(order_by=_c.seq).label("last_what"),
        )
        .where(_of(head.id, head.epoch), _c.seq > floor, _c.seq <= top)
        .subquery()
    )  # fmt: skip
    r = rows.c
    cut = [r.what != r.last_what, r.what.in_(("import", RESTORE)), r.at - r.last_at >= PAUSE]
    if grain == "step":
        cut.append(r.at - r.at % STEP != r.last_at - r.last_at % STEP)
    if grain == "author":
        cut += [r.author != r.last_author, r.behalf != r.last_behalf]
    if names:
        cut.append(r.last_seq.in_(names))
    begins = case((or_(*cut), 1), else_=0).cast(Integer)
    parts = select(*r, func.sum(begins).over(order_by=r.seq).label("part")).subquery()
    p = parts.c
    return (
        select(
            p.part, p.author, p.author_kind, p.behalf, p.what,
            func.min(p.first_seq).label("first"), func.max(p.seq).label("last"), func.min(p.seq).label("lowest"),
            func.min(p.at).label("since"), func.max(p.at).label("until"),
            func.count().label("changes"), func.max(p.session).label("session"),
        )
        .group_by(p.part, p.author, p.author_kind, p.behalf, p.what)
        .order_by(p.part.desc(), func.count().desc(), p.author)
    )  # fmt: skip


async def _older(work: Work, head: Row[Any], floor: int) -> bool:
    query = select(_c.seq).where(_of(head.id, head.epoch), _c.seq <= floor).limit(1)
    return await work.first(query) is not None


async def _kept(work: Work, head: Row[Any]) -> set[int]:
    """Numbers within merged history whose state is known, those of changes that stand in order left out."""
    if not head.compacted_seq or head.type not in store.UNORDERED:
        return set()
    mine = (_s.object_id == head.id) & (_s.epoch == head.epoch) & (_s.seq < head.compacted_seq)
    return {row.seq for row in await work.all(select(_s.seq).where(mine))}


def _entry(
    group: Sequence[Row[Any]], versions: dict[int, Row[Any]], compacted: int, kept: set[int]
) -> HistoryEntry:
    first, seq = group[0], max(row.last for row in group)
    version = versions.get(seq)
    return HistoryEntry(
        seq=seq,
        first_seq=min(row.first for row in group),
        author=first.author,
        author_kind=first.author_kind,
        behalf=first.behalf,
        people=[_writer(row) for row in group],
        since=min(row.since for row in group),
        until=max(row.until for row in group),
        count=sum(row.changes for row in group),
        kind=first.what,
        exact=seq >= compacted or seq in kept,
        restored=restored_seq(first.what, first.session),
        version=version.id if version is not None else None,
        name=version.name if version is not None else None,
        named_by=version.author if version is not None else None,
    )


def _named(row: Row[Any]) -> HistoryEntry:
    known = row.author is not None
    kind = row.what if known else "edit"
    who = Writer(
        author=row.author if known else row.named_by,
        author_kind=row.author_kind if known else "member",
        behalf=row.behalf if known else "",
        count=1,
    )
    at = row.at if known else row.named_at
    return HistoryEntry(
        seq=row.seq,
        first_seq=row.seq,
        author=who.author,
        author_kind=who.author_kind,
        behalf=who.behalf,
        people=[who],
        since=at,
        until=at,
        count=1,
        kind=kind,
        restored=restored_seq(kind, row.session) if known else None,
        version=row.id,
        name=row.name,
        named_by=row.named_by,
    )


def restored_session(seq: int) -> str:
    """The session of a change that brings an earlier state back: it says which."""
    return f"{RESTORE}-{seq}"


def restored_seq(kind: str, session: str) -> int | None:
    """Which number a change brought back, if it is such a change."""
    _, _, seq = session.partition("-")
    return int(seq) if kind == RESTORE and seq.isdecimal() else None


def _writer(row: Row[Any]) -> Writer:
    return Writer(author=row.author, author_kind=row.author_kind, behalf=row.behalf, count=row.changes)
