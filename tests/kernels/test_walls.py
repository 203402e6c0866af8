"""alice's kernel tries everything; nothing outside of it can be read, reached or disturbed."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from openpaas_workspace.core import beneath
from openpaas_workspace.kernels import cgroups
from openpaas_workspace.kernels.engine import sentences
from openpaas_workspace.kernels.startup import sitecustomize as network
from tests.kernels.house import House, execute

MB = 1024 * 1024


@pytest.fixture
async def walls(open_house: Callable[..., House], monkeypatch: pytest.MonkeyPatch) -> tuple[House, str]:
    """alice's kernel beside bob's, a database and a server that listens."""
    monkeypatch.setenv("A_SECRET_OF_THE_SERVER", "planted")
    house = open_house()
    (house.root / "workspace.db").write_text("the database")
    (house.root / "bob" / "diary.txt").write_text("bob's")
    return house, await house.start()


async def test_nothing_of_the_machine_can_be_read(walls: tuple[House, str]) -> None:
    house, kernel_id = walls
    bobs = await house.start("bob")
    bobs_folder = house.manager.get_kernel(bobs).provisioner._folder
    targets = [
        str(house.root / "workspace.db"),
        str(house.root / "bob" / "diary.txt"),
        "/home/member/../bob/diary.txt",
        "/etc/shadow",
        "/root/.bashrc",
        str(bobs_folder / "c.json"),
        str(house.manager.get_kernel(kernel_id).provisioner._folder / "c.json"),
        f"/proc/{os.getpid()}/environ",
        f"/proc/{os.getpid()}/root/etc/passwd",
        "/sys/fs/cgroup",
        "/var/lib",
    ]
    code = f"""
        import os
        for path in {targets!r}:
            try:
                open(path).read() if not os.path.isdir(path) else os.listdir(path)
                print('READ', path)
            except OSError as error:
                print(type(error).__name__)
    """
    outcome = await house.run(kernel_id, _dedent(code))
    assert not outcome.error
    assert set(outcome.text.split()) <= {"FileNotFoundError", "PermissionError"}, outcome.text
    assert len(outcome.text.split()) == len(targets)


async def test_it_sees_its_own_processes_and_a_short_environment(walls: tuple[House, str]) -> None:
    house, kernel_id = walls
    code = """
        import json, os
        pids = [name for name in os.listdir('/proc') if name.isdigit()]
        parent = open('/proc/1/cmdline').read()
        print(json.dumps([len(pids), list(os.environ), parent, [line.split(':')[0] for line in open('/proc/net/dev')][2:]]))
    """
    processes, names, parent, interfaces = json.loads((await house.run(kernel_id, _dedent(code))).text)
    assert processes <= 3
    assert "A_SECRET_OF_THE_SERVER" not in names
    assert "JPY_PARENT_PID" not in names
    allowed = {
        "PATH",
        "HOME",
        "USER",
        "LOGNAME",
        "SHELL",
        "LANG",
        "TMPDIR",
        "TZ",
        "PWD",
        "OLDPWD",
        "IPYTHONDIR",
    }
    allowed |= {"JPY_SESSION_NAME", "OPENPAAS_SOCKET", "PYTHONPATH", "PIP_DISABLE_PIP_VERSION_CHECK"}
    set_by_ipykernel = {"PYDEVD_USE_FRAME_EVAL", "TERM", "CLICOLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "PAGER"}
    set_by_ipykernel |= {"GIT_PAGER", "MPLBACKEND", "PYDEVD_DISABLE_FILE_VALIDATION"}
    assert set(names) <= allowed | set_by_ipykernel
    assert str(house.root) not in parent
    assert [name.strip() for name in interfaces] == ["lo"]


async def test_no_address_and_no_other_kernels_socket_is_reached(walls: tuple[House, str]) -> None:
    house, kernel_id = walls
    bobs = house.manager.get_kernel(await house.start("bob"))
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        code = f"""
            import socket
            def attempt(family, address):
                try:
                    with socket.socket(family) as one:
                        one.settimeout(5)
                        one.connect(address)
                    print('REACHED', address)
                except OSError as error:
                    print(type(error).__name__)
            attempt(socket.AF_INET, ('127.0.0.1', {port}))
            attempt(socket.AF_INET, ('169.254.169.254', 80))
            attempt(socket.AF_INET, ('192.0.2.1', 443))
            attempt(socket.AF_UNIX, {f"{bobs.ip}-{bobs.shell_port}"!r})
            attempt(socket.AF_UNIX, '/run/postgresql/.s.PGSQL.5432')
            attempt(socket.AF_UNIX, '\\0abstract')
            try:
                socket.socket(40, socket.SOCK_STREAM)
                print('VSOCK')
            except OSError as error:
                print(error.errno)
        """
        outcome = await house.run(kernel_id, _dedent(code))
    assert not outcome.error
    assert outcome.text.split() == [
        "ConnectionRefusedError",
        "NoNetwork",
        "NoNetwork",
        "FileNotFoundError",
        "FileNotFoundError",
        "ConnectionRefusedError",
        "97",
    ]


async def test_a_socket_swapped_for_anothers_gives_nothing(walls: tuple[House, str]) -> None:
    """A kernel may put a link to bob's socket in the place of its own: without his key it stays silent."""
    house, kernel_id = walls
    alices = house.manager.get_kernel(kernel_id)
    bobs_id = await house.start("bob")
    bobs = house.manager.get_kernel(bobs_id)
    async with house.client(bobs_id):
        ours, theirs = f"{alices.ip}-{alices.iopub_port}", f"{bobs.ip}-{bobs.iopub_port}"
        os.unlink(ours)
        os.symlink(theirs, ours)
        stream = alices._create_connected_socket("iopub")
        stream.subscribe(b"")
        outcome = await house.run(bobs_id, "print('salary of bob = 42000')")
        assert outcome.text == "salary of bob = 42000\n"
        assert await stream.poll(500) == 0
        stream.close()


async def test_new_namespaces_mounts_and_tracing_are_refused(walls: tuple[House, str]) -> None:
    house, kernel_id = walls
    code = """
        import ctypes, os, subprocess, threading
        libc = ctypes.CDLL(None, use_errno=True)
        def call(name, *arguments):
            ctypes.set_errno(0)
            print(name, getattr(libc, name)(*arguments) < 0, ctypes.get_errno())
        call('unshare', 0x10000000)
        call('unshare', 0x00020000)
        call('setns', 0, 0)
        call('mount', b'none', b'/tmp', b'tmpfs', 0, None)
        call('ptrace', 16, 1, 0, 0)
        call('syscall', 435, 0, 0)
        call('syscall', 321, 0, 0, 0)
        call('syscall', 425, 1, 0)
        call('syscall', 56, 0x10000000 | 17, 0, 0, 0, 0)
        threads = [threading.Thread(target=print, args=('thread',)) for _ in range(2)]
        [thread.start() for thread in threads]; [thread.join() for thread in threads]
        print(subprocess.run(['id', '-u'], capture_output=True).stdout.strip() != b'0')
        print(open('/proc/self/status').read().count('CapEff:\\t0000000000000000'))
    """
    outcome = await house.run(kernel_id, _dedent(code))
    lines = outcome.text.split("\n")
    assert lines[:5] == [f"{name} True 1" for name in ("unshare", "unshare", "setns", "mount", "ptrace")]
    assert lines[5] == "syscall True 38"
    assert lines[6:9] == ["syscall True 1"] * 3
    assert lines[9:14] == ["thread", "thread", "True", "1", ""]


async def test_nothing_but_its_own_places_can_be_written(walls: tuple[House, str]) -> None:
    house, kernel_id = walls
    code = """
        import os
        for folder in ('/', '/usr', '/etc', '/run', '/dev', '/run/kernel', '/run/kernel/startup', '/home', '/proc/sys/kernel'):
            try:
                open(os.path.join(folder, 'planted'), 'w')
                print('WROTE', folder)
            except OSError:
                pass
        for folder in ('/tmp', '/dev/shm', '/home/member'):
            open(os.path.join(folder, 'own'), 'w').write('x')
        import multiprocessing; multiprocessing.Lock()
        print('done')
    """
    assert (await house.run(kernel_id, _dedent(code))).text == "done\n"


async def test_a_refused_connection_says_who_may_allow_it(open_house: Callable[..., House]) -> None:
    house = open_house()
    kernel_id = await house.start()
    async with house.client(kernel_id) as client:
        assert (
            network.ENGLISH
            in (await execute(client, "import pandas; pandas.read_csv('https://example.org/a.csv')")).error
        )
        assert (
            await execute(client, "import socket; socket.create_connection(('192.0.2.1', 443))")
        ).error == (f"NoNetwork: {network.ENGLISH}")
        pip = await execute(client, "!pip install a-package")
        assert pip.text.strip() == f"ERROR: {network.ENGLISH}"
    house.rules.locale = "fr_FR"
    french = await house.start("bob")
    assert (
        network.FRENCH
        in (await house.run(french, "import urllib.request as u; u.urlopen('http://example.org')")).error
    )


async def test_what_is_planted_in_a_home_troubles_neither_the_next_start_nor_the_server(
    walls: tuple[House, str],
) -> None:
    house, kernel_id = walls
    code = f"""
        import os
        os.symlink({str(house.root / "workspace.db")!r}, '/home/member/link')
        os.symlink('/', '/home/member/folder')
        os.mkfifo('/home/member/fifo')
        open('/home/member/one', 'w').write('1'); os.link('/home/member/one', '/home/member/two')
        with open('/home/member/giant', 'w') as file:
            file.truncate(8 << 30)
        for name in os.listdir('/run/kernel/s'):
            os.unlink('/run/kernel/s/' + name)
            os.symlink('/etc/passwd', '/run/kernel/s/' + name)
        os.mkfifo('/run/kernel/s/fifo'); os.makedirs('/run/kernel/s/a/b/c')
        try:
            os.link('/run/kernel/startup/sitecustomize.py', '/home/member/hard')
        except OSError as error:
            print(error.errno)
    """
    outcome = await house.run(kernel_id, _dedent(code))
    assert outcome.text == "18\n", outcome.error
    home = house.root / "alice"
    kinds = {
        entry.name: entry.kind for entry in beneath.scandir_beneath(home) if not entry.name.startswith(".")
    }
    assert kinds == {
        "link": "other",
        "folder": "other",
        "fifo": "other",
        "one": "other",
        "two": "other",
        "giant": "file",
    }
    with pytest.raises(beneath.UnsafePath):
        beneath.read_beneath(home, "link")
    await house.manager.shutdown_kernel(kernel_id, now=True)
    assert (house.root / "workspace.db").read_text() == "the database"
    assert Path("/etc/passwd").exists()
    again = await house.start()
    assert (await house.run(again, "print(1)")).text == "1\n"


async def test_a_fork_bomb_stays_inside(open_house: Callable[..., House]) -> None:
    house = open_house(pids=64)
    kernel_id, bobs = await house.start(), await house.start("bob")
    code = """
        import os, signal
        children = []
        try:
            while len(children) < 5000:
                pid = os.fork()
                if pid == 0:
                    signal.pause()
                children.append(pid)
        except OSError as error:
            print(error.errno, len(children) < 100)
        for pid in children:
            os.kill(pid, 9)
    """
    assert (await house.run(kernel_id, _dedent(code))).text == "11 True\n"
    assert (await house.run(bobs, "print(1)")).text == "1\n"


@pytest.mark.parametrize("grouped", [True, False], ids=["control group", "watcher"])
async def test_too_much_memory_ends_the_kernel_with_a_sentence(
    open_house: Callable[..., House], grouped: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if grouped and "memory" not in cgroups.places():
        pytest.skip("this machine gives no control groups")
    house = open_house(memory_mb=300)
    if not grouped:
        monkeypatch.setattr(house.manager, "_places", {})
    kernel_id, bobs = await house.start(), await house.start("bob")
    began = time.monotonic()
    async with house.client(kernel_id) as client:
        eater = asyncio.ensure_future(execute(client, "import time; x = b'x' * (400 << 20); time.sleep(600)"))
        await house.until(lambda: house.ended, "ended")
        eater.cancel()
    assert house.ended[0] == sentences.memory(300)
    assert (await house.run(bobs, "print(1)")).text == "1\n"
    assert time.monotonic() - began < 30


async def test_memory_is_counted_over_all_processes_of_a_kernel(
    open_house: Callable[..., House], monkeypatch: pytest.MonkeyPatch
) -> None:
    house = open_house(memory_mb=400)
    monkeypatch.setattr(house.manager, "_places", {})
    kernel_id = await house.start()
    code = "import subprocess, sys\nfor _ in range(4): subprocess.Popen([sys.executable, '-c', 'x = b\"x\" * (100 << 20); import time; time.sleep(600)'])"
    await house.run(kernel_id, code)
    await house.until(lambda: house.ended, "ended")
    assert house.ended[0] == sentences.memory(400)


async def test_a_full_tmp_and_a_full_home_stay_inside(open_house: Callable[..., House]) -> None:
    house = open_house(tmp_mb=16, home_mb=100)
    kernel_id, bobs = await house.start(), await house.start("bob")
    code = """
        def fill(path, megabytes):
            try:
                with open(path, 'wb') as file:
                    for _ in range(megabytes):
                        file.write(bytes(1 << 20))
                print('wrote')
            except OSError as error:
                print(error.errno)
        fill('/tmp/x', 64)
        fill('/dev/shm/x', 64)
        fill('/home/member/one', 30)
        import resource
        print(resource.getrlimit(resource.RLIMIT_FSIZE)[1] >> 20)
    """
    async with house.client(kernel_id) as client:
        assert (await execute(client, _dedent(code))).text == "28\n28\nwrote\n100\n"
        filling = asyncio.ensure_future(
            execute(client, "fill('/home/member/two', 99)\nimport time\ntime.sleep(600)")
        )
        await house.until(lambda: house.ended, "ended")
        filling.cancel()
    assert house.ended == [sentences.disk(100)]
    assert (await house.run(bobs, "print(1)")).text == "1\n"


async def test_too_many_files_end_the_kernel(
    open_house: Callable[..., House], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("openpaas_workspace.kernels.watcher._REGULARLY", 0.5)
    house = open_house(home_files=200)
    kernel_id = await house.start()
    await house.run(kernel_id, "for n in range(300): open(f'f{n}', 'w').close()")
    await house.until(lambda: house.ended, "ended")
    assert house.ended[0] == sentences.files(200)


def _dedent(code: str) -> str:
    lines = code.strip("\n").split("\n")
    margin = len(lines[0]) - len(lines[0].lstrip())
    return "\n".join(line[margin:] for line in lines)
