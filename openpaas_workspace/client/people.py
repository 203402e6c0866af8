"""Members and groups."""

from functools import cached_property
from typing import TYPE_CHECKING, Any

from openpaas_workspace.client.connection import Connection
from openpaas_workspace.client.records import File, Member, record, table
from openpaas_workspace.client.sentences import say
from openpaas_workspace.kit.errors import Invalid, NotFound

if TYPE_CHECKING:
    import pandas as pd

_PAGE = 500


class Directory:
    """Who is who, read once and again when somebody is missing, once for each who is no member."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._members: dict[str, Member] = {}
        self._groups: dict[str, str] = {}
        self._nobodies: set[str] = set()

    def members(self) -> list[Member]:
        """Everybody, disabled members too."""
        found: list[Member] = []
        while True:
            after = found[-1].id if found else ""
            page = self._connection.get("/members", limit=_PAGE, after=after, disabled=True)
            found += [record(row, Member) for row in page]
            if len(page) < _PAGE:
                break
        self._members = {member.id: member for member in found}
        return found

    def groups(self) -> dict[str, str]:
        """Names of groups by id."""
        self._groups = {row["id"]: row["name"] for row in self._connection.get("/groups")}
        return self._groups

    def username(self, member_id: str) -> str:
        """The username behind an id; the id itself of who is no member any more, of kernels and of the server."""
        if member_id and member_id not in self._members and member_id not in self._nobodies:
            self.members()
            if member_id not in self._members:
                self._nobodies.add(member_id)
        return self._members[member_id].username if member_id in self._members else member_id

    def subject(self, name: str) -> str:
        """`member:<id>`, `group:<id>` or `everyone`, by username, id or the name of a group; raises NotFound."""
        if name == "everyone" or name.startswith(("member:", "group:")):
            return name
        for known in (self._members.values(), self.members()):
            for member in known:
                if name.casefold() == member.username.casefold() or name == member.id:
                    return f"member:{member.id}"
        for group_id, group in self.groups().items():
            if name.casefold() == group.casefold() or name == group_id:
                return f"group:{group_id}"
        raise NotFound(say("There is no member or group “{name}”.", name=name))


class Part:
    """What every part of a Workspace stands on."""

    connection: Connection

    @cached_property
    def directory(self) -> Directory:
        """Who is who."""
        return Directory(self.connection)

    def stat(self, path: str) -> File:
        """One file or folder, by path or id; raises NotFound, Invalid for a space."""
        found = self.connection.get("/files", path=path)
        if found["file"] is None:
            raise Invalid(say("“{path}” is a space, no file.", path=path))
        return record(found["file"], File)


class People(Part):
    """The part of a Workspace about people."""

    @property
    def me(self) -> Member:
        """Who I am here."""
        return record(self.connection.get("/me"), Member)

    def members(self) -> "pd.DataFrame":
        """Everybody: username, name, unit, administrator, disabled, id."""
        rows: list[dict[str, Any]] = [
            {
                "username": one.username,
                "name": one.display_name,
                "unit": one.unit,
                "administrator": one.administrator,
                "disabled": one.disabled,
                "id": one.id,
            }
            for one in self.directory.members()
        ]
        return table(rows, ("username", "name", "unit", "administrator", "disabled", "id"))

    def groups(self) -> "pd.DataFrame":
        """All groups: name, id."""
        rows = [{"name": name, "id": id_} for id_, name in self.directory.groups().items()]
        return table(rows, ("name", "id"))
