"""A world with search on each database of this machine."""

from tests.home.conftest import quick, world

__all__ = ["quick", "world"]
