"""A notebook that a colleague wrote tries to act in my name as soon as I look at it."""

from collections.abc import Callable, Iterator

import httpx
import pytest
from playwright.sync_api import Request, expect

from tests.conftest import Server
from tests.e2e.person import Person

SHOWN = ".jp-NotebookPanel:not(.lm-mod-hidden)"
BEACON = "/api/workspace/v1/me?hostile"
CODE = (
    "window.__hostile = (window.__hostile || 0) + 1;"
    f"fetch('{BEACON}', {{method: 'PATCH', headers: {{'Content-Type': 'application/json', 'X-XSRFToken': "
    "(document.cookie.match(/_xsrf=([^;]*)/) || [])[1]}, body: JSON.stringify({display_name: 'HACKED'})})"
)
ATTRIBUTE = CODE.replace('"', "&quot;")
HTML = (
    f'<b>html output</b><script>{CODE}</script><img src=x onerror="{ATTRIBUTE}">'
    f'<iframe srcdoc="<script>parent.eval(&quot;{ATTRIBUTE}&quot;)</script>"></iframe>'
    f"<a id=trap href=\"javascript:{ATTRIBUTE}\">link</a><form action='{BEACON}'><button autofocus>go</button></form>"
)
SVG = f"<svg xmlns='http://www.w3.org/2000/svg' onload=\"{ATTRIBUTE}\"><script>{CODE}</script><circle r='9'/></svg>"
MARKDOWN = (
    f'# Markdown\n\n<img src=x onerror="{ATTRIBUTE}">\n\n<svg onload="{ATTRIBUTE}"></svg>\n\n'
    f'[click](javascript:{CODE.replace(" ", "%20")})\n\n<details open ontoggle="{ATTRIBUTE}">x</details>'
)


def output(mime: str, data: object) -> dict[str, object]:
    return {
        "output_type": "display_data",
        "data": {mime: data, "text/plain": f"plain {mime}"},
        "metadata": {},
    }


WIDGET = {"model_id": "deadbeef", "version_major": 2, "version_minor": 0}
STATE = {
    "deadbeef": {
        "model_name": "HTMLModel",
        "model_module": "@jupyter-widgets/controls",
        "model_module_version": "2.0.0",
        "state": {"value": HTML, "_view_name": "HTMLView"},
    }
}
NOTEBOOK = {
    "cells": [
        {
            "cell_type": "code",
            "id": "code",
            "source": "1",
            "metadata": {"trusted": True},
            "execution_count": 1,
            "outputs": [
                output("text/html", HTML),
                output("image/svg+xml", SVG),
                output("application/javascript", CODE),
                output("text/markdown", MARKDOWN),
                output("text/latex", f"$\\href{{javascript:{CODE}}}{{x}}$"),
                output("application/vnd.jupyter.widget-view+json", WIDGET),
            ],
        },
        {"cell_type": "markdown", "id": "text", "source": MARKDOWN, "metadata": {"trusted": True}},
        {"cell_type": "raw", "id": "raw", "source": HTML, "metadata": {"format": "text/html"}},
    ],
    "metadata": {
        "trusted": True,
        "kernelspec": {"name": "python3", "display_name": "Python (Workspace)", "language": "python"},
        "widgets": {
            "application/vnd.jupyter.widget-state+json": {
                "version_major": 2,
                "version_minor": 0,
                "state": STATE,
            }
        },
    },
    "nbformat": 4,
    "nbformat_minor": 5,
}


@pytest.fixture(scope="module")
def demo(make_server: Callable[..., Server]) -> Server:
    return make_server("--demo", name="hostile").start()


@pytest.fixture
def bob(demo: Server) -> Iterator[httpx.Client]:
    with demo.login("bob") as client:
        yield client


@pytest.fixture
def victim(demo: Server, person: Callable[..., Person]) -> Person:
    """Alice, whose page counts every request that the hostile code would make."""
    alice = person(demo, "alice").log_in()
    alice.beacons = []  # type: ignore[attr-defined]

    def watch(request: Request) -> None:
        if BEACON in request.url:
            alice.beacons.append(request.url)  # type: ignore[attr-defined]

    alice.context.on("request", watch)
    return alice


def unharmed(demo: Server, victim: Person) -> None:
    """Nothing ran, nothing was sent, alice is who she was."""
    assert victim.page.evaluate("window.__hostile") is None
    assert not victim.beacons  # type: ignore[attr-defined]
    with demo.login("alice") as alice:
        assert alice.get("/api/workspace/v1/me").json()["display_name"] == "Alice Martin"


def put(client: httpx.Client, name: str, content: object) -> str:
    body = {"type": "notebook", "format": "json", "content": content}
    client.put(f"/api/contents/Finances/{name}", json=body).raise_for_status()
    return f"Finances/{name}"


def test_opening_a_hostile_notebook(demo: Server, bob: httpx.Client, victim: Person) -> None:
    victim.open_notebook(put(bob, "hostile.ipynb", NOTEBOOK))
    expect(victim.page.locator(f"{SHOWN} .jp-OutputArea").get_by_text("html output")).to_be_visible()
    expect(victim.page.get_by_role("heading", name="Markdown").first).to_be_visible()
    for link in victim.page.locator(".jp-Notebook a").all():
        assert "javascript:" not in (link.get_attribute("href") or "").lower()
    unharmed(demo, victim)


def test_output_that_arrives_live(
    demo: Server, bob: httpx.Client, victim: Person, person: Callable[..., Person]
) -> None:
    empty = {**NOTEBOOK, "cells": [{**NOTEBOOK["cells"][0], "source": "", "outputs": []}]}  # type: ignore[index,dict-item]
    path = put(bob, "live.ipynb", empty)
    victim.open_notebook(path)
    attacker = person(demo, "bob").open_notebook(path)
    attacker.page.locator(".jp-CodeCell .cm-content").first.click()
    attacker.page.keyboard.insert_text(
        "from IPython.display import HTML, Javascript, SVG, display\n"
        f"display(HTML({HTML!r}))\ndisplay(SVG({SVG!r}))\ndisplay(Javascript({CODE!r}))\nprint('done')"
    )
    attacker.page.keyboard.press("Control+Enter")
    outputs = victim.page.locator(f"{SHOWN} .jp-OutputArea")
    expect(outputs.first).to_contain_text("done")
    expect(outputs.first).to_contain_text("html output")
    unharmed(demo, victim)


@pytest.mark.parametrize(
    ("name", "content"),
    [("page.html", HTML), ("drawing.svg", SVG), ("text.md", MARKDOWN)],
)
def test_a_hostile_file_has_no_power_over_the_session(
    demo: Server, bob: httpx.Client, victim: Person, name: str, content: str
) -> None:
    body = {"type": "file", "format": "text", "content": content}
    bob.put(f"/api/contents/Finances/{name}", json=body).raise_for_status()
    victim.page.goto(f"{demo.url}/files/Finances/{name}")
    victim.page.wait_for_load_state("networkidle")
    with demo.login("alice") as alice:
        assert alice.get("/api/workspace/v1/me").json()["display_name"] == "Alice Martin"
    victim.open(f"Finances/{name}")
    assert victim.page.evaluate("window.__hostile") is None
