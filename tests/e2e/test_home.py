"""Home, the search box and “New”: what a member sees first, alive, in French and in English."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import Server
from tests.e2e.desk import API, TEXT, Desk, no_dialog, saved, until
from tests.e2e.person import Person

pytestmark = pytest.mark.long

TABS = "#jp-main-dock-panel .lm-TabBar-tab"
RECENT, PINNED, CHANGES, WAITING = (
    f".opw-HomeCard.opw-mod-{name}" for name in ("recent", "pinned", "changes", "waiting")
)
OPTIONS = ".opw-Search-popup [role=option]"
FIELD = "#opw-search input"


@pytest.fixture
def fresh(make_server: Callable[..., Server]) -> Iterator[Server]:
    """Where nobody has done anything yet."""
    server = make_server("--demo", name="fresh").start()
    yield server
    server.stop()


def at_home(someone: Person) -> Page:
    """Log in and look at Home, whatever the member had open before."""
    page = someone.log_in().page
    page.locator(f"{TABS}:has([data-icon='openpaas:home'])").click()
    expect(page.locator(".opw-HomeCard").first).to_be_visible()
    return page


def go_home(page: Page, name: str = "Accueil") -> None:
    """By its tab."""
    page.locator(TABS, has_text=name).click()
    expect(page.locator(RECENT)).to_be_visible()


def search(page: Page, text: str) -> None:
    """As with the hands on the keyboard."""
    page.keyboard.press("Control+k")
    expect(page.locator(FIELD)).to_be_focused()
    page.keyboard.type(text)


@pytest.mark.parametrize(
    ("locale", "hello", "home", "cards", "empty"),
    [
        (
            "fr-FR",
            "Bonjour David",
            "Accueil",
            ["Notebook", "Texte", "Feuille de calcul", "Dossier", "Importer…"],
            "Vous n’avez encore rien ouvert.",
        ),
        (
            "en-GB",
            "Hello David",
            "Home",
            ["Notebook", "Text", "Spreadsheet", "Folder", "Import…"],
            "You have not opened anything yet.",
        ),
    ],
)
def test_a_fresh_member_is_greeted_and_told_what_to_do(
    server: Server,
    person: Callable[..., Person],
    locale: str,
    hello: str,
    home: str,
    cards: list[str],
    empty: str,
) -> None:
    dave = person(server, "dave", locale=locale)
    asked: list[str] = []
    dave.page.on("request", lambda request: asked.append(request.url))
    page = at_home(dave)
    expect(page.locator(".opw-Home h1")).to_have_text(hello)
    expect(page.locator(TABS)).to_have_text([home])
    expect(page.locator(TABS).locator("svg")).to_be_visible()
    expect(page.locator(".opw-HomeNew")).to_have_text(cards)
    expect(page.locator(RECENT)).to_contain_text(empty)
    expect(page.locator(".jp-Launcher")).to_have_count(0)
    own = [url for url in asked if f"{API}/" in url]
    assert len([url for url in own if url.endswith("/home")]) == 1, own
    assert len([url for url in own if re.search(r"/(home|members|me)\b", url)]) <= 3, own
    no_dialog(dave)


def test_home_cannot_be_lost_and_stands_behind_what_was_open(
    desk: Desk, person: Callable[..., Person]
) -> None:
    path = desk.put("ouvert.md", "# Ouvert\n")
    page = at_home(person(desk.server, "alice"))
    page.keyboard.press("Alt+w")
    page.evaluate("window.dispatchEvent(new Event('resize'))")
    expect(page.locator(TABS, has_text="Accueil")).to_be_visible()
    page.goto(f"{desk.server.url}/lab/tree/{path}?reset")
    expect(page.locator(TEXT)).to_contain_text("Ouvert")
    expect(page.locator(TABS).first).to_have_text("Accueil")
    expect(page.locator(".opw-HomeView")).to_be_hidden()
    page.locator("#jp-main-dock-panel .lm-TabBar-addButton").click()
    expect(page.locator(RECENT)).to_contain_text("ouvert.md")
    with desk.server.login("alice") as client:
        until(lambda: "opw-home" in client.get("/lab/api/workspaces/default").text, "the layout is not kept")
    page.goto(f"{desk.server.url}/lab")
    expect(page.locator(TABS, has_text="Accueil")).to_have_count(1)
    page.keyboard.press("Control+Shift+L")
    expect(page.locator(RECENT)).to_be_visible()


def test_what_bob_does_appears_in_alices_home_at_once(desk: Desk, person: Callable[..., Person]) -> None:
    notes = desk.put("compte rendu.md", "# Compte rendu\n")
    alice = person(desk.server, "alice").open(f"{notes}?reset")
    expect(alice.page.locator(TEXT)).to_contain_text("Compte rendu")
    page = alice.page
    go_home(page)
    row = page.locator(f"{RECENT} .opw-HomeRow", has_text="compte rendu.md")
    expect(row).to_contain_text(desk.name)
    bob = person(desk.server, "bob", locale="en-GB").open(f"{notes}?reset")
    expect(row.locator(".opw-Face")).to_have_attribute("title", "Bob Lefèvre")
    bob.page.locator(TEXT).click()
    bob.page.keyboard.press("Control+End")
    bob.page.keyboard.type("présents")
    saved(bob, "en")
    said = page.locator(f"{CHANGES} .opw-HomeRow", has_text="Bob Lefèvre a modifié")
    expect(said.filter(has_text="compte rendu.md")).to_be_visible()
    expect(row).to_contain_text("modifié par Bob Lefèvre")
    bob.page.close()
    expect(row.locator(".opw-Face")).to_have_count(0)
    no_dialog(alice)


def test_to_look_at_a_text_is_not_to_edit_it(desk: Desk, person: Callable[..., Person]) -> None:
    path = desk.put("regarder.md", "# Regarder\n")
    bob = person(desk.server, "bob").open(f"{path}?reset")
    expect(bob.page.locator(TEXT)).to_contain_text("Regarder")
    saved(bob)
    ref = desk.alice.get(f"{API}/files", params={"path": path}).json()["file"]["id"]
    bob.page.locator(TEXT).click()
    bob.page.keyboard.press("Control+End")
    bob.page.keyboard.type("vu")
    saved(bob)
    entries = desk.alice.get(f"{API}/files/{ref}/history").json()["entries"]
    # What alice put there, and what bob typed: to look at it is nothing.
    ids = [client.get(f"{API}/me").json()["id"] for client in (desk.server.login("bob"), desk.alice)]
    written = [(entry["kind"], entry["author"], entry["count"]) for entry in entries]
    assert written == [("edit", ids[0], 2), ("import", ids[1], 1)]


def test_a_pin_stays_at_hand(desk: Desk, person: Callable[..., Person]) -> None:
    path = desk.put("budget.md", "# Budget\n")
    bob = person(desk.server, "bob").open(f"{path}?reset")
    expect(bob.page.locator(TEXT)).to_contain_text("Budget")
    page = bob.page
    go_home(page)
    row = page.locator(f"{RECENT} .opw-HomeRow", has_text="budget.md")
    row.hover()
    row.get_by_role("button", name="Épingler « budget.md »").click()
    pin = page.locator(f"{PINNED} .opw-HomeRow", has_text="budget.md")
    expect(pin).to_be_visible()
    until(
        lambda: "budget.md" in str(_home(desk.server, "bob")["pinned"]),
        "the pin is not kept",
    )
    page.reload()
    expect(pin).to_be_attached()
    go_home(page)
    pin.hover()
    pin.get_by_role("button", name="Ne plus épingler « budget.md »").click()
    expect(pin).to_have_count(0)


def _home(server: Server, name: str) -> dict[str, Any]:
    with server.login(name) as client:
        return dict(client.get(f"{API}/home").json())


def test_a_request_for_access_is_answered_in_place(desk: Desk, person: Callable[..., Person]) -> None:
    path = desk.put("emprunts.md", "# Emprunts\n")
    ref = desk.alice.get(f"{API}/files", params={"path": path}).json()["file"]["ref"]
    page = at_home(person(desk.server, "alice"))
    page.keyboard.press("Control+Shift+L")
    with desk.server.login("dave") as dave:
        dave.post(
            f"{API}/objects/{ref}/access-requests", json={"message": "Pour jeudi <b>!</b>"}
        ).raise_for_status()
        asked = page.locator(f"{WAITING} .opw-Request", has_text="emprunts.md")
        expect(asked).to_contain_text("demande l’accès à emprunts.md")
        expect(asked).to_contain_text("Pour jeudi <b>!</b>")
        asked.get_by_role("button", name="Donner l’accès").click()
        expect(asked).to_have_count(0)
        assert dave.get(f"{API}/files", params={"path": ref.partition(":")[2]}).status_code == 200


def test_search_by_keyboard_finds_names_whatever_their_accents(
    desk: Desk, person: Callable[..., Person]
) -> None:
    word = desk.name.split()[1]
    desk.put(f"Délibération {word}.md", "# Délibération\n")
    desk.alice.post(
        f"{API}/files", json={"path": f"{desk.name}/Délibérations {word}", "kind": "folder"}
    ).raise_for_status()
    bob = person(desk.server, "bob")
    page = at_home(bob)
    search(page, f"DELIB {word}")
    expect(page.locator(OPTIONS)).to_have_count(2)
    field = page.locator(FIELD)
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(page.locator(OPTIONS).first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    chosen = page.locator(f"{OPTIONS}[aria-selected=true]")
    expect(field).to_have_attribute("aria-activedescendant", str(chosen.get_attribute("id")))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(page.locator(OPTIONS)).to_have_count(0)
    expect(field).to_have_value("")
    search(page, f"deliberation {word}")
    expect(page.locator(OPTIONS).first).to_contain_text(f"Délibération {word}.md")
    page.keyboard.press("Enter")
    expect(page.locator(TEXT)).to_contain_text("Délibération")
    search(page, "rien de tel")
    expect(page.locator(".opw-Search-popup")).to_contain_text("Rien ici ne porte ce nom.")


def test_search_shows_nothing_of_what_is_not_mine(desk: Desk, person: Callable[..., Person]) -> None:
    word = desk.name.split()[1]
    desk.put(f"confidentiel {word}.md", "x\n")
    page = at_home(person(desk.server, "dave", locale="en-GB"))
    search(page, f"confidentiel {word}")
    expect(page.locator(".opw-Search-popup")).to_contain_text("Nothing here has this name.")
    page.keyboard.press("Escape")
    search(page, "bob")
    expect(page.locator(".opw-Search [role=status]")).not_to_be_empty()


def test_new_makes_things_where_one_is(desk: Desk, person: Callable[..., Person]) -> None:
    bob = person(desk.server, "bob", locale="en-GB")
    page = at_home(bob)
    button = page.get_by_role("button", name="New", exact=True)
    button.click()
    expect(page.get_by_role("menu").get_by_role("menuitem", name="Notebook")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(button).to_be_focused()
    button.click()
    page.get_by_role("menuitem", name="Plain text").click()
    expect(page.locator(TABS, has_text="Untitled text.txt")).to_be_visible()
    saved(bob, "en")
    with desk.server.login("bob") as client:
        mine = [entry["name"] for entry in client.get("/api/contents/~").json()["content"]]
    assert "Untitled text.txt" in mine
    no_dialog(bob)


def test_without_the_server_home_keeps_what_it_shows(fresh: Server, person: Callable[..., Person]) -> None:
    bob = person(fresh, "bob")
    page = at_home(bob)
    spaces = page.locator(".opw-mod-spaces")
    expect(spaces).to_contain_text("Finances")
    # What alice has just put there makes one line, which counts the new file too.
    added = page.locator(
        f"{CHANGES} .opw-HomeRow", has_text="Alice Martin a ajouté des fichiers dans Finances"
    )
    before = re.search(r"(\d+) fichiers", added.inner_text())
    assert before is not None
    page.route(f"**{API}/home", lambda route: route.abort())
    page.keyboard.press("Control+k")
    with fresh.login("alice") as alice:
        alice.post(f"{API}/files", json={"path": "Finances/neuf.md"}).raise_for_status()
    expect(page.locator(".opw-Home-stale")).to_contain_text("Le serveur est injoignable")
    expect(spaces).to_contain_text("Finances")
    page.unroute(f"**{API}/home")
    page.locator(".opw-Home-stale").get_by_role("button", name="Réessayer").click()
    expect(page.locator(".opw-Home-stale")).to_have_count(0)
    expect(added).to_contain_text(f"{int(before[1]) + 1} fichiers")


@pytest.mark.parametrize("width", [390, 1920])
def test_home_fits(server: Server, person: Callable[..., Person], width: int) -> None:
    page = at_home(person(server, "carol", width=width))
    expect(page.locator(FIELD)).to_be_visible()
    expect(page.locator(".opw-NewButton")).to_be_in_viewport(ratio=1)
    wide = page.evaluate(
        "() => { const home = document.querySelector('.opw-HomeView');"
        " return home.scrollWidth > home.clientWidth; }"
    )
    assert not wide, "Home scrolls sideways"
    for card in page.locator(".opw-HomeNew").all():
        box = card.bounding_box()
        assert box is not None
        assert box["height"] >= 44
