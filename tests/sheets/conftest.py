"""A server for the sheets of one file of tests, who works there, and a sheet for each test."""

from collections.abc import Callable, Iterator

import httpx
import pytest

from tests.conftest import Server
from tests.sheets.sheet import PEOPLE, Sheet


@pytest.fixture(scope="module")
def demo(make_server: Callable[..., Server]) -> Server:
    return make_server("--demo", name="sheets").start()


@pytest.fixture(scope="module")
def people(demo: Server) -> Iterator[dict[str, httpx.Client]]:
    found = {who: demo.login(who) for who in PEOPLE}
    yield found
    for one in found.values():
        one.close()


@pytest.fixture
def sheet(demo: Server, people: dict[str, httpx.Client]) -> Sheet:
    return Sheet(demo, people)
