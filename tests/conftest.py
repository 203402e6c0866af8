"""Fixtures that every test may use: real servers on real sockets, the databases of this machine."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from xdist.scheduler import LoadFileScheduling

START_DEADLINE = 120.0
ALL = bool(os.environ.get("OPENPAAS_ALL_EXAMPLES"))
DEMO_PASSWORD = "demo"


def examples(most: int) -> int:
    """How many examples a property is tried on: all of them in `make test-all`, a third in `make test`."""
    return most if ALL else max(2, most // 3)


def postgres_is_here() -> bool:
    """Whether a PostgreSQL server listens where this kind of machine has one."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", 5432), timeout=2):
        return True
    return False


@dataclass
class Server:
    """A workspace in a process of its own."""

    data_dir: Path
    arguments: tuple[str, ...] = ("--demo",)
    port: int = 0
    prefix: tuple[str, ...] = ()
    python: str = sys.executable
    env: dict[str, str] = field(default_factory=lambda: dict(os.environ))
    scheme: str = "http"
    process: subprocess.Popen[bytes] | None = None
    log: Path = field(default_factory=Path)

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def start(self) -> "Server":
        """Start and wait until it answers."""
        if not self.port:
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                self.port = probe.getsockname()[1]
        self.log = self.data_dir.parent / f"{self.data_dir.name}.log"
        command = [*self.prefix, self.python, "-m", "openpaas_workspace.cli.main", "start"]
        command += ["--data-dir", str(self.data_dir), "--port", str(self.port), *self.arguments]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, env=self.env)
        deadline = time.monotonic() + START_DEADLINE
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"The server ended at start:\n{self.log.read_text()[-4000:]}")
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"{self.url}/healthz", timeout=5, verify=False).status_code == 200:
                    return self
            time.sleep(0.1)
        raise RuntimeError(f"The server did not answer:\n{self.log.read_text()[-4000:]}")

    def kill(self) -> None:
        """As a power cut would: -9, no word to anybody."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """Ask it to end, and wait."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def login(self, username: str, password: str = DEMO_PASSWORD) -> httpx.Client:
        """A client with a session of this member, as a browser would have it."""
        with httpx.Client(base_url=self.url, timeout=60) as visitor:
            visitor.get("/login", headers={"Accept": "text/html"})
            form = {"username": username, "password": password, "_xsrf": visitor.cookies.get("_xsrf", "")}
            answer = visitor.post("/login", data=form)
            assert answer.status_code in {302, 303}, answer.text
            headers = {"X-XSRFToken": visitor.cookies.get("_xsrf", "")}
            return httpx.Client(base_url=self.url, timeout=60, cookies=visitor.cookies, headers=headers)


class ByWorkspace(LoadFileScheduling):  # type: ignore[misc]
    """The tests of a file run on one worker; those of access too, which share a workspace that takes long to make."""

    def _split_scope(self, nodeid: str) -> str:
        return "tests/access" if nodeid.startswith("tests/access/") else str(super()._split_scope(nodeid))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByWorkspace:
    return ByWorkspace(config, log)


@contextlib.contextmanager
def servers(folders: pytest.TempPathFactory) -> Iterator[Callable[..., Server]]:
    """Makes servers; those that were made are stopped at the end."""
    made: list[Server] = []

    def make(*arguments: str, name: str = "data") -> Server:
        server = Server(folders.mktemp(name) / "data", arguments or ("--demo",))
        made.append(server)
        return server

    try:
        yield make
    finally:
        with contextlib.ExitStack() as ends:
            for server in made:
                ends.callback(server.stop)


@pytest.fixture(scope="module")
def make_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Server]]:
    """Make servers of one's own; all are stopped with the module: idle ones would slow the next down."""
    with servers(tmp_path_factory) as make:
        yield make


@pytest.fixture(scope="session")
def make_lasting_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Server]]:
    """Make servers that several modules share."""
    with servers(tmp_path_factory) as make:
        yield make


@pytest.fixture(scope="session")
def server(make_lasting_server: Callable[..., Server]) -> Server:
    """One demo workspace for all tests that leave it as they found it."""
    return make_lasting_server("--demo", name="shared").start()
