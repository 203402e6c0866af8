"""The routes of sharing on a real server, as nobody, stranger, reader, editor, manager, administrator."""

import httpx
import pytest

API = "/api/workspace/v1"
PEOPLE = ("alice", "bob", "carol", "dave")


@pytest.fixture(scope="module")
def house(server):
    """Carol's space; bob edits it, dave reads it, alice is the administrator and a stranger in it."""
    clients = {name: server.login(name) for name in PEOPLE}
    ids = {name: clients[name].get(f"{API}/me").json()["id"] for name in PEOPLE}
    made = clients["carol"].post(f"{API}/spaces", json={"name": "Carol’s house"})
    assert made.status_code < 300, made.text
    ref = f"space:{made.json()['id']}"
    for name, level in (("bob", "editor"), ("dave", "reader")):
        answer = put(clients["carol"], ref, ids[name], level)
        assert answer.status_code == 200, answer.text
    clients["nobody"] = httpx.Client(base_url=server.url, timeout=60)
    yield clients, ids, ref
    for client in clients.values():
        client.close()


def put(client, ref, member_id, level, **more) -> httpx.Response:
    body = {"subject": f"member:{member_id}", "level": level, **more}
    return client.put(f"{API}/objects/{ref}/grants", json=body)


@pytest.mark.parametrize(
    ("who", "see", "change"),
    [
        ("nobody", {401, 403}, {401, 403}),
        ("alice", {404}, {404}),
        ("dave", {200}, {403}),
        ("bob", {200}, {403}),
        ("carol", {200}, {200, 204}),
    ],
)
def test_who_may(house, who, see, change) -> None:
    clients, ids, ref = house
    client = clients[who]
    assert client.get(f"{API}/objects/{ref}/access").status_code in see
    assert put(client, ref, ids["dave"], "reader").status_code in change
    gone = client.delete(f"{API}/objects/{ref}/grants/member:{ids['alice']}")
    assert gone.status_code in change


def test_what_is_seen(house) -> None:
    clients, ids, ref = house
    reply = clients["bob"].get(f"{API}/objects/{ref}/access").json()
    assert (reply["mine"], reply["may_execute"], reply["may_share"]) == ("editor", True, False)
    assert {entry["subject"]: entry["level"] for entry in reply["entries"]} == {
        f"member:{ids['carol']}": "manager",
        f"member:{ids['bob']}": "editor",
        f"member:{ids['dave']}": "reader",
    }


def test_absent_and_unseen_are_the_same(house) -> None:
    clients, _, ref = house
    unseen = clients["alice"].get(f"{API}/objects/{ref}/access")
    absent = clients["alice"].get(f"{API}/objects/space:{'0' * 26}/access")
    assert (unseen.status_code, unseen.content) == (absent.status_code, absent.content)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"subject": "everyone", "level": "none"},
        {"subject": "everyone", "level": 3},
        {"subject": "everyone", "level": "manager"},
        {"subject": "link:x", "level": "reader"},
        {"subject": "rubbish", "level": "reader"},
        {"subject": "everyone", "level": "reader", "expires_at": 1},
        {"subject": "everyone", "level": "reader", "more": 1},
    ],
)
def test_rubbish_is_refused(house, body) -> None:
    clients, _, ref = house
    answer = clients["carol"].put(f"{API}/objects/{ref}/grants", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json()["detail"]


def test_the_last_manager_and_other_forms(house) -> None:
    clients, ids, ref = house
    carol = clients["carol"]
    mine = carol.delete(f"{API}/objects/{ref}/grants/member:{ids['carol']}")
    assert (mine.status_code, "last manager" in mine.json()["detail"]) == (422, True)
    assert carol.get(f"{API}/objects/rubbish/access").status_code == 422
    assert put(carol, ref, "ghost", "reader").status_code == 404
