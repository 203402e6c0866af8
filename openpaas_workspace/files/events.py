"""Facts about spaces, folders and files. Refs are space:, folder: or file:. Edits of content are realtime's FileEdited."""

from typing import ClassVar

from openpaas_workspace.core.events import Audience, Event


class SpaceCreated(Event, frozen=True, kw_only=True, tag=True):
    """A space was made; `kind` is personal, team or organisation."""

    kind: str


class SpaceChanged(Event, frozen=True, kw_only=True, tag=True):
    """Fields of a space were changed: name, description or archived."""

    moves_rights: ClassVar[bool] = True

    fields: tuple[str, ...]


class FolderCreated(Event, frozen=True, kw_only=True, tag=True):
    """A folder was made in `parent`."""

    parent: str


class FileCreated(Event, frozen=True, kw_only=True, tag=True):
    """A file was made in `parent`, as a copy of `source` if that is named."""

    parent: str
    source: str = ""


class FileRenamed(Event, frozen=True, kw_only=True, tag=True):
    """A file or folder has another name; `parent` holds it."""

    parent: str


class FileMoved(Event, frozen=True, kw_only=True, tag=True):
    """A file or folder lies in another folder."""

    old_parent: str
    new_parent: str


class FileTrashed(Event, frozen=True, kw_only=True, tag=True):
    """A file or folder is in the trash; `lost` when it was deleted on disk, so that only a log has its content."""

    moves_rights: ClassVar[bool] = True

    parent: str
    lost: bool = False


class FileRestored(Event, frozen=True, kw_only=True, tag=True):
    """A file or folder came back from the trash into `parent`."""

    parent: str


class FilePurged(Event, frozen=True, kw_only=True, tag=True):
    """A file or folder left the trash for ever."""

    audience: ClassVar[Audience] = "administrators"


class UploadBegun(Event, frozen=True, kw_only=True, tag=True):
    """A file is coming in pieces into the folder or space; told to who sends it."""

    audience: ClassVar[Audience] = "subjects"
    retention_days: ClassVar[int] = 30

    upload: str


class UploadCancelled(Event, frozen=True, kw_only=True, tag=True):
    """An upload in pieces was given up; told to who sent it."""

    audience: ClassVar[Audience] = "subjects"
    retention_days: ClassVar[int] = 30

    upload: str


class FileReplaced(Event, frozen=True, kw_only=True, tag=True):
    """The content was replaced from outside and there was no version to merge it with."""


class FileRefused(Event, frozen=True, kw_only=True, tag=True):
    """Something on disk is left alone; `why` is link, special, name, twin, large, unreadable,
    protected or many."""

    why: str


EVENTS: tuple[type[Event], ...] = (
    SpaceCreated,
    SpaceChanged,
    FolderCreated,
    FileCreated,
    FileRenamed,
    FileMoved,
    FileTrashed,
    FileRestored,
    FilePurged,
    UploadBegun,
    UploadCancelled,
    FileReplaced,
    FileRefused,
)
