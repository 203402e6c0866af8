"""Every sentence that the server says to people has a French one, with the same placeholders."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

from openpaas_workspace.core.i18n import translator
from openpaas_workspace.kit import errors
from tests.rules.sources import PACKAGE, below, name, tree

CATALOGUE = PACKAGE / "locale" / "fr.json"
PLACE = re.compile(r"\{[^{}]*\}")
# The first argument of an error is its sentence; of an HTTPError it is the second.
POSITIONS = {
    **{
        name: 0
        for name, cls in vars(errors).items()
        if isinstance(cls, type) and issubclass(cls, errors.WorkspaceError)
    },
    "HTTPError": 1,
}
# Modules that hold nothing but sentences.
SPOKEN = {"openpaas_workspace/kernels/engine/sentences.py"}
# Answers of Jupyter's own handlers, in Jupyter's own words.
# These say what they say through a catalogue of their own.
TO_SCRIPTS = ("openpaas_workspace/client/", "openpaas_workspace/cli/remote.py")
JUPYTERS = {"Session not found", "Kernel does not exist: {}"}


def shape(sentence: str) -> str:
    """A sentence whatever its placeholders are called."""
    return PLACE.sub("{}", sentence)


def text(node: ast.expr | None) -> str | None:
    """A literal sentence with `{}` in the place of what is filled in; None for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return None


def constants(module: ast.Module) -> dict[str, list[str]]:
    """Texts, and tables of texts, that the module names."""
    found: dict[str, list[str]] = {}
    for node in module.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            values = node.value.values if isinstance(node.value, ast.Dict) else [node.value]
            found[node.targets[0].id] = [said for value in values if (said := text(value))]
    return found


def said_by(call: ast.Call, names: dict[str, list[str]]) -> list[str]:
    """The sentences of one call of an error, if it is one and they can be read off."""
    called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if called == "__init__" and "super()" in ast.unparse(call.func):
        called = "WorkspaceError"
    position = POSITIONS.get(called)
    if position is None or len(call.args) <= position:
        return []
    said = call.args[position]
    if isinstance(said, ast.Subscript):
        said = said.value
    if isinstance(said, ast.Name):
        return names.get(said.id, [])
    found = text(said)
    return [found] if found else []


def sentences(path: Path) -> Iterator[str]:
    """What a module may say to people."""
    module = tree(path)
    names = constants(module)
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            yield from said_by(node, names)
        elif name(path) in SPOKEN and isinstance(node, ast.Return) and (found := text(node.value)):
            yield found
    if name(path) in SPOKEN:
        yield from (said for values in names.values() for said in values)


def test_every_sentence_of_the_server_is_in_french() -> None:
    known = {shape(key) for key in json.loads(CATALOGUE.read_text("utf-8"))}
    said = {
        (name(path), shape(sentence))
        for path in below("openpaas_workspace", suffixes=(".py",))
        for sentence in sentences(path)
        if " " in sentence and not name(path).startswith(TO_SCRIPTS)
    }
    assert len(said) > 150
    assert sorted((path, said) for path, said in said if said not in known | JUPYTERS) == []


def test_the_catalogue_keeps_placeholders() -> None:
    for key, translation in json.loads(CATALOGUE.read_text("utf-8")).items():
        assert sorted(set(PLACE.findall(key))) == sorted(set(PLACE.findall(translation))), key


def test_what_fills_a_placeholder_is_translated_too() -> None:
    french = translator("fr_FR")
    assert french.sentence("You are editor here and cannot give more than that.").startswith(
        "Vous êtes éditeur ici"
    )
    assert "512\xa0Mo" in french.sentence(
        "This kernel was stopped because the files here passed 512 MB: "
        "delete some in the file browser, or ask an administrator for more."
    )
