"""The same in a real Jupyter server: over HTTP and WebSocket, killed, told to stop, without a sandbox."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import websockets

from openpaas_workspace.kernels import processes
from openpaas_workspace.kernels.engine import sentences

DEADLINE = 60.0
HERE = Path(__file__).resolve().parents[2]


class Stand:
    """One server process."""

    def __init__(self, root: Path, runtime: Path, *arguments: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.log = (root / "log").open("w+b")
        self.runtime = runtime
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tests.kernels.stand",
                str(root),
                str(runtime),
                str(self.port),
                *arguments,
            ],
            cwd=HERE,
            env={**os.environ, "JUPYTER_NO_CONFIG": "1", "JUPYTER_RUNTIME_DIR": str(root / "jupyter")},
            stdout=self.log,
            stderr=self.log,
        )
        self._wait(self._answers, "the server answers")

    def ask(self, name: str, method: str, path: str, body: Any = None) -> httpx.Response:
        headers = {"Authorization": f"token {name}"}
        return httpx.request(
            method, f"http://127.0.0.1:{self.port}{path}", headers=headers, json=body, timeout=DEADLINE
        )

    def session(self, who: str, path: str, **kernel: str) -> httpx.Response:
        body = {"path": path, "type": "notebook", "name": path, "kernel": kernel or {"name": "python3"}}
        return self.ask(who, "POST", "/api/sessions", body)

    def channels(self, name: str, kernel_id: str) -> Any:
        url = f"ws://127.0.0.1:{self.port}/api/kernels/{kernel_id}/channels?session_id={uuid.uuid4()}"
        return websockets.connect(
            url, additional_headers={"Authorization": f"token {name}"}, open_timeout=DEADLINE
        )

    def said(self) -> str:
        self.log.seek(0)
        return self.log.read().decode()

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(DEADLINE)
        self.log.close()

    def _answers(self) -> bool:
        assert self.process.poll() is None, self.said()
        try:
            return self.ask("alice", "GET", "/api/kernels").status_code == 200
        except httpx.TransportError:
            return False

    def _wait(self, holds: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + DEADLINE
        while not holds():
            assert time.monotonic() < deadline, f"never: {what}\n{self.said()}"
            time.sleep(0.05)


@pytest.fixture
def stand(tmp_path: Path, runtime: Path) -> Iterator[Callable[..., Stand]]:
    stands: list[Stand] = []

    def make(*arguments: str) -> Stand:
        stands.append(Stand(tmp_path, runtime, *arguments))
        return stands[-1]

    yield make
    for one in stands:
        one.stop()


async def run(channel: Any, code: str) -> dict[str, str]:
    """Sends one cell and gathers what is printed until the kernel is idle again."""
    header = {
        "msg_id": uuid.uuid4().hex,
        "msg_type": "execute_request",
        "session": "s",
        "username": "",
        "version": "5.3",
    }
    content = {"code": code, "silent": False, "store_history": False, "allow_stdin": False}
    message = {"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell"}
    await channel.send(json.dumps(message))
    out = {"stdout": "", "stderr": ""}
    async with asyncio.timeout(DEADLINE):
        while True:
            reply = json.loads(await channel.recv())
            if reply["parent_header"].get("msg_id") != header["msg_id"]:
                continue
            if reply["msg_type"] == "stream":
                out[reply["content"]["name"]] += reply["content"]["text"]
                if reply["content"]["name"] == "stderr":
                    return out
            if reply["msg_type"] == "status" and reply["content"]["execution_state"] == "idle":
                return out


async def test_two_members_on_one_server(stand: Callable[..., Stand]) -> None:
    server = stand()
    mine = server.session("alice", "a.ipynb").json()
    ours = server.session("alice", "Team/b.ipynb").json()
    kernel_id = mine["kernel"]["id"]
    assert server.session("alice", "a.ipynb").json()["id"] == mine["id"], "the same page again"
    assert server.session("bob", "Team/b.ipynb").json()["kernel"]["id"] == ours["kernel"]["id"], "bob joins"
    bobs = server.session("bob", "a.ipynb").json()
    assert bobs["kernel"]["id"] != kernel_id, "the same path is another notebook"
    assert {item["id"] for item in server.ask("bob", "GET", "/api/kernels").json()} == {
        ours["kernel"]["id"],
        bobs["kernel"]["id"],
    }
    assert mine["id"] not in {item["id"] for item in server.ask("bob", "GET", "/api/sessions").json()}
    for method, body in (("GET", None), ("PATCH", {"name": "x"}), ("DELETE", None)):
        assert server.ask("bob", method, f"/api/sessions/{mine['id']}", body).status_code == 404
    assert server.session("bob", "c.ipynb", id=kernel_id).status_code == 404
    stolen = {"kernel": {"id": kernel_id}}
    assert server.ask("bob", "PATCH", f"/api/sessions/{bobs['id']}", stolen).status_code == 404
    for unknown in (kernel_id, str(uuid.uuid4())):
        with pytest.raises(websockets.InvalidStatus) as refusal:
            async with server.channels("bob", unknown):
                pass
        assert refusal.value.response.status_code == 404
    async with server.channels("alice", kernel_id) as channel:
        assert (await run(channel, "print(6 * 7)"))["stdout"] == "42\n"
    async with server.channels("bob", ours["kernel"]["id"]) as channel:
        assert (await run(channel, "import os; print(os.getcwd())"))["stdout"] == "/space\n"
    assert server.ask("alice", "DELETE", f"/api/sessions/{mine['id']}").status_code == 204


async def test_a_page_is_told_why_its_kernel_ended(stand: Callable[..., Stand]) -> None:
    server = stand("--Sandbox.memory_mb=300")
    kernel_id = server.session("alice", "a.ipynb").json()["kernel"]["id"]
    async with server.channels("alice", kernel_id) as channel:
        out = await run(channel, "x = b'x' * (400 << 20)\nimport time\ntime.sleep(600)")
        assert out["stderr"].strip() == sentences.memory(300)
    assert server.ask("alice", "GET", f"/api/kernels/{kernel_id}").json()["reason"] == sentences.memory(300)


async def test_no_kernel_outlives_a_killed_server(stand: Callable[..., Stand]) -> None:
    server = stand()
    kernel_id = server.session("alice", "a.ipynb").json()["kernel"]["id"]
    async with server.channels("alice", kernel_id) as channel:
        await run(channel, "import subprocess\nsubprocess.Popen(['sleep', '600'], start_new_session=True)")
        family = processes.tree(server.process.pid)[1:]
        assert len(family) >= 4, "bwrap twice, the kernel and its child"
        began = {pid: processes.started(pid) for pid in family}
        server.process.kill()
        server.process.wait(DEADLINE)
    deadline = time.monotonic() + 50
    while any(processes.started(pid) == ticks for pid, ticks in began.items()):
        assert time.monotonic() < deadline, "orphans"
        await asyncio.sleep(0.05)
    left = list(server.runtime.glob("*/*"))
    assert left, "what a killed server leaves"
    again = stand()
    assert again.session("alice", "a.ipynb").status_code == 201
    assert not [path for path in left if path.exists()], "the next server removes it"


@pytest.mark.long
def test_a_bad_kernelspec_then_told_to_stop(stand: Callable[..., Stand], tmp_path: Path) -> None:
    specs = tmp_path / "specs"
    (specs / "bad").mkdir(parents=True)
    spec = {"argv": ["/nowhere", "{connection_file}"], "display_name": "Bad", "language": "x"}
    plain = specs / "plain"
    plain.mkdir()
    (plain / "kernel.json").write_text(json.dumps(spec))
    (specs / "bad" / "kernel.json").write_text(
        json.dumps(spec | {"metadata": {"supported_encryption": "curve"}})
    )
    server = stand(f"--Sandbox.kernel_dirs={specs}")
    assert server.session("alice", "a.ipynb", name="plain").status_code in (500, 503)
    server.session("alice", "a.ipynb", name="bad")
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(DEADLINE) == 0
    assert not list(server.runtime.glob("*/*"))


def test_without_a_sandbox_the_answer_is_503_and_one_sentence(stand: Callable[..., Stand]) -> None:
    server = stand("--Sandbox.bwrap=/bin/false")
    for answer in (
        server.session("alice", "a.ipynb"),
        server.ask("alice", "POST", "/api/kernels", {"name": "python3"}),
    ):
        assert answer.status_code == 503
        assert answer.json()["message"] == sentences.NO_SANDBOX
    assert server.ask("alice", "GET", "/api/kernels").json() == []


async def test_a_limit_beyond_the_machines_own_starts_kernels_all_the_same(
    stand: Callable[..., Stand],
) -> None:
    server = stand("--Sandbox.max_per_principal=1000000")
    kernel_id = server.session("alice", "a.ipynb").json()["kernel"]["id"]
    async with server.channels("alice", kernel_id) as channel:
        assert (await run(channel, "print(6 * 7)"))["stdout"] == "42\n"
