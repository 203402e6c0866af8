"""Finding cells by what they show, as somebody of each language writes it."""

import pandas as pd
import pytest

from openpaas_workspace.sheets import schemas as s
from tests.sheets.host import Host, f, table_bytes

CELLS = (
    s.Moment(v="2026-03-12"), s.Moment(v="2026-03-12T08:30:00"), s.Moment(v="2026-12-03"), 1234.5, 0.035, 46_093.25,
    "Réunion du 12/03/2026", True, f("=1/0"), "1234,5", -7.0, None, "vrai", f("=0.1+0.2"), f("=1.1*3"),
)  # fmt: skip


@pytest.fixture(scope="module")
def host() -> Host:
    made = Host()
    made.do(s.SetCells(tab="t", cells=[(row, 0, value) for row, value in enumerate(CELLS)]))
    return made


@pytest.mark.parametrize(
    ("text", "locale", "rows"),
    [
        ("12/03/2026", "fr-FR", [0, 1, 5, 6]),
        ("12/3/26", "fr", [0, 1, 5]),
        ("12/03/2026 08:30", "fr", [1]),
        ("12/03/2026", "en", [2, 6]),
        ("2026-03-12", "en", [0, 1, 5]),
        ("12/03/2026", "", [6]),
        ("1 234,50 €", "fr", [3]),
        ("1234,5", "fr", [3, 9]),
        ("1,234.5", "en", [3]),
        ("3,5 %", "fr", [4]),
        ("-7", "fr", [10]),
        ("0,3", "fr", [13]),
        ("3,3", "fr", [14]),
        ("0,30", "fr", [13]),
        ("VRAI", "fr", [7, 12]),
        ("true", "en", [7]),
        ("#DIV/0!", "fr", [8]),
        ("=1/", "fr", []),
        ("=1", "fr", []),
        ("'7", "fr", []),
        ("31/02/2026", "fr", []),
        ("réunion", "fr", [6]),
        ("1e400", "en", []),
    ],
)
def test_what_is_looked_for_is_found_as_it_is_shown(
    host: Host, text: str, locale: str, rows: list[int]
) -> None:
    assert host.book.find("t", text, locale=locale) == [(row, 0) for row in rows]


def test_every_moment_of_a_column_is_found_as_it_is_shown() -> None:
    host = Host()
    moments = pd.date_range("2026-03-12 00:00:07", periods=300, freq="3h17min13s")
    host.do(s.ReplaceTable(tab="t", data=table_bytes({"when": moments})))
    for row, moment in enumerate(moments, 1):
        found = host.book.find("t", moment.strftime("%d/%m/%Y %H:%M:%S"), locale="fr")
        assert found == [(row, 0)]
        of_day = [(row, 0) for row, other in enumerate(moments, 1) if other.date() == moment.date()]
        assert host.book.find("t", moment.strftime("%d/%m/%Y"), locale="fr") == of_day
