"""What crosses the wire about the guide."""

from typing import Literal

from openpaas_workspace.kit.schema import Wire

Language = Literal["en", "fr"]


class GuideQuery(Wire, frozen=True, kw_only=True):
    """The language to read in."""

    language: Language = "en"


class GuideEntry(Wire, frozen=True, kw_only=True):
    """One page in the list of pages."""

    name: str
    title: str


class GuidePage(Wire, frozen=True, kw_only=True):
    """One page in Markdown; its pictures are `../pictures/<name>`, its neighbours `<name>.md`."""

    name: str
    language: Language
    title: str
    text: str
    pages: list[GuideEntry]
