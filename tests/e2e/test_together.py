"""Two members at two browsers: log in, write together, run, watch, lose the right, end the session."""

from collections.abc import Callable, Iterator

import httpx
import pytest
from playwright.sync_api import expect

from tests.conftest import Server
from tests.e2e.person import Person

NOTEBOOK = {
    "cells": [
        {
            "cell_type": "code",
            "id": "first",
            "source": "",
            "metadata": {},
            "outputs": [],
            "execution_count": None,
        },
        {"cell_type": "markdown", "id": "second", "source": "Une note", "metadata": {}},
    ],
    "metadata": {
        "kernelspec": {"name": "python3", "display_name": "Python (Workspace)", "language": "python"}
    },
    "nbformat": 4,
    "nbformat_minor": 5,
}


@pytest.fixture(scope="module")
def demo(make_server: Callable[..., Server]) -> Server:
    return make_server("--demo", name="e2e").start()


@pytest.fixture
def alice(demo: Server) -> Iterator[httpx.Client]:
    with demo.login("alice") as client:
        yield client


@pytest.fixture
def notebook(alice: httpx.Client, request: pytest.FixtureRequest) -> str:
    path = f"Finances/{request.node.name.replace('[', '-').replace(']', '')}.ipynb"
    body = {"type": "notebook", "format": "json", "content": NOTEBOOK}
    alice.put(f"/api/contents/{path}", json=body).raise_for_status()
    return path


@pytest.mark.parametrize(
    ("locale", "button"), [("fr-FR", "Se connecter"), pytest.param("en-GB", "Log in", marks=pytest.mark.long)]
)
def test_log_in_in_both_languages(
    demo: Server, person: Callable[..., Person], locale: str, button: str
) -> None:
    someone = person(demo, "bob", locale=locale)
    someone.page.goto(f"{demo.url}/lab")
    expect(someone.page.locator("button[type=submit]")).to_have_text(button)
    someone.page.fill("input[name=username]", "bob")
    someone.page.fill("input[name=password]", "wrong password")
    someone.page.click("button[type=submit]")
    expect(someone.page.get_by_role("alert")).to_be_visible()
    someone.log_in()
    expect(someone.page.locator("#jp-main-dock-panel")).to_be_visible()


def test_write_run_and_watch_together(demo: Server, person: Callable[..., Person], notebook: str) -> None:
    alice = person(demo, "alice").open_notebook(notebook)
    bob = person(demo, "bob", locale="en-GB").open_notebook(notebook)
    carol = person(demo, "carol").open_notebook(notebook)

    alice.page.locator(".jp-Notebook .jp-CodeCell .cm-content").first.click()
    alice.page.keyboard.type("print('é', 6 * 7)")
    expect(bob.page.locator(".jp-CodeCell .cm-content").first).to_have_text("print('é', 6 * 7)")
    expect(carol.page.locator(".jp-CodeCell .cm-content").first).to_have_text("print('é', 6 * 7)")

    bob.page.locator(".jp-CodeCell .cm-content").first.click()
    bob.page.keyboard.press("Control+Enter")
    expect(bob.page.locator(".jp-OutputArea-output").first).to_contain_text("é 42")
    expect(alice.page.locator(".jp-OutputArea-output").first).to_contain_text("é 42")
    expect(carol.page.locator(".jp-OutputArea-output").first).to_contain_text("é 42")

    chip = carol.page.get_by_text("Lecture seule").first
    expect(chip).to_be_visible()
    carol.page.locator(".jp-CodeCell .cm-content").first.click()
    carol.page.keyboard.type("carol was here")
    carol.page.keyboard.press("Escape")
    carol.page.keyboard.press("b")
    bob.page.keyboard.press("Enter")
    bob.page.keyboard.press("End")
    bob.page.keyboard.type("  # bob")
    expect(alice.page.locator(".jp-CodeCell .cm-content").first).to_contain_text("# bob")
    expect(carol.page.locator(".jp-CodeCell .cm-content").first).to_contain_text("# bob")
    for someone in (alice, bob, carol):
        expect(someone.page.locator(".jp-Notebook .jp-Cell")).to_have_count(2)
        expect(someone.page.get_by_text("carol was here")).to_have_count(0)


def test_a_reader_loses_the_right_while_watching(
    demo: Server, person: Callable[..., Person], alice: httpx.Client, notebook: str
) -> None:
    spaces = alice.get("/api/workspace/v1/spaces").json()
    ref = next(f"space:{space['id']}" for space in spaces if space["name"] == "Conseil municipal")
    carol = next(m for m in alice.get("/api/workspace/v1/members").json() if m["username"] == "carol")
    path = "Conseil municipal/ordre-du-jour.md"
    reader = person(demo, "carol").open(path)
    expect(reader.page.locator(".jp-FileEditor .cm-content, .jp-MarkdownViewer").first).to_contain_text(
        "Conseil municipal"
    )
    with demo.login("bob") as manager:
        answer = manager.delete(f"/api/workspace/v1/objects/{ref}/grants/member:{carol['id']}")
        assert answer.status_code < 300, answer.text
    expect(reader.page.get_by_text("Vous n’avez plus accès").first).to_be_visible()


def test_a_session_ended_elsewhere(demo: Server, person: Callable[..., Person], notebook: str) -> None:
    bob = person(demo, "bob").open_notebook(notebook)
    with demo.login("bob") as elsewhere:
        for session in elsewhere.get("/api/workspace/v1/sessions").json():
            if not session["current"]:
                elsewhere.delete(f"/api/workspace/v1/sessions/{session['id']}").raise_for_status()
    bob.page.wait_for_url("**/login**")
