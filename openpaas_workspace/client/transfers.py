"""Large files, piece by piece: with a progress bar, and on from where a cut stopped them."""

import itertools
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final

import httpx

from openpaas_workspace.client.bars import Bar, progress_bar
from openpaas_workspace.client.connection import ATTEMPTS, checked, pause
from openpaas_workspace.client.people import Part
from openpaas_workspace.client.records import File, record
from openpaas_workspace.client.sentences import say
from openpaas_workspace.kit.errors import Conflict, Invalid, TooMany, Unavailable, WorkspaceError

# The server keeps what came of a piece that was cut, so pieces may be long; each costs a question of rights.
_PIECE: Final = 256 * 1024 * 1024
_CHUNK: Final = 1024 * 1024


class Transfers(Part):
    """The part of a Workspace that sends and fetches files."""

    def upload(
        self,
        local: str | os.PathLike[str],
        path: str,
        *,
        conflict: str = "replace",
        progress: bool | None = None,
    ) -> File:
        """Send a file of this machine to a path `Space/…/name`, or into a folder when `path` ends in `/`.

        `conflict` is what to do when there is one of this name: `replace` it (a new version), `refuse`, or `keep`
        both. After a cut the upload goes on where it stopped. `progress` shows a bar (by default from 8 MB on).
        """
        source = Path(local)
        folder, _, name = path.rpartition("/")
        if not folder:
            raise Invalid(say("Name the space too: Space/name."))
        if not stat.S_ISREG((about := source.stat()).st_mode):
            raise Invalid(say("“{path}” is no file.", path=source))
        size = about.st_size
        parent = self.connection.get("/files", path=folder)
        where = parent["file"]["id"] if parent["file"] else folder
        begun = self.connection.post(
            "/uploads", {"folder": where, "name": name or source.name, "size": size, "conflict": conflict}
        )
        address = f"/uploads/{begun['id']}"
        try:
            with source.open("rb") as file, progress_bar(name or source.name, size, progress) as bar:
                self._send(file, address, size, bar)
            return record(self.connection.post(f"{address}/finish", {}), File)
        except BaseException as error:
            # It is not taken up again: what came of it would count for the space until it is forgotten.
            if not isinstance(error, Unavailable):
                with suppress(WorkspaceError):
                    self.connection.delete(address, missing_is_fine=True)
            raise

    def _send(self, file: BinaryIO, address: str, size: int, bar: Bar) -> None:
        done, failures = 0, 0
        while done < size:
            length = min(_PIECE, size - done)
            range_ = f"bytes {done}-{done + length - 1}/{size}"
            try:
                self.connection.send(
                    "PUT",
                    f"{address}/content",
                    content=_chunks(file, done, length, bar),
                    headers={"Content-Range": range_, "Content-Length": str(length)},
                )
                arrived, failures = done + length, 0
            except (Unavailable, Conflict) as error:
                failures += 1
                if failures >= ATTEMPTS:
                    raise
                pause(failures, error.retry_after or 0)
                arrived = int(self.connection.get(address)["received"])
                if arrived > done:
                    failures = 0
            bar.move(arrived)
            done = arrived

    def download(
        self,
        path: str,
        local: str | os.PathLike[str],
        *,
        conflict: str = "replace",
        progress: bool | None = None,
    ) -> Path:
        """Fetch a file to this machine; a folder as the target keeps the name. Appears there only when whole.

        `conflict` is what to do when there is one of this name here: `replace` it, `refuse` (raises Conflict), or
        `keep` both.
        """
        file = self.stat(path)
        if file.kind == "folder":
            raise Invalid(say("This is a folder; download its files, or the folder as a zip in the page."))
        target = Path(local)
        target = _place(target / file.name if target.is_dir() else target, conflict)
        # Short: the name may be as long as a name can be.
        part = target.with_name(f".{secrets.token_hex(8)}.part")
        try:
            with part.open("wb") as out, progress_bar(file.name, file.size, progress) as bar:
                self._fetch(file.id, file.name, out, bar)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
        return target

    def _fetch(self, file_id: str, name: str, out: BinaryIO, bar: Bar) -> None:
        version, failures = "", 0
        while True:
            done = out.tell()
            headers = {"Accept-Encoding": "identity"}
            if done and version:
                headers |= {"Range": f"bytes={done}-", "If-Range": f'"{version}"'}
            try:
                with self.connection.stream(f"/files/{file_id}/content", query={}, headers=headers) as answer:
                    if not answer.is_success:
                        answer.read()
                        checked(answer)
                    if answer.status_code != 206:
                        out.seek(0)
                        out.truncate()
                    version = answer.headers.get("ETag", "").strip('"')
                    for chunk in answer.iter_bytes():
                        out.write(chunk)
                        bar.move(out.tell())
            except (httpx.TransportError, Unavailable, TooMany) as error:
                failures = 0 if out.tell() > done else failures + 1
                if failures >= ATTEMPTS:
                    raise Unavailable(
                        say("The connection was cut while “{name}” was fetched: {why}.", name=name, why=error)
                    ) from error
                pause(failures + 1, getattr(error, "retry_after", None) or 0)
            else:
                return


def _place(target: Path, conflict: str) -> Path:
    """Where a file of this machine goes: through links, and only where there is nothing but a file."""
    target = target.resolve() if target.is_symlink() else target
    if target.exists() and not target.is_file():
        raise Invalid(say("“{path}” is no file.", path=target))
    if conflict == "refuse" and target.exists():
        raise Conflict(say("“{path}” is there already.", path=target))
    if conflict == "keep":
        free = (target.with_stem(f"{target.stem} {number}") for number in itertools.count(2))
        return target if not target.exists() else next(one for one in free if not one.exists())
    return target


def _chunks(file: BinaryIO, first: int, length: int, bar: Bar) -> Iterator[bytes]:
    file.seek(first)
    left = length
    while left:
        chunk = file.read(min(_CHUNK, left))
        if not chunk:
            raise Invalid(say("The file on this machine became shorter while it was sent."))
        yield chunk
        left -= len(chunk)
        bar.move(first + length - left)
