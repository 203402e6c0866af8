"""Cuts a formula into tokens, in the writing of a locale. Every character is in exactly one token."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from .errors import FormulaError

MAX_LENGTH = 8_192  # characters, as Excel


@dataclass(frozen=True, slots=True)
class Token:
    """One token. Kinds: space number text error tab area cell columns rows function word bracket sign."""

    kind: str
    text: str
    position: int


@dataclass(frozen=True, slots=True)
class Marks:
    """The signs of a locale: decimal point, argument separator, and the separators of array constants."""

    decimal: str
    separator: str
    column: str
    row: str
    errors: tuple[str, ...]


CELL = r"\$?[A-Za-z]{1,3}\$?[1-9][0-9]*"
ENDS = r"(?![\w.(!])"
WORD = r"[^\W\d][\w.?]*"


@lru_cache(maxsize=8)
def _pattern(marks: Marks) -> re.Pattern[str]:
    errors = "|".join(re.escape(text) for text in sorted(marks.errors, key=len, reverse=True))
    point = re.escape(marks.decimal)
    parts = {
        "space": r"[ \t\r\n\u00a0\u202f]+",
        "text": r'"(?:[^"]|"")*"',
        "error": rf"(?i:{errors})",
        "tab": rf"(?:'(?:[^']|'')+'|(?:{WORD}|[0-9]+\w*)(?::(?:{WORD}))?)!",
        "area": rf"{CELL}:{CELL}{ENDS}",
        "cell": rf"{CELL}{ENDS}(?!\[)",
        "columns": rf"\$?[A-Za-z]{{1,3}}:\$?[A-Za-z]{{1,3}}{ENDS}(?!\[)",
        "rows": rf"\$?[0-9]{{1,9}}:\$?[0-9]{{1,9}}{ENDS}(?!{point})",
        "number": rf"(?:[0-9]+(?:{point}[0-9]*)?|{point}[0-9]+)(?:[eE][+-]?[0-9]+)?",
        "function": rf"(?:{WORD})(?=\()",
        "word": WORD,
        "sign": r"<>|<=|>=|[-+*/^&=<>%@#(){},;:\\]",
    }
    return re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in parts.items()))


def tokens(text: str, marks: Marks) -> list[Token]:
    """The tokens of a formula, spaces among them. Raises FormulaError."""
    if len(text) > MAX_LENGTH:
        raise FormulaError(
            f"A formula has at most {MAX_LENGTH:,} characters; this one has {len(text):,}.", MAX_LENGTH
        )
    pattern, found, position = _pattern(marks), list[Token](), 0
    while position < len(text):
        if text[position] == "[":
            end = _bracket_end(text, position)
            found.append(Token("bracket", text[position:end], position))
        else:
            match = pattern.match(text, position)
            if match is None:
                raise _stray(text, position)
            end = match.end()
            found.append(Token(match.lastgroup or "", match.group(), position))
        position = end
    return found


def _bracket_end(text: str, start: int) -> int:
    depth, position = 0, start
    while position < len(text):
        character = text[position]
        if character == "'":
            position += 1
        elif character == "[":
            depth += 1
        elif character == "]":
            depth -= 1
            if depth == 0:
                return position + 1
        position += 1
    raise FormulaError("A [ has no ] to close it.", start)


def _stray(text: str, position: int) -> FormulaError:
    character = text[position]
    if character == '"':
        return FormulaError('A text has no " to close it.', position)
    if character == "'":
        return FormulaError("The name of a tab in ' needs a closing ' and a !.", position)
    return FormulaError(f"The sign {character} has no meaning here.", position)
