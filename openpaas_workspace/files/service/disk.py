"""The folders of spaces on disk, and who may touch what at the same time.

`files/<space id>/…` is what kernels mount; `trash/<space id>/<node id>` is the server's own, on the same file
system, so that a name moves there and back at once or not at all.

Order of every change of names: the disk first, in one rename, then the rows and their facts in one unit. Killed
in between, the next scan finds the node by its inode (also in the trash and in other spaces) and brings the rows
after the disk. Content of a co-edited file: the pair (seq, hash) to be written goes into the row, then the file is
replaced, then the pair becomes the known one; whichever of the two hashes the file has afterwards is ours.
"""

import asyncio
import errno
import os
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any, ParamSpec, TypeVar
from weakref import WeakValueDictionary

from openpaas_workspace.core import beneath
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.kit.errors import Conflict, DiskFull, Invalid, NotFound, Unavailable

P = ParamSpec("P")
T = TypeVar("T")
TAKEN = "There is something of this name here already; choose another name."


PIECES = "pieces-"  # what is received in pieces outlives a restart of the server


class SpaceLock:
    """Many may write content at once; who changes names is alone. First come, first served."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._readers = 0
        self._empty = asyncio.Event()
        self._empty.set()
        # Counts beginnings and ends of changes of names: a scan knows that it looked at an old picture, or at half a change.
        self.version = 0

    @asynccontextmanager
    async def content(self) -> AsyncIterator[None]:
        """Names stay as they are meanwhile."""
        async with self._turn:
            self._readers += 1
            self._empty.clear()
        try:
            yield
        finally:
            self._readers -= 1
            if not self._readers:
                self._empty.set()

    @asynccontextmanager
    async def names(self) -> AsyncIterator[None]:
        """Nobody else reads or changes names meanwhile."""
        async with self._turn:
            await self._empty.wait()
            self.version += 1
            try:
                yield
            finally:
                # Who looked meanwhile saw half of it.
                self.version += 1


class Disk:
    """Where everything lies. `workspace.get(Disk)`."""

    def __init__(self, workspace: Workspace) -> None:
        self._files = workspace.data_dir / "files"
        self._trash = workspace.data_dir / "trash"
        self._incoming = workspace.data_dir / "incoming"
        self._spaces: defaultdict[str, SpaceLock] = defaultdict(SpaceLock)
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def prepare(self) -> None:
        """Make the server's folders; what was being received at once when it stopped is dropped. Blocks."""
        for folder in (self._files, self._trash, self._incoming):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o711 if folder == self._files else 0o700)
        for left in self._incoming.iterdir():
            if not left.name.startswith(PIECES):
                left.unlink(missing_ok=True)

    def space(self, space_id: str) -> Path:
        """The folder of a space."""
        return self._files / space_id

    def trash(self, space_id: str) -> Path:
        """The folder of a space's trash."""
        return self._trash / space_id

    def incoming(self, name: str) -> Path:
        """Where something is received before it is known to be whole."""
        return self._incoming / name

    def pieces(self, upload_id: str) -> Path:
        """What has come of an upload in pieces."""
        return self._incoming / f"{PIECES}{upload_id}"

    async def make_space(self, space_id: str) -> None:
        """The folders of a space, if they are missing."""

        def make() -> None:
            for folder in (self.space(space_id), self.trash(space_id)):
                with suppress(FileExistsError):
                    folder.mkdir(mode=0o700, parents=True)

        await asyncio.to_thread(make)

    def lock(self, space_id: str) -> SpaceLock:
        """The lock on the names of one space."""
        return self._spaces[space_id]

    @asynccontextmanager
    async def names(self, *space_ids: str) -> AsyncIterator[None]:
        """The names of one or two spaces for the caller alone, taken in one order by all."""
        first, *rest = sorted(set(space_ids))
        async with self.lock(first).names():
            if not rest:
                yield
                return
            async with self.names(*rest):
                yield

    def file_lock(self, node_id: str) -> asyncio.Lock:
        """One writer for each file's content."""
        lock = self._locks.get(node_id)
        if lock is None:
            lock = self._locks[node_id] = asyncio.Lock()
        return lock


async def in_thread(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run what blocks in a thread, to its end even when the caller is cancelled: half a change would be worse."""
    task = asyncio.ensure_future(asyncio.to_thread(call, *args, **kwargs))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        with suppress(Exception):
            await task
        raise


@contextmanager
def spoken() -> Iterator[None]:
    """What the disk refuses, as an error with a sentence."""
    try:
        yield
    except FileExistsError as error:
        raise Conflict(TAKEN) from error
    except (FileNotFoundError, NotADirectoryError, beneath.UnsafePath) as error:
        raise NotFound("This is gone from the disk; look again.") from error
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            raise Invalid("This lies too deep: shorten the names of the folders above it.") from error
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise DiskFull from error
        if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
            raise Unavailable("The server may not write here; nothing was changed.") from error
        raise


def exists(root: Path, relpath: str) -> bool:
    """Whether there is anything at a path below a root. Blocks."""
    try:
        beneath.stat_beneath(root, relpath)
    except OSError:
        return False
    return True


def seen(about: os.stat_result) -> dict[str, Any]:
    """What a row keeps of a file to notice that it changed."""
    return {"size": about.st_size, "mtime_ns": about.st_mtime_ns, "inode": about.st_ino}
