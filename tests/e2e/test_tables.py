"""Tables in other formats: what a double-click offers."""

import io
from collections.abc import Callable

import openpyxl
import pytest
from playwright.sync_api import expect

from tests.e2e.axe import violations
from tests.e2e.desk import API, Desk, no_dialog
from tests.e2e.person import Person
from tests.e2e.sheet import cell

OFFER = ".opw-Table:visible"


def workbook() -> bytes:
    book, data = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["Ville", "Habitants"])
    book.active.append(["Saint-Aubin", 1200])
    book.save(data)
    return data.getvalue()


def upload(desk: Desk, name: str, data: bytes) -> None:
    path = {"path": f"{desk.name}/{name}"}
    desk.alice.put(f"{API}/content", params=path, content=data).raise_for_status()


def test_an_excel_file_offers_to_be_opened_as_a_sheet(desk: Desk, person: Callable[..., Person]) -> None:
    upload(desk, "Population.xlsx", workbook())
    alice = person(desk.server, "alice").goto(f"lab/tree/{desk.name}?reset")
    alice.page.locator(".jp-DirListing-item", has_text="Population.xlsx").dblclick()
    expect(alice.page.locator(OFFER)).to_contain_text("Population.xlsx")
    assert violations(alice.page, ".opw-Table") == []
    alice.page.keyboard.press("Enter")
    expect(cell(alice, "B2")).to_have_text("1200")
    expect(alice.page.locator(OFFER)).to_have_count(0)
    # A reader may not write here: the sheet comes to lie among the reader's own files.
    carol = person(desk.server, "carol").goto(f"lab/tree/{desk.name}/Population.xlsx?reset")
    carol.page.locator(OFFER).get_by_role("button", name="Ouvrir comme feuille de calcul").click()
    expect(cell(carol, "A2")).to_have_text("Saint-Aubin")
    mine = carol.page.context.request.get(f"{desk.server.url}{API}/files?path=~").json()
    assert [one["name"] for one in mine["entries"] if one["name"].endswith(".sheet")] == ["Population.sheet"]
    no_dialog(alice, carol)


@pytest.mark.long
def test_what_is_no_table_says_so_and_a_csv_is_shown_with_the_offer(
    desk: Desk, person: Callable[..., Person]
) -> None:
    upload(desk, "faux.xlsx", b"no workbook at all")
    upload(desk, "data.csv", b"ville;habitants\nBourg;3400\n")
    alice = person(desk.server, "alice").goto(f"lab/tree/{desk.name}/faux.xlsx?reset")
    alice.page.locator(OFFER).get_by_role("button", name="Ouvrir comme feuille de calcul").click()
    expect(alice.page.locator(f"{OFFER} [role=alert]")).not_to_be_empty()
    with alice.page.expect_download() as download:
        alice.page.locator(OFFER).get_by_role("button", name="Télécharger").click()
    assert download.value.suggested_filename == "faux.xlsx"
    alice.page.locator(".jp-DirListing-item", has_text="data.csv").dblclick()
    alice.page.locator(".opw-OpenAsSheet:visible").click()
    expect(cell(alice, "B2")).to_have_text("3400")
    # The sheet stands where the table was.
    expect(alice.page.locator("#jp-main-dock-panel .lm-TabBar-tab", has_text="data.csv")).to_have_count(0)
    no_dialog(alice)
