"""What a process of sheets or files that was taken over could do: nothing on the network, with other files or programs."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import msgspec
import psutil
import pytest

from openpaas_workspace.sheets.service import walls
from openpaas_workspace.sheets.service.channel import ATTACHED, LENGTH
from tests.conftest import Server
from tests.sheets.blocks import block, columns, paste
from tests.sheets.sheet import API, Sheet, workers

pytestmark = pytest.mark.skipif(
    set(walls.probe()) != {walls.NETWORK, walls.FILES}, reason="this machine has no such walls"
)
# A worker whose import of a file does what code that came with the file might do, with its walls and without.
HOSTILE = """
import os, socket, subprocess, sys
from openpaas_workspace.sheets.service import bench, worker

if sys.argv.pop() == "open":
    worker.close_off = lambda: []

def tried(action):
    try:
        return str(action())
    except Exception as error:
        return type(error).__name__

def connected(family, address, kind=socket.SOCK_STREAM):
    with socket.socket(family, kind) as one:
        one.settimeout(5)
        one.connect(address)
        one.send(b"x")
    return "reached"

def copied(folder):
    '''What a copy of the process reads.'''
    ours, theirs = os.pipe()
    if not os.fork():
        os.write(theirs, tried(lambda: open(folder + "/workspace.db").read()).encode())
        os._exit(0)
    os.close(theirs)
    os.wait()
    return os.read(ours, 100).decode()

def hostile(_bench, data, name):
    port, folder, parent = name.split("|")
    return {
        "tcp": tried(lambda: connected(socket.AF_INET, ("127.0.0.1", int(port)))),
        "udp": tried(lambda: connected(socket.AF_INET, ("127.0.0.1", int(port)), socket.SOCK_DGRAM)),
        "unix": tried(lambda: connected(socket.AF_UNIX, folder + "/s")),
        "abstract": tried(lambda: connected(socket.AF_UNIX, "\\0openpaas-" + port)),
        "read": tried(lambda: open(folder + "/workspace.db").read()),
        "list": tried(lambda: os.listdir(folder)),
        "write": tried(lambda: os.mkdir(folder + "/new")),
        "child": tried(lambda: subprocess.check_output(["cat", folder + "/workspace.db"], stderr=-3).decode()),
        "program": tried(lambda: subprocess.check_output([sys.executable, "-c", "print('reached')"]).decode().strip()),
        "copy": copied(folder),
        "parent": tried(lambda: len(open("/proc/" + parent + "/environ", "rb").read()) > 0),
        "given": bytes(data).decode(),
    }

bench.VERBS["import_file"] = hostile
sys.argv = ["worker", *sys.argv[1:]]
worker.main()
"""


def attack(folder: Path, word: str) -> dict[str, Any]:
    """What a taken-over worker reaches of this process's sockets and of the folder."""
    ours, theirs = socket.socketpair()
    with (
        socket.socket() as tcp,
        socket.socket(socket.AF_UNIX) as unix,
        socket.socket(socket.AF_UNIX) as named,
    ):
        tcp.bind(("127.0.0.1", 0))
        port = tcp.getsockname()[1]
        unix.bind(str(folder / "s"))
        named.bind(f"\0openpaas-{port}")
        for one in (tcp, unix, named):
            one.listen()
        command = [sys.executable, "-c", HOSTILE, str(theirs.fileno()), str(2**32), word]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry)}
        with subprocess.Popen(command, pass_fds=[theirs.fileno()], env=environment, cwd="/") as process:
            theirs.close()
            given = folder / "given"
            given.write_text("given")
            with given.open("rb") as file, ours:
                name = f"{port}|{folder}|{os.getpid()}"
                message = LENGTH.pack(1) + msgspec.msgpack.encode(("import_file", [ATTACHED, name]))
                socket.send_fds(ours, [LENGTH.pack(len(message))], [file.fileno()])
                ours.sendall(message)
                with ours.makefile("rb") as incoming:
                    said = [incoming.read(LENGTH.unpack(incoming.read(8))[0]) for _ in range(2)]
                    number, good, found = msgspec.msgpack.decode(said[1])
            process.wait(10)
    assert (number, good) == (1, True)
    (folder / "s").unlink()
    return dict(found)


def test_it_reaches_no_socket_no_program_and_no_file_of_the_data_folder(tmp_path: Path) -> None:
    (tmp_path / "workspace.db").write_text("secret")
    reached = attack(tmp_path, "open")
    assert {reached[word] for word in ("tcp", "udp", "unix", "abstract", "program")} == {"reached"}
    assert {reached[word] for word in ("read", "child", "copy")} == {"secret"}
    assert reached["parent"] == "True"
    (tmp_path / "new").rmdir()
    walled = attack(tmp_path, "walled")
    assert walled.pop("given") == "given"
    assert not {"reached", "secret", "True"} & set(walled.values())
    assert set(walled.values()) <= {"PermissionError", "CalledProcessError", "OSError"}
    assert not (tmp_path / "new").exists()


@pytest.fixture(scope="module")
def demo(make_server: Callable[..., Server]) -> Server:
    return make_server("--demo", name="walls").start()


def family(server: Server) -> list[psutil.Process]:
    """The processes of sheets and conversions, with their children."""
    found = workers(server)
    return found + [child for one in found for child in one.children(recursive=True)]


def walled(process: psutil.Process) -> bool:
    """Every thread of it."""
    said = [path.read_text() for path in Path(f"/proc/{process.pid}/task").glob("*/status")]
    return all("Seccomp:\t2" in one and "NoNewPrivs:\t1" in one for one in said)


def test_processes_of_sheets_and_conversions_stand_behind_walls_and_work(
    demo: Server, people: dict[str, httpx.Client]
) -> None:
    bob = people["bob"]
    made = imported(bob, b"a;b\n1;2\n3;4\n")
    exported = bob.get(f"{API}/sheets/{made['id']}/export", params={"format": "xlsx"})
    assert exported.content[:2] == b"PK"
    # What another engine calculates is calculated there too, by a child behind the same walls.
    op = {"kind": "set_cells", "tab": "t1", "cells": [[0, 4, {"t": "f", "v": "=BESSELJ(1,1)"}]]}
    body = {"client": "b", "n": 1, "base_seq": 2**39, "op": op}
    sent = bob.post(f"{API}/sheets/{made['id']}/ops", json=body)
    assert sent.status_code == 200, sent.text
    shown = bob.get(f"{API}/sheets/{made['id']}/window", params={"tab": "t1", "bottom": 3, "right": 5})
    assert "0.44005" in shown.text
    text = bob.get(f"{API}/sheets/{made['id']}/export", params={"format": "csv", "locale": "en"}).text
    assert "0.44005" in text
    processes = family(demo)
    # One that holds sheets, one started ahead, one that converts; each with what makes its children, one with a child.
    assert len(processes) >= 2 * len(workers(demo)) + 1
    assert [one.pid for one in processes if not walled(one)] == []
    assert "cannot close off" not in demo.log.read_text()


def test_a_sheet_is_opened_from_its_snapshot_and_moves_behind_walls(
    demo: Server, people: dict[str, httpx.Client]
) -> None:
    sheet = Sheet(demo, people)
    assert paste(sheet, "bob", 1, block(1)).status_code == 200
    shown = columns(sheet)
    for one in workers(demo):
        one.kill()
    assert columns(sheet) == shown
    demo.stop()
    demo.start()
    assert columns(sheet) == shown


@pytest.mark.long
def test_where_there_are_no_walls_sheets_work_and_the_log_says_so(
    make_server: Callable[..., Server], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a machine whose kernel has neither Landlock nor seccomp."""
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\n"
        "if any('sheets.service.worker' in one for one in sys.orig_argv):\n"
        "    from openpaas_workspace.sheets.service import walls\n"
        "    walls.close_off = lambda: []\n"
    )
    monkeypatch.setenv(
        "PYTHONPATH", os.pathsep.join([str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])])
    )
    server = make_server("--demo", name="open").start()
    with server.login("bob") as bob:
        made = imported(bob, b"a;b\n1;2\n")
        assert bob.get(f"{API}/sheets/{made['id']}").status_code == 200
    assert server.log.read_text().count("cannot close off (files, network)") == 1


def imported(bob: httpx.Client, data: bytes) -> dict[str, Any]:
    path = f"Finances/walls {os.getpid()}.csv"
    bob.put(f"{API}/content", params={"path": path}, content=data).raise_for_status()
    answer = bob.post(f"{API}/sheets/import", json={"path": path})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())
