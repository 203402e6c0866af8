"""Argon2id off the loop, two at once: each takes 64 MB and a quarter of a second of a core."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import Argon2Error, InvalidHashError

from openpaas_workspace.accounts.config import AccountsSettings
from openpaas_workspace.accounts.engine.passwords import normal_password
from openpaas_workspace.kit.errors import TooMany
from openpaas_workspace.kit.ids import new_secret

_AT_ONCE = 2
_WAITING = 64
T = TypeVar("T")


class Passwords:
    """Hashes and verifies passwords; found in the workspace by this type."""

    def __init__(self, settings: AccountsSettings) -> None:
        self._hasher = PasswordHasher(
            time_cost=settings.hash_passes, memory_cost=settings.hash_memory_kib, parallelism=1, type=Type.ID
        )
        self._threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="argon2")
        self._waiting = 0
        self._dummy = ""

    async def start(self) -> None:
        """Make the hash that stands in for that of an unknown member."""
        self._dummy = await self.hash(new_secret())

    async def hash(self, password: str) -> str:
        """The hash to store. Checks nothing: see engine.passwords."""
        return await self._run(self._hasher.hash, normal_password(password))

    async def verify(self, stored: str, password: str) -> bool:
        """Whether the password fits; an empty `stored` takes the same time and never fits."""
        fits = await self._run(self._fits, stored or self._dummy, normal_password(password))
        return fits and bool(stored)

    def outdated(self, stored: str) -> bool:
        """Whether a hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(stored)

    def close(self) -> None:
        """Let the threads end."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _fits(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (Argon2Error, InvalidHashError):
            return False

    async def _run(self, work: Callable[..., T], *arguments: str) -> T:
        if self._waiting >= _WAITING:
            raise TooMany("Many people are logging in now. Try again in a moment.", retry_after=5)
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)
        finally:
            self._waiting -= 1
