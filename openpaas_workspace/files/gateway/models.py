"""Jupyter's contents models: dicts of fixed keys, without a path of the server in them."""

import mimetypes
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from datetime import UTC, datetime
from typing import Any, NamedTuple

from tornado import web

from openpaas_workspace.files.engine import formats
from openpaas_workspace.files.schemas import FileInfo
from openpaas_workspace.files.service.rows import Space
from openpaas_workspace.kit.errors import Invalid, WorkspaceError

_WRITERS = {"editor", "manager"}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Encoded(NamedTuple):
    """The content of a large notebook as JSON, on its way between a socket and a helper process."""

    data: bytes


def moment(milliseconds: int) -> datetime:
    """A time as Jupyter wants it."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def base(name: str, path: str, type_: str, *, writable: bool) -> dict[str, Any]:
    """A model without content."""
    return {
        "name": name,
        "path": path,
        "type": type_,
        "created": _EPOCH,
        "last_modified": _EPOCH,
        "content": None,
        "format": None,
        "mimetype": None,
        "size": None,
        "writable": writable,
        "hash": None,
        "hash_algorithm": None,
    }


def of_space(space: Space, path: str, *, writable: bool) -> dict[str, Any]:
    """The model of a space: a folder."""
    model = base(path.rpartition("/")[2], path, "directory", writable=writable)
    model["openpaas"] = {"ref": f"space:{space.id}"}
    return model | {"created": moment(space.created_at), "last_modified": moment(space.created_at)}


def of_node(info: FileInfo, *, archived: bool = False) -> dict[str, Any]:
    """The model of a folder or file, without content."""
    name = info.path.rpartition("/")[2]
    of_file = "notebook" if name.endswith(".ipynb") else "file"
    type_ = "directory" if info.kind == "folder" else of_file
    model = base(name, info.path, type_, writable=info.level in _WRITERS and not archived)
    model |= {"created": moment(info.created_at), "last_modified": moment(info.modified_at)}
    model["openpaas"] = {
        "ref": info.ref,
        "level": info.level,
        "created_by": info.created_by,
        "modified_by": info.modified_by,
    }
    if info.kind == "file":
        model |= {"size": info.size}
        model["mimetype"] = None if type_ == "notebook" else mimetypes.guess_type(name)[0]
    return model


def constant_hash(file_id: str) -> dict[str, str]:
    """The hash of whatever is edited together: always the same, for it can never be in conflict with itself."""
    return {"hash": formats.digest(file_id.encode()), "hash_algorithm": "sha256"}


def file_content(data: bytes, wanted: str | None, name: str) -> dict[str, Any]:
    """Content, format and media type of bytes; raises Invalid when text is wanted of what is none."""
    mimetype = mimetypes.guess_type(name)[0]
    if wanted != "base64":
        try:
            text = data.decode()
        except UnicodeDecodeError as error:
            if wanted == "text":
                raise Invalid("This file is not UTF-8 text.", code="bad format") from error
        else:
            return {"content": text, "format": "text", "mimetype": mimetype or "text/plain"}
    return {
        "content": b64encode(data).decode("ascii"),
        "format": "base64",
        "mimetype": mimetype or "application/octet-stream",
    }


def sent_bytes(model: dict[str, Any]) -> bytes:
    """The bytes of a file that somebody sends; raises Invalid on other formats."""
    content, format_ = model.get("content"), model.get("format")
    if format_ not in {"text", "base64"} or not isinstance(content, str):
        raise Invalid("Send the content of a file as text or base64.")
    try:
        return content.encode() if format_ == "text" else b64decode(content.encode("ascii"), validate=False)
    except (UnicodeEncodeError, Base64Error, ValueError) as error:
        raise Invalid("This content is not valid text or base64.") from error


def http_error(error: WorkspaceError) -> web.HTTPError:
    """The error as Jupyter's handlers know them; its sentence goes to the page."""
    status = 400 if error.status == 422 else error.status
    failure = web.HTTPError(status, error.sentence)
    if error.code in {"bad type", "bad format"}:
        failure.reason = error.code
    return failure
