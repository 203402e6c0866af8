"""The table of the Internet access of notebooks. Kernels themselves ask for nothing here."""

from openpaas_workspace.core.web import Outside, Route
from openpaas_workspace.kernels.schemas import EgressHost, EgressList, EgressRequest, HostAnswer, HostWish
from openpaas_workspace.kernels.service import egress, environments


async def remove_packages(outside: Outside, space_id: str) -> None:
    """Remove what was installed."""
    await environments.empty(outside.workspace, outside.actor, space_id)


ROUTES = (
    Route(
        "GET", "/spaces/{space_id}/egress", egress.list_hosts, EgressList, "kernels:read",
        summary="The hosts that notebooks of a space may reach, and those asked for; for its managers.",
    ),
    Route(
        "POST", "/spaces/{space_id}/egress", egress.ask_for_host, EgressHost, "kernels:write", body=HostWish, status=201,
        summary="Ask that notebooks of a space may reach a host; for its managers.",
    ),
    Route(
        "DELETE", "/spaces/{space_id}/egress/{host_id}", egress.remove_host, None, "kernels:write",
        summary="Take a host off the list of a space; for its managers.",
    ),
    Route(
        "DELETE", "/spaces/{space_id}/packages", remove_packages, None, "kernels:write", unit=False,
        summary="Remove all packages that were installed for the notebooks of a space; for its managers.",
    ),
    Route(
        "GET", "/administration/egress", egress.every_host, list[EgressRequest], "administration:read",
        who="administrator", session_only=True, summary="All hosts that were asked for, what waits first.",
    ),
    Route(
        "PATCH", "/administration/egress/{host_id}", egress.decide_host, EgressRequest, "administration:write",
        body=HostAnswer, who="administrator", session_only=True,
        summary="Allow a host, refuse it, or withdraw it.",
    ),
)  # fmt: skip
