"""The pictures of the guide, taken from a demo server: `python -m tests.e2e.pictures`."""

import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, expect, sync_playwright

from tests.conftest import DEMO_PASSWORD, Server
from tests.e2e.person import CHROMIUM, PATIENCE, QUIET, Person

PICTURES = Path(__file__).parents[2] / "share" / "doc" / "openpaas_workspace" / "guide" / "pictures"
NOTEBOOK = "Finances/population-des-communes.ipynb"
SHOWN = ".jp-NotebookPanel:not(.lm-mod-hidden)"
MOST_BYTES = 200_000


def someone(browser: Browser, server: Server, name: str) -> Person:
    """A member at a browser of usual size."""
    context = browser.new_context(locale="fr-FR", viewport={"width": 1280, "height": 800})
    context.set_default_timeout(PATIENCE)
    return Person(name, context, context.new_page(), server)


def take(person: Person, name: str) -> None:
    """Write one picture."""
    file = PICTURES / f"{name}.png"
    person.page.screenshot(path=file, animations="disabled", caret="initial")
    with Image.open(file) as taken:
        small = taken.convert("RGB").quantize(256)
    small.save(file, optimize=True)
    assert file.stat().st_size < MOST_BYTES, f"{file} is too large"


def login(browser: Browser, server: Server) -> None:
    """The login page, filled."""
    visitor = someone(browser, server, "alice")
    visitor.page.goto(f"{server.url}/login")
    visitor.page.fill("input[name=username]", "alice")
    visitor.page.fill("input[name=password]", DEMO_PASSWORD)
    take(visitor, "login-fr")
    visitor.context.close()


def together(browser: Browser, server: Server) -> None:
    """Alice looks at what she has run while Bob writes, and Carole may only read."""
    alice = someone(browser, server, "alice").open_notebook(NOTEBOOK)
    expect(alice.page.locator(f"{SHOWN} [data-status='idle']").first).to_be_visible()
    # Through the menu: the demo notebook runs as a member would run it.
    alice.page.get_by_role("menuitem", name="Exécution", exact=True).click()
    alice.page.get_by_role("menuitem", name="Exécuter toutes les cellules", exact=True).click()
    expect(alice.page.locator(f"{SHOWN} .jp-OutputArea img").first).to_be_attached()
    bob = someone(browser, server, "bob").open_notebook(NOTEBOOK)
    written = bob.page.locator(f"{SHOWN} .jp-CodeCell .cm-content", has_text="nlargest")
    written.scroll_into_view_if_needed()
    written.click()
    bob.page.keyboard.press("Control+Home")
    bob.page.keyboard.type("# les plus grandes villes\n")
    bob.page.keyboard.press("ArrowUp")
    bob.page.keyboard.press("End")
    expect(alice.page.locator(f"{SHOWN} .cm-content", has_text="grandes villes")).to_be_attached()
    # Room for the table and the chart below it.
    alice.page.set_viewport_size({"width": 1280, "height": 1240})
    table = alice.page.locator(
        f"{SHOWN} .jp-CodeCell", has=alice.page.locator(".cm-content", has_text="nlargest")
    )
    table.evaluate("cell => cell.scrollIntoView({block: 'start'})")
    # Bob's name stands beside his cursor for a moment after each move.
    bob.page.keyboard.type(" de Bretagne")
    expect(alice.page.locator(".jp-remote-userFlag:not(.jp-mod-idle)")).to_contain_text("Bob Lefèvre")
    take(alice, "notebook-two-members-fr")
    carol = someone(browser, server, "carol").open_notebook(NOTEBOOK)
    expect(carol.page.locator(f"{SHOWN} .opw-Chip-right")).to_be_visible()
    take(carol, "reader-fr")
    for person in (alice, bob, carol):
        person.context.close()


def main() -> None:
    """Start a demo server, take all pictures, stop."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        server = Server(Path(folder) / "data").start()
        try:
            login(browser, server)
            together(browser, server)
        finally:
            server.stop()
            browser.close()


if __name__ == "__main__":
    main()
