"""Who speaks, for every handler of the server: a session cookie or a Bearer token, looked up in the database."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from jupyter_server.auth import IdentityProvider, User
from tornado.web import RequestHandler
from traitlets import List, Unicode

from openpaas_workspace.accounts.engine.names import initials
from openpaas_workspace.accounts.gateway.cookies import clear_session, session_secret
from openpaas_workspace.accounts.gateway.doors import speaks_of
from openpaas_workspace.accounts.service.actors import TOKEN_PREFIX, Speaker, by_session, by_token
from openpaas_workspace.accounts.service.live import Sessions
from openpaas_workspace.accounts.service.speakers import Speakers
from openpaas_workspace.core.db import Work
from openpaas_workspace.core.web import API, Identity
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.kit.actors import NOBODY, Actor
from openpaas_workspace.kit.ids import digest

_BEARER = re.compile(r"\s*bearer\s+(\S{1,200})\s*", re.IGNORECASE)
# Jupyter's own scheme is known so that such a header never falls back to the cookie; other schemes are not ours
_TOKEN_SCHEME = re.compile(r"\s*(bearer|token)\b", re.IGNORECASE)
Finder = Callable[[Work, str], Awaitable[Speaker | None]]
_FOUND = "_openpaas_speaker"


@dataclass
class WorkspaceUser(User):
    """Jupyter's idea of a user, with the actor behind it."""

    actor: Actor = field(default=NOBODY, kw_only=True)
    time_zone: str = field(default="", kw_only=True)


class AccountsIdentity(Identity):
    """Finds who speaks, once a request; works before Jupyter's own `prepare`."""

    async def actor(self, handler: RequestHandler) -> Actor:
        """The actor behind a request, or NOBODY."""
        speaker = await find_speaker(handler)
        return NOBODY if speaker is None else speaker.actor


class WorkspaceIdentityProvider(IdentityProvider):
    """Jupyter's view of our accounts. There is no shared token, and none in URLs."""

    token = Unicode("", help="Not used: there is no shared token.").tag(config=False)
    updatable_fields: List[str] = List(
        help="Not used: members change themselves at /api/workspace/v1/me."
    ).tag(config=False)
    auth_enabled = True
    login_available = True
    need_token = False

    async def get_user(self, handler: RequestHandler) -> User | None:
        """The member behind a request, or None."""
        speaker = await find_speaker(handler)
        if speaker is None:
            return None
        row = speaker.member
        return WorkspaceUser(
            username=row.username,
            name=row.display_name,
            display_name=row.display_name,
            initials=initials(row.display_name),
            color=row.color,
            avatar_url=photo_path(handler, row.id, row.photo),
            time_zone=row.time_zone,
            actor=speaker.actor,
        )

    def identity_model(self, user: User) -> dict[str, Any]:
        """What `/api/me` says, from the database alone."""
        names = ("username", "name", "display_name", "initials", "avatar_url", "color")
        return {name: getattr(user, name) for name in names}

    def check_update(self, user_data: Any) -> None:  # noqa: ARG002  (the base class names it)
        """Refuse: the page changes names and colours through our own address."""
        raise ValueError("Change your name or colour at /api/workspace/v1/me.")

    def get_token(self, handler: RequestHandler) -> str | None:
        """Only a header counts; a token in a URL ends up in logs."""
        return bearer(handler) or None

    def is_token_authenticated(self, handler: RequestHandler) -> bool:
        """Whether a Bearer token opened this request: browsers do not send one by themselves."""
        return bool(getattr(handler, "_token_authenticated", False))

    def get_handlers(self) -> list[tuple[str, object]]:
        """None: the pages are handlers of the accounts domain."""
        return []

    def clear_login_cookie(self, handler: RequestHandler) -> None:
        """Take the session's secret back."""
        clear_session(handler.settings["openpaas_workspace"], handler)


def photo_path(handler: RequestHandler, member_id: str, version: str) -> str | None:
    """The address of a member's photo on this server; None without one."""
    base = str(handler.settings.get("base_url", "/"))
    return f"{base}api/workspace/v1/members/{member_id}/photo?v={version}" if version else None


async def find_speaker(handler: RequestHandler) -> Speaker | None:
    """Who speaks, remembered for the request.

    A kernel's own door counts alone, whatever is said there; a Bearer header does, even beside a good cookie.
    """
    if hasattr(handler, _FOUND):
        found: Speaker | None = getattr(handler, _FOUND)
        return found
    workspace: Workspace = handler.settings["openpaas_workspace"]
    speaker, without_cookie = None, True
    if (speaks := speaks_of(handler)) is not None:
        # Jupyter's own addresses are for pages: what a kernel may do is in our interface.
        if handler.request.path.startswith(f"{handler.settings.get('base_url', '/')}{API[1:]}/"):
            speaker = await speaks()
    elif _TOKEN_SCHEME.match(handler.request.headers.get("Authorization", "")):
        token = bearer(handler)
        if token.startswith(TOKEN_PREFIX):
            speaker = await _look_up(workspace, by_token, token)
    else:
        without_cookie = False
        if secret := session_secret(workspace, handler):
            speaker = await _look_up(workspace, by_session, secret)
    if without_cookie:
        handler._token_authenticated = speaker is not None  # type: ignore[attr-defined]  # noqa: SLF001  (Jupyter's name)
    if speaker is not None and speaker.actor.session:
        workspace.get(Sessions).use(speaker.actor.session)
    setattr(handler, _FOUND, speaker)
    return speaker


async def _look_up(workspace: Workspace, by: Finder, secret: str) -> Speaker | None:
    async def look() -> Speaker | None:
        async with workspace.db.read(NOBODY) as work:
            return await by(work, secret)

    # the prefix tells the two kinds of secrets apart: a token in a cookie is not a session
    return await workspace.get(Speakers).find(f"{by.__name__} {digest(secret)}", look)


def bearer(handler: RequestHandler) -> str:
    """The token of the Authorization header, or nothing."""
    match = _BEARER.fullmatch(handler.request.headers.get("Authorization", ""))
    return match[1] if match else ""
