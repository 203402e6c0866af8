"""Somebody at a browser."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Page, expect

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
        shown = ".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell"
        expect(self.page.locator(shown).first).to_be_visible()
        return self
