"""The server is told to stop, more than once: by an impatient person, a supervisor, a shell."""

import signal
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Server


@pytest.mark.parametrize("pauses", [pytest.param((0.0, 0.0), marks=pytest.mark.long), (0.05, 0.3)])
def test_told_twice_it_ends_once_and_well(
    make_server: Callable[..., Server],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    pauses: tuple[float, ...],
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    server = make_server("--demo", name="stop").start()
    alice = server.login("alice")
    alice.put(
        "/api/collaboration/session/Finances/budget-2027.csv", json={"format": "text", "type": "file"}
    ).raise_for_status()
    started = len(server.log.read_text())
    assert server.process is not None
    server.process.send_signal(signal.SIGTERM)
    for pause in pauses:
        time.sleep(pause)
        server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(60) == 0
    said = server.log.read_text()[started:]
    assert "Traceback" not in said
    assert "never awaited" not in said
    assert "destroyed but it is pending" not in said
    with sqlite3.connect(server.data_dir / "workspace.db") as database:
        held = database.execute("SELECT resource FROM leases WHERE owner <> ''").fetchall()
    assert held == [], "what it held is given back"
    assert [path.name for path in tmp_path.iterdir()] == [], "it leaves nothing in the machine's folder"
    server.start()
    assert server.login("alice").get("/api/workspace/v1/me").status_code == 200
    server.stop()
