"""Spaces and files."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

import msgspec

from openpaas_workspace.client.people import Part
from openpaas_workspace.client.records import Content, File, Space, moment, record, table
from openpaas_workspace.client.sentences import say
from openpaas_workspace.kit.errors import Invalid

if TYPE_CHECKING:
    import pandas as pd

    from openpaas_workspace.client.workspace import Workspace

_COLUMNS = ("name", "kind", "size", "modified", "modified_by", "level", "path", "id")


class SpaceHandle:
    """A space, and what is done with it as a whole. Its fields are those of `Space`."""

    def __init__(self, workspace: "Workspace", space: Space) -> None:
        self._workspace = workspace
        self.info = space

    def __getattr__(self, name: str) -> Any:
        return getattr(self.info, name)

    def __repr__(self) -> str:
        return f"<Space {self.info.name!r}, {self.info.level}>"

    def share(self, who: str, role: str = "reader") -> None:
        """Give a member or group a role in the whole space."""
        self._workspace.share(self.info.id, who, role)

    def unshare(self, who: str) -> None:
        """Take a role back."""
        self._workspace.unshare(self.info.id, who)

    def access(self) -> "pd.DataFrame":
        """Who may do what here."""
        return self._workspace.access(self.info.id)

    def files(self) -> "pd.DataFrame":
        """What lies at the top of the space."""
        return self._workspace.files(self.info.id)

    def rename(self, name: str) -> None:
        """Give the space another name; the old one leads here for a while."""
        self.info = record(self._workspace.connection.patch(f"/spaces/{self.info.id}", {"name": name}), Space)

    def archive(self, archived: bool = True) -> None:
        """Let nobody change anything in it, or bring it back."""
        self._workspace.connection.patch(f"/spaces/{self.info.id}", {"archived": archived})


class Files(Part):
    """The part of a Workspace about spaces and files.

    A path is `Space/folder/name`, `~/name` for my own files, `~alice/name` for what alice shares of hers, or an id.
    """

    def spaces(self) -> "pd.DataFrame":
        """The spaces that I see: name, kind, level, path, description, id."""
        rows = self.connection.get("/spaces")
        return table(rows, ("name", "kind", "level", "path", "description", "id"))

    def space(self, name: str) -> SpaceHandle:
        """A space by name or id; raises NotFound."""
        found = self.connection.get("/files", path=name)
        if found["kind"] != "space":
            raise Invalid(say("“{name}” is no space.", name=name))
        for row in self.connection.get("/spaces"):
            if found["ref"] == row["ref"]:
                return SpaceHandle(cast("Workspace", self), record(row, Space))
        raise Invalid(say("“{name}” is a space of which you only see what was shared with you.", name=name))

    def create_space(self, name: str, description: str = "") -> SpaceHandle:
        """Make a team space, which I manage; raises Conflict if the name is taken."""
        made = self.connection.post("/spaces", {"name": name, "description": description})
        return SpaceHandle(cast("Workspace", self), record(made, Space))

    def files(self, path: str = "~") -> "pd.DataFrame":
        """What a space or folder holds: name, kind, size (bytes), modified (UTC), modified_by, level, path, id."""
        rows = [self._row(entry) for entry in self.connection.get("/files", path=path)["entries"]]
        frame = table(rows, _COLUMNS)
        return frame.astype({"modified": "datetime64[ms, UTC]"}) if len(frame) == 0 else frame

    def read(self, path: str) -> Content:
        """The bytes of a file as it is now, the open room included, with their version."""
        answer = self.connection.send("GET", "/content", query={"path": path})
        return Content(answer.content, answer.headers.get("ETag", "").strip('"'))

    def write(
        self,
        path: str,
        data: bytes | str | Mapping[str, Any],
        *,
        version: str | None = None,
        create: bool = True,
    ) -> str:
        """Write a file: bytes, text, or a notebook as a dict. Returns the new version.

        With the `version` that was read (a `Content` brings its own) what others wrote since is kept: it is merged
        where the file is edited together, and refused with Conflict elsewhere. A file that is missing is made,
        unless `create` is false.
        """
        if version is None and isinstance(data, Content):
            version = data.version
        raw = _bytes_of(data)
        if not create:
            self.stat(path)
        headers = {"If-Match": f'"{version}"'} if version else {}
        answer = self.connection.send(
            "PUT", "/content", query={"path": path}, content=raw, headers=headers, once=True
        )
        return str(msgspec.json.decode(answer.content)["version"])

    def create_folder(self, path: str) -> File:
        """Make a folder; raises Conflict if the name is taken."""
        return record(self.connection.post("/files", {"path": path, "kind": "folder"}), File)

    def copy(self, source: str, target: str) -> File:
        """Copy a file, or a folder with all that I may read in it, to a path that is free."""
        return record(
            self.connection.post(
                "/files", {"path": target, "copy_of": source, "kind": self.stat(source).kind}
            ),
            File,
        )

    def move(self, source: str, target: str) -> File:
        """Rename or move a file or folder to a path that is free; links to it stay good."""
        old = self.stat(source)
        folder, _, name = target.rpartition("/")
        if not folder:
            raise Invalid(say("Name the space too: Space/name."))
        parent = self.connection.get("/files", path=folder)
        body = {"name": name, "parent": parent["file"]["id"] if parent["file"] else folder}
        return record(self.connection.patch(f"/files/{old.id}", body), File)

    def delete(self, path: str) -> None:
        """Put a file or folder into the trash of its space."""
        self.connection.delete(f"/files/{self.stat(path).id}")

    def trash(self, space: str = "") -> "pd.DataFrame":
        """What lies in the trash of a space, or of all that I edit: name, space, folder, trashed_by, trashed, id."""
        rows = self.connection.get("/trash", space=space)
        shown = [
            {
                "name": row["file"]["name"],
                "space": row["space"],
                "folder": row["folder"],
                "trashed_by": self.directory.username(row["trashed_by"]),
                "trashed": moment(row["trashed_at"]),
                "id": row["file"]["id"],
            }
            for row in rows
        ]
        return table(shown, ("name", "space", "folder", "trashed_by", "trashed", "id"))

    def untrash(self, file_id: str) -> File:
        """Bring something back from the trash."""
        return record(self.connection.post(f"/trash/{file_id}/restore"), File)

    def search(self, words: str, limit: int = 20) -> "pd.DataFrame":
        """Files, folders, spaces and members by the beginnings of words: name, kind, space, level, ref."""
        found = self.connection.get("/search", q=words, limit=limit)
        return table(found["hits"], ("name", "kind", "space", "level", "ref"))

    def _row(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        return {
            **entry,
            "modified": moment(entry["modified_at"]),
            "modified_by": self.directory.username(entry["modified_by"]),
        }


def _bytes_of(data: bytes | str | Mapping[str, Any]) -> bytes:
    if isinstance(data, bytes):
        return bytes(data)
    if isinstance(data, str):
        return data.encode()
    if isinstance(data, Mapping):
        return msgspec.json.format(msgspec.json.encode(data), indent=1) + b"\n"
    raise Invalid(say("Write bytes, text, or a notebook as a dict."))
