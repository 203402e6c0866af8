"""What is made from the code is current: the reference pages and the types of the page."""

import pytest

from openpaas_workspace.app.domains import all_domains
from openpaas_workspace.openapi import document
from tests.rules.reference import pages
from tests.rules.regenerate import REFERENCE, TYPES, typescript

STALE = "Run `python -m tests.rules.regenerate` and commit what it writes."


def test_the_types_of_the_page_are_current() -> None:
    assert TYPES.read_text("utf-8") == typescript(), STALE


@pytest.mark.parametrize("name", sorted(pages()))
def test_the_reference_page_is_current(name: str) -> None:
    assert (REFERENCE / name).read_text("utf-8") == pages()[name], STALE


def test_no_reference_page_is_left_over() -> None:
    assert {path.name for path in REFERENCE.glob("*.md")} == set(pages())


def test_the_description_is_whole() -> None:
    described = document(all_domains())
    operations = [operation for path in described["paths"].values() for operation in path.values()]
    names = [operation["operationId"] for operation in operations]
    assert sorted(names) == sorted(set(names)), "two routes with verbs of one name"
    for operation in operations:
        assert operation["responses"]["default"], operation["operationId"]
        assert operation["security"] or operation["x-who"] == "open", operation["operationId"]
    assert _dangling(described) == []


def _dangling(described: dict) -> list[str]:
    """References that lead nowhere."""
    found: list[str] = []

    def walk(value) -> None:
        if isinstance(value, dict):
            target = value.get("$ref")
            if isinstance(target, str) and not _leads(described, target):
                found.append(target)
            for below in value.values():
                walk(below)
        elif isinstance(value, list):
            for below in value:
                walk(below)

    walk(described)
    return found


def _leads(described: dict, target: str) -> bool:
    here = described
    for key in target.removeprefix("#/").split("/"):
        here = here.get(key)
        if here is None:
            return False
    return True
