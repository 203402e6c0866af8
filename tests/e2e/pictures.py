"""The pictures of the guide, taken in both languages from a demo server: `python -m tests.e2e.pictures`."""

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, expect, sync_playwright

from tests.conftest import DEMO_PASSWORD, Server
from tests.e2e.person import CHROMIUM, PATIENCE, QUIET, Person
from tests.e2e.sheet import BAR, SHEET, cell, show, write

PICTURES = Path(__file__).parents[2] / "share" / "doc" / "openpaas_workspace" / "guide" / "pictures"
API = "/api/workspace/v1"
NOTEBOOK = "Finances/population-des-communes.ipynb"
SHOWN = ".jp-NotebookPanel:not(.lm-mod-hidden)"
MOST_BYTES = 200_000


@dataclass(frozen=True)
class Language:
    """What is clicked and typed in one language."""

    short: str
    locale: str
    run: str
    run_all: str
    comment: str
    more: str
    account: str
    budget: tuple[tuple[str, ...], ...]


LANGUAGES = (
    Language(
        "fr",
        "fr-FR",
        "Exécution",
        "Exécuter toutes les cellules",
        "les plus grandes villes",
        " de Bretagne",
        "Mon compte",
        (
            ("Budget 2027", "Nombre", "Prix", "Total"),
            ("Tables de la salle des fêtes", "24", "149,90 €", "=B2*C2"),
            ("Chaises", "180", "24,50 €", "=B3*C3"),
            ("Vidéoprojecteur", "2", "689,00 €", "=B4*C4"),
            ("Réfection de la toiture", "1", "18 400,00 €", "=B5*C5"),
            ("Panneaux d’affichage", "2", "412,00 €", "=B6*C6"),
            (),
            ("Total", "", "", "=SOMME(D2:D6)"),
        ),
    ),
    Language(
        "en",
        "en-GB",
        "Run",
        "Run All Cells",
        "the largest towns",
        " of Brittany",
        "My account",
        (
            ("Budget 2027", "Number", "Price", "Total"),
            ("Tables for the village hall", "24", "149.90 €", "=B2*C2"),
            ("Chairs", "180", "24.50 €", "=B3*C3"),
            ("Projector", "2", "689.00 €", "=B4*C4"),
            ("Repair of the roof", "1", "18,400.00 €", "=B5*C5"),
            ("Notice boards", "2", "412.00 €", "=B6*C6"),
            (),
            ("Total", "", "", "=SUM(D2:D6)"),
        ),
    ),
)


class Studio:
    """One language, one demo server."""

    def __init__(self, browser: Browser, server: Server, language: Language) -> None:
        self.browser, self.server, self.language = browser, server, language

    def someone(self, name: str) -> Person:
        """A member at a browser of usual size."""
        context = self.browser.new_context(
            locale=self.language.locale, viewport={"width": 1280, "height": 800}
        )
        context.set_default_timeout(PATIENCE)
        return Person(name, context, context.new_page(), self.server)

    def take(self, person: Person, name: str) -> None:
        """Write one picture."""
        if person.page.locator(".jp-BreadCrumbs").is_visible():
            expect(person.page.locator(".jp-BreadCrumbs-item").first).to_be_visible()
        file = PICTURES / f"{name}-{self.language.short}.png"
        person.page.screenshot(path=file, animations="disabled", caret="initial")
        with Image.open(file) as taken:
            small = taken.convert("RGB").quantize(256)
        small.save(file, optimize=True)
        assert file.stat().st_size < MOST_BYTES, f"{file} is too large"


def login(studio: Studio) -> None:
    """The login page, filled."""
    visitor = studio.someone("alice")
    visitor.page.goto(f"{studio.server.url}/login")
    visitor.page.fill("input[name=username]", "alice")
    visitor.page.fill("input[name=password]", DEMO_PASSWORD)
    studio.take(visitor, "login")
    visitor.context.close()


def together(studio: Studio) -> None:
    """Alice looks at what she has run while Bob writes, Carole may only read; then what Alice finds around it."""
    words = studio.language
    alice = studio.someone("alice").open_notebook(f"{NOTEBOOK}?reset")
    expect(alice.page.locator(f"{SHOWN} [data-status='idle']").first).to_be_visible()
    # Through the menu: the demo notebook runs as a member would run it.
    alice.page.get_by_role("menuitem", name=words.run, exact=True).click()
    alice.page.get_by_role("menuitem", name=words.run_all, exact=True).click()
    expect(alice.page.locator(f"{SHOWN} .jp-OutputArea img").first).to_be_attached()
    bob = studio.someone("bob").open_notebook(f"{NOTEBOOK}?reset")
    written = bob.page.locator(f"{SHOWN} .jp-CodeCell .cm-content", has_text="nlargest")
    written.scroll_into_view_if_needed()
    written.click()
    bob.page.keyboard.press("Control+Home")
    bob.page.keyboard.type(f"# {words.comment}\n")
    bob.page.keyboard.press("ArrowUp")
    bob.page.keyboard.press("End")
    expect(alice.page.locator(f"{SHOWN} .cm-content", has_text=words.comment)).to_be_attached()
    # Room for the table and the chart below it.
    alice.page.set_viewport_size({"width": 1280, "height": 1240})
    table = alice.page.locator(
        f"{SHOWN} .jp-CodeCell", has=alice.page.locator(".cm-content", has_text="nlargest")
    )
    table.evaluate("cell => cell.scrollIntoView({block: 'start'})")
    # Bob's name stands beside his cursor for a moment after each move.
    bob.page.keyboard.type(words.more)
    expect(alice.page.locator(".jp-remote-userFlag:not(.jp-mod-idle)")).to_contain_text("Bob Lefèvre")
    studio.take(alice, "notebook-two-members")
    carol = studio.someone("carol").open_notebook(f"{NOTEBOOK}?reset")
    expect(carol.page.locator(f"{SHOWN} .opw-Chip-right")).to_be_visible()
    studio.take(carol, "reader")
    alice.page.set_viewport_size({"width": 1280, "height": 800})
    around(studio, alice)
    for person in (alice, bob, carol):
        person.context.close()


def around(studio: Studio, alice: Person) -> None:
    """History, the share window, Home, the panel of files, the page of a space."""
    page = alice.page
    page.locator(f"{SHOWN} .opw-HistoryButton button").click()
    page.locator(".opw-History .opw-Entry").first.click()
    expect(page.locator(".opw-Compare, .opw-Diff").first).to_be_visible()
    studio.take(alice, "history")
    alice.open_notebook(f"{NOTEBOOK}?reset")
    page.locator(f"{SHOWN} .opw-ShareButton button").click()
    expect(page.locator("dialog.opw-Share .opw-Share-row").first).to_be_visible()
    studio.take(alice, "share")
    page.keyboard.press("Escape")
    studio.take(alice, "files")
    page.locator("#jp-main-dock-panel .lm-TabBar-tab:has([data-icon='openpaas:home'])").click()
    expect(page.locator(".opw-HomeCard").first).to_be_visible()
    expect(page.locator(".opw-Home .opw-Skeleton")).to_have_count(0)
    studio.take(alice, "home")
    with studio.server.login("alice") as client:
        spaces = client.get(f"{API}/spaces").json()
    finances = next(space["id"] for space in spaces if space["name"] == "Finances")
    alice.goto(f"open/space:{finances}")
    expect(page.locator(".opw-Space h1")).to_be_visible()
    expect(page.locator(".opw-Space .opw-Skeleton")).to_have_count(0)
    studio.take(alice, "space")


def account(studio: Studio) -> None:
    """The profile, and the administration."""
    alice = studio.someone("alice").goto("lab?reset")
    page = alice.page
    for item, name in ((studio.language.account, "account"), ("Administration", "administration")):
        menu = page.locator("#jp-MainMenu, #jp-top-panel").locator(
            ".jp-MenuBar-anonymousIcon, .jp-MenuBar-imageIcon"
        )
        menu.last.click()
        page.get_by_role("menuitem", name=item, exact=True).click()
        expect(page.locator(".jp-MainAreaWidget:not(.lm-mod-hidden) .opw-Sections-body h2")).to_be_visible()
        expect(page.locator(".opw-Sections .opw-Skeleton")).to_have_count(0)
        studio.take(alice, name)
    alice.context.close()


def line(row: int) -> dict[str, int]:
    """The first four cells of a row."""
    return {"top": row, "bottom": row, "left": 0, "right": 3}


def sheet(studio: Studio) -> None:
    """Alice looks at a formula of a budget in which Bob writes."""
    words = studio.language
    path = f"Finances/{words.budget[0][0]}.sheet"
    with studio.server.login("alice") as client:
        made = client.post(f"{API}/sheets", json={"path": path}).raise_for_status().json()
        tab = made["tabs"][0]["id"]
        cells = [
            [row, column, text] for row, line in enumerate(words.budget) for column, text in enumerate(line)
        ]
        ops = f"{API}/sheets/{made['id']}/ops"
        typed = {"tab": tab, "cells": cells, "locale": words.short}
        client.post(ops, json={"client": "p", "n": 1, "base_seq": 1, "typed": typed}).raise_for_status()
        looks = (
            {"kind": "format", "tab": tab, "style": {"bold": True}, "range": line(0)},
            {"kind": "format", "tab": tab, "style": {"bold": True}, "range": line(len(words.budget) - 1)},
            {"kind": "format", "tab": tab, "style": {"number": "#,##0.00 €"}, "columns": [3]},
            {"kind": "column_width", "tab": tab, "column": 0, "width": 240},
        )
        for n, look in enumerate(looks, 2):
            client.post(ops, json={"client": "p", "n": n, "base_seq": n, "op": look}).raise_for_status()
    alice, bob = (show(studio.someone(name), path) for name in ("alice", "bob"))
    write(bob, "B6", "3")
    cell(bob, "B4").click()
    cell(alice, "D8").click()
    expect(alice.page.locator(f"{SHEET} .opw-Grid-boxes")).to_contain_text("Bob")
    alice.page.locator(BAR).click()
    studio.take(alice, "sheet")
    for person in (alice, bob):
        person.context.close()


SCENES = (login, together, account, sheet)


def main() -> None:
    """Start a demo server for each language, take all pictures (or those of the scenes that are named), stop."""
    wanted = sys.argv[1:]
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        for language in LANGUAGES:
            server = Server(Path(folder) / language.short).start()
            try:
                for scene in (one for one in SCENES if not wanted or one.__name__ in wanted):
                    scene(Studio(browser, server, language))
            finally:
                server.stop()
        browser.close()


if __name__ == "__main__":
    main()
