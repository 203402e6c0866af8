"""Links and asking on a real server: they lead to what has moved, and tell nobody what there is."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

API = "/api/workspace/v1"
PEOPLE = ("alice", "bob", "carol", "dave")
ABSENT = "0" * 26


@dataclass
class House:
    """Carol's space, with a file in a folder; bob reads the file alone, alice and dave are strangers."""

    clients: dict[str, httpx.Client]
    ids: dict[str, str]
    space: str
    folder: str
    file: str

    def must(self, who: str, method: str, path: str, body: object = None) -> object:
        answer = self.clients[who].request(method, API + path, json=body)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def page(self, who: str, ref: str, method: str = "GET", **more: object) -> httpx.Response:
        headers = {"Accept": "text/html"}
        return self.clients[who].request(method, f"/open/{ref}", headers=headers, **more)


@pytest.fixture(scope="module")
def house(server) -> Iterator[House]:
    clients = {name: server.login(name) for name in PEOPLE}
    ids = {name: clients[name].get(f"{API}/me").json()["id"] for name in PEOPLE}
    house = House(clients, ids, "", "", "")
    house.space = house.must("carol", "POST", "/spaces", {"name": "Maison de Carole"})["id"]
    made = {"path": "Maison de Carole/Été", "kind": "folder"}
    house.folder = house.must("carol", "POST", "/files", made)["id"]
    house.file = house.must("carol", "POST", "/files", {"path": "Maison de Carole/Été/plan b.txt"})["id"]
    give(house, f"file:{house.file}", "bob", "reader")
    clients["nobody"] = httpx.Client(base_url=server.url, timeout=60)
    yield house
    for client in clients.values():
        client.close()


def give(house: House, ref: str, who: str, level: str) -> None:
    body = {"subject": f"member:{house.ids[who]}", "level": level}
    house.must("carol", "PUT", f"/objects/{ref}/grants", body)


def bare(answer: httpx.Response) -> str:
    """A page without what differs each time."""
    text = re.sub(r'value="[^"]*"', "", answer.text)
    return re.sub(r"/open/[\w%:]+", "", text)


def test_a_link_leads_to_the_object(house) -> None:
    def goes(who: str, ref: str) -> str:
        answer = house.page(who, ref)
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]

    assert goes("carol", f"file:{house.file}") == "/lab/tree/Maison%20de%20Carole/%C3%89t%C3%A9/plan%20b.txt"
    assert goes("carol", f"folder:{house.folder}") == "/lab/tree/Maison%20de%20Carole/%C3%89t%C3%A9"
    assert goes("carol", f"space:{house.space}") == f"/lab?open=space:{house.space}"
    assert goes("bob", f"file:{house.file}") == "/lab/tree/Maison%20de%20Carole/plan%20b.txt"
    assert goes("bob", f"space:{house.space}") == "/lab/tree/Maison%20de%20Carole"
    assert goes("bob", f"member:{house.ids['dave']}") == f"/lab?open=member:{house.ids['dave']}"


def test_a_link_follows_what_is_renamed_and_moved(house) -> None:
    file = house.must("carol", "POST", "/files", {"path": "Maison de Carole/old.txt"})["id"]
    house.must("carol", "PATCH", f"/files/{file}", {"name": "new.txt", "parent": house.folder})
    house.must("carol", "PATCH", f"/spaces/{house.space}", {"name": "Villa"})
    try:
        where = house.page("carol", f"file:{file}").headers["Location"]
        assert where == "/lab/tree/Villa/%C3%89t%C3%A9/new.txt"
        old = house.clients["carol"].get(f"{API}/files", params={"path": "Maison de Carole/Été/new.txt"})
        assert old.status_code == 200
    finally:
        house.must("carol", "PATCH", f"/spaces/{house.space}", {"name": "Maison de Carole"})


def test_a_visitor_logs_in_first(house) -> None:
    answer = house.page("nobody", f"file:{house.file}")
    assert (answer.status_code, answer.headers["Location"]) == (
        302,
        f"/login?next=%2Fopen%2Ffile%3A{house.file}",
    )


def test_forbidden_absent_and_thrown_away_are_the_same_page(house) -> None:
    gone = house.must("carol", "POST", "/files", {"path": "Maison de Carole/gone.txt"})["id"]
    house.must("carol", "DELETE", f"/files/{gone}")
    refs = (
        f"folder:{house.folder}",
        f"folder:{house.file}",
        f"file:{gone}",
        f"file:{ABSENT}",
        f"space:{ABSENT}",
        "chat:x",
    )
    pages = [house.page("bob", ref) for ref in refs]
    assert {page.status_code for page in pages} == {404}
    assert len({bare(page) for page in pages}) == 1
    assert "Maison" not in pages[0].text
    assert "gone" not in pages[2].text
    assert house.page("carol", f"file:{gone}").status_code == 404


@pytest.mark.parametrize(
    "ref", ["rubbish", "file:", "file:..%2F..", ":x", "FILE:x", "file:" + "x" * 65, "%E2%82%AC"]
)
def test_rubbish_says_so(house, ref) -> None:
    assert house.page("bob", ref).status_code in {404, 422}


def test_in_the_language_of_the_member_or_as_chosen(house) -> None:
    page = house.page("bob", f"file:{ABSENT}")
    assert "Vous n’y avez pas accès, ou cela n’existe pas" in page.text
    assert "You have no access, or it does not exist" in house.page("bob", f"file:{ABSENT}?lang=en").text


def asking(house: House, who: str, ref: str, **fields: str) -> httpx.Response:
    client = house.clients[who]
    return house.page(who, ref, "POST", data={"_xsrf": client.headers["X-XSRFToken"], **fields})


def test_ask_and_be_answered(house) -> None:
    ref = f"file:{house.file}"
    for _ in range(2):  # once is enough
        assert asking(house, "dave", ref, message="Pour le conseil.").status_code == 303
    assert "Votre demande est transmise" in house.page("dave", ref).text
    for other in ("alice", "bob", "dave"):
        assert house.must(other, "GET", "/access-requests") == []
    (request,) = house.must("carol", "GET", "/access-requests")
    assert (request["name"], request["member_id"], request["level"]) == (
        "plan b.txt",
        house.ids["dave"],
        "reader",
    )
    assert request["message"] == "Pour le conseil."
    for other in ("alice", "bob", "dave"):
        answer = house.clients[other].post(
            f"{API}/access-requests/{request['id']}/answer", json={"grant": True}
        )
        assert answer.status_code == 404
    house.must(
        "carol", "POST", f"/access-requests/{request['id']}/answer", {"grant": True, "level": "commenter"}
    )
    again = house.clients["carol"].post(f"{API}/access-requests/{request['id']}/answer", json={"grant": True})
    assert again.status_code == 409
    assert house.page("dave", ref).status_code == 302
    reply = house.must("dave", "GET", f"/objects/{ref}/access")
    assert (reply["name"], reply["mine"]) == ("plan b.txt", "commenter")
    house.must("carol", "DELETE", f"/objects/{ref}/grants/member:{house.ids['dave']}")


def test_asking_tells_nobody_what_there_is(house) -> None:
    real, phantom = (
        house.clients["alice"].post(f"{API}/objects/{ref}/access-requests", json={})
        for ref in (f"folder:{house.folder}", f"folder:{ABSENT}")
    )
    assert (real.status_code, phantom.status_code) == (202, 202)
    assert real.json().keys() == phantom.json().keys() == {"asked_at"}
    paths = ("Maison de Carole/Été", "Maison de Carole/nothing", "Nowhere/x")
    answers = [house.clients["alice"].post(f"{API}/access-requests/by-path", json={"path": p}) for p in paths]
    assert {answer.status_code for answer in answers} == {202}
    waiting = house.must("carol", "GET", "/access-requests")
    assert [one["ref"] for one in waiting] == [f"folder:{house.folder}"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/objects/rubbish/access-requests", {}),
        (f"/objects/file:{ABSENT}/access-requests", {"level": "manager"}),
        (f"/objects/file:{ABSENT}/access-requests", {"message": "x" * 501}),
        (f"/objects/file:{ABSENT}/access-requests", {"message": 1}),
        ("/access-requests/by-path", {"path": ""}),
        ("/access-requests/by-path", {"path": "../x"}),
        ("/access-requests/by-path", {}),
    ],
)
def test_rubbish_is_refused(house, path, body) -> None:
    answer = house.clients["bob"].post(API + path, json=body)
    assert answer.status_code == 422
    assert answer.json()["detail"]


def test_what_is_seen_of_who_has_access(house) -> None:
    reply = house.must("carol", "GET", f"/objects/file:{house.file}/access")
    entries = {entry["subject"]: entry for entry in reply["entries"]}
    inherited = entries[f"member:{house.ids['carol']}"]
    assert (inherited["inherited_from"], inherited["inherited_name"]) == (
        f"space:{house.space}",
        "Maison de Carole",
    )
    assert (reply["personal"], reply["execute_counts"]) == (False, False)
    space = house.must("carol", "GET", f"/objects/space:{house.space}/access")
    assert (space["name"], space["execute_counts"]) == ("Maison de Carole", True)


def test_what_would_bob_see(house) -> None:
    found = house.must("carol", "GET", f"/objects/file:{house.file}/access/{house.ids['bob']}")
    assert (found["level"], found["may_execute"], len(found["entries"])) == ("reader", False, 1)
    found = house.must("carol", "GET", f"/objects/file:{house.file}/access/{house.ids['alice']}")
    assert (found["level"], found["entries"]) == ("none", [])
    assert house.clients["carol"].get(f"{API}/objects/file:{house.file}/access/ghost").status_code == 404
    assert (
        house.clients["bob"].get(f"{API}/objects/file:{house.file}/access/{house.ids['bob']}").status_code
        == 200
    )
    assert (
        house.clients["bob"].get(f"{API}/objects/file:{house.file}/access/{house.ids['dave']}").status_code
        == 403
    )


def test_the_page_of_a_space(house) -> None:
    give(house, f"space:{house.space}", "dave", "reader")
    body = {"description": "Tout ce qui concerne la maison."}
    house.must("carol", "PATCH", f"/spaces/{house.space}", body)
    page = house.must("dave", "GET", f"/spaces/{house.space}")
    assert (page["description"], page["level"], page["files"] >= 2, page["folders"]) == (
        body["description"], "reader", True, 1,
    )  # fmt: skip
    told = house.must("dave", "GET", f"/spaces/{house.space}/activity")["entries"]
    assert told[0]["type"] == "SpaceChanged"
    assert told[0]["fields"] == ["description"]
    given = next(entry for entry in told if entry["type"] == "GrantChanged")
    assert given["subject"] == f"member:{house.ids['dave']}"
    house.must("carol", "DELETE", f"/objects/space:{house.space}/grants/member:{house.ids['dave']}")
    assert house.clients["dave"].get(f"{API}/spaces/{house.space}").status_code == 404
    assert house.clients["dave"].get(f"{API}/spaces/{house.space}/activity").status_code == 404
    told = house.must("carol", "GET", f"/spaces/{house.space}/activity?limit=1")
    assert told["entries"][0]["type"] == "GrantWithdrawn"
    assert told["next"]
    earlier = house.must("carol", "GET", f"/spaces/{house.space}/activity?limit=100&before={told['next']}")
    assert {"FolderCreated", "FileCreated", "FileTrashed", "FileMoved"} <= {
        e["type"] for e in earlier["entries"]
    }
