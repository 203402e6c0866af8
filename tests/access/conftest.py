"""One workspace for all tests of access."""

from collections.abc import Callable

import pytest

from tests.access.world import World, build
from tests.conftest import Server


@pytest.fixture(scope="session")
def world(make_lasting_server: Callable[..., Server]) -> World:
    """Everybody and everything; tests make victims of their own and leave the rest as it was."""
    return build(make_lasting_server("--demo", name="access").start())
