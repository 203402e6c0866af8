"""The workspace: what the running server holds, found by type.

Floors below never import floors above: a higher floor puts its object here in its
domain's `setup`, and whoever needs it asks for the type (often a Protocol's base class).
"""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

from openpaas_workspace.core.db import Database
from openpaas_workspace.core.settings import Settings

T = TypeVar("T")


class Workspace:
    """Settings, database and the live objects of every domain.

    `ready` turns true once every domain is set up; until then all requests get 503.
    """

    def __init__(self, settings: Settings, db: Database) -> None:
        self.settings = settings
        self.db = db
        self._parts: dict[type[Any], Any] = {}
        self.ready = False
        self.on_ready: list[Callable[[Workspace], Awaitable[None]]] = []

    @property
    def data_dir(self) -> Path:
        """The folder of everything this server owns."""
        return Path(self.settings.data_dir)

    def put(self, type_: type[T], part: T) -> None:
        """Offer `part` under `type_`; once only."""
        if type_ in self._parts:
            raise RuntimeError(f"{type_.__name__} is already there")
        self._parts[type_] = part

    def get(self, type_: type[T]) -> T:
        """The part offered under `type_`; KeyError if its domain has not set it up."""
        part: T = self._parts[type_]
        return part

    def find(self, type_: type[T]) -> T | None:
        """As `get`, or None."""
        return self._parts.get(type_)
