"""Number formats that come with what is typed: where they go, and that they go with it."""

from typing import Any

import pytest

from openpaas_workspace.kit.errors import Invalid
from openpaas_workspace.sheets import schemas as s
from openpaas_workspace.sheets.engine.formats import of_row
from openpaas_workspace.sheets.engine.looks import with_looks
from tests.sheets.host import Host, replay, same, table_bytes

EURO, PERCENT = '#,##0.00\\ "€"', "0%"


def type_(host: Host, *cells: tuple[int, Any, str], author: str = "ann") -> None:
    """Cells of the first column, each with its format."""
    numbers = [(number, [place]) for place, (_, _, number) in enumerate(cells)]
    host.do(s.SetCells(tab="t", cells=[(row, 0, value) for row, value, _ in cells], numbers=numbers), author)


def looks(host: Host) -> list[str | None]:
    tab = host.book.book.tab("t")
    return [of_row(tab.formats.get(0, []), tab.rows.id_at(row)).number for row in range(4)]


def test_a_cell_gets_the_format_of_what_is_typed_if_it_has_none() -> None:
    host = Host()
    host.do(
        s.Format(
            tab="t", style=s.Style(number="0.0", bold=True), range=s.Range(top=1, left=0, bottom=1, right=0)
        )
    )
    type_(host, (0, 12.5, EURO), (1, 0.15, PERCENT), (2, 1.0, PERCENT))
    assert looks(host) == [EURO, "0.0", PERCENT, None]
    type_(host, (0, 0.2, PERCENT))
    assert looks(host)[0] == EURO
    same(replay(host.log), host.book)


def test_the_value_and_its_format_are_undone_in_one_step_and_redone() -> None:
    host = Host()
    host.put({"A1": "x"})
    type_(host, (0, 12.5, EURO), (1, 0.15, PERCENT))
    host.undo()
    assert ([host.value("A1"), host.value("A2")], looks(host)) == (["x", None], [None] * 4)
    host.redo()
    assert ([host.value("A1"), host.value("A2")], looks(host)) == ([12.5, 0.15], [EURO, PERCENT, None, None])
    same(replay(host.log), host.book)


def test_others_who_type_into_the_same_column_do_not_keep_my_undo_from_their_formats() -> None:
    host = Host()
    type_(host, (0, 12.5, EURO))
    type_(host, (1, 3.0, EURO), author="bob")
    assert host.undo().skipped == 0
    assert (host.value("A1"), host.value("A2"), looks(host)) == (None, 3.0, [None, EURO, None, None])


def test_what_another_wrote_into_a_cell_since_keeps_the_format_that_it_found() -> None:
    host = Host()
    type_(host, (0, 12.5, EURO))
    host.put({"A1": 13}, "bob")
    assert host.undo().skipped == 1
    assert (host.value("A1"), looks(host)[0]) == (13.0, EURO)


def test_a_format_that_was_chosen_since_is_left() -> None:
    host = Host()
    type_(host, (0, 12.5, EURO))
    host.do(
        s.Format(tab="t", style=s.Style(number="0.000"), range=s.Range(top=0, left=0, bottom=0, right=0)),
        "bob",
    )
    host.undo()
    assert (host.value("A1"), looks(host)[0]) == (None, "0.000")


def test_a_pasted_block_keeps_the_formats_that_are_there() -> None:
    host = Host()
    host.do(s.Format(tab="t", style=s.Style(number="0.0"), range=s.Range(top=0, left=0, bottom=0, right=0)))
    host.do(s.SetBlock(tab="t", row=0, column=0, data=table_bytes({"a": ["15%", "20%", "x"]}), parse=True))
    assert looks(host) == ["0.0", PERCENT, None, None]
    host.undo()
    assert looks(host) == ["0.0", None, None, None]


@pytest.mark.parametrize(
    ("dtype", "expected"), [("float64", PERCENT), ("string", None), ("datetime64[us]", None)]
)
def test_a_columns_type_that_says_how_its_cells_look_is_left_to_say_it(
    dtype: str, expected: str | None
) -> None:
    host = Host()
    host.do(s.SetColumnType(tab="t", column=0, dtype=dtype))
    type_(host, (0, 0.5, PERCENT))
    assert looks(host)[0] == expected


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("=A1", EURO),
        ("=SUM(A1:A2)", EURO),
        ("=SUM(A:A)", EURO),
        ("=ROUND(-(A1+A2),0)", EURO),
        ("=A3", "dd/mm/yyyy"),
        ("=A3+7", "dd/mm/yyyy"),
        ("=A3-A4", None),
        ("=7+A1", EURO),
        ("=A1*2", None),
        ("=A1/A2", None),
        ("=COUNT(A1:A2)", None),
        ("=A9", None),
        ('=A1&"x"', None),
        ("=U!A1", PERCENT),
        ("=B1", EURO),
    ],
)
def test_a_formula_looks_like_what_it_adds_up(formula: str, expected: str | None) -> None:
    host = Host(tabs=("t", "u"))
    type_(host, (0, 12.5, EURO), (1, 0.15, EURO), (2, 46000.0, "dd/mm/yyyy"), (3, 46001.0, "dd/mm/yyyy"))
    host.do(s.SetCells(tab="u", cells=[(0, 0, 0.5)], numbers=[(PERCENT, [0])]))
    op = s.SetCells(tab="t", cells=[(0, 1, 3.0), (1, 1, s.Formula(v=formula))], numbers=[(EURO, [0])])
    found = with_looks(host.book.book, op)
    assert [number for number, places in found.numbers if 1 in places] == ([expected] if expected else [])


def test_a_format_for_a_cell_that_is_not_written_is_refused() -> None:
    host = Host()
    with pytest.raises(Invalid, match="not written"):
        host.do(s.SetCells(tab="t", cells=[(0, 0, 1.0)], numbers=[("0%", [1])]))
