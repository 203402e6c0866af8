"""Who spoke a moment ago: a page asks a hundred things at once, the database is asked once a second."""

import time
from collections.abc import Awaitable, Callable

from openpaas_workspace.accounts.service.actors import Speaker
from openpaas_workspace.core.db import Work
from openpaas_workspace.kit.together import Together

_SECONDS = 1.0
_MOST = 10_000


class Speakers:
    """Speakers by the digest of their secret. A change in this process counts at once, elsewhere within a second."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[float, Speaker]] = {}
        self._changes = 0
        self._asked: Together[Speaker | None] = Together()

    async def find(self, key: str, look: Callable[[], Awaitable[Speaker | None]]) -> Speaker | None:
        """The speaker behind `key`, by `look()` unless it was found less than a second ago; nobody is not kept."""
        until, speaker = self._known.get(key, (0.0, None))
        if speaker is not None and time.monotonic() < until:
            return speaker
        return await self._asked.ask(key, lambda: self._look(key, look))

    async def _look(self, key: str, look: Callable[[], Awaitable[Speaker | None]]) -> Speaker | None:
        changes, began = self._changes, time.monotonic()
        speaker = await look()
        # what changed while we looked may not be in what we saw
        if speaker is not None and changes == self._changes:
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[key] = began + _SECONDS, speaker
        return speaker

    def clear(self) -> None:
        """Somebody's sessions, tokens, groups or fields changed."""
        self._changes += 1
        self._known.clear()


def forget_speakers(work: Work) -> None:
    """Look everybody up afresh once this unit is committed."""
    speakers = work.workspace.find(Speakers)
    if speakers is not None:
        work.after_commit(speakers.clear)
