"""Every domain of the workspace, in the order of setup: lower floors first."""

from importlib.metadata import entry_points

from openpaas_workspace.accounts.domain import domain as accounts
from openpaas_workspace.administration.domain import domain as administration
from openpaas_workspace.audit.domain import domain as audit
from openpaas_workspace.core.registry import Domain
from openpaas_workspace.files.domain import domain as files
from openpaas_workspace.guide.domain import domain as guide
from openpaas_workspace.home.domain import domain as home
from openpaas_workspace.kernels.domain import domain as kernels
from openpaas_workspace.openapi import described
from openpaas_workspace.realtime.domain import domain as realtime
from openpaas_workspace.realtime.push.domain import domain as push
from openpaas_workspace.runs.domain import domain as runs
from openpaas_workspace.search.domain import domain as search
from openpaas_workspace.sharing.domain import domain as sharing
from openpaas_workspace.sheets.domain import domain as sheets

DOMAINS: tuple[Domain, ...] = (
    accounts,
    sharing,
    realtime,
    push,
    files,
    sheets,
    kernels,
    runs,
    home,
    search,
    guide,
    audit,
    administration,
)
GROUP = "openpaas_workspace.domains"


def all_domains() -> tuple[Domain, ...]:
    """Built-in domains, those that installed packages bring by entry point, the description of all."""
    others = tuple(point.load() for point in sorted(entry_points(group=GROUP), key=lambda p: p.name))
    return described(DOMAINS + others)
