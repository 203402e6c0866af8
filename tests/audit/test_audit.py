"""The event log as administrators see it: filters, pages, names of today, CSV, the check."""

import csv
import io
import json
from contextlib import asynccontextmanager

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jupyter_server.auth import AllowAllAuthorizer, IdentityProvider, User
from sqlalchemy import insert, update
from tornado import web
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port

from openpaas_workspace.accounts.models import members
from openpaas_workspace.audit.domain import domain
from openpaas_workspace.audit.engine import harmless
from openpaas_workspace.audit.schemas import AuditQuery
from openpaas_workspace.audit.service import list_events
from openpaas_workspace.core import web as core_web
from openpaas_workspace.core.events import Event
from openpaas_workspace.core.stream import events_table
from openpaas_workspace.core.web import Identity
from openpaas_workspace.kit.actors import NOBODY, SYSTEM, Actor
from openpaas_workspace.kit.errors import Forbidden
from tests.core.databases import BACKENDS, database_url, open_workspace, told

ACTORS = {
    "root": Actor(kind="member", id="root", administrator=True),
    "bob": Actor(kind="member", id="bob"),
    "narrow": Actor(kind="member", id="root", administrator=True, scopes=frozenset({"files:read"})),
}


class Touched(Event, frozen=True, kw_only=True, tag=True):
    """Test fact."""

    n: int


class Named(Event, frozen=True, kw_only=True, tag=True):
    """Test fact."""


class HeaderIdentity(Identity):
    """Trusts a header, in tests only."""

    async def actor(self, handler: web.RequestHandler) -> Actor:
        return ACTORS.get(handler.request.headers.get("X-Test", ""), NOBODY)


@pytest.fixture(params=BACKENDS)
async def workspace(request, tmp_path):
    async with database_url(request.param, tmp_path) as url, open_workspace(url, tmp_path) as workspace:
        async with workspace.db.unit(SYSTEM) as work:
            for name, shown in (("root", "Root"), ("bob", "=HYPERLINK(1)")):
                row = {"id": name, "username": name, "username_key": name, "display_name": shown}
                await work.execute(insert(members), {**row, "color": "teal", "created_at": 1})
        for n in range(10):
            actor = ACTORS["bob"] if n % 2 else Actor(kind="kernel", id="space:s1", behalf="root")
            async with workspace.db.unit(actor) as work:
                work.publish(Touched(ref=f"file:f{n % 3}", n=n))
        async with workspace.db.unit(SYSTEM) as work:
            work.publish(Named(ref="member:bob", members=("gone", "bob")))
        await told(workspace)
        yield workspace


async def page(workspace, **query):
    async with workspace.db.read(ACTORS["root"]) as work:
        return await list_events(work, AuditQuery(**query))


async def test_filters_choose_and_pages_lead_to_the_end(workspace) -> None:
    everything = await page(workspace)
    assert [event.seq for event in everything.events] == list(range(11, 0, -1))
    assert everything.names == {"root": "Root", "bob": "=HYPERLINK(1)"}
    seqs, before = [], None
    while True:
        part = await page(workspace, limit=4, before=before)
        seqs += [event.seq for event in part.events]
        if part.next is None:
            break
        before = part.next
    assert seqs == list(range(11, 0, -1))
    at = [event.at for event in reversed(everything.events)]
    for query, expected in (
        ({"type": "Named"}, [11]),
        ({"type": "Named, Touched", "limit": 2}, [11, 10]),
        ({"ref": "file:f0"}, [10, 7, 4, 1]),
        ({"member": "bob"}, [11, 10, 8, 6, 4, 2]),
        ({"member": "root"}, [9, 7, 5, 3, 1]),
        ({"member": "gone"}, [11]),
        ({"member": "on"}, []),
        ({"until": at[0]}, []),
        ({"since": at[-1] + 1}, []),
        ({"since": at[0], "until": at[-1] + 1, "type": "Named"}, [11]),
    ):
        assert [event.seq for event in (await page(workspace, **query)).events] == expected, query


async def test_only_administrators_read_the_log(workspace) -> None:
    async with workspace.db.read(ACTORS["bob"]) as work:
        with pytest.raises(Forbidden):
            await list_events(work, AuditQuery())


class Somebody(IdentityProvider):
    """Jupyter's own question is answered; ours is asked by HeaderIdentity."""

    async def get_user(self, handler: web.RequestHandler) -> User:
        return User("somebody")


@asynccontextmanager
async def client(workspace):
    workspace.put(Identity, HeaderIdentity())
    sockets, port = bind_unused_port()
    application = web.Application(
        [(pattern + "$", cls) for pattern, cls in core_web.handlers(domain.routes)],
        openpaas_workspace=workspace,
        base_url="/",
        disable_check_xsrf=True,
        identity_provider=Somebody(),
        authorizer=AllowAllAuthorizer(),
        allow_unauthenticated_access=False,
        cookie_secret="for tests",
        headers={"Content-Security-Policy": "default-src *"},
    )
    server = HTTPServer(application)
    server.add_sockets([sockets])
    base = f"http://127.0.0.1:{port}/api/workspace/v1"
    try:
        async with httpx.AsyncClient(base_url=base, headers={"X-Test": "root"}, timeout=20) as http:
            yield http
    finally:
        server.stop()
        await server.close_all_connections()


async def test_the_routes_serve_administrators_with_the_scope_only(workspace) -> None:
    async with client(workspace) as http:
        for path in ("/events", "/events.csv", "/events/verify"):
            for who, status in (("root", 200), ("bob", 403), ("narrow", 403), ("nobody", 401)):
                answer = await http.get(path, headers={"X-Test": who})
                assert answer.status_code == status, (path, who)
                if status != 200:
                    assert answer.headers["Content-Type"] == "application/problem+json"
                    assert answer.json()["detail"]
        listed = (await http.get("/events", params={"limit": 3, "member": "bob"})).json()
        assert [event["seq"] for event in listed["events"]] == [11, 10, 8]
        assert listed["next"] == 8
        for query in ({"limit": 0}, {"limit": 5000}, {"member": "%"}, {"since": "x"}, {"other": 1}):
            assert (await http.get("/events", params=query)).status_code == 422, query


async def test_the_csv_holds_every_event_once_and_no_formula(workspace, monkeypatch) -> None:
    monkeypatch.setattr("openpaas_workspace.audit.service._EXPORT_PAGE", 4)
    async with client(workspace) as http:
        answer = await http.get("/events.csv")
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert "attachment" in answer.headers["Content-Disposition"]
        rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert [int(row["seq"]) for row in rows] == list(range(11, 0, -1))
        assert {row["actor_name"] for row in rows if row["actor"] == "bob"} == {"'=HYPERLINK(1)"}
        assert {row["behalf_name"] for row in rows if row["behalf"]} == {"Root"}
        assert json.loads(rows[1]["data"]) == {"n": 9}
        few = await http.get("/events.csv", params={"type": "Named"})
        assert len(few.text.splitlines()) == 2


async def test_the_check_names_the_row_that_was_changed(workspace) -> None:
    async with client(workspace) as http:
        whole = (await http.get("/events/verify")).json()
        assert (whole["ok"], whole["checked"], whole["broken"], len(whole["head"])) == (True, 11, None, 64)
        async with workspace.db.unit(SYSTEM) as work:
            await work.execute(update(events_table).where(events_table.c.seq == 6).values(actor="root"))
        broken = (await http.get("/events/verify")).json()
        assert (broken["ok"], broken["broken"], broken["checked"]) == (False, 6, 5)


@given(st.text(max_size=40))
def test_no_cell_begins_as_a_formula_and_none_is_lost(text) -> None:
    cell = harmless(text)
    assert cell in {text, f"'{text}"}
    assert not cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"))
