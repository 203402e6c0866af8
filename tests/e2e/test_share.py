"""Sharing, links and asking for access, by two people in two languages."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.desk import API, Desk, no_dialog, notebook
from tests.e2e.person import Person

pytestmark = pytest.mark.long

WINDOW = "dialog.opw-Share"
NOTICE = f"{WINDOW} .opw-Share-notice"


def ref_of(desk: Desk, path: str) -> str:
    """The reference of a file."""
    return str(desk.alice.get(f"{API}/files", params={"path": path}).json()["file"]["ref"])


def share(someone: Person) -> Locator:
    """Open the share window of the document that is shown."""
    someone.page.locator(".jp-MainAreaWidget:not(.lm-mod-hidden) .opw-ShareButton button").click()
    window = someone.page.locator(WINDOW)
    expect(window.locator(".opw-Share-row").first).to_be_visible()
    return window


def row(window: Locator, name: str) -> Locator:
    """The row of somebody."""
    return window.locator(".opw-Share-row", has_text=name)


def invite(window: Locator, typed: str, name: str) -> None:
    """Type, and choose from the list."""
    window.get_by_role("combobox").fill(typed)
    window.get_by_role("option", name=re.compile(name)).click()


def test_invite_change_withdraw_and_undo(desk: Desk, person: Callable[..., Person]) -> None:
    path = desk.put("plan.md", "# Plan\n")
    alice = person(desk.server, "alice").open(f"{path}?reset")
    dave = person(desk.server, "dave", locale="en-GB").log_in()
    window = share(alice)
    expect(window.get_by_role("heading", level=1)).to_have_text("Partager « plan.md »")
    expect(row(window, "Bob")).to_contain_text(f"hérité de l’espace « {desk.name} »")
    invite(window, "DAVÏD", "David")
    window.get_by_role("button", name="Inviter").click()
    expect(alice.page.locator(NOTICE)).to_contain_text("peut maintenant lire")
    dave.page.goto(f"{desk.server.url}/open/{ref_of(desk, path)}")
    expect(dave.page.locator(".jp-FileEditor .cm-content")).to_contain_text("Plan")
    expect(dave.page.locator(".opw-Chip-right .opw-Chip-label")).to_have_text("Read only")
    row(window, "David").get_by_role("button", name=re.compile("Rôle de")).click()
    alice.page.get_by_role("menuitemradio", name=re.compile("^Éditeur")).click()
    expect(alice.page.locator(NOTICE)).to_contain_text("peut maintenant modifier")
    expect(dave.page.locator(".opw-Chip-right")).to_be_hidden()
    row(window, "David").get_by_role("button", name=re.compile("Rôle de")).click()
    alice.page.get_by_role("menuitem", name="Retirer l’accès").click()
    expect(row(window, "David")).to_contain_text("n’a plus accès")
    expect(dave.page.locator(".jp-FileEditor")).to_have_count(0)
    row(window, "David").get_by_role("button", name=re.compile("Redonner")).click()
    expect(row(window, "David").get_by_role("button", name=re.compile("Éditeur"))).to_be_visible()
    window.get_by_role("button", name="Terminé").click()
    expect(window).to_have_count(0)
    no_dialog(alice)


def test_what_makes_no_sense_is_told(desk: Desk, person: Callable[..., Person]) -> None:
    path = desk.put("sens.md", "x\n")
    alice = person(desk.server, "alice").open(f"{path}?reset")
    window = share(alice)
    notice = alice.page.locator(NOTICE)
    window.get_by_role("button", name="Inviter").click()
    expect(notice).to_have_text("Saisissez d’abord un nom.")
    invite(window, "alice", "Alice")
    expect(notice).to_contain_text("C’est vous.")
    invite(window, "dave", "David")
    window.get_by_role("button", name="Inviter").click()
    expect(row(window, "David")).to_be_visible()
    # Told as soon as the name is chosen: there is nothing to press any more.
    invite(window, "dave", "David")
    expect(notice).to_contain_text("a déjà accès (Lecteur)")
    invite(window, "toute", "Toute l’organisation")
    expect(window.locator(".opw-Share-warning")).to_contain_text("pourront lire ceci")
    window.get_by_role("combobox").fill("personne de ce nom")
    expect(window.get_by_role("option")).to_contain_text("Personne de ce nom")


@pytest.mark.long
def test_two_managers_see_each_other_and_one_may_not(desk: Desk, person: Callable[..., Person]) -> None:
    path = desk.put("vif.ipynb", notebook("1"))
    desk.let("bob", "manager")
    alice = person(desk.server, "alice").open_notebook(f"{path}?reset")
    bob = person(desk.server, "bob", locale="en-GB").open_notebook(f"{path}?reset")
    carol = person(desk.server, "carol", locale="en-GB").open_notebook(f"{path}?reset")
    windows = [share(alice), share(bob), share(carol)]
    invite(windows[1], "dav", "David")
    windows[1].get_by_role("button", name="Invite", exact=True).click()
    for window in windows:
        expect(row(window, "David")).to_be_visible()
    expect(windows[2].get_by_role("combobox")).to_have_count(0)
    expect(windows[2]).to_contain_text("Only managers share this: ask")
    windows[2].get_by_role("button", name="Ask to edit").click()
    expect(windows[2]).to_contain_text("Your request has been sent to the managers.")
    asked = windows[0].locator(".opw-Share-asked")
    expect(asked).to_contain_text("demande l’accès")
    asked.get_by_role("button", name="Donner l’accès").click()
    expect(windows[2]).not_to_contain_text("Only managers share this: ask Ask")
    expect(row(windows[1], "Carole").filter(has_text="Editor")).to_be_visible()


def test_a_cut_connection_does_nothing_by_half(desk: Desk, person: Callable[..., Person]) -> None:
    path = desk.put("coupure.md", "x\n")
    alice = person(desk.server, "alice").open(f"{path}?reset")
    window = share(alice)
    invite(window, "dave", "David")
    alice.page.route("**/grants", lambda route: route.abort())
    window.get_by_role("button", name="Inviter").click()
    expect(alice.page.locator(NOTICE)).to_contain_text("La connexion est perdue")
    expect(row(window, "David")).to_have_count(0)
    alice.page.unroute("**/grants")
    window.get_by_role("button", name="Inviter").click()
    expect(row(window, "David")).to_be_visible()


def test_by_keyboard_alone(desk: Desk, person: Callable[..., Person]) -> None:
    path = desk.put("clavier.md", "x\n")
    alice = person(desk.server, "alice").open(f"{path}?reset")
    share(alice)
    keys = alice.page.keyboard
    keys.type("dav")
    keys.press("Enter")
    keys.press("Tab")
    keys.press("Enter")
    keys.press("ArrowDown")
    keys.press("Enter")
    keys.press("Tab")
    keys.press("Enter")
    expect(alice.page.locator(NOTICE)).to_contain_text("peut maintenant lire et commenter")
    expect(alice.page.locator(WINDOW).get_by_role("combobox")).to_be_focused()
    keys.press("Escape")
    expect(alice.page.locator(WINDOW)).to_have_count(0)
    expect(alice.page.locator(".opw-ShareButton button")).to_be_focused()
