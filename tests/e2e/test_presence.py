"""Two or three people see each other: true names, one face a person, where they are, gone when they are gone."""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.conftest import Server
from tests.e2e.desk import SHOWN, TEXT, Desk, notebook, type_at, until
from tests.e2e.person import Person
from tests.e2e.relay import Relay

# Three browsers, and silences of half a minute.
pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]

FACE = f"{SHOWN} .opw-FaceButton"
CELL = f"{SHOWN} .jp-Notebook .jp-CodeCell .cm-content"
SCROLLER = f"{SHOWN} .jp-FileEditor .cm-scroller"
WRITING = ".opw-Writing"
FOLLOWING = f"{SHOWN} .opw-Follow"
GONE_MS, DEAD_MS = 5_000, 40_000  # what the product promises
LONG = [f"# {n}\n" + "\n".join(f"x{line} = {line}" for line in range(12)) for n in range(1, 31)]
# English and French, in this order
CELL_WORD = {"en-GB": "cell", "fr-FR": "cellule"}
LINE_WORD = {"en-GB": "line", "fr-FR": "ligne"}
AWAY = {"en-GB": "away", "fr-FR": "absent"}
WRITES = {"en-GB": "Bob Lefèvre is typing in cell 4", "fr-FR": "Bob Lefèvre écrit dans la cellule 4"}
FOLLOW = {"en-GB": "Follow", "fr-FR": "Suivre"}
FOLLOWS = {
    "en-GB": "You are following Bob Lefèvre — Esc to stop",
    "fr-FR": "Vous suivez Bob Lefèvre — Échap pour arrêter",
}


@pytest.fixture
def relay(server: Server) -> Iterator[Relay]:
    relay = Relay(server.port)
    yield relay
    relay.close()


def face(someone: Person, username: str) -> Locator:
    """The face of another in the document that somebody looks at."""
    return someone.page.locator(f"{FACE}[data-member={username}]")


def is_at(someone: Person, username: str, where: str) -> None:
    expect(face(someone, username)).to_have_attribute("title", re.compile(f"— {where}$"))


def put(desk: Desk, name: str, content: object) -> str:
    """A file that no layout of an earlier test has open."""
    ending = ".md" if isinstance(content, str) else ".ipynb"
    return desk.put(f"{name}-{desk.id[-6:]}{ending}", content)


def look(someone: Person, path: str) -> Person:
    """Open a file and wait until it is what the page shows."""
    someone.open(path)
    tab = someone.page.locator(".lm-DockPanel-tabBar .lm-mod-current", has_text=path.rpartition("/")[2])
    expect(tab).to_be_visible()
    expect(someone.page.locator(f"{SHOWN} .cm-content").first).to_be_visible()
    return someone


def shown_cell_line(page: Page, line: str) -> Locator:
    return page.locator(f"{SHOWN} .jp-Notebook .cm-line", has_text=re.compile(f"^{line}$"))


def writes(one: Person, other: Person) -> str:
    """Write a letter; what the status bar of the other says of it in that moment."""
    one.page.keyboard.type("y")
    other.page.wait_for_timeout(500)
    return other.page.locator(WRITING).text_content() or ""


def in_view(locator: Locator) -> None:
    expect(locator.first).to_be_in_viewport()


def shown_line(page: Page, line: str) -> Locator:
    return page.locator(f"{SHOWN} .jp-FileEditor .cm-line", has_text=re.compile(f"^{line}$"))


@pytest.mark.parametrize("locale", ["fr-FR", "en-GB"])
def test_three_people_see_who_is_there_and_where(
    desk: Desk, person: Callable[..., Person], locale: str
) -> None:
    path = put(desk, "carnet", notebook(*LONG))
    alice = look(person(desk.server, "alice", locale=locale), path)
    expect(alice.page.locator(FACE)).to_have_count(0)
    bob = look(person(desk.server, "bob"), path)
    carol = look(person(desk.server, "carol"), path)
    expect(alice.page.locator(FACE)).to_have_count(2)
    expect(carol.page.locator(FACE)).to_have_count(2)
    expect(bob.page.locator(FACE)).to_have_count(2)
    is_at(alice, "carol", f"{CELL_WORD[locale]} 1")

    bob.page.locator(CELL).nth(3).click()
    is_at(alice, "bob", f"{CELL_WORD[locale]} 4")
    until(lambda: writes(bob, alice) == WRITES[locale], "nobody is seen to write")
    expect(alice.page.get_by_role("status").filter(has_text=WRITES[locale])).to_have_count(1)
    expect(alice.page.locator(WRITING)).to_be_hidden()

    flag = alice.page.locator(".jp-remote-userFlag", has_text="Bob Lefèvre")
    bob.page.keyboard.type("z")
    expect(flag).to_have_count(1)
    colour = (
        face(alice, "bob").locator(".opw-Face").evaluate("node => getComputedStyle(node).backgroundColor")
    )
    assert flag.evaluate("node => getComputedStyle(node).borderTopColor") == colour


def test_three_windows_are_one_face_and_who_closes_the_last_is_gone(
    desk: Desk, person: Callable[..., Person]
) -> None:
    path = put(desk, "notes", "une ligne")
    alice = look(person(desk.server, "alice"), path)
    bob = look(person(desk.server, "bob"), path)
    expect(face(alice, "bob")).to_have_count(1)
    others = [bob.context.new_page() for _ in range(2)]
    for page in others:
        page.goto(f"{desk.server.url}/lab/tree/{path}")
        expect(page.locator(TEXT)).to_be_visible()
        expect(page.locator(FACE)).to_have_count(1)
    expect(alice.page.locator(FACE)).to_have_count(1)
    for page in others:
        page.close()
    expect(face(alice, "bob")).to_have_count(1)
    bob.page.close()
    began = time.monotonic()
    expect(face(alice, "bob")).to_have_count(0, timeout=10 * GONE_MS)
    print(f"gone {time.monotonic() - began:.1f} s after the last window")
    expect(alice.page.locator(FACE)).to_have_count(0)


@pytest.mark.long
def test_a_closed_laptop_is_away_or_gone(desk: Desk, relay: Relay, person: Callable[..., Person]) -> None:
    path = put(desk, "notes", "une ligne")
    alice = look(person(desk.server, "alice"), path)
    far = replace(desk.server, port=relay.port)
    bob = look(person(far, "bob"), path)
    expect(face(alice, "bob")).to_have_count(1)
    relay.freeze()
    began = time.monotonic()
    expect(face(alice, "bob")).to_have_count(0, timeout=10 * DEAD_MS)
    print(f"gone {time.monotonic() - began:.1f} s after the lid")
    # who has no connection does not claim to know who is there
    expect(face(bob, "alice")).to_have_count(0, timeout=10 * DEAD_MS)
    relay.thaw()
    expect(face(alice, "bob")).to_have_count(1)
    expect(face(bob, "alice")).to_have_count(1)


@pytest.mark.long
def test_who_has_no_network_is_gone(desk: Desk, person: Callable[..., Person]) -> None:
    path = put(desk, "notes", "une ligne")
    alice = look(person(desk.server, "alice"), path)
    bob = look(person(desk.server, "bob"), path)
    expect(face(alice, "bob")).to_have_count(1)
    bob.context.set_offline(True)
    expect(face(alice, "bob")).to_have_count(0, timeout=10 * DEAD_MS)
    bob.context.set_offline(False)
    expect(face(alice, "bob")).to_have_count(1)


@pytest.mark.long
def test_who_looks_at_something_else_is_away(desk: Desk, person: Callable[..., Person]) -> None:
    path, other = put(desk, "un", "un"), put(desk, "deux", "deux")
    alice = look(person(desk.server, "alice"), path)
    bob = look(person(desk.server, "bob", locale="en-GB"), path)
    expect(face(alice, "bob").locator(".opw-mod-present")).to_have_count(1)
    name = other.rpartition("/")[2]
    bob.page.locator(".jp-DirListing-item", has_text=name).dblclick()
    is_at(alice, "bob", AWAY["fr-FR"])
    expect(face(alice, "bob").locator(".opw-mod-away")).to_have_count(1)
    bob.page.get_by_role("tab", name=path.rpartition("/")[2]).click()
    expect(face(alice, "bob").locator(".opw-mod-present")).to_have_count(1)


@pytest.mark.long
def test_who_does_not_touch_or_see_the_page_is_away(desk: Desk, person: Callable[..., Person]) -> None:
    path = put(desk, "notes", "une ligne")
    alice = look(person(desk.server, "alice"), path)
    bob = person(desk.server, "bob")
    bob.page.clock.install()
    look(bob, path)
    bob.page.locator(TEXT).click()
    is_at(alice, "bob", "ligne 1")
    bob.page.clock.fast_forward("06:00")
    is_at(alice, "bob", "absent")
    bob.page.locator(TEXT).click()
    is_at(alice, "bob", "ligne 1")
    bob.page.evaluate(
        "() => { Object.defineProperty(document, 'visibilityState', {value: 'hidden', configurable: true});"
        " document.dispatchEvent(new Event('visibilitychange')); }"
    )
    is_at(alice, "bob", "absent")


@pytest.mark.parametrize("locale", ["fr-FR", "en-GB"])
def test_jump_to_and_follow_a_colleague_in_a_notebook(
    desk: Desk, person: Callable[..., Person], locale: str
) -> None:
    path = put(desk, "carnet", notebook(*LONG))
    alice = look(person(desk.server, "alice", locale=locale), path)
    bob = look(person(desk.server, "bob"), path)
    expect(face(alice, "bob")).to_have_count(1)
    bob.page.locator(CELL).first.click()
    bob.page.keyboard.press("Escape")
    for _ in range(9):
        bob.page.keyboard.press("ArrowDown")
    is_at(alice, "bob", f"{CELL_WORD[locale]} 10")

    face(alice, "bob").click()
    tenth = shown_cell_line(alice.page, "# 10")
    in_view(tenth)
    alice.page.get_by_role("dialog").get_by_role("button", name=FOLLOW[locale]).click()
    expect(alice.page.locator(FOLLOWING)).to_contain_text(FOLLOWS[locale])
    for _ in range(10):
        bob.page.keyboard.press("ArrowDown")
    in_view(shown_cell_line(alice.page, "# 20"))
    bob.page.keyboard.press("Enter")
    bob.page.keyboard.press("Control+End")
    bob.page.keyboard.type("\nz = 1\nfin = 1")
    in_view(shown_cell_line(alice.page, "fin = 1"))
    expect(alice.page.locator(FOLLOWING)).to_have_count(1)

    alice.page.keyboard.press("Escape")
    expect(alice.page.locator(FOLLOWING)).to_have_count(0)
    bob.page.keyboard.press("Escape")
    for _ in range(8):
        bob.page.keyboard.press("ArrowDown")
    is_at(alice, "bob", f"{CELL_WORD[locale]} 28")
    in_view(shown_cell_line(alice.page, "fin = 1"))


@pytest.mark.long
def test_follow_in_a_text_until_one_scrolls_or_the_other_leaves(
    desk: Desk, person: Callable[..., Person]
) -> None:
    path = put(desk, "notes", "\n".join(f"Ligne {n}" for n in range(1, 301)))
    alice = look(person(desk.server, "alice"), path)
    bob = look(person(desk.server, "bob"), path)
    bob.page.locator(TEXT).click()
    type_at(bob, ("Control+End",), "")
    is_at(alice, "bob", "ligne 300")
    face(alice, "bob").click()
    in_view(shown_line(alice.page, "Ligne 300"))

    alice.page.get_by_role("dialog").get_by_role("button", name="Suivre").click()
    bob.page.keyboard.press("Control+Home")
    in_view(shown_line(alice.page, "Ligne 1"))
    bob.page.locator(SCROLLER).hover()
    bob.page.mouse.wheel(0, 3000)
    expect(shown_line(alice.page, "Ligne 1")).not_to_be_in_viewport()

    alice.page.locator(SCROLLER).hover()
    alice.page.mouse.wheel(0, 40)
    expect(alice.page.locator(FOLLOWING)).to_have_count(0)

    face(alice, "bob").click()
    alice.page.get_by_role("dialog").get_by_role("button", name="Suivre").click()
    expect(alice.page.locator(FOLLOWING)).to_contain_text("Vous suivez Bob Lefèvre")
    bob.page.close()
    expect(alice.page.locator(FOLLOWING)).to_contain_text("Bob Lefèvre n’est plus là")
    expect(alice.page.locator(FOLLOWING)).to_have_count(0)


def test_faces_are_reached_by_keyboard_and_by_finger(desk: Desk, person: Callable[..., Person]) -> None:
    path = put(desk, "carnet", notebook(*LONG))
    bob = look(person(desk.server, "bob"), path)
    alice = look(person(desk.server, "alice", width=390), path)
    expect(face(alice, "bob")).to_be_visible()
    box = face(alice, "bob").bounding_box()
    assert box is not None
    assert 0 <= box["x"] <= 390 - box["width"]
    bob.page.locator(CELL).nth(1).click()
    is_at(alice, "bob", "cellule 2")
    face(alice, "bob").focus()
    alice.page.keyboard.press("Enter")
    dialog = alice.page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Suivre")).to_be_focused()
    alice.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(face(alice, "bob")).to_be_focused()
    face(alice, "bob").click()
    dialog.get_by_role("button", name="Suivre").click()
    alice.page.get_by_role("button", name="Ne plus suivre").click()
    expect(alice.page.locator(FOLLOWING)).to_have_count(0)
