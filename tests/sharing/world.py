"""People and places for tests of rights, and the tiny model that the permission core must equal."""

from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from sqlalchemy import insert

from openpaas_workspace.accounts.models import group_members, groups, members
from openpaas_workspace.core.db import Work
from openpaas_workspace.kit.actors import SYSTEM, Actor
from openpaas_workspace.kit.ids import new_id
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.sharing.models import grants
from openpaas_workspace.sharing.schemas import Level
from openpaas_workspace.sharing.service import tree


class Undo(Exception):
    """Ends a unit without a trace."""


@asynccontextmanager
async def undone(workspace, actor=SYSTEM):
    """A unit whose rows vanish."""
    try:
        async with workspace.db.unit(actor) as work:
            yield work
            raise Undo
    except Undo:
        pass


def as_(work: Work, actor: Actor) -> Work:
    """The same transaction with somebody else acting."""
    return Work(work.workspace, actor, work.conn)


def member(id_: str, *group_ids: str, administrator: bool = False) -> Actor:
    return Actor(kind="member", id=id_, groups=frozenset(group_ids), administrator=administrator)


async def add_member(work: Work, id_: str, *, disabled: bool = False, administrator: bool = False) -> str:
    await work.execute(
        insert(members).values(
            id=id_,
            username=id_,
            username_key=id_,
            display_name=id_.title(),
            color="#000",
            administrator=administrator,
            created_at=1,
            disabled_at=1 if disabled else None,
        )
    )
    return id_


async def add_group(work: Work, id_: str, *of: str) -> str:
    await work.execute(insert(groups).values(id=id_, name=id_, name_key=id_, created_at=1))
    for one in of:
        await work.execute(insert(group_members).values(group_id=id_, member_id=one))
    return id_


async def add(work: Work, kind: str, parent: Ref | None = None, **more) -> Ref:
    ref = Ref(kind, new_id())
    await tree.register(work, ref, parent, **more)
    return ref


async def put_grant(work: Work, object_id, kind, id_, level, expires=None, execute=True) -> None:
    """A row, past every check of the verb."""
    await work.execute(
        insert(grants).values(
            id=new_id(),
            object_id=object_id,
            subject_kind=kind,
            subject_id=id_,
            level=int(level),
            execute=execute,
            granted_by="test",
            created_at=1,
            expires_at=expires,
        )
    )


@dataclass
class Model:
    """The rule again, in plain Python: effective right = the highest live grant on the way up, the least for apps."""

    clock: int
    kinds: dict[str, str] = field(default_factory=dict)
    parents: dict[str, str | None] = field(default_factory=dict)
    grants: dict[tuple[str, str, str], tuple[int, int | None]] = field(default_factory=dict)
    groups: dict[str, set[str]] = field(default_factory=dict)
    active: set[str] = field(default_factory=set)
    archived: set[str] = field(default_factory=set)

    def path(self, id_: str) -> list[str]:
        return [id_, *(self.path(self.parents[id_]) if self.parents[id_] else [])]

    def held(self, id_: str, subjects: set[tuple[str, str]]) -> int:
        live = [
            level
            for (on, *subject), (level, end) in self.grants.items()
            if on in self.path(id_) and tuple(subject) in subjects and (end is None or end > self.clock)
        ]
        return max(live, default=0)

    def person(self, id_: str, member_id: str, group_ids: set[str] | None = None) -> int:
        if group_ids is None:
            if member_id not in self.active:
                return 0
            group_ids = {group for group, of in self.groups.items() if member_id in of}
        return self.held(
            id_, {("member", member_id), ("everyone", ""), *(("group", group) for group in group_ids)}
        )

    def level(self, id_: str, actor: Actor) -> Level:
        found = self.role(id_, actor)
        shut = self.path(id_)[-1] in self.archived and actor.kind != "system"
        return min(found, Level.reader) if shut else found

    def role(self, id_: str, actor: Actor) -> Level:
        match actor.kind:
            case "system":
                return Level.manager
            case "member" if actor.id:
                return Level(self.person(id_, actor.id, set(actor.groups)))
            case "link":
                return Level(self.held(id_, {("link", actor.id)}))
            case "app" if actor.behalf:
                return Level(min(self.held(id_, {("app", actor.id)}), self.person(id_, actor.behalf)))
            case "kernel":
                kind, _, of = actor.id.partition(":")
                if kind == "member":
                    return Level(self.person(id_, of))
                inside = {"space": self.path(id_)[-1], "file": id_ if self.kinds[id_] == "file" else ""}
                return Level.editor if of and inside.get(kind) == of else Level.none
        return Level.none
