"""A right that is withdrawn ends every kernel that stood on it, whatever goes wrong with one of them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tornado.web import HTTPError

from openpaas_workspace.kernels import manager as module
from openpaas_workspace.kernels.engine import sentences
from openpaas_workspace.kernels.placement import Placement
from tests.kernels.house import House


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rules are asked again without a pause."""
    monkeypatch.setattr(module, "ASKED_AGAIN_AFTER", 0)


class Broken:
    """Rules that cannot answer about some kernels, the first few times or always."""

    def __init__(self, house: House, failures: dict[str, int]) -> None:
        self._rules = house.rules
        self.left = failures
        self.asked = 0
        house.manager.join(self, house.rules, house.manager.watch)

    async def place(self, kernel_id: str, user: Any, path: str) -> Placement:
        self.asked += 1
        if self.left.get(path, 0) > 0:
            self.left[path] -= 1
            raise ConnectionError("the database is gone")
        return await self._rules.place(kernel_id, user, path)


async def test_two_who_end_a_kernel_at_once_both_see_it_end(house: House) -> None:
    kernel_id = await house.start()
    manager = house.manager
    await asyncio.gather(
        manager.shutdown_kernel(kernel_id), manager.shutdown_kernel(kernel_id), manager.end(kernel_id, "Why.")
    )
    assert kernel_id not in manager
    with pytest.raises(HTTPError) as gone:
        await manager.shutdown_kernel(kernel_id)
    assert gone.value.status_code == 404


async def test_a_kernel_that_is_being_ended_keeps_none_of_the_others_alive(house: House) -> None:
    kernels = [await house.start(path=f"{number}.ipynb") for number in range(3)]
    house.rules.banned.add("alice")
    ending = asyncio.ensure_future(house.manager.shutdown_kernel(kernels[0]))
    await asyncio.gather(house.manager.recheck(), house.manager.recheck(), ending)
    assert [one for one in kernels if one in house.manager] == []


async def test_a_kernel_that_cannot_be_ended_keeps_none_of_the_others_alive(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    kernels = [await house.start(path=f"{number}.ipynb") for number in range(3)]
    stock = type(house.manager).shutdown_kernel

    async def shutdown(kernel_id: str, now: bool = False, restart: bool = False) -> None:
        if kernel_id == kernels[0]:
            raise RuntimeError("it does not let itself be ended")
        await stock(house.manager, kernel_id, now=now, restart=restart)

    house.rules.banned.add("alice")
    with monkeypatch.context() as patched:
        patched.setattr(house.manager, "shutdown_kernel", shutdown)
        await house.manager.recheck()
    assert [one for one in kernels if one in house.manager] == kernels[:1]
    assert "it does not let itself be ended" in caplog.text


async def test_kernels_are_ended_at_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """None waits for the end of another."""
    kernels = [await house.start(path=f"{number}.ipynb") for number in range(2)]
    everybody = asyncio.Barrier(len(kernels))
    stock = type(house.manager).shutdown_kernel

    async def shutdown(kernel_id: str, now: bool = False, restart: bool = False) -> None:
        async with asyncio.timeout(60):
            await everybody.wait()
        await stock(house.manager, kernel_id, now=now, restart=restart)

    house.rules.banned.add("alice")
    with monkeypatch.context() as patched:
        patched.setattr(house.manager, "shutdown_kernel", shutdown)
        await house.manager.recheck()
    assert [one for one in kernels if one in house.manager] == []


async def test_rules_that_fail_about_one_are_asked_about_the_others(house: House) -> None:
    kernels = [await house.start(path=f"{number}.ipynb") for number in range(2)]
    Broken(house, {"0.ipynb": 10**6})
    house.rules.banned.add("alice")
    await house.manager.recheck()
    assert [one for one in kernels if one in house.manager] == []
    assert house.ended == [sentences.revoked()] * 2


async def test_rules_that_fail_for_a_moment_end_no_kernel(house: House) -> None:
    kernel_id = await house.start(path="0.ipynb")
    rules = Broken(house, {"0.ipynb": 1})
    await house.manager.recheck()
    assert kernel_id in house.manager
    assert rules.asked == 2
    rules.left["0.ipynb"] = module.ASKED
    await house.manager.recheck()
    assert kernel_id not in house.manager
