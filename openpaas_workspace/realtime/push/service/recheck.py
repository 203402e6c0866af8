"""Rights change while sockets are open: actors are filled again, lost topics closed, gained ones named."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from openpaas_workspace.accounts.service.actors import actor_of_member
from openpaas_workspace.core.db import Work
from openpaas_workspace.core.events import Recorded
from openpaas_workspace.kit.actors import SYSTEM, Actor
from openpaas_workspace.kit.errors import Unauthenticated
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.realtime.engine.roster import ONLINE
from openpaas_workspace.realtime.push.schemas import TopicGained, TopicLost
from openpaas_workspace.realtime.push.service.connection import SESSION_ENDED, Connection
from openpaas_workspace.realtime.push.service.sight import Sight, parsed
from openpaas_workspace.sharing.schemas import Level
from openpaas_workspace.sharing.service import access, rights

if TYPE_CHECKING:
    from openpaas_workspace.realtime.push.service.hub import Push

_PEOPLE = frozenset({"GroupChanged", "GroupDeleted", "MemberUpdated", "MemberDisabled", "MemberEnabled"})
Lost = list[tuple[Connection, str]]


async def refresh_actors(push: "Push", batch: Sequence[Recorded]) -> None:
    """Fill groups and role again of connected members whom the batch is about."""
    people: set[str] = set()
    for event in batch:
        if event.type in _PEOPLE:
            people.update(event.members)
            people.add(event.ref.removeprefix("member:"))
    changed = [c for c in push.connections.values() if c.actor.kind == "member" and c.actor.id in people]
    if not changed:
        return
    async with push.workspace.db.read(SYSTEM) as work:
        for connection in changed:
            await _refresh(work, connection)


async def _refresh(work: Work, connection: Connection) -> None:
    old = connection.actor
    try:
        fresh = await actor_of_member(work, old.id)
    except Unauthenticated:
        connection.close(SESSION_ENDED, "this member may not log in any more")
        return
    connection.actor = msgspec.structs.replace(fresh, scopes=old.scopes, session=old.session, token=old.token)


async def lost_topics(push: "Push", work: Work, batch: Sequence[Recorded], sight: Sight) -> Lost:
    """Which connections may not see which topic any more, of those followed or named in the batch."""
    lost: Lost = []
    for event in batch:
        if event.type == "GrantWithdrawn":
            named = [c for c in push.connections.values() if c.live and c.actor.id in event.members]
            lost += [(c, event.ref) for c in named if not sight.reads(c.actor, event.ref)]
    among = {ref.id for topic in push.followers if (ref := parsed(topic)) is not None}
    affected: set[str] = set()
    for event in batch:
        if among - affected:
            affected |= await access.affected(work, event, among - affected)
    topics = [topic for topic in push.followers if topic.partition(":")[2] in affected]
    return lost + await _unseen(push, work, topics)


async def all_topics(push: "Push") -> None:
    """Ask again for everything that is followed."""
    async with push.lock:
        async with push.workspace.db.read(SYSTEM) as work:
            lost = await _unseen(push, work, list(push.followers))
        _tell_lost(push, lost)


async def _unseen(push: "Push", work: Work, topics: Iterable[str]) -> Lost:
    by_actor: dict[Actor, dict[Ref, list[tuple[Connection, str]]]] = {}
    for topic in topics:
        for connection in push.followers[topic].values():
            if topic != own_topic(connection.actor) and not everybodys(topic, connection.actor):
                refs = by_actor.setdefault(connection.actor, {})
                refs.setdefault(Ref.parse(topic), []).append((connection, topic))
    lost: Lost = []
    for actor, refs in by_actor.items():
        for ref, level in (await rights.levels(work, refs, actor)).items():
            if level < Level.reader:
                lost += refs[ref]
            for connection, topic in refs[ref]:
                connection.topics[topic] = level
    return lost


def tell_topics(push: "Push", batch: Sequence[Recorded], sight: Sight, lost: Lost) -> None:
    """Send `topic-` where a right is gone and `topic+` where one was given."""
    _tell_lost(push, lost)
    for event in batch:
        if event.type == "GrantChanged":
            for connection in list(push.connections.values()):
                if (
                    connection.live
                    and _is_for(event.data, connection.actor)
                    and sight.sees(connection.actor, event)
                ):
                    connection.send(TopicGained(topic=event.ref, values=_values(push, connection, event.ref)))


def _values(push: "Push", connection: Connection, topic: str) -> dict[str, Any]:
    return push.values(topic) if topic in connection.topics else {}


def _tell_lost(push: "Push", lost: Lost) -> None:
    for connection, topic in dict.fromkeys(lost):
        push.unfollow(connection, topic)
        connection.send(TopicLost(topic=topic))


def _is_for(data: dict[str, Any], actor: Actor) -> bool:
    kind, _, id_ = str(data.get("subject", "")).partition(":")
    if kind == "group":
        return id_ in actor.groups
    return kind == "everyone" or (kind, id_) == (actor.kind, actor.id)


def own_topic(actor: Actor) -> str:
    """The topic that only the member follows."""
    return f"member:{actor.id}" if actor.kind == "member" else ""


def everybodys(topic: str, actor: Actor) -> bool:
    """Whether every member may follow the topic: who is here is no secret among them."""
    return topic == ONLINE and actor.kind == "member"
