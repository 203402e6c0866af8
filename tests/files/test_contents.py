"""Jupyter's contents protocol, downloads and raw bytes, over HTTP on a real server, as the stock page uses them."""

import base64
import io
import uuid
import zipfile

import pytest

from tests.files.world import notebook

API = "/api/workspace/v1"


@pytest.fixture(scope="module")
def people(server):
    clients = {name: server.login(name) for name in ("alice", "bob", "carol")}
    yield clients
    for client in clients.values():
        client.close()


@pytest.fixture
def space(people):
    """A space of alice's that carol reads; bob is a stranger."""
    name = f"Space {uuid.uuid4().hex[:8]}"
    made = people["alice"].post(f"{API}/spaces", json={"name": name})
    assert made.status_code == 201, made.text
    carol = people["carol"].get(f"{API}/me").json()["id"]
    shared = people["alice"].put(
        f"{API}/objects/{made.json()['ref']}/grants", json={"subject": f"member:{carol}", "level": "reader"}
    )
    assert shared.status_code < 300, shared.text
    return name


def contents(path=""):
    return f"/api/contents/{path}"


def test_the_list_of_all_has_mine_first_and_no_path_of_the_server(people, space, server):
    answer = people["alice"].get(contents())
    model = answer.json()
    assert (model["type"], model["path"], model["writable"]) == ("directory", "", False)
    found = [entry["path"] for entry in model["content"]]
    assert found[0] == "~"
    assert space in found
    assert space not in [entry["path"] for entry in people["bob"].get(contents()).json()["content"]]
    assert str(server.data_dir) not in answer.text


def test_a_notebook_from_untitled_to_the_trash(people, space, server):
    alice = people["alice"]
    made = alice.post(contents(space), json={"type": "notebook"})
    assert (made.status_code, made.json()["path"]) == (201, f"{space}/Untitled.ipynb")
    again = alice.post(contents(space), json={"type": "notebook"}).json()
    assert again["name"] == "Untitled1.ipynb"
    assert alice.post(contents(space), json={"type": "directory"}).json()["name"] == "Untitled Folder"
    assert alice.post(contents(space), json={"type": "file", "ext": ".md"}).json()["name"] == "untitled.md"
    path = contents(made.json()["path"])
    saved = alice.put(path, json={"type": "notebook", "format": "json", "content": notebook("1 + 1", "é📊")})
    assert saved.status_code == 200, saved.text
    assert saved.json()["content"] is None
    model = alice.get(path, params={"content": 1, "hash": 1, "type": "notebook"}).json()
    assert [cell["source"] for cell in model["content"]["cells"]] == ["1 + 1", "é📊"]
    assert "trusted" not in model["content"]["cells"][0]["metadata"]
    assert (model["format"], model["writable"], model["hash_algorithm"]) == ("json", True, "sha256")
    bare = alice.get(path, params={"content": 0, "hash": 1}).json()
    assert (bare["content"], bare["format"], bare["hash"]) == (None, None, model["hash"])
    alice.put(path, json={"type": "notebook", "format": "json", "content": notebook("2")})
    assert alice.get(path, params={"content": 0, "hash": 1}).json()["hash"] == model["hash"]
    as_text = alice.get(path, params={"type": "file", "format": "text"}).json()
    assert (as_text["type"], as_text["format"]) == ("file", "text")
    assert as_text["content"].startswith("{")
    renamed = alice.patch(path, json={"path": f"{space}/Résumé.ipynb"})
    assert (renamed.status_code, renamed.json()["name"]) == (200, "Résumé.ipynb")
    copied = alice.post(contents(space), json={"copy_from": f"{space}/Résumé.ipynb"})
    assert (copied.status_code, copied.json()["name"]) == (201, "Résumé-Copy1.ipynb")
    point = alice.post(contents(f"{space}/Résumé.ipynb/checkpoints"), json={})
    assert point.status_code == 201
    listed = alice.get(contents(f"{space}/Résumé.ipynb/checkpoints")).json()
    assert [entry["id"] for entry in listed] == [point.json()["id"]]
    assert alice.delete(contents(f"{space}/Résumé.ipynb")).status_code == 204
    assert alice.get(contents(f"{space}/Résumé.ipynb")).status_code == 404
    thrown = alice.get(f"{API}/trash", params={"space": space}).json()
    assert [entry["file"]["name"] for entry in thrown] == ["Résumé.ipynb"]
    assert alice.post(f"{API}/trash/{thrown[0]['file']['id']}/restore").status_code == 200
    assert str(server.data_dir) not in alice.get(contents(f"{space}/Résumé.ipynb")).text


def test_files_of_bytes_text_and_pieces(people, space):
    alice = people["alice"]
    path = contents(f"{space}/photo.png")
    raw = bytes(range(256))
    body = {"type": "file", "format": "base64", "content": base64.b64encode(raw).decode()}
    assert alice.put(path, json=body).status_code == 201
    model = alice.get(path).json()
    assert (model["format"], model["mimetype"], model["size"]) == ("base64", "image/png", 256)
    assert base64.b64decode(model["content"]) == raw
    refused = alice.get(path, params={"format": "text"})
    assert refused.status_code == 400
    assert refused.json()["reason"] == "bad format"
    assert alice.get(path, params={"type": "directory"}).status_code == 400
    pieces = [b"a" * 1000, b"b" * 1000, b"c" * 10]
    for number, piece in zip((1, 2, -1), pieces, strict=True):
        sent = {
            "type": "file",
            "format": "base64",
            "chunk": number,
            "content": base64.b64encode(piece).decode(),
        }
        assert alice.put(contents(f"{space}/big.bin"), json=sent).status_code == 201
    assert alice.get(f"/files/{space}/big.bin", headers=_own(alice)).content == b"".join(pieces)
    bad = {"type": "file", "format": "base64", "chunk": 5, "content": ""}
    assert alice.put(contents(f"{space}/other.bin"), json=bad).status_code == 400


@pytest.mark.parametrize(
    "name", ["..", "%2e%2e/x", ".hidden", "a%00b", "a%E2%80%AEb", "x" * 300, "%0a", "a%5Cb"]
)
def test_bad_names_are_clear_refusals(people, space, name):
    answer = people["alice"].put(
        f"/api/contents/{space}/{name}", json={"type": "file", "format": "text", "content": ""}
    )
    assert 400 <= answer.status_code < 500, answer.text
    assert people["alice"].get(contents(space)).json()["content"] == []


def test_a_stranger_finds_nothing_and_a_reader_changes_nothing(people, space):
    alice, bob, carol = people["alice"], people["bob"], people["carol"]
    alice.put(contents(f"{space}/a.txt"), json={"type": "file", "format": "text", "content": "secret"})
    text = {"type": "file", "format": "text", "content": "mine now"}
    path, other = contents(f"{space}/a.txt"), contents(f"{space}/b.txt")

    def calls(who):
        return [
            who.get(path),
            who.get(contents(space)),
            who.get(f"{path}/checkpoints"),
            who.get(f"/files/{space}/a.txt", headers=_own(who)),
            who.put(path, json=text),
            who.put(other, json=text),
            who.post(contents(space), json={"type": "file"}),
            who.patch(path, json={"path": f"{space}/c.txt"}),
            who.delete(path),
            who.post(contents(space), json={"copy_from": f"{space}/a.txt"}),
        ]

    assert {answer.status_code for answer in calls(bob)} == {404}
    assert [answer.status_code for answer in calls(carol)] == [200] * 4 + [403] * 6
    assert "secret" not in "".join(answer.text for answer in calls(bob))
    model = carol.get(path).json()
    assert (model["content"], model["writable"]) == ("secret", False)
    assert people["bob"].get("/view/" + f"{space}/a.txt").status_code == 404
    nobody = bob.__class__(base_url=bob.base_url)
    with nobody:
        assert nobody.get(path).status_code in {401, 403}
        assert nobody.get(f"/files/{space}/a.txt").status_code in {302, 401, 403}


def test_html_is_served_where_it_can_do_nothing(people, space):
    alice = people["alice"]
    body = {"type": "file", "format": "text", "content": "<script>fetch('/api/contents')</script>"}
    alice.put(contents(f"{space}/a.html"), json=body)
    answer = alice.get(f"/files/{space}/a.html", headers=_own(alice))
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert "sandbox" in policy
    assert "allow-same-origin" not in policy
    assert "default-src 'none'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert (
        alice.get(
            f"/files/{space}/a.html", headers={"Referer": "https://evil.example/", "X-XSRFToken": ""}
        ).status_code
        == 403
    )
    view = alice.get(f"/view/{space}/a.html", headers=_own(alice))
    assert view.status_code == 200
    assert 'sandbox="allow-scripts"' in view.text
    saved = alice.get(f"/files/{space}/a.html", params={"download": 1}, headers=_own(alice))
    assert saved.headers["content-disposition"].startswith("attachment")


def test_scripts_read_and_write_bytes_with_a_version(people, space):
    alice, carol = people["alice"], people["carol"]
    where = {"path": f"{space}/data.bin"}
    made = alice.put(f"{API}/content", params=where, content=b"\x00" * 3_000_000)
    assert made.status_code == 200, made.text
    file_id = made.json()["file"]["id"]
    answer = carol.get(f"{API}/files/{file_id}/content")
    assert answer.content == b"\x00" * 3_000_000
    version = answer.headers["etag"]
    url = f"{API}/files/{file_id}/content"
    assert alice.put(url, content=b"\x00two", headers={"If-Match": version}).status_code == 200
    old = alice.put(url, content=b"\x00three", headers={"If-Match": version})
    assert (old.status_code, old.headers["content-type"]) == (409, "application/problem+json")
    assert carol.put(url, content=b"x").status_code == 403
    assert people["bob"].get(url).status_code == 404
    assert people["bob"].put(f"{API}/content", params={"path": f"{space}/x"}, content=b"x").status_code == 404
    assert alice.get(f"{API}/content", params=where).content == b"\x00two"
    assert alice.put(f"{API}/content", params={"path": f"{space}/no/x"}, content=b"x").status_code == 404


def test_a_save_joins_the_open_room_and_the_hash_stays(people, space):
    """What the stock page does at Ctrl+S, before and after the log begins."""
    alice = people["alice"]
    path = f"{space}/together.txt"
    alice.put(contents(path), json={"type": "file", "format": "text", "content": "one\ntwo\n"})
    before = alice.get(contents(path), params={"content": 0, "hash": 1}).json()["hash"]
    plain = alice.get(contents(path)).json()["version"]
    session = alice.put("/api/collaboration/session/" + path, json={"format": "text", "type": "file"})
    assert session.status_code in {200, 201}, session.text
    room = f"text:file:{session.json()['fileId']}"
    _open_room(alice, room, session.json()["sessionId"])
    live = alice.get(contents(path)).json()
    assert live["version"] != plain
    saved = alice.put(contents(path), json={"type": "file", "format": "text", "content": "ONE\ntwo\n"})
    assert saved.status_code == 200, saved.text
    stale = {"type": "file", "format": "text", "content": "one\nTWO\n"}
    url = f"{API}/files/{session.json()['fileId']}/content"
    merged = alice.put(url, content=stale["content"].encode(), headers={"If-Match": live["version"]})
    assert merged.status_code == 200, merged.text
    assert alice.get(contents(path)).json()["content"] == "ONE\nTWO\n"
    assert alice.get(contents(path), params={"content": 0, "hash": 1}).json()["hash"] == before
    assert alice.get(f"/files/{path}", headers=_own(alice)).text == "ONE\nTWO\n"


def _open_room(client, room, session_id):
    """Join for a moment: the room's log begins."""
    from websockets.sync.client import connect

    url = (
        str(client.base_url).replace("http", "ws") + f"/api/collaboration/room/{room}?sessionId={session_id}"
    )
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in client.cookies.jar)
    origin = str(client.base_url).rstrip("/")
    with connect(url, origin=origin, additional_headers={"Cookie": cookies}, open_timeout=60) as socket:
        socket.recv(timeout=60)


def _own(client):
    return {"Referer": f"{str(client.base_url).rstrip('/')}/lab"}


def test_an_upload_in_pieces_goes_on_after_a_cut_and_ends_as_one_file(people, space):
    alice = people["alice"]
    begun = alice.post(f"{API}/uploads", json={"folder": space, "name": "big.bin", "size": 10}).json()
    piece = f"{API}/uploads/{begun['id']}/content"

    def send(data: bytes, range_: str, who=alice):
        return who.put(piece, content=data, headers={"Content-Range": range_})

    assert send(b"01234", "bytes 0-4/10").json()["received"] == 5
    for data, range_, status in (
        (b"01234", "bytes 0-4/10", 409),
        (b"89", "bytes 8-9/10", 409),
        (b"5" * 20, "bytes 5-24/10", 422),
        (b"56789", "bytes 5-9/11", 422),
        (b"5", "", 422),
        (b"5", "bytes 5-9/10", 422),
    ):
        answer = send(data, range_)
        assert answer.status_code == status, (range_, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
    received = alice.get(f"{API}/uploads/{begun['id']}").json()["received"]
    assert received == 6  # of the piece that was cut short, what came is kept
    assert send(b"6789", "bytes 6-9/10", people["bob"]).status_code == 404
    assert alice.post(f"{API}/uploads/{begun['id']}/finish", json={}).status_code == 409
    assert send(b"6789", "bytes 6-9/*").json()["received"] == 10
    made = alice.post(f"{API}/uploads/{begun['id']}/finish", json={}).json()
    assert made["path"] == f"{space}/big.bin"
    assert alice.get(f"{API}/files/{made['id']}/content").content == b"0123456789"


def test_a_small_file_asks_before_it_takes_a_name(people, space):
    alice = people["alice"]

    def put(data: bytes, conflict: str):
        return alice.put(
            f"{API}/content", params={"path": f"{space}/a.txt", "conflict": conflict}, content=data
        )

    first = put(b"one", "refuse").json()["file"]
    refused = put(b"two", "refuse")
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:openpaas:problem:taken")
    assert put(b"one", "refuse").json()["file"]["id"] == first["id"]
    assert put(b"two", "keep").json()["file"]["name"] == "a 1.txt"
    assert put(b"two", "replace").json()["file"]["id"] == first["id"]
    assert put(b"two", "else").status_code == 422


def test_an_archive_comes_whole_and_holds_what_rooms_hold(people, space):
    alice = people["alice"]
    for name, data in (("dossier/é.txt", b"one\n"), ("dossier/b.bin", bytes(3_000_000))):
        alice.post(f"{API}/files", json={"path": f"{space}/dossier", "kind": "folder"})
        assert (
            alice.put(f"{API}/content", params={"path": f"{space}/{name}"}, content=data).status_code == 200
        )
    folder = alice.get(f"{API}/files", params={"path": f"{space}/dossier"}).json()["file"]["id"]
    answer = alice.get(f"{API}/zip", params={"of": folder})
    assert "dossier.zip" in answer.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as read:
        assert read.testzip() is None
        assert sorted(read.namelist()) == ["dossier/", "dossier/b.bin", "dossier/é.txt"]
        assert read.read("dossier/é.txt") == b"one\n"
    assert people["bob"].get(f"{API}/zip", params={"of": folder}).status_code == 404
    assert alice.get(f"{API}/zip", params={"of": ""}).status_code == 422
    assert alice.get(f"{API}/zip").status_code == 422
