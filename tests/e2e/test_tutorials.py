"""Every tutorial under notebooks/ runs in the sandbox, top to bottom, while a second member watches."""

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import expect

from tests.conftest import Server
from tests.e2e.person import Person

ROOT = Path(__file__).parents[2]
SHOWN = ".jp-NotebookPanel:not(.lm-mod-hidden)"
# Where each lies in the demo, and the file it comes from.
TUTORIALS = {
    **{f"Finances/{path.name}": path for path in sorted((ROOT / "notebooks").glob("*.ipynb"))},
    **{
        f"Mairie de Saint-Aubin/{path.name}": path
        for path in sorted((ROOT / "openpaas_workspace" / "files" / "welcome").glob("*.ipynb"))
    },
}
SAYS = {"Finances/population-des-communes.ipynb": "habitants vit dans 120 communes"}


@pytest.fixture(scope="module")
def demo(make_server: Callable[..., Server]) -> Server:
    return make_server("--demo", name="tutorials").start()


@pytest.mark.parametrize("path", TUTORIALS, ids=lambda path: Path(path).stem)
def test_a_tutorial_runs_while_a_colleague_watches(
    demo: Server, person: Callable[..., Person], path: str
) -> None:
    notebook = nbformat.read(TUTORIALS[path], as_version=4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    watcher = person(demo, "carol").open_notebook(f"{path}?reset")
    runner = person(demo, "bob", locale="en-GB").open_notebook(f"{path}?reset")
    expect(runner.page.locator(f"{SHOWN} [data-status='idle']").first).to_be_visible()
    runner.page.get_by_role("menuitem", name="Run", exact=True).click()
    runner.page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    last = runner.page.locator(f"{SHOWN} .jp-InputPrompt").get_by_text(f"[{len(cells)}]:")
    expect(last).to_be_visible()
    with demo.login("carol") as client:
        expect(watcher.page.locator(f"{SHOWN} .jp-OutputArea-output").first).to_be_attached()
        content = client.get(f"/api/contents/{path}").json()["content"]
    ran = [cell for cell in content["cells"] if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in ran] == list(range(1, len(cells) + 1))
    outputs = [output for cell in ran for output in cell["outputs"]]
    assert not [output for output in outputs if output["output_type"] == "error"]
    kinds = {kind for output in outputs for kind in output.get("data", {})}
    assert {"text/html", "image/png"} <= kinds
    assert SAYS.get(path, "") in " ".join(str(output.get("text")) for output in outputs)
