"""Sheets: two people in one, formulas in French, tables pasted, conflicts, undo, readers, a cut, a million rows."""

import io
import re
from collections.abc import Callable, Iterator

import numpy as np
import pyarrow as pa
import pytest
from playwright.sync_api import expect

from tests.conftest import Server
from tests.e2e.axe import unseen_focus, violations
from tests.e2e.desk import API, Desk, make_desk, no_dialog, saved, until
from tests.e2e.person import Person
from tests.e2e.sheet import BAR, NOTICE, SHEET, Line, Sheet, cell, copied, paste, write

TABLE = (
    "Poste\tVoté\tRéalisé\r\nÉcoles\t1 284 500,00\t1 102 310,40\r\n"
    '"Éclairage ""public"""\t188 400\t203 118,90\r\n'
)


@pytest.fixture(scope="module")
def frail(make_server: Callable[..., Server]) -> Server:
    """A server of its own: it is killed."""
    return make_server("--demo", name="frail-sheets").start()


@pytest.fixture
def brink(frail: Server) -> Iterator[Desk]:
    """A space on the server that is killed."""
    desk = make_desk(frail)
    yield desk
    desk.alice.close()


def test_new_makes_a_sheet_and_two_people_see_what_each_writes(
    server: Server, desk: Desk, person: Callable[..., Person]
) -> None:
    alice = person(server, "alice").goto(f"lab/tree/{desk.name}?reset")
    expect(alice.page.locator(".jp-BreadCrumbs")).to_contain_text(desk.name)
    alice.page.click(".opw-NewButton")
    alice.page.click(".opw-NewMenu >> text=Feuille de calcul")
    expect(cell(alice, "A1")).to_be_visible()
    expect(alice.page.locator(f"{SHEET} .opw-Sheet-hint")).to_be_visible()
    files = desk.alice.get(f"{API}/files", params={"path": desk.name}).json()["entries"]
    path = next(str(entry["path"]) for entry in files if entry["name"].endswith(".sheet"))
    bob = person(server, "bob", locale="en-GB").goto(f"lab/tree/{path}?reset")
    expect(cell(bob, "A1")).to_be_visible()
    write(alice, "B2", "12,5")
    expect(cell(bob, "B2")).to_have_text("12.5")
    write(bob, "C2", "=SUM(B2,0.5)")
    expect(cell(alice, "C2")).to_have_text("13")
    saved(alice)
    no_dialog(alice, bob)


def test_a_formula_is_written_in_french_with_colours_and_clicks_and_read_in_english(
    desk: Desk, person: Callable[..., Person]
) -> None:
    sheet = Sheet(desk)
    sheet.fill(("10", "1"), ("20", "2"))
    alice, bob = sheet.open(person, "alice"), sheet.open(person, "bob", locale="en-GB")
    cell(alice, "A3").click()
    alice.page.keyboard.type("=somme.s")
    alice.page.keyboard.press("Backspace")
    alice.page.keyboard.press("Backspace")
    expect(alice.page.locator(".opw-Suggestions [role=option]").first).to_have_text("SOMME")
    alice.page.keyboard.press("Tab")
    first, last = cell(alice, "A1").bounding_box(), cell(alice, "A2").bounding_box()
    assert first is not None
    assert last is not None
    alice.page.mouse.move(first["x"] + 20, first["y"] + 10)
    alice.page.mouse.down()
    alice.page.mouse.move(last["x"] + 20, last["y"] + 10, steps=3)
    alice.page.mouse.up()
    expect(alice.page.locator(BAR)).to_have_value("=SOMME(A1:A2")
    alice.page.keyboard.type(";B2)")
    expect(alice.page.locator(f"{SHEET} .opw-Sheet-bar .opw-ref-1")).to_have_text("B2")
    expect(alice.page.locator(f"{SHEET} .opw-kind-reference:visible")).to_have_count(2)
    alice.page.keyboard.press("Enter")
    expect(cell(bob, "A3")).to_have_text("32")
    cell(bob, "A3").click()
    expect(bob.page.locator(BAR)).to_have_value("=SUM(A1:A2,B2)")
    write(bob, "A1", "100")
    expect(cell(alice, "A3")).to_have_text("122")


def test_tables_come_from_excel_and_go_back(desk: Desk, person: Callable[..., Person]) -> None:
    sheet = Sheet(desk)
    alice, bob = sheet.open(person, "alice"), sheet.open(person, "bob", locale="en-GB")
    cell(alice, "A1").click()
    paste(alice, TABLE)
    expect(cell(bob, "A3")).to_have_text('Éclairage "public"')
    expect(cell(bob, "C2")).to_have_text("1,102,310.40")
    expect(cell(alice, "C2")).to_have_text("1\u202f102\u202f310,40")
    write(alice, "D2", "=C2/B2")
    expect(cell(alice, "D2")).to_have_text("0,8581630206")
    cell(alice, "A2").click()
    for key in ("Shift+ArrowDown", "Shift+ArrowRight"):
        alice.page.keyboard.press(key)
    text, html = copied(alice)
    assert text == 'Écoles\t1 284 500,00\n"Éclairage ""public"""\t188 400'.replace(" ", "\u202f").replace(
        '\u202f"', ' "'
    )
    assert "<td>Écoles</td><td>1\u202f284\u202f500,00</td>" in html
    cell(alice, "D2").click()
    text, _ = copied(alice)
    cell(alice, "D3").click()
    paste(alice, text)
    expect(alice.page.locator(BAR)).to_have_value("=C3/B3")
    expect(cell(bob, "D3")).to_have_text("1.0781257962")
    many = "\n".join(f"{row}\t{row * 2}" for row in range(12_000))
    cell(alice, "F1").click()
    paste(alice, many)
    expect(alice.page.locator(NOTICE)).to_contain_text("24 000 cellules collées.".replace("4 0", "4\u202f0"))
    window: dict[str, str | int] = {"tab": sheet.tab, "top": 11_999, "bottom": 12_000, "left": 5, "right": 7}

    def there() -> bool:
        found = desk.alice.get(f"{API}/sheets/{sheet.id}/window", params=window).json()
        return [column["values"] for column in found["columns"]] == [[11_999], [23_998]]

    until(there, "the last row is not there")
    saved(alice)


def test_each_undoes_only_what_is_theirs(desk: Desk, person: Callable[..., Person]) -> None:
    sheet = Sheet(desk)
    alice, bob = sheet.open(person, "alice"), sheet.open(person, "bob")
    write(alice, "A1", "a1")
    expect(cell(bob, "A1")).to_have_text("a1")
    write(bob, "A2", "b1")
    expect(cell(alice, "A2")).to_have_text("b1")
    alice.page.keyboard.press("Control+z")
    expect(cell(bob, "A1")).to_have_text("")
    expect(cell(bob, "A2")).to_have_text("b1")
    alice.page.keyboard.press("Control+y")
    expect(cell(bob, "A1")).to_have_text("a1")
    write(alice, "B1", "mine")
    expect(cell(bob, "B1")).to_have_text("mine")
    write(bob, "B1", "theirs")
    expect(cell(alice, "B1")).to_have_text("theirs")
    alice.page.keyboard.press("Control+z")
    expect(alice.page.locator(NOTICE).last).to_contain_text("1 cellule est restée")
    expect(cell(alice, "B1")).to_have_text("theirs")


def test_who_loses_a_cell_is_told_and_puts_it_back(desk: Desk, person: Callable[..., Person]) -> None:
    sheet = Sheet(desk)
    alice, bob = sheet.open(person, "alice"), sheet.open(person, "bob")
    write(alice, "C4", "12")
    expect(cell(bob, "C4")).to_have_text("12")
    write(bob, "C4", "15")
    told = alice.page.locator(NOTICE)
    expect(told).to_contain_text("Bob Lefèvre a modifié C4, que vous veniez d’écrire : 12 → 15.")
    told.get_by_role("button", name="Remettre la mienne").click()
    expect(cell(bob, "C4")).to_have_text("12")
    expect(told).to_have_count(0)
    expect(bob.page.locator(NOTICE)).to_contain_text("15 → 12")


def test_who_is_where_shows_in_their_colour_and_a_face_leads_there(
    desk: Desk, person: Callable[..., Person]
) -> None:
    sheet = Sheet(desk)
    alice, bob = sheet.open(person, "alice"), sheet.open(person, "bob")
    cell(bob, "D9").click()
    mark = alice.page.locator(f"{SHEET} .opw-kind-other:visible")
    expect(mark).to_have_count(1)
    expect(mark).to_have_text("Bob")

    def arrived() -> bool:
        there, box = cell(alice, "D9").bounding_box(), mark.bounding_box()
        return there is not None and box is not None and abs(there["y"] - box["y"]) < 4

    until(arrived, "Bob's mark is not at D9")
    alice.page.locator(f'{SHEET} .opw-FaceButton[data-member="bob"]').click()
    expect(alice.page.locator(f"{SHEET} .opw-Sheet-name")).to_have_value("D9")
    bob.context.close()
    expect(alice.page.locator(f"{SHEET} .opw-kind-other:visible")).to_have_count(0)


def test_a_reader_sees_and_is_told_why_nothing_can_be_written(
    desk: Desk, person: Callable[..., Person]
) -> None:
    sheet = Sheet(desk)
    sheet.fill(("lu",))
    carol, alice = sheet.open(person, "carol"), sheet.open(person, "alice")
    expect(carol.page.locator(f"{SHEET} .opw-Chip-right")).to_have_text("Lecture seule")
    write(carol, "A1", "x")
    expect(carol.page.locator(NOTICE)).to_contain_text("seuls les éditeurs peuvent la modifier")
    expect(cell(carol, "A1")).to_have_text("lu")
    write(alice, "A2", "vu")
    expect(cell(carol, "A2")).to_have_text("vu")
    desk.let("carol", "editor")
    expect(carol.page.locator(f"{SHEET} .opw-Chip-right")).to_be_hidden()
    write(carol, "A1", "elle")
    expect(cell(alice, "A1")).to_have_text("elle")
    member = desk.member("carol")
    desk.alice.delete(f"{API}/objects/space:{desk.id}/grants/member:{member}").raise_for_status()
    expect(carol.page.locator(SHEET)).to_have_count(0)
    no_dialog(carol)


def test_offline_and_back_nothing_is_lost_and_nothing_comes_twice(
    desk: Desk, person: Callable[..., Person]
) -> None:
    sheet = Sheet(desk)
    alice = person(desk.server, "alice")
    line = Line(alice)
    sheet.show(alice)
    bob = sheet.open(person, "bob")
    write(alice, "A1", "1")
    expect(cell(bob, "A1")).to_have_text("1")
    line.cut()
    expect(alice.page.locator(f"{SHEET} .opw-Chip-save .opw-Chip-label")).to_have_text("Hors ligne")
    write(alice, "A2", "2")
    write(alice, "A3", "3")
    write(bob, "B1", "meanwhile")
    expect(cell(alice, "A2")).to_have_text("2")
    line.mend()
    expect(cell(bob, "A3")).to_have_text("3")
    expect(cell(alice, "B1")).to_have_text("meanwhile")
    saved(alice)
    assert desk.alice.get(f"{API}/sheets/{sheet.id}").json()["seq"] == 5


def test_the_server_is_killed_while_somebody_types(
    frail: Server, brink: Desk, person: Callable[..., Person]
) -> None:
    sheet = Sheet(brink)
    alice = sheet.open(person, "alice")
    for row in range(1, 10):
        write(alice, f"A{row}", str(row * 11))
        if row == 4:
            frail.kill()
        if row == 7:
            frail.start()
    saved(alice)
    window: dict[str, str | int] = {"tab": sheet.tab, "top": 0, "bottom": 20}

    def whole() -> bool:
        found = brink.alice.get(f"{API}/sheets/{sheet.id}/window", params=window).json()
        return bool(found["columns"][0]["values"] == [row * 11 for row in range(1, 10)])

    until(whole, "what was typed is not there")
    no_dialog(alice)


def test_rows_columns_formats_and_tabs(desk: Desk, person: Callable[..., Person]) -> None:
    sheet = Sheet(desk)
    sheet.fill(("Poste", "Montant"), ("Voirie", "912000"), ("Écoles", "1284500"), ("Total", "=SOMME(B2:B3)"))
    alice, bob = sheet.open(person, "alice"), sheet.open(person, "bob")
    cell(alice, "B2").click()
    alice.page.keyboard.press("Shift+ArrowDown")
    alice.page.keyboard.press("Shift+ArrowDown")
    alice.page.click(f'{SHEET} [aria-label="Montant en euros"]')
    expect(cell(bob, "B4")).to_have_text(
        "2 196 500,00 €".replace(" ", "\u202f").replace("\u202f€", "\u00a0€")
    )
    expect(alice.page.locator(f"{SHEET} .opw-SheetFoot-sums")).to_contain_text("Somme :")
    cell(alice, "A3").click(button="right")
    alice.page.locator(".opw-SheetMenu").get_by_text("Insérer des lignes au-dessus").click()
    expect(cell(bob, "A5")).to_have_text("Total")
    cell(bob, "B5").click()
    expect(bob.page.locator(BAR)).to_have_value("=SOMME(B2:B4)")
    alice.page.click(f'{SHEET} [aria-label="Ajouter un onglet"]')
    tabs = f"{SHEET} .opw-SheetTabs-tab"
    expect(bob.page.locator(tabs)).to_have_count(2)
    alice.page.dblclick(f"{tabs}:nth-child(2)")
    alice.page.keyboard.type("Emprunts")
    alice.page.keyboard.press("Enter")
    expect(bob.page.locator(f"{tabs}:nth-child(2)")).to_have_text("Emprunts")
    expect(alice.page.locator(f"{SHEET} .opw-SheetFoot-code")).to_have_text(
        f'df = ws.sheet("{sheet.path}")["Emprunts"].df'
    )


def test_a_csv_opens_as_a_sheet_which_exports_and_has_a_history(
    desk: Desk, person: Callable[..., Person]
) -> None:
    desk.put("data.csv", "ville;habitants\nSaint-Aubin;1200\nBourg;3400\n")
    alice = person(desk.server, "alice").goto(f"lab/tree/{desk.name}?reset")
    alice.page.locator(".jp-DirListing-item", has_text="data.csv").click(button="right")
    alice.page.locator(".lm-Menu").get_by_text("Ouvrir comme feuille de calcul").click()
    expect(cell(alice, "B3")).to_have_text("3400")
    alice.page.click(f'{SHEET} [aria-label="Exporter"]')
    with alice.page.expect_download() as download:
        alice.page.locator(".opw-SheetMenu").get_by_text("Excel (.xlsx)").click()
    assert download.value.suggested_filename == "data.xlsx"
    alice.page.click(f"{SHEET} .opw-HistoryButton")
    expect(alice.page.locator(".opw-History-head")).to_contain_text("data.sheet")
    expect(alice.page.locator(".opw-Entry").first).to_be_visible()


def test_a_million_rows_scroll_and_filter(desk: Desk, person: Callable[..., Person]) -> None:
    sheet = Sheet(desk, "Grand")
    rows = 1_000_000
    table = pa.table(
        {"ligne": np.arange(rows), "nom": pa.array([f"commune {row % 5000}" for row in range(rows)])}
    )
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    kind = {"Content-Type": "application/vnd.apache.arrow.stream"}
    address = f"{API}/sheets/{sheet.id}/tabs/{sheet.tab}/arrow"
    desk.alice.put(address, content=sink.getvalue(), headers=kind).raise_for_status()
    alice = sheet.open(person, "alice")
    expect(cell(alice, "A2")).to_have_text("0")
    expect(cell(alice, "A1")).to_have_class("opw-Grid-cell opw-align-right opw-mod-header")
    cell(alice, "A2").click()
    alice.page.keyboard.press("Control+ArrowDown")
    expect(cell(alice, "A1000001")).to_have_text("999999")
    expect(cell(alice, "A1")).to_have_text("ligne")
    alice.page.locator(f"{SHEET} .opw-Sheet-name").fill("B500001")
    alice.page.keyboard.press("Enter")
    expect(cell(alice, "A500001")).to_have_text("499999")
    assert alice.page.locator(f"{SHEET} .opw-Grid-cell").count() < 2000
    alice.page.click(f'{SHEET} [aria-label="Filtrer"]')
    alice.page.keyboard.press("Tab")
    alice.page.keyboard.type("commune 42")
    alice.page.keyboard.press("Enter")
    expect(cell(alice, "B3")).to_have_text("commune 420")


@pytest.mark.parametrize("width", [1280, 390])
def test_a_sheet_is_for_everybody(desk: Desk, person: Callable[..., Person], width: int) -> None:
    sheet = Sheet(desk)
    sheet.fill(("Poste", "Voté"), ("Écoles", "12"), ("Total", "=SOMME(B2:B2)"))
    alice = sheet.open(person, "alice", width=width)
    expect(cell(alice, "B3")).to_have_text("12")
    # Folded away on a small screen, the tools hang on a button of JupyterLab's own.
    assert violations(alice.page, SHEET if width > 600 else f"{SHEET} .opw-Sheet") == []
    assert unseen_focus(alice.page, SHEET) == []
    cell(alice, "A2").click()
    alice.page.keyboard.press("ArrowRight")
    grid = alice.page.locator(f"{SHEET} [role=grid]")
    expect(grid).to_have_attribute("aria-rowcount", "101")
    expect(grid).to_have_attribute("aria-activedescendant", re.compile("-1-1$"))
    expect(alice.page.locator(f"{SHEET} .opw-Sheet > [aria-live=polite]")).to_have_text("B2 12")
    alice.page.keyboard.press("F2")
    assert violations(alice.page, f"{SHEET} .opw-Sheet") == []
