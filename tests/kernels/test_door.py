"""In a kernel nothing is configured: the client speaks as the kernel, with its principal's rights and no more."""

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from tests.conftest import Server
from tests.files.world import notebook
from tests.kernels.test_held import channels
from tests.kernels.test_server import run
from tests.push.test_server import cookies, frame, open_push, welcomed

API = "/api/workspace/v1"
CLIENT = "import json\nfrom openpaas_workspace.client import *\nws = Workspace()\n"
RAW = (
    "import httpx, os\n"
    "door = httpx.Client(transport=httpx.HTTPTransport(uds=os.environ['OPENPAAS_SOCKET']), base_url='http://localhost')\n"
)


@pytest.fixture(scope="module")
def demo(make_server: Callable[..., Server]) -> Server:
    return make_server("--demo", name="door").start()


class Bench:
    """A member with a kernel for a notebook."""

    def __init__(self, server: Server, client: httpx.Client, kernel: str, channel: Any) -> None:
        self.server, self.client, self.kernel, self.channel = server, client, kernel, channel

    async def run(self, code: str) -> str:
        """What the code prints; it must not fail."""
        said = await run(self.channel, code)
        assert not said["stderr"], said["stderr"]
        return said["stdout"].strip()

    async def refused(self, code: str) -> str:
        """The name and the sentence of the error that the code raises."""
        return await self.run(
            f"try:\n    {code}\nexcept WorkspaceError as error:\n    print(type(error).__name__, error.sentence)"
        )


@pytest.fixture
async def bench(demo: Server) -> AsyncIterator[Callable[..., Any]]:
    sessions: list[tuple[httpx.Client, str]] = []
    opened: list[Any] = []

    async def make(name: str, path: str) -> Bench:
        client = demo.login(name)
        client.put(
            f"/api/contents/{path}", json={"type": "notebook", "format": "json", "content": notebook("1")}
        ).raise_for_status()
        body = {"path": path, "name": "", "type": "notebook", "kernel": {"name": "python3"}}
        session = client.post("/api/sessions", json=body)
        assert session.status_code == 201, session.text
        sessions.append((client, session.json()["id"]))
        kernel = session.json()["kernel"]["id"]
        channel = await channels(demo, client, kernel)
        opened.append(channel)
        return Bench(demo, client, kernel, channel)

    yield make
    for channel in opened:
        await channel.close()
    for client, session in sessions:
        client.delete(f"/api/sessions/{session}")
        client.close()


async def test_in_my_files_it_is_me_but_no_administrator(bench: Callable[..., Any]) -> None:
    mine = await bench("alice", "~/porte.ipynb")
    assert await mine.run(f"{CLIENT}print(ws.me.username)") == "alice"
    assert (
        await mine.run(f"{CLIENT}ws.write('~/ecrit.txt', 'du noyau'); print(ws.read('~/ecrit.txt').text)")
        == "du noyau"
    )
    assert "Finances" in await mine.run(f"{CLIENT}print(list(ws.spaces()['name']))")
    assert (
        await mine.refused(
            f"{CLIENT}ws.connection.post('/members', {{'username': 'eve'}})".replace("\n", "; ")
        )
    ).startswith("Forbidden")
    assert (
        await mine.refused(
            f"{CLIENT}ws.connection.post('/tokens', {{'name': 'x', 'scopes': ['all']}})".replace("\n", "; ")
        )
    ).startswith("Forbidden")


async def test_in_a_space_it_has_the_space_and_nothing_else(bench: Callable[..., Any]) -> None:
    theirs = await bench("bob", "Finances/porte.ipynb")
    one = CLIENT.replace("\n", "; ")
    assert (
        await theirs.run(
            f"{CLIENT}ws.write('Finances/fait.txt', 'x'); print(sorted(ws.files('Finances')['name'])[:1] != [])"
        )
        == "True"
    )
    assert (await theirs.refused(f"{one}ws.files('~')")).startswith(("NotFound", "Forbidden", "Invalid"))
    assert (await theirs.refused(f"{one}ws.files('Conseil municipal')")).startswith("NotFound")
    assert (await theirs.refused(f"{one}ws.share('Finances', 'dave', 'reader')")).startswith("Forbidden")
    assert (await theirs.refused(f"{one}ws.create_space('Du noyau')")).startswith("Forbidden")
    told = theirs.client.get(f"{API}/spaces").json()
    finances = next(space["id"] for space in told if space["name"] == "Finances")
    activity = theirs.client.get(f"{API}/spaces/{finances}/activity").json()["entries"]
    me = theirs.client.get(f"{API}/me").json()["id"]
    assert activity[0]["name"] == "fait.txt"
    assert activity[0]["actor"] in {me, f"space:{finances}"}


async def test_nothing_that_is_said_there_makes_it_somebody_else(
    bench: Callable[..., Any], demo: Server
) -> None:
    mine = await bench("bob", "~/porte.ipynb")
    cookies = json.dumps(dict(demo.login("alice").cookies))
    said = await mine.run(
        f"{RAW}print(door.get('{API}/me', headers={{'Authorization': 'Bearer opw_x'}}).json()['username'],"
        f" door.get('{API}/me', cookies={cookies}).json()['username'])"
    )
    assert said == "bob bob"
    for path in ("/api/kernels", "/api/contents/~", "/lab", "/api/sessions", "/metrics", "/login"):
        code = await mine.run(f"{RAW}print(door.get('{path}').status_code)")
        assert code in {"401", "403", "302", "200"}, path
        assert code != "200" or path == "/login", path


async def test_a_restarted_kernel_has_its_door_again(bench: Callable[..., Any]) -> None:
    mine = await bench("carol", "~/porte.ipynb")
    assert await mine.run(f"{CLIENT}print(ws.me.username)") == "carol"
    mine.client.post(f"/api/kernels/{mine.kernel}/restart").raise_for_status()
    for _ in range(100):
        again = await run(mine.channel, f"{CLIENT}print(ws.me.username)")
        if again["stdout"]:
            break
    assert again["stdout"].strip() == "carol"


async def test_what_happens_is_heard_inside(bench: Callable[..., Any]) -> None:
    mine = await bench("alice", "~/porte.ipynb")
    heard = await mine.run(
        f"{CLIENT}import threading\n"
        "threading.Timer(1.0, lambda: Workspace().write('~/nouveau.txt', 'x')).start()\n"
        "print(next(e.type for e in ws.events(seconds=60) if e.ref.startswith('file:')))"
    )
    assert heard == "FileCreated"


async def test_a_kernel_is_present_where_it_works_as_what_it_is(bench: Callable[..., Any]) -> None:
    mine = await bench("bob", "Finances/présent.ipynb")
    bob = mine.client.get(f"{API}/me").json()["id"]
    about = mine.client.get(f"{API}/files", params={"path": "Finances/présent.ipynb"}).json()
    await mine.run(f"{CLIENT}ws.write('Finances/vu.txt', 'un'); ws.read('Finances/vu.txt')")
    made = await mine.run("print(ws.stat('Finances/vu.txt').id)")
    async with open_push(mine.server, Cookie=cookies(mine.client), Origin=mine.server.url) as socket:
        await welcomed(socket)
        await socket.send(json.dumps({"type": "sub", "topics": [f"file:{made}"]}))
        shown = (await frame(socket, "topic+"))["values"]
        assert shown == {f"present:kernel:{about['file']['id']}:{bob}": {"state": "active"}}


async def test_a_sheet_is_a_frame_there_and_tells_what_happens(bench: Callable[..., Any]) -> None:
    theirs = await bench("bob", "Finances/feuilles.ipynb")
    made = (
        f"{CLIENT}import pandas as pd, threading\n"
        "sheet = ws.create_sheet('Finances/du noyau', pd.DataFrame({'a': [1, 2], 'b': ['x', None]}))\n"
        "sheet[0]['C2'] = '=A2*10'\n"
        "threading.Timer(1, lambda: Workspace().sheet(sheet.id)[0].__setitem__('A2', 7)).start()\n"
        "change = next(sheet.watch(seconds=30))\n"
        "print(change.kind, sorted(next(iter(change.cells.values()))), sheet.df['a'].tolist(), sheet[0]['C2'].value)"
    )
    assert await theirs.run(made) == "set_cells ['A2', 'C2'] [7, 2] 70"
    assert (
        await theirs.run("sheet.export('du noyau.csv', locale='en'); print(open('du noyau.csv').read()[1:7])")
        == "a,b,C"
    )
