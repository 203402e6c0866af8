"""Where things are: registering, moving and removing objects; ancestors of whole subtrees stay right.

These verbs keep rows only and ask no right: the verb of the domain that calls them has
asked. Each costs a constant number of statements.
"""

from collections.abc import Collection

from sqlalchemy import Select, delete, insert, literal, select, update

from openpaas_workspace.core.db import Work
from openpaas_workspace.kit.clock import now
from openpaas_workspace.kit.errors import Conflict, Invalid, NotFound
from openpaas_workspace.kit.ids import new_id
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.sharing.events import ObjectMoved
from openpaas_workspace.sharing.models import grants, object_ancestors, objects
from openpaas_workspace.sharing.schemas import Level


async def register(
    work: Work, ref: Ref, parent: Ref | None, *, manager: str | None = None, personal: bool = False
) -> None:
    """Make an object known below `parent`; without parent it is a space (or another root).

    A root gets its first manager: the member `manager`, by default the member who acts;
    `personal` makes it that member's own space. Raises NotFound without such a parent,
    Conflict if the id is taken.
    """
    if parent is not None:
        await register_many(work, (ref,), parent)
        return
    manager = manager or member_of(work)
    if personal and manager is None:
        raise Invalid("A personal space needs its member.")
    await _insert(work, (ref,), ref.id, None, owner=manager if personal else None)
    if manager is not None:
        await work.execute(
            insert(grants).values(
                id=new_id(),
                object_id=ref.id,
                subject_kind="member",
                subject_id=manager,
                level=int(Level.manager),
                execute=True,
                granted_by=work.actor.id,
                created_at=now(),
            )
        )


async def disown(work: Work, ref: Ref) -> None:
    """A personal space is nobody's own any more. No right is asked here."""
    await work.execute(update(objects).where(objects.c.id == ref.id).values(owner_id=None))


async def register_many(work: Work, refs: Collection[Ref], parent: Ref) -> None:
    """As `register`, for many objects below one parent."""
    if not refs:
        return
    space_id = (await lock_spaces(work, (parent,)))[parent]
    await _insert(work, refs, space_id, parent.id, owner=None)


async def move(work: Work, ref: Ref, new_parent: Ref) -> None:
    """Put an object and all below it under another parent, which may be in another space.

    Its own grants go with it, what it inherited stays behind. Raises Invalid for a space or
    a place below itself, NotFound if either is absent.
    """
    spaces = await lock_spaces(work, (ref, new_parent))
    row = await work.first(select(objects.c.parent_id).where(objects.c.id == ref.id))
    if row is None or row.parent_id is None:
        raise Invalid("A space cannot be moved into another.")
    if row.parent_id == new_parent.id:
        return
    above = object_ancestors
    subtree = _subtree(ref.id)
    if await work.scalar(subtree.where(above.c.object_id == new_parent.id)) is not None:
        raise Invalid("A folder cannot be moved into itself or a folder below it.")
    old_above = select(above.c.ancestor_id).where(above.c.object_id == ref.id, above.c.ancestor_id != ref.id)
    await work.execute(
        delete(above).where(above.c.object_id.in_(subtree), above.c.ancestor_id.in_(old_above))
    )
    lower, upper = above.alias(), above.alias()
    await work.execute(
        insert(above).from_select(
            ["object_id", "ancestor_id", "depth"],
            select(lower.c.object_id, upper.c.ancestor_id, lower.c.depth + upper.c.depth + 1)
            .select_from(lower.join(upper, upper.c.object_id == new_parent.id))
            .where(lower.c.ancestor_id == ref.id),
        )
    )
    await work.execute(update(objects).where(objects.c.id == ref.id).values(parent_id=new_parent.id))
    if spaces[ref] != spaces[new_parent]:
        await work.execute(
            update(objects).where(objects.c.id.in_(subtree)).values(space_id=spaces[new_parent])
        )
    work.publish(ObjectMoved(ref=str(ref), old_parent=row.parent_id, new_parent=new_parent.id))


async def archive(work: Work, ref: Ref, *, archived: bool) -> None:
    """Make all of a space read-only for everybody, or bring it back; publish a fact that moves rights with it."""
    await lock_spaces(work, (ref,))
    await work.execute(update(objects).where(objects.c.id == ref.id).values(archived=archived))


async def remove(work: Work, ref: Ref) -> None:
    """Forget an object, all below it and all their grants; nothing to do if it is unknown."""
    if await work.first(_located((ref,))) is None:
        return
    await lock_spaces(work, (ref,))
    # Grants and ancestors go with their object (ON DELETE CASCADE); one statement, so that no child is left.
    await work.execute(delete(objects).where(objects.c.id.in_(_subtree(ref.id))))


async def lock_spaces(work: Work, refs: Collection[Ref]) -> dict[Ref, str]:
    """Hold the spaces of these objects until the unit ends (PostgreSQL; SQLite has one writer) and name them.

    Grants and moves of one space go one after another. Raises NotFound if an object is absent.
    """
    while True:
        spaces = await _spaces(work, refs)
        held = (
            select(objects.c.id)
            .where(objects.c.id.in_(sorted(set(spaces.values()))))
            .order_by(objects.c.id)
            .with_for_update(key_share=True)
        )
        await work.all(held)
        if spaces == await _spaces(work, refs):
            return spaces


def member_of(work: Work) -> str | None:
    """The member who acts, by himself or through a kernel or an app."""
    return work.actor.id if work.actor.kind == "member" else work.actor.behalf or None


async def _spaces(work: Work, refs: Collection[Ref]) -> dict[Ref, str]:
    found = {Ref(row.kind, row.id): row.space_id for row in await work.all(_located(refs))}
    if missing := set(refs) - set(found):
        raise NotFound(f"There is no {sorted(missing)[0].kind} here any more.")
    return found


def _located(refs: Collection[Ref]) -> Select[tuple[str, str, str]]:
    return select(objects.c.id, objects.c.kind, objects.c.space_id).where(
        objects.c.id.in_({ref.id for ref in refs})
    )


def _subtree(object_id: str) -> Select[tuple[str]]:
    return select(object_ancestors.c.object_id).where(object_ancestors.c.ancestor_id == object_id)


async def _insert(
    work: Work, refs: Collection[Ref], space_id: str, parent_id: str | None, *, owner: str | None
) -> None:
    ids = [ref.id for ref in refs]
    if await work.first(select(objects.c.id).where(objects.c.id.in_(ids))) is not None:
        raise Conflict("An object with this id is already registered.")
    row = {
        "space_id": space_id,
        "parent_id": parent_id,
        "owner_id": owner,
        "created_by": work.actor.id,
        "created_at": now(),
    }
    await work.execute(insert(objects), [{"id": ref.id, "kind": ref.kind, **row} for ref in refs])
    above = object_ancestors
    await work.execute(insert(above), [{"object_id": id_, "ancestor_id": id_, "depth": 0} for id_ in ids])
    if parent_id is not None:
        child = objects.alias()
        await work.execute(
            insert(above).from_select(
                ["object_id", "ancestor_id", "depth"],
                select(child.c.id, above.c.ancestor_id, above.c.depth + literal(1))
                .select_from(child.join(above, above.c.object_id == parent_id))
                .where(child.c.id.in_(ids)),
            )
        )
