"""Keeps the large outputs of a notebook's cells: what they hold is safe before the notebook refers to it."""

import asyncio
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from openpaas_workspace.core.blobs import Blobs
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.files.service import quota
from openpaas_workspace.files.service.disk import Disk
from openpaas_workspace.files.service.rows import node_row
from openpaas_workspace.kit.actors import SYSTEM, Actor
from openpaas_workspace.kit.errors import Unavailable, WorkspaceError
from openpaas_workspace.kit.ids import new_id
from openpaas_workspace.realtime.service import outputs
from openpaas_workspace.realtime.service.desk import Desk
from openpaas_workspace.runs import engine
from openpaas_workspace.runs.config import OutputSettings
from openpaas_workspace.runs.service.wire import Large, drop

_LINE = 64 * 1024
_FULL = "The disk is full; this output could not be kept. Tell an administrator."


class Keeper:
    """For one notebook."""

    def __init__(self, workspace: Workspace, file_id: str, actor: Actor) -> None:
        self._workspace = workspace
        self._file = file_id
        self._actor = actor
        self.settings = workspace.get(OutputSettings)

    async def shortened(self, kind: str, large: Large) -> dict[str, Any]:
        """The content of a large message as the notebook holds it; what is apart is kept. Raises WorkspaceError."""
        desk, source = self._workspace.get(Desk), large.content
        try:
            # A helper reads it where it lies: it need not pass through here.
            run = desk.aside if large.size > desk.large else desk.run
            content, stored = await run(engine.shortened, kind, source if source is not None else b"")
        finally:
            await asyncio.to_thread(drop, large)
        if stored is not None:
            await self._room(len(stored.data))
            try:
                await outputs.keep(self._workspace, self._file, [stored])
            except OSError as error:
                raise Unavailable(_FULL) from error
        return content

    def rest(self) -> "Rest":
        """For the rest of a long text."""
        return Rest(self.aside())

    def aside(self) -> Path:
        """A file of the server's own, for a while."""
        return self._workspace.get(Disk).incoming(new_id())

    async def keep(self, rest: "Rest") -> tuple[str, int]:
        """The name and size of the rest of a text, once it is safe. Raises WorkspaceError; then it is gone."""
        try:
            await asyncio.to_thread(rest.end)
            await self._room(rest.size)
            name = await asyncio.to_thread(self._workspace.get(Blobs).keep, rest.path)
            async with self._workspace.db.unit(SYSTEM) as work:
                await outputs.refer(work, self._file, [outputs.Found(name, "text", rest.size)])
        except OSError as error:
            raise Unavailable(_FULL) from error
        finally:
            await asyncio.to_thread(rest.drop)
        return name, rest.size

    async def _room(self, size: int) -> None:
        async with self._workspace.db.read(self._actor) as work:
            node = await node_row(work, self._file)
            await quota.require(work, node.space_id, size)


class Rest:
    """What a stream has beyond what the notebook shows of it, on its way to the disk. All of it blocks."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = 0
        self._line = ""  # not ended yet: a carriage return may overwrite it
        self._file = path.open("xb")

    def add(self, text: str) -> None:
        """More of it."""
        lines, newline, self._line = engine.shown(self._line, text).rpartition("\n")
        if len(self._line) > _LINE:
            lines, newline, self._line = lines + newline + self._line, "", ""
        self._write(lines + newline)

    def end(self) -> None:
        """That was all."""
        self._write(self._line)
        self._line = ""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def drop(self) -> None:
        """It is not needed, or it was moved."""
        self._file.close()
        with suppress(FileNotFoundError):
            self.path.unlink()

    def _write(self, text: str) -> None:
        self.size += self._file.write(text.encode())


def sentence(error: WorkspaceError) -> str:
    """Why an output is not there, in the notebook."""
    return f"\n… {error.sentence}\n"
