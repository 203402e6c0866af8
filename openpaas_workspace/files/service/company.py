"""Who is in a space now: whoever is in a file of it. Told to those who follow the space, as of a file."""

import asyncio
import logging
import math
from collections import defaultdict
from typing import Protocol

from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.files.service.rows import by_ids
from openpaas_workspace.kit.actors import SYSTEM
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.realtime.engine.roster import Change, State

_log = logging.getLogger(__name__)


class Whisper(Protocol):
    """Shows a passing value to those who follow a topic: `Push.ephemeral`."""

    def __call__(self, topic: str, key: str, value: dict[str, State] | None, *, ttl: float) -> None: ...


class Company:
    """Counts members by the files they are in. Changes of one turn are looked up together, in order."""

    def __init__(self, workspace: Workspace, whisper: Whisper) -> None:
        self._workspace = workspace
        self._whisper = whisper
        self._states: defaultdict[tuple[str, str], dict[str, State]] = defaultdict(dict)
        self._spaces: dict[str, str] = {}
        self._waiting: list[Change] = []
        self._task: asyncio.Task[None] | None = None

    def heard(self, change: Change) -> None:
        """Somebody came into a file, left it, or is away."""
        if change.topic.startswith("file:"):
            self._waiting.append(change)
            if self._task is None or self._task.done():
                self._task = asyncio.get_running_loop().create_task(self._tell(), name="company of spaces")

    async def _tell(self) -> None:
        while self._waiting:
            changes, self._waiting = self._waiting, []
            try:
                async with self._workspace.db.read(SYSTEM) as work:
                    files = await by_ids(work, {Ref.parse(change.topic).id for change in changes})
            except Exception:
                _log.exception("Who is in a space could not be told")
                continue
            for change in changes:
                node = files.get(Ref.parse(change.topic).id)
                if node is not None:
                    self._count(node.space_id, change)

    def _count(self, space_id: str, change: Change) -> None:
        space_id = self._spaces.setdefault(change.topic, space_id)  # a file that moves takes nobody along
        states = self._states[space_id, change.member]
        before = _best(states)
        if change.state is None:
            states.pop(change.topic, None)
        else:
            states[change.topic] = change.state
        now = _best(states)
        if not states:
            del self._states[space_id, change.member]
        if not any(change.topic in known for known in self._states.values()):
            del self._spaces[change.topic]
        if now != before:
            value = None if now is None else {"state": now}
            self._whisper(f"space:{space_id}", f"present:{change.member}", value, ttl=math.inf)


def _best(states: dict[str, State]) -> State | None:
    if not states:
        return None
    return "active" if "active" in states.values() else "away"
