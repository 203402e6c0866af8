"""What the page says of an error is what the server says of it."""

import re
from pathlib import Path

from openpaas_workspace.sheets.engine.formulas.symbols import FRENCH_ERRORS
from openpaas_workspace.sheets.engine.values import Error

SOURCES = Path(__file__).parents[2] / "extensions" / "sheets" / "src"


def pairs(file: str) -> dict[str, str]:
    """The named errors of a table in a source of the page."""
    return dict(re.findall(r"'(#[^']+)': '([^']+)'", (SOURCES / file).read_text("utf-8")))


def test_each_error_has_the_sentence_of_the_engine() -> None:
    # The limit says numbers that may be set.
    assert pairs("view/faults.ts") == {one.text: one.sentence for one in Error if one is not Error.LIMIT}


def test_french_names_are_those_that_formulas_know() -> None:
    assert pairs("numbers.ts") == FRENCH_ERRORS
