"""`FileEdited` for writes that go past the rooms: once per author, file and five minutes."""

from openpaas_workspace.core.db import Work
from openpaas_workspace.kit.clock import now
from openpaas_workspace.realtime.events import FileEdited

_PAUSE = 300_000


class Edits:
    """Remembers who was said to have edited what. `workspace.get(Edits)`."""

    def __init__(self) -> None:
        self._said: dict[tuple[str, str], int] = {}

    def publish(self, work: Work, file_id: str, seq: int = 0) -> None:
        """Say that who acts has edited the file, unless it was said lately."""
        key, at = (work.actor.id, file_id), now()
        if at - self._said.get(key, 0) < _PAUSE:
            return
        work.publish(FileEdited(ref=f"file:{file_id}", seq=seq))
        work.after_commit(lambda: self._remember(key, at))

    def _remember(self, key: tuple[str, str], at: int) -> None:
        if len(self._said) > 10_000:
            self._said = {old: when for old, when in self._said.items() if at - when < _PAUSE}
        self._said[key] = at
