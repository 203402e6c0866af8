"""Whose kernel it is and what it may touch: the words shared with those who know members, spaces and rights.

`app.py` joins the two Protocols: a `KernelPlacement` that knows where a notebook lies and who may write it,
and a `KernelAccess` that knows who may see and use a kernel that runs.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Mount:
    """One folder or file of the machine and where the kernel finds it.

    `source` is a folder that the server trusts; `below` leads from there without following any link.
    """

    source: Path
    target: str
    below: str = ""
    writable: bool = True


@dataclass(frozen=True, slots=True)
class Placement:
    """As whom a kernel runs (`member:<id>`, `space:<id>` or `file:<id>`), on what, and where it starts.

    When the server is root the kernel's uid is `first_uid + uid_number`: the number of whom the mounted files
    belong to. `label` is the notebook's path as members know it, `object_id` the Ref of the notebook.
    """

    principal: str
    uid_number: int
    mounts: tuple[Mount, ...]
    cwd: str
    label: str = ""
    locale: str = ""
    object_id: str = ""


@dataclass(slots=True)
class KernelRecord:
    """A kernel: who asked for it, for which notebook, as whom it runs."""

    kernel_id: str
    user: Any
    path: str
    placement: Placement | None = None
    last_request: dict[str, Any] = field(default_factory=dict)
    last_user: Any = None

    @property
    def principal(self) -> str:
        """As whom it runs; empty while it has no place yet."""
        return self.placement.principal if self.placement else ""


class KernelPlacement(Protocol):
    """Decides whose kernel a notebook's kernel is."""

    async def place(self, kernel_id: str, user: Any, path: str) -> Placement:
        """The place of a kernel that `user` (the handler's current_user) starts for the notebook at `path`.

        Asked again at every restart. Raises a WorkspaceError (NotFound, Forbidden) whose sentence is shown.
        """


class KernelAccess(Protocol):
    """Decides who may know of a kernel and who may use it."""

    async def may_see(self, user: Any, record: KernelRecord) -> bool:
        """Whether the kernel exists for `user`."""

    async def may_execute(self, user: Any, record: KernelRecord) -> bool:
        """Whether `user` may connect to it, run code in it, interrupt, restart and end it."""


class OpenDoor(Protocol):
    """A kernel's way to the interface of the workspace, while it runs."""

    async def close(self) -> None:
        """Let nobody through any more."""


class KernelDoors(Protocol):
    """Opens to each kernel a socket of its own, which is its identity."""

    def open(self, record: KernelRecord, path: Path, uid: int | None) -> OpenDoor:
        """Answer on a Unix socket at `path`, owned by `uid` if given, as this kernel. In the event loop; OSError."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a kernel may be connected to a host: `outcome` is `allowed` or why not, `sentence` what to do then.

    `internal`: its address may lie inside the organisation's network.
    """

    outcome: str
    sentence: str = ""
    internal: bool = False


class KernelEgress(Protocol):
    """Knows what kernels may reach, and hears what they do with it."""

    async def verdict(self, record: KernelRecord, host: str, port: int) -> Verdict:
        """Whether this kernel may reach a host now; asked at each connection, and again when a list changed."""

    def used(
        self, record: KernelRecord, host: str, outcome: str, *, opened: int, sent: int, received: int
    ) -> None:
        """So many connections and bytes more; called often, in the event loop."""

    def ended(self, record: KernelRecord) -> None:
        """The kernel's way is closed; nothing more comes of it."""

    def say(self, record: KernelRecord, sentence: str) -> str:
        """A sentence in the language of whose request runs."""


class KernelWatch:
    """Hears what happens to kernels; app.py gives its own. All but `interrupts` are called in the event loop and return at once."""

    def started(self, record: KernelRecord) -> None:
        """A kernel started for `record.user`."""

    def ran(self, record: KernelRecord, user: Any) -> None:
        """`user` asked the kernel to run code."""

    def before_run(self) -> Awaitable[None] | None:
        """What must be done before code runs, so that it sees what members wrote; None when nothing is."""
        return None

    async def interrupts(self, record: KernelRecord, user: Any) -> bool:  # noqa: ARG002  (a default)
        """`user` wants what runs in the kernel to stop; whether that was done, and needs no interrupt any more."""
        return False

    def ended(self, record: KernelRecord, sentence: str) -> None:
        """The server ended a kernel, or found it ended by a limit; called once."""

    def connected(self, user: Any, close: Callable[[], None]) -> Callable[[], None]:  # noqa: ARG002
        """A page connected to a kernel: call `close` when its login ends; the answer undoes the wish."""
        return lambda: None
