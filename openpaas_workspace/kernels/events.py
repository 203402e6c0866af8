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


class EgressAsked(Event, frozen=True, kw_only=True, tag=True):
    """Somebody asked that notebooks of the space `ref` may reach a host."""

    audience: ClassVar[Audience] = "subjects"

    host: str


class EgressDecided(Event, frozen=True, kw_only=True, tag=True):
    """An administrator allowed a host to the notebooks of the space `ref`, refused it or withdrew it."""

    audience: ClassVar[Audience] = "subjects"

    host: str
    state: str


class EgressRemoved(Event, frozen=True, kw_only=True, tag=True):
    """A host was taken off the list of the space `ref` by its managers; notebooks do not reach it any more."""

    audience: ClassVar[Audience] = "subjects"

    host: str


class HostReached(Event, frozen=True, kw_only=True, tag=True):
    """A kernel was connected to a host, or refused; `connections` and bytes since the last such fact, a minute at least.

    `outcome` is `allowed` or why not. Without a host: many different ones at once.
    """

    audience: ClassVar[Audience] = "administrators"

    kernel: str
    principal: str
    host: str
    outcome: str
    connections: int
    sent: int
    received: int


class PackagesRemoved(Event, frozen=True, kw_only=True, tag=True):
    """A manager removed all packages that were installed for the notebooks of the space `ref`."""

    audience: ClassVar[Audience] = "readers"
