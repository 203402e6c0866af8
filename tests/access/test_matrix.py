"""Every row of the access table, tried by everybody on what belongs to somebody else."""

import re
import sqlite3
from typing import Any

import httpx
import pytest

from openpaas_workspace.app.domains import all_domains
from openpaas_workspace.app.extension import access_table
from openpaas_workspace.core.access import Access
from openpaas_workspace.core.web import API, Route
from tests.access.labels import label
from tests.access.matrix import CASES, Case, running
from tests.access.world import ABSENT_KERNEL, STANDINGS, World, bare, fits

TABLE: dict[str, Access] = {label(row): row for row in access_table(all_domains())}
ROUTES: dict[str, Route] = {
    f"{route.method} {re.sub(r'{[^}]*}', lambda found: found[0], route.path)}": route
    for domain in all_domains()
    for route in domain.routes
}
AREAS = (
    *(
        "accounts",
        "administration",
        "files",
        "sharing",
        "kernels",
        "events",
        "home",
        "search",
        "audit",
        "openapi",
        "metrics",
    ),
)
ABSENT_ID = "0" * 26


def address(case: Case, things: dict[str, str]) -> str:
    row = TABLE[case.row]
    path = case.path.format(**things)
    return (API if row.pattern.startswith(API) else "") + path


def filled(value: Any, things: dict[str, str]) -> Any:
    if isinstance(value, str):
        return value.format(**things)
    if isinstance(value, dict):
        return {key: filled(item, things) for key, item in value.items()}
    return value


def ask(client: httpx.Client, case: Case, things: dict[str, str], **headers: str) -> httpx.Response:
    body = {"content": case.content} if case.body is None else {"json": filled(case.body, things)}
    return client.request(case.method, address(case, things), headers=headers, **body)


class Trial:
    """One case: victims, and who asks."""

    def __init__(self, world: World, case: Case) -> None:
        self.world, self.case = world, case
        if re.search(r"{(own_)?(kernel|session)}|{notebook}", f"{case.path} {case.body}"):
            running(world)
        self.renew()

    def renew(self) -> None:
        self.victim = self.case.victim(self.world) if self.case.victim else ""

    def things(self) -> dict[str, str]:
        return {**self.world.things, "victim": self.victim, "name": self.world.name("name")}

    def ask(self, client: httpx.Client, **headers: str) -> httpx.Response:
        return ask(client, self.case, self.things(), **headers)

    def absent(self, client: httpx.Client) -> tuple[str, str]:
        """What the same request says of what is there, and of what is not; ids and paths taken out."""
        there = self.things()
        gone = {name: _absent(name, value) for name, value in there.items()} | {"name": there["name"]}
        return _said(ask(client, self.case, there), there), _said(ask(client, self.case, gone), gone)


def _absent(name: str, value: str) -> str:
    if "path" in name or "/" in value:
        return re.sub(r"[^/]+$", "nothing.txt", value)
    return ABSENT_KERNEL if "-" in value else ABSENT_ID


def _said(answer: httpx.Response, things: dict[str, str]) -> str:
    text = re.sub(r'name="_xsrf" value="[^"]*"', "", answer.text)
    for value in sorted({*things.values()}, key=len, reverse=True):
        text = text.replace(value, "…") if value else text
    return f"{answer.status_code} {text}"


@pytest.fixture(scope="module")
def dead(world: World) -> dict[str, httpx.Client]:
    """Programs whose token does not work any more."""
    made = world.must("owner", "POST", "/tokens", json={"name": "old", "scopes": ["all"]})
    with sqlite3.connect(world.server.data_dir / "workspace.db", timeout=30) as database:
        changed = database.execute("UPDATE tokens SET expires_at = 1 WHERE id = ?", (made["token"]["id"],))
        assert changed.rowcount == 1
    return {"expired": world.bearer(made["secret"]), "revoked": world.bearer(world.things["revoked"])}


def test_every_row_has_a_case() -> None:
    missing = sorted(set(TABLE) - {case.row for case in CASES})
    assert not missing, "say in tests/access/matrix.py who is answered what"
    assert not {case.row for case in CASES} - set(TABLE), "cases of rows that are not there"


def _named(cases: tuple[Case, ...]) -> list[Any]:
    return [pytest.param(case, id=f"{case.row} {case.path}".replace("/api/contents", "…")) for case in cases]


OPEN = tuple(case for case in CASES if TABLE[case.row].who in {"open", "off"})
CLOSED = tuple(case for case in CASES if case not in OPEN)
# Browsers send their reports about a policy by themselves.
UNSAFE = tuple(case for case in CASES if case.method not in {"GET", "HEAD"} and "csp-report" not in case.path)


@pytest.mark.parametrize("case", _named(OPEN))
def test_open_rows_tell_everybody_the_same(world: World, dead: dict[str, httpx.Client], case: Case) -> None:
    for client in (*world.clients.values(), *dead.values()):
        visitor = client if "Authorization" in client.headers else bare(client)
        assert ask(visitor, case, world.things).status_code in case.expect, client.headers


def scope_of_narrow(row: Access) -> list[str]:
    """The widest token that does not open a row."""
    if not row.scope:
        return list(AREAS)
    area, _, what = row.scope.partition(":")
    others = [other for other in AREAS if other != area]
    return [*others, f"{area}:read"] if what == "write" else others


@pytest.mark.parametrize("case", _named(CLOSED))
def test_who_gets_what(world: World, dead: dict[str, httpx.Client], case: Case) -> None:
    trial, row = Trial(world, case), TABLE[case.row]
    assert fits(row.pattern, address(case, trial.things()).partition("?")[0]), (
        "this request tries another row"
    )
    before, strangers = world.head(), set()
    for name, client in {"nobody": world.clients["nobody"], **dead}.items():
        assert trial.ask(client).status_code == 401, name
    assert trial.ask(world.token("owner", *scope_of_narrow(row))).status_code == 403, "too small a scope"
    wanted = dict(zip(STANDINGS, case.expect, strict=True))
    for who in sorted(STANDINGS, key=lambda who: wanted[who] < 400):
        if wanted[who] >= 400:
            strangers.add(world.ids[who])
        elif strangers:
            assert not world.did(before, strangers), "a refusal that did something"
            strangers = set()
        answer = trial.ask(world.clients[who])
        assert answer.status_code == wanted[who], f"{who}: {answer.text[:300]}"
        if case.once and wanted[who] < 400:
            trial.renew()
    _check_token(trial, row)


def _check_token(trial: Trial, row: Access) -> None:
    case, route = trial.case, ROUTES.get(trial.case.row)
    if case.owners() == 0:
        return
    shut = not row.scope or (route is not None and route.session_only)
    scope = row.scope or AREAS[0]
    answer = trial.ask(trial.world.token("owner", scope))
    assert answer.status_code == (403 if shut else case.owners()), f"the right scope: {answer.text[:300]}"


# What makes an account, takes one over, or opens one again.
TAKING = {
    "POST /members", "PATCH /members/{member_id}", "POST /members/{member_id}/reset-link", "POST /me/password",
    "GET /tokens", "POST /tokens", "DELETE /tokens/{token_id}",
    "GET /sessions", "DELETE /sessions", "DELETE /sessions/{session_id}",
}  # fmt: skip


@pytest.mark.parametrize(
    "case", _named(tuple(c for c in CLOSED if c.row in ROUTES and ROUTES[c.row].session_only))
)
def test_a_token_for_everything_takes_over_no_account(world: World, case: Case) -> None:
    trial, before = Trial(world, case), world.head()
    answer = trial.ask(world.token("owner", "all"))
    assert answer.status_code == 403
    assert answer.json()["detail"] == "Do this in the page: tokens may not."
    assert not set(world.did(before, {world.ids["owner"]})) - {"TokenCreated"}


def test_all_that_takes_accounts_is_for_the_page() -> None:
    assert {row for row, route in ROUTES.items() if route.session_only} >= TAKING


@pytest.mark.parametrize(
    "case", _named(tuple(case for case in CLOSED if 404 in case.expect and case.method != "HEAD"))
)
def test_absent_and_not_yours_look_the_same(world: World, case: Case) -> None:
    trial = Trial(world, case)
    for who, wanted in zip(STANDINGS, case.expect, strict=True):
        if wanted == 404:
            there, gone = trial.absent(world.clients[who])
            assert there == gone, who


@pytest.mark.parametrize("case", _named(UNSAFE))
def test_a_foreign_page_changes_nothing(world: World, case: Case) -> None:
    """With the member's cookies, but without the header that only our pages can send."""
    trial = Trial(world, case)
    member, before = bare(world.owner), world.head()
    evil = {"Origin": "http://evil.example", "Referer": "http://evil.example/"}
    for headers in ({}, {"X-XSRFToken": "guessed"}):
        assert trial.ask(member, **headers).status_code == 403, headers
    for client in (member, world.owner):
        assert trial.ask(client, **evil).status_code in {403, 404}
    # The kernel of the trial was started before; its fact is written a moment later.
    assert not set(world.did(before, {world.ids["owner"]})) - {"KernelStarted"}


def test_a_token_in_the_address_opens_nothing(world: World) -> None:
    made = world.must("owner", "POST", "/tokens", json={"name": "address", "scopes": ["all"]})
    secret = made["secret"]
    nobody = world.clients["nobody"]
    running(world)
    for case in CLOSED:
        victim = world.things["kernel" if case.row.startswith(("DELETE /api/k", "DELETE /api/s")) else "file"]
        things = {**world.things, "victim": victim, "name": "x"}
        path = address(case, things)
        path += ("&" if "?" in path else "?") + f"token={secret}"
        assert nobody.request(case.method, path).status_code == 401, case.row
    for header in (f"token {secret}", f"Basic {secret}", secret):
        assert nobody.get(f"{API}/me", headers={"Authorization": header}).status_code == 401
    for name in ("token", "openpaas-session-80", f"openpaas-session-{world.server.port}"):
        assert nobody.get(f"{API}/me", headers={"Cookie": f"{name}={secret}"}).status_code == 401
