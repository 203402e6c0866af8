"""Sheets for browser tests, and what a page shows of them."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, WebSocketRoute, expect

from tests.e2e.desk import API, Desk
from tests.e2e.person import Person

SHEET = ".opw-SheetDocument:not(.lm-mod-hidden)"
BAR = f"{SHEET} .opw-Sheet-bar textarea"
NOTICE = f"{SHEET} .opw-Notices-card"
_PASTE = """([selector, text]) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  document.querySelector(selector).dispatchEvent(
    new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
}"""
_COPY = """selector => {
  const data = new DataTransfer();
  document.querySelector(selector).dispatchEvent(
    new ClipboardEvent("copy", {clipboardData: data, bubbles: true, cancelable: true}));
  return [data.getData("text/plain"), data.getData("text/html")];
}"""


class Sheet:
    """A sheet of a test's own."""

    def __init__(self, desk: Desk, name: str = "Budget") -> None:
        made = desk.alice.post(f"{API}/sheets", json={"path": f"{desk.name}/{name}.sheet"})
        made.raise_for_status()
        self.desk = desk
        self.path = f"{desk.name}/{name}.sheet"
        self.id = str(made.json()["id"])
        self.tab = str(made.json()["tabs"][0]["id"])
        self._n = 0

    def submit(self, **change: Any) -> None:
        """Somebody's script changes it."""
        self._n += 1
        body = {"client": "test", "n": self._n, "base_seq": self._n, **change}
        self.desk.alice.post(f"{API}/sheets/{self.id}/ops", json=body).raise_for_status()

    def fill(self, *rows: tuple[str, ...]) -> None:
        """Texts as typed in French, from A1."""
        cells = [[row, column, text] for row, line in enumerate(rows) for column, text in enumerate(line)]
        self.submit(typed={"tab": self.tab, "cells": cells, "locale": "fr"})

    def open(self, person: Callable[..., Person], name: str, **options: Any) -> Person:
        """Somebody looks at it."""
        return self.show(person(self.desk.server, name, **options))

    def show(self, someone: Person) -> Person:
        """Open it at this browser."""
        return show(someone, self.path)


class Line:
    """Somebody's sockets of sheets, which can be cut. Make it before they open one."""

    def __init__(self, someone: Person) -> None:
        self._open: list[WebSocketRoute] = []
        self._cut = False
        someone.page.route_web_socket(re.compile(r"/sheets/"), self._pass)

    def _pass(self, route: WebSocketRoute) -> None:
        if self._cut:
            route.close(code=1001)
        else:
            route.connect_to_server()
            self._open.append(route)

    def cut(self) -> None:
        """Closed, and no new one comes through."""
        self._cut = True
        for route in self._open:
            route.close(code=1001)

    def mend(self) -> None:
        """New ones come through again."""
        self._cut = False


def show(someone: Person, path: str) -> Person:
    """Open a sheet at this browser."""
    someone.goto(f"lab/tree/{path}?reset")
    expect(cell(someone, "A1")).to_be_visible()
    expect(someone.page.locator(f"{SHEET} .opw-Sheet-state")).to_have_count(0)
    return someone


def cell(someone: Person, name: str) -> Locator:
    """A cell in sight."""
    letter, row = name[0], int(name[1:])
    return someone.page.locator(f'{SHEET} .opw-Grid-cell[id$="-{row - 1}-{ord(letter) - 65}"]')


def write(someone: Person, name: str, text: str) -> None:
    """Choose a cell, type, Enter."""
    cell(someone, name).click()
    someone.page.keyboard.type(text)
    someone.page.keyboard.press("Enter")


def paste(someone: Person, text: str) -> None:
    """As Ctrl+V does."""
    someone.page.evaluate(_PASTE, [f"{SHEET} .opw-Grid-scroller", text])


def copied(someone: Person) -> tuple[str, str]:
    """What Ctrl+C puts on the clipboard: text and HTML."""
    text, html = someone.page.evaluate(_COPY, f"{SHEET} .opw-Grid-scroller")
    return str(text), str(html)
