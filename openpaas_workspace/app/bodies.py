"""What Jupyter's own handlers are sent, checked before they see it: they fail with a 500 on other shapes.

Only the fields that they read are named; whatever else a page sends passes.
"""

from typing import Annotated, Any

import msgspec

from openpaas_workspace.core.access import Check
from openpaas_workspace.kit.actors import Actor
from openpaas_workspace.kit.errors import Invalid
from openpaas_workspace.kit.schema import decode

# The server would give a new kernel whatever id is asked for; only this form is found again at its address.
_KernelId = Annotated[str, msgspec.Meta(pattern=r"^(\w+-\w+-\w+-\w+-\w+)?$", max_length=64)]
_REPORTS = {
    "full_text": {"true", "false", "0", "1"},
    "download": {"true", "false", "0", "1"},
    "format": {"json", "csv", "markdown"},
}


class Contents(msgspec.Struct):
    """A file, notebook or folder to make, save, copy or rename."""

    path: str | None = None
    name: str | None = None
    type: str | None = None
    format: str | None = None
    ext: str | None = None
    copy_from: str | None = None
    chunk: int | None = None


class Kernel(msgspec.Struct):
    """The kernel of a session: a running one by id, or a new one by name."""

    id: _KernelId | None = None
    name: str | None = None


class Session(msgspec.Struct):
    """A session to open or change."""

    path: str | None = None
    name: str | None = None
    type: str | None = None
    kernel: Kernel | msgspec.UnsetType = msgspec.UNSET


class Settings(msgspec.Struct):
    """The settings of one plugin, as the text that the member wrote."""

    raw: str


class LayoutName(msgspec.Struct):
    """Which layout it is."""

    id: str


class Layout(msgspec.Struct):
    """What is open, and where."""

    metadata: LayoutName
    data: dict[str, Any]


class Anything(msgspec.Struct):
    """An object whose fields nobody reads."""


def shaped(type_: type[msgspec.Struct], *, required: bool = False, some: bool = False) -> Check:
    """A check of the access table: the body, if there is one, has this shape, and `some` field. Raises Invalid."""

    async def check(handler: Any, actor: Actor) -> None:  # noqa: ARG001  (the table's signature)
        body = handler.request.body.strip()
        if body or required:
            decode(body, type_)
        if some and not (body and decode(body, dict[str, Any])):
            raise Invalid("Name at least one field to change.")

    return check


async def known_report(handler: Any, actor: Actor) -> None:  # noqa: ARG001  (the table's signature)
    """Refuse questions for a licence report that its handler never answers, or answers by any pattern."""
    for name, values in handler.request.query_arguments.items():
        allowed = _REPORTS.get(name)
        if allowed is None or any(value.decode("utf-8", "replace") not in allowed for value in values):
            raise Invalid("Ask for the licences with format=json, csv or markdown.")
