"""Files that mean harm, or are broken: refused with a sentence, quickly, in little memory."""

import contextlib
import io
import subprocess
import sys
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openpaas_workspace.kit.errors import Invalid, TooLarge, WorkspaceError
from openpaas_workspace.sheets import schemas as s
from openpaas_workspace.sheets.engine.files.formats import FORMATS, export_file, import_file
from tests.conftest import examples
from tests.sheets.files.books import book, put

_LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
LAUGHS = (
    f'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY l0 "lol">{_LAUGHS}]><worksheet>&l9;</worksheet>'.encode()
)
SAMPLE = put(book(), {(0, 0): "a", (0, 1): "b", (1, 0): 1.0, (1, 1): s.Formula(v="=A2*2")})
FILES = {form: export_file(SAMPLE, form, "", "en") for form in FORMATS}


def rewritten(data: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    """A zip with other parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return out.getvalue()


def zeros(size: int) -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/workbook.xml", "w") as part,
    ):
        for _ in range(size >> 20):
            part.write(b" " * 2**20)
    return out.getvalue()


@pytest.mark.parametrize("form", ["xlsx", "ods"])
def test_a_zip_that_grows_a_thousandfold(form: str) -> None:
    with pytest.raises(TooLarge, match="far too large"):
        import_file(zeros(512 * 2**20), f"a.{form}")


def test_a_directory_that_says_ten_gigabytes() -> None:
    data = bytearray(FILES["xlsx"])
    at = data.rfind(b"PK\x01\x02")
    data[at + 24 : at + 28] = (0xFFFFFFF0).to_bytes(4, "little")
    with pytest.raises(TooLarge):
        import_file(bytes(data), "a.xlsx")


def test_a_part_that_is_larger_than_the_directory_says() -> None:
    data = bytearray(zeros(2**20))
    for mark, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = data.rfind(mark)
        data[at + offset : at + offset + 4] = (100).to_bytes(4, "little")
    with pytest.raises(WorkspaceError):
        import_file(bytes(data), "a.xlsx")


@pytest.mark.parametrize(
    "part", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml", "xl/styles.xml"]
)
def test_a_billion_laughs_in_xlsx(part: str) -> None:
    data = rewritten(FILES["xlsx"], lambda name, content: LAUGHS if name == part else content)
    with pytest.raises(Invalid, match="DOCTYPE"):
        import_file(data, "a.xlsx")


def test_a_billion_laughs_in_ods() -> None:
    data = rewritten(FILES["ods"], lambda name, content: LAUGHS if name == "content.xml" else content)
    with pytest.raises(Invalid, match="DOCTYPE"):
        import_file(data, "a.ods")


def test_a_row_of_ods_that_repeats_itself_for_ever() -> None:
    cell = b'<table:table-cell table:number-columns-repeated="16384" office:value-type="float" office:value="1"/>'
    row = b'<table:table-row table:number-rows-repeated="1048576">' + cell + b"</table:table-row>"
    data = rewritten(
        FILES["ods"], lambda _, content: content.replace(b"</table:table>", row + b"</table:table>")
    )
    with pytest.raises(TooLarge):
        import_file(data, "a.ods")


@pytest.mark.parametrize("place", ["A1048577", "XFE1", "ZZZ9999999"])
def test_cells_beyond_the_end(place: str) -> None:
    data = rewritten(FILES["xlsx"], lambda _, content: content.replace(b'r="A2"', f'r="{place}"'.encode()))
    with pytest.raises(WorkspaceError):
        import_file(data, "a.xlsx")


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_what_is_cut_off(form: str) -> None:
    for share in (0.3, 0.6, 0.95):
        data = FILES[form][: int(len(FILES[form]) * share)]
        try:
            import_file(data, f"a.{form}")
        except WorkspaceError:
            continue
        else:
            assert form in {"csv", "tsv", "jsonl", "arrow"}


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_what_is_something_else(form: str) -> None:
    for other in set(FORMATS) - {form, "csv", "tsv", "jsonl"}:
        with pytest.raises(WorkspaceError):
            import_file(FILES[other], f"a.{form}")


@pytest.mark.parametrize("form", sorted(FORMATS))
@settings(max_examples=examples(60), deadline=None)
@given(st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=8))
def test_rubbish_is_read_or_refused_with_a_sentence(form: str, changes: list[tuple[int, int]]) -> None:
    data = bytearray(FILES[form])
    for at, value in changes:
        data[at % len(data)] = value
    with contextlib.suppress(WorkspaceError):
        import_file(bytes(data), f"a.{form}")


def test_a_locked_file_says_so() -> None:
    data = bytearray(FILES["xlsx"])
    data[data.find(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(Invalid, match="password"):
        import_file(bytes(data), "a.xlsx")


def test_a_text_that_is_too_long_for_a_cell() -> None:
    with pytest.raises(TooLarge, match="too long"):
        import_file(b"a,b\n" + b"x" * 40_000 + b",1\n", "a.csv")


def test_bombs_stay_small_in_memory() -> None:
    """Each is refused before it is unpacked."""
    code = (
        "import sys, resource; from tests.sheets.files import test_hostile as t; data = t.zeros(400 * 2**20)\n"
        "resource.setrlimit(resource.RLIMIT_AS, (3 * 2**30, 3 * 2**30))\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "for name in ('a.xlsx', 'a.ods'):\n"
        "    try: t.import_file(data, name)\n"
        "    except t.TooLarge: print('refused')\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    first, second, grown = done.stdout.split()
    assert (first, second) == ("refused", "refused")
    assert int(grown) < 50_000  # kilobytes
