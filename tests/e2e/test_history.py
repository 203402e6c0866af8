"""History in real browsers: who, when, what; compared, named, brought back; lost with the right."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.desk import API, SHOWN, TEXT, Desk, no_dialog, notebook, saved, type_at, until
from tests.e2e.person import Person

pytestmark = pytest.mark.long

CODE = f"{SHOWN} .jp-CodeCell .cm-content"
ENTRY = ".opw-History .opw-Entry"
BUTTON = {"fr": "Historique", "en": "History"}


def show(someone: Person, language: str = "fr") -> None:
    """Open the panel with the button of the document."""
    someone.page.locator(f"{SHOWN} .opw-HistoryButton").get_by_role("button", name=BUTTON[language]).click()
    expect(someone.page.locator(f"{ENTRY}").first).to_be_visible()


def write(someone: Person, cell: int, text: str, language: str = "fr") -> None:
    """Type at the end of a cell."""
    someone.page.locator(CODE).nth(cell).click()
    type_at(someone, ("Control+End",), text)
    saved(someone, language)


def file_id(desk: Desk, path: str) -> str:
    return str(desk.alice.get(f"{API}/files", params={"path": path}).json()["file"]["id"])


def sources(desk: Desk, path: str) -> list[str]:
    answer = desk.alice.get(f"/api/contents/{path}")
    cells = answer.json()["content"]["cells"] if answer.status_code == 200 else []
    return [cell["source"] for cell in cells]


def entries(someone: Person) -> Locator:
    return someone.page.locator(ENTRY)


def test_two_people_and_a_history_that_says_who_wrote_what(desk: Desk, person: Callable[..., Person]) -> None:
    path = desk.put("Budget.ipynb", notebook("budget = 1", "total = 2", "# fin"))
    alice = person(desk.server, "alice").open_notebook(f"{path}?reset")
    bob = person(desk.server, "bob", locale="en-GB").open_notebook(f"{path}?reset")
    write(alice, 0, "00")
    show(alice)
    expect(entries(alice)).to_have_count(2)
    expect(entries(alice).last).to_contain_text("Premier contenu")
    # What bob writes appears while alice looks.
    write(bob, 1, " + budget", "en")
    expect(entries(alice).first).to_contain_text("Bob Lefèvre")
    expect(entries(alice).first).to_contain_text("2 cellules modifiées")

    # Named by a dialog, and told to both.
    alice.page.get_by_role("button", name="Nommer cette version", exact=True).click()
    alice.page.locator(".jp-Dialog input").fill("Envoyée au conseil")
    alice.page.keyboard.press("Enter")
    expect(entries(alice).first).to_contain_text("Envoyée au conseil")
    show(bob, "en")
    expect(entries(bob).first).to_contain_text("Envoyée au conseil")

    # Compared cell by cell, each part with its author, by keyboard.
    entries(alice).first.locator(".opw-Entry-main").click()
    compared = alice.page.locator(".opw-Comparison")
    expect(compared.locator("h1")).to_have_text("Envoyée au conseil")
    expect(compared.locator(".opw-Diff-cell")).to_have_count(2)
    expect(compared.locator("ins", has_text="+ budget")).to_have_attribute("title", "Bob Lefèvre")
    expect(compared.locator("ins", has_text="00")).to_have_attribute("title", "Alice Martin")
    compared.get_by_role("button", name="Modification suivante").focus()
    alice.page.keyboard.press("F7")
    expect(compared.locator(".opw-Diff-cell").first).to_be_focused()
    alice.page.keyboard.press("n")
    expect(compared.locator(".opw-Diff-cell").last).to_be_focused()
    expect(compared.locator(".opw-Comparison-steps")).to_contain_text("2 sur 2")

    # Against now: nothing, until bob writes again.
    compared.get_by_role("button", name="Ce qui a changé depuis").click()
    expect(compared).to_contain_text("Rien n’a changé depuis")
    write(bob, 2, " du budget", "en")
    expect(compared.locator("ins", has_text="du budget")).to_have_attribute("title", "Bob Lefèvre")

    # Restored with a sentence, seen by bob, and undone.
    compared.get_by_role("button", name="Rétablir cette version").click()
    expect(alice.page.locator(".jp-Dialog")).to_contain_text("1 cellule redeviendra ce qu’elle était")
    alice.page.locator(".jp-Dialog .jp-mod-accept").click()
    expect(bob.page.locator(CODE).nth(2)).to_have_text("# fin")
    expect(entries(alice).first).to_contain_text("Version antérieure rétablie")
    alice.page.get_by_role("button", name="Annuler", exact=True).click()
    expect(bob.page.locator(CODE).nth(2)).to_have_text("# fin du budget")
    no_dialog(alice, bob)


def test_one_cell_comes_back_and_an_old_version_is_copied(desk: Desk, person: Callable[..., Person]) -> None:
    path = desk.put("Cellules.ipynb", notebook("a = 1", "b = 2"))
    bob = person(desk.server, "bob", locale="en-GB").open_notebook(f"{path}?reset")
    bob.context.grant_permissions(["clipboard-read", "clipboard-write"])
    write(bob, 0, "0", "en")
    write(bob, 1, "0", "en")
    show(bob, "en")
    entries(bob).last.locator(".opw-Entry-main").click()
    compared = bob.page.locator(".opw-Comparison")
    compared.get_by_role("button", name="What changed since").click()
    first = compared.locator(".opw-Diff-cell").first
    first.get_by_role("button", name="Copy the source of cell 1").click()
    expect(bob.page.locator(".Toastify")).to_contain_text("Copied")
    assert bob.page.evaluate("navigator.clipboard.readText()") == "a = 1"
    first.get_by_role("button", name="Restore cell 1 as it is shown here").click()
    expect(compared.locator(".opw-Diff-cell")).to_have_count(1)
    until(lambda: sources(desk, path) == ["a = 1", "b = 20"], "the cell did not come back")
    compared.get_by_role("button", name="Copy as a new file…").click()
    bob.page.locator(".jp-Dialog input").fill("Copie")
    bob.page.locator(".jp-Dialog .jp-mod-accept").click()
    until(lambda: sources(desk, f"{desk.name}/Copie.ipynb") == ["a = 1", "b = 2"], "no copy")


def test_a_reader_looks_and_the_panel_closes_with_the_right(
    desk: Desk, person: Callable[..., Person]
) -> None:
    path = desk.put("note.md", "# Titre\nune ligne\n")
    bob = person(desk.server, "bob").open(f"{path}?reset")
    bob.page.locator(TEXT).click()
    type_at(bob, ("Control+End",), "écrit par bob")
    saved(bob)
    carol = person(desk.server, "carol").open(f"{path}?reset")
    show(carol)
    expect(carol.page.get_by_role("button", name="Nommer cette version")).to_have_count(0)
    entries(carol).first.locator(".opw-Entry-main").click()
    compared = carol.page.locator(".opw-Comparison")
    expect(compared.locator(".opw-op-changed ins, .opw-op-added ins")).to_have_attribute(
        "title", "Bob Lefèvre"
    )
    expect(compared.get_by_role("button", name="Rétablir cette version")).to_have_count(0)
    grant = f"{API}/objects/space:{desk.id}/grants/member:{desk.member('carol')}"
    desk.alice.delete(grant).raise_for_status()
    expect(compared).to_have_count(0)
    expect(carol.page.locator(".Toastify")).to_contain_text("L’historique de « note.md » a été fermé")
    expect(carol.page.locator(".opw-History")).not_to_be_visible()


def test_who_wrote_a_line_is_shown_beside_it(desk: Desk, person: Callable[..., Person]) -> None:
    path = desk.put("texte.txt", "première ligne\n")
    bob = person(desk.server, "bob", locale="en-GB").open(f"{path}?reset")
    bob.page.locator(TEXT).click()
    type_at(bob, ("Control+End",), "ligne de bob")
    saved(bob, "en")
    alice = person(desk.server, "alice").open(f"{path}?reset")
    show(alice)
    alice.page.locator(".opw-History-authors").click()
    edges = alice.page.locator(f"{SHOWN} .opw-Blame-edge")
    expect(edges).to_have_count(2)
    expect(edges.nth(1)).to_have_attribute("title", re.compile("Bob Lefèvre"))
    alice.page.locator(f"{SHOWN} .cm-line", has_text="ligne de bob").hover(position={"x": 30, "y": 8})
    expect(alice.page.locator(".opw-Blame-tip")).to_contain_text("Bob Lefèvre")
    alice.page.locator(".opw-History-authors").click()
    expect(edges).to_have_count(0)


def test_by_keyboard_alone(desk: Desk, person: Callable[..., Person]) -> None:
    path = desk.put("clavier.txt", "un\n")
    alice = person(desk.server, "alice").open(f"{path}?reset")
    alice.page.locator(TEXT).click()
    type_at(alice, ("Control+End",), "deux")
    saved(alice)
    show(alice)
    first, second = (entries(alice).nth(number).locator(".opw-Entry-main") for number in (0, 1))
    first.focus()
    alice.page.keyboard.press("ArrowDown")
    expect(second).to_be_focused()
    alice.page.keyboard.press("Enter")
    expect(alice.page.locator(".opw-Comparison h1")).to_be_visible()
    expect(second).to_be_focused()
    alice.page.keyboard.press("ArrowUp")
    expect(first).to_be_focused()
    menu = entries(alice).first.get_by_role("button", name="Que faire de cette version")
    menu.focus()
    alice.page.keyboard.press("Enter")
    expect(alice.page.locator(".lm-Menu")).to_be_visible()
    alice.page.keyboard.press("Escape")
    expect(menu).to_be_focused()
    alice.page.keyboard.press("Enter")
    alice.page.keyboard.press("Enter")
    alice.page.locator(".jp-Dialog input").fill("Deux lignes")
    alice.page.keyboard.press("Enter")
    expect(entries(alice).first).to_contain_text("Deux lignes")
    alice.page.get_by_role("button", name="Nommées").press("Enter")
    expect(entries(alice)).to_have_count(1)
    assert file_id(desk, path)
