"""What goes wrong on this machine: each with its sentence, nothing lost, no secret told."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from openpaas_workspace.client import Conflict, Invalid, Sheet, Unavailable, Workspace
from openpaas_workspace.client.magics import load
from tests.conftest import Server


@pytest.mark.parametrize(
    "token", ["opw_a\rb", "opw_a\nX: y", "opw_\N{RIGHT SINGLE QUOTATION MARK}", "opw_a b", "\0"]
)
def test_an_odd_token_is_refused_and_never_shown(server: Server, token: str) -> None:
    with pytest.raises(Invalid) as caught:
        _ = Workspace(server.url, token).me
    assert "opw_a" not in caught.value.sentence


def test_a_token_from_a_file_may_end_its_line(server: Server, tokens: dict[str, str]) -> None:
    assert Workspace(server.url, f" {tokens['bob']}\n").me.username == "bob"


@pytest.mark.parametrize(
    "url", ["office.example.org", "ftp://a.b", "http://", "", "http://[::1", "file:///etc/passwd"]
)
def test_what_is_no_address_is_refused_at_once(url: str) -> None:
    with pytest.raises(Invalid):
        _ = Workspace(url, "opw_x").me


@contextmanager
def answering(body: bytes, before: Callable[[str], object] = lambda _path: None) -> Iterator[HTTPServer]:
    """A server that answers everything with this, after `before` was told the path."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            before(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    found = HTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=found.serve_forever, daemon=True).start()
    try:
        yield found
    finally:
        found.shutdown()


@pytest.fixture
def elsewhere() -> Iterator[HTTPServer]:
    """A server that is no workspace: what it answers is a page."""
    with answering(b"<html>Bienvenue") as found:
        yield found


def test_what_is_no_workspace_is_told(elsewhere: HTTPServer) -> None:
    with pytest.raises(Unavailable, match="no workspace"):
        Workspace(f"http://127.0.0.1:{elsewhere.server_port}", "opw_x").spaces()


def test_only_files_are_sent_and_fetched(ws: Workspace, space: str, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for odd in (tmp_path, pipe, Path("/dev/null")):
        with pytest.raises(Invalid):
            ws.upload(odd, f"{space}/odd")
    with pytest.raises(FileNotFoundError):
        ws.upload(tmp_path / "missing", f"{space}/odd")
    assert ws.files(space).empty
    ws.write(f"{space}/a.txt", "a")
    for odd in (pipe, Path("/dev/null")):
        with pytest.raises(Invalid):
            ws.download(f"{space}/a.txt", odd)
    assert not Path("/dev/null").is_file()
    real, link = tmp_path / "real.txt", tmp_path / "link.txt"
    real.write_text("old")
    link.symlink_to(real)
    ws.download(f"{space}/a.txt", link)
    assert link.is_symlink()
    assert real.read_text() == "a"


def test_odd_places_in_the_workspace_are_refused_and_nothing_is_lost(
    openpaas: Callable[..., tuple[int, str, str]], ws: Workspace, space: str, tmp_path: Path
) -> None:
    ws.create_folder(f"{space}/d")
    ws.write(f"{space}/d/x.txt", "x")
    names = ("a\nb.txt", "\x1b[31mrot.txt", " .txt")
    (tmp_path / "a.txt").write_text("a")
    for target in (f"{space}/d", f"{space}/../x", f"{space}/.x", *(f"{space}/{name}" for name in names)):
        code, _, said = openpaas("cp", str(tmp_path / "a.txt"), f"ws:{target}")
        assert code in {2, 5}, (target, code, said)
    assert openpaas("cp", str(tmp_path / "a.txt"), f"ws:{space}/d/😀 …'\"$(x).txt")[0] == 0
    assert sorted(ws.files(f"{space}/d")["name"]) == ["x.txt", "😀 …'\"$(x).txt"]
    assert list(ws.files(space)["name"]) == ["d"]


def test_the_longest_name_is_fetched(ws: Workspace, space: str, tmp_path: Path) -> None:
    name = f"{'é' * 124}.txt"
    ws.write(f"{space}/{name}", "a")
    assert ws.download(f"{space}/{name}", tmp_path).read_text() == "a"
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_what_is_there_is_kept_if_that_is_wished(ws: Workspace, space: str, tmp_path: Path) -> None:
    ws.write(f"{space}/a.txt", "neu")
    (tmp_path / "a.txt").write_text("alt")
    with pytest.raises(Conflict):
        ws.download(f"{space}/a.txt", tmp_path, conflict="refuse")
    assert ws.download(f"{space}/a.txt", tmp_path, conflict="keep").name == "a 2.txt"
    assert ws.download(f"{space}/a.txt", tmp_path / "a.txt", conflict="keep").name == "a 3.txt"
    assert (tmp_path / "a.txt").read_text() == "alt"
    assert ws.download(f"{space}/a.txt", tmp_path).read_text() == "neu"


def test_an_upload_that_cannot_go_on_leaves_nothing(
    ws: Workspace, space: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "a.bin"
    source.write_bytes(b"x" * 1000)
    asked: list[tuple[str, str]] = []
    send = ws.connection.send

    def sent(method: str, path: str, **more: object) -> object:
        asked.append((method, path))
        if path.endswith("/content"):
            raise OSError("the disk is gone")
        return send(method, path, **more)

    monkeypatch.setattr(ws.connection, "send", sent)
    with pytest.raises(OSError, match="disk is gone"):
        ws.upload(source, f"{space}/a.bin")
    assert asked[-1][0] == "DELETE"


def test_who_is_no_member_is_not_looked_for_again_and_again(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    get = ws.connection.get
    monkeypatch.setattr(
        ws.connection, "get", lambda path, **query: (asked.append(path), get(path, **query))[1]
    )
    assert {ws.directory.username("space:x") for _ in range(5)} == {"space:x"}
    assert ws.directory.username("bob-nobody") == "bob-nobody"
    assert len(asked) <= 2


class Shell:
    """As much of IPython as `%load_ext` uses."""

    def push(self, names: dict[str, object]) -> None:
        self.names = names

    def register_magic_function(self, function: Callable[[str], object], *_: str) -> None:
        self.ask = function


def test_an_apostrophe_in_a_question_is_no_error(
    server: Server,
    ws: Workspace,
    space: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("openpaas_workspace.client.magics.Workspace", _Given(ws))
    ws.write(f"{space}/l'été.txt", "chaud")
    ws.write(f"{space}/image.bin", b"\xff\xfe\xfa")
    shell = Shell()
    load(shell)
    assert shell.ask(f'read "{space}/l\'été.txt"') == "chaud"
    assert shell.ask("files l'été") is None
    assert shell.ask(f'read "{space}/image.bin"') is None
    assert shell.ask("history") is None
    assert len(capsys.readouterr().out.splitlines()) == 3


class _Given:
    """Stands for the class; the questions are its functions."""

    def __init__(self, ws: Workspace) -> None:
        self._ws = ws

    def __call__(self) -> Workspace:
        return self._ws


@pytest.fixture
def openpaas(server: Server, tokens: dict[str, str]) -> Callable[..., tuple[int, str, str]]:
    def run(*words: str, **more: str) -> tuple[int, str, str]:
        environment = {**os.environ, "OPENPAAS_URL": server.url, "OPENPAAS_TOKEN": tokens["alice"], **more}
        command = [sys.executable, "-m", "openpaas_workspace.cli.main", *words]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode, done.stdout, done.stderr

    return run


def test_the_command_line_says_a_sentence(
    openpaas: Callable[..., tuple[int, str, str]], ws: Workspace, space: str, tmp_path: Path
) -> None:
    ws.write(f"{space}/a.txt", "a")
    missing = str(tmp_path / "missing")
    for words in (
        ("cp", missing, f"ws:{space}/b.txt"),
        ("cp", f"ws:{space}/a.txt", f"{missing}/b.txt"),
        ("ls", "--token-file", missing),
        ("share", f"{space}/a.txt", "bob", "reader", "--until", "demain"),
        ("ls", "--token-file", "/dev/null", "--url", "nowhere"),
        ("cp", str(tmp_path), f"ws:{space}/b.txt"),
    ):
        code, _, said = openpaas(*words)
        assert code in {1, 2}, (words, code)
        assert said.startswith("openpaas: "), said
        assert said.count("\n") == 1, said
    local = tmp_path / "a.txt"
    local.write_text("alt")
    assert openpaas("cp", "--conflict", "refuse", f"ws:{space}/a.txt", str(local))[0] == 5
    assert local.read_text() == "alt"
    assert openpaas("cp", f"ws:{space}/a.txt", str(local))[0] == 0
    assert local.read_text() == "a"
    assert openpaas("cp", "--conflict", "replace", f"ws:{space}/a.txt", f"ws:{space}/a.txt")[0] == 2


def test_a_reader_that_goes_away_is_no_error(server: Server, tokens: dict[str, str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    environment = {**os.environ, "OPENPAAS_URL": server.url, "OPENPAAS_TOKEN": tokens["alice"]}
    for word in ("members", "ls"):
        command = [sys.executable, "-m", "openpaas_workspace.cli.main", word]
        done = subprocess.run(
            command, stdout=writer, stderr=subprocess.PIPE, text=True, env=environment, check=False
        )
        assert done.stderr == ""
    os.close(writer)


def test_what_takes_the_server_long_is_asked_for_once(tmp_path: Path) -> None:
    asked: list[str] = []

    def slowly(path: str) -> None:
        asked.append(path)
        time.sleep(0.5)  # ten times as long as the client waits for other answers

    with answering(b"whole", slowly) as found:
        there = Workspace(f"http://127.0.0.1:{found.server_port}", "opw_x", timeout=0.05)
        info = {"id": "s", "path": "S/s.sheet", "level": "reader", "tabs": []}
        assert Sheet(there, info).export(tmp_path / "s.xlsx").read_bytes() == b"whole"
    assert len(asked) == 1
