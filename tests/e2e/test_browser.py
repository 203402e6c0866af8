"""Spaces and files in the file browser: two people, French and English, and what people get wrong."""

import os
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.desk import API, Desk, until
from tests.e2e.person import Person

pytestmark = pytest.mark.long

ROW = ".jp-FileBrowser .jp-DirListing-item"
SPACE = ".opw-Spaces-row"
TRAY = ".opw-Tray"
TOLD = ".Toastify__toast"
CONTENT = ".jp-FileBrowser .jp-DirListing-content"
DROP = """([selector, files]) => {
    const data = new DataTransfer();
    for (const [name, text] of files) data.items.add(new File([text], name));
    document.querySelector(selector).dispatchEvent(
        new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
}"""


def go(someone: Person, space: str) -> Page:
    """Log in and open a space from the panel."""
    page = someone.log_in().page
    page.locator(SPACE, has_text=space).click()
    expect(page.locator(f"{SPACE}[aria-current=true]")).to_contain_text(space)
    expect(page.locator(".jp-BreadCrumbs-item", has_text=space)).to_be_visible()
    return page


def row(page: Page, name: str):
    return page.locator(ROW).filter(has=page.locator(".jp-DirListing-itemText", has_text=name))


def drop(page: Page, *files: tuple[str, str]) -> None:
    page.evaluate(DROP, [CONTENT, [list(file) for file in files]])


def menu(page: Page, name: str, *, on: str = "") -> None:
    target = row(page, on) if on else page.locator(CONTENT)
    target.first.click(button="right", **({} if on else {"position": {"x": 60, "y": 200}}))
    page.locator(".lm-Menu-itemLabel", has_text=name).first.click()


def choose(page: Page, entry: str, *paths: Path) -> None:
    with page.expect_file_chooser() as chooser:
        menu(page, entry)
    chooser.value.set_files([str(path) for path in paths])


def test_spaces_stand_above_the_files(desk: Desk, person: Callable[..., Person]) -> None:
    desk.put("budget.md", "# Budget\n")
    alice = go(person(desk.server, "alice"), desk.name)
    expect(alice.locator(SPACE).first).to_have_text("Mes fichiers")
    expect(row(alice, "budget.md")).to_be_visible()
    carol = person(desk.server, "carol", locale="en-GB").log_in().page
    expect(carol.locator(SPACE).first).to_have_text("My files")
    expect(carol.locator(SPACE, has_text=desk.name)).to_contain_text("reading")
    alice.get_by_role("button", name="Nouvel espace").click()
    dialog = alice.locator(".jp-Dialog")
    taken, name = desk.name.upper(), f"Crèche 🧸 {uuid.uuid4().hex[:6]}"
    for wrong, sentence in (
        ("   ", "Donnez un nom"),
        (taken, "déjà"),
        ("../x", "barre"),
        ("x" * 300, "trop long"),
    ):
        dialog.locator("input").first.evaluate("(input) => input.removeAttribute('maxlength')")
        dialog.locator("input").first.fill(wrong)
        dialog.get_by_role("button", name="Créer l’espace").click()
        expect(dialog.get_by_role("alert")).to_contain_text(sentence)
    dialog.locator("input").first.fill(name)
    dialog.get_by_role("button", name="Créer l’espace").click()
    expect(alice.locator(f"{SPACE}[aria-current=true]")).to_have_text(f"C{name}")
    expect(alice.locator(".opw-Listing-empty")).to_contain_text("Ce dossier est vide.")


def test_files_and_folders_are_sent_and_names_asked_for(
    desk: Desk, person: Callable[..., Person], tmp_path: Path
) -> None:
    folder = tmp_path / "dossier"
    (folder / "2026" / "vide").mkdir(parents=True)
    for number in range(12):
        (folder / "2026" / f"note {number}.txt").write_text(str(number))
    big = tmp_path / "gros.bin"
    big.write_bytes(os.urandom(9_000_000))
    alice = go(person(desk.server, "alice"), desk.name)
    bob = go(person(desk.server, "bob", locale="en-GB"), desk.name)
    choose(alice, "Importer un dossier", folder)
    expect(row(bob, "dossier")).to_be_visible()
    choose(alice, "Importer des fichiers", big)
    expect(alice.locator(TRAY)).to_contain_text("13 fichiers envoyés")
    assert (desk.on_disk("dossier") / "2026" / "note 11.txt").read_text() == "11"
    assert desk.on_disk("gros.bin").read_bytes() == big.read_bytes()
    expect(row(bob, "gros.bin")).to_be_visible()
    drop(bob, ("gros.bin", "other"))
    expect(bob.locator(f"{TRAY} [role=alert]")).to_contain_text("There is a file of this name already.")
    bob.get_by_role("button", name="Keep both").click()
    expect(row(alice, "gros 1.bin")).to_be_visible()
    drop(bob, ("gros 1.bin", "third"))
    bob.get_by_role("button", name="Replace as a new version").click()
    until(lambda: desk.on_disk("gros 1.bin").read_text() == "third", "the file was not replaced")
    drop(bob, ("gros 1.bin", "fourth"))
    bob.get_by_role("button", name="Do not send").click()
    expect(bob.locator(f"{TRAY} [role=alert]")).to_have_count(0)
    assert desk.on_disk("gros 1.bin").read_text() == "third"


def test_names_that_cannot_be_are_refused_one_by_one(desk: Desk, person: Callable[..., Person]) -> None:
    alice = go(person(desk.server, "alice"), desk.name)
    drop(
        alice,
        ("fête 😀.txt", "a"),
        ("a\u202egnp.exe", "b"),
        ("x" * 300, "c"),
        (" ", "d"),
        ("..", "e"),
        ("bon.txt", "f"),
    )
    expect(row(alice, "bon.txt")).to_be_visible()
    expect(row(alice, "fête 😀.txt")).to_be_visible()
    failed = alice.locator(f"{TRAY} .opw-mod-failed")
    expect(failed).to_have_count(4)
    expect(failed.filter(has_text="gnp.exe")).to_contain_text("marque de direction")
    expect(failed.filter(has_text="xxx")).to_contain_text("trop long")
    names = {
        entry["name"]
        for entry in desk.alice.get(f"{API}/files", params={"path": desk.name}).json()["entries"]
    }
    assert names == {"bon.txt", "fête 😀.txt"}


def test_a_full_space_says_so_and_keeps_what_came(desk: Desk, person: Callable[..., Person]) -> None:
    body = {"quota_bytes": 100}
    desk.alice.put(f"{API}/spaces/{desk.id}/quota", json=body).raise_for_status()
    bob = go(person(desk.server, "bob", locale="en-GB"), desk.name)
    drop(bob, ("small.txt", "x" * 60))
    expect(row(bob, "small.txt")).to_be_visible()
    drop(bob, ("large.txt", "x" * 90))
    expect(bob.locator(f"{TRAY} .opw-mod-failed")).to_contain_text("This space is full")
    expect(row(bob, "small.txt")).to_be_visible()
    expect(bob.locator(".opw-Usage")).to_contain_text("of 100 bytes")


def test_an_upload_goes_on_after_the_network_was_cut(
    desk: Desk, person: Callable[..., Person], tmp_path: Path
) -> None:
    big = tmp_path / "archives.bin"
    big.write_bytes(os.urandom(60_000_000))
    alice = person(desk.server, "alice")
    page = go(alice, desk.name)
    pieces: list[str] = []

    def cut(route) -> None:
        pieces.append(route.request.headers.get("content-range", ""))
        if len(pieces) in {4, 5}:
            route.abort("internetdisconnected")
        else:
            route.continue_()

    page.route("**/uploads/*/content", cut)
    choose(page, "Importer des fichiers", big)
    expect(page.locator(TRAY)).to_contain_text("La connexion est coupée")
    assert not desk.on_disk("archives.bin").exists()
    expect(page.locator(TRAY)).to_contain_text("1 fichier envoyé")
    assert desk.on_disk("archives.bin").read_bytes() == big.read_bytes()
    assert pieces[3] == pieces[4] == pieces[5]
    expect(row(page, "archives.bin")).to_be_visible()


def test_a_rename_and_a_move_without_network_change_nothing(
    desk: Desk, person: Callable[..., Person]
) -> None:
    desk.put("note.txt", "a")
    desk.alice.post(
        f"{API}/files", json={"path": f"{desk.name}/dossier", "kind": "folder"}
    ).raise_for_status()
    page = go(person(desk.server, "alice"), desk.name)
    page.route("**/api/contents/**", lambda route: route.abort("internetdisconnected"))
    row(page, "note.txt").click()
    page.keyboard.press("F2")
    page.locator("input.jp-DirListing-editor").fill("autre.txt")
    page.keyboard.press("Enter")
    dialog = page.locator(".jp-Dialog")
    expect(dialog).to_contain_text("Le serveur est injoignable")
    dialog.get_by_role("button").last.click()
    menu(page, "Déplacer vers", on="note.txt")
    dialog.locator(SPACE, has_text="dossier").click()
    dialog.get_by_role("button", name="Déplacer ici").click()
    expect(page.locator(TOLD)).to_contain_text("Le serveur est injoignable")
    assert desk.on_disk("note.txt").exists()
    page.unroute_all()
    menu(page, "Déplacer vers", on="note.txt")
    dialog.locator(SPACE, has_text="dossier").click()
    dialog.get_by_role("button", name="Déplacer ici").click()
    until((desk.on_disk("dossier") / "note.txt").exists, "the file was not moved")
    page.locator(TOLD).get_by_role("button", name="Annuler").click()
    until(lambda: desk.on_disk("note.txt").exists(), "the file was not moved back")


def test_two_rename_the_same_folder(desk: Desk, person: Callable[..., Person]) -> None:
    desk.alice.post(f"{API}/files", json={"path": f"{desk.name}/plans", "kind": "folder"}).raise_for_status()
    alice = go(person(desk.server, "alice"), desk.name)
    bob = go(person(desk.server, "bob", locale="en-GB"), desk.name)
    row(bob, "plans").click()
    bob.keyboard.press("F2")
    bob.locator("input.jp-DirListing-editor").fill("drawings")
    row(alice, "plans").click()
    alice.keyboard.press("F2")
    alice.locator("input.jp-DirListing-editor").fill("dessins")
    alice.keyboard.press("Enter")
    expect(row(alice, "dessins")).to_be_visible()
    bob.keyboard.press("Enter")
    expect(bob.locator(".jp-Dialog")).to_contain_text("Somebody has renamed “plans” to “dessins” meanwhile")
    bob.locator(".jp-Dialog").get_by_role("button").last.click()
    expect(row(bob, "dessins")).to_be_visible()
    assert desk.on_disk("dessins").is_dir()


def test_who_loses_a_right_sees_it_vanish_and_is_told_why(desk: Desk, person: Callable[..., Person]) -> None:
    desk.put("secret.md", "x")
    bob = go(person(desk.server, "bob", locale="en-GB"), desk.name)
    expect(row(bob, "secret.md")).to_be_visible()
    member = desk.member("bob")
    desk.alice.delete(f"{API}/objects/space:{desk.id}/grants/member:{member}").raise_for_status()
    expect(bob.locator(TOLD)).to_contain_text(f"withdrew your access to “{desk.name}”")
    expect(bob.locator(SPACE, has_text=desk.name)).to_have_count(0)
    expect(row(bob, "secret.md")).to_have_count(0)
    body = {"subject": f"member:{member}", "level": "reader"}
    file = desk.alice.get(f"{API}/files", params={"path": f"{desk.name}/secret.md"}).json()["file"]
    desk.alice.put(f"{API}/objects/{file['ref']}/grants", json=body).raise_for_status()
    bob.locator(SPACE, has_text="Shared with me").click()
    shared = bob.locator(".opw-Shared-row", has_text="secret.md")
    expect(shared).to_contain_text("Shared by Alice")
    shared.click()
    expect(bob.locator(".jp-MainAreaWidget:not(.lm-mod-hidden) .cm-content")).to_have_text("x")


def test_what_is_thrown_away_comes_back_or_goes_for_ever(desk: Desk, person: Callable[..., Person]) -> None:
    for name in ("un.txt", "deux.txt", "trois.txt"):
        desk.put(name, "a")
    alice = go(person(desk.server, "alice"), desk.name)
    row(alice, "un.txt").click()
    alice.keyboard.press("Delete")
    expect(alice.locator(TOLD)).to_contain_text("« un.txt » est dans la corbeille.")
    alice.locator(TOLD).get_by_role("button", name="Annuler").click()
    expect(row(alice, "un.txt")).to_be_visible()
    row(alice, "deux.txt").click()
    row(alice, "trois.txt").click(modifiers=["Control"])
    alice.keyboard.press("Delete")
    expect(row(alice, "trois.txt")).to_have_count(0)
    alice.locator(SPACE, has_text="Corbeille").click()
    mine = alice.locator(".opw-Trash-space", has=alice.get_by_role("heading", name=desk.name))
    lines = mine.locator(".opw-Trash-row")
    expect(lines).to_have_count(2)
    expect(lines.first).to_contain_text("effacé le ")
    lines.filter(has_text="deux.txt").get_by_role("button", name="Rétablir").click()
    expect(row(alice, "deux.txt")).to_be_visible()
    lines.filter(has_text="trois.txt").get_by_role("button", name="Effacer").click()
    alice.locator(".jp-Dialog").get_by_role("button", name="Effacer définitivement").click()
    expect(mine).to_have_count(0)


@pytest.mark.long
def test_a_folder_comes_down_as_an_archive(desk: Desk, person: Callable[..., Person]) -> None:
    desk.alice.post(f"{API}/files", json={"path": f"{desk.name}/plans", "kind": "folder"}).raise_for_status()
    desk.put("plans/a.txt", "a")
    carol = go(person(desk.server, "carol", locale="en-GB"), desk.name)
    with carol.expect_download() as download:
        menu(carol, "Download", on="plans")
    assert download.value.suggested_filename == "plans.zip"
    assert download.value.path().stat().st_size > 100


@pytest.mark.long
def test_ten_thousand_files_are_drawn_as_far_as_they_are_seen(
    desk: Desk, person: Callable[..., Person]
) -> None:
    folder = desk.on_disk("")
    for number in range(10_000):
        (folder / f"f{number:05}.txt").touch()
    page = go(person(desk.server, "alice"), desk.name)
    expect(page.locator(ROW)).to_have_count(10_000)
    drawn = page.locator(f"{ROW} .jp-DirListing-itemText")
    assert drawn.count() < 400
    page.locator(CONTENT).evaluate("(list) => { list.scrollTop = list.scrollHeight }")
    expect(row(page, "f09999.txt")).to_be_visible()
    row(page, "f09999.txt").click()
    page.keyboard.press("ArrowUp")
    expect(page.locator(f"{ROW}.jp-mod-selected")).to_contain_text("f09998.txt")
