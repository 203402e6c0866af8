"""Requests that are sent twice and happen once: the answer is kept under the key that the client chose.

`Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): a client that lost an answer sends the same request with
the same key again and gets the answer of the first. Keys are the actor's own and are kept for a day. An error is not
kept: nothing was changed. What is shown only once (tokens, links) takes no keys.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sqlalchemy import BigInteger, Column, LargeBinary, Table, Text, delete, insert, select
from sqlalchemy.exc import IntegrityError

from openpaas_workspace.core.db import Work, metadata
from openpaas_workspace.core.jobs import Job
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.kit.actors import SYSTEM, Actor
from openpaas_workspace.kit.clock import now
from openpaas_workspace.kit.errors import Conflict, Invalid, Unavailable

HEADER = "Idempotency-Key"
KEPT_MS = 24 * 3_600_000
_SHAPE = re.compile(r"[A-Za-z0-9_-]{8,64}")

answers_table = Table(
    "once_answers",
    metadata,
    Column("actor", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("request", Text, nullable=False),
    Column("answer", LargeBinary, nullable=False),
    Column("at", BigInteger, nullable=False, index=True),
)
_a = answers_table.c


@dataclass(frozen=True, slots=True)
class Key:
    """Whose key it is, the key, and a digest of the request that it stands for."""

    actor: str
    key: str
    request: str

    @classmethod
    def of(cls, actor: Actor, key: str, request: str) -> "Key":
        """A key as a client sent it; raises Invalid when it has an odd shape."""
        if _SHAPE.fullmatch(key) is None:
            raise Invalid(f"An {HEADER} is 8 to 64 letters, digits, - or _.")
        return cls(f"{actor.kind}:{actor.id}", key, request)


async def answered(work: Work, key: Key) -> bytes | None:
    """What the request was answered, if it happened already; raises Conflict when the key stands for another."""
    row = await work.first(
        select(_a.request, _a.answer).where(_a.actor == key.actor, _a.key == key.key, _a.at > now() - KEPT_MS)
    )
    if row is None:
        return None
    if row.request != key.request:
        raise Conflict(f"This {HEADER} was used for another request; choose a new one.")
    return bytes(row.answer)


async def keep(work: Work, key: Key, answer: bytes) -> None:
    """Keep the answer with the change itself; raises Unavailable when the same request is on its way elsewhere."""
    await work.execute(
        delete(answers_table).where(_a.actor == key.actor, _a.key == key.key, _a.at <= now() - KEPT_MS)
    )
    try:
        values = {"actor": key.actor, "key": key.key, "request": key.request, "answer": answer, "at": now()}
        await work.execute(insert(answers_table), values)
    except IntegrityError as error:
        raise Unavailable("This request is being worked on; ask again in a moment.", retry_after=1) from error


class Once:
    """Work that opens its own units: while it runs, those who send it again wait for it."""

    def __init__(self) -> None:
        self._running: dict[Key, asyncio.Future[bytes]] = {}

    async def run(
        self, workspace: Workspace, actor: Actor, key: Key, do: Callable[[], Awaitable[bytes]]
    ) -> bytes:
        """The answer of `do()`, or the one that it gave when it ran first.

        A server killed between the work and its answer may do it again: such verbs refuse or replace by themselves.
        """
        running = self._running.get(key)
        if running is not None:
            return await asyncio.shield(running)
        async with workspace.db.read(actor) as work:
            found = await answered(work, key)
        if found is not None:
            return found
        task = self._running.setdefault(key, asyncio.ensure_future(self._do(workspace, actor, key, do)))
        return await asyncio.shield(task)

    async def _do(
        self, workspace: Workspace, actor: Actor, key: Key, do: Callable[[], Awaitable[bytes]]
    ) -> bytes:
        try:
            answer = await do()
            async with workspace.db.unit(actor) as work:
                await keep(work, key, answer)
            return answer
        finally:
            self._running.pop(key, None)


async def _forget(workspace: Workspace) -> None:
    """Job: forget the answers of yesterday."""
    async with workspace.db.unit(SYSTEM) as work:
        await work.execute(delete(answers_table).where(_a.at <= now() - KEPT_MS))


JOBS = (Job("forget answers", 3600.0, _forget),)
