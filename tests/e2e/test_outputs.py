"""Outputs too large for the notebook: not in the page's document, fetched when scrolled to, seen by all."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, WebSocket, expect

from tests.e2e.axe import violations
from tests.e2e.desk import Desk, notebook, until
from tests.e2e.person import Person
from tests.e2e.test_runs import SHOWN, output, ready, run

TALL = "from IPython.display import HTML, display\ndisplay(HTML('<p style=\"height:2500px\">haut</p>'))"
LARGE = "display(HTML('<b class=\"mark\">grande sortie</b>' + '<i>x</i>' * 60_000 + '<script>window.evil = 1</script>'))"
LONG = "for number in range(100_000): print('ligne', number)"
PLACE = f"{SHOWN} .opw-LargeOutput"


def asked(page: Page) -> list[str]:
    """What is fetched of outputs, as it happens."""
    found: list[str] = []
    page.on("request", lambda request: found.append(request.url) if "/outputs/" in request.url else None)
    return found


def heard(page: Page) -> list[int]:
    """How many bytes come by sockets, as they come."""
    found: list[int] = []

    def opened(socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: found.append(len(frame)))

    page.on("websocket", opened)
    return found


def with_output(data: dict[str, Any]) -> dict[str, Any]:
    book = notebook("1")
    book["cells"][0]["outputs"] = [{"output_type": "display_data", "data": data, "metadata": {}}]
    return book


@pytest.mark.long
def test_it_is_fetched_when_it_is_scrolled_to(desk: Desk, person: Callable[..., Person]) -> None:
    path = desk.put("grand.ipynb", notebook(TALL, "1", LARGE))
    alice = person(desk.server, "alice").log_in()
    sent = heard(alice.page)
    ready(alice, path)
    for cell in range(3):
        run(alice, cell)
    expect(output(alice, 2)).to_contain_text("Grande sortie")
    output(alice, 2).scroll_into_view_if_needed()
    expect(output(alice, 2).locator(".mark")).to_have_text("grande sortie")
    assert alice.page.evaluate("window.evil") is None, "nobody's script runs in this page"
    assert 0 < sum(sent) < 200_000, "neither the room nor the kernel sends it"
    bob = person(desk.server, "bob", locale="en-GB").log_in()
    fetched, received = asked(bob.page), heard(bob.page)
    bob.open_notebook(f"{path}?reset")
    expect(output(bob, 0)).to_contain_text("haut")
    expect(output(bob, 2)).to_contain_text("Large output")
    assert not fetched, "it is two screens away"
    assert 0 < sum(received) < 200_000, "the output is not in the document"
    output(bob, 2).scroll_into_view_if_needed()
    expect(output(bob, 2).locator(".mark")).to_have_text("grande sortie")
    assert len(fetched) == 1
    assert bob.page.evaluate("window.evil") is None


@pytest.mark.long
def test_a_long_text_shows_its_beginning_then_all_of_it(desk: Desk, person: Callable[..., Person]) -> None:
    path = desk.put("long.ipynb", notebook(LONG))
    alice = ready(person(desk.server, "alice"), path)
    run(alice, 0)
    place = alice.page.locator(PLACE)
    place.scroll_into_view_if_needed()
    more = place.get_by_role("button", name="Tout afficher")
    expect(more).to_be_visible()
    expect(place).not_to_contain_text("ligne 99999")
    assert not violations(alice.page, PLACE)
    with alice.page.expect_download() as download:
        place.get_by_role("link", name="Télécharger").click()
    text = download.value.path().read_text("utf-8")
    assert text.endswith("ligne 99999\n")
    more.focus()
    alice.page.keyboard.press("Enter")
    expect(place).to_contain_text("ligne 99999")
    expect(more).to_be_hidden()


def test_what_cannot_be_had_says_what_to_do(desk: Desk, person: Callable[..., Person]) -> None:
    path = desk.put("panne.ipynb", with_output({"text/html": "<b class='mark'>là</b>" + "<i>x</i>" * 60_000}))
    alice = person(desk.server, "alice").log_in()
    failing = [True]

    def answer(route: Route) -> None:
        if failing[0]:
            route.abort()
        else:
            route.continue_()

    alice.page.route("**/outputs/*", answer)
    alice.open_notebook(f"{path}?reset")
    alert = alice.page.locator(PLACE).get_by_role("alert")
    expect(alert).to_contain_text("injoignable")
    failing[0] = False
    alert.get_by_role("button", name="Réessayer").click()
    expect(alice.page.locator(f"{PLACE} .mark")).to_have_text("là")


def test_what_somebody_made_up_is_never_fetched_nor_trusted(
    desk: Desk, person: Callable[..., Person]
) -> None:
    mime = "application/vnd.openpaas.output+json"
    path = desk.put(
        "faux.ipynb", with_output({mime: {"id": "../../../../api/me", "size": 1}, "text/plain": "x"})
    )
    other = desk.put("absent.ipynb", with_output({mime: {"id": "0" * 64, "size": 9e9, "kinds": ["<b>"]}}))
    alice = person(desk.server, "alice").log_in()
    fetched = asked(alice.page)
    alice.open_notebook(f"{path}?reset")
    expect(alice.page.locator(PLACE).get_by_role("alert")).to_contain_text("abîmé")
    assert not fetched
    alice.open_notebook(f"{other}?reset")
    expect(alice.page.locator(PLACE).get_by_role("alert")).to_contain_text("Exécutez à nouveau")
    until(lambda: len(fetched) == 1, "it was asked for once")
