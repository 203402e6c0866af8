"""A house of kernels for each test; none is left running, no folder and no control group is left behind."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from openpaas_workspace.kernels import cgroups
from tests.kernels.house import House, act_as


@pytest.fixture
def runtime() -> Iterator[Path]:
    """A short path, as sockets need it."""
    folder = Path(tempfile.mkdtemp(prefix="opk"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
async def open_house(tmp_path: Path, runtime: Path) -> AsyncIterator[Callable[..., House]]:
    """Makes houses with settings of their own."""
    houses: list[House] = []

    def make(**traits: Any) -> House:
        houses.append(House(tmp_path, runtime, **traits))
        return houses[-1]

    yield make
    for house in houses:
        await house.manager.shutdown_all(now=True)
    act_as(None)
    left = [str(path) for path in runtime.glob("*/*")]
    assert not left, f"folders of ended kernels: {left}"
    for place in cgroups.places().values():
        assert not list(place.folder.glob(f"openpaas-{os.getpid()}-*")), "control groups of ended kernels"


@pytest.fixture
def house(open_house: Callable[..., House]) -> House:
    """A house with the settings of a new installation."""
    return open_house()
