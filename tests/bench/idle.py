"""What kernels that do nothing cost the server: the memory of its process before a hundred were started, and a minute after."""

import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import psutil

from openpaas_workspace.runs.service.post import IDLE
from tests.conftest import Server
from tests.runs.test_runs import Book

KERNELS = 100
_BEFORE = 10
_MB = 1024 * 1024
_LIMITS = (
    "--demo",
    "--Sandbox.max_per_principal=200",
    "--Sandbox.max_per_member=200",
    "--Sandbox.pids=20000",
)


def _memory(server: Server) -> float:
    assert server.process is not None
    return psutil.Process(server.process.pid).memory_info().rss / _MB


def measure(rounds: int) -> dict[str, list[dict[str, Any]]]:
    """Megabytes that `KERNELS` kernels cost the server, each with a notebook that was run once; once, for it takes minutes."""
    del rounds
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder) / "data", _LIMITS).start()
        try:
            people = {"bob": server.login("bob")}
            with ThreadPoolExecutor(2) as pool:
                # Whatever is made once, threads and caches too, is there before.
                list(pool.map(lambda number: _kernel(server, people, number), range(_BEFORE)))
                before = _memory(server)
                kernels = range(_BEFORE, _BEFORE + KERNELS)
                list(pool.map(lambda number: _kernel(server, people, number), kernels))
            at_work = _memory(server)
            time.sleep(IDLE + 10)
            idle = _memory(server)
        finally:
            server.stop()
    return {"openpaas": [{"just_run_mb": round(at_work - before, 1), "idle_mb": round(idle - before, 1)}]}


def _kernel(server: Server, people: dict[str, httpx.Client], number: int) -> None:
    book = Book(server, f"idle {number}", {"a": "1 + 1"}, people)
    run = book.start("a")
    while run.get("ended_at") is None:
        run = book.ask(
            "bob", "GET", f"/runs/{run['id']}", params={"after": run["version"], "wait": 20}
        ).json()


if __name__ == "__main__":
    print(measure(1))
