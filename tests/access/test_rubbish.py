"""Bodies, addresses and repetitions that make no sense: a sentence, never a 500, and no way round the tree."""

import json
import subprocess
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from openpaas_workspace.core.web import API
from tests.access.matrix import CASES, Case, running
from tests.access.test_matrix import ROUTES, address, filled
from tests.access.world import ABSENT_KERNEL, SPACE, World, build
from tests.conftest import postgres_is_here

NUL = "a\0b"
HUGE = 10**30
RUBBISH: tuple[bytes, ...] = (
    b"",
    b"not json",
    b"\xff\xfe",
    b"[1]",
    b'"a"',
    b"1",
    b"null",
    b"{}",
    b"[" * 20_000,
    b'{"a":' * 2000 + b"1" + b"}" * 2000,
    b'{"name":"\\ud800","path":"\\ud800"}',
    b'{"no such field":1}',
)
WRONG: tuple[Any, ...] = (
    1,
    -1,
    HUGE,
    1.5,
    True,
    None,
    [],
    [NUL],
    {},
    "",
    NUL,
    "x" * 5000,
    "../../etc/passwd",
)


@pytest.fixture(scope="module")
def strict(make_server: Callable[..., Any], world: World) -> Iterator[World]:
    """A workspace on PostgreSQL, which refuses more than SQLite; where there is none, the common one."""
    if not postgres_is_here():
        yield world
        return
    name = f"access_{uuid.uuid4().hex[:12]}"
    subprocess.run(["createdb", "-h", "127.0.0.1", "-U", "root", name], check=True, timeout=60)
    url = f"postgresql://root@127.0.0.1:5432/{name}"
    server = make_server("--demo", "--database-url", url, name="strict")
    try:
        yield build(server.start())
    finally:
        server.stop()
        subprocess.run(["dropdb", "-h", "127.0.0.1", "-U", "root", "--force", name], check=True, timeout=60)


def bodies_of(case: Case, things: dict[str, str]) -> Iterator[bytes]:
    """Rubbish, then the right body with each field wrong in turn."""
    yield from RUBBISH
    right = filled(case.body, things)
    for field in right:
        for wrong in WRONG:
            yield json.dumps({**right, field: wrong}).encode()
    yield json.dumps({**right, "no such field": 1}).encode()


WITH_BODY = {case.row: case for case in CASES if isinstance(case.body, dict) and 404 not in case.expect[2:4]}


@pytest.mark.parametrize("row", sorted(WITH_BODY))
def test_a_body_that_makes_no_sense_is_refused_with_a_sentence(strict: World, row: str) -> None:
    case, ours = WITH_BODY[row], row in ROUTES
    running(strict)
    victim = case.victim(strict) if case.victim else ""
    things = {**strict.things, "victim": victim, "name": strict.name("rubbish")}
    where = address(case, things)
    for body in bodies_of(case, things):
        answer = strict.owner.request(case.method, where, content=body)
        assert answer.status_code < 500, f"{body[:80]!r}: {answer.text[:300]}"
        assert answer.status_code != 401
        if ours and answer.status_code >= 400:
            _is_a_problem(answer)
        if ours and body in RUBBISH and body != b"{}":
            assert answer.status_code in {413, 422}, f"{body[:80]!r}: {answer.text[:300]}"


def _is_a_problem(answer: Any) -> None:
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["detail"].endswith((".", "…")), problem


@pytest.mark.parametrize(
    "row", sorted(row for row in WITH_BODY if row.startswith("PATCH ") and row != "PATCH /api/me")
)
def test_a_change_of_nothing_is_refused_with_a_sentence(world: World, row: str) -> None:
    case = WITH_BODY[row]
    running(world)
    things = {**world.things, "victim": case.victim(world) if case.victim else "", "name": "nothing"}
    before = world.head()
    answer = world.owner.patch(address(case, things), json={})
    assert answer.status_code == 422
    _is_a_problem(answer)
    assert not set(world.did(before, {world.ids["owner"]})) - {"KernelStarted"}


@pytest.mark.parametrize("row", sorted(row for row in WITH_BODY if row in ROUTES))
def test_ten_megabytes_are_too_large(world: World, row: str) -> None:
    case = WITH_BODY[row]
    things = {**world.things, "victim": world.things["file"], "name": "large"}
    # A photo may have as many bytes before it is made small, and a change of a sheet may write many cells.
    size = 20_000_000 if row == "PUT /me/photo" else 10_000_000
    answer = world.owner.request(case.method, address(case, things), content=b'"' + b"x" * size + b'"')
    assert answer.status_code == 413
    _is_a_problem(answer)


PATHS = (
    "..",
    "../..",
    "../../../../etc/passwd",
    f"{SPACE}/..",
    f"{SPACE}/../~alice/secret.txt",
    f"{SPACE}/./dossier",
    f"{SPACE}//dossier",
    f"{SPACE}/a\0b",
    f"{SPACE}\\..\\secret.txt",
    "/etc/passwd",
    "~alice/../secret.txt",
    "~alice/secret.txt",
    "~/../secret.txt",
    "~root/.ssh/id_rsa",
    f"{SPACE}/.git/config",
    "\N{FULLWIDTH FULL STOP}\N{FULLWIDTH FULL STOP}/secret.txt",
    "x" * 5000,
    "/".join("x" * 900),
)
ADDRESSES = ("/files/{}", "/view/{}", "/api/contents/{}", API + "/content?path={}", API + "/files?path={}")


def encodings(path: str) -> Iterator[str]:
    """A path as it may stand in an address."""
    whole = "".join(f"%{byte:02x}" for byte in path.encode())
    yield whole
    yield whole.replace("%", "%25")
    yield "".join(
        part if part.isascii() and part.isalnum() else f"%{ord(part[0]) & 0x7F:02X}" for part in path
    )
    yield "/".join("".join(f"%{byte:02X}" for byte in part.encode()) for part in path.split("/"))


@pytest.mark.parametrize("where", ADDRESSES)
def test_no_path_leads_out_of_what_a_member_may_see(strict: World, where: str) -> None:
    for path in PATHS:
        for form in dict.fromkeys(encodings(path)):
            answer = strict.clients["stranger"].get(where.format(form))
            assert answer.status_code in {301, 302, 400, 404, 414, 422}, f"{path[:60]!r} as {form[:60]}"
            assert "Alice only" not in answer.text
            assert "root:" not in answer.text


FOLDERS = (
    "/static/{}", "/static/lab/{}", "/lab/extensions/{}", "/lab/api/themes/{}", "/lab/api/listings/{}",
    "/kernelspecs/python3/{}", "/lab/api/translations/{}", "/lab/api/settings/{}", "/api/kernelspecs/{}",
)  # fmt: skip


@pytest.mark.parametrize("where", FOLDERS)
def test_no_path_leads_out_of_the_folders_of_the_page(world: World, where: str) -> None:
    for path in (
        "../" * 12 + "etc/passwd",
        "../workspace.db",
        "..%2fworkspace.db",
        "\0",
        "~",
        "./../../setup.py",
    ):
        for form in dict.fromkeys(encodings(path)):
            answer = world.owner.get(where.format(form))
            assert answer.status_code in {301, 302, 400, 403, 404, 422}, f"{path!r} as {form}"
            assert "root:x" not in answer.text


ODD_QUERIES = (
    "/api/contents/{path}?content=x", "/api/contents/{path}?content=%ff", "/api/contents/{path}?type=nothing",
    "/api/contents/{path}?format=nothing", "/api/contents/{path}?hash=x", "/files/{path}?download=%ff",
    "/lab/api/licenses/?full_text=x", "/lab/api/licenses/?format=zz", "/lab/api/licenses/?bundles=(a%2B)%2B$",
    "/login?next=%ff", "/login?lang=%00", API + "/members?limit=x", API + "/members?q=%00",
    API + "/members?after=%00", API + "/members?limit=99999999999999999999", API + "/members/%00",
    API + "/files/%00/history", API + "/files/{file}/history?before=99999999999999999999",
    API + "/files/{file}/history?limit=0", API + "/files/%ff/blame", API + "/objects/file:%00/access",
    API + "/objects/x/access", API + "/events?before=99999999999999999999", API + "/events?ref=%00",
    API + "/events?since=-99999999999999999999", API + "/trash?space=%00", API + "/trash", API + "/files",
    API + "/files?path=a&x=y", API + "/groups/%00/members", "/api/kernels/" + ABSENT_KERNEL, "/%00", "/%ff",
)  # fmt: skip


def test_odd_questions_are_answered_with_a_sentence(strict: World) -> None:
    for where in ODD_QUERIES:
        answer = strict.owner.get(where.format(**strict.things))
        assert answer.status_code < 500, f"{where}: {answer.text[:300]}"


@pytest.mark.parametrize(
    "address", ["//evil.example/", "/\\evil.example/", "/%5cevil.example/", "/%2f%2fevil.example/"]
)
def test_no_address_leads_to_another_host(world: World, address: str) -> None:
    found = world.clients["nobody"].get(world.server.url + address).headers.get("Location", "")
    assert not found.startswith(("//", "/\\", "http")), found


def test_twice_the_same(world: World) -> None:
    """What is asked again is done already, or refused with what to do."""
    owner, file = world.owner, world.file()
    where = f"{API}/objects/{file['ref']}/grants"
    grant = {"subject": f"member:{world.somebody()}", "level": "reader"}
    first, head = owner.put(where, json=grant), world.head()
    assert owner.put(where, json=grant).json() == first.json()
    assert not world.did(head, {world.ids["owner"]}), "the same again is no event"
    for _ in range(2):
        assert owner.delete(f"{where}/{grant['subject']}").status_code == 204
    for method, path, body, statuses in (
        ("POST", "/spaces", {"name": "Twice"}, (201, 409)),
        ("POST", "/groups", {"name": "Twice"}, (201, 409)),
        ("POST", "/members", {"username": "twice"}, (201, 409)),
        ("POST", "/files", {"path": f"{SPACE}/twice.txt"}, (201, 409)),
        ("PATCH", f"/files/{file['id']}", {"name": "renamed.txt"}, (200, 200)),
        ("DELETE", f"/files/{file['id']}", None, (204, 404)),
        ("POST", f"/trash/{file['id']}/restore", None, (200, 200)),
        ("POST", f"/members/{world.somebody()}/disable", None, (200, 200)),
        ("POST", f"/members/{world.somebody()}/enable", None, (200, 200)),
        ("DELETE", f"/groups/{world.group()}", None, (204, 404)),
        ("PUT", f"/groups/{world.group()}/members/{world.things['somebody']}", None, (204, 204)),
    ):
        more = {} if body is None else {"json": body}
        assert tuple(owner.request(method, API + path, **more).status_code for _ in range(2)) == statuses, (
            path
        )
