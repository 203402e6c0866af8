"""Where a request comes from, as far as the server can know."""

from typing import Any, Protocol

from openpaas_workspace.accounts.engine.addresses import client_address, is_loopback
from openpaas_workspace.accounts.service.sessions import Visitor
from openpaas_workspace.core.workspace import Workspace

_FORWARDING = ("X-Forwarded-For", "X-Real-IP", "Forwarded", "X-Forwarded-Host", "X-Forwarded-Proto", "Via")


class Request(Protocol):
    """What is asked of a request, whichever server took it."""

    headers: Any
    connection: Any
    remote_ip: str | None


def visitor_of(workspace: Workspace, request: Request) -> Visitor:
    """Who knocks. A proxy is believed only if the settings trust it; demo members come from this machine itself."""
    peer = peer_of(request)
    forwarded = any(name in request.headers for name in _FORWARDING)
    return Visitor(
        address=client_address(
            peer, request.headers.get_list("X-Forwarded-For"), workspace.settings.trusted_proxies
        ),
        agent=request.headers.get("User-Agent", ""),
        demo_allowed=workspace.settings.demo and is_loopback(peer) and not forwarded,
    )


def peer_of(request: Request) -> str:
    """The address at the other end of the connection, whatever headers say."""
    context = getattr(request.connection, "context", None)
    address = getattr(context, "address", None)
    return str(address[0]) if isinstance(address, tuple) else str(request.remote_ip)
