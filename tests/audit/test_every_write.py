"""Every route that writes, called on a real server: each leaves an event of who did it in the log."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from openpaas_workspace.app.domains import all_domains

API = "/api/workspace/v1"
PASSWORD = "demo"
_PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAFklEQVR4nGP8z8DAwMDAxMDAwMDAAAANHQEDasKb6QAAAABJRU5ErkJggg=="
Held = dict[str, Any]
Make = Callable[[Held], Any]


@dataclass(frozen=True)
class Step:
    """One call of a route: what its path and body need of what was held before, what it leaves behind."""

    route: str
    path: Make | None = None
    body: Make | None = None
    holds: str = ""
    by: str = "alice"
    before: Callable[[Any, Held], None] | None = None

    def url(self, held: Held) -> str:
        template = self.route.partition(" ")[2]
        return template.format(**self.path(held)) if self.path else template


def _write_content(client: Any, held: Held) -> None:
    """A second version of the file, by Jupyter's own route."""
    for text in ("one\n", "one\ntwo\n"):
        content = {"type": "file", "format": "text", "content": text}
        answer = client.put(f"/api/contents/{held['file']['path']}", json=content)
        assert answer.status_code in {200, 201}, answer.text


def _notebook(client: Any, held: Held) -> None:
    """A notebook with a kernel: one cell asks, one takes long."""
    cells = [
        {
            "cell_type": "code",
            "id": id_,
            "metadata": {},
            "source": source,
            "outputs": [],
            "execution_count": None,
        }
        for id_, source in (("asks", "input('? ')"), ("long", "import time; time.sleep(600)"))
    ]
    content = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    body = {"type": "notebook", "format": "json", "content": content}
    client.put("/api/contents/~/runs.ipynb", json=body).raise_for_status()
    opened = client.put(
        "/api/collaboration/session/~/runs.ipynb", json={"format": "json", "type": "notebook"}
    ).json()
    wish = {"path": "~/runs.ipynb", "name": "", "type": "notebook", "kernel": {"name": "python3"}}
    assert client.post("/api/sessions", json=wish).status_code == 201
    held["notebook"] = {"file": opened["fileId"]}


def _slow_book(client: Any, held: Held) -> None:
    """A notebook that takes long."""
    cell = {
        "cell_type": "code",
        "id": "a",
        "metadata": {},
        "source": "import time; time.sleep(600)",
        "outputs": [],
        "execution_count": None,
    }
    content = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    body = {"type": "notebook", "format": "json", "content": content}
    client.put("/api/contents/~/slow.ipynb", json=body).raise_for_status()
    held["slow"] = {"file": client.get(f"{API}/files", params={"path": "~/slow.ipynb"}).json()["file"]["id"]}


def _asked(client: Any, held: Held) -> None:
    """The cell asks by now."""
    for _ in range(600):
        held["run"] = client.get(f"{API}/runs/{held['run']['id']}", params={"wait": 1}).json()
        if held["run"].get("question"):
            return
        time.sleep(0.05)
    raise AssertionError("it never asked")


def _long(client: Any, held: Held) -> None:
    """Another run, which goes on."""
    answer = client.post(f"{API}/files/{held['notebook']['file']}/runs", json={"cells": [{"id": "long"}]})
    held["run"] = answer.json()


def _member(held: Held) -> Held:
    return {"member_id": held["member"]["member"]["id"]}


def _group(held: Held) -> Held:
    return {"group_id": held["group"]["id"]}


def _file(held: Held) -> Held:
    return {"id": held["file"]["id"], "file": held["file"]["id"]}


def _version(held: Held) -> Held:
    return _file(held) | {"version": held["version"]["id"]}


def _id(reply: Held) -> str:
    return str(reply.get("id") or next(value["id"] for value in reply.values() if isinstance(value, dict)))


def _request(held: Held) -> Held:
    return {"id": held["request"]}


def _waiting(client: Any, held: Held) -> None:
    held["request"] = client.get(f"{API}/access-requests").json()[0]["id"]


_CELLS = {"client": "walk", "n": 1, "base_seq": 2**39, "typed": {"tab": "t1", "cells": [[0, 0, "3"]]}}


def _sheet(held: Held) -> Held:
    return {"sheet": held["sheet"]["id"]}


def _csv(client: Any, held: Held) -> None:
    client.put(f"{API}/content", params={"path": "~/walk.csv"}, content=b"a,b\n1,2\n").raise_for_status()


def _trash(client: Any, held: Held) -> None:
    assert client.delete(f"{API}/files/{held['file']['id']}").status_code == 204


def _throw_another(client: Any, held: Held) -> None:
    held["file"] = client.post(f"{API}/files", json={"path": "Stroll/old.txt"}).json()
    _trash(client, held)


def _other_session(client: Any, held: Held) -> None:
    mine = {session["id"] for session in client.get(f"{API}/sessions").json()}
    held["login"]("bob")
    held["session"] = next(
        session["id"] for session in client.get(f"{API}/sessions").json() if session["id"] not in mine
    )


def _space(held: Held) -> Held:
    return {"id": held["space"]["id"]}


def _space_id(held: Held) -> Held:
    return {"space_id": held["space"]["id"]}


def _bob(held: Held) -> Held:
    return {"member_id": held["bob"]}


def _log_bob_in(client: Any, held: Held) -> None:
    held["login"]("bob")
    found = client.get(f"{API}/administration/sessions").json()
    held["bob"] = next(one["id"] for one in client.get(f"{API}/members").json() if one["username"] == "bob")
    held["session"] = next(one["id"] for one in found if one["member_id"] == held["bob"])


def _leave(client: Any, held: Held) -> None:
    """A space whose only manager is disabled."""
    carol = held["login"]("carol")
    held["left"] = carol.post(f"{API}/spaces", json={"name": "Left"}).json()["id"]
    member = carol.get(f"{API}/me").json()["id"]
    assert client.post(f"{API}/members/{member}/disable").status_code == 200


STEPS = (
    Step("PATCH /me", body=lambda _: {"display_name": "Alice Again"}),
    Step("PUT /me/photo", body=lambda _: {"image": _PICTURE}),
    Step("DELETE /me/photo"),
    Step("POST /members", body=lambda _: {"username": "walker"}, holds="member"),
    Step("PATCH /members/{member_id}", _member, lambda _: {"display_name": "Walker"}),
    Step("POST /members/{member_id}/reset-link", _member),
    Step("POST /groups", body=lambda _: {"name": "Walkers"}, holds="group"),
    Step("PATCH /groups/{group_id}", _group, lambda _: {"name": "Talkers"}),
    Step("PUT /groups/{group_id}/members/{member_id}", lambda held: _group(held) | _member(held)),
    Step("DELETE /groups/{group_id}/members/{member_id}", lambda held: _group(held) | _member(held)),
    Step("DELETE /groups/{group_id}", _group),
    Step("POST /members/{member_id}/disable", _member),
    Step("POST /members/{member_id}/enable", _member),
    Step(
        "POST /tokens",
        body=lambda _: {"name": "walk", "scopes": ["files:read"], "expires_in": 3600},
        holds="token",
    ),
    Step("DELETE /tokens/{token_id}", lambda held: {"token_id": _id(held["token"])}),
    Step("POST /spaces", body=lambda _: {"name": "Walk"}, holds="space"),
    Step("PATCH /spaces/{id}", lambda held: {"id": held["space"]["id"]}, lambda _: {"name": "Stroll"}),
    Step("POST /files", body=lambda _: {"path": "Stroll/notes.txt", "kind": "file"}, holds="file"),
    Step("PATCH /files/{id}", _file, lambda _: {"name": "note.txt"}, holds="file"),
    Step(
        "PUT /objects/{ref}/grants",
        lambda held: {"ref": held["space"]["ref"]},
        lambda _: {"subject": "everyone", "level": "reader"},
    ),
    Step(
        "DELETE /objects/{ref}/grants/{subject}",
        lambda held: {"ref": held["space"]["ref"], "subject": "everyone"},
    ),
    Step(
        "POST /objects/{ref}/access-requests",
        lambda held: {"ref": held["space"]["ref"]},
        lambda _: {"level": "editor"},
        by="dave",
    ),
    Step(
        "POST /access-requests/by-path", body=lambda _: {"path": "Stroll/notes-of-yesterday.txt"}, by="dave"
    ),
    Step("POST /access-requests/{id}/answer", _request, lambda _: {"grant": False}, before=_waiting),
    Step("PUT /pins/{ref}", lambda held: {"ref": held["file"]["ref"]}),
    Step("DELETE /pins/{ref}", lambda held: {"ref": held["file"]["ref"]}),
    Step(
        "POST /files/{file}/versions",
        _file,
        lambda _: {"name": "First"},
        before=_write_content,
        holds="version",
    ),
    Step("PATCH /files/{file}/versions/{version}", _version, lambda _: {"name": "The first"}),
    Step("DELETE /files/{file}/versions/{version}", _version),
    Step("POST /files/{file}/restore", _file, lambda _: {"seq": 1}, before=_write_content),
    Step("DELETE /files/{id}", _file),
    Step(
        "POST /files/{file}/runs",
        lambda held: held["notebook"],
        lambda _: {"cells": [{"id": "asks"}]},
        holds="run",
        before=_notebook,
    ),
    Step(
        "POST /runs/{run}/answer",
        lambda held: {"run": held["run"]["id"]},
        lambda held: {"question": held["run"]["question"]["id"], "value": "a"},
        before=_asked,
    ),
    Step(
        "POST /files/{file}/executions",
        lambda held: held["slow"],
        lambda _: {},
        holds="execution",
        before=_slow_book,
    ),
    Step("POST /executions/{execution}/cancel", lambda held: {"execution": held["execution"]["id"]}),
    Step("POST /runs/{run}/stop", lambda held: {"run": held["run"]["id"]}, before=_long),
    Step("POST /trash/{id}/restore", _file),
    Step("DELETE /trash/{id}", _file, before=_trash),
    Step("PUT /spaces/{id}/quota", lambda held: {"id": held["space"]["id"]}, lambda _: {"quota_bytes": None}),
    Step(
        "POST /uploads",
        body=lambda _: {"folder": "Stroll", "name": "piece.txt", "size": 0},
        holds="upload",
    ),
    Step("POST /uploads/{id}/finish", lambda held: {"id": held["upload"]["id"]}, lambda _: {}),
    Step("DELETE /uploads/{id}", lambda held: {"id": held["upload"]["id"]}),
    Step("DELETE /spaces/{id}/trash", lambda held: {"id": held["space"]["id"]}, before=_throw_another),
    Step(
        "POST /spaces/{space_id}/egress",
        _space_id,
        lambda _: {"host": "data.example.org", "reason": "Open data."},
        holds="host",
    ),
    Step(
        "PATCH /administration/egress/{host_id}",
        lambda held: {"host_id": held["host"]["id"]},
        lambda _: {"state": "allowed"},
    ),
    Step(
        "DELETE /spaces/{space_id}/egress/{host_id}",
        lambda held: _space_id(held) | {"host_id": held["host"]["id"]},
    ),
    Step("DELETE /spaces/{space_id}/packages", _space_id),
    Step("DELETE /sessions", by="bob", before=lambda _client, held: held["login"]("bob")),
    Step(
        "DELETE /sessions/{session_id}",
        lambda held: {"session_id": held["session"]},
        by="bob",
        before=_other_session,
    ),
    Step("POST /sheets", body=lambda _: {"path": "~/walk.sheet"}, holds="sheet"),
    Step("POST /sheets/{sheet}/ops", _sheet, lambda _: _CELLS),
    Step("POST /sheets/{sheet}/undo", _sheet, lambda _: {"client": "walk", "n": 2}),
    Step("POST /sheets/{sheet}/redo", _sheet, lambda _: {"client": "walk", "n": 3}),
    Step("POST /sheets/import", body=lambda _: {"path": "~/walk.csv"}, before=_csv),
    Step(
        "POST /me/password",
        body=lambda _: {"old": PASSWORD, "new": "correct horse battery staple"},
        by="dave",
    ),
    Step("PATCH /administration/spaces/{id}", _space, lambda _: {"archived": True}),
    Step("DELETE /administration/members/{member_id}/sessions", _bob, before=_log_bob_in),
    Step(
        "DELETE /administration/sessions/{session_id}",
        lambda held: {"session_id": held["session"]},
        before=_log_bob_in,
    ),
    Step("POST /members", body=lambda _: {"username": "leaver"}, holds="leaver"),
    Step(
        "POST /administration/members/{member_id}/erase",
        lambda held: {"member_id": held["leaver"]["member"]["id"]},
        lambda _: {"files": "trash"},
    ),
    Step(
        "POST /administration/spaces/{id}/take-over",
        lambda held: {"id": held["left"]},
        lambda _: {},
        before=_leave,
    ),
)


def _left(client: Any, newest: int, actor: str) -> list[str]:
    """What somebody has done since; the event of an edit comes right after its answer."""
    for _ in range(100):
        log = client.get(f"{API}/events", params={"member": actor}).json()["events"]
        if left := [e["type"] for e in log if e["seq"] > newest and e["actor"] == actor]:
            return left
        time.sleep(0.1)
    return []


@pytest.fixture(scope="module")
def walked(make_server) -> Iterator[dict[str, list[str]]]:
    """The events each route left, by the member who called it."""
    server = make_server("--demo", "--Realtime.edit_event_minutes=0", name="walk").start()
    clients = {name: server.login(name) for name in ("alice", "bob", "dave")}
    ids = {name: client.get(f"{API}/me").json()["id"] for name, client in clients.items()}
    held: Held = {"login": server.login}
    found: dict[str, list[str]] = {}
    for step in STEPS:
        client = clients[step.by]
        if step.before is not None:
            step.before(client, held)
        newest = clients["alice"].get(f"{API}/events", params={"limit": 1}).json()["events"][0]["seq"]
        method = step.route.partition(" ")[0]
        body = step.body(held) if step.body else None
        answer = client.request(method, f"{API}{step.url(held)}", json=body)
        assert answer.status_code < 300, (step.route, answer.text)
        if step.holds:
            held[step.holds] = answer.json()
        found[step.route] = _left(clients["alice"], newest, ids[step.by])
    yield found
    assert clients["alice"].get(f"{API}/events/verify").json()["ok"] is True
    server.stop()


def test_every_write_route_is_walked() -> None:
    routes = {f"{r.method} {r.path}" for domain in all_domains() for r in domain.routes if r.method != "GET"}
    assert routes == {step.route for step in STEPS}


def test_every_write_leaves_an_event_of_who_did_it(walked) -> None:
    assert [route for route, events in walked.items() if not events] == []
