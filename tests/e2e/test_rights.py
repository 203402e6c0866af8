"""A reader's page changes nothing, and follows the right while it is open."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.desk import SHOWN, TEXT, Desk, no_dialog, notebook, saved, text_of, type_at
from tests.e2e.person import Person

CODE = f"{SHOWN} .jp-CodeCell .cm-content"


@pytest.mark.long
def test_what_a_reader_types_in_markdown_is_nowhere(desk: Desk, person: Callable[..., Person]) -> None:
    path = desk.put("note.md", "# Titre\n")
    carol = person(desk.server, "carol").open(f"{path}?reset")
    bob = person(desk.server, "bob", locale="en-GB").open(f"{path}?reset")
    expect(carol.page.locator(f"{SHOWN} .opw-Chip-right")).to_contain_text("Lecture seule")
    carol.page.locator(TEXT).click()
    type_at(carol, ("Control+End",), "fantôme")
    carol.page.keyboard.press("Control+s")
    bob.page.locator(TEXT).click()
    type_at(bob, ("Control+End",), "written by bob")
    expect(carol.page.locator(TEXT)).to_contain_text("written by bob")
    saved(bob, "en")
    assert text_of(carol.page) == text_of(bob.page) == "# Titre\nwritten by bob"
    no_dialog(carol, bob)


def test_a_right_comes_and_goes_while_the_notebook_is_open(desk: Desk, person: Callable[..., Person]) -> None:
    path = desk.put("droits.ipynb", notebook("1"))
    carol = person(desk.server, "carol").open_notebook(f"{path}?reset")
    alice = person(desk.server, "alice").open_notebook(f"{path}?reset")
    chip = carol.page.locator(f"{SHOWN} .opw-Chip-right")
    for turn, level in enumerate(("reader", "editor", "reader")):
        desk.let("carol", level)
        if level == "editor":
            expect(chip).to_be_hidden()
            saved(carol)
        else:
            expect(chip).to_be_visible()
        carol.page.locator(CODE).click()
        type_at(carol, ("Control+End",), f" + {turn}carol")
        alice.page.locator(CODE).click()
        type_at(alice, ("Control+Home",), f"{turn}alice + ")
        expect(carol.page.locator(CODE)).to_contain_text(f"{turn}alice")
    expected = "2alice + 1alice + 0alice + 1 + 1carol"
    for someone in (alice, carol):
        expect(someone.page.locator(CODE)).to_have_text(expected)
    no_dialog(alice, carol)
