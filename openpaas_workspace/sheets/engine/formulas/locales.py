"""Formulas as people of a country write them. Tokens are translated one by one, so spaces and line ends stay."""

from __future__ import annotations

import re
from collections.abc import Callable

from .check import check
from .errors import FormulaError
from .french import TO_ENGLISH, TO_FRENCH
from .lexer import Marks, Token, tokens
from .parser import parse_tokens
from .symbols import ENGLISH, FRENCH, FRENCH_ERRORS, FRENCH_ITEMS

_ENGLISH_ERRORS = {french: english for english, french in FRENCH_ERRORS.items()}
_ENGLISH_ITEMS = {french.lower(): english for english, french in FRENCH_ITEMS.items()}
_ITEM = re.compile(r"(?<!')#[^\[\]]+")
_PREFIX = re.compile(r"_xlfn\.(?:_xlws\.)?|_xlws\.", re.IGNORECASE)


def to_canonical(text: str, locale: str) -> str:
    """A formula as typed by a person (`=SOMME(A1;2,5)`) in canonical text, with `=`.

    `locale` is a tag such as "en" or "fr-FR"; others than French are read as English. English names are
    understood in French too, where they have no other meaning. Raises FormulaError, with the position in `text`.
    """
    body = text if text.startswith("=") else f"={text}"
    french = _french(locale)
    found = tokens(body, FRENCH if french else ENGLISH)
    canonical = _translated(found, FRENCH, ENGLISH, _word_to_english) if french else found
    try:
        check(parse_tokens(canonical, len(body)))
    except FormulaError as error:
        sentence = _in_marks(str(error), ENGLISH, FRENCH) if french else str(error)
        raise FormulaError(sentence, error.position - len(body) + len(text)) from None
    return _join(canonical)


def to_local(text: str, locale: str) -> str:
    """Canonical text as a person of that locale reads it. Raises FormulaError."""
    found = tokens(text, ENGLISH)
    return _join(_translated(found, ENGLISH, FRENCH, _word_to_french) if _french(locale) else found)


def _french(locale: str) -> bool:
    return locale.lower().partition("-")[0].partition("_")[0] == "fr"


def _join(found: list[Token]) -> str:
    return "".join(_PREFIX.sub("", token.text) if token.kind == "function" else token.text for token in found)


def _in_marks(sentence: str, old: Marks, new: Marks) -> str:
    return sentence.replace(f"A {old.separator} ", f"A {new.separator} ")


def _translated(
    found: list[Token], old: Marks, new: Marks, word: Callable[[Token, bool], str]
) -> list[Token]:
    translated: list[Token] = []
    braces = 0
    for index, token in enumerate(found):
        text = token.text
        if token.kind == "sign":
            braces += {"{": 1, "}": -1}.get(text, 0)
            text = _sign(token, old, new, braces > 0)
        elif token.kind == "number":
            text = text.replace(old.decimal, new.decimal)
        elif token.kind in {"function", "word", "error", "bracket"}:
            text = word(token, index > 0 and found[index - 1].kind == "tab")
        translated.append(Token(token.kind, text, token.position))
    return translated


def _sign(token: Token, old: Marks, new: Marks, in_array: bool) -> str:
    text = token.text
    if in_array:
        return {old.column: new.column, old.row: new.row}.get(text, text)
    if text == old.separator:
        return new.separator
    if text in {",", ";", "\\"}:
        raise FormulaError(
            f"Between arguments this language writes {old.separator} and not {text}.", token.position
        )
    return text


def _word_to_english(token: Token, after_tab: bool) -> str:
    upper = token.text.upper()
    if token.kind == "function":
        upper = _PREFIX.sub("", upper)
        return TO_ENGLISH.get(upper, upper)
    if token.kind == "error":
        return _ENGLISH_ERRORS.get(upper, upper)
    if token.kind == "bracket":
        return _items(token.text.replace(";", ","), _ENGLISH_ITEMS)
    return token.text if after_tab else {"VRAI": "TRUE", "FAUX": "FALSE"}.get(upper, token.text)


def _word_to_french(token: Token, after_tab: bool) -> str:
    upper = token.text.upper()
    if token.kind == "function":
        upper = _PREFIX.sub("", upper)
        return TO_FRENCH.get(upper, upper)
    if token.kind == "error":
        return FRENCH_ERRORS.get(upper, upper)
    if token.kind == "bracket":
        french = {english.lower(): text for english, text in FRENCH_ITEMS.items()}
        return _items(token.text.replace("],[", "];["), french)
    return token.text if after_tab else {"TRUE": "VRAI", "FALSE": "FAUX"}.get(upper, token.text)


def _items(text: str, words: dict[str, str]) -> str:
    return _ITEM.sub(lambda match: words.get(match.group().lower(), match.group()), text)
