"""How a row of the access table is called in the matrix: its pattern with the groups named."""

from openpaas_workspace.core.access import Access
from openpaas_workspace.core.web import API


def label(row: Access) -> str:
    """`METHOD /path/{group}`; ours without the common beginning."""
    return f"{row.method} {readable(row.pattern).removeprefix(API)}"


def readable(pattern: str) -> str:
    """A registered pattern with every outer group as `{name}`, `{}` or its alternatives."""
    text, depth, start = "", 0, 0
    for at, character in enumerate(pattern):
        if character == "(":
            depth += 1
            if depth == 1:
                start = at
        elif character == ")":
            depth -= 1
            if depth == 0:
                text += _group(pattern[start + 1 : at])
        elif depth == 0:
            text += character
    return text


def _group(inside: str) -> str:
    if inside.startswith("?P<"):
        return "{" + inside[3 : inside.index(">")] + "}"
    return "{}" if inside == ".*" else f"({inside})"
