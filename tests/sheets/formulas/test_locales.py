import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openpaas_workspace.sheets.engine.formulas import FormulaError, to_canonical, to_local
from openpaas_workspace.sheets.engine.formulas.french import TO_ENGLISH, TO_FRENCH
from openpaas_workspace.sheets.engine.functions.registry import TABLE

from .generator import formula


@pytest.mark.parametrize(
    ("french", "english"),
    [
        ("=SOMME(A1;2,5)", "=SUM(A1,2.5)"),
        ('=SI(A1>0;"a;b,c";{1\\2,5;3\\4})', '=IF(A1>0,"a;b,c",{1,2.5;3,4})'),
        ("=NB.SI(A:A;VRAI)", "=COUNTIF(A:A,TRUE)"),
        ("=Ventes[[#En-têtes];[Prix]]", "=Ventes[[#Headers],[Prix]]"),
        ("=RECHERCHEX(1;A:A;B:B;#VALEUR!)", "=XLOOKUP(1,A:A,B:B,#VALUE!)"),
        ("=SOMME((A1;B2))", "=SUM((A1,B2))"),
        ("=SIERREUR(1/0;FAUX)", "=IFERROR(1/0,FALSE)"),
        ("= SOMME( A1 ;\n 2 )", "= SUM( A1 ,\n 2 )"),
        ("='Chiffre d''affaires'!A1*1,2E+3", "='Chiffre d''affaires'!A1*1.2E+3"),
        ("=NOSUCH(1;2)", "=NOSUCH(1,2)"),
        ("=PI()*vrai_nom", "=PI()*vrai_nom"),
    ],
)
def test_french(french, english):
    assert to_canonical(french, "fr") == english
    assert to_local(english, "fr-FR") == french


def test_small_letters_and_english_names_are_understood():
    assert to_canonical("somme(a1;b1)", "fr") == "=SUM(a1,b1)"
    assert to_canonical("=SUM(A1;VLOOKUP(1;A:B;2;faux))", "fr") == "=SUM(A1,VLOOKUP(1,A:B,2,FALSE))"
    assert to_canonical("=_xlfn.XLOOKUP(1,A:A,B:B)", "en") == "=XLOOKUP(1,A:A,B:B)"


def test_the_wrong_separator_is_named():
    with pytest.raises(FormulaError, match="A ; or a \\) is missing") as caught:
        to_canonical("=SOMME(A1,2)", "fr")
    assert caught.value.position == 9
    with pytest.raises(FormulaError, match="Between arguments this language writes ; and not ,\\."):
        to_canonical("=SOMME(A1, B1)", "fr")
    with pytest.raises(FormulaError, match="A , or a \\) is missing"):
        to_canonical("=SUM(A1;2)", "en")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("=ROUND(1)", "ROUND takes 2 arguments, not 1."),
        ("=1+IF()", "IF takes 1 to 3 arguments, not 0."),
        ("=SUM()", "SUM takes at least 1 argument, not 0."),
        ("=PI(1)", "PI takes no arguments, not 1."),
    ],
)
def test_a_wrong_number_of_arguments_is_said(text, sentence):
    with pytest.raises(FormulaError) as caught:
        to_canonical(text, "en")
    assert str(caught.value) == sentence


def test_a_position_counts_in_what_was_typed():
    with pytest.raises(FormulaError) as caught:
        to_canonical("SOMME(1;", "fr")
    assert caught.value.position == 8


def test_each_native_function_has_a_french_name():
    assert sorted(set(TABLE) - set(TO_FRENCH) - {"ISREF", "VARP", "MODE", "EXPAND"}) == []
    assert len(TO_ENGLISH) == len(TO_FRENCH)


@given(st.integers(0, 10**9))
@settings(max_examples=100, deadline=None)
def test_there_and_back(seed):
    text = formula(random.Random(seed))
    assert to_canonical(to_local(text, "fr"), "fr") == text
    assert to_canonical(to_local(text, "en"), "en") == text


@given(st.text(alphabet="=SOME(A1;,.\\{}[]#'\"VRAI2:!é% ", max_size=40))
@settings(max_examples=100, deadline=None)
def test_rubbish_raises_nothing_but_formula_errors(text):
    for locale in ("fr", "en"):
        try:
            canonical = to_canonical(text, locale)
        except FormulaError:
            continue
        assert to_canonical(to_local(canonical, locale), locale) == canonical
