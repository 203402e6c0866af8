"""Facts about kernels."""

from typing import ClassVar

from openpaas_workspace.core.events import Audience, Event


class KernelStarted(Event, frozen=True, kw_only=True, tag=True):
    """Somebody started a kernel for the object `ref`; it runs as `principal`."""

    audience: ClassVar[Audience] = "readers"

    kernel: str
    principal: str


class CodeRun(Event, frozen=True, kw_only=True, tag=True):
    """A member had a kernel run code; one fact a member, kernel and five minutes."""

    audience: ClassVar[Audience] = "readers"

    kernel: str
    principal: str


class KernelEnded(Event, frozen=True, kw_only=True, tag=True):
    """The server ended a kernel, or a limit did."""

    audience: ClassVar[Audience] = "readers"

    kernel: str
    principal: str
