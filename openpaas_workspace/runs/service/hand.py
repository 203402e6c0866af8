"""The server's own hand in a notebook: it edits as a page does, through the log, with a client id of its own."""

import asyncio
from collections.abc import Callable
from typing import Any

from pycrdt import Doc, TransactionEvent

from openpaas_workspace.kit.actors import Actor
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.realtime.engine import contents
from openpaas_workspace.realtime.service.host import Host
from openpaas_workspace.realtime.service.live import LiveObject
from openpaas_workspace.realtime.service.log import Change


class Hand:
    """One document, kept up to date with the room. `open`, then `edit`; `close` in the end."""

    def __init__(self, host: Host, file_id: str, actor: Actor) -> None:
        self._host = host
        self._ref = Ref("file", file_id)
        self.file_id = file_id
        self.actor = actor
        self._client = contents.new_client()
        self._live: LiveObject | None = None
        self._stop: Callable[[], None] = lambda: None
        self._early: list[bytes] | None = None
        self.doc: Doc[Any] = Doc()

    async def open(self) -> None:
        """Be there, with all that the room holds; again after the room was lost. Raises what opening it raises."""
        live = await self._host.open(self._ref)
        if live is self._live:
            return
        self._stop()
        self._live, self._early = live, []
        self._stop = live.watch(self._took)
        parts = live.state.parts()
        self._client = contents.new_client()
        self.doc = await asyncio.to_thread(contents.fork, parts, self._client)
        early, self._early = self._early, None
        for data in early:
            self.doc.apply_update(data)

    async def edit(self, change: Callable[[Doc[Any]], None]) -> None:
        """Change the document in one transaction; returns once it is committed. Nothing is sent for no change."""
        await self.open()
        live = self._live
        assert live is not None  # opened right now  # noqa: S101
        updates: list[bytes] = []

        def keep(event: TransactionEvent) -> None:
            updates.append(event.update)

        heard = self.doc.observe(keep)
        try:
            with self.doc.transaction():
                change(self.doc)
        except BaseException:
            self._live = None  # half of it may be here, and nobody else has it
            raise
        finally:
            self.doc.unobserve(heard)
        for update in updates:
            draft = self._host.draft(live, "update", update, self.actor, clients=[self._client])
            try:
                await live.append(draft, origin=self)
            except Exception:
                self._live = None  # what is here is not what is there any more
                raise

    def close(self) -> None:
        """Let go of the room."""
        self._stop()
        self._live = None

    def _took(self, change: Change, origin: object) -> None:
        if origin is self:
            return
        if self._early is not None:
            self._early.append(change.data)
        else:
            self.doc.apply_update(change.data)
