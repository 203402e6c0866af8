"""Charts draw without asking anybody; a manager asks for a host, an administrator allows it."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.e2e.axe import violations
from tests.e2e.desk import Desk, notebook
from tests.e2e.person import Person
from tests.e2e.test_account import go
from tests.e2e.test_runs import output, ready, run

CHART = """import altair as alt
import pandas as pd
data = pd.DataFrame({"année": [2024, 2025, 2026], "habitants": [3, 5, 8], "commune": list("abc")})
alt.Chart(data, title="Communes").mark_bar().encode(x="année:O", y="habitants", color="commune", tooltip="commune").interactive()
"""
PICTURE = "import matplotlib.pyplot as plt\nplt.plot([1, 2, 3]);"


def test_charts_are_drawn_by_the_page_alone(desk: Desk, person: Callable[..., Person]) -> None:
    """A request to another host fails the test when it ends."""
    alice = ready(person(desk.server, "alice"), desk.put("graphiques.ipynb", notebook(CHART, PICTURE)))
    run(alice, 0)
    run(alice, 1)
    chart = output(alice, 0).locator(".jp-RenderedVegaCommon5, .vega-embed").first
    expect(chart).to_be_visible()
    expect(chart.locator("canvas, svg").first).to_be_visible()
    expect(output(alice, 1).locator("img")).to_be_visible()
    reader = person(desk.server, "carol", locale="en-GB").open_notebook(f"{desk.name}/graphiques.ipynb?reset")
    expect(output(reader, 0).locator("canvas, svg").first).to_be_visible()


def test_a_manager_asks_and_an_administrator_allows(desk: Desk, person: Callable[..., Person]) -> None:
    desk.let("carol", "manager")
    carol = person(desk.server, "carol").goto(f"open/space:{desk.id}")
    section = carol.page.get_by_role("region", name="Accès Internet des notebooks")
    expect(section).to_contain_text("les notebooks n’ont pas accès à Internet")
    section.get_by_label("Hôte", exact=True).fill("127.0.0.1")
    section.get_by_label("Pour quoi faire").fill("Données ouvertes.")
    section.get_by_role("button", name="Demander cet hôte").click()
    expect(section.get_by_role("alert")).to_contain_text("Écrivez un hôte par son nom")
    section.get_by_label("Hôte", exact=True).fill("data.example.org")
    section.get_by_role("button", name="Demander cet hôte").click()
    expect(section.locator(".opw-Egress-host")).to_contain_text("data.example.org En attente")
    assert violations(carol.page, ".opw-Egress") == []
    alice = person(desk.server, "alice", locale="en-GB").log_in()
    go(alice.page, "Administration", "Internet access")
    row = alice.page.get_by_role("row").filter(has_text="data.example.org").filter(has_text=desk.name)
    expect(row).to_contain_text("Données ouvertes.")
    row.get_by_role("button", name="Allow data.example.org").click()
    expect(row).to_contain_text("Allowed")
    assert violations(alice.page, ".opw-Sections") == []
    expect(section.locator(".opw-Egress-host")).to_contain_text("Autorisé")
    row.get_by_role("button", name="Withdraw data.example.org").click()
    expect(section.locator(".opw-Egress-host")).to_contain_text("Refusé")
    section.get_by_role("button", name="Retirer « data.example.org » de la liste").click()
    expect(section.locator(".opw-Egress-host")).to_have_count(0)
    expect(row).to_have_count(0)
    mine = go(carol.page, "Mon compte", "Accès Internet")
    mine.get_by_label("Hôte", exact=True).fill("données.example.org")
    mine.get_by_label("Pour quoi faire").fill("Essai.")
    mine.get_by_role("button", name="Demander cet hôte").click()
    expect(mine.locator(".opw-Egress-host")).to_contain_text("xn--donnes-eva.example.org En attente")
    mine.get_by_role("button", name="Retirer les paquets installés…").click()
    carol.page.locator(".jp-Dialog").get_by_role("button", name="Retirer les paquets", exact=True).click()
    expect(mine.get_by_role("status")).to_contain_text("Les paquets sont retirés")
