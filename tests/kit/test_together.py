"""Answers are shared, and none of them is older than the question."""

import asyncio
import random

import pytest

from openpaas_workspace.kit.together import Together


class World:
    """Something that changes, and how often it was looked at."""

    def __init__(self) -> None:
        self.value = 0
        self.looks = 0

    async def look(self) -> int:
        self.looks += 1
        seen = self.value
        for _ in range(random.randrange(4)):
            await asyncio.sleep(0)
        return seen


async def test_an_answer_is_never_older_than_its_question() -> None:
    world, together = World(), Together[int]()

    async def ask() -> None:
        before = world.value
        assert await together.ask("it", world.look) >= before

    async def change() -> None:
        for _ in range(2000):
            world.value += 1
            await asyncio.sleep(0)

    changing = asyncio.create_task(change())
    asking: list[asyncio.Task[None]] = []
    while not changing.done():
        asking += [asyncio.create_task(ask()) for _ in range(random.randrange(3))]
        await asyncio.sleep(0)
    await asyncio.gather(*asking)
    assert world.looks < len(asking)
    assert together.idle


async def test_many_at_once_are_one_look_and_keys_are_apart() -> None:
    world, together = World(), Together[int]()
    await asyncio.gather(*(together.ask("it", world.look) for _ in range(50)))
    assert world.looks == 1
    await asyncio.gather(*(together.ask(key, world.look) for key in range(5)))
    assert world.looks == 6


async def test_one_who_is_cancelled_takes_the_answer_from_nobody() -> None:
    gate, together = asyncio.Event(), Together[int]()

    async def look() -> int:
        await gate.wait()
        return 7

    first, second = (asyncio.create_task(together.ask("it", look)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.wait([first])
    gate.set()
    assert await second == 7
    assert first.cancelled()


async def test_an_error_reaches_all_and_is_not_kept() -> None:
    together = Together[int]()

    async def fail() -> int:
        raise KeyError

    found = await asyncio.gather(*(together.ask("it", fail) for _ in range(3)), return_exceptions=True)
    assert [type(one) for one in found] == [KeyError] * 3
    with pytest.raises(KeyError):
        await together.ask("it", fail)
    assert together.idle
