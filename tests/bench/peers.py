"""The servers that are compared: each on processor 0, with its defaults."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from tests.conftest import Server

NODE = Path(__file__).parent / "node"
PINNED = ["taskset", "-c", "0"]


@dataclass
class Running:
    """A server under measure: where its room is and which processes it is."""

    process: subprocess.Popen[bytes]
    url: str
    dialect: str = "y"
    authorization: str = ""
    page: str = ""

    def cpu(self) -> float:
        """Processor seconds used so far, children included."""
        root = psutil.Process(self.process.pid)
        total = 0.0
        for process in [root, *root.children(recursive=True)]:
            with contextlib.suppress(psutil.NoSuchProcess):
                total += sum(process.cpu_times()[:2])
        return total


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_port(port: int) -> None:
    for _ in range(600):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
            return
        time.sleep(0.1)
    raise RuntimeError("the peer did not start")


@contextmanager
def _process(command: list[str], port: int, **options: object) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(  # type: ignore[call-overload]
        [*PINNED, *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options
    )
    try:
        wait_for_port(port)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


@contextmanager
def node(folder: Path, script: str, path: str, dialect: str) -> Iterator[Running]:
    port = free_port()
    env = {**os.environ, "PORT": str(port), "HOST": "127.0.0.1"}
    with _process(["node", script], port, cwd=NODE, env=env) as process:
        yield Running(process, f"ws://127.0.0.1:{port}{path}", dialect)


@contextmanager
def jupyter(folder: Path) -> Iterator[Running]:
    """Stock JupyterLab with jupyter-collaboration."""
    port = free_port()
    root = folder / "root"
    root.mkdir(parents=True)
    (root / "doc.md").touch()
    (root / "one.ipynb").write_text(json.dumps(ONE_CELL))
    env = {**os.environ}
    for name in ("CONFIG", "DATA", "RUNTIME"):
        env[f"JUPYTER_{name}_DIR"] = str(folder / name.lower())
    command = [sys.executable, "-m", "jupyterlab", "--allow-root", "--no-browser", f"--port={port}"]
    command += [
        "--ServerApp.port_retries=0",
        "--IdentityProvider.token=",
        "--ServerApp.disable_check_xsrf=True",
    ]
    command += [f"--ServerApp.root_dir={root}", "--log-level=ERROR", "--LabApp.news_url=None"]
    command += [f"--BaseFileIdManager.db_path={folder}/fid.db", f"--SQLiteYStore.db_path={folder}/y.db"]
    with _process(command, port, env=env, cwd=folder) as process:
        base = f"http://127.0.0.1:{port}"
        answer = httpx.put(
            f"{base}/api/collaboration/session/doc.md", json={"format": "text", "type": "file"}, timeout=60
        ).json()
        room = f"/api/collaboration/room/text:file:{answer['fileId']}?sessionId={answer['sessionId']}"
        yield Running(process, f"ws://127.0.0.1:{port}{room}", page=f"{base}/lab/tree/one.ipynb")


@contextmanager
def ours(folder: Path) -> Iterator[Running]:
    """The workspace as `openpaas start` gives it: rights, log and commit before broadcast."""
    folder.mkdir(parents=True, exist_ok=True)
    server = Server(folder / "data", prefix=tuple(PINNED)).start()
    try:
        assert server.process is not None
        client = server.login("alice")
        made = client.post(
            "/api/workspace/v1/tokens", json={"name": "bench", "scopes": ["all"], "expires_in": 86_400}
        ).raise_for_status()
        token = made.json()["secret"]
        for name, content in (("doc.md", ""), ("one.ipynb", json.dumps(ONE_CELL))):
            kind = (
                {"type": "notebook", "format": "json", "content": json.loads(content)}
                if content
                else {"type": "file", "format": "text", "content": ""}
            )
            client.put(f"/api/contents/~/{name}", json=kind).raise_for_status()
        answer = client.put(
            "/api/collaboration/session/~%2Fdoc.md", json={"format": "text", "type": "file"}
        ).raise_for_status()
        session = answer.json()
        room = f"/api/collaboration/room/text:file:{session['fileId']}?sessionId={session['sessionId']}"
        yield Running(
            server.process,
            f"ws://127.0.0.1:{server.port}{room}",
            authorization=f"Bearer {token}",
            page=f"{server.url}/lab/tree/~/one.ipynb",
        )
    finally:
        server.stop()


ONE_CELL = {
    "cells": [
        {
            "cell_type": "code",
            "id": "one",
            "source": "1 + 1",
            "metadata": {},
            "outputs": [],
            "execution_count": None,
        }
    ],
    "metadata": {"kernelspec": {"name": "python3", "display_name": "Python", "language": "python"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}

PEERS: dict[str, Callable[[Path], contextlib.AbstractContextManager[Running]]] = {
    "openpaas": ours,
    "jupyter-collaboration": jupyter,
    "hocuspocus": lambda folder: node(folder, "hocuspocus.mjs", "/", "hocuspocus"),
    "y-websocket": lambda folder: node(
        folder, "node_modules/@y/websocket-server/src/server.js", "/bench", "y"
    ),
}
