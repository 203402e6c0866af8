"""Formulas in Excel's grammar: text, tree, and evaluation over many rows at once.

node = parse("=SUM(A1:A10)*2")                # canonical text: English names, commas, decimal points
unparse(node)                                  # "=SUM(A1:A10)*2"
compiled = compile_formula(node, row=0, column=1)      # as written in B1
evaluate(compiled, source, "Sheet1", row=0, column=1, lanes=1000)    # B1:B1000 at once
"""

from .compiled import Compiled, compile_formula, evaluate
from .errors import FormulaError
from .locales import to_canonical, to_local
from .parser import parse
from .printer import unparse
from .source import Source, Table, resolve
from .tree import (
    Area,
    Name,
    Node,
    Reference,
    References,
    Spill,
    Structured,
    map_references,
    references,
    relative,
    shift,
)

__all__ = [
    "Area",
    "Compiled",
    "FormulaError",
    "Name",
    "Node",
    "Reference",
    "References",
    "Source",
    "Spill",
    "Structured",
    "Table",
    "compile_formula",
    "evaluate",
    "map_references",
    "parse",
    "references",
    "relative",
    "resolve",
    "shift",
    "to_canonical",
    "to_local",
    "unparse",
]
