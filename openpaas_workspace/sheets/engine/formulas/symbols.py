"""The signs and words of each locale."""

from __future__ import annotations

from ..values import Error
from .lexer import Marks

ENGLISH_ERRORS = tuple(error.text for error in Error)
FRENCH_ERRORS = {
    "#NULL!": "#NUL!",
    "#VALUE!": "#VALEUR!",
    "#NAME?": "#NOM?",
    "#NUM!": "#NOMBRE!",
    "#SPILL!": "#PROPAGATION!",
    "#LIMIT!": "#LIMITE!",
}
ENGLISH = Marks(decimal=".", separator=",", column=",", row=";", errors=ENGLISH_ERRORS)
FRENCH = Marks(
    decimal=",",
    separator=";",
    column="\\",
    row=";",
    errors=tuple(FRENCH_ERRORS.get(text, text) for text in ENGLISH_ERRORS),
)
FRENCH_ITEMS = {
    "#All": "#Tout",
    "#Data": "#Données",
    "#Headers": "#En-têtes",
    "#Totals": "#Totaux",
    "#This Row": "#Cette ligne",
}
