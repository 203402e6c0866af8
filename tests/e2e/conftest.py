"""Real browsers: one Chromium, one context a person; a request to a foreign host fails the test."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect, sync_playwright

from tests.conftest import DEMO_PASSWORD, Server

CHROMIUM = "/usr/bin/chromium"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 60_000
expect.set_options(timeout=PATIENCE)


@dataclass
class Person:
    """One member at one browser."""

    name: str
    context: BrowserContext
    page: Page
    server: Server
    foreign: list[str] = field(default_factory=list)

    def log_in(self) -> "Person":
        """Through the login page, as a person would, to where the workspace begins."""
        return self.goto("lab")

    def goto(self, address: str) -> "Person":
        """Follow a link; whoever is not logged in meets the login page first, and goes on from there."""
        self.page.goto(f"{self.server.url}/{address}")
        if urlsplit(self.page.url).path == "/login":
            self.page.fill("input[name=username]", self.name)
            self.page.fill("input[name=password]", DEMO_PASSWORD)
            self.page.click("button[type=submit]")
            self.page.wait_for_url("**/lab**", timeout=PATIENCE)
        return self

    def open(self, path: str) -> "Person":
        """Open a file by its address."""
        self.goto(f"lab/tree/{path}")
        expect(self.page.locator(".jp-MainAreaWidget:not(.lm-mod-hidden) .jp-Toolbar").first).to_be_visible()
        return self

    def open_notebook(self, path: str) -> "Person":
        """Open a notebook and wait for its cells."""
        self.open(path)
        expect(self.page.locator(".jp-Notebook .jp-Cell").first).to_be_visible()
        return self


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
