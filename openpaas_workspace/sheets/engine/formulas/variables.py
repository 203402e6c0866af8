"""LET and LAMBDA, which bring names into sight."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..functions.runtime import Closure, Code, Context, Value
from ..values import Error
from .tree import Call, Name, Node

if TYPE_CHECKING:
    from .compiler import Compiler


def compile_let(compiler: Compiler, node: Call) -> tuple[Code, bool]:
    """`LET(name, value, …, result)`; each value sees the names before it."""
    arguments = node.arguments
    names = [_variable(item) for item in arguments[:-1:2]]
    if len(arguments) < 3 or len(arguments) % 2 == 0 or None in names:
        return _always(Error.VALUE), False
    outer = dict(compiler.scope)
    steps: list[tuple[str, Code]] = []
    for name, value in zip(names, arguments[1:-1:2], strict=True):
        code, array = compiler.code(value)
        compiler.scope[str(name)] = array
        steps.append((str(name), code))
    body, array = compiler.code(arguments[-1])
    compiler.scope = outer

    def run(context: Context) -> Value:
        inner = context.within(dict(context.variables))
        for name, code in steps:
            inner.variables[name] = code(inner)
        return body(inner)

    return run, array


def compile_lambda(compiler: Compiler, node: Call) -> tuple[Code, bool]:
    """`LAMBDA(name, …, body)`: a function as a value."""
    names = [_variable(item) for item in node.arguments[:-1]]
    if not node.arguments or None in names:
        return _always(Error.VALUE), False
    outer = dict(compiler.scope)
    compiler.scope |= {str(name): False for name in names}
    body, _ = compiler.code(node.arguments[-1])
    compiler.scope = outer
    known = tuple(str(name) for name in names)
    return (lambda context: Closure(known, body, context.variables)), True


def _variable(node: Node) -> str | None:
    return node.text.upper() if isinstance(node, Name) and node.tab is None else None


def _always(error: Error) -> Code:
    return lambda _: error


__all__: Sequence[str] = ("compile_lambda", "compile_let")
