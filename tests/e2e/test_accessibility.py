"""Each view of ours against WCAG 2.2 A and AA by axe-core, by keyboard, at 390 pixels."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import Server
from tests.e2e.axe import unseen_focus, violations
from tests.e2e.desk import SHOWN, Desk
from tests.e2e.person import Person

PAGES = ("/login", "/forgotten", "/accessibility", "/setup/" + "x" * 43)


@pytest.mark.parametrize("locale", ["fr-FR", "en-GB"])
def test_pages_before_the_page(server: Server, person: Callable[..., Person], locale: str) -> None:
    visitor = person(server, "alice", locale=locale)
    for path in PAGES:
        for scheme in ("light", "dark"):
            visitor.page.emulate_media(color_scheme=scheme)
            visitor.page.goto(f"{server.url}{path}")
            assert violations(visitor.page, "html") == [], f"{path} {scheme}"
        assert unseen_focus(visitor.page, "body") == []
        visitor.page.set_viewport_size({"width": 390, "height": 800})
        assert _wider_than_window(visitor.page) == 0, path
        visitor.page.set_viewport_size({"width": 1280, "height": 800})


def test_each_view_of_the_workspace(desk: Desk, person: Callable[..., Person]) -> None:
    """The account and the administration have tests of their own."""
    path = desk.put("vues.md", "# Vues\n")
    alice = person(desk.server, "alice").open(f"{path}?reset")
    page, found = alice.page, {}

    def look(view: str, first: str) -> None:
        expect(page.locator(first).first).to_be_visible()
        expect(page.locator(f"{view} .opw-Skeleton")).to_have_count(0)
        found[view] = violations(page, view)

    look(".opw-Spaces", ".opw-Spaces-row")
    page.locator(f"{SHOWN} .opw-HistoryButton button").click()
    look(".opw-History", ".opw-History .opw-Entry")
    page.locator(f"{SHOWN} .opw-ShareButton button").click()
    look("dialog.opw-Share", "dialog.opw-Share .opw-Share-row")
    page.keyboard.press("Escape")
    expect(page.locator("dialog.opw-Share")).to_have_count(0)
    page.locator("#jp-main-dock-panel .lm-TabBar-tab:has([data-icon='openpaas:home'])").click()
    look(".opw-Home", ".opw-HomeCard")
    alice.goto(f"open/space:{desk.id}")
    look(".opw-Space", ".opw-Space h1")
    assert found == {view: [] for view in found}


def _wider_than_window(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
