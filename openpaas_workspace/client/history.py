"""The history of files that are edited together."""

from typing import TYPE_CHECKING, Any

from openpaas_workspace.client.people import Part
from openpaas_workspace.client.records import moment, table

if TYPE_CHECKING:
    import pandas as pd

_PAGE = 500


class History(Part):
    """The part of a Workspace about versions. A version is the number that `history` shows."""

    def history(
        self, path: str, limit: int = 100, *, grain: str = "session", named: bool = False
    ) -> "pd.DataFrame":
        """Newest first: version, since and until (UTC), who, kind, changes, name.

        `grain` says what a row is: a `session` of work, a `step` (a minute of it), what one `author` did in a row.
        `named`: only versions that somebody gave a name.
        """
        file, before = self.stat(path), 0
        rows: list[dict[str, Any]] = []
        while len(rows) < limit:
            page = self.connection.get(
                f"/files/{file.id}/history",
                before=before,
                limit=min(_PAGE, limit - len(rows)),
                grain=grain,
                named=named,
            )
            rows += [self._entry(entry) for entry in page["entries"]]
            before = page["before"]
            if before is None:
                break
        return table(rows, ("version", "since", "until", "who", "kind", "changes", "name"))

    def version(self, path: str, version: int) -> Any:
        """What a file held: text, or the cells of a notebook (id, cell_type, source)."""
        found = self.connection.get(f"/files/{self.stat(path).id}/history/{version}")
        return found["text"] if found["cells"] is None else found["cells"]

    def name_version(self, path: str, name: str, version: int | None = None) -> None:
        """Name a state, the one of now by default; it is kept for ever."""
        self.connection.post(f"/files/{self.stat(path).id}/versions", {"name": name, "seq": version})

    def restore(self, path: str, version: int, *, cell: str | None = None) -> int:
        """Write an earlier state again, or one cell of it, as a new change; its number."""
        done = self.connection.post(
            f"/files/{self.stat(path).id}/restore", {"seq": int(version), "cell": cell}
        )
        return int(done["seq"])

    def blame(self, path: str) -> "pd.DataFrame":
        """Who wrote each part, as it is now: cell, text, who, at (UTC), version."""
        found = self.connection.get(f"/files/{self.stat(path).id}/blame")
        rows = [
            {
                "cell": part["cell"],
                "text": run["text"],
                "who": self.directory.username(run["author"] or ""),
                "at": moment(run["at"]),
                "version": run["seq"],
            }
            for part in found["parts"]
            for run in part["runs"]
        ]
        return table(rows, ("cell", "text", "who", "at", "version"))

    def _entry(self, entry: dict[str, Any]) -> dict[str, Any]:
        return {
            "version": entry["seq"],
            "since": moment(entry["since"]),
            "until": moment(entry["until"]),
            "who": ", ".join(
                self.directory.username(one["behalf"] or one["author"]) for one in entry["people"]
            ),
            "kind": entry["kind"],
            "changes": entry["count"],
            "name": entry["name"],
        }
