"""The first rows that are headings stay on top of what is sorted or filtered."""

from typing import Any

import pytest

from openpaas_workspace.sheets import schemas as s
from openpaas_workspace.sheets.engine.headings import headings
from tests.sheets.host import Host, replay, table_bytes

COUNTS = [
    ([], 0),
    ([["Poste", "Voté"]], 0),
    ([["Poste", "Voté"], ["Écoles", 3], ["Voirie", 1]], 1),
    ([["Nom", "Prénom"], ["Dupont", "Ada"]], 1),
    ([["Écoles", 3], ["Voirie", 1]], 0),
    ([["Voté"], [3], [1]], 1),
    ([["Nom"], ["Ada"], ["Luc"]], 0),
    ([["Budget 2026"], [None], ["Poste", "Voté"], ["Écoles", 3]], 3),
    ([["Budget 2026"], ["Écoles", 3]], 0),
    ([["Budget 2026"], ["Nom", "Prénom"], ["Dupont", "Ada"]], 0),
    ([["Paul"], ["Marie"], ["Jean", "absent"], ["Luc"], ["Anne"]], 0),
    ([["Paul", "absent"], ["Marie"], ["Luc"]], 0),
    ([["Écoles"], ["Voirie"], ["Sport", 3], ["Culture", 4]], 0),
    ([[2026], ["Poste", "Voté"], ["Écoles", 3]], 0),
    ([[None, None], ["Poste", None, "Voté"], ["Écoles", 1, 3]], 2),
    ([["Poste", "Voté"], [None, None], ["Écoles", 3]], 0),
    ([["Poste", True], ["Écoles", 3]], 0),
]


def of(rows: list[list[Any]]) -> Host:
    host = Host()
    cells = [(row, place, value) for row, line in enumerate(rows) for place, value in enumerate(line)]
    if cells:
        host.do(s.SetCells(tab="t", cells=cells))
    return host


@pytest.mark.parametrize(("rows", "count"), COUNTS)
def test_how_many_rows_are_headings(rows: list[list[Any]], count: int) -> None:
    host = of(rows)
    assert headings(host.book.tabs[0]) == count
    window = host.book.window("t", 0, 20, (0, 1), view="{}")
    assert (window.headings, window.rows) == (count, list(range(len(rows))))
    assert host.book.window("t", 0, 20, (0, 1)).headings == 0


def test_what_is_frozen_stays_and_a_table_has_its_header_alone() -> None:
    host = of([["a", 1], ["b", 2], ["c", 0]])
    host.do(s.Freeze(tab="t", rows=2, columns=0))
    host.do(s.SortRows(tab="t", keys=[s.SortKey(column=1)]))
    assert [row[0] for row in host.values(rows=3, columns=1)] == ["a", "b", "c"]
    host.do(s.Freeze(tab="t", rows=0, columns=1))
    host.do(s.SortRows(tab="t", keys=[s.SortKey(column=1)]))
    assert [row[0] for row in host.values(rows=3, columns=1)] == ["c", "a", "b"]
    table = Host()
    table.do(s.ReplaceTable(tab="t", data=table_bytes({"n": ["x", "y"], "m": ["b", "a"]})))
    assert headings(table.book.tabs[0]) == 0


def test_headings_stay_on_top_unless_somebody_says_otherwise_and_the_log_says_which() -> None:
    host = of([["Poste", "Voté"], ["Voirie", 3], ["Écoles", 1], ["Voirie", 2]])
    host.do(s.SortRows(tab="t", keys=[s.SortKey(column=1)]))
    assert [row[1] for row in host.values(rows=4, columns=2)] == ["Voté", 1, 2, 3]
    view = '{"filter": [{"column": 0, "test": "=", "values": ["Voirie"]}], "sort": [{"column": 1, "descending": true}]}'
    window = host.book.window("t", 0, 9, (0, 2), view=view)
    assert (window.columns[1].values, window.height, window.headings) == (["Voté", 3, 2], 3, 1)
    host.do(s.SortRows(tab="t", keys=[s.SortKey(column=1)], headings=0))
    assert [row[1] for row in host.values(rows=4, columns=2)] == [1, 2, 3, "Voté"]
    host.undo()
    host.undo()
    assert [row[1] for row in host.values(rows=4, columns=2)] == ["Voté", 3, 1, 2]
    assert [row[1] for row in replay_values(host)] == ["Voté", 3, 1, 2]


def test_a_sort_of_an_older_log_moves_what_it_moved() -> None:
    host = of([["Poste", "Voté"], ["Écoles", 1]])
    host.append(s.SortRows(tab="t", keys=[s.SortKey(column=1)]), "ann")  # not checked: as it was logged then
    assert [row[1] for row in host.values(rows=2, columns=2)] == [1, "Voté"]


def replay_values(host: Host) -> list[list[Any]]:
    window = replay(host.log).window("t", 0, 4, (0, 2))
    return [list(row) for row in zip(*(column.values for column in window.columns), strict=True)]


def test_texts_come_as_in_a_dictionary() -> None:
    words = [
        "Voirie",
        "élu",
        "Zoo",
        "Écoles",
        "eau",
        "Œuvres",
        "cote",
        "côté",
        "coté",
        "Été",
        "etat",
        "2",
        5.0,
        None,
    ]
    sorted_ = [
        5.0,
        "2",
        "cote",
        "coté",
        "côté",
        "eau",
        "Écoles",
        "élu",
        "etat",
        "Été",
        "Œuvres",
        "Voirie",
        "Zoo",
        None,
    ]
    host = of([[word] for word in words])
    view = host.book.window("t", 0, 20, (0, 1), view='{"sort": [{"column": 0}]}')
    assert view.columns[0].values == sorted_
    host.do(s.SortRows(tab="t", keys=[s.SortKey(column=0)]))
    assert [row[0] for row in host.values(rows=len(words), columns=1)] == sorted_
    host.append(s.SortRows(tab="t", keys=[s.SortKey(column=0)]), "ann")  # as an older log has it
    assert [row[0] for row in host.values(rows=12, columns=1)][-2:] == ["élu", "Été"]
