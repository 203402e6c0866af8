"""Cells run on the server: with the page closed, in order, asked questions by whoever looks."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.desk import Desk, notebook, until
from tests.e2e.person import Person

SHOWN = ".jp-NotebookPanel:not(.lm-mod-hidden)"
SLOW = "import time\nfor step in range(40):\n    print('pas', step, flush=True)\n    time.sleep(0.1)"


def ready(someone: Person, path: str) -> Person:
    """Open a notebook whose kernel is there."""
    someone.open_notebook(f"{path}?reset")
    expect(
        someone.page.locator(f"{SHOWN} [data-status='idle'], {SHOWN} [data-status='busy']").first
    ).to_be_visible()
    return someone


def run(someone: Person, cell: int) -> None:
    someone.page.locator(f"{SHOWN} .jp-CodeCell .cm-content").nth(cell).click()
    someone.page.keyboard.press("Shift+Enter")


def output(someone: Person, cell: int) -> Locator:
    return someone.page.locator(f"{SHOWN} .jp-CodeCell").nth(cell).locator(".jp-OutputArea")


def prompt(someone: Person, cell: int) -> Locator:
    return someone.page.locator(f"{SHOWN} .jp-CodeCell").nth(cell).locator(".jp-InputPrompt")


def test_it_goes_on_when_the_page_is_closed(desk: Desk, person: Callable[..., Person]) -> None:
    path = desk.put("long.ipynb", notebook(SLOW, "print('ensuite')"))
    alice = ready(person(desk.server, "alice"), path)
    run(alice, 0)
    run(alice, 1)
    expect(output(alice, 0)).to_contain_text("pas 1")
    # What waits is seen by everybody.
    expect(prompt(alice, 1)).to_have_text("[*]:")
    alice.context.close()
    bob = person(desk.server, "bob", locale="en-GB").open_notebook(f"{path}?reset")
    expect(output(bob, 0)).to_contain_text("pas 39")
    expect(output(bob, 1)).to_contain_text("ensuite")
    expect(prompt(bob, 0)).to_have_text("[1]:")
    expect(prompt(bob, 1)).to_have_text("[2]:")


@pytest.mark.long
def test_run_all_ends_at_an_error(desk: Desk, person: Callable[..., Person]) -> None:
    path = desk.put("tout.ipynb", notebook("a = 1", "1/0", "print('jamais')"))
    alice = ready(person(desk.server, "alice"), path)
    alice.page.get_by_role("menuitem", name="Exécution", exact=True).click()
    alice.page.get_by_role("menuitem", name="Exécuter toutes les cellules", exact=True).click()
    expect(output(alice, 1)).to_contain_text("ZeroDivisionError")
    expect(prompt(alice, 2)).to_have_text("[ ]:")
    assert "jamais" not in alice.page.locator(f"{SHOWN} .jp-OutputArea-output").all_inner_texts()


@pytest.mark.long
def test_a_question_reaches_whoever_looks_and_the_first_answer_counts(
    desk: Desk, person: Callable[..., Person]
) -> None:
    path = desk.put("question.ipynb", notebook("print('Bonjour', input('Votre nom ? '))"))
    alice = ready(person(desk.server, "alice"), path)
    bob = ready(person(desk.server, "bob", locale="en-GB"), path)
    run(alice, 0)
    dialogs = [someone.page.locator(".jp-Dialog") for someone in (alice, bob)]
    for dialog in dialogs:
        expect(dialog).to_contain_text("Votre nom ?")
    dialogs[1].locator("input").fill("Nour")
    dialogs[1].get_by_role("button", name="Answer").click()
    for someone in (alice, bob):
        expect(output(someone, 0)).to_contain_text("Bonjour Nour")
    until(lambda: all(dialog.count() == 0 for dialog in dialogs), "nobody is asked any more")
