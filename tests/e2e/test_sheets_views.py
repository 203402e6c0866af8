"""Sheets through a filter or in an order of their own: every row keeps its number, and means itself."""

import re
from collections.abc import Callable

from playwright.sync_api import Locator, expect

from tests.e2e.axe import violations
from tests.e2e.desk import API, Desk, saved, until
from tests.e2e.person import Person
from tests.e2e.sheet import BAR, NOTICE, SHEET, Sheet, cell, write
from tests.e2e.test_sheets_more import STRIP, filter_

NAME = f"{SHEET} .opw-Sheet-name"
# Rows 3, 6 and 9 are of the roads.
ROWS = [(str(row * 10), "Voirie" if row % 3 == 0 else "Écoles") for row in range(1, 11)]


def numbers(someone: Person) -> list[str]:
    """The row numbers in sight, of the rows that hold something."""
    return someone.page.locator(f"{SHEET} .opw-Grid-number:visible").all_inner_texts()


def go(someone: Person, name: str) -> None:
    """Through the name box."""
    someone.page.fill(NAME, name)
    someone.page.press(NAME, "Enter")


def drag(someone: Person, first: Locator, last: Locator) -> None:
    """From one cell to another."""
    first.hover()
    someone.page.mouse.down()
    last.hover()
    someone.page.mouse.up()


def content(desk: Desk, sheet: Sheet, row: int, column: int) -> object:
    """What the server holds in a cell of the sheet."""
    where = {"tab": sheet.tab, "row": row, "column": column, "locale": "fr"}
    return desk.alice.get(f"{API}/sheets/{sheet.id}/cell", params=where).json()["local"]


def test_who_may_only_read_filters_for_oneself(desk: Desk, person: Callable[..., Person]) -> None:
    sheet = Sheet(desk)
    sheet.fill(*ROWS)
    carol, bob = sheet.open(person, "carol"), sheet.open(person, "bob")
    filter_(carol, "B1", "est égal à", "Voirie")
    expect(carol.page.locator(STRIP)).to_contain_text("3 lignes sur 10")
    expect(carol.page.locator(STRIP)).to_contain_text("Cet affichage n’est que pour vous.")
    until(lambda: numbers(carol)[:4] == ["3", "6", "9", "11"], "the rows bear other numbers")
    # What somebody writes counts in it at once; a second condition is one more.
    write(bob, "B4", "Voirie")
    expect(carol.page.locator(STRIP)).to_contain_text("4 lignes sur 10")
    filter_(carol, "A1", "est supérieur à", "50")
    expect(carol.page.locator(STRIP)).to_contain_text("2 lignes sur 10")
    # An order of one's own, with or without conditions; nobody else's rows move.
    cell(carol, "A1").click()
    carol.page.click(f'{SHEET} [aria-label="Filtrer"]')
    dialog = carol.page.locator(".opw-SheetFilter")
    dialog.get_by_label("Ordre").select_option(label="de Z à A")
    assert violations(carol.page, ".opw-SheetFilter") == []
    dialog.get_by_role("button", name="Filtrer", exact=True).click()
    expect(carol.page.locator(STRIP)).to_contain_text("4 lignes sur 10")
    until(lambda: numbers(carol)[:5] == ["9", "6", "4", "3", "11"], "the rows are in another order")
    assert violations(carol.page, f"{SHEET} .opw-Sheet") == []
    expect(bob.page.locator(STRIP)).to_be_hidden()
    expect(cell(bob, "A1")).to_have_text("10")
    carol.page.locator(STRIP).get_by_role("button", name="Effacer les filtres").click()
    expect(carol.page.locator(STRIP)).to_be_hidden()
    expect(cell(carol, "A1")).to_have_text("10")


def test_headings_stay_on_top_of_what_is_filtered_and_sorted(
    desk: Desk, person: Callable[..., Person]
) -> None:
    sheet = Sheet(desk)
    sheet.fill(("Montant", "Poste"), *ROWS)
    alice = sheet.open(person, "alice")
    filter_(alice, "B2", "est égal à", "Voirie")
    expect(alice.page.locator(STRIP)).to_contain_text("3 lignes sur 10")
    expect(cell(alice, "A1")).to_have_text("Montant")
    until(lambda: numbers(alice)[:4] == ["1", "4", "7", "10"], "the rows bear other numbers")
    alice.page.locator(STRIP).get_by_role("button", name="Effacer les filtres").click()
    expect(alice.page.locator(STRIP)).to_be_hidden()
    cell(alice, "B3").click(button="right")
    alice.page.get_by_role("menuitem", name="Trier de A à Z, pour tous").click()
    expect(cell(alice, "B11")).to_have_text("Voirie")
    expect(cell(alice, "A1")).to_have_text("Montant")
    said = alice.page.locator(NOTICE)
    expect(said).to_contain_text("La première ligne est restée en haut")
    said.get_by_role("button", name="Trier toutes les lignes").click()
    # `Poste` stands between `Écoles` and `Voirie`.
    expect(cell(alice, "B8")).to_have_text("Poste")
    expect(cell(alice, "A1")).to_have_text("10")


def test_through_a_filter_a_row_keeps_its_number_and_a_click_names_it(
    desk: Desk, person: Callable[..., Person]
) -> None:
    sheet = Sheet(desk)
    sheet.fill(*ROWS)
    alice, bob = sheet.open(person, "alice"), sheet.open(person, "bob")
    filter_(alice, "B1", "est égal à", "Voirie")
    expect(alice.page.locator(STRIP)).to_contain_text("3 lignes sur 10")
    until(lambda: numbers(alice)[:4] == ["3", "6", "9", "11"], "the rows bear other numbers")
    # Places on the screen: the second row there is row 6 of the sheet.
    cell(alice, "A2").click()
    expect(alice.page.locator(NAME)).to_have_value("A6")
    mark = bob.page.locator(f"{SHEET} .opw-kind-other:visible")
    expect(mark).to_have_count(1)

    def with_her() -> bool:
        there, box = cell(bob, "A6").bounding_box(), mark.bounding_box()
        return there is not None and box is not None and abs(there["y"] - box["y"]) < 4

    until(with_her, "alice's mark is not at A6 where bob sees it")
    cell(alice, "C1").click()
    alice.page.keyboard.type("=SOMME(")
    cell(alice, "A3").click()
    expect(alice.page.locator(BAR)).to_have_value("=SOMME(A9")
    drag(alice, cell(alice, "A2"), cell(alice, "A3"))
    expect(alice.page.locator(BAR)).to_have_value("=SOMME(A6:A9")
    reference = alice.page.locator(f"{SHEET} .opw-kind-reference:visible")
    expect(reference).to_have_count(1)
    box, top = reference.bounding_box(), cell(alice, "A2").bounding_box()
    assert box is not None
    assert top is not None
    assert abs(box["y"] - top["y"]) < 4, "the colour is not on the rows that the formula names"
    alice.page.keyboard.type(")")
    alice.page.keyboard.press("Enter")
    # Row 3 is hers, and it adds the rows 6 to 9 with those that the filter hides.
    expect(cell(bob, "C3")).to_have_text("300")
    go(alice, "A9")
    expect(alice.page.locator(NAME)).to_have_value("A9")
    expect(alice.page.locator(f'{SHEET} .opw-Grid-cell[aria-selected="true"]')).to_have_text("90")
    go(alice, "A5")
    told = alice.page.locator(NOTICE)
    expect(told).to_contain_text("Le filtre masque la ligne 5.")
    told.get_by_role("button", name="Afficher toutes les lignes").click()
    expect(alice.page.locator(NAME)).to_have_value("A5")
    expect(alice.page.locator(f'{SHEET} .opw-Grid-cell[aria-selected="true"]')).to_have_text("50")


def test_through_a_filter_rows_are_protected_deleted_and_put_in_where_they_are(
    desk: Desk, person: Callable[..., Person]
) -> None:
    sheet = Sheet(desk)
    sheet.fill(*ROWS)
    window = desk.alice.get(f"{API}/sheets/{sheet.id}/window", params={"tab": sheet.tab}).json()
    rows, columns = window["rows"], [column["id"] for column in window["columns"]]
    where = {"top": rows[5], "bottom": rows[5], "left": columns[0], "right": columns[1]}
    sheet.submit(op={"kind": "protect", "id": "roads", "tab": sheet.tab, "members": [], "range": where})
    bob = sheet.open(person, "bob")
    filter_(bob, "B1", "est égal à", "Voirie")
    until(lambda: numbers(bob)[:3] == ["3", "6", "9"], "the rows bear other numbers")
    expect(cell(bob, "A2")).to_have_class(re.compile("opw-mod-guarded"))
    expect(cell(bob, "A1")).not_to_have_class(re.compile("opw-mod-guarded"))
    write(bob, "A2", "7")
    expect(bob.page.locator(NOTICE)).to_contain_text("A6 : écriture protégée")
    write(bob, "A1", "33")
    saved(bob)
    assert content(desk, sheet, 2, 0) == "33"
    # One row is deleted, several with hidden ones between them are not.
    bob.page.locator(f"{SHEET} .opw-Grid-number:visible", has_text=re.compile("^9$")).click(button="right")
    bob.page.get_by_role("menuitem", name="Supprimer les lignes").click()
    expect(bob.page.locator(STRIP)).to_contain_text("2 lignes sur 9")
    drag(bob, cell(bob, "A1"), cell(bob, "A2"))
    cell(bob, "A2").click(button="right")
    bob.page.get_by_role("menuitem", name="Supprimer les lignes").click()
    expect(bob.page.locator(NOTICE).last).to_contain_text("Affichez d’abord toutes les lignes")
    cell(bob, "A1").click()
    cell(bob, "A1").click(button="right")
    bob.page.get_by_role("menuitem", name="Insérer des lignes au-dessous").click()
    expect(bob.page.locator(NOTICE).last).to_contain_text("Le filtre peut les masquer")
    saved(bob)
    assert [content(desk, sheet, row, 0) for row in (2, 3, 4)] == ["33", "", "40"]
