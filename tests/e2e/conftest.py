"""Real browsers: one Chromium, one context a person; a request to a foreign host fails the test."""

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Request, sync_playwright

from tests.conftest import Server
from tests.e2e.desk import Desk, make_desk
from tests.e2e.person import CHROMIUM, PATIENCE, QUIET, Person


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def person(browser: Browser) -> Iterator[Callable[..., Person]]:
    """Make people at browsers of their own."""
    made: list[Person] = []

    def make(server: Server, name: str, *, locale: str = "fr-FR", width: int = 1280) -> Person:
        context = browser.new_context(locale=locale, viewport={"width": width, "height": 800})
        context.set_default_timeout(PATIENCE)
        someone = Person(name, context, context.new_page(), server)

        def watch(request: Request) -> None:
            parts = urlsplit(request.url)
            if parts.scheme in {"http", "https", "ws", "wss"} and parts.hostname != "127.0.0.1":
                someone.foreign.append(request.url)

        context.on("request", watch)
        made.append(someone)
        return someone

    yield make
    for someone in made:
        someone.context.close()
    assert not [url for someone in made for url in someone.foreign], "a page called a foreign host"


@pytest.fixture
def desk(server: Server) -> Iterator[Desk]:
    """A team space of the test's own."""
    desk = make_desk(server)
    yield desk
    desk.alice.close()
