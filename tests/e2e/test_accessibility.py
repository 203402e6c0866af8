"""Each view of ours against WCAG 2.2 A and AA by axe-core, by keyboard, at 390 pixels."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.conftest import Server
from tests.e2e.axe import unseen_focus, violations
from tests.e2e.conftest import Person

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


def _wider_than_window(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
