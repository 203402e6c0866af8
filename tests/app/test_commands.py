"""`openpaas …` from a shell, as an administrator types it."""

import ssl
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from openpaas_workspace.cli.main import COMMANDS
from tests.conftest import Server


def openpaas(*words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "openpaas_workspace.cli.main", *words],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done


def printed(server: Server, part: str) -> str:
    """The line with `part` that the server prints once it is ready."""
    for _ in range(600):
        for line in server.log.read_text().splitlines():
            if part in line:
                return line.strip()
        time.sleep(0.1)
    raise AssertionError(f"The server never printed {part}")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--ip", "0.0.0.0"), "--tls"),
        (("--ip", "192.0.2.7", "--behind-proxy", "192.0.2.1", "--demo"), "--demo is for this machine only"),
        (("--ip", "::", "--single-member"), "--single-member is for this machine only"),
        (("--demo", "--single-member"), "choose"),
    ],
)
def test_start_refuses_to_expose(tmp_path: Path, words: tuple[str, ...], sentence: str) -> None:
    done = openpaas("start", "--data-dir", str(tmp_path / "data"), *words, code=1)
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "data").exists(), "a refused start leaves nothing behind"


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join(command.words))
def test_every_command_explains_itself(command) -> None:
    done = openpaas(*command.words, "--help")
    assert command.help.split(";")[0][:40] in " ".join(done.stdout.split())


def test_members_and_tokens(tmp_path: Path) -> None:
    data = ("--data-dir", str(tmp_path / "data"))
    added = openpaas("user", "add", "marie", "--name", "Marie Curie", *data)
    assert added.stdout.splitlines()[-1].startswith("/reset/")
    assert "marie\tMarie Curie\tmember\tactive" in openpaas("user", "list", *data).stdout
    assert "taken" in openpaas("user", "add", "MARIE", *data, code=1).stderr
    token = openpaas("token", "create", "--user", "marie", "--scope", "files:read", "--expires", "2h", *data)
    assert len(token.stdout.split()) == 1
    wrong = openpaas(
        "token", "create", "--user", "marie", "--scope", "all", "--expires", "soon", *data, code=1
    )
    assert "12h or 30d" in wrong.stderr
    assert openpaas("user", "password", "marie", *data).stdout.startswith("/reset/")
    openpaas("user", "disable", "marie", *data)
    assert "marie\tMarie Curie\tmember\tdisabled" in openpaas("user", "list", *data).stdout
    assert "no member" in openpaas("user", "disable", "pierre", *data, code=1).stderr


def test_the_first_start_makes_the_administrator_once(make_server: Callable[..., Server]) -> None:
    server = make_server("--ip", "127.0.0.1", name="first").start()
    link = printed(server, "/setup/")
    with httpx.Client(timeout=30) as client:
        page = client.get(link)
        assert page.status_code == 200
        form = {
            "username": "admin",
            "display_name": "Admin",
            "password": "a long enough passphrase",
            "again": "a long enough passphrase",
            "_xsrf": client.cookies["_xsrf"],
        }
        assert client.post(link, data=form).status_code in {302, 303}
        assert client.get(f"{server.url}/api/workspace/v1/me").json()["administrator"] is True
        assert client.get(link).status_code == 404


@pytest.mark.long
def test_import_a_folder(make_server: Callable[..., Server], tmp_path: Path) -> None:
    server = make_server("--demo", name="import").start()
    folder = tmp_path / "rapport"
    (folder / "annexes").mkdir(parents=True)
    (folder / "note.md").write_text("# Note\n", "utf-8")
    (folder / "annexes" / "été.csv").write_text("a,b\n1,2\n", "utf-8")
    (folder / "lien").symlink_to("/etc/passwd")
    openpaas("import", str(folder), "Finances", "--user", "alice", "--data-dir", str(server.data_dir))
    with server.login("bob") as bob:
        listing = bob.get("/api/contents/Finances").json()["content"]
        names = {entry["name"] for entry in listing}
        assert {"note.md", "annexes"} <= names or "rapport" in names
        assert "lien" not in names
    with server.login("dave") as dave:
        assert dave.get("/api/contents/Finances").status_code == 404


def test_doctor_says_something_about_each_part() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "openpaas_workspace.cli.main", "doctor"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode in {0, 1}
    assert len(done.stdout.splitlines()) >= 3


@pytest.mark.long
def test_single_member_is_for_one_account(make_server: Callable[..., Server]) -> None:
    server = make_server("--single-member", name="single").start()
    data = ("--data-dir", str(server.data_dir))
    link = printed(server, "/setup/")
    with httpx.Client(timeout=30, base_url=server.url) as client:
        client.get(link)
        password = "a long enough passphrase"
        form = {"username": "solo", "password": password, "again": password, "_xsrf": client.cookies["_xsrf"]}
        assert client.post(link, data=form).status_code in {302, 303}
        client.headers["X-XSRFToken"] = client.cookies["_xsrf"]
        refused = client.post("/api/workspace/v1/members", json={"username": "second"})
        assert (refused.status_code, refused.json()["title"]) == (409, "Conflict")
        assert '"openpaasSingleMember": "true"' in client.get("/lab").text
        session = {
            "path": "~/note.ipynb",
            "name": "note.ipynb",
            "type": "notebook",
            "kernel": {"name": "python3"},
        }
        made = client.post("/api/contents/~", json={"type": "notebook"})
        session["path"] = made.json()["path"]
        assert client.post("/api/sessions", json=session).status_code == 201
    server.stop()
    openpaas("user", "add", "second", *data)
    with pytest.raises(RuntimeError, match="exactly one account"):
        server.start()


@pytest.mark.long
def test_tls(make_server: Callable[..., Server], tmp_path: Path) -> None:
    certificate, key = str(tmp_path / "c.pem"), str(tmp_path / "k.pem")
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "1"]
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-keyout",
            key,
            "-out",
            certificate,
            *subject,
        ],
        check=True,
        capture_output=True,
    )
    server = make_server("--demo", "--tls", certificate, key, name="tls")
    server.scheme = "https"
    server.start()
    context = ssl.create_default_context(cafile=certificate)
    with httpx.Client(base_url=server.url, timeout=30, verify=context) as client:
        client.get("/login", headers={"Accept": "text/html"})
        form = {"username": "alice", "password": "demo", "_xsrf": client.cookies.get("_xsrf", "")}
        answer = client.post("/login", data=form)
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-")
        assert "Secure" in cookie
        assert client.get("/api/workspace/v1/me").json()["username"] == "alice"


@pytest.mark.long
def test_settings_are_given_at_start_and_only_there(make_server: Callable[..., Server]) -> None:
    server = make_server("--demo", "--Sandbox.enabled=False", name="traits").start()
    with server.login("alice") as alice:
        health = alice.get("/api/workspace/v1/administration/health")
        assert health.status_code == 200, health.text
        wish = {"path": "Finances/x.ipynb", "name": "", "type": "notebook", "kernel": {"name": "python3"}}
        assert alice.post("/api/sessions", json=wish).status_code == 503
    for words in (("start", "--Sandbox.enabled"), ("start", "--nothing"), ("user", "list", "--A.b=1")):
        assert "unrecognized arguments" in openpaas(*words, code=2).stderr
