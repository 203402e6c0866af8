"""Between what people type and read in their language, and inputs."""

from __future__ import annotations

from typing import NamedTuple

from openpaas_workspace.kit.errors import Invalid
from openpaas_workspace.sheets.schemas import Failure, Formula, Input, Moment

from .amounts import meant, shown, spoken
from .formulas import FormulaError, to_canonical, to_local
from .inputs import read_typed
from .values import Error

_WORDS = {"VRAI": True, "FAUX": False, "TRUE": True, "FALSE": False}


class Typed(NamedTuple):
    """An input, and the number format that a cell without one gets."""

    given: Input
    number: str | None = None


def typed(text: str, locale: str) -> Input:
    """The input that a typed text means: see `meaning`."""
    return meaning(text, locale).given


def meaning(text: str, locale: str) -> Typed:
    """What a typed text means; a text that means nothing else is itself, `'` before it keeps it so.

    Raises Invalid for a formula that cannot be read.
    """
    stripped = text.strip()
    if stripped.startswith("=") and len(stripped) > 1:
        return Typed(Formula(v=_canonical(stripped, locale)))
    if text.startswith("'"):
        return Typed(text[1:] or None)
    if stripped.upper() in _WORDS:
        return Typed(_WORDS[stripped.upper()])
    if (found := meant(stripped, french=_is_french(locale))) is not None:
        return Typed(found.value, found.number)
    read = read_typed(text)
    if isinstance(read.value, Error):
        return Typed(Failure(v=read.value.text))
    if isinstance(read.value, float) and read.number not in {None, "0%"}:
        return Typed(Moment(v=stripped.replace(" ", "T")))
    return Typed(None if read.value == "" else read.value, read.number)


def local(given: Input, locale: str, number: str = "") -> str:
    """How somebody of that language would type the input of a cell with this number format."""
    french = _is_french(locale)
    if given is None:
        return ""
    if isinstance(given, bool):
        return ("VRAI" if given else "FAUX") if french else str(given).upper()
    if isinstance(given, int | float):
        if number and (said := spoken(float(given), number, french=french)) is not None:
            return said
        text = repr(given) if isinstance(given, int) else format(given, ".15g")
        return text.replace(".", ",") if french else text
    if isinstance(given, Formula):
        try:
            return to_local(given.v, locale)
        except FormulaError:
            return given.v
    if isinstance(given, Failure):
        return given.v
    if isinstance(given, Moment):
        return shown(given.v, french=french)
    return given if _means_itself(given, locale) else f"'{given}"


def _means_itself(text: str, locale: str) -> bool:
    try:
        return typed(text, locale) == text
    except Invalid:
        return False


def _canonical(text: str, locale: str) -> str:
    try:
        return to_canonical(text, locale)
    except FormulaError as error:
        raise Invalid(f"The formula cannot be read: {error}") from error


def _is_french(locale: str) -> bool:
    return locale.lower().startswith("fr")
