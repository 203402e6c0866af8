"""What a page may say on its push socket: hello, follow, whisper. Everything else is answered with an error."""

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row

from openpaas_workspace.core.events import Recorded
from openpaas_workspace.core.stream import BATCH
from openpaas_workspace.kit import clock
from openpaas_workspace.kit.actors import SYSTEM
from openpaas_workspace.kit.errors import Forbidden, Invalid, NotFound, TooMany, WorkspaceError
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.kit.schema import decode, encode
from openpaas_workspace.realtime.push.schemas import (
    Alive,
    Hello,
    Here,
    Inbound,
    Limits,
    Refused,
    Resume,
    Subscribe,
    TopicGained,
    Unsubscribe,
    Welcome,
    Whisper,
)
from openpaas_workspace.realtime.push.service.connection import Connection
from openpaas_workspace.realtime.push.service.hub import event_frame, pushed
from openpaas_workspace.realtime.push.service.recheck import everybodys, own_topic
from openpaas_workspace.realtime.push.service.sight import look
from openpaas_workspace.sharing.schemas import Level
from openpaas_workspace.sharing.service import rights

if TYPE_CHECKING:
    from openpaas_workspace.realtime.push.service.hub import Push

MAX_FRAME = 64 * 1024
_MAX_VALUE = 2048
_DAY = 86_400_000
_HELLO_FIRST = "Say hello first, once."


async def receive(push: "Push", connection: Connection, message: str | bytes) -> None:
    """Obey one frame of a page; answers an error frame instead of raising."""
    now = asyncio.get_running_loop().time()
    connection.heard = now
    if not connection.bucket.take(now):
        _slow_down(connection, now)
        return
    try:
        if isinstance(message, bytes):
            raise Invalid("Send text frames.")
        await _obey(push, connection, decode(message, Inbound))
    except WorkspaceError as error:
        connection.send(_refused(error))


def _slow_down(connection: Connection, now: float) -> None:
    if now - connection.warned >= 1.0:
        connection.warned = now
        wait = max(0.05, round(connection.bucket.wait(), 2))
        connection.send(Refused(code="TooMany", detail="Too many frames; wait a little.", retry_after=wait))


async def _obey(push: "Push", connection: Connection, frame: Inbound) -> None:
    if isinstance(frame, Hello) == connection.greeted and not isinstance(frame, Alive):
        raise Invalid(_HELLO_FIRST)
    match frame:
        case Hello():
            connection.greeted = True
            await _join(push, connection, frame.resume)
        case Subscribe():
            await _subscribe(push, connection, frame)
        case Unsubscribe():
            for topic in frame.topics:
                if topic in connection.topics:
                    push.unfollow(connection, topic)
        case Whisper():
            _whisper(push, connection, frame)
        case Here():
            at = str(Ref.parse(frame.at)) if frame.at else ""
            push.presences.window(connection.id, connection.actor, frame.state, at)


async def _join(push: "Push", connection: Connection, resume: Resume | None) -> None:
    """Welcome, then everything missed that the member may see now, then live."""
    place = await push.bus.place()
    if resume is not None and not await _resumable(push, resume, place):
        resume = None
        push.counts["reset"] += 1
    async with push.lock:
        connection.covered = push.seq if resume is None else resume.seq
        connection.send(_welcome(push, connection, place.epoch, resumed=resume is not None))
        connection.live = resume is None and not connection.closed
    if resume is not None:
        push.counts["resumed"] += 1
        await _catch_up(push, connection)


async def _resumable(push: "Push", resume: Resume, place: Row[Any]) -> bool:
    """Whether what the page missed is all there, not too much, and not too old."""
    possible = resume.epoch == place.epoch and max(place.pruned_seq, 0) <= resume.seq <= place.seq
    if not possible or place.seq - resume.seq > push.limits.resume_events:
        return False
    missed = await push.bus.since(resume.seq, 1)
    return not missed or missed[0].at >= clock.now() - push.limits.resume_days * _DAY


async def _catch_up(push: "Push", connection: Connection) -> None:
    while not connection.closed:
        told = push.seq
        batch = await push.bus.since(connection.covered, BATCH)
        await _replay(push, connection, batch)
        if len(batch) < BATCH:  # all that was told before the look is read, even if its rows are pruned
            connection.covered = max(connection.covered, told)
        async with push.lock:  # no batch is told meanwhile
            if connection.covered >= push.seq:
                connection.live = not connection.closed
                return
        with suppress(ConnectionError):
            await connection.room()


async def _replay(push: "Push", connection: Connection, batch: list[Recorded]) -> None:
    if not batch:
        return
    async with push.workspace.db.read(SYSTEM) as work:
        sight = await look(work, batch, (connection.actor,))
    visible = [encode(pushed(event)) for event in batch if sight.sees(connection.actor, event)]
    connection.covered = batch[-1].seq
    if visible:
        connection.events(event_frame(connection.covered, visible))


async def _subscribe(push: "Push", connection: Connection, frame: Subscribe) -> None:
    topics = list(dict.fromkeys(frame.topics))
    if len(connection.topics.keys() | set(topics)) > push.limits.topics_per_socket:
        raise TooMany(f"Follow {push.limits.topics_per_socket} topics at most.")
    refs = {topic: Ref.parse(topic) for topic in topics}
    async with push.lock:  # no grant changes between the answer and the entry
        async with push.workspace.db.read(connection.actor) as work:
            levels = await rights.levels(work, refs.values(), connection.actor)
        for topic, ref in refs.items():
            level = Level.manager if topic == own_topic(connection.actor) else levels[ref]
            if everybodys(topic, connection.actor):
                level = Level.reader
            if level < Level.reader:
                connection.send(_refused(NotFound(), frame.id, topic))
            elif not connection.closed:
                push.follow(connection, topic, level)
                connection.send(TopicGained(topic=topic, values=push.values(topic), id=frame.id))


def _whisper(push: "Push", connection: Connection, frame: Whisper) -> None:
    if frame.kind not in push.kinds:
        raise Invalid("There is no such kind of value.")
    at_least, ttl = push.kinds[frame.kind]
    level = connection.topics.get(frame.topic, Level.none)
    if level < Level.reader:
        raise Invalid("Follow the topic first.")
    if level < at_least or everybodys(frame.topic, connection.actor):
        raise Forbidden("You may not say this here.")
    if len(encode(frame.value)) > _MAX_VALUE:
        raise Invalid(f"An ephemeral value has {_MAX_VALUE} bytes at most.")
    key = f"{frame.kind}:{connection.actor.id}:{connection.id}"
    push.ephemeral(frame.topic, key, frame.value, ttl=ttl)


def _welcome(push: "Push", connection: Connection, epoch: str, *, resumed: bool) -> Welcome:
    limits = push.limits
    return Welcome(
        conn=connection.id,
        epoch=epoch,
        seq=connection.covered,
        resumed=resumed,
        limits=Limits(
            frame_bytes=MAX_FRAME,
            frames_per_second=limits.frames_per_second,
            topics=limits.topics_per_socket,
            heartbeat=limits.heartbeat,
        ),
    )


def _refused(error: WorkspaceError, id_: int | None = None, topic: str | None = None) -> Refused:
    return Refused(code=error.code, detail=error.sentence, re=id_, topic=topic, retry_after=error.retry_after)
