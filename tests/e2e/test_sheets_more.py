"""Sheets: what is typed shows how it is shown, filters stay, who lost is told in one message, a reload loses nothing."""

import io
import re
from collections.abc import Callable

import openpyxl
import pytest
from playwright.sync_api import Locator, WebSocketRoute, expect

from tests.e2e.desk import API, Desk, no_dialog, saved, until
from tests.e2e.person import Person
from tests.e2e.sheet import BAR, NOTICE, SHEET, Line, Sheet, cell, paste, write

STRIP = f"{SHEET} .opw-SheetStrip"
NARROW, WIDE = "\u202f", "\u00a0"
# As typed in French, as shown in French, as shown in English.
TYPED = (
    ("12,50 €", f"12,50{WIDE}€", f"12.50{WIDE}€"),
    ("15 %", f"15{NARROW}%", "15%"),
    ("1 234,5", f"1{NARROW}234,50", "1,234.50"),
    ("3/12/2026", "03/12/2026", "12/03/2026"),
    ("12:30", "12:30", "12:30"),
)


def letter(someone: Person, name: str) -> Locator:
    """The head of a column in sight."""
    return someone.page.locator(f"{SHEET} .opw-Grid-letter", has_text=re.compile(f"^{name}$"))


def rows(count: int) -> list[tuple[str, ...]]:
    """A number and a word in each."""
    return [(str(row), "Voirie" if row % 25 == 0 else "Écoles") for row in range(1, count + 1)]


def filter_(someone: Person, name: str, condition: str, value: str, *, all_: bool = False) -> None:
    """Through the dialog, in French."""
    cell(someone, name).click()
    someone.page.click(f'{SHEET} [aria-label="Filtrer"]')
    dialog = someone.page.locator(".opw-SheetFilter")
    dialog.get_by_label("Condition").select_option(label=condition)
    dialog.locator("input.opw-Input").fill(value)
    for_all = dialog.get_by_label("Pour tout le monde")
    if for_all.is_visible():  # not for who may only read
        for_all.set_checked(all_)
    dialog.get_by_role("button", name="Filtrer", exact=True).click()


def test_what_is_typed_is_shown_so_in_each_language_undone_at_once_and_exported(
    desk: Desk, person: Callable[..., Person]
) -> None:
    sheet = Sheet(desk)
    alice, bob = sheet.open(person, "alice"), sheet.open(person, "bob", locale="en-GB")
    for row, (text, _, _) in enumerate(TYPED, 1):
        write(alice, f"A{row}", text)
    write(bob, "B1", "$12.50")
    write(bob, "B4", "3/12/2026")
    for row, (_, own, other) in enumerate(TYPED, 1):
        expect(cell(alice, f"A{row}")).to_have_text(own)
        expect(cell(bob, f"A{row}")).to_have_text(other)
    expect(cell(alice, "B1")).to_have_text("$12,50")
    expect(cell(alice, "B4")).to_have_text("12/03/2026")
    for name, typed in (("A1", "12,5"), ("A2", "15 %"), ("A4", "03/12/2026"), ("A5", "12:30")):
        cell(alice, name).click()
        expect(alice.page.locator(BAR)).to_have_value(typed)
    cell(bob, "A4").click()
    expect(bob.page.locator(BAR)).to_have_value("12/3/2026")
    # A format that is there stays; value and format go in one step.
    write(alice, "A2", "0,2")
    expect(cell(bob, "A2")).to_have_text("20%")
    for _ in range(2):
        alice.page.keyboard.press("Control+z")
    expect(cell(bob, "A5")).to_have_text("")
    expect(cell(bob, "A2")).to_have_text("15%")
    write(alice, "A5", "0,5")
    expect(cell(bob, "A5")).to_have_text("0.5")
    saved(alice)
    data = desk.alice.get(f"{API}/sheets/{sheet.id}/export", params={"format": "xlsx"}).content
    book = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    assert [book.cell(row, 1).number_format for row in range(1, 5)] == [
        '#,##0.00\\ "€"',
        "0%",
        "#,##0.00",
        "mm-dd-yy",
    ]
    assert book["A1"].value == 12.5
    assert str(book["A4"].value) == "2026-12-03 00:00:00"


def test_a_pasted_table_keeps_its_amounts(desk: Desk, person: Callable[..., Person]) -> None:
    sheet = Sheet(desk)
    alice = sheet.open(person, "alice")
    cell(alice, "A1").click()
    paste(alice, "Poste\tVoté\tPart\nVoirie\t1 284,50 €\t12,5 %\n")
    expect(cell(alice, "B2")).to_have_text(f"1{NARROW}284,50{WIDE}€")
    expect(cell(alice, "C2")).to_have_text(f"12,50{NARROW}%")
    alice.page.keyboard.press("Control+z")
    expect(cell(alice, "B2")).to_have_text("")


@pytest.mark.long
def test_a_filter_of_mine_is_there_after_a_reload_and_goes_with_one_click(
    desk: Desk, person: Callable[..., Person]
) -> None:
    sheet = Sheet(desk)
    sheet.fill(*rows(300))
    alice, bob = sheet.open(person, "alice"), sheet.open(person, "bob")
    expect(alice.page.locator(STRIP)).to_be_hidden()
    filter_(alice, "B1", "est égal à", "Voirie")
    expect(alice.page.locator(STRIP)).to_contain_text("12 lignes sur 300")
    expect(cell(alice, "A2")).to_have_text("50")
    expect(letter(alice, "B")).to_have_class(re.compile("opw-mod-filtered"))
    alice.page.reload()
    expect(alice.page.locator(STRIP)).to_contain_text("12 lignes sur 300")
    expect(cell(alice, "A1")).to_have_text("25")
    expect(letter(alice, "B")).to_have_class(re.compile("opw-mod-filtered"))
    # A condition on another column is one more.
    filter_(alice, "A1", "est supérieur à", "200")
    expect(alice.page.locator(STRIP)).to_contain_text("4 lignes sur 300")
    expect(bob.page.locator(STRIP)).to_be_hidden()
    expect(cell(bob, "A1")).to_have_text("1")
    alice.page.locator(STRIP).get_by_role("button", name="Effacer les filtres").click()
    expect(alice.page.locator(STRIP)).to_be_hidden()
    expect(cell(alice, "A1")).to_have_text("1")
    alice.page.reload()
    expect(cell(alice, "A1")).to_have_text("1")
    expect(alice.page.locator(STRIP)).to_be_hidden()


@pytest.mark.long
def test_a_filter_for_everybody_is_everybodys_at_once_and_after_a_reload(
    desk: Desk, person: Callable[..., Person]
) -> None:
    sheet = Sheet(desk)
    sheet.fill(*rows(100))
    alice, bob, carol = (sheet.open(person, name) for name in ("alice", "bob", "carol"))
    filter_(alice, "B1", "est égal à", "Voirie", all_=True)
    for someone in (bob, carol):
        expect(someone.page.locator(STRIP)).to_contain_text("4 lignes sur 100")
    bob.page.reload()
    expect(bob.page.locator(STRIP)).to_contain_text("4 lignes sur 100")
    # Who only reads has all rows for a look; nothing changes for the others.
    carol.page.locator(STRIP).get_by_role("button", name="Afficher toutes les lignes").click()
    expect(cell(carol, "A1")).to_have_text("1")
    expect(cell(bob, "A1")).to_have_text("25")
    bob.page.locator(STRIP).get_by_role("button", name="Effacer pour tout le monde").click()
    expect(cell(alice, "A1")).to_have_text("1")
    expect(alice.page.locator(STRIP)).to_be_hidden()
    no_dialog(alice, bob, carol)


def test_who_loses_many_cells_is_told_once_and_puts_all_back_at_once(
    desk: Desk, person: Callable[..., Person]
) -> None:
    sheet = Sheet(desk)
    alice, bob = sheet.open(person, "alice"), sheet.open(person, "bob")
    cell(alice, "A1").click()
    paste(alice, "\n".join(f"a{row}\t{row}" for row in range(1, 11)))
    expect(cell(bob, "B10")).to_have_text("10")
    saved(alice)
    cell(bob, "A1").click()
    paste(bob, "\n".join(f"b{row}\t{row}" for row in range(1, 11)))
    told = alice.page.locator(NOTICE)
    # The second column is as Alice has it.
    expect(told).to_contain_text("Bob Lefèvre a modifié 10 cellules que vous veniez d’écrire.")
    expect(told).to_have_count(1)
    write(bob, "A2", "b again")
    expect(cell(alice, "A2")).to_have_text("b again")
    expect(told).to_have_count(1)
    told.get_by_role("button", name="Remettre la mienne").click()
    expect(cell(bob, "A10")).to_have_text("a10")
    expect(cell(bob, "A2")).to_have_text("a2")
    expect(told).to_have_count(0)
    alice.page.keyboard.press("Control+z")
    expect(cell(bob, "A10")).to_have_text("b10")


@pytest.mark.long
def test_the_same_cell_lost_twice_is_one_message_with_the_last_value_which_goes_when_mine_is_back(
    desk: Desk, person: Callable[..., Person]
) -> None:
    sheet = Sheet(desk)
    alice, bob = sheet.open(person, "alice"), sheet.open(person, "bob")
    write(alice, "C4", "12")
    expect(cell(bob, "C4")).to_have_text("12")
    saved(alice)
    write(bob, "C4", "15")
    told = alice.page.locator(NOTICE)
    expect(told).to_contain_text("12 → 15")
    write(bob, "C4", "16")
    expect(told).to_contain_text("12 → 16")
    expect(told).to_have_count(1)
    write(bob, "C4", "12")
    expect(told).to_have_count(0)


@pytest.mark.long
def test_who_was_away_hears_on_coming_back_what_was_written_over(
    desk: Desk, person: Callable[..., Person]
) -> None:
    sheet = Sheet(desk)
    alice = person(desk.server, "alice")
    line = Line(alice)
    sheet.show(alice)
    bob = sheet.open(person, "bob")
    write(alice, "A2", "mine")
    write(alice, "A3", "mine too")
    expect(cell(bob, "A3")).to_have_text("mine too")
    saved(alice)
    line.cut()
    expect(alice.page.locator(f"{SHEET} .opw-Chip-save .opw-Chip-label")).to_have_text("Hors ligne")
    write(bob, "A2", "theirs")
    cell(bob, "A1").click(button="right")
    bob.page.locator(".opw-SheetMenu").get_by_text("Insérer des lignes au-dessus").click()
    expect(cell(bob, "A3")).to_have_text("theirs")
    line.mend()
    told = alice.page.locator(NOTICE)
    expect(told).to_contain_text("A3 a été modifiée pendant que vous étiez hors ligne : mine → theirs.")
    told.get_by_role("button", name="Remettre la mienne").click()
    expect(cell(bob, "A3")).to_have_text("mine")


def test_what_was_not_sent_survives_a_reload_is_done_once_and_never_by_another(
    desk: Desk, person: Callable[..., Person]
) -> None:
    sheet = Sheet(desk)
    cut = False

    def pass_or_cut(route: WebSocketRoute) -> None:
        server = route.connect_to_server()

        def send(message: str | bytes) -> None:
            if not (cut and "submit" in str(message)):
                server.send(message)

        route.on_message(send)

    alice = person(desk.server, "alice")
    alice.page.route_web_socket(re.compile(r"/sheets/"), pass_or_cut)
    sheet.show(alice)
    write(alice, "A1", "sent")
    saved(alice)
    cut = True
    write(alice, "A2", "12,50 €")
    write(alice, "A3", "later")
    expect(alice.page.locator(f"{SHEET} .opw-Chip-save .opw-Chip-label")).to_have_text("Enregistrement…")
    assert (
        alice.page.evaluate("Object.keys(sessionStorage).filter(k => k.startsWith('opw-unsent')).length") == 1
    )
    cut = False
    alice.page.on("dialog", lambda dialog: dialog.accept())
    alice.page.reload()
    expect(alice.page.locator(NOTICE)).to_contain_text("avant de recharger la page")
    expect(cell(alice, "A2")).to_have_text(f"12,50{WIDE}€")
    expect(cell(alice, "A3")).to_have_text("later")
    assert desk.alice.get(f"{API}/sheets/{sheet.id}").json()["seq"] == 4
    left = "Object.keys(sessionStorage).filter(k => k.startsWith('opw-unsent')).length"
    until(lambda: alice.page.evaluate(left) == 0, "what was sent is still kept")
    # What another member of this browser left is forgotten, and not sent.
    box = f'["opw-unsent", "somebody", "{sheet.id}", "c9"].join("\\n")'
    message = (
        '[{"type": "submit", "n": 1, "base_seq": 1, "typed": {"tab": "t1", "cells": [[9, 0, "theirs"]]}}]'
    )
    alice.page.evaluate(f"sessionStorage.setItem({box}, '{message}')")
    alice.page.reload()
    expect(cell(alice, "A3")).to_have_text("later")
    until(lambda: alice.page.evaluate(left) == 0, "another's box is still there")
    expect(cell(alice, "A10")).to_have_text("")
