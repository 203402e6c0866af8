"""Whole notebooks as a service: parameters, progress, cancelled, failed, and never twice across a restart."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

from openpaas_workspace.client import Forbidden, Invalid, NotFound, RunFailed, Workspace
from openpaas_workspace.runs.service.parameters import check, injected
from tests.client.conftest import token_of
from tests.conftest import Server

PATIENCE = 120.0


def cell(source: str, *tags: str) -> dict[str, Any]:
    metadata = {"tags": list(tags)} if tags else {}
    id_ = f"c{abs(hash(source)) % 10**8}"
    return {
        "cell_type": "code",
        "id": id_,
        "metadata": metadata,
        "source": source,
        "outputs": [],
        "execution_count": None,
    }


def notebook(*cells: dict[str, Any]) -> dict[str, Any]:
    return {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


@pytest.fixture(scope="module")
def office(make_server: Callable[..., Server]) -> Iterator[tuple[Server, dict[str, Workspace]]]:
    server = make_server("--demo", name="executions").start()
    people = {
        name: Workspace(server.url, token_of(server, name)) for name in ("alice", "bob", "carol", "dave")
    }
    yield server, people
    for one in people.values():
        one.close()


def outputs(ws: Workspace, path: str) -> str:
    return json.dumps([one["outputs"] for one in ws.notebook(path).cells if one["cell_type"] == "code"])


def test_with_parameters_into_a_copy_that_everybody_finds(office: Any) -> None:
    _, people = office
    bob, carol = people["bob"], people["carol"]
    book = notebook(
        cell("département = 'Finistère'\nannée = 2025", "parameters"), cell("print(département, année)")
    )
    bob.write("Finances/rapport.ipynb", book)
    execution = bob.notebook("Finances/rapport.ipynb").run({"département": "Morbihan"}).wait(PATIENCE)
    assert execution.state == "done"
    assert "Morbihan 2025" in outputs(carol, execution.output)
    assert execution.output.startswith("Finances/rapport 20")
    assert json.loads(bob.read("Finances/rapport.ipynb")) == book, "the notebook itself is as it was"
    table = carol.notebook("Finances/rapport.ipynb").executions()
    assert table.loc[0, ["state", "who"]].tolist() == ["done", "bob"]
    assert table.loc[0, "parameters"] == {"département": "Morbihan"}
    assert table.loc[0, "seconds"] > 0
    assert carol.execution(execution.id).progress in {(0, 0), (3, 3)}


def test_a_cell_that_fails_is_told_and_seen(office: Any) -> None:
    _, people = office
    bob = people["bob"]
    bob.write("Finances/faux.ipynb", notebook(cell("1/0"), cell("print('jamais')")))
    execution = bob.notebook("Finances/faux.ipynb").run()
    with pytest.raises(RunFailed):
        execution.wait(PATIENCE)
    found = outputs(bob, execution.output)
    assert "ZeroDivisionError" in found
    assert "jamais" not in found


def test_nobody_is_asked(office: Any) -> None:
    _, people = office
    bob = people["bob"]
    bob.write("Finances/demande.ipynb", notebook(cell("input('? ')")))
    execution = bob.notebook("Finances/demande.ipynb").run()
    with pytest.raises(RunFailed):
        execution.wait(PATIENCE)
    assert "StdinNotImplementedError" in outputs(bob, execution.output)


def test_who_may(office: Any) -> None:
    _, people = office
    people["bob"].write("Finances/droits.ipynb", notebook(cell("import time; time.sleep(600)")))
    with pytest.raises(Forbidden):
        people["carol"].notebook("Finances/droits.ipynb").run()
    with pytest.raises(NotFound):
        people["dave"].notebook("Finances/droits.ipynb")
    execution = people["bob"].notebook("Finances/droits.ipynb").run()
    with pytest.raises(Forbidden):
        people["carol"].execution(execution.id).cancel()
    with pytest.raises(NotFound):
        people["dave"].execution(execution.id)
    people["alice"].execution(execution.id).cancel()
    people["alice"].execution(execution.id).cancel()
    execution.wait(PATIENCE)
    assert execution.state == "cancelled"
    with pytest.raises(Invalid):
        people["bob"].notebook("Finances/droits.ipynb").run({"not a name": 1})
    people["bob"].write("Finances/texte.txt", "x")
    with pytest.raises(Invalid):
        people["bob"].notebook("Finances/texte.txt").run()


def test_a_restart_loses_none_and_runs_none_twice(office: Any) -> None:
    server, people = office
    bob = people["bob"]
    count = "from pathlib import Path\nfile = Path('/space/compte.txt')\nfile.write_text((file.read_text() if file.exists() else '') + name)\n"
    bob.write(
        "Finances/compte.ipynb",
        notebook(
            cell("name = ''", "parameters"),
            cell(count),
            cell("import time; time.sleep(5 if name == 'a' else 0)"),
        ),
    )
    first = bob.notebook("Finances/compte.ipynb").run({"name": "a"})
    waiting = [bob.notebook("Finances/compte.ipynb").run({"name": name}) for name in "bcd"]
    while "compte.txt" not in set(bob.files("Finances")["name"]):
        time.sleep(0.1)
    server.kill()
    server.start()
    with pytest.raises(RunFailed, match="restarted"):
        first.wait(PATIENCE)
    for one in waiting:
        with suppress(RunFailed):  # one of them ran beside the first
            one.wait(PATIENCE)
    done = [one for one in waiting if one.state == "done"]
    assert len(done) >= 1
    text = bob.read("Finances/compte.txt").text
    for name, one in zip("bcd", waiting, strict=True):
        assert text.count(name) <= 1
        assert text.count(name) == 1 or one.state == "failed"


@pytest.mark.long
def test_what_does_not_let_itself_be_stopped_is_ended_and_holds_up_nobody_else(office: Any) -> None:
    _, people = office
    alice, bob = people["alice"], people["bob"]
    stubborn = "import time\nwhile True:\n    try: time.sleep(1)\n    except BaseException: pass"
    bob.write("Finances/têtu.ipynb", notebook(cell(stubborn)))
    bob.write("Finances/vite.ipynb", notebook(cell("1 + 1")))
    two = [bob.notebook("Finances/têtu.ipynb").run() for _ in range(2)]
    while any(one.progress[1] == 0 for one in two):
        time.sleep(0.1)
    assert alice.notebook("Finances/vite.ipynb").run().wait(PATIENCE).state == "done"
    for one in two:
        one.cancel()
        one.wait(PATIENCE)
        assert one.state == "cancelled"


@pytest.mark.parametrize(
    "content",
    [
        {"cells": ["x"]}, {"cells": [{"cell_type": "code", "metadata": None}]}, {"cells": {"a": 1}}, {"cells": [5]},
        {"cells": [{"cell_type": "code", "metadata": [1]}]}, {"cells": [{}]}, [], 5,
    ],
)  # fmt: skip
def test_what_is_no_notebook_is_refused_with_a_sentence(content: Any) -> None:
    with pytest.raises(Invalid):
        injected(content, {"a": 1})


@pytest.mark.parametrize("name", ["", "1a", "a b", "class", "a;b", "a\nb", "__import__('os')"])
def test_odd_names_are_no_parameters(name: str) -> None:
    with pytest.raises(Invalid):
        check({name: 1})


def test_values_are_what_they_were() -> None:
    values = {"a": "'; import os", "b": [1, 2.5, None, True], "é": {"x": "\n\\"}}
    check(values)
    made = injected(notebook(cell("a = 0", "parameters"), cell("print(a)")), values)
    assert [one["source"] for one in made["cells"]][::2] == ["a = 0", "print(a)"]
    names: dict[str, Any] = {}
    exec(made["cells"][1]["source"], names)
    assert {name: names[name] for name in values} == values
    again = injected(made, {"a": 1})
    assert len(again["cells"]) == 3
