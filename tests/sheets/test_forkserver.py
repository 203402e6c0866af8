"""Children without a new program: one at a time, none left over, whatever is killed."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import psutil
import pytest

from openpaas_workspace.sheets.service.forkserver import ForkServer

# A program that makes a child, says who they are, and waits for its end.
PROGRAM = """
import sys
from openpaas_workspace.sheets.service.forkserver import ForkServer
server = ForkServer(lambda pipe: [0 for _ in iter(int, 1)], lambda: None)
print(server.start().pid, flush=True)
sys.stdin.read()
"""


ARROW = """
import io, pyarrow.csv
from openpaas_workspace.sheets.service.forkserver import ForkServer
pyarrow.csv.read_csv(io.BytesIO(b"a\\n1\\n"))
server = ForkServer(lambda pipe: pipe.send(pipe.recv() * 2), lambda: None)
pipe = server.start().pipe
pipe.send(4)
print(pipe.recv(), flush=True)
"""


def doubled(pipe: Connection) -> None:
    """Answers, with what else it has open."""
    while True:
        number = pipe.recv()
        pipe.send((number * 2, open_files()))


def open_files() -> list[str]:
    """What this process has open, by its name in the system, but for the folder that is listed."""
    names = []
    for file in os.listdir("/proc/self/fd"):
        with contextlib.suppress(FileNotFoundError):
            names.append(os.readlink(f"/proc/self/fd/{file}"))
    return names


@pytest.fixture
def server() -> Iterator[ForkServer]:
    made = ForkServer(doubled, lambda: None)
    yield made
    made.end()


def test_a_child_has_its_pipe_and_nothing_of_its_parent(tmp_path: Path) -> None:
    streams = {os.readlink(f"/proc/self/fd/{stream}") for stream in range(3)}
    ours, theirs = socket.socketpair()
    with ours, theirs, (tmp_path / "secret").open("w") as secret:
        before = set(open_files()) - streams
        assert secret.name in before
        server = ForkServer(doubled, lambda: None)
        child = server.start()
        child.pipe.send(21)
        answer, files = child.pipe.recv()
    assert answer == 42
    assert not before & set(files)
    assert len([file for file in files if file.startswith("socket:")]) == 1
    child.end()


def test_a_child_is_made_of_a_process_in_which_arrow_waits_for_signals() -> None:
    """Arrow keeps a pipe for them from its first CSV file on, and closes it in each copy of the process."""
    made = subprocess.run(
        [sys.executable, "-c", ARROW], capture_output=True, text=True, timeout=60, check=False
    )
    assert (made.returncode, made.stdout, made.stderr) == (0, "8\n", "")


def test_there_is_one_child_at_a_time(server: ForkServer) -> None:
    first = server.start()
    process = psutil.Process(first.pid)
    second = server.start()
    psutil.wait_procs([process], timeout=30)
    assert not process.is_running()
    second.pipe.send(1)
    assert second.pipe.recv()[0] == 2
    second.end()
    with pytest.raises((EOFError, OSError)):
        first.pipe.recv()


def test_what_makes_children_is_made_again(server: ForkServer) -> None:
    first = server.start()
    maker = psutil.Process(first.pid).parent()
    assert maker is not None
    maker.send_signal(signal.SIGKILL)
    # It takes its child along.
    with pytest.raises((EOFError, OSError)):
        first.pipe.recv()
    maker.wait(30)
    second = server.start()
    second.pipe.send(4)
    assert second.pipe.recv()[0] == 8


@pytest.mark.parametrize("killed", [True, False])
def test_nothing_is_left_when_their_program_ends(killed: bool) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as program:
        assert program.stdin is not None
        assert program.stdout is not None
        child = psutil.Process(int(program.stdout.readline()))
        maker = child.parent()
        assert maker is not None
        if killed:
            program.kill()
        else:
            program.stdin.close()
        _, alive = psutil.wait_procs([child, maker], timeout=30)
    assert alive == []
