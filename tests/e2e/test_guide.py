"""The guide, read in the page."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.conftest import Server
from tests.e2e.axe import violations
from tests.e2e.person import Person

pytestmark = pytest.mark.long

GUIDE = ".opw-Guide"
TEXT = f"{GUIDE} .opw-Guide-text"


@pytest.fixture(scope="module")
def server(make_server: Callable[..., Server]) -> Server:
    """A workspace of this file's own: a page opens where its member was last, in whichever test that was."""
    return make_server("--demo", name="guide").start()


@pytest.mark.parametrize(
    ("locale", "menu", "item", "first", "neighbour", "sentence"),
    [
        ("fr-FR", "Aide", "Guide de l’espace de travail", "Premiers pas", "l’historique", "trente jours"),
        ("en-GB", "Help", "Guide to the workspace", "First steps", "the history", "thirty days"),
    ],
)
def test_it_is_read_in_the_page(
    server: Server,
    person: Callable[..., Person],
    locale: str,
    menu: str,
    item: str,
    first: str,
    neighbour: str,
    sentence: str,
) -> None:
    page = person(server, "carol", locale=locale).goto("lab?reset").page
    page.get_by_role("menuitem", name=menu, exact=True).click()
    page.get_by_role("menuitem", name=item).click()
    expect(page.locator(f"{GUIDE} h2").first).to_have_text(first)
    picture = page.locator(f"{TEXT} img").first
    expect(picture).to_be_visible()
    page.wait_for_function("one => document.querySelector(one)?.naturalWidth > 100", arg=f"{TEXT} img")
    assert violations(page, GUIDE) == []
    with page.expect_response(
        lambda answer: (
            "/api/workspaces/" in answer.url
            and answer.request.method == "PUT"
            and "history" in (answer.request.post_data or "")
        )
    ):
        page.locator(TEXT).get_by_role("link", name=neighbour).click()
    expect(page.locator(TEXT)).to_contain_text(sentence)
    # Where one read is kept when the page loads again.
    page.goto(f"{server.url}/lab")
    expect(page.locator(TEXT)).to_contain_text(sentence)
