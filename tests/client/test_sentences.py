"""What the client says of its own is in its catalogue, in both languages with the same placeholders."""

import ast
import re

import pandas as pd
import pytest

from openpaas_workspace.client import Workspace
from openpaas_workspace.client.frames import pack
from openpaas_workspace.client.sentences import FRENCH, say
from openpaas_workspace.kit import errors
from openpaas_workspace.kit.errors import Invalid
from tests.rules.sources import PACKAGE

FILES = [*(PACKAGE / "client").glob("*.py"), PACKAGE / "cli" / "remote.py"]
ERRORS = {name for name, kind in vars(errors).items() if isinstance(kind, type)} | {"RunFailed"}
# What a caller never sees: it is tried again, or told of in a sentence of the catalogue.
INNER = {"AssertionError", "ConnectionError"}
PLACE = re.compile(r"{\w+}")


def calls(name: str | None = None):
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and node.args:
                called = getattr(node.func, "attr", getattr(node.func, "id", ""))
                if called == name or (name is None and called in ERRORS):
                    yield path.name, node


def test_every_sentence_has_a_french_one_and_no_other_is_kept():
    said = {
        node.args[0].value
        for word in ("say", "spoken")
        for _, node in calls(word)
        if isinstance(node.args[0], ast.Constant)
    }
    assert said == FRENCH.keys()
    for english, french in FRENCH.items():
        assert sorted(PLACE.findall(english)) == sorted(PLACE.findall(french)), english


def test_no_error_speaks_without_the_catalogue():
    for path, node in calls():
        first = node.args[0]
        assert not isinstance(first, ast.Constant | ast.JoinedStr), f"{path}: {ast.unparse(first)}"


def literals(node):
    """Texts of more than a word, in a raised expression, that `say` does not see."""
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"say", "spoken"}:
        return
    if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and " " in str(node.value)):
        yield node
    elif isinstance(node, ast.Subscript):
        yield from literals(node.value)
    else:
        for child in ast.iter_child_nodes(node):
            yield from literals(child)


def test_whatever_is_raised_goes_through_the_catalogue_and_nothing_is_raised_with_a_default_of_the_server():
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Raise) or node.exc is None:
                continue
            called = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            name = getattr(called, "attr", getattr(called, "id", ""))
            if name in INNER:
                continue
            where = f"{path.name}:{node.lineno}: {ast.unparse(node.exc)}"
            assert not list(literals(node.exc)), where
            assert isinstance(node.exc, ast.Call) or name not in ERRORS, where


def test_what_no_cell_can_hold_is_refused_in_the_language_of_the_kernel(monkeypatch):
    monkeypatch.setenv("LANGUAGE", "fr_FR")
    with pytest.raises(Invalid, match="La colonne « x » contient des objets set : faites-en du texte"):
        pack(pd.DataFrame({"x": [{1}, "a"]}))
    with pytest.raises(Invalid, match="Le tableau ne peut pas être écrit"):
        pack(pd.DataFrame({"x": [1j, 2j]}))
    monkeypatch.setenv("LANGUAGE", "en")
    with pytest.raises(Invalid, match="The column “x” holds set objects"):
        pack(pd.DataFrame({"x": [{1}, "a"]}))


@pytest.mark.parametrize(
    ("environment", "start"),
    [
        ({"LANGUAGE": "fr_FR", "LANG": "C.UTF-8"}, "Hors d’un noyau"),
        ({"LANG": "fr_FR.UTF-8"}, "Hors d’un noyau"),
        ({"LANGUAGE": "en", "LANG": "fr_FR.UTF-8"}, "Outside of a kernel"),
        ({}, "Outside of a kernel"),
    ],
)
def test_the_language_is_that_of_the_environment(environment, start, monkeypatch):
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG", "OPENPAAS_SOCKET"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(Invalid, match=start):
        Workspace()
    assert say("A parameter is NAME=VALUE.").endswith(".")
