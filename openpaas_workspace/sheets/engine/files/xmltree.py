"""Small XML parts as trees; large ones are never made trees of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from openpaas_workspace.kit.errors import Invalid

from .limits import parser


@dataclass(slots=True)
class Element:
    """An element by its name without the prefix; `text` is what stands in it directly."""

    tag: str
    attributes: dict[str, str]
    children: list[Element] = field(default_factory=list)
    text: str = ""

    def get(self, name: str, default: str = "") -> str:
        """An attribute, whatever its prefix."""
        return self.attributes.get(name, default)

    def find(self, tag: str) -> Element | None:
        """The first child called so."""
        return next((child for child in self.children if child.tag == tag), None)

    def all(self, *path: str) -> list[Element]:
        """Children of children by their names."""
        found = [self]
        for tag in path:
            found = [child for one in found for child in one.children if child.tag == tag]
        return found

    def iter(self) -> Iterator[Element]:
        """It and all below it."""
        yield self
        for child in self.children:
            yield from child.iter()


def local(name: str) -> str:
    """A name without its prefix."""
    return name.rpartition(":")[2]


def tree(data: bytes) -> Element:
    """The root of a part; raises Invalid."""
    root = Element("", {})
    stack = [root]

    def start(name: str, attributes: dict[str, str]) -> None:
        if len(stack) > 100:
            raise Invalid("The file is damaged, or is not what its name says.")
        made = Element(local(name), {local(key): value for key, value in attributes.items()})
        stack[-1].children.append(made)
        stack.append(made)

    def end(_name: str) -> None:
        stack.pop()

    def text(data: str) -> None:
        stack[-1].text += data

    made = parser()
    made.StartElementHandler, made.EndElementHandler, made.CharacterDataHandler = start, end, text
    try:
        made.Parse(data, True)
    except expat.ExpatError as error:
        raise Invalid("The file is damaged, or is not what its name says.") from error
    return root.children[0]
