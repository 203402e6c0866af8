"""Uploads in pieces, as JupyterLab sends large files: chunk 1, 2, … and -1 for the last."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpaas_workspace.files.config import FilesSettings
from openpaas_workspace.files.gateway.models import sent_bytes
from openpaas_workspace.files.service.disk import Disk, in_thread
from openpaas_workspace.files.service.rows import Acting
from openpaas_workspace.kit.errors import Invalid, TooLarge, TooMany
from openpaas_workspace.kit.ids import new_id

_IDLE = 600.0
_MOST = 20


@dataclass(slots=True)
class _Upload:
    file: Path
    next_chunk: int
    size: int
    used: float


class Uploads:
    """What is being received, by member and path."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, str], _Upload] = {}

    async def take(self, who: Acting, path: str, model: dict[str, Any]) -> Path | None:
        """Add one piece; the whole file after the last one, which the caller removes. Raises Invalid, TooLarge."""
        chunk, key = model["chunk"], (who.actor.id, path)
        if not isinstance(chunk, int):
            raise Invalid("The pieces of an upload are numbered 1, 2, … and -1.")
        if model.get("type") != "file":
            raise Invalid("Only plain files are sent in pieces.")
        self._forget_idle()
        if chunk == 1:
            self._drop(key)
            if sum(member == who.actor.id for member, _ in self._open) >= _MOST:
                raise TooMany("Too many uploads at once; wait until one has ended.")
            self._open[key] = _Upload(who.workspace.get(Disk).incoming(new_id()), 1, 0, time.monotonic())
        upload = self._open.get(key)
        if upload is None or chunk not in {-1, upload.next_chunk}:
            self._drop(key)
            raise Invalid("A piece of this upload is missing; begin it again.")
        data = await in_thread(sent_bytes, model)
        upload.size += len(data)
        if upload.size > who.workspace.get(FilesSettings).max_file_bytes:
            self._drop(key)
            raise TooLarge("This file is too large.")
        await in_thread(_append, upload.file, data)
        upload.next_chunk, upload.used = upload.next_chunk + 1, time.monotonic()
        return self._open.pop(key).file if chunk == -1 else None

    def _drop(self, key: tuple[str, str]) -> None:
        upload = self._open.pop(key, None)
        if upload is not None:
            upload.file.unlink(missing_ok=True)

    def _forget_idle(self) -> None:
        limit = time.monotonic() - _IDLE
        for key in [key for key, upload in self._open.items() if upload.used < limit]:
            self._drop(key)


def _append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)
