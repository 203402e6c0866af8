"""Jupyter's contents API over spaces: every call in the name of the member who asks, by the permission core.

What a room holds is read from the room and written through it, so that no save is ever in conflict; its hash never
changes, so that the page never asks which version to keep.
"""

import functools
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from jupyter_server.services.contents.manager import AsyncContentsManager
from traitlets import Type, Unicode, default

from openpaas_workspace.files.engine import formats
from openpaas_workspace.files.engine.names import file_name, is_hidden, parse
from openpaas_workspace.files.gateway import models
from openpaas_workspace.files.gateway.caller import caller, takes_encoded
from openpaas_workspace.files.gateway.checkpoints import WorkspaceCheckpoints
from openpaas_workspace.files.gateway.download import DownloadHandler
from openpaas_workspace.files.gateway.uploads import Uploads
from openpaas_workspace.files.schemas import FileInfo, FileQuery, NewFile
from openpaas_workspace.files.service import apart, content, files, nodes, places, spaces, trash
from openpaas_workspace.files.service.disk import in_thread
from openpaas_workspace.files.service.places import Place
from openpaas_workspace.files.service.rows import Acting, Node
from openpaas_workspace.kit.errors import Conflict, Forbidden, Invalid, NotFound, WorkspaceError
from openpaas_workspace.kit.text import name_key
from openpaas_workspace.realtime.binding import Made
from openpaas_workspace.realtime.service.desk import Desk
from openpaas_workspace.realtime.service.openings import Openings

P = ParamSpec("P")
T = TypeVar("T")
Model = dict[str, Any]


def spoken(method: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Coroutine[Any, Any, T]]:
    """Errors leave as Jupyter's, with their sentence."""

    @functools.wraps(method)
    async def call(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await method(*args, **kwargs)
        except WorkspaceError as error:
            raise models.http_error(error) from error

    return call


class WorkspaceContentsManager(AsyncContentsManager):
    """Spaces, folders and files as Jupyter's contents."""

    root_dir = Unicode("", help="Not used: files lie in spaces.")
    files_handler_class = Type(DownloadHandler)

    @default("checkpoints_class")
    def _default_checkpoints_class(self) -> type[WorkspaceCheckpoints]:
        return WorkspaceCheckpoints

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._uploads = Uploads()

    def emit(self, data: Any) -> None:
        """Tell nobody: Jupyter's own event bus does not know who may hear."""

    def info_string(self) -> str:
        return "Serving the spaces of the workspace"

    def get_kernel_path(self, path: str, model: Any = None) -> str:  # noqa: ARG002
        """The path itself: the kernels' domain knows whose kernel it is and where it works."""
        return path

    # what is there

    async def is_hidden(self, path: str) -> bool:
        return any(is_hidden(part) for part in path.strip("/").split("/") if part not in {".", ".."})

    @spoken
    async def dir_exists(self, path: str) -> bool:
        if not path.strip("/"):
            return True
        place = await self._find(path)
        return place is not None and place.is_folder

    @spoken
    async def file_exists(self, path: str) -> bool:
        if not path.strip("/"):
            return False
        place = await self._find(path)
        return place is not None and not place.is_folder

    @spoken
    async def get(
        self,
        path: str,
        content: bool = True,
        type: str | None = None,  # noqa: A002
        format: str | None = None,  # noqa: A002
        require_hash: bool = False,
    ) -> Model:
        who, path = caller(), path.strip("/")
        if not path:
            _check_type("directory", type)
            return await self._root(who, with_content=bool(content))
        found = await files.show(who, FileQuery(path=path))
        place = await files.open_place(who, path)
        if place.node is None or place.node.kind == "folder":
            _check_type("directory", type)
            return _folder(place, found.file, found.entries, found.level, with_content=bool(content))
        _check_type("file", type)
        info = await files.described(who, place.node, place.path)
        model = models.of_node(info, archived=place.space.archived_at is not None)
        if type is not None:
            model["type"] = type
        await _fill(who, place.node, model, format if content else "", require_hash=bool(require_hash))
        if content and (openings := who.workspace.find(Openings)) is not None:
            openings.opened(who.actor, place.ref)
        return model

    # what changes

    @spoken
    async def save(self, model: Model, path: str) -> Model:
        who, path = caller(), path.strip("/")
        kind = model.get("type")
        if kind not in {"directory", "file", "notebook"}:
            raise Invalid("Say whether to save a notebook, a file or a directory.")
        place = await self._find(path)
        if kind == "directory":
            if place is None:
                await files.make(who, NewFile(path=path, kind="folder"))
            elif not place.is_folder:
                raise Conflict("There is a file of this name already; choose another name.")
            return await self._bare(who, path)
        if place is not None and place.is_folder:
            raise Conflict("There is a folder of this name already; choose another name.")
        if model.get("chunk"):
            received = await self._uploads.take(who, path, model)
            if received is None:
                return models.base(path.rpartition("/")[2], path, "file", writable=True)
            try:
                await self._store(who, place, path, received)
            finally:
                received.unlink(missing_ok=True)
        else:
            await self._save(who, place, path, model)
        return await self._bare(who, path)

    @spoken
    async def delete_file(self, path: str) -> None:
        who = caller()
        await trash.throw_away(who, _node(await files.open_place(who, path)))

    @spoken
    async def rename_file(self, old_path: str, new_path: str) -> None:
        who = caller()
        place = await files.open_place(who, old_path)
        if place.node is None:
            raise Invalid("Rename a space in its own settings.")
        async with who.workspace.db.read(who.actor) as work:
            target, name = await places.parent_and_name(work, new_path)
        old_parent = old_path.strip("/").rpartition("/")[0]
        same = new_path.strip("/").rpartition("/")[0] == old_parent
        if same and name_key(name) == name_key(old_path.rpartition("/")[2]) and name != place.node.name:
            file_name(name)
        await nodes.move(who, place.node, None if same else target, name)

    @spoken
    async def update(self, model: Model, path: str) -> Model:
        path = path.strip("/")
        wanted = model.get("path", path)
        if not isinstance(wanted, str):
            raise Invalid("Give the new path as text.")
        new_path = wanted.strip("/")
        if path != new_path:
            await self.rename_file(path, new_path)
        return await self._bare(caller(), new_path)

    @spoken
    async def new_untitled(self, path: str = "", type: str = "", ext: str = "") -> Model:  # noqa: A002
        who = caller()
        place = await files.open_place(who, path)
        if not isinstance(ext, str) or len(ext) > 32:
            raise Invalid("This extension is too long.")
        kind = type or ("notebook" if ext == ".ipynb" else "file")
        name = {"directory": self.untitled_directory, "notebook": f"{self.untitled_notebook}.ipynb"}.get(
            kind, f"{self.untitled_file}{ext}"
        )
        for _ in range(20):
            free = await files.free_name(who, place, name, " " if kind == "directory" else "")
            body = NewFile(path=f"{place.path}/{free}", kind="folder" if kind == "directory" else "file")
            try:
                made = await files.make(who, body)
            except Conflict:  # somebody took the name this moment
                continue
            return await self._bare(who, made.path)
        raise Conflict("No free name was found; give the new file a name of its own.")

    @spoken
    async def new(self, model: Model | None = None, path: str = "") -> Model:
        model, path = dict(model or {}), path.strip("/")
        model.setdefault("type", "notebook" if path.endswith(".ipynb") else "file")
        if "content" not in model and model["type"] != "directory":
            await files.make(caller(), NewFile(path=path))
            return await self._bare(caller(), path)
        return await self.save(model, path)

    @spoken
    async def copy(self, from_path: str, to_path: str | None = None) -> Model:
        who = caller()
        source = _node(await files.open_place(who, from_path))
        folder, _, name = from_path.strip("/").rpartition("/")
        path = (folder if to_path is None else to_path).strip("/")
        target = await self._find(path)
        if target is not None and target.is_folder:
            free = await files.free_name(who, target, name, "-Copy")
            path = f"{path}/{free}"
        await files.make(who, NewFile(path=path, copy_of=source.id))
        return await self._bare(who, path)

    async def trust_notebook(self, path: str) -> None:  # noqa: ARG002
        """Trust is each member's own, in the page; the server keeps none."""
        raise models.http_error(Forbidden("Trust a notebook in the page; the server keeps no trust."))

    # helpers

    async def _root(self, who: Acting, *, with_content: bool) -> Model:
        model = models.base("", "", "directory", writable=False)
        if with_content:
            await spaces.open_personal(who.workspace, who.actor)
            async with who.workspace.db.read(who.actor) as work:
                found = await places.visible_spaces(work)
                model["content"] = [
                    models.of_space(space, places.space_path(space, work.actor), writable=level.name in _EDIT)
                    for space, level in found
                    if space.archived_at is None
                ]
            model["format"] = "json"
        return model

    async def _find(self, path: str) -> Place | None:
        try:
            return await files.open_place(caller(), path)
        except NotFound:
            return None

    async def _bare(self, who: Acting, path: str) -> Model:
        place = await files.open_place(who, path)
        if place.node is None:
            return models.of_space(place.space, place.path, writable=True)
        return models.of_node(await files.described(who, place.node, place.path))

    async def _save(self, who: Acting, place: Place | None, path: str, model: Model) -> None:
        if model["type"] == "file":
            await self._store(who, place, path, models.sent_bytes(model))
            return
        if "content" not in model:
            raise Invalid("Send the content of the notebook.")
        if place is not None and content.is_live(who.workspace, _node(place)):
            await content.put_value(who, _node(place), Made(*_checked(model)), version=_version(model))
            return
        style = formats.Style()
        if place is not None:
            style = formats.style_of((await content.get(who, _node(place), whole=False))[0])
        data = await who.workspace.get(Desk).run(formats.saved, *_checked(model), style)
        await self._store(who, place, path, data, version=_version(model))

    async def _store(
        self, who: Acting, place: Place | None, path: str, data: bytes | Path, version: str = ""
    ) -> None:
        digest = await in_thread(_digest, data)
        if place is not None:
            await content.put(who, _node(place), data, digest=digest, version=version)
            return
        parse(path)
        async with who.workspace.db.read(who.actor) as work:
            folder, name = await places.parent_and_name(work, path)
        await nodes.make_file(who, folder, name, data, digest=digest)


_EDIT = {"editor", "manager"}


def _node(place: Place) -> Node:
    if place.node is None:
        raise Invalid("This is a space, not a folder or file of one.")
    return place.node


def _version(model: Model) -> str:
    version = model.get("version", "")
    return version if isinstance(version, str) else ""


def _checked(model: Model) -> tuple[Callable[..., Any], tuple[Any]]:
    """How the notebook that somebody sends is checked, and what it is."""
    sent = model["content"]
    if isinstance(sent, models.Encoded):
        return formats.checked_json, (sent.data,)
    return formats.checked_notebook, (sent,)


def _digest(data: bytes | Path) -> str:
    return formats.digest(data if isinstance(data, bytes) else data.read_bytes())


def _check_type(is_: str, wanted: str | None) -> None:
    if wanted is None or (wanted == "directory") == (is_ == "directory"):
        return
    raise Invalid(f"This is a {is_}, not a {wanted}.", code="bad type")


def _folder(
    place: Place, own: FileInfo | None, entries: list[FileInfo], level: str, *, with_content: bool
) -> Model:
    archived = place.space.archived_at is not None
    if own is None:
        model = models.of_space(place.space, place.path, writable=level in _EDIT and not archived)
    else:
        model = models.of_node(own, archived=archived)
    if with_content:
        model["content"] = [models.of_node(entry, archived=archived) for entry in entries]
        model["format"] = "json"
    return model


async def _fill(who: Acting, node: Node, model: Model, wanted: str | None, *, require_hash: bool) -> None:
    """Content (unless `wanted` is empty) and hash of a file."""
    if wanted != "":
        await _content(who, node, model, wanted)
    if not require_hash:
        return
    if content.may_be_live(who.workspace, node):
        model |= models.constant_hash(node.id)
    else:
        model |= {"hash": node.hash or formats.digest(node.id.encode()), "hash_algorithm": "sha256"}


async def _content(who: Acting, node: Node, model: Model, wanted: str | None) -> None:
    if model["type"] != "notebook":
        data, version = await content.get(who, node)
        model |= {**await in_thread(models.file_content, data, wanted, node.name), "version": version}
        return
    desk = who.workspace.get(Desk)
    fill = await apart.fill(who, node)
    size = node.size + (0 if fill is None else sum(fill.sizes.values()))
    large = takes_encoded() and size > desk.large
    value: Any
    if content.is_live(who.workspace, node) and node.name.endswith(".ipynb"):
        await content.readable(who, node)
        value, version = await content.live_value(who, node, encoded=large)
    else:
        data, version = await content.get(who, node)
        value = await desk.run(formats.encoded if large else formats.parse, formats.NOTEBOOK, data)
    if large:
        value = models.Encoded(value)
    model |= {"content": value, "format": "json", "version": version, "mimetype": None}
