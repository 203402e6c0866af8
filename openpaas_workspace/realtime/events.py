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


class VersionRenamed(Event, frozen=True, kw_only=True, tag=True):
    """A named version has another name."""

    version: str
    seq: int


class VersionUnnamed(Event, frozen=True, kw_only=True, tag=True):
    """The name of the version at `seq` was taken away; its content stays in the history."""

    version: str
    seq: int


EVENTS: tuple[type[Event], ...] = (FileEdited, VersionNamed, VersionRenamed, VersionUnnamed, VersionRestored)
