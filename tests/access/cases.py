"""What a case of the access matrix is, and who is answered what, in words."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.access.world import World

Expect = tuple[int, int, int, int, int]
Maker = Callable[[World], str]


@dataclass(frozen=True)
class Case:
    """One request on one row.

    `expect` are the answers to stranger, reader, editor, manager and administrator, in this order; of an open row
    what everybody may be answered. `{…}` in path and body are things of the world, `{victim}` what `victim` makes,
    `{name}` a fresh name. `once`: who succeeds uses the victim up. `owner`: the answer to the owner's token with
    exactly the row's scope; derived when not given; 0: do not try.
    """

    row: str
    path: str
    expect: Expect
    body: Any = None
    content: bytes | None = None
    victim: Maker | None = None
    once: bool = False
    owner: int | None = None

    @property
    def method(self) -> str:
        return self.row.partition(" ")[0]

    def owners(self) -> int:
        """What the owner, who is everything but a stranger, is answered."""
        return min(self.expect[1:]) if self.owner is None else self.owner


def everybody(status: int) -> Expect:
    return (status,) * 5


def readers(status: int = 200) -> Expect:
    return (404, status, status, status, 404)


def editors(status: int = 200) -> Expect:
    return (404, 403, status, status, 404)


def users(status: int = 200) -> Expect:
    """Of a kernel: who may not run code there does not see it."""
    return (404, 404, status, status, 404)


def managers(status: int = 200) -> Expect:
    return (404, 403, 403, status, 404)


def administrators(status: int = 200) -> Expect:
    return (403, 403, 403, 403, status)
