"""A workspace with somebody of every standing, and objects that belong to others."""

import json
import re
import uuid
from dataclasses import dataclass, field
from typing import Any

import httpx

from openpaas_workspace.core.web import API
from openpaas_workspace.realtime.engine.apart import of_output
from tests.conftest import Server

SPACE = "Matrice"
PASSWORD = "assez long pour tous 1"
STANDINGS = ("stranger", "reader", "editor", "manager", "administrator")
ABSENT_KERNEL = "00000000-0000-4000-8000-000000000000"


@dataclass
class World:
    """Clients by standing in the space `Matrice`; `owner` (alice) made the space and all that is in it.

    `stranger` dave has no right, `reader` carol, `editor` bob, `manager` mona (no administrator),
    `administrator` erin without any right on the space.
    """

    server: Server
    clients: dict[str, httpx.Client] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    things: dict[str, str] = field(default_factory=dict)
    _tokens: dict[tuple[str, str], httpx.Client] = field(default_factory=dict)
    _count: int = 0

    @property
    def owner(self) -> httpx.Client:
        return self.clients["owner"]

    def api(self, who: str, method: str, path: str, **more: Any) -> httpx.Response:
        return self.clients[who].request(method, API + path, **more)

    def must(self, who: str, method: str, path: str, **more: Any) -> Any:
        """A request that has to succeed; its JSON."""
        answer = self.api(who, method, path, **more)
        assert answer.status_code < 300, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def bearer(self, secret: str) -> httpx.Client:
        """A program with a token, and nothing else."""
        return visitor(self.server.url, Authorization=f"Bearer {secret}")

    def token(self, who: str, *scopes: str) -> httpx.Client:
        """A program of a member with these scopes."""
        key = (who, " ".join(scopes))
        if key not in self._tokens:
            body = {"name": "matrix", "scopes": list(scopes)}
            self._tokens[key] = self.bearer(self.must(who, "POST", "/tokens", json=body)["secret"])
        return self._tokens[key]

    def name(self, beginning: str, ending: str = "") -> str:
        """A name that nothing has yet."""
        self._count += 1
        return f"{beginning}-{self._count}{ending}"

    def member(self, username: str, *, administrator: bool = False) -> str:
        """A new member with a session, as through the pages; the id."""
        body = {"username": username, "administrator": administrator}
        made = self.must("owner", "POST", "/members", json=body)
        page = visitor(self.server.url, Accept="text/html")
        page.get(made["link"]["path"])
        form = {"password": PASSWORD, "again": PASSWORD, "_xsrf": page.cookies["_xsrf"]}
        answer = page.post(made["link"]["path"], data=form)
        assert answer.status_code < 400, answer.text
        return str(made["member"]["id"])

    def page_of(self, username: str) -> httpx.Client:
        """One more session of a member."""
        return _logged_in(self.server, username, "" if username in PEOPLE.values() else PASSWORD)

    # victims: each call makes one more

    def file(self, ending: str = ".txt") -> dict[str, Any]:
        path = f"{SPACE}/{self.name('file', ending)}"
        answer = self.owner.put(f"{API}/content", params={"path": path}, content=b"One line.\n")
        assert answer.status_code == 200, answer.text
        return dict(answer.json()["file"])

    def spare(self) -> str:
        """A space that nobody needs; the id."""
        return str(self.must("owner", "POST", "/spaces", json={"name": self.name("spare")})["id"])

    def upload(self) -> str:
        body = {"folder": SPACE, "name": self.name("upload"), "size": 0}
        return str(self.must("owner", "POST", "/uploads", json=body)["id"])

    def trashed(self) -> str:
        victim = self.file()["id"]
        self.must("owner", "DELETE", f"/files/{victim}")
        return str(victim)

    def session(self, path: str = "") -> dict[str, Any]:
        """A notebook of the space with a running kernel."""
        path = path or self.notebook()
        body = {"path": path, "name": "", "type": "notebook", "kernel": {"name": "python3"}}
        answer = self.owner.post("/api/sessions", json=body)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def notebook(self) -> str:
        path = f"{SPACE}/{self.name('nb', '.ipynb')}"
        self.must("owner", "POST", "/files", json={"path": path})
        return path

    def output(self, folder: str = SPACE) -> tuple[str, str]:
        """A notebook with a large output: its id, and the output's hash."""
        shown = {"output_type": "display_data", "data": {"text/html": "x" * 300_000}, "metadata": {}}
        cell = {"cell_type": "code", "id": "a", "metadata": {}, "source": "", "outputs": [shown]}
        book = {
            "cells": [{**cell, "execution_count": None}],
            "metadata": {},
            "nbformat": 4,
            "nbformat_minor": 5,
        }
        path = f"{folder}/{self.name('outputs', '.ipynb')}"
        answer = self.owner.put(f"{API}/content", params={"path": path}, content=json.dumps(book).encode())
        file = answer.json()["file"]["id"]
        self.must("owner", "POST", f"/files/{file}/versions", json={"name": "opened"})
        _, stored = of_output(shown)
        assert stored is not None
        return str(file), stored.name

    def login(self) -> str:
        """A session of the stranger's that nobody needs."""
        mine = self.page_of(PEOPLE["stranger"]).get(f"{API}/sessions").json()
        return str(next(one["id"] for one in mine if one["current"]))

    def group(self) -> str:
        return str(self.must("owner", "POST", "/groups", json={"name": self.name("group")})["id"])

    def somebody(self) -> str:
        """A member whom nobody needs."""
        made = self.must("owner", "POST", "/members", json={"username": self.name("somebody")})
        return str(made["member"]["id"])

    def grant(self) -> str:
        """A file that somebody was given by itself; the id."""
        victim = self.file()
        someone = f"member:{self.things['somebody']}"
        ref = victim["ref"]
        self.must("owner", "PUT", f"/objects/{ref}/grants", json={"subject": someone, "level": "reader"})
        return str(victim["id"])

    def asked(self) -> str:
        """The id of a request for access to one more file of the space, which dave made."""
        ref = self.file()["ref"]
        self.must("stranger", "POST", f"/objects/{ref}/access-requests", json={})
        waiting = self.must("owner", "GET", "/access-requests")
        return str(next(request["id"] for request in waiting if request["ref"] == ref))

    def wished_host(self) -> str:
        """A host that the owner asked for, for the notebooks of the space; the id."""
        body = {"host": self.name("host", ".example.org"), "reason": "Data."}
        return str(self.must("owner", "POST", f"/spaces/{self.things['space']}/egress", json=body)["id"])

    def pinned(self) -> str:
        """A file that its owner has pinned; the id."""
        victim = self.file()
        self.must("owner", "PUT", f"/pins/{victim['ref']}")
        return str(victim["id"])

    def version(self) -> str:
        """A named version of the file of the world; the id."""
        named = self.must("owner", "POST", f"/files/{self.things['file']}/versions", json={"name": "old"})
        return str(named["id"])

    def room(self, path: str) -> tuple[str, str]:
        """The room of a file and the session that a page needs there."""
        body = {"format": "text", "type": "file"}
        if path.endswith(".ipynb"):
            body = {"format": "json", "type": "notebook"}
        answer = self.owner.put(f"/api/collaboration/session/{path}", json=body)
        assert answer.status_code == 200, answer.text
        found = answer.json()
        return f"{found['format']}:{found['type']}:{found['fileId']}", found["sessionId"]

    def head(self) -> int:
        """The number of the newest event."""
        return int(self.must("owner", "GET", "/events", params={"limit": 1})["events"][0]["seq"])

    def did(self, since: int, who: set[str]) -> list[str]:
        """What these members did after an event, by the log."""
        events = self.must("owner", "GET", "/events", params={"limit": 30})["events"]
        return [event["type"] for event in events if event["seq"] > since and event["actor"] in who]


QUIET = {"Accept": "application/json"}
PEOPLE = {"owner": "alice", "stranger": "dave", "reader": "carol", "editor": "bob"}


def build(server: Server) -> World:
    """Members, the space, and one of everything in it."""
    world = World(server)
    for standing, username in PEOPLE.items():
        world.clients[standing] = _logged_in(server, username)
    for standing, username in (("manager", "mona"), ("administrator", "erin")):
        world.member(username, administrator=standing == "administrator")
        world.clients[standing] = _logged_in(server, username, PASSWORD)
    world.clients["nobody"] = visitor(server.url)
    for standing in (*PEOPLE, "manager", "administrator"):
        world.ids[standing] = world.must(standing, "GET", "/me")["id"]
    space = world.must("owner", "POST", "/spaces", json={"name": SPACE})["id"]
    for level in ("reader", "editor", "manager"):
        body = {"subject": f"member:{world.ids[level]}", "level": level}
        world.must("owner", "PUT", f"/objects/space:{space}/grants", json=body)
    folder = world.must("owner", "POST", "/files", json={"path": f"{SPACE}/dossier", "kind": "folder"})
    file = world.file()
    world.must("owner", "POST", f"/files/{file['id']}/versions", json={"name": "first"})
    world.things |= {"space": space, "folder": folder["id"], "file": file["id"], "path": file["path"]}
    world.things |= {"trashed": world.trashed(), "group": world.group(), "somebody": world.somebody()}
    mine = world.owner.get("/api/contents/~")
    assert mine.status_code == 200
    path = "~/secret.txt"
    answer = world.owner.put(f"{API}/content", params={"path": path}, content=b"Alice only.\n")
    world.things |= {"secret": answer.json()["file"]["id"], "secret_path": "~alice/secret.txt"}
    world.things["book"], world.things["output"] = world.output()
    world.things["secret_book"], _ = world.output("~")
    for name, where in (("sheet", f"{SPACE}/Budget.sheet"), ("own_sheet", "~/Mine.sheet")):
        world.things[name] = world.must("owner", "POST", "/sheets", json={"path": where})["id"]
    table = world.owner.put(f"{API}/content", params={"path": f"{SPACE}/table.csv"}, content=b"a,b\n1,2\n")
    world.things["table_path"] = table.json()["file"]["path"]
    _owner_accounts(world)
    return world


def _owner_accounts(world: World) -> None:
    made = world.must("owner", "POST", "/tokens", json={"name": "victim", "scopes": ["all"]})
    sessions = world.must("owner", "GET", "/sessions")
    world.things |= {"token": made["token"]["id"], "login": sessions[0]["id"]}
    for standing in STANDINGS:
        world.things[f"layout of {standing}"] = uuid.uuid4().hex
    revoked = world.must("owner", "POST", "/tokens", json={"name": "gone", "scopes": ["all"]})
    world.must("owner", "DELETE", f"/tokens/{revoked['token']['id']}")
    world.things["revoked"] = revoked["secret"]


def _logged_in(server: Server, username: str, password: str = "") -> httpx.Client:
    client = server.login(username, password) if password else server.login(username)
    client.headers.update(QUIET)
    return client


def bare(client: httpx.Client) -> httpx.Client:
    """The same cookies, as a form on a foreign page would send them: without the header that proves the page."""
    copy = visitor(str(client.base_url))
    copy.cookies = client.cookies
    return copy


def visitor(url: str, **headers: str) -> httpx.Client:
    """Somebody with nothing but these headers; without TLS, whose setup takes longer than a request."""
    return httpx.Client(base_url=url, timeout=60, verify=False, headers={**QUIET, **headers})


def cookie_header(client: httpx.Client) -> str:
    """The Cookie header of a client."""
    return "; ".join(f"{name}={value}" for name, value in client.cookies.items())


def fits(pattern: str, path: str) -> bool:
    """Whether an address is one of a row's."""
    return re.fullmatch(pattern, path) is not None
