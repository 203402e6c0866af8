"""A house of kernels for each test; none is left running, no folder and no control group is left behind."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from openpaas_workspace.kernels import cgroups
from tests.conftest import Server
from tests.files.world import notebook
from tests.kernels.house import House, act_as
from tests.kernels.index import Index, serving
from tests.kernels.outside import Lists, Notebook, Opens
from tests.kernels.test_held import channels


@pytest.fixture
def runtime() -> Iterator[Path]:
    """A short path, as sockets need it."""
    folder = Path(tempfile.mkdtemp(prefix="opk"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
async def open_house(tmp_path: Path, runtime: Path) -> AsyncIterator[Callable[..., House]]:
    """Makes houses with settings of their own."""
    houses: list[House] = []

    def make(**traits: Any) -> House:
        houses.append(House(tmp_path, runtime, **traits))
        return houses[-1]

    yield make
    for house in houses:
        await house.manager.shutdown_all(now=True)
    act_as(None)
    left = [str(path) for path in runtime.glob("*/*")]
    assert not left, f"folders of ended kernels: {left}"
    for place in cgroups.places().values():
        assert not list(place.folder.glob(f"openpaas-{os.getpid()}-*")), "control groups of ended kernels"


@pytest.fixture
def house(open_house: Callable[..., House]) -> House:
    """A house with the settings of a new installation."""
    return open_house()


@pytest.fixture(scope="module")
def index() -> Iterator[Index]:
    with serving() as found:
        yield found


@pytest.fixture(scope="module")
def demo(make_server: Callable[..., Server], index: Index) -> Server:
    server = make_server("--demo", name="packages")
    server.data_dir.mkdir()
    host = f"localhost:{index.port}"
    settings = f"c.Egress.package_index = 'http://{host}/simple/'\nc.Egress.internal_hosts = ['{host}']\n"
    (server.data_dir / "openpaas_config.py").write_text(settings)
    return server.start()


@pytest.fixture
async def opened(demo: Server) -> AsyncIterator[Opens]:
    found: list[Notebook] = []

    async def make(name: str, path: str) -> Notebook:
        client = demo.login(name)
        body = {"type": "notebook", "format": "json", "content": notebook("1")}
        client.put(f"/api/contents/{path}", json=body).raise_for_status()
        body = {"path": path, "name": "", "type": "notebook", "kernel": {"name": "python3"}}
        session = client.post("/api/sessions", json=body)
        assert session.status_code == 201, session.text
        kernel = session.json()["kernel"]["id"]
        found.append(Notebook(client, kernel, await channels(demo, client, kernel)))
        return found[-1]

    yield make
    for one in found:
        await one.channel.close()
        one.client.delete(f"/api/kernels/{one.kernel}")
        one.client.close()


@pytest.fixture
def lists(demo: Server) -> Iterator[Lists]:
    found = Lists(demo)
    yield found
    found.alice.close()
