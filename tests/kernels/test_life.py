"""A sandboxed kernel starts, runs, is interrupted, restarts and ends like any other, and is whose it should be."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from jupyter_client.kernelspec import NoSuchKernel
from tornado.web import HTTPError

from openpaas_workspace.kernels import bubblewrap
from openpaas_workspace.kernels.engine import sentences
from openpaas_workspace.kernels.placement import Mount, Placement
from tests.kernels.house import House, Outcome, act_as, execute, member

SLEEP = "import time\nprint('begun', flush=True)\ntime.sleep(600)"


async def test_it_starts_runs_is_interrupted_restarts_and_ends(house: House) -> None:
    kernel_id = await house.start()
    async with house.client(kernel_id) as client:
        assert (await execute(client, "x = 6 * 7; print(x)")).text == "42\n"
        heard = Outcome()
        running = asyncio.ensure_future(execute(client, SLEEP, heard))
        await house.until(lambda: "begun" in heard.text, "begun")
        await house.manager.interrupt_kernel(kernel_id)
        assert (await running).error.startswith("KeyboardInterrupt")
    await house.manager.restart_kernel(kernel_id)
    assert "NameError" in (await house.run(kernel_id, "x")).error
    await house.manager.shutdown_kernel(kernel_id)
    assert kernel_id not in house.manager
    assert house.manager.records == {}


async def test_a_kernelspec_that_wants_signals_is_interrupted_inside(house: House) -> None:
    kernel_id = await house.start()
    kernel = house.manager.get_kernel(kernel_id)
    async with house.client(kernel_id) as client:
        heard = Outcome()
        running = asyncio.ensure_future(execute(client, SLEEP, heard))
        await house.until(lambda: "begun" in heard.text, "begun")
        await kernel.signal_kernel(2)
        assert (await running).error.startswith("KeyboardInterrupt")


async def test_it_has_the_principals_files_and_works_in_the_notebooks_folder(house: House) -> None:
    (house.root / "team" / "sub").mkdir()
    (house.root / "team" / "sub" / "data.csv").write_text("a,b\n1,2\n")
    house.rules.moved["Team/sub/n.ipynb"] = Placement(
        "space:team", 7, (Mount(house.root, "/space", "team"),), "/space/sub", "Team/sub/n.ipynb"
    )
    kernel_id = await house.start("alice", "Team/sub/n.ipynb")
    outcome = await house.run(
        kernel_id,
        "import os, pandas as pd\n"
        "print(os.getcwd(), pd.read_csv('data.csv').shape)\n"
        "open('out.txt', 'w').write('x')\n"
        "print(os.listdir('/home/member'), os.environ['JPY_SESSION_NAME'])",
    )
    assert outcome.text == "/space/sub (1, 2)\n[] Team/sub/n.ipynb\n", outcome.error
    about = (house.root / "team" / "sub" / "out.txt").stat()
    assert about.st_uid == (200_007 if os.geteuid() == 0 else os.geteuid())


async def test_a_single_file_is_all_that_a_file_kernel_has(house: House) -> None:
    (house.root / "team" / "shared.csv").write_text("shared")
    (house.root / "team" / "other.csv").write_text("other")
    house.rules.moved["x.ipynb"] = Placement(
        "file:1",
        7,
        (Mount(house.root / "team", "/space/shared.csv", "shared.csv", writable=False),),
        "/space",
        "x.ipynb",
    )
    kernel_id = await house.start("alice", "x.ipynb")
    outcome = await house.run(
        kernel_id, "import os\nprint(os.listdir('/space'), os.getcwd(), os.listdir('/home/member'))"
    )
    assert outcome.text == "['shared.csv'] /space []\n"


@pytest.mark.parametrize("plant", ["link", "hard", "fifo"])
async def test_what_a_kernel_planted_is_never_mounted(house: House, plant: str) -> None:
    secret = house.root / "database.db"
    secret.write_text("secret")
    planted = house.root / "team" / "x"
    {
        "link": lambda: planted.symlink_to(secret),
        "hard": lambda: os.link(secret, planted),
        "fifo": lambda: os.mkfifo(planted),
    }[plant]()
    mount = Mount(house.root / "team", "/space/x", "x")
    house.rules.moved["x.ipynb"] = Placement("file:1", 7, (mount,), "/space", "x.ipynb")
    with pytest.raises(HTTPError) as refusal:
        await house.start("alice", "x.ipynb")
    assert refusal.value.status_code == 503
    assert sentences.UNPLACED in str(refusal.value)
    assert house.manager.records == {}


async def test_nothing_private_lies_where_every_kernel_reads(
    open_house: Callable[..., House], tmp_path: Path
) -> None:
    house = open_house(read_only_binds=[str(tmp_path)])
    with pytest.raises(HTTPError) as refusal:
        await house.start()
    assert refusal.value.status_code == 503


async def test_an_open_data_folder_is_readable_to_all(
    open_house: Callable[..., House], tmp_path_factory: pytest.TempPathFactory
) -> None:
    data = tmp_path_factory.mktemp("open")
    data.parent.chmod(0o755)
    data.chmod(0o755)
    (data / "d.csv").write_text("1")
    house = open_house(read_only_binds=[str(data)])
    kernel_id = await house.start()
    outcome = await house.run(kernel_id, f"print(open('{data}/d.csv').read()); open('{data}/d.csv', 'w')")
    assert outcome.text == "1\n"
    assert outcome.error.startswith(("OSError", "PermissionError"))


async def test_the_same_kernel_serves_those_who_may_and_exists_for_nobody_else(house: House) -> None:
    mine = await house.start("alice", "a.ipynb")
    ours = await house.start("alice", "Team/b.ipynb")
    bob, alice = member("bob"), member("alice")
    assert await house.manager.may_execute(bob, ours)
    assert not await house.manager.may_see(bob, mine)
    assert not await house.manager.may_execute(bob, mine)
    assert not await house.manager.may_see(None, ours)
    assert await house.manager.may_see(alice, mine)
    for name, seen in (("alice", {mine, ours}), ("bob", {ours}), (None, set())):
        act_as(name)
        assert {model["id"] for model in await house.manager.list_kernels()} == seen


async def test_a_right_taken_away_ends_the_kernel(house: House) -> None:
    kernel_id = await house.start()
    house.rules.banned.add("alice")
    await house.manager.recheck()
    assert kernel_id not in house.manager
    assert house.ended == [sentences.revoked()]
    with pytest.raises(HTTPError) as refusal:
        await house.start()
    assert refusal.value.status_code == 403
    assert "You may not run code here." in str(refusal.value)


async def test_a_notebook_that_changed_hands_ends_its_kernel(house: House) -> None:
    kernel_id = await house.start()
    house.rules.moved["a.ipynb"] = Placement(
        "space:team", 7, (Mount(house.root, "/space", "team"),), "/space", "a"
    )
    await house.manager.recheck(kernel_id)
    assert kernel_id not in house.manager


async def test_kernels_are_counted_also_when_started_at_once(open_house: Callable[..., House]) -> None:
    house = open_house(max_per_principal=2)
    await house.start("bob", "a.ipynb")
    answers = await asyncio.gather(
        *(house.start("alice", f"{n}.ipynb") for n in range(4)), return_exceptions=True
    )
    refused = [answer for answer in answers if isinstance(answer, HTTPError)]
    assert [answer.status_code for answer in refused] == [429, 429]
    assert len(house.manager) == 3


async def test_an_idle_kernel_ends_with_a_sentence(open_house: Callable[..., House]) -> None:
    house = open_house(idle_timeout=1)
    kernel_id = await house.start()
    await house.until(lambda: kernel_id not in house.manager, "ended")
    assert house.ended == [sentences.idle(1)]


async def test_without_a_sandbox_no_kernel_starts(
    open_house: Callable[..., House], monkeypatch: pytest.MonkeyPatch
) -> None:
    house = open_house(bwrap="/bin/false")
    with pytest.raises(HTTPError) as refusal:
        await house.start()
    assert refusal.value.status_code == 503
    assert sentences.NO_SANDBOX in str(refusal.value)
    assert len(house.manager) == 0
    assert not bubblewrap.tools("/bin/false").path


async def test_a_server_without_rules_starts_no_kernel(house: House) -> None:
    house.manager._placement = None
    with pytest.raises(HTTPError) as refusal:
        await house.start()
    assert refusal.value.status_code == 503


async def test_a_single_member_runs_without_a_sandbox_when_asked(
    open_house: Callable[..., House], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_SECRET_OF_THE_SERVER", "x")
    house = open_house(single_member=True, bwrap="/bin/false")
    (house.root / "alice" / "here").touch()
    kernel_id = await house.start()
    outcome = await house.run(
        kernel_id, "import os\nprint(os.listdir(), os.getuid(), os.environ.get('A_SECRET_OF_THE_SERVER'))"
    )
    assert outcome.text == f"['here'] {os.getuid()} None\n"


async def test_a_kernel_that_cannot_encrypt_is_refused(
    house: House, tmp_path_factory: pytest.TempPathFactory
) -> None:
    specs = tmp_path_factory.mktemp("specs")
    (specs / "plain").mkdir()
    (specs / "plain" / "kernel.json").write_text(
        '{"argv": ["python", "-m", "ipykernel_launcher", "-f", "{connection_file}"], "display_name": "P", "language": "python"}'
    )
    house.manager.kernel_spec_manager.kernel_dirs = [str(specs)]
    with pytest.raises(HTTPError) as refusal:
        await house.start(kernel_name="plain")
    assert sentences.NO_CURVE in str(refusal.value)
    with pytest.raises(NoSuchKernel):
        await house.start(kernel_name="nothing")
    await house.manager.shutdown_all()
    assert house.manager.records == {}
