"""What crosses the wire about spaces and files."""

from typing import Annotated, Literal

import msgspec

from openpaas_workspace.kit.schema import Wire
from openpaas_workspace.sharing.schemas import LevelName, Wish

SpaceKind = Literal["personal", "team", "organisation"]
NodeKind = Literal["folder", "file"]


class SpaceInfo(Wire, frozen=True, kw_only=True):
    """A space as the asking member sees it; `path` is where the file browser has it."""

    id: str
    ref: str
    kind: SpaceKind
    name: str
    description: str
    path: str
    level: LevelName
    owner_id: str = ""
    archived_at: int | None = None


class SpaceUsage(Wire, frozen=True, kw_only=True):
    """What a space holds; the trash counts too. `quota_bytes` 0 is no limit."""

    bytes: int
    files: int
    folders: int
    trash_bytes: int
    quota_bytes: int


class SpaceQuota(Wire, frozen=True, kw_only=True):
    """The most bytes that a space may hold; 0 is no limit, null what the settings say."""

    quota_bytes: int | None


class NewSpace(Wire, frozen=True, kw_only=True):
    """A team space to create; who creates it manages it."""

    name: str
    description: str = ""


class SpacePatch(Wire, frozen=True, kw_only=True):
    """What a manager may change of a space."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    description: str | msgspec.UnsetType = msgspec.UNSET
    archived: bool | msgspec.UnsetType = msgspec.UNSET


class FileInfo(Wire, frozen=True, kw_only=True):
    """A folder or a file as the asking member sees it."""

    id: str
    ref: str
    kind: NodeKind
    name: str
    path: str
    space_id: str
    size: int
    created_by: str
    created_at: int
    modified_by: str
    modified_at: int
    level: LevelName
    trashed_at: int | None = None


class FileList(Wire, frozen=True, kw_only=True):
    """What a path leads to; `entries` of a folder or space."""

    ref: str
    path: str
    kind: Literal["space", "folder", "file"]
    level: LevelName
    file: FileInfo | None = None
    entries: list[FileInfo] = msgspec.field(default_factory=list)


class FileQuery(Wire, frozen=True, kw_only=True):
    """Which path: `Space/…`, `~/…`, `~name/…`, or an id."""

    path: str


class NewFile(Wire, frozen=True, kw_only=True):
    """A folder, an empty file, or a copy of `copy_of` (an id or path), made at `path`.

    `seq` copies a co-edited file as it was at that number of its history.
    """

    path: str
    kind: NodeKind = "file"
    copy_of: str = ""
    seq: int | None = None


class FilePatch(Wire, frozen=True, kw_only=True):
    """A new name, or a new folder (id or path of a folder or space), or both."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    parent: str | msgspec.UnsetType = msgspec.UNSET


class TrashQuery(Wire, frozen=True, kw_only=True):
    """Whose trash: a space's id or path; of all spaces that I edit when left out."""

    space: str = ""


class TrashedFile(Wire, frozen=True, kw_only=True):
    """A folder or file in the trash: where it lay, who threw it away, and when it is deleted for ever."""

    file: FileInfo
    space: str
    folder: str
    trashed_by: str
    trashed_at: int
    purged_at: int
    lost: bool = False
    may_purge: bool = False


class SharedFile(Wire, frozen=True, kw_only=True):
    """A folder or file that was shared with me by itself, outside of a space that I read; by whom, when."""

    file: FileInfo
    space: str
    shared_by: str
    shared_at: int


Conflicts = Literal["refuse", "replace", "keep"]


class NewUpload(Wire, frozen=True, kw_only=True):
    """A file that will come in pieces: where to (id or path of a folder or space), its name and size.

    `conflict` is what to do when there is a file of this name: refuse, replace it (a new version of it), or keep
    both under another name.
    """

    folder: str
    name: str
    size: int
    conflict: Conflicts = "refuse"


class UploadInfo(Wire, frozen=True, kw_only=True):
    """An upload: how many bytes have come. Until `expires_at` it can be taken up again from there."""

    id: str
    name: str
    size: int
    received: int
    conflict: Conflicts
    expires_at: int
    file_id: str = ""


class FinishUpload(Wire, frozen=True, kw_only=True):
    """All has come: make the file of it; `conflict` in place of what was said at the beginning."""

    conflict: Conflicts | None = None


class ContentQuery(Wire, frozen=True, kw_only=True):
    """Which file, and what a PUT does when there is one of this name."""

    path: str
    conflict: Conflicts = "replace"


class ZipQuery(Wire, frozen=True, kw_only=True):
    """What to put into the archive: ids of folders, files and spaces, with commas between."""

    of: str


class FileVersion(Wire, frozen=True, kw_only=True):
    """What a write answers: the file and the version now."""

    file: FileInfo
    version: str


class PathWish(Wire, frozen=True, kw_only=True):
    """What somebody asks of the managers of whatever is at a path, with a few words for them."""

    path: str
    level: Wish = "reader"
    message: str = ""


class SpaceDetails(SpaceInfo, frozen=True, kw_only=True):
    """A space with what its page shows: how much is in it, and for how many days an old name leads to it."""

    created_at: int
    created_by: str
    files: int
    folders: int
    size: int
    trash_size: int
    alias_days: int


class ActivityQuery(Wire, frozen=True, kw_only=True):
    """A page of what happened: before the event with this number."""

    before: int | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=200)] = 30


class ActivityEntry(Wire, frozen=True, kw_only=True):
    """One thing that happened: an event of this type on an object, by a member or by a program (`behalf`).

    `name` is what the object is called now; '' when nothing is left of it. `fields`, `subject` and `level` are the
    event's own.
    """

    seq: int
    at: int
    type: str
    ref: str
    name: str
    actor: str
    fields: list[str] = msgspec.field(default_factory=list)
    subject: str = ""
    subject_name: str = ""
    level: str = ""


class Activity(Wire, frozen=True, kw_only=True):
    """What happened, newest first; `next` is the `before` of the next page."""

    entries: list[ActivityEntry]
    next: int | None
