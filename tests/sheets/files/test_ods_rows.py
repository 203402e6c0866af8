"""Rows of ODS that are written alike are read at once: the same comes out as event by event, whatever is between them."""

import random
from typing import Any

import pytest

from openpaas_workspace.kit.errors import Invalid, TooLarge
from openpaas_workspace.sheets.engine import container
from openpaas_workspace.sheets.engine.files import limits
from openpaas_workspace.sheets.engine.files.formats import import_file
from openpaas_workspace.sheets.engine.files.ods_rows import Rows
from tests.sheets.files.test_hostile import FILES, rewritten

HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
STYLES = (
    '<office:automatic-styles><style:style style:name="ce1" style:family="table-cell">'
    '<style:text-properties fo:font-weight="bold"/></style:style></office:automatic-styles>'
)
NUMBER = '<table:table-cell office:value-type="float" office:value="{}"/>'
SHOWN = (
    '<table:table-cell table:style-name="ce1" office:value-type="float" office:value="{0}" '
    'calcext:value-type="float"><text:p>{0},0 &amp; more</text:p></table:table-cell>'
)
DATE = '<table:table-cell office:value-type="date" office:date-value="20{:02}-03-01"/>'
TEXT = (
    '<table:table-cell office:value-type="string"><text:p>a &lt;{} é&amp;amp; b</text:p></table:table-cell>'
)
EMPTY = "<table:table-cell/>"
ROW = "<table:table-row>{}</table:table-row>"
ALIKE = NUMBER + SHOWN + DATE + TEXT + EMPTY
ODD = (
    ROW.format('<table:table-cell office:value-type="boolean" office:boolean-value="true"/>'),
    ROW.format(NUMBER.format(1) + '<table:table-cell office:value-type="float" office:value="2" table:formula="of:=[.A1]*2"/>'),
    ROW.format('<table:table-cell office:value-type="string" calcext:value-type="error"><text:p>#N/A</text:p></table:table-cell>'),
    ROW.format('<table:table-cell office:value-type="string"><text:p>one</text:p><text:p>t<text:s text:c="2"/>wo</text:p></table:table-cell>'),
    ROW.format('<table:table-cell table:number-columns-repeated="3" office:value-type="float" office:value="7"/>'),
    ROW.format('<table:table-cell table:number-columns-repeated="2"/>' + NUMBER.format(9)),
    ROW.format('<table:table-cell office:value-type="string"><text:p></text:p></table:table-cell>'),
    '<table:table-row table:number-rows-repeated="2">' + NUMBER.format(5) + "</table:table-row>",
    '<table:table-row table:number-rows-repeated="3"><table:table-cell/></table:table-row>',
    '<table:table-row table:style-name="ro1">' + EMPTY + TEXT.format(3) + "</table:table-row>",
    "<table:table-row/>\n",
    ROW.format('<table:table-cell office:value-type="string"><text:p>cr\r\nlf</text:p></table:table-cell>'),
    ROW.format('<table:table-cell><table:table table:name="sub">' + ROW.format(NUMBER.format(1)) + "</table:table></table:table-cell>"),
)  # fmt: skip


def content(rows: str, head: str = HEAD) -> str:
    return (
        f"{head}<office:document-content>{STYLES}<office:body><office:spreadsheet>"
        f'<table:table table:name="T">{rows}</table:table><table:table table:name="U">{ROW.format(NUMBER.format(3))}'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )


def file(text: str, encoding: str = "utf-8") -> bytes:
    return rewritten(FILES["ods"], lambda name, old: text.encode(encoding) if name == "content.xml" else old)


def alike(count: int) -> list[str]:
    cells = ALIKE.replace("{0}", "{}")
    return [ROW.format(cells.format(n, n, n, n % 99, n % 7)) for n in range(count)]


def slowly(data: bytes) -> bytes:
    """As event by event."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rows, "take", lambda _self, _data, at, _row, _gathered: (at, 0))
        return import_file(data, "a.ods")


def counted(data: bytes) -> tuple[bytes, int]:
    """What comes out, and how many rows were read at once."""
    seen = [0]
    take = Rows.take
    with pytest.MonkeyPatch.context() as patch:

        def counting(*given: Any) -> tuple[int, int]:
            found = take(*given)
            seen[0] += found[1]
            return found

        patch.setattr(Rows, "take", counting)
        return import_file(data, "a.ods"), seen[0]


@pytest.mark.parametrize(("size", "least"), [(limits.PIECE, 60), (4000, 60), (97, 60), (1, 0)])
def test_a_table_is_read_at_once_and_what_is_between_its_rows_as_before(
    size: int, least: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "PIECE", size)
    dice = random.Random(size)
    rows = alike(60)
    for odd in ODD:
        rows.insert(dice.randrange(len(rows)), odd)
    # A cell that is empty in some of them.
    rows[20] = rows[20].replace(NUMBER.format(20), EMPTY)
    data = file(content("".join(rows)))
    found, at_once = counted(data)
    assert at_once >= least
    assert found == slowly(data)


@pytest.mark.parametrize(
    "hidden",
    ["<!-- {} -->", "<?x {} ?>", '<table:table-row><table:table-cell office:value-type="string"><text:p><![CDATA[{}]]></text:p></table:table-cell></table:table-row>'],
)  # fmt: skip
def test_rows_that_are_none_are_not_read(hidden: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PIECE", 300)
    rows = alike(9)
    data = file(content("".join(rows[:5]) + hidden.format("".join(rows[:3])) + "".join(rows[5:])))
    assert import_file(data, "a.ods") == slowly(data)


@pytest.mark.parametrize("quote", ['"', "'"])
def test_another_encoding_is_left_to_the_parser(quote: str) -> None:
    head = f"<?xml version={quote}1.0{quote} encoding={quote}ISO-8859-1{quote}?>"
    data = file(content("".join(alike(9)), head), "latin-1")
    assert counted(data) == (slowly(data), 0)


@pytest.mark.parametrize(
    "bad",
    [NUMBER.format("1-2"), DATE.format(0).replace("03-01", "13-41"), TEXT.replace("é", "\ud800"), TEXT.replace("é", "\x01"),
     NUMBER.format("x"), '<table:table-cell a="1" a="2"/>', TEXT.replace("&lt;", "&nbsp;")],
)  # fmt: skip
def test_what_is_damaged_is_refused(bad: str) -> None:
    rows = "".join(ROW.format(NUMBER.format(1) + cell) for cell in (EMPTY, bad, EMPTY))
    text = content(rows)
    data = rewritten(
        FILES["ods"],
        lambda name, old: text.encode("utf-8", "surrogatepass") if name == "content.xml" else old,
    )
    for read in (lambda: import_file(data, "a.ods"), lambda: slowly(data)):
        with pytest.raises(Invalid):
            read()


def test_too_many_cells_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openpaas_workspace.sheets.engine.files.gather.MOST_CELLS", 100)
    with pytest.raises(TooLarge):
        import_file(file(content("".join(alike(60)))), "a.ods")


def test_a_number_without_a_style_does_not_look_like_the_date_before_it() -> None:
    rows = ROW.format(DATE.format(1) + NUMBER.format(1)) * 2
    for made in (import_file(file(content(rows)), "a.ods"), slowly(file(content(rows)))):
        formats = container.tab_from_bytes(made).formats
        assert set(formats) == {0}


def test_many_kinds_of_rows_are_read_in_the_end() -> None:
    rows = [ROW.format(EMPTY * n + NUMBER.format(n) + TEXT.format(n)) for n in range(40)] * 2
    data = file(content("".join(rows)))
    found, at_once = counted(data)
    assert 0 < at_once < len(rows)
    assert found == slowly(data)
