"""`%pip` in a kernel: refused with one sentence, allowed by an administrator, kept for the principal alone."""

from __future__ import annotations

import sys

import pytest

from openpaas_workspace.kernels.engine import sentences
from tests.conftest import Server
from tests.files.world import notebook
from tests.kernels.index import Index
from tests.kernels.outside import API, Lists, Opens, reason


async def test_without_a_listed_index_pip_says_one_sentence(
    opened: Opens, lists: Lists, index: Index
) -> None:
    host = f"localhost:{index.port}"
    mine = await opened("bob", "~/rien.ipynb")
    said = await mine.run("!pip install rebound")
    assert said.splitlines()[0].startswith("Looking in indexes")
    assert said.splitlines()[1:] == [f"ERROR: {reason(sentences.not_listed_of_mine(host))}"]
    assert "ERROR: Vos notebooks" in await mine.run("%pip install rebound")
    fact = lists.reached(host=host, outcome="not listed")[-1]
    assert fact["actor_kind"] == "kernel"
    assert fact["behalf"] == mine.client.get(f"{API}/me").json()["id"]
    assert fact["data"]["kernel"] == mine.kernel
    assert fact["data"]["connections"] >= 1
    assert index.asked == []


@pytest.mark.long
async def test_what_a_space_installs_is_its_own_and_stays(opened: Opens, lists: Lists, index: Index) -> None:
    host = f"localhost:{index.port}"
    ours = await opened("bob", "Finances/paquets.ipynb")
    waiting = lists.ask("alice", "Finances", host)
    assert "demandé" in await ours.run("!pip install rebound"), "asked for, and not allowed yet"
    lists.decide(waiting, "allowed")
    said = await ours.run("%pip install rebound==1.0")
    assert "Successfully installed rebound-1.0" in said, said
    assert await ours.run("import rebound; print(rebound.VALUE, rebound.__file__)") == (
        f"1.0 /environment/lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages/rebound.py"
    )
    await ours.restart()
    assert await ours.run("import rebound; print(rebound.VALUE)") == "1.0"
    assert await ours.run("!rebound-says") == "says 1.0"
    assert "already satisfied" in await ours.run("%pip install rebound numpy"), (
        "what the workspace brings counts"
    )
    assert "Successfully installed rebound-2.0" in await ours.run("!pip install -U rebound")
    assert "Not uninstalling" in await ours.run("!pip uninstall -y msgspec"), (
        "what the workspace brings stays"
    )
    again = await opened("alice", "Finances/autre.ipynb")
    assert await again.run("import rebound; print(rebound.VALUE)") == "2.0"
    mine = await opened("bob", "~/paquets.ipynb")
    assert await mine.run("import importlib.util as u; print(u.find_spec('rebound'))") == "None"
    shown = ours.client.get("/api/contents/Finances").json()["content"]
    assert not {"environment", "lib", ".local", ".cache"} & {one["name"] for one in shown}
    assert "Successfully uninstalled" in await ours.run("!pip uninstall -y rebound")
    assert "Successfully installed" in await ours.run("!pip install rebound==1.0")
    lists.alice.delete(f"{API}/spaces/{lists.space('alice', 'Finances')}/packages").raise_for_status()
    await ours.restart()
    assert await ours.run("import importlib.util as u; print(u.find_spec('rebound'))") == "None"
    assert "Successfully installed" in await ours.run("!pip install rebound==1.0"), "and again"
    fact = lists.reached(host=host, outcome="allowed")[-1]
    assert fact["data"]["received"] > 0
    lists.alice.delete(f"{API}/spaces/{lists.space('alice', 'Finances')}/egress/{waiting}").raise_for_status()
    assert "accès" in await ours.run("!pip install -U rebound"), "taken off the list"


async def test_who_asks_and_what_for(opened: Opens, lists: Lists, demo: Server) -> None:
    """Rights of every standing are tried in tests/access."""
    space = lists.space("alice", "Finances")
    path = f"{API}/spaces/{space}/egress"
    for host in (
        "localhost",
        "127.0.0.1",
        "[::1]",
        "*.org",
        "http://a.org",
        "a.org/x",
        "a.org:0",
        "*",
        " ",
        "a b.org",
    ):
        answer = lists.alice.post(path, json={"host": host, "reason": "x"})
        assert (answer.status_code, answer.headers["Content-Type"]) == (422, "application/problem+json"), host
    for body in ({"host": "a.org", "reason": " "}, {"host": "a.org"}, {"host": "a.org", "reason": "x" * 501}):
        assert lists.alice.post(path, json=body).status_code == 422
    asked = lists.alice.post(path, json={"host": "Bücher.example", "reason": "Livres"}).json()
    assert (asked["host"], asked["state"]) == ("xn--bcher-kva.example", "asked")
    assert lists.alice.post(path, json={"host": "bücher.example", "reason": "x"}).status_code == 409
    one = f"{API}/administration/egress/{asked['id']}"
    refused = lists.alice.patch(one, json={"state": "refused", "answer": "Non."}).json()["host"]
    assert (refused["state"], refused["answer"], refused["decided_by"]) == (
        "refused",
        "Non.",
        asked["asked_by"],
    )
    assert lists.alice.patch(one, json={"state": "refused"}).status_code == 409
    assert lists.alice.patch(one, json={"state": "asked"}).status_code == 422
    again = lists.alice.post(path, json={"host": "bücher.example", "reason": "Vraiment"}).json()
    assert (again["id"], again["state"], again["answer"]) == (asked["id"], "asked", "")
    ours = await opened("alice", "Finances/demande.ipynb")
    raw = (
        "import httpx, os\n"
        "door = httpx.Client(transport=httpx.HTTPTransport(uds=os.environ['OPENPAAS_SOCKET']), base_url='http://x')\n"
    )
    code = f"{raw}print(door.post('{path}', json={{'host': 'b.org', 'reason': 'x'}}).status_code)"
    assert await ours.run(code) == "403", "a kernel does not ask for itself"
    mine = lists.space("alice", "~")
    own = await opened("alice", "~/demande.ipynb")
    code = f"{raw}print(door.post('{API}/spaces/{mine}/egress', json={{'host': 'b.org', 'reason': 'x'}}).status_code)"
    assert await own.run(code) == "403"
    assert lists.alice.delete(f"{path}/{asked['id']}").status_code == 204
    assert lists.alice.delete(f"{path}/{asked['id']}").status_code == 404


async def test_a_notebook_shared_from_own_files_has_no_way_out(
    opened: Opens, lists: Lists, index: Index, demo: Server
) -> None:
    host = f"localhost:{index.port}"
    with demo.login("bob") as bob:
        allowed = lists.allow("bob", "~", host)
        body = {"type": "notebook", "format": "json", "content": notebook("1")}
        bob.put("/api/contents/~/partage.ipynb", json=body).raise_for_status()
        file = bob.get(f"{API}/files", params={"path": "~/partage.ipynb"}).json()["file"]
        everyone = {"subject": "everyone", "level": "editor", "execute": True}
        bob.put(f"{API}/objects/{file['ref']}/grants", json=everyone).raise_for_status()
        shared = await opened("bob", "~/partage.ipynb")
        said = await shared.run("!pip install rebound")
        assert said.splitlines()[1:] == [f"ERROR: {reason(sentences.SHARED_FILE)}"]
        lists.reached(host=host, outcome="shared file")
        lists.decide(allowed, "refused")


async def test_charts_are_data_and_nothing_waits_for_a_grammar(opened: Opens) -> None:
    mine = await opened("dave", "~/graphique.ipynb")
    code = """
import sys, altair, jsonschema
print(altair.renderers.active, 'rfc3987_syntax.syntax_helpers' in sys.modules)
check = jsonschema.FormatChecker().conforms
print(check('http://exemple.fr/é', 'iri'), check('<no>', 'iri'), 'rfc3987_syntax.syntax_helpers' in sys.modules)
"""
    assert await mine.run(code) == "mimetype False\nTrue False True"
    assert await mine.run("import numpy, pandas, pyarrow, matplotlib; print('there')") == "there"
