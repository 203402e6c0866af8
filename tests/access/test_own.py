"""What is each member's own stays apart: settings, layouts, files, names, mail addresses, lists."""

import json
from typing import Any

import pytest

from openpaas_workspace.core.web import API
from tests.access.matrix import running
from tests.access.world import SPACE, STANDINGS, World

THEMES = "/lab/api/settings/@jupyterlab/apputils-extension:themes"
LAYOUTS = "/lab/api/workspaces"


def test_settings_and_layouts_are_each_members_own(world: World) -> None:
    for who in STANDINGS:
        client = world.clients[who]
        raw = {"raw": json.dumps({"theme": f"theme of {who}"})}
        layout = {"metadata": {"id": "shared-name"}, "data": {"of": who}}
        assert client.put(THEMES, json=raw).status_code == 204
        assert client.put(f"{LAYOUTS}/shared-name", json=layout).status_code == 204
    for who in STANDINGS:
        client = world.clients[who]
        assert json.loads(client.get(THEMES).json()["raw"])["theme"] == f"theme of {who}"
        themes = [
            one
            for one in client.get("/lab/api/settings").json()["settings"]
            if "utils-extension:themes" in one["id"]
        ]
        assert f"theme of {who}" in themes[0]["raw"]
        assert client.get(f"{LAYOUTS}/shared-name").json()["data"] == {"of": who}
        found = client.get(LAYOUTS).json()["workspaces"]["values"]
        assert {one["data"].get("of", who) for one in found} == {who}
    assert "theme of" not in world.owner.get(THEMES).text
    assert world.clients["reader"].delete(f"{LAYOUTS}/shared-name").status_code == 204
    assert world.clients["editor"].get(f"{LAYOUTS}/shared-name").json()["data"] == {"of": "editor"}


def test_no_name_of_a_layout_or_setting_leads_to_anothers_folder(world: World) -> None:
    ids = world.ids
    for name in (
        f"../../{ids['owner']}/layouts/x",
        "..",
        f"..%2f..%2f{ids['owner']}%2flayouts%2fx",
        "x" * 4000,
        "é/../x",
    ):
        layout = {"metadata": {"id": name}, "data": {"planted": True}}
        where = f"{LAYOUTS}/{name.replace('%', '%25').replace('/', '%2f')}"
        assert world.clients["stranger"].put(where, json=layout).status_code < 500
    for client in (world.owner, world.clients["manager"]):
        assert "planted" not in client.get(LAYOUTS).text
    folder = world.server.data_dir / "members"
    planted = [path for path in folder.rglob("*") if path.is_file() and "planted" in path.read_text()]
    assert all(path.parent == folder / ids["stranger"] / "layouts" for path in planted)


def lists(world: World, who: str) -> str:
    """Everything that a member can list, as text."""
    client = world.clients[who]
    addresses = (
        "/api/contents", "/api/contents/~", "/api/kernels", "/api/sessions", "/lab/api/workspaces", f"{API}/spaces",
        f"{API}/members", f"{API}/groups", f"{API}/tokens", f"{API}/sessions", f"{API}/me", "/api/me", "/lab",
        f"{API}/files?path=~",
    )  # fmt: skip
    return "".join(client.get(address).text for address in addresses)


def test_lists_hold_nothing_that_one_may_not_see(world: World) -> None:
    things: dict[str, Any] = running(world)
    always = ("secret", "own_kernel", "own_session", "token", "login")
    inside = ("space", "folder", "file", "trashed", "kernel", "session")
    for who in STANDINGS:
        text = lists(world, who)
        assert not [name for name in always if things[name] in text], who
        assert "Alice only" not in text
        if who in {"stranger", "administrator"}:
            assert not [name for name in inside if things[name] in text], who
            assert SPACE not in text
        if who == "reader":
            assert things["kernel"] not in text, "who runs nothing there sees no kernel"


def test_mail_addresses_are_for_oneself_and_administrators(world: World) -> None:
    name = world.name("mail")
    body = {"username": name, "email": f"{name}@mairie.example"}
    member = world.must("owner", "POST", "/members", json=body)["member"]["id"]
    group = world.group()
    world.must("owner", "PUT", f"/groups/{group}/members/{member}")
    for who in STANDINGS:
        for path in ("/members", f"/members/{member}", f"/groups/{group}/members", f"/members?q={name}"):
            shown = f"{name}@mairie.example" in world.api(who, "GET", path).text
            assert shown == (who == "administrator"), (who, path)


def test_no_answer_tells_where_on_the_machine_things_lie(world: World) -> None:
    things = running(world)
    for who in ("owner", "stranger"):
        client = world.clients[who]
        for path in (
            "/api/contents", f"/api/contents/{things['path']}", "/api/kernels", "/api/sessions", "/api/kernelspecs",
            "/lab", "/lab/tree/x", "/lab/api/settings", "/lab/api/translations", f"{API}/spaces", f"/files/{things['path']}",
            "/files/nothing", "/view/nothing", "/api/contents/nothing", "/lab/api/listings/x", "/lab/api/themes/x",
        ):  # fmt: skip
            text = client.get(path).text
            assert str(world.server.data_dir) not in text, path
            assert "/site-packages/" not in text, path
            assert "Traceback" not in text, path


@pytest.mark.parametrize("part", ["bytes=100-", "bytes=0-9", "bytes=-5", "bytes=999999-", "rubbish"])
def test_a_theme_comes_whole_also_when_a_browser_asks_for_the_rest_of_it(world: World, part: str) -> None:
    url = "/lab/api/themes/@jupyterlab/theme-light-extension/index.css"
    whole = world.clients["reader"].get(url)
    answer = world.clients["reader"].get(url, headers={"Range": part})
    assert (answer.status_code, answer.content) == (200, whole.content)
