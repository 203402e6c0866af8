"""Reads formulas: a Pratt parser over the tokens of canonical text."""

from __future__ import annotations

from functools import lru_cache

from ..values import MAX_COLUMNS, MAX_ROWS, Error, Scalar
from .errors import FormulaError
from .lexer import Token, tokens
from .notation import column_number, inside, split_cell
from .structured import read_structured
from .symbols import ENGLISH
from .tree import (
    Area,
    Array,
    Call,
    Chain,
    Group,
    Invoke,
    Literal,
    Missing,
    Name,
    Node,
    Percent,
    Prefix,
    Reference,
    Spill,
    Structured,
    sorted_area,
)

MAX_NESTING = 64  # as Excel
MAX_ARGUMENTS = 255  # as Excel
POWERS = {
    **dict.fromkeys(("=", "<>", "<", ">", "<=", ">="), 1),
    "&": 2,
    "+": 3,
    "-": 3,
    "*": 4,
    "/": 4,
    "^": 5,
    "union": 7,
    " ": 8,
    ":": 9,
}
PREFIX_POWER = 6
_REFERENCES = (Reference, Area, Structured, Name, Spill, Call, Group)
_REFERENCE_KINDS = frozenset({"tab", "area", "cell", "columns", "rows", "function", "word", "bracket"})
_END = Token("end", "", -1)


@lru_cache(maxsize=4096)
def parse(text: str) -> Node:
    """The tree of a canonical formula, with or without its `=`. Raises FormulaError."""
    return parse_tokens(tokens(text, ENGLISH), len(text))


def parse_tokens(items: list[Token], length: int) -> Node:
    """The tree of canonical tokens; errors have the tokens' positions, `length` where the text ends too early."""
    start = 1 if items and items[0].text == "=" else 0
    reader = _Reader(items[start:], length)
    node = reader.expression(0)
    reader.finish()
    return node


class _Reader:
    def __init__(self, items: list[Token], length: int) -> None:
        self.items = [item for item in items if item.kind != "space"]
        self.spaced = {item.position + len(item.text) for item in items if item.kind == "space"}
        self.length = length
        self.index = 0
        self.depth = 0
        self.unions = False

    def peek(self) -> Token:
        """The next token."""
        return self.items[self.index] if self.index < len(self.items) else _END

    def take(self) -> Token:
        token = self.peek()
        if token is _END:
            raise FormulaError("The formula ends too early: something is missing at its end.", self.length)
        self.index += 1
        return token

    def accept(self, sign: str) -> bool:
        token = self.peek()
        if token.kind == "sign" and token.text == sign:
            self.index += 1
            return True
        return False

    def expect(self, sign: str, sentence: str) -> None:
        position = self.position()
        if not self.accept(sign):
            raise FormulaError(sentence, position)

    def position(self) -> int:
        token = self.peek()
        return self.length if token is _END else token.position

    def finish(self) -> None:
        token = self.peek()
        if token is _END:
            return
        if token.text in ",;":
            raise FormulaError(f"The {token.text} stands outside a function's parentheses.", token.position)
        if token.text == ")":
            raise FormulaError("A ) has no ( before it.", token.position)
        raise FormulaError(f"An operator is missing before {token.text}.", token.position)

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise FormulaError(
                f"The formula is nested more than {MAX_NESTING} levels deep; put a part of it into another cell.",
                self.position(),
            )

    def expression(self, least: int) -> Node:
        """An expression of operators that bind at least as strongly as `least`."""
        left, chained = self.operand(), 0
        while True:
            operator = self.operator(left)
            power = POWERS.get(operator, -1)
            if power < max(least, 0):
                return left
            if operator != " ":
                self.take()
            right = self.expression(power + 1)
            sign = "," if operator == "union" else operator
            if chained == power and isinstance(left, Chain):
                left = Chain(left.first, (*left.rest, (sign, right)))
            else:
                left, chained = Chain(left, ((sign, right),)), power

    def operator(self, left: Node) -> str:
        """The infix operator that comes next; "" when none does."""
        token = self.peek()
        if token.kind == "sign":
            if token.text == "," and self.unions:
                return "union"
            if token.text != "(":
                return token.text
        spaced = token.position in self.spaced
        starts = token.kind in _REFERENCE_KINDS or token.text == "("
        return " " if spaced and starts and isinstance(left, (*_REFERENCES, Chain)) else ""

    def operand(self) -> Node:
        token = self.peek()
        if token.kind == "sign" and token.text in "+-@":
            self.take()
            self.deeper()
            inner = self.expression(POWERS[" "] if token.text == "@" else PREFIX_POWER)
            self.depth -= 1
            return Prefix(token.text, inner)
        node = self.primary(self.take())
        while True:
            if self.accept("%"):
                self.deeper_percent(node)
                node = Percent(node)
            elif self.accept("#"):
                node = self.spilled(node)
            elif self.called():
                node = Invoke(node, self.arguments())
            else:
                return node

    def deeper_percent(self, node: Node) -> None:
        levels = 1
        while isinstance(node, Percent):
            node, levels = node.operand, levels + 1
        if levels + self.depth > MAX_NESTING:
            raise FormulaError(f"A value has at most {MAX_NESTING} signs % after it.", self.position())

    def spilled(self, node: Node) -> Node:
        if isinstance(node, Reference):
            return Spill(node)
        raise FormulaError("A # stands only behind a cell, as in A1#.", self.position())

    def called(self) -> bool:
        """Whether an opening parenthesis follows at once: a calculated function is called."""
        token = self.peek()
        behind = self.items[self.index - 1].text
        return token.text == "(" and behind == ")" and token.position not in self.spaced

    def primary(self, token: Token) -> Node:
        if token.kind == "number":
            return self.number(token)
        if token.kind == "text":
            return Literal(token.text[1:-1].replace('""', '"'))
        if token.kind == "error":
            return Literal(Error.from_text(token.text))
        if token.kind == "sign":
            return self.bracketed(token)
        if token.kind == "function":
            return self.call(token)
        if token.kind == "tab":
            return self.elsewhere(token)
        return self.reference(token, None)

    def number(self, token: Token) -> Node:
        value = float(token.text)
        if value in (float("inf"), float("-inf")):
            raise FormulaError(f"The number {token.text[:20]} is too large.", token.position)
        return Literal(value)

    def bracketed(self, token: Token) -> Node:
        if token.text == "{":
            return self.array(token)
        if token.text != "(":
            raise FormulaError(f"A value is missing before {token.text}.", token.position)
        self.deeper()
        outer, self.unions = self.unions, True
        inner = self.expression(0)
        self.unions = outer
        self.expect(")", "A ( has no ) to close it.")
        self.depth -= 1
        return Group(inner)

    def call(self, token: Token) -> Node:
        name = token.text.upper().removeprefix("_XLFN.").removeprefix("_XLWS.")
        return Call(name, self.arguments())

    def arguments(self) -> tuple[Node, ...]:
        self.expect("(", "A ( is missing behind the function's name.")
        self.deeper()
        outer, self.unions = self.unions, False
        found: list[Node] = []
        while not self.accept(")"):
            found.append(self.argument())
            if self.accept(","):
                if self.peek().text == ")":
                    found.append(Missing())
            elif self.peek().text != ")":
                raise FormulaError("A , or a ) is missing between the function's arguments.", self.position())
        if len(found) > MAX_ARGUMENTS:
            raise FormulaError(f"A function takes at most {MAX_ARGUMENTS} arguments.", self.position())
        self.unions = outer
        self.depth -= 1
        return tuple(found)

    def argument(self) -> Node:
        token = self.peek()
        return Missing() if token.kind == "sign" and token.text == "," else self.expression(0)

    def array(self, token: Token) -> Node:
        rows: list[tuple[Scalar, ...]] = []
        line: list[Scalar] = []
        while True:
            line.append(self.constant())
            if self.accept(","):
                continue
            rows.append(tuple(line))
            line = []
            if self.accept(";"):
                continue
            self.expect("}", "A , a ; or a } is missing in the array.")
            break
        if len({len(row) for row in rows}) != 1:
            raise FormulaError("The rows of an array need the same number of values.", token.position)
        return Array(tuple(rows))

    def constant(self) -> Scalar:
        sign = -1.0 if self.accept("-") else 1.0
        if sign > 0:
            self.accept("+")
        token = self.take()
        node = self.primary(token) if token.kind in {"number", "text", "error", "word"} else None
        if not isinstance(node, Literal):
            raise FormulaError(
                "An array in { } holds numbers, texts, TRUE, FALSE and errors only.", token.position
            )
        return node.value * sign if token.kind == "number" and isinstance(node.value, float) else node.value

    def elsewhere(self, token: Token) -> Node:
        tab = token.text[:-1]
        if tab.startswith("'"):
            tab = tab[1:-1].replace("''", "'")
        if ":" in tab:
            raise FormulaError(
                "A range over several tabs is not offered; name each tab in the formula.", token.position
            )
        if "[" in tab:
            raise FormulaError(
                "A cell of another file is not offered; bring its values into this one.", token.position
            )
        following = self.take()
        if following.kind == "error" and following.text.upper() == "#REF!":
            return Literal(Error.REF)
        if following.kind not in {"area", "cell", "columns", "rows", "word"}:
            raise FormulaError(
                "Behind a tab's name and ! comes a cell, a range or a name.", following.position
            )
        return self.reference(following, tab)

    def reference(self, token: Token, tab: str | None) -> Node:
        if token.kind == "bracket":
            return read_structured("", token.text, token.position)
        if token.kind == "word":
            return self.word(token, tab)
        if token.kind == "cell":
            row, column, row_absolute, column_absolute = self.cell(token.text, token.position)
            return Reference(row, column, row_absolute, column_absolute, tab)
        first, last = token.text.replace("$", "").split(":")
        fixed = [part.startswith("$") for part in token.text.split(":")]
        if token.kind == "area":
            return self.area(token, tab)
        if token.kind == "columns":
            left, right = column_number(first), column_number(last)
            self.within(0, max(left, right), token)
            whole = Area(0, left, MAX_ROWS - 1, right, False, fixed[0], False, fixed[1], tab, "columns")
        else:
            top, bottom = int(first) - 1, int(last) - 1
            self.within(min(top, bottom), 0, token)
            self.within(max(top, bottom), 0, token)
            whole = Area(top, 0, bottom, MAX_COLUMNS - 1, fixed[0], False, fixed[1], False, tab, "rows")
        return sorted_area(whole)

    def area(self, token: Token, tab: str | None) -> Node:
        first, last = token.text.split(":")
        top, left, top_absolute, left_absolute = self.cell(first, token.position)
        bottom, right, bottom_absolute, right_absolute = self.cell(last, token.position)
        flags = (top_absolute, left_absolute, bottom_absolute, right_absolute)
        return sorted_area(Area(top, left, bottom, right, *flags, tab))

    def cell(self, text: str, position: int) -> tuple[int, int, bool, bool]:
        place = split_cell(text[:16])
        self.within(place[0], place[1], Token("cell", text, position))
        return place

    def within(self, row: int, column: int, token: Token) -> None:
        if not inside(row, column):
            raise FormulaError(
                f"{token.text[:40]} lies outside the sheet, which ends at XFD1048576.", token.position
            )

    def word(self, token: Token, tab: str | None) -> Node:
        upper = token.text.upper()
        if tab is None and upper in {"TRUE", "FALSE"}:
            return Literal(upper == "TRUE")
        at_hand = self.peek()
        if tab is None and at_hand.kind == "bracket" and at_hand.position not in self.spaced:
            self.index += 1
            return read_structured(token.text, at_hand.text, at_hand.position)
        return Name(token.text, tab)
