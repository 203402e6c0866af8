"""The routes of accounts, over a real server."""

from sqlalchemy import select, update

from openpaas_workspace.accounts.models import sessions, tokens
from openpaas_workspace.accounts.schemas import NewToken
from openpaas_workspace.accounts.service.live import Sessions
from openpaas_workspace.accounts.service.sessions import write_used
from openpaas_workspace.accounts.service.tokens import create_token_for
from openpaas_workspace.kit.actors import SYSTEM
from tests.accounts.conftest import PASSWORD


async def token_of(site, member_id, *scopes):
    async with site.workspace.db.unit(SYSTEM) as work:
        return await create_token_for(work, member_id, NewToken(name="script", scopes=list(scopes)))


async def ask(site, secret, method="GET", path="/me", **more):
    async with site.browser() as browser:
        headers = {"Authorization": f"Bearer {secret}"}
        return await browser.request(method, f"/api/workspace/v1{path}", headers=headers, **more)


async def test_a_token_opens_what_its_scopes_say_without_xsrf(site, people):
    alice = await people.add("alice")
    reader = (await token_of(site, alice, "accounts:read")).secret
    writer = (await token_of(site, alice, "accounts")).secret
    files = (await token_of(site, alice, "files:write")).secret
    assert (await ask(site, reader)).json()["scopes"] == ["accounts:read"]
    assert (await ask(site, reader, "PATCH", json={"locale": "en"})).status_code == 403
    assert (await ask(site, writer, "PATCH", json={"locale": "en"})).json()["locale"] == "en"
    assert (await ask(site, files)).status_code == 403


async def test_tokens_do_not_make_tokens_nor_touch_passwords(site, people):
    alice = await people.add("alice", administrator=True)
    everything = await token_of(site, alice, "all")
    some = await token_of(site, alice, "accounts")
    change = {"old": PASSWORD, "new": "another fine sentence"}
    for made in (everything, some):
        fresh = await ask(site, made.secret, "POST", "/tokens", json={"name": "x", "scopes": ["all"]})
        assert fresh.status_code == 403
        assert (await ask(site, made.secret, "POST", "/me/password", json=change)).status_code == 403
        for method, path, body in (
            ("POST", f"/members/{alice}/reset-link", None),
            ("POST", "/members", {"username": "x"}),
            ("PATCH", f"/members/{alice}", {"email": "mallory@example.org"}),
            ("GET", "/tokens", None),
            ("DELETE", f"/tokens/{some.token.id}", None),
            ("GET", "/sessions", None),
            ("DELETE", "/sessions", None),
        ):
            answer = await ask(site, made.secret, method, path, **({"json": body} if body else {}))
            assert answer.status_code == 403, path
    assert (await ask(site, everything.secret, "GET", "/members")).status_code == 200


async def test_tokens_end_by_age_and_revocation_and_tell_their_last_use(site, people):
    alice = await people.add("alice")
    made, old = await token_of(site, alice, "all"), await token_of(site, alice, "all")
    async with site.browser() as browser:
        await browser.login("alice")
        assert (await ask(site, made.secret)).status_code == 200
        await write_used(site.workspace)
        listed = {t["id"]: t for t in (await browser.api("GET", "/tokens")).json()}
        assert listed[made.token.id]["used_at"] > 0
        assert listed[old.token.id]["used_at"] is None
        assert made.secret not in str(listed)
        async with site.workspace.db.unit(SYSTEM) as work:
            await work.execute(update(tokens).where(tokens.c.id == old.token.id).values(expires_at=1))
            assert made.secret not in str(await work.all(select(tokens)))
        assert (await ask(site, old.secret)).status_code == 401
        assert (await browser.api("DELETE", f"/tokens/{made.token.id}")).status_code == 204
        assert (await browser.api("DELETE", f"/tokens/{made.token.id}")).status_code == 404
        assert (await ask(site, made.secret)).status_code == 401


async def test_a_token_made_in_the_page_is_shown_once(site, people):
    await people.add("alice")
    async with site.browser() as browser:
        await browser.login("alice")
        body = {"name": "report", "scopes": ["files:read", "files:read"], "expires_in": 3600}
        made = (await browser.api("POST", "/tokens", json=body)).json()
        assert made["token"]["scopes"] == ["files:read"]
        assert made["secret"].startswith("opw_")
        assert len(made["secret"]) >= 47
        for wrong in (
            {"scopes": []},
            {"scopes": ["ALL"]},
            {"scopes": ["files:delete"]},
            {"scopes": ["files:read tokens"]},
            {"expires_in": 0},
            {"expires_in": 10**12},
            {"name": ""},
            {"extra": 1},
        ):
            assert (await browser.api("POST", "/tokens", json={**body, **wrong})).status_code == 422


async def test_only_a_bearer_header_counts(site, people):
    alice = await people.add("alice")
    secret = (await token_of(site, alice, "all")).secret
    async with site.browser() as browser:
        at = "/api/workspace/v1/me"
        assert (await browser.get(f"{at}?token={secret}")).status_code in {401, 422}
        for header in (f"token {secret}", secret, f"Bearer {secret} x", "Bearer", "Bearer opw_" + "x" * 500):
            assert (await browser.get(at, headers={"Authorization": header})).status_code == 401
        await browser.login("alice")
        # a header that names nobody is not mended by a good cookie, and waives no XSRF check
        assert (await browser.get(at, headers={"Authorization": "Bearer opw_wrong"})).status_code == 401
        forged = await browser.patch(at, json={"locale": "en"}, headers={"Authorization": "Bearer opw_wrong"})
        assert forged.status_code == 403
        assert (await browser.patch(at, json={"locale": "en"})).status_code == 403


async def test_jupyters_own_identity_comes_from_the_database_and_is_fixed(site, people):
    await people.add("alice", display_name="Alice Martin")
    async with site.browser() as browser:
        assert (await browser.get("/api/me")).status_code == 403
        await browser.login("alice")
        about = (await browser.get("/api/me")).json()
        assert about["identity"]["username"] == "alice"
        assert about["identity"]["initials"] == "AM"
        assert set(about["identity"]) == {
            "username",
            "name",
            "display_name",
            "initials",
            "avatar_url",
            "color",
        }
        assert about["permissions"]["updatable_fields"] == []
        for change in ({"name": "Bob"}, {"username": "bob"}, {"color": "#000"}):
            headers = {"X-XSRFToken": await browser.xsrf()}
            assert (await browser.patch("/api/me", json=change, headers=headers)).status_code == 400
        assert (await browser.get("/api/me")).json() == about


async def test_sessions_are_listed_and_ended_by_their_owner_alone(site, people):
    await people.add("alice")
    await people.add("bob")
    async with site.browser() as here, site.browser() as there, site.browser() as bob:
        for browser in (here, there):
            await browser.login("alice")
        await bob.login("bob")
        listed = (await here.api("GET", "/sessions")).json()
        assert sorted(s["current"] for s in listed) == [False, True]
        other = next(s["id"] for s in listed if not s["current"])
        assert (await bob.api("DELETE", f"/sessions/{other}")).status_code == 404
        assert (await here.api("DELETE", f"/sessions/{other}")).status_code == 204
        assert (await there.api("GET", "/me")).status_code == 401
        await there.login("alice")
        assert (await here.api("DELETE", "/sessions")).status_code == 204
        assert (await there.api("GET", "/me")).status_code == 401
        assert (await here.api("GET", "/me")).status_code == 200


async def test_an_administrator_invites_disables_and_resets(site, people):
    root = await people.add("root", administrator=True)
    async with site.browser() as admin, site.browser() as bob:
        await admin.login("root")
        made = (
            await admin.api("POST", "/members", json={"username": "bob", "email": "b@example.org"})
        ).json()
        fine = {"password": "my very own sentence, typed", "again": "my very own sentence, typed"}
        assert (await bob.form(made["link"]["path"], **fine)).status_code == 303
        assert (await bob.login("b@example.org", fine["password"])).status_code == 303
        assert (await bob.api("GET", "/members")).json()[1]["email"] == ""
        assert (await bob.api("POST", f"/members/{root}/disable")).status_code == 403
        at = f"/members/{made['member']['id']}"
        assert (await admin.api("PATCH", at, json={"display_name": "Bob"})).json()["display_name"] == "Bob"
        assert (await admin.api("POST", f"{at}/disable")).json()["disabled"] is True
        assert (await bob.api("GET", "/me")).status_code == 401
        assert (await admin.api("POST", f"{at}/reset-link")).status_code == 409
        assert (await admin.api("POST", f"{at}/enable")).json()["disabled"] is False
        assert (await admin.api("POST", f"/members/{root}/disable")).status_code == 409
        assert (await admin.api("GET", "/members/01nobody")).status_code == 404


async def test_a_loop_of_guesses_gets_429_whatever_it_says_of_itself(site, people):
    await people.add("alice")
    async with site.browser() as guesser:
        codes = []
        for n in range(7):
            answer = await guesser.post(
                "/login",
                data={"username": "alice", "password": f"guess {n}", "_xsrf": await guesser.xsrf()},
                headers={"X-Forwarded-For": f"203.0.{n}.1", "X-Real-IP": f"203.0.{n}.1"},
            )
            codes.append(answer.status_code)
        assert codes == [401] * 5 + [429] * 2
        assert 0 < int(answer.headers["retry-after"]) <= 60
        assert 'role="alert"' in answer.text
    site.workspace.settings.trusted_proxies = ["127.0.0.1"]
    async with site.browser(**{"X-Forwarded-For": "203.0.113.5"}) as member:
        assert (await member.login("alice")).status_code == 303
        assert (await member.api("GET", "/sessions")).json()[0]["address"] == "203.0.113.0/24"


async def test_rubbish_bodies_change_nothing(site, people):
    await people.add("root", administrator=True)
    async with site.browser() as browser:
        await browser.login("root")
        for content in (b"", b"{", b"[]", b'{"username":1}', b"\xff\xfe", b"[" * 100_000):
            for path in ("/members", "/groups", "/tokens", "/me/password"):
                answer = await browser.api("POST", path, content=content)
                assert answer.status_code in {413, 422}
                assert answer.headers["content-type"] == "application/problem+json"
        too_large = await browser.api("POST", "/members", content=b'{"username":"' + b"a" * 1_000_001 + b'"}')
        assert too_large.status_code == 413
        assert len((await browser.api("GET", "/members")).json()) == 1


async def test_nothing_stays_behind_from_a_visitor_who_is_nobody(site):
    async with site.browser() as visitor:
        for path in ("/me", "/members", "/groups", "/sessions", "/tokens"):
            assert (await visitor.api("GET", path)).status_code == 401
        visitor.cookies.set(f"openpaas-session-{visitor.port}", "x" * 3000)
        assert (await visitor.api("GET", "/me")).status_code == 401
    async with site.workspace.db.read(SYSTEM) as work:
        assert await work.all(select(sessions)) == []
    assert site.workspace.get(Sessions).attached() == []


async def test_rights_that_change_count_for_the_next_request(site, people):
    bob = await people.add("bob")
    await people.add("root", administrator=True)
    async with site.browser() as browser, site.browser() as admin:
        await browser.login("bob")
        await admin.login("root")
        group = (await admin.api("POST", "/groups", json={"name": "G"})).json()["id"]
        for method, groups in (("PUT", [group]), ("DELETE", []), ("PUT", [group])):
            assert (await admin.api(method, f"/groups/{group}/members/{bob}")).status_code == 204
            assert (await browser.api("GET", "/me")).json()["groups"] == groups
        assert (await admin.api("DELETE", f"/groups/{group}")).status_code == 204
        assert (await browser.api("GET", "/me")).json()["groups"] == []
        for flag, status in ((True, 200), (False, 403)):
            await admin.api("PATCH", f"/members/{bob}", json={"administrator": flag})
            assert (await browser.api("POST", f"/members/{bob}/enable")).status_code == status


async def test_a_token_in_the_cookie_and_a_session_in_the_header_open_nothing(site, people):
    alice = await people.add("alice")
    token = (await token_of(site, alice, "files:read")).secret
    async with site.browser() as browser, site.browser() as wrong:
        await browser.login("alice")
        name = f"openpaas-session-{wrong.port}"
        assert (await ask(site, browser.cookies[name])).status_code == 401
        wrong.cookies.set(name, token)
        assert (await wrong.api("GET", "/me")).status_code == 401
