"""Helper processes: what they answer, what they cannot reach, and what happens when they are lost."""

import asyncio
import gc
import os
import signal
import time

import pytest

from openpaas_workspace.core.aside import Aside, Limits
from openpaas_workspace.kit.errors import Conflict, TooLarge, Unavailable


def double(value):
    return value * 2


def refuse():
    raise Conflict("Somebody was faster.", code="faster")


def stumble():
    raise KeyError("nothing")


def surroundings():
    open_files = sorted(int(name) for name in os.listdir("/proc/self/fd"))
    return dict(os.environ), os.getcwd(), os.getpid(), len(open_files)


def die():
    os.kill(os.getpid(), signal.SIGKILL)


def sleep():
    time.sleep(60)


def swell():
    return len(bytearray(8 * 1024**3))


def write_file(path):
    with open(path, "wb") as file:
        file.write(b"x")


def strange():
    return os.system


@pytest.fixture
async def aside():
    made = Aside(2, Limits(seconds=20.0, memory=2 * 1024**3))
    yield made
    made.close()


async def test_large_values_go_there_and_back(aside):
    data = os.urandom(20_000_000)
    assert await aside.run(double, data) == data * 2
    assert await aside.run(double, value="text") == "texttext"
    assert await aside.run(Limits, seconds=1.0) == Limits(seconds=1.0)


async def test_errors_keep_their_sentence(aside):
    with pytest.raises(Conflict, match="faster") as caught:
        await aside.run(refuse)
    assert caught.value.code == "faster"
    with pytest.raises(RuntimeError, match="nothing"):
        await aside.run(stumble)
    assert await aside.run(double, 1) == 2


async def test_it_has_nothing_of_the_server(aside, monkeypatch, tmp_path):
    monkeypatch.setenv("OPENPAAS_SECRET", "hush")
    environment, folder, first, open_files = await aside.run(surroundings)
    assert "OPENPAAS_SECRET" not in environment
    assert folder == "/"
    assert open_files <= 5
    assert first != os.getpid()
    assert (await aside.run(surroundings))[2] == first  # it is kept
    with pytest.raises(RuntimeError):
        await aside.run(write_file, str(tmp_path / "x"))


async def test_what_is_no_answer_is_refused(aside):
    with pytest.raises(Exception, match="no answer"):
        await aside.run(strange)
    assert await aside.run(double, 1) == 2


async def test_a_lost_helper_is_replaced(aside):
    with pytest.raises(Unavailable):
        await aside.run(die)
    assert await aside.run(double, 1) == 2
    with pytest.raises(TooLarge):
        await aside.run(swell)
    assert await aside.run(double, 1) == 2


async def test_who_takes_too_long_or_gives_up_leaves_no_process():
    aside = Aside(1, Limits(seconds=10.0))
    with pytest.raises(Unavailable):
        await aside.run(sleep)
    waiting = asyncio.create_task(aside.run(sleep))
    await asyncio.sleep(0.3)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await aside.run(double, 1) == 2
    aside.close()
    with pytest.raises(Unavailable):
        await aside.run(double, 1)


async def test_idle_ones_end():
    aside = Aside(1, Limits(idle=0.0))
    first = (await aside.run(surroundings))[2]
    aside.tidy()
    assert (await aside.run(surroundings))[2] != first
    aside.close()


async def test_a_helper_that_was_prepared_takes_the_first_work(aside):
    aside.prepare()
    aside.prepare()
    first = (await aside.run(surroundings))[2]
    assert first != os.getpid()
    aside.prepare()
    assert (await aside.run(surroundings))[2] == first


async def test_what_is_prepared_while_all_are_ended_ends_too(aside):
    aside.prepare()
    aside.close()
    with pytest.raises(Unavailable):
        await aside.run(double, 1)


def knot():
    one = []
    one.append(one)
    return len(gc.get_objects()), gc.isenabled()


async def test_cycles_are_collected_between_two_works(aside):
    await aside.run(knot)
    before, enabled = await aside.run(knot)
    for _ in range(20):
        await aside.run(knot)
    after, _ = await aside.run(knot)
    assert not enabled
    assert after <= before + 5
