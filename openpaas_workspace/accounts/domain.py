"""Registers accounts."""

from jupyter_server.base.handlers import JupyterHandler

from openpaas_workspace.accounts.config import AccountsSettings
from openpaas_workspace.accounts.events import EVENTS
from openpaas_workspace.accounts.gateway.identity import AccountsIdentity
from openpaas_workspace.accounts.gateway.pages import (
    AccessibilityPage,
    ForgottenPage,
    LoginPage,
    LogoutPage,
    ResetPage,
    SetupPage,
)
from openpaas_workspace.accounts.gateway.strength import StrengthHandler
from openpaas_workspace.accounts.jobs import JOBS
from openpaas_workspace.accounts.routes import ROUTES
from openpaas_workspace.accounts.service.hashing import Passwords
from openpaas_workspace.accounts.service.live import Sessions
from openpaas_workspace.accounts.service.sessions import hear
from openpaas_workspace.accounts.service.speakers import Speakers
from openpaas_workspace.core.access import Access
from openpaas_workspace.core.registry import Domain
from openpaas_workspace.core.web import Identity
from openpaas_workspace.core.workspace import Workspace

_PAGES: tuple[tuple[str, type[JupyterHandler], str], ...] = (
    (r"/login", LoginPage, "GET POST"),
    (r"/logout", LogoutPage, "GET POST"),
    (r"/setup/(?P<secret>[\w-]{20,100})", SetupPage, "GET POST"),
    (r"/reset/(?P<secret>[\w-]{20,100})", ResetPage, "GET POST"),
    (r"/forgotten", ForgottenPage, "GET"),
    (r"/accessibility", AccessibilityPage, "GET"),
    (r"/password-strength", StrengthHandler, "POST"),
)


async def _set_up(workspace: Workspace) -> None:
    settings = AccountsSettings(parent=workspace.settings)
    passwords, live, speakers = Passwords(settings), Sessions(), Speakers()
    await passwords.start()
    workspace.put(AccountsSettings, settings)
    workspace.put(Passwords, passwords)
    workspace.put(Sessions, live)
    workspace.put(Identity, AccountsIdentity())
    workspace.put(Speakers, speakers)
    workspace.db.bus.listen("accounts", hear(live, speakers))


async def _close(workspace: Workspace) -> None:
    if (passwords := workspace.find(Passwords)) is not None:
        passwords.close()


domain = Domain(
    name="accounts",
    routes=ROUTES,
    events=EVENTS,
    jobs=JOBS,
    config=(AccountsSettings,),
    handlers=tuple((pattern, page) for pattern, page, _ in _PAGES),
    access=tuple(
        Access(f"{page.__module__}.{page.__qualname__}", pattern, method, "open")
        for pattern, page, methods in _PAGES
        for method in methods.split()
    ),
    setup=_set_up,
    close=_close,
)
