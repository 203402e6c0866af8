"""Notebooks that are run as a service."""

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

import msgspec

from openpaas_workspace.client.people import Part
from openpaas_workspace.client.records import File, moment, table
from openpaas_workspace.client.sentences import say
from openpaas_workspace.kit.errors import Unavailable, WorkspaceError

if TYPE_CHECKING:
    import pandas as pd

    from openpaas_workspace.client.workspace import Workspace

_WAIT = 25.0


class RunFailed(WorkspaceError):
    """A cell failed; the output notebook shows where."""


class Execution:
    """A notebook that runs, or did, into an output notebook of its own. It goes on when this program ends."""

    def __init__(self, workspace: "Workspace", data: Mapping[str, Any]) -> None:
        self._workspace = workspace
        self._data = dict(data)

    def _repr_html_(self) -> str:
        from html import escape

        done, cells = self.progress
        return (
            f"<progress max={max(cells, 1)} value={done}></progress> "
            f"{escape(self._data['state'])}, {done} / {cells} <code>{escape(self.output)}</code>"
        )

    def __repr__(self) -> str:
        return f"<Execution {self.id}, {self._data['state']}, {self._data['cells_done']} of {self._data['cells']} cells>"

    @property
    def id(self) -> str:
        """Its id."""
        return str(self._data["id"])

    @property
    def state(self) -> str:
        """`queued`, `running`, `done`, `failed` or `cancelled`, now."""
        return str(self._read(0)["state"])

    @property
    def progress(self) -> tuple[int, int]:
        """How many cells are done, of how many."""
        data = self._read(0)
        return int(data["cells_done"]), int(data["cells"])

    @property
    def output(self) -> str:
        """The path of the output notebook."""
        return self._workspace.stat(self._data["output"]).path

    def wait(self, timeout: float | None = None, *, progress: bool = True) -> "Execution":
        """Wait until it is done; raises RunFailed when a cell failed, Unavailable when `timeout` seconds passed.

        `progress` shows a bar of its cells.
        """
        from tqdm.auto import tqdm

        deadline = None if timeout is None else time.monotonic() + timeout
        with tqdm(total=self._data["cells"], unit="cell", disable=not progress) as bar:
            while self._data["ended_at"] is None:
                # Less than a request may take, so that no answer is awaited for too long.
                left = min(_WAIT, self._workspace.connection.timeout / 2)
                if deadline is not None:
                    left = min(left, deadline - time.monotonic())
                if left <= 0:
                    raise Unavailable(say("It still runs; wait again, or cancel it."))
                self._read(left)
                bar.total = self._data["cells"]
                bar.update(self._data["cells_done"] - bar.n)
        if self._data["state"] == "failed":
            raise RunFailed(self._data["sentence"] or say("A cell failed; see {path}.", path=self.output))
        return self

    def cancel(self) -> None:
        """Stop it."""
        self._data = self._workspace.connection.post(f"/executions/{self.id}/cancel")

    def _read(self, seconds: float) -> dict[str, Any]:
        self._data = self._workspace.connection.get(f"/executions/{self.id}", wait=round(seconds, 2))
        return self._data


class Notebook:
    """A notebook, by its path."""

    def __init__(self, workspace: "Workspace", file: File) -> None:
        self._workspace = workspace
        self.file = file

    def __repr__(self) -> str:
        return f"<Notebook {self.file.path}>"

    def run(self, parameters: Mapping[str, Any] | None = None) -> Execution:
        """Execute it whole, in a kernel of its own, into a copy beside it; returns at once.

        `parameters` set the names of the cell tagged `parameters` (JSON values).
        """
        body = {"parameters": dict(parameters or {})}
        return Execution(
            self._workspace, self._workspace.connection.post(f"/files/{self.file.id}/executions", body)
        )

    def executions(self) -> "pd.DataFrame":
        """How it was run, newest first: state, started and ended (UTC), seconds, who, parameters, output, sentence, id."""
        found = self._workspace.connection.get(f"/files/{self.file.id}/executions")
        rows = [
            {
                **row,
                "started": moment(row["started_at"]),
                "ended": moment(row["ended_at"]),
                "seconds": (row["ended_at"] - row["started_at"]) / 1000
                if row["ended_at"] and row["started_at"]
                else None,
                "who": self._workspace.directory.username(row["by"]),
            }
            for row in found
        ]
        return table(
            rows, ("state", "started", "ended", "seconds", "who", "parameters", "output", "sentence", "id")
        )

    @property
    def cells(self) -> list[dict[str, Any]]:
        """Its cells as they are now."""
        return list(msgspec.json.decode(self._workspace.read(self.file.id))["cells"])


class Notebooks(Part):
    """The part of a Workspace about notebooks."""

    def notebook(self, path: str) -> Notebook:
        """A notebook; raises NotFound."""
        return Notebook(cast("Workspace", self), self.stat(path))

    def execution(self, execution_id: str) -> Execution:
        """An execution by id: from another program, or yesterday's."""
        return Execution(cast("Workspace", self), self.connection.get(f"/executions/{execution_id}"))
