"""The server dies, the network goes, a page is closed too early: no letter is lost, nobody is asked."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Dialog, WebSocketRoute, expect

from tests.conftest import Server
from tests.e2e.desk import SHOWN, TEXT, Desk, make_desk, no_dialog, saved, text_of, type_at, until
from tests.e2e.person import Person

START = "alice:\n\nbob:\n"


@pytest.fixture(scope="module")
def frail(make_server: Callable[..., Server]) -> Server:
    """A server of its own: it is killed."""
    return make_server("--demo", name="frail").start()


@pytest.fixture
def desk(frail: Server) -> Iterator[Desk]:
    desk = make_desk(frail)
    yield desk
    desk.alice.close()


def open_text(person: Callable[..., Person], desk: Desk, name: str, path: str, locale: str) -> Person:
    someone = person(desk.server, name, locale=locale).open(f"{path}?reset")
    expect(someone.page.locator(TEXT)).to_contain_text("bob:")
    someone.page.locator(TEXT).click()
    return someone


def both_have(alice: Person, bob: Person, words: list[str]) -> str:
    """Both pages come to the same text, which holds each word once."""
    for someone in (alice, bob):
        someone.page.wait_for_function(
            "([where, words]) => { const text = document.querySelector(where).innerText;"
            " return words.every(word => text.includes(word)); }",
            arg=[TEXT, words],
        )
    until(lambda: text_of(alice.page) == text_of(bob.page), "the pages differ")
    text = text_of(alice.page)
    for word in words:
        assert len(re.findall(rf"\b{word}\b", text)) == 1, f"{word} in {text!r}"
    return text


def test_the_server_is_killed_while_both_type(
    frail: Server, desk: Desk, person: Callable[..., Person]
) -> None:
    path = desk.put("panne.txt", START)
    alice = open_text(person, desk, "alice", path, "fr-FR")
    bob = open_text(person, desk, "bob", path, "en-GB")
    for turn in range(12):
        if turn == 4:
            frail.kill()
        if turn == 9:
            frail.start()
        type_at(alice, ("Control+Home", "End"), f" a{turn}")
        type_at(bob, ("Control+End",), f" b{turn}")
    words = [f"{who}{turn}" for who in "ab" for turn in range(12)]
    text = both_have(alice, bob, words)
    assert text.count("alice:") == text.count("bob:") == 1
    saved(alice)
    saved(bob, "en")
    no_dialog(alice, bob)
    until(lambda: desk.on_disk("panne.txt").read_text() == text, "the file on disk does not follow")


@pytest.mark.long
def test_one_types_without_a_network(desk: Desk, person: Callable[..., Person]) -> None:
    path = desk.put("train.txt", START)
    sockets: list[WebSocketRoute] = []
    cut = False

    def pass_or_cut(route: WebSocketRoute) -> None:
        if cut:
            route.close(code=1001)
        else:
            route.connect_to_server()
            sockets.append(route)

    alice = person(desk.server, "alice")
    alice.page.route_web_socket(re.compile(r"/api/"), pass_or_cut)
    alice.open(f"{path}?reset")
    expect(alice.page.locator(TEXT)).to_contain_text("bob:")
    alice.page.locator(TEXT).click()
    bob = open_text(person, desk, "bob", path, "en-GB")
    cut = True
    for socket in sockets:
        socket.close(code=1001)
    expect(alice.page.locator(f"{SHOWN} .opw-Chip-save")).to_contain_text("Hors ligne")
    expect(alice.page.locator(".opw-Bar")).to_contain_text("Connexion perdue.")
    type_at(alice, ("Control+Home", "End"), " dans le train")
    type_at(bob, ("Control+End",), " meanwhile")
    saved(bob, "en")
    assert "train" not in text_of(bob.page)
    assert "meanwhile" not in text_of(alice.page)
    cut = False
    both_have(alice, bob, ["train", "meanwhile"])
    saved(alice)
    expect(alice.page.locator(".opw-Bar")).to_be_hidden()
    no_dialog(alice, bob)


@pytest.mark.long
def test_a_page_with_unsent_edits_asks_before_it_goes(
    frail: Server, desk: Desk, person: Callable[..., Person]
) -> None:
    alice = open_text(person, desk, "alice", desk.put("fermer.txt", START), "fr-FR")
    saved(alice)
    frail.kill()
    expect(alice.page.locator(f"{SHOWN} .opw-Chip-save")).to_contain_text("Hors ligne")
    type_at(alice, ("Control+End",), "pas encore parti")
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    alice.page.on("dialog", stay)
    alice.page.evaluate("location.assign('/logout')")
    until(lambda: alice.page.evaluate("1") == 1 and bool(asked), "the page did not ask")
    assert asked == ["beforeunload"]
    alice.page.locator(".lm-TabBar-tab.lm-mod-current .lm-TabBar-tabCloseIcon").last.click()
    ours = alice.page.get_by_role("dialog")
    expect(ours).to_contain_text("Fermer sans envoyer vos modifications")
    ours.get_by_role("button", name="Laisser ouvert").click()
    frail.start()
    saved(alice)
    alice.page.evaluate("location.assign('/logout')")
    alice.page.wait_for_url("**/logout")
    assert asked == ["beforeunload"]
    until(lambda: "pas encore parti" in desk.on_disk("fermer.txt").read_text(), "the edit was lost")
