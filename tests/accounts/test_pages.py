"""The pages before the page, over a real server."""

import ast
import base64
import hashlib
import re
from pathlib import Path

import jinja2
import pytest
from jinja2.ext import extract_from_ast

from openpaas_workspace.accounts.gateway import pages
from openpaas_workspace.accounts.service.links import create_reset_link, create_setup_link, first_link
from openpaas_workspace.core.i18n import translator
from openpaas_workspace.kit.actors import SYSTEM
from tests.accounts.conftest import PASSWORD
from tests.core.databases import database_url


@pytest.fixture
async def url(tmp_path):
    """SQLite alone: what the pages call is tried on both databases beside this file."""
    async with database_url("sqlite", tmp_path) as url:
        yield url


PACKAGE = Path(__file__).parent.parent.parent / "openpaas_workspace"


async def test_log_in_with_the_form_opens_a_session_and_goes_to_the_page(site, people):
    await people.add("alice")
    async with site.browser() as browser:
        answer = await browser.login("ALICE", next="/lab/tree/a.ipynb")
        assert (answer.status_code, answer.headers["location"]) == (303, "/lab/tree/a.ipynb")
        cookie = next(c for c in answer.headers.get_list("set-cookie") if "openpaas-session" in c)
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "Path=/" in cookie
        me = (await browser.api("GET", "/me")).json()
        assert (me["username"], me["scopes"]) == ("alice", ["all"])
        assert (await browser.get("/login?next=/lab")).status_code == 302


async def test_secure_cookies_carry_the_host_prefix(site, people):
    await people.add("alice")
    site.workspace.settings.secure_cookies = True
    async with site.browser() as browser:
        answer = await browser.login("alice")
    cookie = next(c for c in answer.headers.get_list("set-cookie") if "session" in c)
    assert cookie.startswith("__Host-openpaas-session=")
    assert "Secure" in cookie
    assert "Domain" not in cookie


async def test_a_wrong_password_is_one_sentence_and_keeps_the_name(site, people):
    await people.add("alice")
    async with site.browser(**{"Accept-Language": "en"}) as browser:
        wrong = await browser.login("alice", "not this one at all")
        unknown = await browser.login('a"><b>', "not this one at all")
    assert wrong.status_code == unknown.status_code == 401
    assert 'role="alert"' in wrong.text
    assert "do not fit together" in wrong.text
    assert 'value="alice"' in wrong.text
    assert "<b>" not in unknown.text.split("<form")[1].split("</form")[0]
    assert "not this one" not in wrong.text


async def test_after_the_login_only_this_server(site, people):
    await people.add("alice")
    for elsewhere in ("https://evil.example/", "//evil.example/", "/\\evil.example", "/logout"):
        async with site.browser() as browser:
            answer = await browser.login("alice", next=elsewhere)
            assert answer.headers["location"] == "/lab"
            assert (await browser.get(f"/login?next={elsewhere}")).headers["location"] == "/lab"


async def test_a_form_without_the_xsrf_token_is_refused(site, people):
    await people.add("alice")
    async with site.browser() as browser:
        await browser.xsrf()
        for path in ("/login", "/logout", "/reset/" + "x" * 43, "/setup/" + "x" * 43):
            answer = await browser.post(path, data={"username": "alice", "password": PASSWORD})
            assert answer.status_code == 403
            assert 'role="alert"' in answer.text
        assert not [c for c in browser.cookies if "session" in c]


async def test_logging_out_needs_a_click_and_ends_the_session_in_the_database(site, people):
    await people.add("alice")
    async with site.browser() as browser, site.browser() as thief:
        await browser.login("alice")
        thief.cookies.update(browser.cookies)
        assert (await browser.get("/logout")).status_code == 200
        assert (await browser.api("GET", "/me")).status_code == 200
        assert (await browser.form("/logout")).headers["location"] == "/login?done=logout"
        assert not [c for c in browser.cookies if "session" in c]
        assert (await thief.api("GET", "/me")).status_code == 401


async def test_a_login_replaces_the_session_this_browser_had(site, people):
    await people.add("alice")
    async with site.browser() as browser, site.browser() as old:
        await browser.login("alice")
        old.cookies.update(browser.cookies)
        await browser.login("alice")
        assert (await old.api("GET", "/me")).status_code == 401
        assert len((await browser.api("GET", "/sessions")).json()) == 1


async def test_the_first_administrator_chooses_name_and_password_once(site):
    path = await first_link(site.workspace)
    async with site.browser(**{"Accept-Language": "en"}) as browser:
        assert "First administrator" in (await browser.get(path)).text
        weak = await browser.form(path, username="root", display_name="R", password="short", again="short")
        assert weak.status_code == 422
        assert 'value="root"' in weak.text
        other = await browser.form(path, username="root", password=PASSWORD, again=PASSWORD + "!")
        assert "not the same" in other.text
        done = await browser.form(path, username="root", password=PASSWORD, again=PASSWORD)
        assert done.headers["location"] == "/lab"
        assert (await browser.api("GET", "/me")).json()["administrator"] is True
        assert (await browser.get(path)).status_code == 404
        again = await browser.form(path, username="eve", password=PASSWORD, again=PASSWORD)
        assert again.status_code == 404
    assert await first_link(site.workspace) == ""


async def test_a_reset_link_sets_the_password_once_and_ends_sessions(site, people):
    alice = await people.add("alice")
    async with site.workspace.db.unit(SYSTEM) as work:
        path = (await create_reset_link(work, alice)).path
    async with site.browser() as browser, site.browser() as before:
        await before.login("alice")
        assert 'value="alice"' in (await browser.get(path)).text
        fresh = "another fine sentence of mine"
        done = await browser.form(path, password=fresh, again=fresh)
        assert done.headers["location"] == "/login?done=reset"
        assert (await before.api("GET", "/me")).status_code == 401
        assert (await browser.form(path, password=fresh, again=fresh)).status_code == 404
        assert (await browser.login("alice")).status_code == 401
        assert (await browser.login("alice", fresh)).status_code == 303


async def test_the_secret_of_a_link_is_in_no_log(site, people, caplog):
    caplog.set_level("DEBUG")
    alice = await people.add("alice")
    async with site.workspace.db.unit(SYSTEM) as work:
        path = (await create_reset_link(work, alice)).path
    caplog.clear()
    async with site.browser() as browser:
        await browser.get(path)
        assert (await browser.form(path, password="short", again="short")).status_code == 422
        assert (await browser.form(path + "x", password="short", again="short")).status_code == 404
    theirs = [r.getMessage() for r in caplog.records if not r.name.startswith(("httpx", "httpcore"))]
    assert any("/reset/[secret]" in line for line in theirs)
    assert not any(path.rpartition("/")[2] in line for line in theirs)


async def test_addresses_that_cannot_be_read_get_a_page(site):
    async with site.browser() as browser:
        for query in ("lang=%ff", "next=%ff", "done=%ff&lang=fr%00", "lang=fr&lang=en"):
            answer = await browser.get(f"/login?{query}")
            assert answer.status_code in {200, 400}
            assert "<form" in answer.text or 'role="alert"' in answer.text


async def test_languages_by_browser_by_switch_and_remembered(site):
    site.workspace.settings.organisation = "Mairie de <Saint-Aubin>"
    async with site.browser(**{"Accept-Language": "de, en;q=0.7, fr;q=0.3"}) as browser:
        english = (await browser.get("/login?next=/lab/x")).text
        assert '<html lang="en">' in english
        assert "Mairie de &lt;Saint-Aubin&gt;" in english
        assert "/login?lang=fr&amp;next=%2Flab%2Fx" in english
        assert '<html lang="fr">' in (await browser.get("/login?lang=fr")).text
        assert "Connexion" in (await browser.get("/login")).text
    async with site.browser(**{"Accept-Language": "de"}) as browser:
        assert '<html lang="fr">' in (await browser.get("/login")).text


def _meter() -> str:
    script = Path(pages.__file__).parent.parent / "templates" / "strength.js"
    return "sha256-" + base64.b64encode(hashlib.sha256(script.read_bytes()).digest()).decode()


async def test_pages_allow_no_script_and_name_no_foreign_host(site):
    async with site.browser() as browser:
        for path in ("/login", "/forgotten", "/accessibility", "/setup/" + "x" * 43, "/reset/" + "x" * 43):
            answer = await browser.get(path)
            policy = answer.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "unsafe-inline" not in policy
            # the meter of a new password is one script of ours, named by its digest
            scripts = re.findall(r"script-src ([^;]*)", policy)
            assert scripts in ([], [f"'{_meter()}'"])
            assert answer.headers["cache-control"] == "no-store"
            assert answer.headers["referrer-policy"] == "strict-origin"
            assert not re.search(r"https?://", answer.text)
            assert "<script" not in answer.text
            assert "style=" not in answer.text


async def test_demo_members_are_named_and_enter_only_from_this_machine_under_demo(site, people):
    await people.add("alice", demo=True)
    async with site.browser() as browser:
        assert (await browser.login("alice")).status_code == 401
        site.workspace.settings.demo = True
        assert "<b>dave</b>" in (await browser.get("/login")).text
        for header in ("X-Forwarded-For", "Forwarded", "X-Real-IP"):
            away = await browser.post(
                "/login",
                data={"username": "alice", "password": PASSWORD, "_xsrf": await browser.xsrf()},
                headers={header: "127.0.0.1"},
            )
            assert away.status_code == 401
        assert (await browser.login("alice")).status_code == 303


async def test_rubbish_forms_are_refused_in_a_sentence(site):
    form = "application/x-www-form-urlencoded"
    rubbish = (
        (b"\x00\xff" * 50, form),
        (b"username=%ff%fe&password=%00", form),
        (b"username=" + b"a" * 100_000, form),
        (b"password=" + b"a" * 300, form),
        (b"--x\r\nrubbish", "multipart/form-data; boundary=x"),
        (b'{"username":"a"}', "application/json"),
        (b"", form),
    )
    async with site.browser() as browser:
        for content, kind in rubbish:
            headers = {"Content-Type": kind, "X-XSRFToken": await browser.xsrf()}
            answer = await browser.post("/login", content=content, headers=headers)
            assert 400 <= answer.status_code < 500
        assert (await browser.get("/login")).status_code == 200


def test_every_text_of_the_pages_is_in_french():
    french = translator("fr_FR")
    missing = []
    for template in sorted((PACKAGE / "accounts" / "templates").glob("*.html")):
        tree = jinja2.Environment().parse(template.read_text("utf-8"))
        texts = [text[0] if isinstance(text, tuple) else text for _, _, text in extract_from_ast(tree)]
        missing += [text for text in texts if not french.knows(text)]
    assert missing == []


ERRORS = {
    "Invalid",
    "Forbidden",
    "Conflict",
    "NotFound",
    "TooMany",
    "TooLarge",
    "Unauthenticated",
    "Unavailable",
    "WorkspaceError",
    "_",
}


def sentences(path: Path) -> list[str]:
    """What the module may say to people: first arguments of errors and of `_`, constants included."""
    tree = ast.parse(path.read_text("utf-8"))
    constants = {
        node.targets[0].id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ERRORS and node.args:
            said = node.args[0]
            said = constants.get(said.id, said) if isinstance(said, ast.Name) else said
            if isinstance(said, ast.Constant):
                found.append(said.value)
            elif isinstance(said, ast.JoinedStr):
                found.append("".join(p.value if isinstance(p, ast.Constant) else "12" for p in said.values))
    return found


def test_every_sentence_of_accounts_is_in_french():
    french = translator("fr_FR")
    modules = [*(PACKAGE / "accounts").rglob("*.py"), PACKAGE / "kit" / "text.py"]
    said = [sentence for module in modules for sentence in sentences(module)]
    assert len(said) > 30
    assert [s for s in said if french.sentence(s) == s] == []
    assert french.sentence("There were too many attempts. Try again in 3 min.").endswith("dans 3\xa0min.")


async def test_setup_links_die_when_a_newer_one_is_made(workspace):
    async with workspace.db.unit(SYSTEM) as work:
        first = await create_setup_link(work)
    second = await first_link(workspace)
    assert first.path != second
    from openpaas_workspace.accounts.service.links import find_link
    from openpaas_workspace.kit.errors import NotFound
    from tests.accounts.conftest import HERE

    with pytest.raises(NotFound):
        await find_link(workspace, first.path.rpartition("/")[2], "setup", HERE)
    assert (await find_link(workspace, second.rpartition("/")[2], "setup", HERE)).kind == "setup"
