"""The page saves again and again, others write to the file on disk, and nobody is asked which version to keep."""

import time
import uuid
from collections.abc import Callable

from playwright.sync_api import Page

from tests.conftest import Server
from tests.e2e.person import Person

API = "/api/workspace/v1"


def test_saving_after_typing_and_after_an_outside_change_asks_nothing(
    server: Server, person: Callable[..., Person]
) -> None:
    space = f"Page {uuid.uuid4().hex[:8]}"
    with server.login("alice") as alice:
        space_id = alice.post(f"{API}/spaces", json={"name": space}).json()["id"]
        sent = {"type": "file", "format": "text", "content": "first\nsecond\n"}
        assert alice.put(f"/api/contents/{space}/a.txt", json=sent).status_code == 201
    file = server.data_dir / "files" / space_id / "a.txt"
    page = person(server, "alice").open(f"{space}/a.txt?reset").page
    _shown(page, "second")
    for word in ("one", "two"):
        page.locator(".jp-FileEditor .cm-content").click()
        page.keyboard.press("Control+Home")
        page.keyboard.type(f"{word} ")
        _save(page)
        _until(lambda word=word: f"{word} " in file.read_text())  # type: ignore[misc]
    file.write_text(file.read_text().replace("second", "outside"))  # as a kernel does in its mount
    _shown(page, "outside")
    page.keyboard.type("three ")
    _save(page)
    _until(lambda: "three " in file.read_text())
    assert file.read_text() == "two three one first\noutside\n"
    assert page.locator(".jp-Dialog").count() == 0


def _shown(page: Page, text: str) -> None:
    page.wait_for_function(
        "text => document.querySelector('.jp-FileEditor .cm-content')?.innerText.includes(text)", arg=text
    )


def _save(page: Page) -> None:
    """Ctrl+S ends with a checkpoint, or in a dialog."""
    with page.expect_response(
        lambda answer: "/checkpoints" in answer.url and answer.request.method == "POST"
    ):
        page.keyboard.press("Control+s")
    assert page.locator(".jp-Dialog").count() == 0


def _until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline, "the file does not follow"
        time.sleep(0.05)
