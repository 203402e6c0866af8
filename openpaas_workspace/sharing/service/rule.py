"""The one rule, as SQL: who reaches what. All three faces are built from `parts` and nothing else.

An actor's right is the least of its parts. A part is either given by place (the system,
a kernel of a space or of a file) or by live grants on the object or anything above it,
of which the highest counts. In an archived space everybody but the system is a reader at most.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Label,
    Select,
    String,
    and_,
    bindparam,
    case,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.sql.selectable import FromClause

from openpaas_workspace.accounts.service import lookup
from openpaas_workspace.kit.actors import Actor
from openpaas_workspace.kit.clock import now
from openpaas_workspace.sharing.models import grants, object_ancestors, objects
from openpaas_workspace.sharing.schemas import Level

# Made once: an alias costs more than most questions. `reaches` has its own, for it stands inside of `reached`.
_root, _open_root = objects.alias("root"), objects.alias()
_reached = (object_ancestors.alias(), grants.alias(), objects.alias())
_reaches = (object_ancestors.alias(), grants.alias(), objects.alias())
KERNEL_PRINCIPALS = frozenset({"member", "space", "file"})


@dataclass(frozen=True)
class Placed:
    """`level` on every object that is `whole`, or in this space, or is this one object."""

    level: Level
    whole: bool = False
    space: str = ""
    object: str = ""

    def where(self, table: FromClause) -> ColumnElement[bool]:
        """Which rows of `objects` it covers."""
        if self.whole:
            return true()
        if self.space:
            return table.c.space_id == self.space
        return and_(table.c.id == self.object, table.c.kind == "file") if self.object else false()


@dataclass(frozen=True)
class Granted:
    """What grants to one subject give: a member in `groups` (None: as stored, if active), a link or an app."""

    kind: str
    id: str
    groups: frozenset[str] | None = frozenset()

    def where(self, table: FromClause) -> ColumnElement[bool]:
        """Which rows of `grants` speak of it and are live."""
        groups = None if self.groups is None else sorted(self.groups)
        return _speaks(table, self.kind, literal(self.id, String), groups, now())


def _speaks(table: FromClause, kind: str, id_: Any, groups: Any, moment: Any) -> ColumnElement[bool]:
    """Which rows of `grants` speak of a subject; `groups` is None for those that are stored, empty for none."""
    live = or_(table.c.expires_at.is_(None), table.c.expires_at > moment)
    mine = and_(table.c.subject_kind == kind, table.c.subject_id == id_)
    if kind != "member":
        return and_(mine, live)
    everyone = table.c.subject_kind == "everyone"
    group = table.c.subject_kind == "group"
    if groups is None:
        stored = lookup.groups_of(id_)
        reached = or_(mine, everyone, and_(group, table.c.subject_id.in_(stored)))
        return and_(reached, live, lookup.is_active(id_))
    if isinstance(groups, list) and not groups:
        return and_(or_(mine, everyone), live)
    return and_(or_(mine, everyone, and_(group, table.c.subject_id.in_(groups))), live)


Part = Placed | Granted


def parts(actor: Actor) -> tuple[Part, ...]:
    """The parts of an actor's right; the least of them counts. Anything unknown has none."""
    if actor.kind == "system":
        return (Placed(Level.manager, whole=True),)
    if not actor.id:
        return (Placed(Level.none),)
    if actor.kind == "member":
        return (Granted("member", actor.id, actor.groups),)
    if actor.kind == "link":
        return (Granted("link", actor.id),)
    if actor.kind == "app" and actor.behalf:
        return (Granted("app", actor.id), Granted("member", actor.behalf, None))
    if actor.kind == "kernel":
        return (_of_kernel(actor.id),)
    return (Placed(Level.none),)


def _of_kernel(principal: str) -> Part:
    kind, _, id_ = principal.partition(":")
    if kind == "member" and id_:
        return Granted("member", id_, None)
    if kind == "space" and id_:
        return Placed(Level.editor, space=id_)
    if kind == "file" and id_:
        return Placed(Level.editor, object=id_)
    return Placed(Level.none)


def _below_root(query: Select[tuple[str, str, int]]) -> Select[tuple[str, str, int]]:
    """The query of `objects`, with the space that each row lies in."""
    return query.select_from(objects).join(_root, _root.c.id == objects.c.space_id)


def _capped(level: ColumnElement[int], *, capped: bool) -> Label[int]:
    """A level, no more than reader in an archived space unless it is asked for as it is held."""
    return (case((_root.c.archived, literal(int(Level.reader))), else_=level) if capped else level).label(
        "level"
    )


def _open(objects_: FromClause) -> ColumnElement[bool]:
    """Whether the space of an object is not archived."""
    root = _open_root
    return ~exists(
        select(1)
        .select_from(root)
        .where(root.c.id == objects_.c.space_id, root.c.archived)
        .correlate(objects_)
    )


def level_query(
    part: Part, ids: Iterable[str], *, execute: bool = False, capped: bool = True
) -> Select[tuple[str, str, int]]:
    """Id, kind and level of those of `ids` that the part reaches.

    `execute` counts only grants that let run; not `capped`: levels as they are held, archived or not.
    """
    chosen = objects.c.id.in_(list(ids))
    if isinstance(part, Placed):
        whole = literal(int(part.level))
        placed = select(objects.c.id, objects.c.kind, _capped(whole, capped=capped and not part.whole))
        return _below_root(placed).where(chosen, part.where(objects))
    return _by_grants(chosen, part.where(grants), execute=execute, capped=capped)


def level_question(
    part: Part, ids: Iterable[str], *, execute: bool = False, capped: bool = True
) -> tuple[Select[tuple[str, str, int]], dict[str, Any]]:
    """As `level_query`, with parameters: what is asked all the time is built once. Building costs more than asking."""
    if isinstance(part, Placed):
        return level_query(part, ids, execute=execute, capped=capped), {}
    some = "stored" if part.groups is None else "given" if part.groups else "none"
    values = {"ids": list(ids), "subject": part.id, "moment": now()}
    if some == "given":
        values["groups"] = sorted(part.groups or ())
    return _built(part.kind, some, execute, capped), values


@cache
def _built(kind: str, some: str, execute: bool, capped: bool) -> Select[tuple[str, str, int]]:
    given: dict[str, Any] = {"stored": None, "none": [], "given": bindparam("groups", expanding=True)}
    subject, moment = bindparam("subject", type_=String), bindparam("moment", type_=BigInteger)
    speaks = _speaks(grants, kind, subject, given[some], moment)
    chosen = objects.c.id.in_(bindparam("ids", expanding=True))
    return _by_grants(chosen, speaks, execute=execute, capped=capped)


def _by_grants(
    chosen: ColumnElement[bool], speaks: ColumnElement[bool], *, execute: bool, capped: bool
) -> Select[tuple[str, str, int]]:
    above = object_ancestors
    query = (
        _below_root(select(objects.c.id, objects.c.kind, _capped(func.max(grants.c.level), capped=capped)))
        .join(above, above.c.object_id == objects.c.id)
        .join(grants, grants.c.object_id == above.c.ancestor_id)
        .where(chosen, speaks)
        .group_by(objects.c.id, objects.c.kind, _root.c.archived)
    )
    return query.where(grants.c.execute.is_(True)) if execute else query


def reached(part: Part, at_least: Level) -> Select[tuple[str]]:
    """Ids of all objects that the part reaches at a level."""
    above, grants_, objects_ = _reached
    if isinstance(part, Placed):
        query = select(objects_.c.id.label("object_id")).where(
            part.where(objects_) if part.level >= at_least else false()
        )
        return query if part.whole or at_least <= Level.reader else query.where(_open(objects_))
    query = (
        select(above.c.object_id)
        .join(grants_, grants_.c.object_id == above.c.ancestor_id)
        .where(grants_.c.level >= int(at_least), part.where(grants_))
        .distinct()
    )
    if at_least <= Level.reader:
        return query
    return query.join(objects_, objects_.c.id == above.c.object_id).where(_open(objects_))


def reaches(part: Part, column: ColumnElement[Any], at_least: Level) -> ColumnElement[bool]:
    """Whether the part reaches the object in `column` of an enclosing query, row by row."""
    above, grants_, objects_ = _reaches
    if isinstance(part, Placed):
        if part.level < at_least:
            return false()
        wanted = and_(objects_.c.id == column, part.where(objects_))
        if not part.whole and at_least > Level.reader:
            wanted = and_(wanted, _open(objects_))
        return exists(select(1).select_from(objects_).where(wanted))
    given = (
        select(1)
        .select_from(above.join(grants_, grants_.c.object_id == above.c.ancestor_id))
        .where(above.c.object_id == column, grants_.c.level >= int(at_least), part.where(grants_))
    )
    if at_least <= Level.reader:
        return exists(given.correlate_except(above, grants_))
    given = given.join(objects_, objects_.c.id == above.c.object_id).where(_open(objects_))
    return exists(given.correlate_except(above, grants_, objects_))
