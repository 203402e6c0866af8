"""Files under open documents: renamed, changed by programs on disk, opened and left as they were."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.desk import SHOWN, TEXT, Desk, no_dialog, notebook, saved, type_at, until
from tests.e2e.person import Person

CODE = f"{SHOWN} .jp-CodeCell .cm-content"
LIST = ".jp-DirListing-item"


def save(page: Page) -> None:
    """Ctrl+S, until the checkpoint that ends it."""
    with page.expect_response(
        lambda answer: "/checkpoints" in answer.url and answer.request.method == "POST"
    ):
        page.keyboard.press("Control+s")


@pytest.mark.long
def test_a_colleague_renames_what_is_open(desk: Desk, person: Callable[..., Person]) -> None:
    path = desk.put("avant.md", "# Titre\n")
    alice = person(desk.server, "alice").open(f"{path}?reset")
    bob = person(desk.server, "bob", locale="en-GB").open(f"{path}?reset")
    expect(alice.page.locator(TEXT)).to_contain_text("Titre")
    bob.page.locator(LIST, has_text="avant.md").click()
    bob.page.keyboard.press("F2")
    bob.page.locator("input.jp-DirListing-editor").fill("après.md")
    bob.page.keyboard.press("Enter")
    expect(bob.page.locator(LIST, has_text="après.md")).to_be_visible()
    alice.page.locator(TEXT).click()
    type_at(alice, ("Control+End",), "encore là")
    expect(bob.page.locator(TEXT)).to_contain_text("encore là")
    saved(alice)
    until(lambda: "encore là" in desk.on_disk("après.md").read_text(), "the edit is not in the renamed file")
    assert not desk.on_disk("avant.md").exists()
    alice.page.keyboard.press("Control+s")
    saved(alice)
    no_dialog(alice, bob)


@pytest.mark.long
def test_a_notebook_is_saved_again_and_again(desk: Desk, person: Callable[..., Person]) -> None:
    path = desk.put("cahier.ipynb", notebook("a = 1"))
    alice = person(desk.server, "alice").open_notebook(f"{path}?reset")
    bob = person(desk.server, "bob", locale="en-GB").open_notebook(f"{path}?reset")
    file = desk.on_disk("cahier.ipynb")
    alice.page.locator(CODE).click()
    save(alice.page)
    type_at(alice, ("Control+End",), "  # alice")
    save(alice.page)
    bob.page.locator(CODE).click()
    type_at(bob, ("Control+Home",), "bob = 2; ")
    expect(alice.page.locator(CODE)).to_contain_text("bob = 2")
    save(alice.page)
    save(bob.page)
    until(lambda: "bob = 2; a = 1  # alice" in file.read_text(), "the file does not follow")
    file.write_text(file.read_text().replace("a = 1", "a = 1000"))
    expect(alice.page.locator(CODE)).to_have_text("bob = 2; a = 1000  # alice", timeout=10_000)
    expect(bob.page.locator(CODE)).to_have_text("bob = 2; a = 1000  # alice")
    save(alice.page)
    save(bob.page)
    assert "bob = 2; a = 1000  # alice" in file.read_text()
    no_dialog(alice, bob)


@pytest.mark.long
def test_to_look_at_a_notebook_changes_nothing(desk: Desk, person: Callable[..., Person]) -> None:
    path = desk.put("regarder.ipynb", notebook("1 + 1"))
    file = desk.on_disk("regarder.ipynb")
    before = file.read_bytes()
    for name in ("alice", "bob"):
        someone = person(desk.server, name).open_notebook(f"{path}?reset")
        expect(someone.page.locator(f"{SHOWN} [role=progressbar]")).to_be_visible()
        # The language of the kernel is known when the code has its colours.
        expect(someone.page.locator(f"{CODE} [class*=ͼ]").first).to_be_visible()
        saved(someone)
        save(someone.page)
        someone.page.locator(".lm-TabBar-tab.lm-mod-current .lm-TabBar-tabCloseIcon").last.click()
        expect(someone.page.locator(CODE)).to_have_count(0)
        no_dialog(someone)
    assert file.read_bytes() == before
    runner = person(desk.server, "alice").open_notebook(f"{path}?reset")
    # At once, while the kernel is still on its way.
    runner.page.locator(CODE).click()
    runner.page.keyboard.press("Control+Enter")
    expect(runner.page.locator(f"{SHOWN} .jp-OutputArea-output")).to_contain_text("2")
    until(lambda: '"language_info"' in file.read_text(), "the language is not written")
