"""Documents for browser tests, and what a page shows of them."""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Page, expect

from tests.conftest import Server
from tests.e2e.person import Person

API = "/api/workspace/v1"
SHOWN = ".jp-MainAreaWidget:not(.lm-mod-hidden)"
TEXT = f"{SHOWN} .jp-FileEditor .cm-content"
SAVED = {"fr": "Enregistré", "en": "Saved"}
LINES = (
    "() => [...document.querySelectorAll('.jp-MainAreaWidget:not(.lm-mod-hidden) .jp-FileEditor .cm-line')]"
    ".map(line => { const copy = line.cloneNode(true);"
    " copy.querySelectorAll('.cm-widgetBuffer, .cm-ySelectionCaret, .cm-yRemoteCaret').forEach(mark => mark.remove());"
    " return copy.textContent.replaceAll('\\u2060', ''); }).join('\\n')"
)


@dataclass
class Desk:
    """A team space of one test's own: alice manages it, bob edits, carol reads."""

    server: Server
    alice: httpx.Client
    name: str
    id: str

    def put(self, name: str, content: object) -> str:
        """Write a file through Jupyter's interface; its path."""
        notebook = not isinstance(content, str)
        body = {
            "type": "notebook" if notebook else "file",
            "format": "json" if notebook else "text",
            "content": content,
        }
        self.alice.put(f"/api/contents/{self.name}/{name}", json=body).raise_for_status()
        return f"{self.name}/{name}"

    def on_disk(self, name: str) -> Path:
        """Where a file of the space lies."""
        return self.server.data_dir / "files" / self.id / name

    def let(self, username: str, level: str) -> None:
        """Give a member a level on the space."""
        body = {"subject": f"member:{self.member(username)}", "level": level}
        self.alice.put(f"{API}/objects/space:{self.id}/grants", json=body).raise_for_status()

    def member(self, username: str) -> str:
        """A member's id."""
        members = self.alice.get(f"{API}/members").json()
        return next(str(member["id"]) for member in members if member["username"] == username)


def make_desk(server: Server) -> Desk:
    """A new space on that server; close its client afterwards."""
    alice = server.login("alice")
    name = f"Équipe {uuid.uuid4().hex[:8]}"
    made = alice.post(f"{API}/spaces", json={"name": name})
    desk = Desk(server, alice, name, made.json()["id"])
    desk.let("bob", "editor")
    desk.let("carol", "reader")
    return desk


def notebook(*sources: str) -> dict[str, Any]:
    """A notebook of code cells."""
    cells: list[dict[str, Any]] = [
        {
            "cell_type": "code",
            "id": f"cell-{number}",
            "source": source,
            "metadata": {},
            "outputs": [],
            "execution_count": None,
        }
        for number, source in enumerate(sources)
    ]
    spec = {"name": "python3", "display_name": "Python (Workspace)", "language": "python"}
    return {"cells": cells, "metadata": {"kernelspec": spec}, "nbformat": 4, "nbformat_minor": 5}


def type_at(someone: Person, keys: tuple[str, ...], text: str) -> None:
    """Move with these keys, then type."""
    for key in keys:
        someone.page.keyboard.press(key)
    someone.page.keyboard.type(text)


def text_of(page: Page) -> str:
    """What the shown text editor holds (of a short file), without the marks of others."""
    return str(page.evaluate(LINES))


def saved(someone: Person, language: str = "fr") -> None:
    """Wait until the page says that everything is safe."""
    chip = someone.page.locator(f"{SHOWN} .opw-Chip-save .opw-Chip-label")
    expect(chip).to_have_text(SAVED[language])


def no_dialog(*people: Person) -> None:
    """Nobody was asked anything."""
    for someone in people:
        dialogs = someone.page.locator(".jp-Dialog")
        assert dialogs.count() == 0, dialogs.first.inner_text()


def until(true: Callable[[], bool], what: str) -> None:
    """Wait for something that no page shows."""
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)
