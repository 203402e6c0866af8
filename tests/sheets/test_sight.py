"""A rule that hides rows, tried over every way out of a sheet: nothing of them comes out anywhere."""

import asyncio
import base64
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from openpaas_workspace.client import Workspace
from openpaas_workspace.core.registry import Domain
from openpaas_workspace.realtime.routes import ROUTES as OF_HISTORY
from openpaas_workspace.sheets import domain
from openpaas_workspace.sheets.service.bench import VERBS
from tests.client.conftest import token_of
from tests.conftest import Server
from tests.sheets.host import table_bytes
from tests.sheets.sheet import API, Sheet, greet, open_page

pytestmark = pytest.mark.timeout(300)

# Whoever does not manage the sheet does not see rows that hold this word.
RULE = """
import numpy as np
from openpaas_workspace.sheets.engine import sight

def hushed(book, tab, reader):
    hidden = np.zeros(len(tab.rows), dtype=bool)
    if not reader.manages:
        for column in tab.columns.values():
            words = [row for row in range(len(column)) if "hush" in str(column.at(row)) or column.at(row) == 74747]
            hidden[words] = True
    return hidden

sight.rules_of = lambda book, tab: (hushed,)
"""
FRAME = {
    "who": ["ann", "bob hush", "cleo", "dan"],
    "pay": [1.0, 74747.0, 3.0, 4.0],
    "note": ["a", "hush hush", "c", "hush too"],
}
KNOWN = ["ann", "cleo"]
FORMATS = ("csv", "tsv", "jsonl", "parquet", "arrow", "xlsx", "ods")

# What each verb of a sheet's process gives, so that a new one is thought about: none of these two has anything to
# do with cells, or has what is given judged; all others take who looks.
TO_THE_SERVER = {
    "take",
    "drop",
    "open",
    "close",
    "check",
    "check_typed",
    "step",
    "replaceable",
    "apply",
    "container",
    "kept",
    "earlier",
    "follow",
    "shorten",
    # Whoever looks is told of their own alone.
    "views",
}
OF_NO_SHEET = {"accepted", "blank", "import_file", "export_file"}
# Ways that hand out nothing of a sheet's cells, tried below by what they answer or not at all.
WRITES = {"POST", "PUT", "PATCH", "DELETE"}
TRIED = {
    f"{API}/sheets/{{sheet}}", f"{API}/sheets/{{sheet}}/window", f"{API}/sheets/{{sheet}}/cell",
    f"{API}/sheets/{{sheet}}/find", f"{API}/sheets/{{sheet}}/export", f"{API}/sheets/{{sheet}}/socket",
    f"{API}/sheets/{{sheet}}/tabs/{{tab}}/arrow",
}  # fmt: skip
TRIED_OF_FILES = {"history", "history/{seq}", "comparison", "blame", "presence"}


@pytest.fixture(scope="module")
def demo(make_server: Callable[..., Server], tmp_path_factory: pytest.TempPathFactory) -> Server:
    server = make_server("--demo", name="sight")
    rule = tmp_path_factory.mktemp("rule")
    (rule / "sitecustomize.py").write_text(RULE)
    server.env["PYTHONPATH"] = f"{rule}:{server.env.get('PYTHONPATH', '')}"
    return server.start()


@pytest.fixture(scope="module")
def sheet(demo: Server, people: dict[str, httpx.Client]) -> Sheet:
    made = Sheet(demo, people, "hidden")
    answer = made.ask("alice", "PUT", f"/sheets/{made.id}/tabs/{made.tab}/arrow", content=table_bytes(FRAME))
    assert answer.status_code == 200, answer.text
    return made


def spelled(data: bytes) -> str:
    """All that can be read in a file, taken out of its wrappings."""
    texts = [data.decode("latin-1"), data.decode(errors="replace")]
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            texts += [spelled(archive.read(name)) for name in archive.namelist()]
    elif data[:4] == b"PAR1":
        texts.append(str(pq.read_table(io.BytesIO(data)).to_pydict()))
    elif data[:4] in {b"\xff\xff\xff\xff", b"ARRO"}:
        read = pa.ipc.open_file if data[:4] == b"ARRO" else pa.ipc.open_stream
        texts.append(str(read(data).read_all().to_pydict()))
    elif data[:1] == b"{" and b'"base64"' in data:
        texts.append(spelled(base64.b64decode(json.loads(data).get("content") or "")))
    return "\n".join(texts)


def clean(data: bytes | str, *, shows: bool = True) -> None:
    """Nothing hidden is in it; what may be seen is, so that the look was a real one."""
    text = spelled(data) if isinstance(data, bytes) else data
    assert "hush" not in text
    assert "74747" not in text
    assert not shows or all(name in text for name in KNOWN), text[:500]


def test_every_verb_and_route_is_known_here() -> None:
    import inspect

    judged = {name for name, verb in VERBS.items() if "who" in inspect.signature(verb).parameters}
    assert set(VERBS) == judged | TO_THE_SERVER | OF_NO_SHEET
    assert judged == {"about", "window", "cell", "find", "places", "table", "copy", "sees_all"}
    found: Domain = domain.domain
    reads = {f"{API}{route.path}" for route in found.routes if route.method == "GET"}
    for pattern, _ in found.handlers:
        path = pattern.replace(r"(?P<sheet>[^/]+)", "{sheet}").replace(r"(?P<tab>[^/]+)", "{tab}")
        if not path.endswith("/block"):
            reads.add(path)
    assert reads == TRIED
    assert {
        route.path.removeprefix("/files/{file}/") for route in OF_HISTORY if route.method == "GET"
    } == TRIED_OF_FILES


@pytest.mark.parametrize("who", ["bob", "carol"])
def test_nothing_hidden_comes_over_http(sheet: Sheet, who: str) -> None:
    base = f"/sheets/{sheet.id}"

    def get(path: str, **query: Any) -> bytes:
        named = {} if path.endswith("/arrow") or path == base else {"tab": sheet.tab}
        answer = sheet.ask(who, "GET", path, params={**named, **query})
        assert answer.status_code == 200, answer.text
        return answer.content

    view = {"kind": "set_view", "tab": sheet.tab, "mine": True}
    sort = {
        "sort": [{"column": 1, "descending": True}],
        "filter": [{"column": 1, "test": ">", "values": [0]}],
    }
    for inputs in ("false", "true"):
        clean(get(f"{base}/window", inputs=inputs))
    for at in range(8):
        clean(get(f"{base}/cell", row=at, column=at % 3), shows=False)
    if who == "bob":
        assert sheet.send(who, op={**view, "view": sort}).status_code == 200
        clean(get(f"{base}/window", view="mine", inputs="true"))
        assert json.loads(get(f"{base}/window", view="mine"))["height"] == 3
        clean(get(f"{base}/cell", row=1, column=1, view="mine"), shows=False)
        assert json.loads(get(f"{base}/find", text="hush", view="mine")) == []
        sheet.send(who, op=view)
    unkept = json.dumps(sort)
    clean(get(f"{base}/window", view=unkept, inputs="true"))
    assert json.loads(get(f"{base}/window", view=unkept))["height"] == 3
    clean(get(f"{base}/cell", row=1, column=1, view=unkept), shows=False)
    assert json.loads(get(f"{base}/find", text="hush", view=unkept)) == []
    assert json.loads(get(f"{base}/find", text="hush")) == []
    assert json.loads(get(f"{base}/find", text="74747")) == []
    assert json.loads(get(f"{base}/find", text="cleo")) == [[2, 0]]
    assert json.loads(get(base))["tabs"][0]["height"] == 3
    shared = {"kind": "set_view", "tab": sheet.tab}
    named = {"filter": [{"column": 0, "test": "in", "values": ["hush", "ann"]}]}
    assert sheet.send("alice", op={**shared, "view": named}).status_code == 200
    clean(get(base), shows=False)
    assert sheet.about("alice")["tabs"][0]["shared"] is not None
    sheet.send("alice", op=shared)
    for mixed in ("false", "true"):
        clean(get(f"{base}/tabs/{sheet.tab}/arrow", mixed=mixed))
    for format_ in FORMATS:
        clean(get(f"{base}/export", format=format_))


@pytest.mark.parametrize("who", ["bob", "carol"])
def test_the_file_itself_its_copies_and_its_versions_are_for_who_sees_all(sheet: Sheet, who: str) -> None:
    seq = sheet.about("alice")["seq"]
    folder, name = sheet.path.rsplit("/", 1)
    ways = [
        sheet.ask(who, "GET", f"/files/{sheet.id}/content"),
        sheet.ask(who, "GET", "/content", params={"path": sheet.path}),
        sheet.people[who].get(f"/api/contents/{sheet.path}", params={"content": "1"}),
        sheet.people[who].get(f"/files/{sheet.path}"),
        sheet.ask(who, "POST", "/files", json={"path": f"{folder}/copy of {name}", "copy_of": sheet.id}),
        sheet.ask(
            who, "POST", "/files", json={"path": f"{folder}/old {name}", "copy_of": sheet.id, "seq": seq}
        ),
        sheet.ask(who, "GET", f"/files/{sheet.id}/history/{seq}"),
        sheet.ask(who, "GET", f"/files/{sheet.id}/comparison", params={"base": seq}),
        sheet.ask(who, "GET", f"/files/{sheet.id}/blame"),
    ]
    for answer in ways:
        assert answer.status_code in {403, 422}, (str(answer.url), answer.status_code, answer.text[:200])
        clean(answer.content, shows=False)
    for path in ("history", "presence"):
        clean(sheet.ask(who, "GET", f"/files/{sheet.id}/{path}").content, shows=False)
    clean(sheet.ask(who, "GET", "/zip", params={"path": sheet.path}).content, shows=False)
    clean(
        sheet.ask(who, "GET", "/search", params={"q": "hush"}).content.replace(b"hush", b"", 1), shows=False
    )
    assert sheet.ask("alice", "GET", f"/files/{sheet.id}/content").status_code == 200
    assert len(sheet.values("alice", bottom=9)) == 5


def test_nothing_hidden_comes_through_the_client(demo: Server, sheet: Sheet, tmp_path: Path) -> None:
    far = Workspace(demo.url, token_of(demo, "carol")).sheet(sheet.id)
    tab = far[0]
    shown = [far.df, tab["A:C"], tab.formulas("A:C"), tab.read(odd="object")]
    for frame in shown:
        clean(frame.to_csv())
    assert tab.find("hush") == []
    for format_ in FORMATS:
        target = tmp_path / f"out.{format_}"
        far.export(str(target))
        clean(target.read_bytes())


@pytest.mark.asyncio
async def test_nothing_hidden_comes_over_the_socket(sheet: Sheet) -> None:
    heard: list[str] = []
    async with open_page(sheet, "bob") as socket:
        page, welcome = await greet(socket, "bob")
        assert welcome["sheet"]["tabs"][0]["height"] == 3
        where = {"tab": sheet.tab, "top": 0, "bottom": 50, "left": 0, "right": 9}
        await page.send(type="window", id=1, **where, inputs=True)
        window = await page.next("window")
        clean(json.dumps(window))
        await page.send(type="cell", id=2, tab=sheet.tab, row=2, column=2)
        clean(json.dumps(await page.next("cell")), shows=False)
        rows = sheet.ask("alice", "GET", f"/sheets/{sheet.id}/window", params={"tab": sheet.tab}).json()[
            "rows"
        ]
        before = sheet.about("alice")["seq"]
        # Alice writes into a hidden row; bob, who knows nothing of it, writes over it.
        sheet.put("alice", (rows[2], 1, 74747), (rows[2], 2, "hush now"))
        told = await page.next("applied")
        assert told["changed"] == [{"tab": sheet.tab, "structure": True, "cells": []}]
        heard.append(json.dumps(told))
        op = {"kind": "set_cells", "tab": sheet.tab, "cells": [[rows[2], 2, "over it"]]}
        await page.send(type="submit", n=1, base_seq=before, op=op)
        told = await page.next("applied")
        assert told["lost"] == []
        heard.append(json.dumps(told))
        sheet.put("alice", (rows[2], 2, "hush hush"))
        heard.append(json.dumps(await page.next("applied")))
        await page.send(type="window", id=3, **where)
        heard.append(json.dumps(await asyncio.wait_for(page.next("window"), 20)))
    for text in heard:
        clean(text, shows=False)
