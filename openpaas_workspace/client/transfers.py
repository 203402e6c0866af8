"""Large files, piece by piece: with a progress bar, and on from where a cut stopped them."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

import httpx

from openpaas_workspace.client.connection import ATTEMPTS, checked, pause
from openpaas_workspace.client.people import Part
from openpaas_workspace.client.records import File, record
from openpaas_workspace.kit.errors import Conflict, Invalid, Unavailable

_PIECE: Final = 8 * 1024 * 1024
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
            raise Invalid("Name the space too: Space/name.")
        size = source.stat().st_size
        parent = self.connection.get("/files", path=folder)
        where = parent["file"]["id"] if parent["file"] else folder
        begun = self.connection.post(
            "/uploads", {"folder": where, "name": name or source.name, "size": size, "conflict": conflict}
        )
        address = f"/uploads/{begun['id']}"
        try:
            with source.open("rb") as file, _bar(name or source.name, size, progress) as bar:
                self._send(file, address, size, bar)
            return record(self.connection.post(f"{address}/finish", {}), File)
        except (Conflict, Invalid, KeyboardInterrupt):
            self.connection.delete(address, missing_is_fine=True)
            raise

    def _send(self, file: BinaryIO, address: str, size: int, bar: "_Bar") -> None:
        done, failures = 0, 0
        while done < size:
            file.seek(done)
            piece = file.read(_PIECE)
            if not piece:
                raise Invalid("The file on this machine became shorter while it was sent.")
            range_ = f"bytes {done}-{done + len(piece) - 1}/{size}"
            try:
                self.connection.send(
                    "PUT",
                    f"{address}/content",
                    content=iter([piece]),
                    headers={"Content-Range": range_, "Content-Length": str(len(piece))},
                )
                arrived, failures = done + len(piece), 0
            except (Unavailable, Conflict) as error:
                failures += 1
                if failures >= ATTEMPTS:
                    raise
                pause(failures, error.retry_after or 0)
                arrived = int(self.connection.get(address)["received"])
            bar.move(arrived)
            done = arrived

    def download(self, path: str, local: str | os.PathLike[str], *, progress: bool | None = None) -> Path:
        """Fetch a file to this machine; a folder as the target keeps the name. Appears there only when whole."""
        file = self.stat(path)
        if file.kind == "folder":
            raise Invalid("This is a folder; download its files, or the folder as a zip in the page.")
        target = Path(local)
        target = target / file.name if target.is_dir() else target
        part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
        try:
            with part.open("wb") as out, _bar(file.name, file.size, progress) as bar:
                self._fetch(file.id, out, bar)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
        return target

    def _fetch(self, file_id: str, out: BinaryIO, bar: "_Bar") -> None:
        version, failures = "", 0
        while True:
            done = out.tell()
            headers = {"Range": f"bytes={done}-", "If-Range": f'"{version}"'} if done and version else {}
            try:
                with self.connection.stream(f"/files/{file_id}/content", query={}, headers=headers) as answer:
                    if not answer.is_success:
                        answer.read()
                        checked(answer)
                    if answer.status_code != 206:
                        out.seek(0)
                        out.truncate()
                    version = answer.headers.get("ETag", "").strip('"')
                    for chunk in answer.iter_bytes(_CHUNK):
                        out.write(chunk)
                        bar.move(out.tell())
            except httpx.TransportError as error:
                failures += 1
                if failures >= ATTEMPTS:
                    raise Unavailable(
                        f"The connection was cut while “{file_id}” was fetched: {error}."
                    ) from error
                pause(failures)
            else:
                return


class _Bar:
    """How far it is; draws nothing for what is small."""

    def __init__(self, bar: object | None) -> None:
        self._bar = bar

    def move(self, to: int) -> None:
        """So many bytes are there."""
        if self._bar is not None:
            self._bar.update(to - self._bar.n)  # type: ignore[attr-defined]


@contextmanager
def _bar(name: str, size: int, wished: bool | None) -> Iterator[_Bar]:
    if wished is False or (wished is None and size < _PIECE):
        yield _Bar(None)
        return
    from tqdm.auto import tqdm

    with tqdm(total=size, desc=name, unit="B", unit_scale=True, unit_divisor=1024) as bar:
        yield _Bar(bar)
