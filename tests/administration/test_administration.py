"""The administration on a real server: who is let in, what each verb does, what it leaves behind."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator

import httpx
import pytest

from tests.conftest import Server

API = "/api/workspace/v1"
ADMIN = f"{API}/administration"


@pytest.fixture(scope="module")
def house(make_server: Callable[..., Server]) -> Iterator[Server]:
    server = make_server("--demo", name="administration").start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def alice(house: Server) -> Iterator[httpx.Client]:
    with house.login("alice") as client:
        yield client


def invite(house: Server, alice: httpx.Client, username: str, **more: object) -> tuple[str, httpx.Client]:
    """A member who has followed the link; the id, and a session."""
    made = alice.post(f"{API}/members", json={"username": username, **more})
    assert made.status_code == 201, made.text
    path, password = made.json()["link"]["path"], "violette enclume port crayon"
    with httpx.Client(base_url=house.url, timeout=60) as page:
        page.get(path, headers={"Accept": "text/html"})
        form = {"password": password, "again": password, "_xsrf": page.cookies["_xsrf"]}
        assert page.post(path, data=form).status_code == 303
    return made.json()["member"]["id"], house.login(username, password)


def events(alice: httpx.Client, **query: object) -> list[dict]:
    return alice.get(f"{API}/events", params=query).json()["events"]


@pytest.mark.parametrize("what", ["members", "spaces", "sessions", "storage", "health"])
def test_only_administrators_see_it(house: Server, alice: httpx.Client, what: str) -> None:
    assert alice.get(f"{ADMIN}/{what}").status_code == 200
    with house.login("bob") as bob, httpx.Client(base_url=house.url) as nobody:
        assert bob.get(f"{ADMIN}/{what}").status_code == 403
        assert nobody.get(f"{ADMIN}/{what}").status_code == 401
    made = alice.post(f"{API}/tokens", json={"name": "all", "scopes": ["all"]}).json()
    with httpx.Client(base_url=house.url, headers={"Authorization": f"Bearer {made['secret']}"}) as token:
        assert token.get(f"{ADMIN}/{what}").status_code == 403


def test_members_are_found_and_told_apart(house: Server, alice: httpx.Client) -> None:
    made = alice.post(
        f"{API}/members",
        json={
            "username": "zoe",
            "display_name": "Zoé <b>Noël</b>",
            "email": "zoe@ville.fr",
            "unit": "Voirie",
        },
    ).json()["member"]["id"]

    def found(**query: object) -> list[str]:
        answer = alice.get(f"{ADMIN}/members", params=query).json()
        return [one["id"] for one in answer["members"]]

    for text in ("zoe", "Noël", "ville.fr", "voirie"):
        assert made in found(q=text), text
    assert made in found(standing="invited")
    assert found(q="%") == []
    record = next(m for m in alice.get(f"{ADMIN}/members").json()["members"] if m["id"] == made)
    assert (record["display_name"], record["invited"], record["seen_at"]) == ("Zoé <b>Noël</b>", True, None)
    page = alice.get(f"{ADMIN}/members", params={"limit": 2}).json()
    second = alice.get(f"{ADMIN}/members", params={"limit": 2, "after": page["next"]}).json()
    assert page["total"] >= 5
    assert not {m["id"] for m in page["members"]} & {m["id"] for m in second["members"]}
    for bad in ({"limit": 0}, {"limit": 501}, {"standing": "odd"}, {"q": "x" * 3000, "odd": 1}):
        assert alice.get(f"{ADMIN}/members", params=bad).status_code == 422
    alice.post(f"{API}/members/{made}/disable")
    assert made in found(standing="disabled")


def test_sessions_of_everybody_are_seen_and_ended(house: Server, alice: httpx.Client) -> None:
    bob = house.login("bob")
    me = bob.get(f"{API}/me").json()["id"]
    listed = alice.get(f"{ADMIN}/sessions").json()
    mine = [one for one in listed if one["member_id"] == me]
    assert mine
    assert [one["current"] for one in listed].count(True) == 1
    assert alice.delete(f"{ADMIN}/sessions/{mine[0]['id']}").status_code == 204
    assert bob.get(f"{API}/me").status_code == 401
    assert alice.delete(f"{ADMIN}/sessions/{mine[0]['id']}").status_code == 404
    again = house.login("bob")
    assert alice.delete(f"{ADMIN}/members/{me}/sessions").status_code == 204
    assert again.get(f"{API}/me").status_code == 401
    assert alice.get(f"{API}/me").status_code == 200


def test_a_space_left_alone_is_taken_over_by_a_verb_alone(house: Server, alice: httpx.Client) -> None:
    member, paul = invite(house, alice, "paul")
    space = paul.post(f"{API}/spaces", json={"name": "Solitude"}).json()["id"]
    paul.put(f"{API}/content", params={"path": "Solitude/note.txt"}, content=b"words")

    def record() -> dict:
        return next(one for one in alice.get(f"{ADMIN}/spaces").json() if one["id"] == space)

    assert record()["managers"] == [f"member:{member}"]
    assert (record()["files"], record()["bytes"], record()["orphaned"]) == (1, 5, False)
    take = f"{ADMIN}/spaces/{space}/take-over"
    assert alice.post(take, json={}).status_code == 409
    assert alice.get(f"{API}/files", params={"path": "Solitude/note.txt"}).status_code == 404
    assert alice.post(f"{API}/members/{member}/disable").status_code == 200
    assert record()["orphaned"] is True
    assert alice.get(f"{API}/files", params={"path": "Solitude/note.txt"}).status_code == 404
    assert alice.post(take, json={"member": member}).status_code == 422
    assert alice.post(take, json={"member": "nobody"}).status_code == 422
    assert alice.post(take, json={}).json()["orphaned"] is False
    assert alice.get(f"{API}/files", params={"path": "Solitude/note.txt"}).status_code == 200
    assert alice.post(take, json={}).status_code == 409
    assert [one["type"] for one in events(alice, ref=f"space:{space}", type="SpaceTakenOver")] == [
        "SpaceTakenOver"
    ]
    assert alice.patch(f"{ADMIN}/spaces/{space}", json={"archived": True}).json()["archived_at"]
    assert alice.patch(f"{ADMIN}/spaces/{space}", json={"archived": False}).json()["archived_at"] is None
    own = next(one for one in alice.get(f"{ADMIN}/spaces").json() if one["owner_id"] == member)
    assert alice.post(f"{ADMIN}/spaces/{own['id']}/take-over", json={}).status_code == 422
    assert alice.patch(f"{ADMIN}/spaces/{own['id']}", json={"archived": True}).status_code == 422
    assert alice.post(f"{ADMIN}/spaces/nothing/take-over", json={}).status_code == 404


def leaver(house: Server, alice: httpx.Client, name: str) -> tuple[str, str]:
    """A member with a file shared with bob, a group and a photo; the ids of both."""
    member, page = invite(
        house, alice, name, display_name="Léa Départ", email=f"{name}@ville.fr", unit="Culture"
    )
    page.put(f"{API}/content", params={"path": "~/Projet.txt"}, content=b"one line\n").raise_for_status()
    file = page.get(f"{API}/files", params={"path": "~/Projet.txt"}).json()["file"]["id"]
    bob = next(one["id"] for one in page.get(f"{API}/members").json() if one["username"] == "bob")
    body = {"subject": f"member:{bob}", "level": "editor"}
    page.put(f"{API}/objects/file:{file}/grants", json=body).raise_for_status()
    group = alice.post(f"{API}/groups", json={"name": f"Groupe {name}"}).json()["id"]
    alice.put(f"{API}/groups/{group}/members/{member}").raise_for_status()
    return member, file


def test_erasing_takes_the_person_out_and_hands_the_files_over(house: Server, alice: httpx.Client) -> None:
    member, file = leaver(house, alice, "lea")
    carol = house.login("carol")
    heir = carol.get(f"{API}/me").json()["id"]
    erase = f"{ADMIN}/members/{member}/erase"
    for bad in ({}, {"files": "burn"}, {"files": "transfer"}, {"files": "transfer", "heir": member}):
        assert alice.post(erase, json=bad).status_code == 422, bad
    gone = alice.post(erase, json={"files": "transfer", "heir": heir})
    assert gone.status_code == 200, gone.text
    record = gone.json()
    assert record["erased_at"]
    assert (record["email"], record["unit"], record["groups"]) == ("", "", [])
    seen = json.dumps(
        [alice.get(f"{API}/members/{member}").json(), alice.get(f"{ADMIN}/spaces").json(), record]
    )
    assert "lea" not in seen.lower().replace("release", "")
    assert "départ" not in seen.lower()
    # the heir manages it, bob has what he was given, the log still knows the id
    mine = next(one for one in carol.get(f"{API}/spaces").json() if "ancien membre" in one["name"])
    assert mine["level"] == "manager"
    assert carol.get(f"{API}/files", params={"path": file}).json()["level"] == "manager"
    assert house.login("bob").get(f"{API}/files", params={"path": file}).json()["level"] == "editor"
    assert {"MemberErased", "MemberDisabled"} <= {one["type"] for one in events(alice, member=member)}
    assert alice.get(f"{API}/events/verify").json()["ok"] is True
    assert alice.post(erase, json={"files": "trash"}).status_code == 409
    assert alice.post(f"{API}/members/{member}/enable").status_code == 409
    assert not (house.data_dir / "members" / member).exists()


def test_erasing_into_the_trash_leaves_no_name_and_no_right(house: Server, alice: httpx.Client) -> None:
    member, file = leaver(house, alice, "max")
    gone = alice.post(f"{ADMIN}/members/{member}/erase", json={"files": "trash"})
    assert gone.status_code == 200, gone.text
    left = next(one for one in alice.get(f"{ADMIN}/spaces").json() if one["orphaned"] and one["trash_bytes"])
    assert (left["kind"], left["files"]) == ("team", 0)
    assert left["archived_at"]
    assert house.login("bob").get(f"{API}/files", params={"path": file}).status_code == 404
    assert alice.get(f"{API}/trash", params={"space": left["id"]}).status_code == 404


def test_who_may_not_be_erased(house: Server, alice: httpx.Client) -> None:
    me = alice.get(f"{API}/me").json()["id"]
    body = {"files": "trash"}
    assert alice.post(f"{ADMIN}/members/{me}/erase", json=body).status_code == 422
    assert alice.post(f"{ADMIN}/members/nobody/erase", json=body).status_code == 404
    with house.login("bob") as bob:
        assert bob.post(f"{ADMIN}/members/{me}/erase", json=body).status_code == 403


def test_my_data_is_all_mine_and_nothing_else(house: Server, alice: httpx.Client) -> None:
    member, page = invite(house, alice, "nina", display_name="Nina", email="nina@ville.fr")
    page.put(f"{API}/content", params={"path": "~/Dossier été.txt"}, content=b"my words\n" * 300_000)
    page.post(f"{API}/files", json={"path": "~/Sous", "kind": "folder"})
    page.put(f"{API}/content", params={"path": "~/Sous/é.bin"}, content=bytes(range(256)) * 9000)
    made = page.post(f"{API}/tokens", json={"name": "script", "scopes": ["files:read"]}).json()
    answer = page.get(f"{API}/me/data")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/zip")
    assert "attachment" in answer.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as found:
        assert found.testzip() is None
        names = set(found.namelist())
        assert {
            "profile.json",
            "sessions.json",
            "tokens.json",
            "grants.json",
            "events.jsonl",
            "files.json",
        } < names
        assert found.read("files/Dossier été.txt") == b"my words\n" * 300_000
        assert found.read("files/Sous/é.bin") == bytes(range(256)) * 9000
        assert json.loads(found.read("profile.json"))["email"] == "nina@ville.fr"
        assert [one["name"] for one in json.loads(found.read("tokens.json"))] == ["script"]
        whole = b"".join(found.read(name) for name in names)
        assert made["secret"].encode() not in whole
        log = [json.loads(line) for line in found.read("events.jsonl").splitlines()]
        assert {"MemberCreated", "SessionOpened", "TokenCreated"} <= {one["type"] for one in log}
        assert all(
            member in (one["actor"], one["behalf"], *one["members"]) or one["ref"] == f"member:{member}"
            for one in log
        )
    token = httpx.Client(base_url=house.url, headers={"Authorization": f"Bearer {made['secret']}"})
    assert token.get(f"{API}/me/data").status_code == 403
    assert httpx.get(f"{house.url}{API}/me/data").status_code == 401
    assert [page.get(f"{API}/me/data").status_code for _ in range(5)] == [200, 200, 200, 200, 429]
    assert len(events(alice, member=member, type="DataTaken")) == 5


def test_storage_and_health_say_what_is(house: Server, alice: httpx.Client) -> None:
    storage = alice.get(f"{ADMIN}/storage").json()
    assert storage["files_bytes"] >= sum(one["bytes"] for one in storage["members"]) > 0
    assert storage["database_bytes"] > 0 < storage["disk_free"] < storage["disk_bytes"]
    health = alice.get(f"{ADMIN}/health").json()
    assert health["database_ok"] is True
    assert health["database"].startswith("SQLite")
    assert "accounts.purge" in {job["name"] for job in health["jobs"]}
    assert {"system", "bubblewrap", "sandbox"} <= {check["name"] for check in health["sandbox"]}
    assert health["versions"]["jupyterlab"]
