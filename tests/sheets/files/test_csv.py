"""CSV as people have it: what is found out of it, and what leaves for a spreadsheet does no harm there."""

import csv
import io
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openpaas_workspace.sheets import schemas as s
from openpaas_workspace.sheets.engine.files.delimited import harmless
from openpaas_workspace.sheets.engine.files.formats import export_file
from tests.conftest import examples
from tests.sheets.files.books import again, book, opened, put

FRENCH = (
    "Code INSEE;Commune;Prix TTC;Part;Créé le;SIRET;Tél;Actif;Montant\r\n"
    "01001;L'Abergement;1 234,50;12,5%;01/02/2020;12345678901234;0123456789;oui;12,00 €\r\n"
    "75056;Paris;2,5;3%;31/12/2021;22345678901234;0623456789;non;1 000,50 €\r\n"
)
MEANT = {
    "Code INSEE": ["01001", "75056"],
    "Commune": ["L'Abergement", "Paris"],
    "Prix TTC": [1234.5, 2.5],
    "Part": [0.125, 0.03],
    "SIRET": ["12345678901234", "22345678901234"],
    "Tél": ["0123456789", "0623456789"],
    "Actif": [True, False],
    "Montant": [12.0, 1000.5],
}


def frame(text: str | bytes, name: str = "a.csv") -> Any:
    data = text if isinstance(text, bytes) else text.encode()
    return opened(data, name).to_arrow("t1", mixed=True).to_pandas()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
def test_french_files_in_any_encoding(encoding: str) -> None:
    found = frame(FRENCH.encode(encoding))
    assert {name: found[name].tolist() for name in MEANT} == MEANT
    assert found["Créé le"].dt.strftime("%Y-%m-%d").tolist() == ["2020-02-01", "2021-12-31"]
    window = opened(FRENCH.encode(encoding), "a.csv").window("t1", 0, 3, (0, 9))
    assert [style.number for style in window.styles] == ["0.00%", "dd/mm/yyyy", "#,##0.00 €"]


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_delimiters(delimiter: str) -> None:
    rows = [["id", "nom", "valeur"], ["1", "a", "1.5"], ["2", "b", "2.5"]]
    found = frame("\n".join(delimiter.join(row) for row in rows))
    assert found.to_dict("list") == {"id": [1, 2], "nom": ["a", "b"], "valeur": [1.5, 2.5]}


@pytest.mark.parametrize(
    ("values", "meant"),
    [
        (["1", "2"], [1, 2]),
        (["01", "2"], ["01", "2"]),
        (["12345678901234567890", "1"], ["12345678901234567890", "1"]),
        (["1.234.567", "a"], ["1.234.567", "a"]),
        (["1e3", "2.5E-1"], [1000.0, 0.25]),
        (["+33 1 23 45 67 89", "+33 1 00 00 00 00"], ["+33 1 23 45 67 89", "+33 1 00 00 00 00"]),
        (["vrai", "FAUX"], [True, False]),
        (["31/02/2020", "01/01/2020"], ["31/02/2020", "01/01/2020"]),
        (["NaN", "x"], ["NaN", "x"]),
    ],
)
def test_what_values_mean(values: list[str], meant: list[Any]) -> None:
    assert frame("a;b\n" + "".join(f"{value};x\n" for value in values))["a"].tolist() == meant


def test_codes_are_known_by_their_names_too() -> None:
    found = frame("codes_postaux,n\n35000|35200,1\n29200,2\n22000,3\n" + "22460,4\n" * 30)
    assert found["codes_postaux"].tolist()[:3] == ["35000|35200", "29200", "22000"]


def test_a_text_among_numbers_is_kept() -> None:
    text = "a,b\n" + "".join(f"{row},x\n" for row in range(30)) + "nc,x\n"
    made = opened(text.encode(), "a.csv")
    assert made.window("t1", 29, 32, (0, 1)).columns[0].values == [28.0, 29.0, "nc"]


def test_lines_of_different_lengths_lose_nothing() -> None:
    assert frame("a,b\n1,2\n3\n4,5,6\n").astype(str).to_numpy().tolist()[1][0].startswith("3")
    assert "6" in str(frame("a,b\n1,2\n3\n4,5,6\n").to_numpy().tolist())


@pytest.mark.parametrize("text", ["", "\n", "a", "a\n", ";\n", "1;2", '"', '"a\nb";c\n1;2\n'])
def test_small_and_odd_files_open(text: str) -> None:
    opened(text.encode(), "a.csv")


def test_texts_that_look_like_formulas_are_harmless_and_numbers_are_not_touched() -> None:
    evil = ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "fine"]
    made = put(book(), {(row, 0): text for row, text in enumerate(evil)} | {(0, 1): -5.0, (1, 1): -0.5})
    rows = list(
        csv.reader(
            io.StringIO(export_file(made, "csv", "", "fr").decode("utf-8-sig"), newline=""), delimiter=";"
        )
    )
    assert [row[0] for row in rows] == ["'" + text for text in evil[:-1]] + ["fine"]
    assert [row[1] for row in rows[:2]] == ["-5", "-0,5"]


@settings(max_examples=examples(60), deadline=None)
@given(
    st.lists(
        st.text(
            st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")) | st.sampled_from('\n;,"'),
            max_size=20,
        ),
        min_size=1,
        max_size=10,
    )
)
def test_any_texts_come_back(texts: list[str]) -> None:
    cells = {(0, 0): "nom", (0, 1): "autre"} | {(row, 0): f"x{text}" for row, text in enumerate(texts, 1)}
    made = put(book(), cells | {(row, 1): 1.0 for row in range(1, len(texts) + 1)})
    for form, locale in (("csv", "fr"), ("csv", "en"), ("tsv", "en")):
        back = again(made, form, locale).to_arrow("t1")
        assert back.column("nom").to_pylist() == [f"x{text}" for text in texts]


def test_harmless_leaves_the_rest() -> None:
    assert [harmless(text) for text in ("", "a=1", "1-2", "=a")] == ["", "a=1", "1-2", "'=a"]


def test_dates_are_dates_in_whatever_row_they_stand() -> None:
    made = book()
    put(made, {(0, 0): "Le", (0, 1): "Montant", (0, 2): s.Moment(v="2026-05-01")})
    put(made, {(1, 0): s.Moment(v="2026-05-01"), (1, 1): 3.5, (1, 2): 7.0})
    put(made, {(2, 0): s.Moment(v="2026-05-02T12:30:00"), (2, 1): s.Moment(v="1999-12-31"), (2, 2): "x"})
    assert export_file(made, "csv", "", "en").decode("utf-8-sig").splitlines() == [
        "Le,Montant,2026-05-01",
        "2026-05-01,3.5,7",
        "2026-05-02 12:30:00,1999-12-31,x",
    ]
    assert export_file(made, "csv", "", "fr").decode("utf-8-sig").splitlines()[2] == (
        "02/05/2026 12:30:00;31/12/1999;x"
    )


def test_what_another_country_would_cut_or_calculate_stays_one_text() -> None:
    made = book()
    put(made, {(0, 0): "a;=1+1", (0, 1): "b,=1+1", (0, 2): "\n=1+1", (0, 3): "\uff1d1+1"})
    for locale, sign in (("en", ","), ("fr", ";")):
        line = sign.join(['"a;=1+1"', '"b,=1+1"', '"\'\n=1+1"', "'\uff1d1+1"])
        assert export_file(made, "csv", "", locale).decode("utf-8-sig") == line + "\r\n"


def test_a_line_that_is_longer_than_the_header_has_a_column_without_a_name() -> None:
    assert list(frame("a,b\n1,2\n1,2,3\n").columns) == ["a", "b", "Column 3"]
