"""The page itself: its first view, names, refusals, and what belongs to one member alone."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.conftest import Server
from tests.e2e.desk import SHOWN, TEXT, Desk, make_desk, no_dialog, notebook, saved, text_of, type_at, until
from tests.e2e.person import Person

LIST = ".jp-FileBrowser .jp-DirListing-item"
CRUMBS = ".jp-FileBrowser .jp-BreadCrumbs"


@pytest.fixture(scope="module")
def server(make_server: Callable[..., Server]) -> Server:
    """A workspace of this file's own: a page opens where its member was last, in whichever test that was."""
    return make_server("--demo", name="page").start()


def to_all_spaces(someone: Person) -> None:
    """From “My files”, where a page begins, to the list of everything."""
    expect(someone.page.locator(".opw-Spaces-row").first).to_be_visible()
    expect(someone.page.locator(CRUMBS)).to_contain_text(re.compile("Mes fichiers|My files"))
    someone.page.locator(".jp-BreadCrumbs-home").click()


@pytest.mark.parametrize(
    ("locale", "title", "mine", "shared"),
    [
        ("fr-FR", "Espace de travail", "Mes fichiers", "Alice Martin — partagé"),
        ("en-GB", "Workspace", "My files", "Alice Martin — shared"),
    ],
)
def test_the_first_view(
    desk: Desk, person: Callable[..., Person], locale: str, title: str, mine: str, shared: str
) -> None:
    made = desk.alice.put("/api/contents/~/Commun", json={"type": "directory"})
    assert made.status_code in {200, 201}
    folder = desk.alice.get("/api/workspace/v1/files", params={"path": "~/Commun"}).json()["file"]
    body = {"subject": f"member:{desk.member('bob')}", "level": "editor"}
    desk.alice.put(f"/api/workspace/v1/objects/{folder['ref']}/grants", json=body).raise_for_status()
    bob = person(desk.server, "bob", locale=locale)
    errors: list[str] = []
    bob.page.on("pageerror", lambda error: errors.append(str(error)))
    bob.page.on("console", lambda said: errors.extend([said.text] if said.type == "error" else []))
    bob.log_in()
    to_all_spaces(bob)
    expect(bob.page.locator(LIST, has_text="Finances")).to_be_visible()
    expect(bob.page.locator(LIST).first).to_contain_text(mine)
    expect(bob.page.locator(LIST, has_text=shared)).to_be_visible()
    expect(bob.page).to_have_title(title)
    bob.page.locator(LIST, has_text=shared).dblclick()
    expect(bob.page.locator(CRUMBS)).to_contain_text(shared)
    bob.page.locator(".jp-BreadCrumbs-home").click()
    bob.page.locator(LIST, has_text=mine).dblclick()
    expect(bob.page.locator(CRUMBS)).to_contain_text(mine)
    expect(bob.page.locator(CRUMBS)).not_to_contain_text("~")
    no_dialog(bob)
    assert errors == []


@pytest.mark.long
def test_what_is_made_in_the_list_of_spaces_goes_to_my_files(
    server: Server, person: Callable[..., Person]
) -> None:
    carol = person(server, "carol").log_in()
    to_all_spaces(carol)
    expect(carol.page.locator(LIST, has_text="Finances")).to_be_visible()
    carol.page.locator(".opw-HomeNew", has_text="Notebook").click()
    expect(carol.page.locator(f"{SHOWN} .jp-Notebook .jp-Cell")).to_be_visible()
    saved(carol)
    with server.login("carol") as client:
        names = [item["name"] for item in client.get("/api/contents/~").json()["content"]]
    assert names == ["Notebook sans titre.ipynb"]
    carol.page.get_by_role("button", name="Nouveau dossier").click()
    expect(carol.page.locator(".jp-Dialog")).to_contain_text("Choisissez d’abord un espace.")


@pytest.mark.long
def test_a_kernel_refused_is_one_sentence(
    make_server: Callable[..., Server], person: Callable[..., Person]
) -> None:
    server = make_server("--demo", name="kernels-off")
    server.data_dir.mkdir()
    (server.data_dir / "openpaas_config.py").write_text("c.Sandbox.enabled = False\n")
    desk = make_desk(server.start())
    path = desk.put("sans-noyau.ipynb", notebook("1 + 1"))
    bob = person(server, "bob").open_notebook(f"{path}?reset")
    told = bob.page.get_by_text("Les noyaux sont désactivés sur ce serveur")
    expect(told).to_be_visible()
    bob.page.locator(f"{SHOWN} .jp-CodeCell .cm-content").click()
    type_at(bob, ("Control+End",), " + 2")
    saved(bob)
    expect(told).to_have_count(1)
    no_dialog(bob)
    desk.alice.close()
    server.stop()


@pytest.mark.long
def test_theme_and_layout_are_a_members_own(desk: Desk, person: Callable[..., Person]) -> None:
    path = desk.put("mien.md", "# Mien\n")
    alice = person(desk.server, "alice").open(f"{path}?reset")
    bob = person(desk.server, "bob").log_in()
    expect(bob.page.locator("body")).to_have_attribute("data-jp-theme-light", "true")
    themes = "/lab/api/settings/@jupyterlab/apputils-extension:themes"
    desk.alice.put(themes, json={"raw": '{"theme": "JupyterLab Dark"}'}).raise_for_status()
    with desk.server.login("alice") as client:
        layout = "/lab/api/workspaces/default"
        until(lambda: "mien.md" in client.get(layout).text, "the layout is not kept")
    bob.page.goto(f"{desk.server.url}/lab")
    alice.page.goto(f"{desk.server.url}/lab")
    expect(alice.page.locator(TEXT)).to_contain_text("Mien")
    expect(alice.page.locator("body")).to_have_attribute("data-jp-theme-light", "false")
    expect(bob.page.get_by_role("heading", name="Bonjour Bob")).to_be_visible()
    expect(bob.page.locator("body")).to_have_attribute("data-jp-theme-light", "true")
    expect(bob.page.locator(".jp-FileEditor")).to_have_count(0)
    no_dialog(alice, bob)
    desk.alice.put(themes, json={"raw": "{}"}).raise_for_status()


@pytest.mark.long
def test_the_cursor_bears_the_name_of_the_login(desk: Desk, person: Callable[..., Person]) -> None:
    path = desk.put("curseur.md", "# Titre\n")
    alice = person(desk.server, "alice").open(f"{path}?reset")
    bob = person(desk.server, "bob", locale="en-GB").log_in()
    # Whatever the page would like to be called.
    bob.page.evaluate(
        "localStorage.setItem('@jupyterlab/services:UserManager#user', JSON.stringify({name: 'Mallory'}))"
    )
    bob.open(f"{path}?reset")
    expect(bob.page.locator(TEXT)).to_contain_text("Titre")
    bob.page.locator(TEXT).click()
    type_at(bob, ("Control+End",), "bob")
    flag = alice.page.locator(".jp-remote-userFlag-name")
    expect(flag).to_have_text("Bob Lefèvre")
    until(lambda: text_of(alice.page) == "# Titre\nbob", "the letters do not arrive")


def test_a_small_screen_shows_the_document(desk: Desk, person: Callable[..., Person]) -> None:
    path = desk.put("petit.md", "# Petit\n")
    bob = person(desk.server, "bob", width=390).open(f"{path}?reset")
    expect(bob.page.locator(TEXT)).to_contain_text("Petit")
    expect(bob.page.locator(".jp-FileBrowser")).to_be_hidden()
    box = bob.page.locator(f"{SHOWN} .jp-FileEditor").bounding_box()
    assert box is not None
    assert box["width"] > 300
