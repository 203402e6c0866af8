"""The verb of search: what is called so, and may be seen by who asks."""

from typing import cast

from sqlalchemy import ColumnElement, Row, Select, and_, exists, or_, select

from openpaas_workspace.accounts.service import lookup
from openpaas_workspace.core.db import Work
from openpaas_workspace.files.service import overview
from openpaas_workspace.files.service.overview import Seen
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.search import engine
from openpaas_workspace.search.models import name_words
from openpaas_workspace.search.schemas import HitKind, SearchHit, SearchQuery, SearchReply, SpaceKind
from openpaas_workspace.sharing.schemas import LevelName
from openpaas_workspace.sharing.service import rights

_CANDIDATES = 200
_w = name_words.c


async def search(work: Work, query: SearchQuery) -> SearchReply:
    """Files, folders, spaces and members whose names have words that begin so; only what the actor may see."""
    wanted = engine.asked(query.q)
    if not wanted:
        return SearchReply(hits=[], more=False)
    rows = [*await _found(work, wanted, people=True), *await _found(work, wanted, people=False)]
    hits = await _hits(work, rows)
    hits.sort(key=lambda hit: (*engine.rank(hit.name, wanted), -hit.modified_at, hit.ref))
    return SearchReply(hits=hits[: query.limit], more=len(hits) > query.limit)


async def _found(work: Work, wanted: list[str], *, people: bool) -> list[Row[tuple[str, str]]]:
    """The first ones in the order of their words, which is an order of the index: nothing is sorted."""
    first, *rest = wanted
    query: Select[tuple[str, str]] = select(_w.object_id, _w.kind).where(_begins(_w.word, first))
    for word in rest:
        also = name_words.alias()
        query = query.where(
            exists(
                select(1)
                .select_from(also)
                .where(also.c.object_id == _w.object_id, _begins(also.c.word, word))
            )
        )
    if people:
        query = query.where(_w.kind == "member", lookup.is_active(_w.object_id))
    else:
        there = or_(_w.kind == "space", overview.in_use(_w.object_id))
        query = query.where(_w.kind != "member", rights.allowed(work.actor, _w.object_id), there)
    return list(await work.all(query.order_by(_w.word, _w.object_id).limit(_CANDIDATES)))


def _begins(column: ColumnElement[str], beginning: str) -> ColumnElement[bool]:
    return and_(column >= beginning, column < engine.end(beginning))


async def _hits(work: Work, rows: list[Row[tuple[str, str]]]) -> list[SearchHit]:
    refs = {Ref(row.kind, row.object_id) for row in rows}
    people = {ref.id for ref in refs if ref.kind == "member"}
    named = await lookup.states(work, people)
    seen = await overview.seen(work, {ref for ref in refs if ref.kind != "member"})
    return [
        *(SearchHit(ref=f"member:{id_}", kind="member", name=name) for id_, (name, _) in named.items()),
        *(_hit(one) for one in seen.values()),
    ]


def _hit(seen: Seen) -> SearchHit:
    return SearchHit(
        ref=str(seen.ref),
        kind=cast("HitKind", seen.ref.kind),
        name=seen.name,
        level=cast("LevelName", seen.level.name),
        space=seen.space.name,
        space_kind=cast("SpaceKind", seen.space.kind),
        owner_id=seen.space.owner_id or "",
        modified_at=seen.node.modified_at if seen.node is not None else 0,
    )
