"""Turns trees into closures. Nothing a person wrote is ever evaluated as Python."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from ..functions import catalogue
from ..functions.foreign import SPILLING, call_foreign
from ..functions.lambdas import invoke
from ..functions.registry import TABLE, Function
from ..functions.runtime import OMITTED, Code, Context, Failure, PerLane, Range, Value, through_lanes
from ..values import MAX_COLUMNS, MAX_ROWS, Block, Error, Scalar, block_of
from .operators import OPERATORS, Operator, divide, settle, subtract
from .source import resolve
from .tree import (
    Area,
    Array,
    Call,
    Chain,
    Group,
    Invoke,
    Literal,
    Name,
    Node,
    Percent,
    Prefix,
    Reference,
    Spill,
    Structured,
)

catalogue.load()
_VARIABLE_MAKERS = frozenset({"LET", "LAMBDA"})
_OF_PLACES = frozenset({"ROW", "COLUMN", "ROWS", "COLUMNS"})


class Compiler:
    """Makes the closure of one formula, and gathers what it reads on the way."""

    def __init__(self, row: int, column: int) -> None:
        self.row = row
        self.column = column
        self.reads: list[Reference | Area | Structured | Spill] = []
        self.places: list[Reference | Area] = []  # where they stand counts, not what they hold
        self.names: set[str] = set()
        self.scope: dict[str, bool] = {}  # variables in sight, and whether they may be arrays
        self.volatile = False
        self.subtotal = False
        self.sites = 0

    def root(self, node: Node) -> tuple[Code, bool]:
        """The closure of a whole formula, and whether it may give an array."""
        if isinstance(node, Chain) and node.rest[-1][0] in "+-":
            return self._settled(node)
        return self.code(node)

    def code(self, node: Node) -> tuple[Code, bool]:
        """The closure of a part, and whether it may give an array."""
        if isinstance(node, Literal):
            return _constant(node.value), False
        if isinstance(node, Chain):
            return self._chain(node)
        if isinstance(node, Call):
            return self._call(node)
        if isinstance(node, Group):
            return self.code(node.inner)
        if isinstance(node, Reference | Area | Structured | Spill):
            self.reads.append(node)
            return self._reference(node)
        return self._other(node)

    def _other(self, node: Node) -> tuple[Code, bool]:
        if isinstance(node, Name):
            return self._name(node)
        if isinstance(node, Prefix):
            return self._prefix(node)
        if isinstance(node, Percent):
            operand, array = self.code(node.operand)
            return (lambda context: divide(context, operand(context), 100.0)), array
        if isinstance(node, Array):
            block = block_of(node.rows)
            return (lambda _: block), True
        if isinstance(node, Invoke):
            callee, _ = self.code(node.callee)
            codes = [self.code(item)[0] for item in node.arguments]
            return _guarded(
                lambda context: invoke(context, callee(context), [c(context) for c in codes])
            ), True
        return (lambda _: OMITTED), False

    def _chain(self, node: Chain) -> tuple[Code, bool]:
        first, array = self.code(node.first)
        steps: list[tuple[Operator, Code]] = []
        for sign, operand in node.rest:
            code, more = self.code(operand)
            array = array or more or sign in ": ,"
            steps.append((OPERATORS[sign], code))
        if len(steps) == 1:
            operator, second = steps[0]
            return _guarded(lambda context: operator(context, first(context), second(context))), array

        def run(context: Context) -> Value:
            value = first(context)
            for operator, code in steps:
                value = operator(context, value, code(context))
            return value

        return _guarded(run), array

    def _settled(self, node: Chain) -> tuple[Code, bool]:
        head = Chain(node.first, node.rest[:-1]) if len(node.rest) > 1 else node.first
        left, array = self.code(head)
        sign, last = node.rest[-1]
        right, more = self.code(last)
        operator = OPERATORS[sign]

        def run(context: Context) -> Value:
            a, b = left(context), right(context)
            return settle(context, a, operator(context, a, b))

        return _guarded(run), array or more

    def _prefix(self, node: Prefix) -> tuple[Code, bool]:
        read = _one_cell(node.operand, self.row, self.column) if node.operator == "@" else None
        if read is not None and isinstance(node.operand, Area):
            # What depends on other cells of the line does not go round through this one.
            self.reads.append(read)
            operand, array = self._reference(node.operand)
        else:
            operand, array = self.code(node.operand)
        if node.operator == "-":
            return _guarded(lambda context: _negated(context, operand(context))), array
        if node.operator == "+":
            return operand, array
        return _guarded(lambda context: intersected(context, operand(context))), False

    def _name(self, node: Name) -> tuple[Code, bool]:
        upper = node.text.upper()
        if node.tab is None and upper in self.scope:
            return (lambda context: context.variables.get(upper, Error.NAME)), self.scope[upper]
        self.names.add(upper)
        return (lambda context: defined(context, node)), False

    def _reference(self, node: Reference | Area | Structured | Spill) -> tuple[Code, bool]:
        if isinstance(node, Reference):
            return _cell(node, self.row, self.column), False
        if isinstance(node, Area):
            single = node.top == node.bottom and node.left == node.right
            single = (
                single
                and node.top_absolute == node.bottom_absolute
                and node.left_absolute == node.right_absolute
            )
            return _area(node, self.row, self.column), not single
        if isinstance(node, Spill):
            anchor = _cell(node.anchor, self.row, self.column)
            return _guarded(lambda context: _spilled(context, anchor(context))), True
        row_only = "#This Row" in node.items and node.last is None and node.first is not None
        return (lambda context: _structured(context, node)), not row_only

    def _call(self, node: Call) -> tuple[Code, bool]:
        if node.name in self.scope:
            return self.code(Invoke(Name(node.name), node.arguments))
        if node.name in _VARIABLE_MAKERS:
            return self._variables(node)
        function = TABLE.get(node.name)
        parts = [self._argument(node.name, item) for item in node.arguments]
        codes = [code for code, _ in parts]
        if function is None:
            self.names.add(node.name)
            spills = node.name in SPILLING or any(more for _, more in parts)
            return _guarded(lambda context: _unknown(context, node.name, codes)), spills
        self.volatile = self.volatile or function.volatile
        self.subtotal = self.subtotal or node.name == "SUBTOTAL"
        if not function.least <= len(codes) <= function.most:
            return _constant(Error.VALUE), False
        array = function.arrays == "always" or (
            function.arrays == "inputs" and any(more for _, more in parts)
        )
        return _guarded(self._located(function, codes)), array

    def _argument(self, function: str, node: Node) -> tuple[Code, bool]:
        if function in _OF_PLACES and isinstance(node, Reference | Area):
            self.places.append(node)
            return self._reference(node)
        return self.code(node)

    def _located(self, function: Function, codes: Sequence[Code]) -> Code:
        run = function.run
        if not function.volatile:
            return lambda context: run(context, codes)
        self.sites += 1
        site = _constant(float(self.sites))
        return lambda context: run(context, [site, *codes])

    def _variables(self, node: Call) -> tuple[Code, bool]:
        from .variables import compile_lambda, compile_let

        return compile_let(self, node) if node.name == "LET" else compile_lambda(self, node)


def _constant(value: Scalar) -> Code:
    return lambda _: value


def _guarded(run: Code) -> Code:
    """The closure with failures as values, lane by lane where all at once is not offered."""

    def guarded(context: Context) -> Value:
        try:
            return run(context)
        except Failure as failure:
            return failure.error
        except PerLane:
            if context.lanes == 1:
                return Error.VALUE
            return through_lanes(context, run)

    return guarded


def _cell(node: Reference, row: int, column: int) -> Code:
    step = 0 if node.row_absolute else 1
    fixed = node.column_absolute

    def cell(context: Context) -> Value:
        top = node.row + (context.row - row) * step
        left = node.column if fixed else node.column + context.column - column
        if not 0 <= left < MAX_COLUMNS or not _rows_fit(context, top, step):
            return Error.REF
        return Range(node.tab or context.tab, top, left, top + 1, left + 1, step, step)

    return cell


def _rows_fit(context: Context, row: int, step: int) -> bool:
    last = row + (context.lanes - 1) * step
    if 0 <= row < MAX_ROWS and 0 <= last < MAX_ROWS:
        return True
    if context.lanes > 1:
        raise PerLane
    return False


def _area(node: Area, row: int, column: int) -> Code:
    top_step = 0 if node.top_absolute or node.whole == "columns" else 1
    bottom_step = 0 if node.bottom_absolute or node.whole == "columns" else 1
    columns_fixed = node.whole == "rows"

    def area(context: Context) -> Value:
        down, across = context.row - row, 0 if columns_fixed else context.column - column
        top, bottom = node.top + down * top_step, node.bottom + down * bottom_step
        left = node.left if node.left_absolute else node.left + across
        right = node.right if node.right_absolute else node.right + across
        if left > right:
            left, right = right, left
        fits = _rows_fit(context, top, top_step) and _rows_fit(context, bottom, bottom_step)
        if left < 0 or right >= MAX_COLUMNS or not fits:
            return Error.REF
        steps = (top_step, bottom_step)
        if top > bottom:
            top, bottom, steps = bottom, top, (bottom_step, top_step)
        return Range(node.tab or context.tab, top, left, bottom + 1, right + 1, *steps, bool(node.whole))

    return area


def _negated(context: Context, value: Value) -> Value:
    return -value if type(value) is float else subtract(context, 0.0, value)


def _spilled(context: Context, anchor: Value) -> Value:
    if not isinstance(anchor, Range):
        return anchor
    if anchor.moves and context.lanes > 1:
        raise PerLane
    size = context.source.spill(anchor.tab, anchor.top, anchor.left)
    if size is None:
        return Error.REF
    return Range(anchor.tab, anchor.top, anchor.left, anchor.top + size[0], anchor.left + size[1])


def _structured(context: Context, node: Structured) -> Value:
    area = resolve(node, context.source, context.tab, context.row, context.column)
    if isinstance(area, Error):
        return area
    step = 1 if "#This Row" in node.items else 0
    return Range(area.tab or context.tab, area.top, area.left, area.bottom + 1, area.right + 1, step, step)


def _one_cell(node: Node, row: int, column: int) -> Reference | None:
    """The cell that `@` takes of a line of cells, in a formula at `(row, column)`."""
    if not isinstance(node, Area):
        return None
    if node.left == node.right and node.left_absolute == node.right_absolute and node.whole != "rows":
        return Reference(row, node.left, False, node.left_absolute, node.tab)
    if node.top == node.bottom and node.top_absolute == node.bottom_absolute and node.whole != "columns":
        return Reference(node.top, column, node.top_absolute, False, node.tab)
    return None


def intersected(context: Context, value: Value) -> Value:
    """What `@` leaves of a value: the cell in the formula's row or column, or an array's first."""
    if not isinstance(value, Range):
        read = context.value(value)
        if isinstance(read, Block):
            return read.at(0, 0) if read.tags.size else Error.CALC
        return read
    if value.single:
        return value
    if value.moves and context.lanes > 1:
        raise PerLane
    last = context.row + context.lanes
    if value.width == 1 and value.top <= context.row and last <= value.bottom:
        return Range(value.tab, context.row, value.left, context.row + 1, value.right, 1, 1)
    if value.width == 1 and context.lanes > 1:
        raise PerLane
    if value.height == 1 and value.left <= context.column < value.right:
        return Range(value.tab, value.top, context.column, value.bottom, context.column + 1)
    return Error.VALUE


@lru_cache(maxsize=1024)
def _named(node: Node) -> Code:
    return Compiler(0, 0).code(node)[0]


def defined(context: Context, node: Name) -> Value:
    """The value of a defined name."""
    found = context.source.name(node.text, node.tab or context.tab)
    if found is None:
        return Error.NAME
    return _named(found)(context.within({}))


def _unknown(context: Context, name: str, codes: Sequence[Code]) -> Value:
    found = context.source.name(name, context.tab)
    if found is None:
        return call_foreign(context, name, codes)
    return invoke(context, _named(found)(context.within({})), [code(context) for code in codes])
