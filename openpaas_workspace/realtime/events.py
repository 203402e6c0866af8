"""Facts about live objects. Single edits live in the object's own log, not here."""

from openpaas_workspace.core.events import Event


class FileEdited(Event, frozen=True, kw_only=True, tag=True):
    """Somebody has edited a file; one for each author, file and five minutes."""

    seq: int


class VersionNamed(Event, frozen=True, kw_only=True, tag=True):
    """Somebody has named the version at `seq`."""

    version: str
    seq: int


class VersionRestored(Event, frozen=True, kw_only=True, tag=True):
    """The content of an earlier seq was written again, as the change `seq`."""

    restored_seq: int
    seq: int
