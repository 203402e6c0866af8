"""The command line does what the client does; exit codes tell a script what went wrong."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from openpaas_workspace.cli.online import ONLINE
from tests.conftest import Server


@pytest.fixture
def openpaas(server: Server, tokens: dict[str, str]):
    def run(*words: str, who: str = "alice", code: int = 0, **more: str) -> str:
        environment = {**os.environ, "OPENPAAS_URL": server.url, "OPENPAAS_TOKEN": tokens[who], **more}
        command = [sys.executable, "-m", "openpaas_workspace.cli.main", *words]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        assert done.returncode == code, f"{done.stdout}{done.stderr}"
        return done.stderr if code else done.stdout

    return run


def test_a_day_at_the_command_line(openpaas, space: str, tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_text("un\n")
    openpaas("mkdir", f"{space}/2026")
    openpaas("cp", str(note), f"ws:{space}/2026/note.txt")
    assert openpaas("cat", f"{space}/2026/note.txt") == "un\n"
    openpaas("cp", f"ws:{space}/2026/note.txt", f"ws:{space}/copie.txt")
    openpaas("mv", f"{space}/copie.txt", f"{space}/autre.txt")
    openpaas("cp", f"ws:{space}/autre.txt", str(tmp_path / "retour.txt"))
    assert (tmp_path / "retour.txt").read_text() == "un\n"
    assert {row["name"] for row in json.loads(openpaas("ls", space, "--json"))} == {"2026", "autre.txt"}
    assert "autre.txt" in openpaas("ls", space)
    assert space in openpaas("ls")
    openpaas("share", f"{space}/autre.txt", "dave", "editor", "--until", "2099-01-31")
    access = {
        row["who"]: row["role"] for row in json.loads(openpaas("access", f"{space}/autre.txt", "--json"))
    }
    assert access["dave"] == "editor"
    openpaas("unshare", f"{space}/autre.txt", "dave")
    openpaas("rm", f"{space}/autre.txt")
    assert json.loads(openpaas("whoami", "--json"))["username"] == "alice"
    assert "bob" in openpaas("members")


def test_exit_codes_and_sentences(openpaas, space: str) -> None:
    assert "nothing here" in openpaas("cat", f"{space}/rien", code=3)
    assert "manager" in openpaas("share", space, "dave", "reader", who="carol", code=4)
    openpaas("ls", code=4, OPENPAAS_TOKEN="opw_wrong")
    openpaas("mkdir", f"{space}/x")
    openpaas("mkdir", f"{space}/x", code=5)
    openpaas("cp", "a", "b", code=2)
    openpaas("ls", code=7, OPENPAAS_URL="http://127.0.0.1:9")


def test_completion_knows_every_command(openpaas) -> None:
    for shell in ("bash", "zsh", "tcsh"):
        script = openpaas("completion", shell)
        assert all(command.words[0] in script for command in ONLINE)


def test_events_are_one_line_each(openpaas, server: Server, tokens: dict[str, str], space: str) -> None:
    environment = {**os.environ, "OPENPAAS_URL": server.url, "OPENPAAS_TOKEN": tokens["bob"]}
    command = [
        sys.executable,
        "-m",
        "openpaas_workspace.cli.main",
        "events",
        "--json",
        "--type",
        "FolderCreated",
    ]
    listener = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        assert listener.stdout is not None
        stop = threading.Event()

        def make() -> None:
            number = 0
            while not stop.wait(0.5):
                openpaas("mkdir", f"{space}/{(number := number + 1)}")

        maker = threading.Thread(target=make)
        maker.start()
        line = json.loads(listener.stdout.readline())
        stop.set()
        maker.join()
        assert line["type"] == "FolderCreated"
        assert line["who"] == "alice"
    finally:
        listener.kill()
        listener.wait()
