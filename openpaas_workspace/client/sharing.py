"""Who may do what."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from openpaas_workspace.client.people import Part
from openpaas_workspace.client.records import moment, table

if TYPE_CHECKING:
    import pandas as pd


class Sharing(Part):
    """The part of a Workspace about rights. Roles are reader, commenter, editor, manager."""

    def share(
        self,
        path: str,
        who: str,
        role: str = "reader",
        *,
        until: datetime | None = None,
        execute: bool = True,
    ) -> None:
        """Give a member (by username), a group or `everyone` a role on a space, folder or file; or change it.

        `until` ends it by itself (a time without zone is local); `execute=False` withholds running code from an editor.
        """
        ends = None if until is None else int(until.astimezone(UTC).timestamp() * 1000)
        body = {"subject": self.directory.subject(who), "level": role, "expires_at": ends, "execute": execute}
        self.connection.put(f"/objects/{self._ref(path)}/grants", body)

    def unshare(self, path: str, who: str) -> None:
        """Take back a role that was given on this very object."""
        self.connection.delete(f"/objects/{self._ref(path)}/grants/{self.directory.subject(who)}")

    def access(self, path: str) -> "pd.DataFrame":
        """Who may do what with it: who, kind, role, execute, inherited_from, until (UTC), granted_by."""
        found = self.connection.get(f"/objects/{self._ref(path)}/access")
        rows = [
            {
                "who": self._who(entry["subject"], entry["name"]),
                "kind": entry["subject"].partition(":")[0],
                "role": entry["level"],
                "execute": entry["execute"],
                "inherited_from": entry["inherited_name"] or entry["inherited_from"] or "",
                "until": moment(entry["expires_at"]),
                "granted_by": self.directory.username(entry["granted_by"]),
            }
            for entry in found["entries"]
        ]
        return table(rows, ("who", "kind", "role", "execute", "inherited_from", "until", "granted_by"))

    def _ref(self, path: str) -> str:
        """The reference of what a path leads to."""
        return str(self.connection.get("/files", path=path)["ref"])

    def _who(self, subject: str, name: str) -> str:
        kind, _, id_ = subject.partition(":")
        return self.directory.username(id_) if kind == "member" else name or subject
