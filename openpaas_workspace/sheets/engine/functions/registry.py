"""The table of native functions, and the four ways to write one.

`elementwise` for numbers by the array, `cellwise` for one cell at a time (texts), `function` for those that take
ranges and arrays whole, `lazy` for those that decide which arguments are calculated.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, TypeVar

import numpy as np

from ..values import Block, Error, Scalar, booleans_block
from .coerce import (
    Errors,
    block_booleans,
    block_numbers,
    numeric,
    to_boolean,
    to_number,
    to_text,
    with_errors,
)
from .runtime import Code, Context, Failure, PerLane, Value, varies
from .spread import Spread, map_cells, merged_errors, spread

Arrays: TypeAlias = Literal["never", "inputs", "always"]
Kernel = TypeVar("Kernel", bound=Callable[..., object])
TABLE: dict[str, Function] = {}


@dataclass(frozen=True, slots=True)
class Function:
    """A native function: between `least` and `most` arguments; `arrays` tells when its result may be an array.

    `volatile` ones differ at each calculation.
    """

    name: str
    run: Callable[[Context, Sequence[Code]], Value]
    least: int
    most: int
    arrays: Arrays = "never"
    volatile: bool = False


def lazy(
    name: str, least: int, most: int, arrays: Arrays = "inputs", *, volatile: bool = False
) -> Callable[[Callable[[Context, Sequence[Code]], Value]], Callable[[Context, Sequence[Code]], Value]]:
    """Registers a function that calculates its arguments itself."""

    def register(
        run: Callable[[Context, Sequence[Code]], Value],
    ) -> Callable[[Context, Sequence[Code]], Value]:
        TABLE[name] = Function(name, run, least, most, arrays, volatile)
        return run

    return register


def function(
    name: str, least: int, most: int, arrays: Arrays = "never", *, lanes: bool = False
) -> Callable[[Callable[[Context, list[Value]], Value]], Callable[[Context, list[Value]], Value]]:
    """Registers a function of calculated arguments, ranges among them.

    With `lanes` it can take arguments that vary by lane, and raises PerLane for those that it cannot.
    """

    def register(body: Callable[[Context, list[Value]], Value]) -> Callable[[Context, list[Value]], Value]:
        def run(context: Context, codes: Sequence[Code]) -> Value:
            arguments = [code(context) for code in codes]
            if not lanes and context.lanes > 1 and any(varies(context, value) for value in arguments):
                raise PerLane
            return body(context, arguments)

        TABLE[name] = Function(name, run, least, most, arrays)
        return body

    return register


def elementwise(
    name: str, letters: str, *defaults: Scalar, boolean: bool = False
) -> Callable[[Kernel], Kernel]:
    """Registers a function of numbers, `n`, and conditions, `b`, by the array; `defaults` are for the last letters.

    The kernel takes float arrays that broadcast together (bool arrays for `b`) and returns an array, or an array and
    error codes; what is not finite becomes `#NUM!`.
    """

    def register(kernel: Kernel) -> Kernel:
        def body(context: Context, arguments: list[Value]) -> Value:
            operands = spread(context, _filled(arguments, letters, defaults))
            if not isinstance(operands, Spread):
                return _single(kernel, letters, operands, boolean)
            arrays: list[object] = []
            found: list[Errors | None] = []
            for letter, block in zip(letters, operands.blocks, strict=True):
                array, errors = block_numbers(block) if letter == "n" else block_booleans(block)
                arrays.append(array)
                found.append(errors)
            return operands.wrap(_result(kernel, arrays, merged_errors(*found), boolean))

        least = len(letters) - len(defaults)
        function(name, least, len(letters), "inputs", lanes=True)(body)
        return kernel

    return register


def _filled(arguments: Sequence[Value], letters: str, defaults: Sequence[Scalar]) -> list[Value]:
    missing = len(letters) - len(arguments)
    return [*arguments, *defaults[len(defaults) - missing :]] if missing > 0 else list(arguments)


def _single(kernel: Callable[..., object], letters: str, operands: Sequence[Scalar], boolean: bool) -> Scalar:
    arrays: list[object] = []
    for letter, value in zip(letters, operands, strict=True):
        plain = to_number(value) if letter == "n" else to_boolean(value)
        if isinstance(plain, Error):
            return plain
        arrays.append(np.array([[plain]]))
    return _result(kernel, arrays, None, boolean).at(0, 0)


def _result(
    kernel: Callable[..., object], arrays: Sequence[object], errors: Errors | None, boolean: bool
) -> Block:
    with np.errstate(all="ignore"):
        result = kernel(*arrays)
    if isinstance(result, tuple):
        result, own = result
        errors = merged_errors(errors, own)
    array = np.asarray(result)
    if boolean:
        return with_errors(booleans_block(array), errors)
    return numeric(array.astype(np.float64, copy=False), errors)


def cellwise(name: str, letters: str, *defaults: Scalar) -> Callable[[Kernel], Kernel]:
    """Registers a function of one cell at a time: `n` a float, `t` a text, `b` a bool, `v` any value but an error,
    `e` any value. It returns a scalar and may raise Failure.
    """

    def register(kernel: Kernel) -> Kernel:
        def call(*values: Scalar) -> Scalar:
            plain: list[Scalar] = []
            for letter, value in zip(letters, values, strict=True):
                converted = _CONVERTERS[letter](value)
                if isinstance(converted, Error) and letter != "e":
                    return converted
                plain.append(converted)
            try:
                return _scalar(kernel(*plain))
            except Failure as failure:
                return failure.error

        def body(context: Context, arguments: list[Value]) -> Value:
            operands = spread(context, _filled(arguments, letters, defaults))
            if not isinstance(operands, Spread):
                return call(*operands)
            shape = np.broadcast_shapes(*(block.shape for block in operands.blocks))
            return operands.wrap(map_cells(call, operands.blocks, (shape[0], shape[1])))

        function(name, len(letters) - len(defaults), len(letters), "inputs", lanes=True)(body)
        return kernel

    return register


def _scalar(value: object) -> Scalar:
    if value is None or isinstance(value, bool | str | Error | float):
        return value
    if isinstance(value, int):
        return float(value)
    raise TypeError(value)


def _any(value: Scalar) -> Scalar:
    return value


_CONVERTERS: dict[str, Callable[[Scalar], Scalar]] = {
    "n": to_number,
    "t": to_text,
    "b": to_boolean,
    "v": _any,
    "e": _any,
}


def alias(name: str, of: str) -> None:
    """Registers a second name."""
    TABLE[name] = TABLE[of]
