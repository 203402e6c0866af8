"""Where the server works for one kernel."""

import asyncio
from contextlib import suppress

from openpaas_workspace.realtime.service.host import Host
from openpaas_workspace.runs.service.hand import Hand
from openpaas_workspace.runs.service.kernel import Channel
from openpaas_workspace.runs.service.run import Run, acting

IDLE = 60.0


class Post:
    """Where the server works for one kernel: what waits, its channel and its hand, kept for a minute after the last."""

    def __init__(self) -> None:
        self.queue: list[Run] = []
        self.task: asyncio.Task[None] | None = None
        self.channel: Channel | None = None
        self._hand: Hand | None = None
        self._life: int | None = None
        self._more = asyncio.Event()

    def add(self, run: Run) -> None:
        """One more waits."""
        self.queue.append(run)
        self._more.set()

    async def wait(self) -> bool:
        """Whether something came within a minute."""
        self._more.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(IDLE):
                await self._more.wait()
        return bool(self.queue)

    def ready(self, run: Run, host: Host) -> tuple[Channel, Hand]:
        """The channel to its kernel, anew after a restart, and the hand in its notebook."""
        if self.channel is None or self._life != run.kernel.life():
            if self.channel is not None:
                self.channel.close()
            self.channel, self._life = Channel(run.kernel.channel()), run.kernel.life()
        if self._hand is None or self._hand.file_id != run.file:
            if self._hand is not None:
                self._hand.close()
            self._hand = Hand(host, run.file, acting(run))
        self._hand.actor = acting(run)
        return self.channel, self._hand

    def close(self) -> None:
        """Let go of both."""
        if self.channel is not None:
            self.channel.close()
        if self._hand is not None:
            self._hand.close()
