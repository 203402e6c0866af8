"""Who spoke a moment ago."""

from types import SimpleNamespace

import pytest

from openpaas_workspace.accounts.service import speakers as module
from openpaas_workspace.accounts.service.actors import Speaker
from openpaas_workspace.accounts.service.speakers import Speakers
from openpaas_workspace.kit.actors import SYSTEM

ALICE = Speaker(SYSTEM, None)


class Look:
    def __init__(self, answer=ALICE, meanwhile=lambda: None):
        self.count, self.answer, self.meanwhile = 0, answer, meanwhile

    async def __call__(self):
        self.count += 1
        self.meanwhile()
        return self.answer


@pytest.fixture
def clock(monkeypatch):
    clock = SimpleNamespace(at=100.0)
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: clock.at))
    return clock


async def test_one_look_a_second(clock):
    cache, look = Speakers(), Look()
    for _ in range(5):
        assert await cache.find("a", look) is ALICE
    assert look.count == 1
    clock.at += 1.0
    await cache.find("a", look)
    assert look.count == 2


async def test_a_change_counts_at_once_even_while_somebody_looks(clock):
    cache = Speakers()
    look = Look(meanwhile=cache.clear)
    await cache.find("a", look)
    await cache.find("a", look)
    assert look.count == 2
    look.meanwhile = lambda: None
    await cache.find("a", look)
    await cache.find("a", look)
    assert look.count == 3
    cache.clear()
    await cache.find("a", look)
    assert look.count == 4


async def test_nobody_is_not_remembered_and_memory_is_bounded(clock):
    cache, nobody = Speakers(), Look(answer=None)
    for _ in range(3):
        assert await cache.find("b", nobody) is None
    assert nobody.count == 3
    assert cache._known == {}
    for n in range(module._MOST + 5):
        await cache.find(f"k{n}", Look())
    assert len(cache._known) <= module._MOST
