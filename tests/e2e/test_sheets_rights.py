"""Protected tabs, columns and ranges: who may write where, told to everybody at once."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.axe import unseen_focus, violations
from tests.e2e.desk import Desk, no_dialog
from tests.e2e.person import Person
from tests.e2e.sheet import NOTICE, SHEET, Sheet, cell, write

DIALOG = "dialog.opw-Protect"
ROWS = (("Poste", "Voté"), ("Écoles", "12"), ("Voirie", "7"))


def head(someone: Person, letter: str) -> Locator:
    """The letter over a column."""
    return someone.page.locator(f'{SHEET} .opw-Grid-letter[data-column="{ord(letter) - 65}"]')


def menu(someone: Person, at: Locator, entry: str) -> None:
    """Choose an entry of the menu at something."""
    at.click(button="right")
    someone.page.locator(".opw-SheetMenu .lm-Menu-item", has_text=entry).click()


def protect(someone: Person, at: Locator) -> Locator:
    """Open the window of protections at something, and protect it as the window proposes."""
    menu(someone, at, "Protéger…")
    dialog = someone.page.locator(DIALOG)
    dialog.get_by_role("button", name="Protéger", exact=True).click()
    return dialog


@pytest.mark.long
def test_a_protected_range_stops_the_other_who_is_told_whom_to_ask_and_lifting_lets_them_write(
    desk: Desk, person: Callable[..., Person]
) -> None:
    sheet = Sheet(desk)
    sheet.fill(*ROWS)
    alice, bob = sheet.open(person, "alice"), sheet.open(person, "bob")
    cell(alice, "B2").click()
    cell(alice, "B3").click(modifiers=["Shift"])
    menu(alice, cell(alice, "B3"), "Protéger…")
    dialog = alice.page.locator(DIALOG)
    expect(dialog.get_by_label("Les cellules B2:B3")).to_be_checked()
    expect(dialog.get_by_role("listitem").first).to_contain_text("Alice")
    assert violations(alice.page, DIALOG) == []
    dialog.get_by_role("button", name="Protéger", exact=True).click()
    expect(dialog.locator(".opw-Share-row")).to_have_count(1)
    expect(dialog.locator(".opw-Share-row")).to_contain_text("B2:B3")
    expect(dialog.locator(".opw-Share-row")).to_contain_text(
        re.compile("Alice .*peut écrire · protégé par Alice")
    )
    # Bob's page knows at once, and the cell stays.
    expect(cell(bob, "B2")).to_have_attribute("title", re.compile("Protégé.*Alice"))
    expect(cell(bob, "B2")).to_have_attribute("aria-readonly", "true")
    expect(cell(bob, "A2")).to_have_attribute("aria-readonly", "false")
    write(bob, "B2", "99")
    expect(bob.page.locator(NOTICE)).to_have_count(1)
    expect(bob.page.locator(NOTICE)).to_contain_text(
        re.compile(r"B2 : écriture protégée\. Adressez-vous à Alice")
    )
    expect(cell(bob, "B2")).to_have_text("12")
    write(bob, "A2", "Collèges")
    expect(cell(alice, "A2")).to_have_text("Collèges")
    # What the page lets through the server refuses, in the same words.
    head(bob, "B").click()
    menu(bob, head(bob, "B"), "Supprimer les colonnes")
    expect(bob.page.locator(NOTICE, has_text="Adressez-vous à Alice").first).to_be_visible()
    dialog.get_by_role("button", name=re.compile("^Lever la protection")).click()
    expect(dialog.locator(".opw-Share-row")).to_have_count(0)
    expect(cell(bob, "B2")).to_have_attribute("aria-readonly", "false")
    write(bob, "B2", "99")
    expect(cell(alice, "B2")).to_have_text("99")
    no_dialog(bob)


@pytest.mark.long
def test_columns_and_tabs_bear_a_lock_and_whoever_is_added_by_name_may_write(
    desk: Desk, person: Callable[..., Person]
) -> None:
    sheet = Sheet(desk)
    sheet.fill(*ROWS)
    alice, bob = sheet.open(person, "alice"), sheet.open(person, "bob")
    protect(alice, head(alice, "B"))
    expect(head(bob, "B")).to_have_attribute("title", re.compile("^Protégé"))
    expect(head(bob, "B")).to_have_class(re.compile("opw-mod-locked"))
    expect(head(bob, "A")).not_to_have_class(re.compile("opw-mod-locked"))
    alice.page.keyboard.press("Escape")
    expect(alice.page.locator(DIALOG)).to_have_count(0)
    # The whole tab, by the keyboard, with bob on the list.
    tab = alice.page.locator(f"{SHEET} .opw-SheetTabs-tab").first
    menu(alice, tab, "Protéger…")
    dialog = alice.page.locator(DIALOG)
    expect(dialog.get_by_label(re.compile("Tout l’onglet"))).to_be_focused()
    dialog.get_by_role("combobox").fill("bob")
    alice.page.keyboard.press("Enter")
    expect(dialog.locator(".opw-Protect-person")).to_have_count(2)
    assert unseen_focus(alice.page, DIALOG) == []
    dialog.get_by_role("button", name="Protéger", exact=True).click()
    expect(dialog.locator(".opw-Share-row")).to_have_count(2)
    expect(bob.page.locator(f"{SHEET} .opw-SheetTabs-tab").first).to_have_attribute(
        "title", re.compile("Bob")
    )
    write(bob, "A2", "Collèges")  # in the tab, where he may
    expect(cell(alice, "A2")).to_have_text("Collèges")
    write(bob, "B2", "1")  # in the column, where he may not
    expect(bob.page.locator(NOTICE)).to_contain_text("écriture protégée")
    expect(cell(bob, "B2")).to_have_text("12")
    carol = sheet.open(person, "carol")
    cell(carol, "A1").click(button="right")
    entry = carol.page.locator(".opw-SheetMenu .lm-Menu-item", has_text="Protéger…")
    expect(entry).to_have_class(re.compile("lm-mod-disabled"))
