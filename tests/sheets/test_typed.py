"""What is typed in a language, and how it is shown there again."""

from contextlib import suppress
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openpaas_workspace.kit.errors import Invalid, TooLarge
from openpaas_workspace.sheets.engine.inputs import read
from openpaas_workspace.sheets.engine.typed import local, meaning, typed
from openpaas_workspace.sheets.schemas import Failure, Formula, Moment

LOCALES = st.sampled_from(["fr", "fr_FR", "en"])


@pytest.mark.parametrize(
    ("text", "locale", "expected"),
    [
        ("3,5", "fr", 3.5),
        ("3.5", "en", 3.5),
        ("1 284 500,00 €", "fr", 1284500.0),
        ("1\u202f284\u202f500,5", "fr", 1284500.5),
        ("1,284,500.5", "en", 1284500.5),
        ("5,1 %", "fr", 0.051),
        ("-12", "fr", -12.0),
        ("1,5e3", "fr", 1500.0),
        ("12/05/2026", "fr", Moment(v="2026-05-12")),
        ("12/05/2026", "en", Moment(v="2026-12-05")),
        ("2026-05-12", "fr", Moment(v="2026-05-12")),
        ("31/12/26 8h05", "fr", Moment(v="2026-12-31T08:05:00")),
        ("32/12/2026", "fr", "32/12/2026"),
        ("3/12/29", "fr", Moment(v="2029-12-03")),
        ("3/12/30", "fr", Moment(v="1930-12-03")),
        ("VRAI", "fr", True),
        ("false", "en", False),
        ("=SOMME(A1;2,5)", "fr", Formula(v="=SUM(A1,2.5)")),
        ("'007", "fr", "007"),
        ("Voirie", "fr", "Voirie"),
        ("1 2", "fr", "1 2"),
        ("", "fr", None),
        ("#N/A", "en", Failure(v="#N/A")),
        ("=", "fr", "="),
    ],
)
def test_what_people_type(text: str, locale: str, expected: object) -> None:
    found = typed(text, locale)
    assert found == pytest.approx(expected) if isinstance(expected, float) else found == expected
    assert type(found) is type(expected)


EURO, DOLLAR = '#,##0.00\\ "€"', '"$"#,##0.00'


@pytest.mark.parametrize(
    ("text", "locale", "value", "number", "again"),
    [
        ("12,50 €", "fr", 12.5, EURO, "12,5"),
        ("12 €", "fr", 12.0, '#,##0\\ "€"', "12"),
        ("1 234,50€", "fr", 1234.5, EURO, "1234,5"),
        ("-3,20 €", "fr", -3.2, EURO, "-3,2"),
        ("€12.50", "en", 12.5, '"€"#,##0.00', "12.5"),
        ("$12.50", "en", 12.5, DOLLAR, "12.5"),
        ("-$1,234.50", "en", -1234.5, DOLLAR, "-1234.5"),
        ("$-5", "en", -5.0, '"$"#,##0', "-5"),
        ("12.50 €", "en", 12.5, EURO, "12.5"),
        ("£5", "fr", 5.0, '"£"#,##0', "5"),
        ("15 %", "fr", 0.15, "0%", "15 %"),
        ("15%", "en", 0.15, "0%", "15%"),
        ("15,5\u202f%", "fr", 0.155, "0.00%", "15,5 %"),
        ("1 234,5", "fr", 1234.5, "#,##0.00", "1234,5"),
        ("1\u202f234", "fr", 1234.0, "#,##0", "1234"),
        ("1,234.5", "en", 1234.5, "#,##0.00", "1234.5"),
        ("1,5e3", "fr", 1500.0, "0.00E+00", "1500"),
        ("1.5E3", "en", 1500.0, "0.00E+00", "1500"),
        ("3,5", "fr", 3.5, None, "3,5"),
        ("12:30", "fr", 12.5 / 24, "hh:mm", "12:30"),
        ("12h30", "fr", 12.5 / 24, "hh:mm", "12:30"),
        ("8 h 05", "fr", (8 * 60 + 5) / 1440, "hh:mm", "08:05"),
        ("12:30:15", "en", 45_015 / 86_400, "hh:mm:ss", "12:30:15"),
        ("2:05 pm", "en", (14 * 60 + 5) / 1440, "h:mm AM/PM", "14:05"),
        ("12:00 am", "en", 0.0, "h:mm AM/PM", "00:00"),
        ("30:15", "fr", 30.25 / 24, "[h]:mm", "30:15"),
        ("12:75", "fr", "12:75", None, "12:75"),
        ("13:00 pm", "en", "13:00 pm", None, "13:00 pm"),
        ("12.50 €", "fr", "12.50 €", None, "12.50 €"),
        ("€12 €", "fr", "€12 €", None, "€12 €"),
        ("12,5", "en", "12,5", None, "12,5"),
        ("1e999", "en", "1e999", None, "1e999"),
        ("€", "fr", "€", None, "€"),
        ("12 km", "fr", "12 km", None, "12 km"),
    ],
)
def test_what_is_typed_says_how_it_is_shown_and_the_formula_bar_how_it_was_typed(
    text: str, locale: str, value: object, number: str | None, again: str
) -> None:
    found = meaning(text, locale)
    assert (found.given, found.number) == (value, number)
    assert local(found.given, locale, number or "") == again
    assert typed(again, locale) == value


@pytest.mark.parametrize(
    ("text", "locale", "iso", "number", "again"),
    [
        ("3/12/2026", "fr", "2026-12-03", "dd/mm/yyyy", "03/12/2026"),
        ("3/12/2026", "en", "2026-03-12", "dd/mm/yyyy", "3/12/2026"),
        ("3/12/2026 8:05", "fr", "2026-12-03T08:05:00", "dd/mm/yyyy hh:mm", "03/12/2026 08:05"),
        ("2026-12-03", "fr", "2026-12-03", None, "03/12/2026"),
    ],
)
def test_a_date_is_the_readers_in_the_cell_and_in_the_formula_bar(
    text: str, locale: str, iso: str, number: str | None, again: str
) -> None:
    found = meaning(text, locale)
    assert (found.given, found.number) == (Moment(v=iso), number)
    serial = read(Moment(v=iso)).value
    assert isinstance(serial, float)
    assert local(serial, locale, number or "yyyy-mm-dd") == again


@given(st.floats(-1e300, 1e300), st.sampled_from(["0%", "dd/mm/yyyy", "hh:mm", EURO]), LOCALES)
def test_what_the_formula_bar_says_of_a_number_is_that_number(value: float, number: str, locale: str) -> None:
    again = typed(local(value, locale, number), locale)
    found = read(again).value
    assert found == pytest.approx(value, rel=1e-14)


def test_a_formula_that_cannot_be_read_says_so() -> None:
    with pytest.raises(Invalid, match="cannot be read"):
        typed("=SOMME(A1;", "fr")


INPUTS = st.one_of(
    st.none(),
    st.booleans(),
    st.floats(allow_nan=False, allow_infinity=False).filter(lambda x: x == float(format(x, ".15g"))),
    st.text(max_size=20).filter(lambda text: text != ""),
    st.dates(date(1900, 3, 1), date(2100, 1, 1)).map(lambda day: Moment(v=day.isoformat())),
    st.integers(-2_000_000_000, 4_000_000_000).map(
        lambda seconds: Moment(v=datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None).isoformat())
    ),
    st.sampled_from([Formula(v='=SUM(A1,2.5)&"a;b"'), Formula(v="=Table1[@Col]*2"), Formula(v="={1,2;3,4}")]),
)


@given(INPUTS, LOCALES)
def test_what_is_shown_can_be_typed_again(given_: object, locale: str) -> None:
    text = local(given_, locale)
    again = typed(text, locale)
    assert again == given_ or (isinstance(given_, str) and again == given_), text


@given(st.text(max_size=60), LOCALES)
def test_whatever_is_typed_is_taken_or_refused_with_a_sentence(text: str, locale: str) -> None:
    with suppress(Invalid, TooLarge):
        typed(text, locale)
