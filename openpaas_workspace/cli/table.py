"""What a row of the table of commands is."""

from dataclasses import dataclass
from typing import Any

Argument = tuple[tuple[str, ...], dict[str, Any]]


@dataclass(frozen=True)
class Command:
    """One command: words, help sentence, arguments, and `module:function` to call with them."""

    words: tuple[str, ...]
    help: str
    call: str
    arguments: tuple[Argument, ...] = ()
