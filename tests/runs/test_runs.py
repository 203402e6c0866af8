"""Cells that the server executes: real kernels, real rooms, and whoever looks or not."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from tests.conftest import Server

API = "/api/workspace/v1"
PATIENCE = 90.0


def code(id_: str, source: str) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "id": id_,
        "metadata": {},
        "source": source,
        "outputs": [],
        "execution_count": None,
    }


class Book:
    """A notebook in Finances (alice manages, bob edits, carol reads), with a kernel."""

    def __init__(
        self, server: Server, name: str, cells: dict[str, str], people: dict[str, httpx.Client] | None = None
    ) -> None:
        self.server, self.path = server, f"Finances/{name}.ipynb"
        self.people = people or {who: server.login(who) for who in ("alice", "bob", "carol", "dave")}
        content = {
            "cells": [code(id_, source) for id_, source in cells.items()],
            "metadata": {},
            "nbformat": 4,
            "nbformat_minor": 5,
        }
        bob = self.people["bob"]
        body = {"type": "notebook", "format": "json", "content": content}
        bob.put(f"/api/contents/{self.path}", json=body).raise_for_status()
        opened = bob.put(
            f"/api/collaboration/session/{self.path}", json={"format": "json", "type": "notebook"}
        )
        opened.raise_for_status()
        self.id = opened.json()["fileId"]
        wish = {"path": self.path, "name": "", "type": "notebook", "kernel": {"name": "python3"}}
        session = bob.post("/api/sessions", json=wish)
        assert session.status_code == 201, session.text
        self.session, self.kernel = session.json()["id"], session.json()["kernel"]["id"]

    def ask(self, who: str, method: str, path: str, **more: Any) -> httpx.Response:
        return self.people[who].request(method, f"{API}{path}", timeout=PATIENCE, **more)

    def start(self, *cells: str | tuple[str, str], who: str = "bob", **more: Any) -> dict[str, Any]:
        wishes = [
            {"id": cell} if isinstance(cell, str) else {"id": cell[0], "source": cell[1]} for cell in cells
        ]
        answer = self.ask(who, "POST", f"/files/{self.id}/runs", json={"cells": wishes, **more})
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def over(self, run: dict[str, Any], who: str = "carol") -> dict[str, Any]:
        """The run once it has ended."""
        async with asyncio.timeout(PATIENCE):
            while run.get("ended_at") is None:
                query = {"after": run["version"], "wait": 20}
                answer = await asyncio.to_thread(self.ask, who, "GET", f"/runs/{run['id']}", params=query)
                run = answer.json()
        return run

    def cells(self, who: str = "carol") -> dict[str, dict[str, Any]]:
        answer = self.people[who].get(f"/api/contents/{self.path}")
        return {cell["id"]: cell for cell in answer.json()["content"]["cells"]}

    def text(self, cell: str) -> str:
        return "".join(str(output.get("text", "")) for output in self.cells()[cell]["outputs"])

    def close(self) -> None:
        self.people["bob"].delete(f"/api/sessions/{self.session}")
        for person in self.people.values():
            person.close()


@pytest.fixture(scope="module")
def demo(make_server: Callable[..., Server]) -> Server:
    return make_server("--demo", name="runs").start()


@pytest.fixture
async def book(demo: Server, request: pytest.FixtureRequest) -> AsyncIterator[Callable[..., Book]]:
    made: list[Book] = []

    def make(**cells: str) -> Book:
        made.append(
            Book(demo, f"run {request.node.name[:40]} {len(made)}".replace("[", "").replace("]", ""), cells)
        )
        return made[-1]

    yield make
    for one in made:
        one.close()


async def test_cells_run_in_order_and_everybody_finds_what_they_put_out(book: Callable[..., Book]) -> None:
    one = book(a="x = 1\nprint('un')", b="x += 1\nx", c="print(x)")
    run = await one.over(one.start("a", "b", "c"))
    assert run["state"] == "done", run
    assert [cell["state"] for cell in run["cells"]] == ["done"] * 3
    assert one.text("a") == "un\n"
    assert one.cells()["b"]["outputs"][0]["data"]["text/plain"] == "2"
    assert one.text("c") == "2\n"
    assert [one.cells()[cell]["execution_count"] for cell in "abc"] == [1, 2, 3]
    people = one.ask("carol", "GET", f"/files/{one.id}/history", params={"grain": "author"}).json()[
        "entries"
    ][0]
    bob = one.ask("bob", "GET", "/me").json()["id"]
    assert [(who["author_kind"], who["behalf"]) for who in people["people"]] == [("kernel", bob)]


async def test_an_error_ends_the_run_and_the_rest_is_skipped(book: Callable[..., Book]) -> None:
    one = book(a="1/0", b="print('jamais')")
    run = await one.over(one.start("a", "b"))
    assert (run["state"], [cell["state"] for cell in run["cells"]]) == ("failed", ["failed", "skipped"])
    assert one.cells()["a"]["outputs"][0]["ename"] == "ZeroDivisionError"
    assert one.text("b") == ""
    run = await one.over(one.start("a", "b", stop_on_error=False))
    assert [cell["state"] for cell in run["cells"]] == ["failed", "done"]


async def test_a_cell_that_was_changed_since_is_refused_with_both_texts(book: Callable[..., Book]) -> None:
    one = book(a="print('nouveau')", b="print('suite')")
    run = await one.over(one.start(("a", "print('ancien')"), "b"))
    assert [cell["state"] for cell in run["cells"]] == ["changed", "skipped"]
    assert run["cells"][0]["source"] == "print('nouveau')"
    assert one.text("a") == ""
    run = await one.over(one.start(("a", "print('nouveau')"), "nowhere"))
    assert [cell["state"] for cell in run["cells"]] == ["done", "skipped"]


async def test_who_may_stop_it_and_who_did_is_seen(book: Callable[..., Book]) -> None:
    one = book(a="import time\nprint('début', flush=True)\nwhile True: time.sleep(0.1)", b="print('b')")
    run, after = one.start("a"), one.start("b")
    for _ in range(600):
        if "début" in one.text("a"):
            break
        await asyncio.sleep(0.05)
    shown = one.ask("carol", "GET", f"/files/{one.id}/runs").json()
    assert [(one_["id"], one_["state"]) for one_ in shown] == [
        (run["id"], "running"),
        (after["id"], "queued"),
    ]
    assert one.ask("carol", "POST", f"/runs/{run['id']}/stop").status_code == 403
    assert one.ask("dave", "POST", f"/runs/{run['id']}/stop").status_code == 404
    assert one.ask("alice", "POST", f"/runs/{after['id']}/stop").json()["state"] == "cancelled"
    for _ in range(2):  # twice is as good as once
        assert one.ask("alice", "POST", f"/runs/{run['id']}/stop").status_code == 200
    over = await one.over(run)
    assert over["state"] == "cancelled"
    assert over["stopped_by"] == one.ask("alice", "GET", "/me").json()["id"]
    assert "KeyboardInterrupt" in [output.get("ename") for output in one.cells()["a"]["outputs"]]
    assert one.text("b") == ""
    assert one.ask("carol", "GET", f"/files/{one.id}/runs").json() == []


async def test_what_a_cell_asks_is_answered_once_by_whoever_may(book: Callable[..., Book]) -> None:
    one = book(a="print(input('Votre nom ? '))")
    run = one.start("a")
    for _ in range(600):
        run = one.ask("carol", "GET", f"/runs/{run['id']}").json()
        if run.get("question"):
            break
        await asyncio.sleep(0.05)
    question = run["question"]
    assert (question["prompt"], question["password"]) == ("Votre nom ? ", False)
    body = {"question": question["id"], "value": "Nour"}
    assert one.ask("carol", "POST", f"/runs/{run['id']}/answer", json=body).status_code == 403
    assert one.ask("alice", "POST", f"/runs/{run['id']}/answer", json=body).status_code == 200
    assert one.ask("bob", "POST", f"/runs/{run['id']}/answer", json=body).status_code == 409
    assert (await one.over(run))["state"] == "done"
    assert "Nour" in one.text("a")


async def test_a_kernel_that_dies_ends_the_run_with_a_sentence(book: Callable[..., Book]) -> None:
    one = book(a="import os\nos._exit(1)", b="print('b')")
    run = await one.over(one.start("a", "b"))
    assert run["state"] == "failed"
    assert "kernel died" in str(one.cells()["a"]["outputs"])


async def test_strangers_readers_and_rubbish(book: Callable[..., Book]) -> None:
    one = book(a="print('a')")
    wish = {"cells": [{"id": "a"}]}
    assert one.ask("dave", "POST", f"/files/{one.id}/runs", json=wish).status_code == 404
    assert one.ask("carol", "POST", f"/files/{one.id}/runs", json=wish).status_code == 403
    for body in ({}, {"cells": []}, {"cells": [{"id": 1}]}, {**wish, "kernel": 3}, {**wish, "more": 1}):
        assert one.ask("bob", "POST", f"/files/{one.id}/runs", json=body).status_code == 422, body
    assert (
        one.ask("bob", "POST", f"/files/{one.id}/runs", json={**wish, "kernel": "nothing"}).status_code == 409
    )
    assert one.ask("bob", "GET", "/runs/nothing").status_code == 404
    assert one.text("a") == ""


async def _until_said(one: Book, cell: str, word: str) -> None:
    for _ in range(600):
        if word in one.text(cell):
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"{cell} never said {word}")


async def test_what_waits_of_who_was_disabled_or_lost_the_right_does_not_run(
    book: Callable[..., Book],
) -> None:
    source = "import time\nprint('début', flush=True)\ntime.sleep({})\nprint('fin')"
    one = book(a=source.format(2), b="print('b')")
    space = next(row for row in one.ask("alice", "GET", "/spaces").json() if row["name"] == "Finances")
    dave = one.ask("dave", "GET", "/me").json()["id"]
    grants = f"/objects/{space['ref']}/grants"
    body = {"subject": f"member:{dave}", "level": "editor"}
    for take, give in (
        (("DELETE", f"{grants}/member:{dave}"), None),
        (("POST", f"/members/{dave}/disable"), ("POST", f"/members/{dave}/enable")),
    ):
        assert one.ask("alice", "PUT", grants, json=body).status_code < 300
        run = one.start("a", "b", who="dave")
        await _until_said(one, "a", "début")
        taken = one.ask("alice", *take)
        assert taken.status_code < 300, taken.text
        try:
            over = await one.over(run)
            assert over["state"] == "failed", over
            assert over["cells"][1] == {
                "id": "b",
                "state": "skipped",
                "sentence": "You may not run code here any more.",
                "source": None,
            }
            assert one.text("b") == ""
            assert all(cell.get("execution_state") != "running" for cell in one.cells().values())
        finally:
            if give is not None:
                one.ask("alice", *give)
    one.ask("alice", "DELETE", f"{grants}/member:{dave}")


async def test_odd_outputs_end_neither_a_run_nor_those_after_it(book: Callable[..., Book]) -> None:
    send = (
        "from ipykernel.kernelbase import Kernel\nk = get_ipython().kernel\n"
        "def send(kind, content):\n"
        "    k.session.send(k.iopub_socket, kind, content, k.get_parent(), ident=k._topic(kind))\n"
    )
    odd = (
        f"{send}from IPython.display import display\n"
        "display({'application/json': {'zahl': 2**70, 'text/plain': '!'}}, raw=True)\n"
        "for content in (None, [], 'x', 5, {}, {'data': None}, {'data': [1]}, {'data': {}, 'metadata': 3},\n"
        "                {'data': {'text/plain': '\\ud800'}, 'metadata': {}, 'transient': [1]},\n"
        "                {'name': {}, 'text': None}, {'ename': 2**90, 'evalue': '\\ud800', 'traceback': None}):\n"
        "    for kind in ('stream', 'display_data', 'execute_result', 'update_display_data', 'error', 'clear_output'):\n"
        "        try:\n            send(kind, content)\n        except Exception: pass\n"
        "print('fin')"
    )
    one = book(a=odd, b="print('b')")
    first, second = one.start("a"), one.start("b")
    assert (await one.over(first))["state"] == "done"
    assert (await one.over(second))["state"] == "done"
    assert one.text("b") == "b\n"
    assert "fin" in one.text("a")


async def test_a_stop_counts_before_the_cell_has_begun_and_again_when_it_was_ignored(
    book: Callable[..., Book],
) -> None:
    one = book(
        a="import time\nprint('début', flush=True)\ntime.sleep(600)",
        b="import time\nfor _ in range(2):\n    try:\n        print('début', flush=True)\n        time.sleep(600)\n"
        "    except KeyboardInterrupt: print('encore', flush=True)\ntime.sleep(600)",
    )
    # At once: the kernel has not begun yet.
    run = one.start("a")
    assert one.ask("alice", "POST", f"/runs/{run['id']}/stop").status_code == 200
    assert (await one.over(run))["state"] == "cancelled"
    run = one.start("b")
    await _until_said(one, "b", "début")
    for _ in range(60):
        one.ask("alice", "POST", f"/runs/{run['id']}/stop")
        if one.ask("alice", "GET", f"/runs/{run['id']}", params={"wait": 1, "after": 10**6}).json()[
            "ended_at"
        ]:
            break
    assert (await one.over(run))["state"] == "cancelled"


async def test_the_button_of_the_page_stops_a_run_and_says_who_pressed_it(book: Callable[..., Book]) -> None:
    one = book(a="import time\nprint('début', flush=True)\ntime.sleep(600)", b="print('b')")
    run = one.start("a", "b", stop_on_error=False)
    await _until_said(one, "a", "début")
    alice = one.people["alice"]
    token = {"X-XSRFToken": alice.cookies.get("_xsrf") or ""}
    pressed = alice.post(f"/api/kernels/{one.kernel}/interrupt", headers=token)
    assert pressed.status_code == 204, pressed.text
    over = await one.over(run)
    assert (over["state"], over["stopped_by"]) == ("cancelled", one.ask("alice", "GET", "/me").json()["id"])
    assert [cell["state"] for cell in over["cells"]] == ["failed", "skipped"]
    assert "KeyboardInterrupt" in [output.get("ename") for output in one.cells()["a"]["outputs"]]
    assert "Stopped by alice" in one.text("a")
    again = one.start("b")
    assert (await one.over(again))["state"] == "done"


@pytest.mark.long
async def test_a_kernel_that_has_another_run_does_it_for_its_member(book: Callable[..., Book]) -> None:
    door = (
        "import httpx, os\n"
        "door = httpx.Client(transport=httpx.HTTPTransport(uds=os.environ['OPENPAAS_SOCKET']), base_url='http://localhost')\n"
    )
    other = book(a=f"{door}print(door.get('{API}/me').status_code)")
    wish = {"cells": [{"id": "a"}]}
    one = book(
        a=f"{door}made = door.post('{API}/files/{other.id}/runs', json={wish})\nprint(made.status_code, made.json()['by'])"
    )
    assert (await one.over(one.start("a")))["state"] == "done", one.cells()["a"]["outputs"]
    bob = one.ask("bob", "GET", "/me").json()["id"]
    assert one.text("a") == f"201 {bob}\n"
    await _until_said(other, "a", "\n")
    assert other.text("a") == "200\n"
