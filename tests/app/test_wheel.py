"""The wheel in a fresh environment: the same workspace, without Node; and a plain JupyterLab beside it."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import venv
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.conftest import Server

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A new environment with nothing but our wheel and what it asks for."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), str(ROOT)],
        check=True,
        capture_output=True,
    )
    venv.create(folder / "fresh", with_pip=True)
    interpreter = str(folder / "fresh" / "bin" / "python")
    wheel = next(folder.glob("*.whl"))
    subprocess.run([interpreter, "-m", "pip", "install", "-q", str(wheel)], check=True, capture_output=True)
    return interpreter


@pytest.fixture
def without_node(tmp_path: Path) -> dict[str, str]:
    """An environment whose PATH holds a handful of system tools and no Node."""
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("sh", "setpriv", "env"):
        if found := shutil.which(name):
            (tools / name).symlink_to(found)
    return {**os.environ, "PATH": str(tools)}


def test_the_wheel_starts_the_same_workspace(
    python: str, tmp_path: Path, without_node: dict[str, str]
) -> None:
    server = Server(tmp_path / "data", python=python, env=without_node).start()
    try:
        alice = server.login("alice")
        names = {entry["name"] for entry in alice.get("/api/contents/Finances").json()["content"]}
        assert "population-des-communes.ipynb" in names
        page = alice.get("/lab").text
        assert "@openpaas/lab" in page
        session = {
            "path": "Finances/population-des-communes.ipynb",
            "name": "population-des-communes.ipynb",
            "type": "notebook",
            "kernel": {"name": "python3"},
        }
        assert alice.post("/api/sessions", json=session).status_code == 201
    finally:
        server.stop()


@contextlib.contextmanager
def plain_lab(python: str, folder: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (folder / "root").mkdir()
    (folder / "root" / "note.md").write_text("hello")
    env = {
        **os.environ,
        **{f"JUPYTER_{n}_DIR": str(folder / n.lower()) for n in ("CONFIG", "DATA", "RUNTIME")},
    }
    command = [python, "-m", "jupyterlab", "--allow-root", "--no-browser", f"--port={port}"]
    command += [
        "--IdentityProvider.token=",
        "--ServerApp.disable_check_xsrf=True",
        "--ServerApp.port_retries=0",
    ]
    command += [f"--ServerApp.root_dir={folder / 'root'}"]
    log = (folder / "lab.log").open("wb")
    process = subprocess.Popen(command, env=env, cwd=folder, stdout=log, stderr=log)
    try:
        for _ in range(600):
            with contextlib.suppress(httpx.HTTPError):
                httpx.get(f"http://127.0.0.1:{port}/api", timeout=5)
                break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)
        log.close()


def test_plain_jupyterlab_stays_as_it_was(python: str, tmp_path: Path) -> None:
    with plain_lab(python, tmp_path) as url, httpx.Client(base_url=url, timeout=30) as client:
        assert "openpaas start" in client.get("/openpaas").text
        page = client.get("/lab").text
        assert "@openpaas/lab" not in page
        assert "@jupyter/collaboration-extension" in page
        room = client.put("/api/collaboration/session/note.md", json={"format": "text", "type": "file"})
        assert room.status_code in {200, 201}
        assert client.get("/api/contents/note.md").json()["content"] == "hello"
        assert client.get("/api/terminals").status_code == 200
        assert client.get("/api/workspace/v1/me").status_code == 404
