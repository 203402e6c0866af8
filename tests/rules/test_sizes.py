"""A file has 400 lines at most, a function 50; exceptions are listed and the list only shrinks."""

import ast
import re

from tests.rules import exceptions
from tests.rules.sources import ROOT, below, name, tree

MAX_FILE, MAX_FUNCTION = 400, 50
GENERATED = {"extensions/api/src/schema.ts"}
REVISIONS = "openpaas_workspace/migrations/versions/"  # written by Alembic, and never changed after
PYTHON = [
    path
    for path in below("openpaas_workspace", "kernels", "tests", suffixes=(".py",))
    if not name(path).startswith(REVISIONS)
]
SCRIPTS = [
    path for path in below("extensions", suffixes=(".ts", ".tsx", ".mjs")) if name(path) not in GENERATED
]


def test_no_file_is_too_long() -> None:
    sizes = {name(path): len(path.read_text("utf-8").splitlines()) for path in (*PYTHON, *SCRIPTS)}
    compare({path: size for path, size in sizes.items() if size > MAX_FILE}, exceptions.FILES)


def test_no_function_is_too_long() -> None:
    sizes: dict[str, int] = {}
    for path in PYTHON:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                size = (node.end_lineno or node.lineno) - node.lineno + 1
                if size > MAX_FUNCTION:
                    sizes[f"{name(path)}:{node.name}"] = size
    compare(sizes, exceptions.FUNCTIONS)


def test_functions_of_the_page_are_measured_by_eslint_and_nobody_turns_it_off() -> None:
    rules = (ROOT / "extensions/eslint.config.mjs").read_text("utf-8")
    assert re.search(rf"'max-lines': \['error', {MAX_FILE}\]", rules)
    assert re.search(rf"'max-lines-per-function': \['error', \{{ max: {MAX_FUNCTION}\b", rules)
    off = [name(path) for path in SCRIPTS if re.search(r"eslint-disable.*max-lines", path.read_text("utf-8"))]
    assert not off


def compare(found: dict[str, int], allowed: dict[str, int]) -> None:
    grown = {key: size for key, size in found.items() if size > allowed.get(key, 0)}
    assert not grown, "Too long; split it, do not list it."
    gone = sorted(key for key in allowed if allowed[key] > found.get(key, 0))
    assert not gone, "Shorter than listed: shrink or drop the entry in tests/rules/exceptions.py."
