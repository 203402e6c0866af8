"""What crosses the wire about the Internet access of notebooks."""

from typing import Annotated, Literal

import msgspec

from openpaas_workspace.kit.schema import Wire

MAX_REASON = 500
HostState = Literal["asked", "allowed", "refused"]
Reason = Annotated[str, msgspec.Meta(max_length=MAX_REASON)]


class HostWish(Wire, frozen=True, kw_only=True):
    """A host that notebooks of a space should reach: `example.org`, `example.org:8443` or `*.example.org`; and why."""

    host: Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
    reason: Reason


class HostAnswer(Wire, frozen=True, kw_only=True):
    """What an administrator decides; to refuse what was allowed withdraws it, open connections too."""

    state: Literal["allowed", "refused"]
    answer: Reason = ""


class EgressHost(Wire, frozen=True, kw_only=True):
    """A host on the list of a space: who asked for it when and why, who decided when and why.

    `host` is as DNS writes it, with its port if one was named; without one it stands for 443, and 80.
    """

    id: str
    space_id: str
    host: str
    state: HostState
    reason: str
    asked_by: str
    asked_at: int
    decided_by: str
    decided_at: int | None
    answer: str


class EgressList(Wire, frozen=True, kw_only=True):
    """The Internet access of a space's notebooks; `package_index` is the host that `%pip` asks first."""

    hosts: list[EgressHost]
    package_index: str


class EgressRequest(Wire, frozen=True, kw_only=True):
    """A host as administrators see it: with the name of its space, or the member whose own files it is about."""

    host: EgressHost
    space: str
    owner_id: str
