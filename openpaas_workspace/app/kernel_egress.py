"""What kernels may reach, joined: the list of their space, the log of what they did, the language of the member."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from openpaas_workspace.core.events import Recorded
from openpaas_workspace.core.i18n import translator
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.kernels.config import Egress
from openpaas_workspace.kernels.engine import sentences
from openpaas_workspace.kernels.engine.hosts import best
from openpaas_workspace.kernels.events import EgressDecided, EgressRemoved, HostReached
from openpaas_workspace.kernels.placement import KernelRecord, Verdict
from openpaas_workspace.kernels.service.egress import entries
from openpaas_workspace.kit.actors import SYSTEM, Actor
from openpaas_workspace.kit.clock import now

FIRST, AFTER = 1_000, 60_000
MOST = 20
_TICK = 0.5
_CHANGES = {EgressDecided.__name__, EgressRemoved.__name__}
_log = logging.getLogger(__name__)
_Key = tuple[str, str, str, str]


@dataclass(slots=True)
class _Sum:
    """What came together since the last line in the log, and when the next one is due."""

    record: KernelRecord
    member: str
    due: int
    opened: int = 0
    sent: int = 0
    received: int = 0


class WorkspaceKernelEgress:
    """Judges connections of kernels and publishes HostReached: at once, then once a minute, kernel and host.

    A kernel that tries very many hosts gets one line for all beyond the first twenty.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._settings = workspace.get(Egress)
        self._sums: dict[_Key, _Sum] = {}
        self._task: asyncio.Task[None] | None = None

    async def verdict(self, record: KernelRecord, host: str, port: int) -> Verdict:
        """As the protocol says."""
        principal = record.principal
        async with self._workspace.db.read(SYSTEM) as work:
            found = await entries(work, principal)
        if found is None:
            return Verdict("shared file", sentences.SHARED_FILE)
        state = best(found, host, port)
        named = host if port in (443, 80) else f"{host}:{port}"
        if state == "allowed":
            internal = {host, f"{host}:{port}"} & set(self._settings.internal_hosts)
            return Verdict("allowed", internal=bool(internal))
        if state:
            return Verdict(state, sentences.waiting(named) if state == "asked" else sentences.refused(named))
        own = principal.startswith("member:")
        return Verdict(
            "not listed", sentences.not_listed_of_mine(named) if own else sentences.not_listed(named)
        )

    def used(
        self, record: KernelRecord, host: str, outcome: str, *, opened: int, sent: int, received: int
    ) -> None:
        """As the protocol says."""
        member = (record.last_user or record.user).actor.id
        key = (record.kernel_id, member, host, outcome)
        if key not in self._sums and sum(one[0] == record.kernel_id for one in self._sums) >= MOST:
            key = (record.kernel_id, member, "", outcome)
        found = self._sums.setdefault(key, _Sum(record, member, now() + FIRST))
        found.opened += opened
        found.sent += sent
        found.received += received
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run())

    def ended(self, record: KernelRecord) -> None:
        """What is left of the kernel's is written at the next turn."""
        for key, total in self._sums.items():
            if key[0] == record.kernel_id:
                total.due = 0

    def say(self, record: KernelRecord, sentence: str) -> str:
        """As the protocol says."""
        actor: Actor = (record.last_user or record.user).actor
        locale = actor.locale or (record.placement.locale if record.placement else "")
        return translator(locale or self._workspace.settings.default_locale).sentence(sentence)

    async def close(self) -> None:
        """Write what was not written yet."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._write(everything=True)

    async def _run(self) -> None:
        while self._sums:
            await asyncio.sleep(_TICK)
            await self._write()

    async def _write(self, *, everything: bool = False) -> None:
        moment = now()
        for key, total in list(self._sums.items()):
            if total.due > moment and not everything:
                continue
            if not (total.opened or total.sent or total.received):
                del self._sums[key]
                continue
            fact = _fact(key, total)
            total.opened = total.sent = total.received = 0
            total.due = moment + AFTER
            await self._publish(fact, total)

    async def _publish(self, fact: HostReached, total: _Sum) -> None:
        record = total.record
        actor = Actor(kind="kernel", id=fact.principal, name=record.path, behalf=total.member)
        try:
            async with self._workspace.db.unit(actor) as work:
                work.publish(fact)
        except Exception:
            _log.exception("The log could not take %s", fact)


def _fact(key: _Key, total: _Sum) -> HostReached:
    kernel, _, host, outcome = key
    record = total.record
    return HostReached(
        ref=record.placement.object_id if record.placement else "",
        kernel=kernel,
        principal=record.principal,
        host=host,
        outcome=outcome,
        connections=total.opened,
        sent=total.sent,
        received=total.received,
    )


def lists_changed(batch: Sequence[Recorded]) -> bool:
    """Whether some connection may not be allowed any more."""
    return any(event.type in _CHANGES for event in batch)
