"""May they: the questions every verb, room, kernel, list and search asks.

Faces of one rule: `level` and `levels` for known objects, `readable` for all that an actor
may see, `allowed` for the rows of another query. They agree, always.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, select

from openpaas_workspace.core.db import Work
from openpaas_workspace.kit.actors import Actor
from openpaas_workspace.kit.errors import Forbidden, NotFound
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.sharing.models import objects
from openpaas_workspace.sharing.schemas import ARCHIVED, Level
from openpaas_workspace.sharing.service import rule

_BATCH = 10_000
_root = objects.alias()
# What is asked all the time is built once.
_ARCHIVED = (
    select(_root.c.archived)
    .join(objects, objects.c.space_id == _root.c.id)
    .where(objects.c.id == bindparam("object"))
)
_PLACE = (
    select(objects.c.space_id, _root.c.owner_id)
    .join(_root, _root.c.id == objects.c.space_id)
    .where(objects.c.id == bindparam("object"), objects.c.kind == bindparam("of"))
)
NEEDS = {
    Level.reader: "You may not see this.",
    Level.commenter: "You may only read this; ask a manager to let you comment.",
    Level.editor: "You may not change this; ask a manager to make you an editor.",
    Level.manager: "Only a manager of this may do that; ask one of them.",
}


async def level(work: Work, ref: Ref, actor: Actor | None = None, *, held: bool = False) -> Level:
    """What `actor` (by default who acts in `work`) may do with the object; none if it is absent.

    `held`: the role it has there, which counts again once an archived space is brought back.
    """
    return (await levels(work, (ref,), actor, held=held))[ref]


async def levels(
    work: Work, refs: Collection[Ref], actor: Actor | None = None, *, held: bool = False
) -> dict[Ref, Level]:
    """As `level`, for many, in one query for 10,000 (two for an app)."""
    return await _levels(work, refs, actor, execute=False, held=held)


async def executes(work: Work, ref: Ref, actor: Actor | None = None) -> Level:
    """As `level`, counting only grants that let their subject run code. For `principals`."""
    return (await _levels(work, (ref,), actor, execute=True))[ref]


async def require(
    work: Work, ref: Ref, at_least: Level, actor: Actor | None = None, *, held: bool = False
) -> Level:
    """The actor's level; raises NotFound below reader, Forbidden with what to do below `at_least`."""
    found = await level(work, ref, actor, held=held)
    if found < Level.reader:
        raise NotFound
    if found < at_least:
        raise Forbidden(ARCHIVED if await archived(work, ref) else NEEDS[at_least])
    return found


async def archived(work: Work, ref: Ref) -> bool:
    """Whether the object lies in an archived space."""
    return bool(await work.scalar(_ARCHIVED, {"object": ref.id}))


def readable(actor: Actor, kind: str | None = None, at_least: Level = Level.reader) -> Select[tuple[str]]:
    """Ids (`object_id`, each once) of all objects the actor has at least this level on.

    For "everything I may see"; costs as much as there is to see. To filter the rows of a
    query that is narrow by itself (a folder, a search result) use `allowed`. Expiries are
    compared with the time of this call: build it anew for every query.
    """
    wanted = max(at_least, Level.reader)
    first, *rest = rule.parts(actor)
    query = rule.reached(first, wanted)
    column = query.selected_columns[0]
    for part in rest:
        query = query.where(rule.reaches(part, column, wanted))
    if kind is not None:
        kinds = objects.alias()
        query = query.join(kinds, kinds.c.id == column).where(kinds.c.kind == kind)
    return query


def allowed(actor: Actor, column: ColumnElement[Any], at_least: Level = Level.reader) -> ColumnElement[bool]:
    """A condition for a query whose `column` holds object ids: the actor has at least this level on the row's."""
    wanted = max(at_least, Level.reader)
    return and_(*(rule.reaches(part, column, wanted) for part in rule.parts(actor)))


async def place(work: Work, ref: Ref) -> tuple[str, str | None]:
    """The id of the object's space and that space's owner (None: a shared space); raises NotFound. Asks no right."""
    row = await work.first(_PLACE, {"object": ref.id, "of": ref.kind})
    if row is None:
        raise NotFound
    return row.space_id, row.owner_id


async def _levels(
    work: Work, refs: Collection[Ref], actor: Actor | None, *, execute: bool, held: bool = False
) -> dict[Ref, Level]:
    ids = sorted({ref.id for ref in refs})
    found: list[dict[Ref, Level]] = []
    for part in rule.parts(actor or work.actor):
        of_part: dict[Ref, Level] = {}
        for start in range(0, len(ids), _BATCH):
            some = ids[start : start + _BATCH]
            query, values = rule.level_question(part, some, execute=execute, capped=not held)
            rows = await work.all(query, values)
            of_part.update((Ref(row.kind, row.id), Level(row.level)) for row in rows)
        found.append(of_part)
    return {ref: min(of_part.get(ref, Level.none) for of_part in found) for ref in refs}
