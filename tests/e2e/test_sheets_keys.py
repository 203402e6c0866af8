"""A sheet by keys alone, and what it says to who does not see it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.axe import violations
from tests.e2e.desk import Desk
from tests.e2e.person import Person
from tests.e2e.sheet import NOTICE, SHEET, Sheet, cell, copied, write

NAME = f"{SHEET} .opw-Sheet-name"
FIELD = f"{SHEET} .opw-Grid-editor textarea"
SPEECH = f"{SHEET} .opw-Sheet-speech"
SHOWN_TAB = f"{SHEET} .opw-SheetTabs-tab[aria-selected=true]"
TABLE = (("Poste", "Voté", "", "Part"), ("Écoles", "12", "", "=B2/0"), ("Voirie", "-4,5", "", "=B3*2"))


def press(someone: Person, start: str, *keys: str) -> None:
    """From a cell, these keys."""
    cell(someone, start).click()
    for key in keys:
        someone.page.keyboard.press(key)


def test_keys_are_those_of_excel(desk: Desk, person: Callable[..., Person]) -> None:
    sheet = Sheet(desk)
    sheet.fill(*TABLE, ("", "7", "", ""))
    alice = sheet.open(person, "alice")
    page, name = alice.page, alice.page.locator(NAME)
    for start, keys, place in (
        ("B2", ("Enter",), "B3"),
        ("B3", ("Shift+Enter",), "B2"),
        ("A2", ("Tab", "Tab", "Enter"), "A3"),
        ("B1", ("Control+ArrowDown",), "B4"),
        ("A1", ("Control+ArrowRight",), "B1"),
        ("B1", ("Control+ArrowRight",), "D1"),
        ("D1", ("Control+ArrowLeft", "Control+ArrowLeft"), "A1"),
        ("A1", ("Control+Shift+ArrowDown",), "A1:A3"),
        ("B2", ("Control+Space",), "B:B"),
        ("B2", ("Shift+Space",), "2:2"),
        ("B2", ("Control+End",), "D4"),
    ):
        press(alice, start, *keys)
        expect(name).to_have_value(place)
    press(alice, "B2", "F2")
    expect(page.locator(FIELD)).to_be_focused()
    page.keyboard.press("Escape")
    # Ctrl+R fills, and does not load the page again.
    page.evaluate("document.body.dataset.kept = 'yes'")
    cell(alice, "D3").click()
    cell(alice, "F3").click(modifiers=["Shift"])
    page.keyboard.press("Control+r")
    expect(cell(alice, "E3")).to_have_text("0")
    expect(cell(alice, "F3")).to_have_text("−18")
    assert page.evaluate("document.body.dataset.kept") == "yes"
    press(alice, "A5", "Control+;")
    expect(page.locator(FIELD)).to_have_value(re.compile(r"^\d\d/\d\d/\d{4}$"))
    page.keyboard.press("Enter")
    expect(name).to_have_value("A6")
    expect(cell(alice, "A5")).to_have_text(re.compile(r"^\d\d/\d\d/\d{4}$"))


def test_what_is_typed_with_enter_and_tab_goes_round_what_is_chosen(
    desk: Desk, person: Callable[..., Person]
) -> None:
    sheet = Sheet(desk)
    alice = sheet.open(person, "alice")
    page, name = alice.page, alice.page.locator(NAME)
    press(alice, "B2", "Shift+ArrowRight", "Shift+ArrowDown")
    for key, texts in (("Enter", "1234"), ("Tab", "56")):
        for text in texts:
            page.keyboard.type(text)
            page.keyboard.press(key)
    for place, text in (("B2", "5"), ("C2", "6"), ("B3", "2"), ("C3", "4")):
        expect(cell(alice, place)).to_have_text(text)
    expect(name).to_have_value("B2:C3")


def test_keys_lead_from_tab_to_tab(desk: Desk, person: Callable[..., Person]) -> None:
    sheet = Sheet(desk)
    sheet.submit(op={"kind": "add_tab", "id": "second", "name": "Emprunts"})
    alice = sheet.open(person, "alice")
    keyboard, shown = alice.page.keyboard, alice.page.locator(SHOWN_TAB)
    cell(alice, "B2").click()
    for key, tab in (
        ("Control+PageDown", "Emprunts"),
        ("Control+PageDown", "Emprunts"),
        ("Control+PageUp", "Feuille 1"),
        ("Alt+ArrowDown", "Emprunts"),
        ("Alt+ArrowUp", "Feuille 1"),
    ):
        keyboard.press(key)
        expect(shown).to_have_text(tab)


@pytest.mark.parametrize(("locale", "delete"), [("fr-FR", "Suppr"), ("en-GB", "Del")])
def test_keys_are_named_as_on_the_keyboard(
    desk: Desk, person: Callable[..., Person], locale: str, delete: str
) -> None:
    alice = Sheet(desk).open(person, "alice", locale=locale)
    cell(alice, "B2").click(button="right")
    shortcuts = alice.page.locator(".opw-SheetMenu .lm-Menu-itemShortcut")
    assert delete in shortcuts.all_inner_texts()
    alice.page.keyboard.press("Escape")
    alice.page.locator("#jp-MainMenu .lm-MenuBar-item").first.click()
    shown = " ".join(alice.page.locator(".lm-Menu .lm-Menu-itemShortcut").all_inner_texts())
    assert ("Maj" in shown) is (locale == "fr-FR"), shown


@pytest.mark.long
def test_who_does_not_see_hears_place_value_and_state(desk: Desk, person: Callable[..., Person]) -> None:
    sheet = Sheet(desk)
    sheet.fill(*TABLE)
    alice = sheet.open(person, "alice")
    speech = alice.page.locator(SPEECH)
    cell(alice, "B3").click()
    expect(speech).to_have_text("B3 −4,5")
    cell(alice, "D3").click()
    expect(speech).to_have_text("D3 −9 (formule)")
    cell(alice, "D2").click()
    expect(speech).to_have_text("D2 #DIV/0! (formule, La formule divise par zéro ou par une cellule vide.)")
    grid = alice.page.locator(f"{SHEET} [role=grid]")
    current = grid.get_attribute("aria-activedescendant")
    assert current == cell(alice, "D2").get_attribute("id")
    # A colleague who writes elsewhere is told of once; in the cell at hand, by what it holds then.
    bob = sheet.open(person, "bob")
    for text in ("un", "deux", "trois"):
        write(bob, "A5", text)
    expect(speech).to_have_text("Modifié par Bob Lefèvre.")
    write(bob, "D2", "5")
    expect(speech).to_have_text("D2 5")


def test_what_is_copied_is_a_number_elsewhere(desk: Desk, person: Callable[..., Person]) -> None:
    sheet = Sheet(desk)
    sheet.fill(*TABLE)
    alice = sheet.open(person, "alice")
    expect(cell(alice, "B3")).to_have_text("−4,5")
    cell(alice, "B3").click()
    text, html = copied(alice)
    assert text == "-4,5"
    assert "<td>-4,5</td>" in html


def test_what_can_be_undone_is_not_offered_when_it_is_past(desk: Desk, person: Callable[..., Person]) -> None:
    sheet = Sheet(desk)
    sheet.fill(*TABLE)
    alice = sheet.open(person, "alice")
    offer = alice.page.locator(NOTICE, has_text="1 ligne supprimée.")
    for then in ("undo", "write"):
        cell(alice, "A3").click(button="right")
        alice.page.get_by_role("menuitem", name="Supprimer les lignes").click()
        expect(offer).to_be_visible()
        expect(cell(alice, "A3")).to_have_text("")
        if then == "undo":
            alice.page.keyboard.press("Control+z")
            expect(cell(alice, "A3")).to_have_text("Voirie")
        else:
            write(alice, "A4", "Autre chose")
        expect(offer).to_have_count(0)


@pytest.mark.long
@pytest.mark.parametrize("theme", ["JupyterLab Dark", "JupyterLab Dark High Contrast"])
def test_a_sheet_in_the_dark_can_be_read(desk: Desk, person: Callable[..., Person], theme: str) -> None:
    sheet = Sheet(desk)
    sheet.fill(*TABLE)
    settings = "/lab/api/settings/@jupyterlab/apputils-extension:themes"
    dave = desk.server.login("dave")
    desk.let("dave", "editor")
    dave.put(settings, json={"raw": f'{{"theme": "{theme}"}}'}).raise_for_status()
    try:
        someone = sheet.open(person, "dave")
        expect(someone.page.locator(f"body[data-jp-theme-name='{theme}']")).to_be_attached()
        expect(someone.page.locator("#jupyterlab-splash")).to_have_count(0)
        press(someone, "B5", "=")
        someone.page.keyboard.type("SOMME(B2:B3;A1;C2;D1;D2;D3)+SO")
        assert violations(someone.page, f"{SHEET} .opw-Sheet") == []
        expect(someone.page.locator(".opw-Suggestions")).to_be_visible()
        assert violations(someone.page, ".opw-Suggestions") == []
    finally:
        dave.put(settings, json={"raw": "{}"}).raise_for_status()
        dave.close()


def test_a_text_is_found_also_in_rows_that_are_not_on_the_screen(
    desk: Desk, person: Callable[..., Person]
) -> None:
    sheet = Sheet(desk)
    sheet.fill(*((f"Poste {row}", "12,5" if row in {3, 700} else str(row)) for row in range(1, 801)))
    alice = sheet.open(person, "alice")
    page, name = alice.page, alice.page.locator(NAME)
    bar = page.locator(f"{SHEET} .opw-SheetFind")
    expect(bar).to_be_hidden()
    press(alice, "A5", "Control+f")
    field, said = bar.get_by_role("textbox"), bar.get_by_role("status")
    expect(field).to_be_focused()
    page.keyboard.type("poste 79")
    # From the cell at hand on: `Poste 79`, then `Poste 790` to `Poste 799`.
    expect(said).to_have_text("1 sur 11")
    expect(name).to_have_value("A79")
    page.keyboard.press("Enter")
    expect(name).to_have_value("A790")
    expect(cell(alice, "A790")).to_be_in_viewport()
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Shift+Enter")
    expect(name).to_have_value("A799")
    expect(said).to_have_text("11 sur 11")
    assert violations(page, SHEET) == []
    # A number as it is written here; what somebody changes meanwhile counts.
    field.fill("12,5")
    expect(said).to_have_text("1 sur 2")
    expect(name).to_have_value("B3")
    sheet.submit(typed={"tab": sheet.tab, "cells": [[4, 1, "12,5"]], "locale": "fr"})
    expect(said).to_have_text("1 sur 2")
    expect(page.locator(f"{SHEET} .opw-Grid-cell", has_text="12,5")).to_have_count(2)
    page.keyboard.press("Enter")
    expect(said).to_have_text("2 sur 3")
    sheet.submit(typed={"tab": sheet.tab, "cells": [[8, 2, "12/03/2026"]], "locale": "fr"})
    expect(cell(alice, "C9")).to_have_text("12/03/2026")
    field.fill("12/3/2026")
    expect(said).to_have_text("1 sur 1")
    expect(name).to_have_value("C9")
    field.fill("nulle part")
    expect(said).to_have_text("Rien trouvé")
    page.keyboard.press("Escape")
    expect(bar).to_be_hidden()
    page.keyboard.press("ArrowDown")
    expect(name).to_have_value("C10")
