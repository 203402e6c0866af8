"""Outputs too large for the document: stored once beside it, fetched by who may read, and nobody waits meanwhile."""

import asyncio
import hashlib
import io
import json
import time
import zipfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from openpaas_workspace.client import Workspace
from openpaas_workspace.realtime.engine.apart import MOST_TEXT, PLACEHOLDER
from tests.client.conftest import token_of
from tests.conftest import Server
from tests.runs.test_runs import API, Book

MB = 1024**2
BIG = "from IPython.display import HTML, display\ndisplay(HTML('<b>gros</b>' + 'x' * 3_000_000))"
PLOT = """
from IPython.display import publish_display_data
data = {'application/vnd.plotly.v1+json': {'data': [{'y': [n / 7 for n in range(1_000_000)]}], 'layout': {'height': 700}}}
publish_display_data({**data, 'text/plain': 'Figure'})
"""


@pytest.fixture(scope="module")
def demo(make_server: Callable[..., Server]) -> Server:
    return make_server("--demo", name="apart").start()


@pytest.fixture
async def book(demo: Server, request: pytest.FixtureRequest) -> AsyncIterator[Callable[..., Book]]:
    made: list[Book] = []

    def make(**cells: str) -> Book:
        made.append(Book(demo, f"apart {abs(hash(request.node.name))} {len(made)}", cells))
        return made[-1]

    yield make
    for one in made:
        one.close()


def held(one: Book) -> dict[str, Any]:
    """What the shared document holds, as its file tells."""
    one.ask("bob", "GET", f"/files/{one.id}/content").raise_for_status()
    one.people["bob"].post(f"/api/contents/{one.path}/checkpoints").raise_for_status()
    (path,) = (one.server.data_dir / "files").glob(f"*/{one.path.partition('/')[2]}")
    return dict(json.loads(path.read_text("utf-8")))


def outputs_of(notebook: dict[str, Any], cell: str = "a") -> list[dict[str, Any]]:
    return next(list(one["outputs"]) for one in notebook["cells"] if one["id"] == cell)


def fetched(one: Book, output: dict[str, Any], who: str = "carol") -> Any:
    answer = one.ask(who, "GET", f"/files/{one.id}/outputs/{output['data'][PLACEHOLDER]['id']}")
    answer.raise_for_status()
    assert hashlib.sha256(answer.content).hexdigest() == output["data"][PLACEHOLDER]["id"]
    return answer


class Watch:
    """How much memory the server takes at most, and how long somebody else waits for an answer at most."""

    def __init__(self, one: Book) -> None:
        self._one = one
        self.grown = self.waited = 0.0
        self._over = asyncio.Event()

    async def __aenter__(self) -> "Watch":
        self._before = self._memory()
        self._tasks = [asyncio.create_task(self._weigh()), asyncio.create_task(self._ask())]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._over.set()
        await asyncio.gather(*self._tasks)
        print(f"memory grew by {self.grown / MB:.0f} MB, longest wait {self.waited * 1000:.0f} ms")

    def _memory(self) -> int:
        assert self._one.server.process is not None
        status = Path(f"/proc/{self._one.server.process.pid}/status").read_text("ascii")
        return int(status.partition("VmRSS:")[2].split()[0]) * 1024

    async def _weigh(self) -> None:
        while not self._over.is_set():
            self.grown = max(self.grown, self._memory() - self._before)
            await asyncio.sleep(0.02)

    async def _ask(self) -> None:
        while not self._over.is_set():
            begun = time.monotonic()
            answer = await asyncio.to_thread(self._one.ask, "alice", "GET", "/me")
            assert answer.status_code == 200
            self.waited = max(self.waited, time.monotonic() - begun)
            await asyncio.sleep(0.02)


@pytest.mark.long
async def test_a_large_display_is_beside_the_document(book: Callable[..., Book]) -> None:
    one = book(a=BIG, b=PLOT)
    run = await one.over(one.start("a", "b"))
    assert run["state"] == "done", run
    short = held(one)
    (page,) = outputs_of(short, "a")
    (plot,) = outputs_of(short, "b")
    assert page["output_type"] == "display_data"
    assert page["data"][PLACEHOLDER]["kinds"] == ["text/html", "text/plain"]
    assert plot["data"][PLACEHOLDER]["height"] == 700
    assert len(json.dumps(short)) < 10_000
    answer = fetched(one, page)
    assert answer.json()["data"]["text/html"].startswith("<b>gros</b>xxx")
    assert answer.headers["Content-Type"] == "application/json"
    whole = one.cells()
    assert whole["a"]["outputs"][0]["data"]["text/html"] == answer.json()["data"]["text/html"]
    assert (
        len(whole["b"]["outputs"][0]["data"]["application/vnd.plotly.v1+json"]["data"][0]["y"]) == 1_000_000
    )


@pytest.mark.long
async def test_a_million_prints_are_all_there_and_hold_nobody_up(book: Callable[..., Book]) -> None:
    source = (
        "import sys\nfor number in range(1_000_000): print(number)\nprint('e' * 400_000, file=sys.stderr)"
    )
    one = book(a=source, b="print('ensuite')")
    async with Watch(one) as watch:
        run = await one.over(one.start("a", "b"))
    assert run["state"] == "done"
    short = outputs_of(held(one))
    assert [output["output_type"] for output in short] == ["stream", "display_data"] * 2
    assert [output["data"][PLACEHOLDER]["stream"] for output in short[1::2]] == ["stdout", "stderr"]
    assert MOST_TEXT - 20 < len("".join(short[0]["text"])) <= MOST_TEXT
    whole = one.cells()["a"]["outputs"]
    assert whole[0]["text"] == "".join(f"{number}\n" for number in range(1_000_000))
    assert whole[1]["text"] == "e" * 400_000 + "\n"
    assert one.text("b") == "ensuite\n"
    assert watch.grown < 400 * MB
    answer = fetched(one, short[1])
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"


LONG = pytest.mark.long


@pytest.mark.parametrize(
    ("source", "most"),
    [
        pytest.param(
            "line = 'x' * 999\nfor _ in range(1_000_000): print(line)", 400, id="a GB of text", marks=LONG
        ),
        pytest.param(
            "from IPython.display import HTML, display\nfor n in range(40): display(HTML(str(n) + 'x' * 20_000_000))",
            400,
            id="800 MB of pictures",
            marks=LONG,
        ),
        # A message comes whole, to this and to the watch of its kernel's activity.
        pytest.param(
            "from IPython.display import HTML, display\ndisplay(HTML('x' * 300_000_000))",
            900,
            id="300 MB at once",
            marks=LONG,
        ),
        pytest.param("print('x' * 300_000_000)", 900, id="a line of 300 MB"),
    ],
)
async def test_too_much_is_cut_with_a_sentence(book: Callable[..., Book], source: str, most: int) -> None:
    one = book(a=source, b="print('ensuite')")
    async with Watch(one) as watch:
        run = await one.over(one.start("a", "b"))
    assert run["state"] == "done"
    *_, last = outputs_of(held(one))
    assert "of the output were left out: 64.0 MB of one output and 256.0 MB of a cell are kept." in str(last)
    assert one.text("b") == "ensuite\n"
    assert watch.grown < most * MB


async def test_a_stored_output_is_sent_safely_and_in_parts(book: Callable[..., Book]) -> None:
    one = book(a=BIG, b="print('ligne ' * 100_000)")
    await one.over(one.start("a", "b"))
    short = held(one)
    page, text = outputs_of(short, "a")[0], outputs_of(short, "b")[1]
    answer = fetched(one, page)
    etag = f'"{page["data"][PLACEHOLDER]["id"]}"'
    assert answer.headers["ETag"] == etag
    assert "immutable" in answer.headers["Cache-Control"]
    assert "private" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    path = f"/files/{one.id}/outputs/{text['data'][PLACEHOLDER]['id']}"
    whole = one.ask("carol", "GET", path)
    size = len(whole.content)
    for asked, status, expected in (
        ("bytes=0-99", 206, whole.content[:100]),
        ("bytes=100-", 206, whole.content[100:]),
        (f"bytes=0-{size * 2}", 206, whole.content),
        (f"bytes={size}-", 200, whole.content),
        ("bytes=9-3", 200, whole.content),
        ("lines=1", 200, whole.content),
    ):
        part = one.ask("carol", "GET", path, headers={"Range": asked})
        assert (part.status_code, part.content) == (status, expected), asked
    assert one.ask("carol", "GET", path, headers={"If-None-Match": whole.headers["ETag"]}).status_code == 304
    saved = one.ask("carol", "GET", path, params={"download": "1"})
    assert saved.headers["Content-Disposition"].startswith("attachment")
    assert one.ask("dave", "GET", path).status_code == 404
    assert one.ask("carol", "GET", path[:-1] + "0").status_code in {200, 404}
    for wrong in ("nothing", "..%2F..%2Fsettings", "0" * 64, page["data"][PLACEHOLDER]["id"].upper()):
        assert one.ask("carol", "GET", f"/files/{one.id}/outputs/{wrong}").status_code == 404, wrong
    stored = one.server.data_dir / "blobs" / etag[1:3] / etag[3:5] / etag[1:-1]
    stored.write_bytes(b"x" * stored.stat().st_size)
    with pytest.raises(httpx.HTTPError):  # half of it, then the end: never damaged as if it were whole
        one.ask("carol", "GET", f"/files/{one.id}/outputs/{etag[1:-1]}")
    stored.unlink()
    assert one.ask("carol", "GET", f"/files/{one.id}/outputs/{etag[1:-1]}").status_code == 404
    assert one.cells()["a"]["outputs"][0]["data"][PLACEHOLDER]["id"] == etag[1:-1]


async def test_who_takes_a_notebook_out_gets_it_whole(book: Callable[..., Book]) -> None:
    one = book(a=BIG)
    await one.over(one.start("a"))
    with Workspace(one.server.url, token_of(one.server, "bob")) as bob:
        read = bob.read(one.path)
        assert len(read) > 3_000_000
        written = bob.write(one.path, bytes(read), version=read.version)
        assert written == read.version, "a write of what was read is no change"
    carol = one.people["carol"]
    assert len(carol.get(f"/files/{one.path}", params={"download": 1}).content) == len(read)
    packed = carol.get(f"{API}/zip", params={"of": one.id})
    with zipfile.ZipFile(io.BytesIO(packed.content)) as archive:
        assert archive.read(archive.namelist()[0]) == bytes(read)
    copied = one.ask("bob", "POST", "/files", json={"path": f"~/{one.id}.ipynb", "copy_of": one.id})
    assert len(one.ask("bob", "GET", f"/files/{copied.json()['id']}/content").content) == len(read)


async def test_errors_animations_and_updates(book: Callable[..., Book]) -> None:
    animation = """
from IPython.display import HTML, clear_output, display
for n in range(5):
    clear_output(wait=True)
    display(HTML(str(n) + 'x' * 400_000))
print('y' * 400_000)
clear_output()
shown = display(HTML('un'), display_id=True)
shown.update(HTML('deux' + 'z' * 400_000))
"""
    one = book(a=animation, b="raise ValueError('w' * 5_000_000)")
    await one.over(one.start("a", "b"))
    short = held(one)
    (output,) = outputs_of(short, "a")
    assert fetched(one, output).json()["data"]["text/html"].startswith("deuxzzz")
    (error,) = outputs_of(short, "b")
    assert error["ename"] == "ValueError"
    assert len(json.dumps(error)) < 600_000
    assert not [path for path in (one.server.data_dir / "incoming").iterdir() if path.is_file()]
