"""What a password is worth, told while it is being typed: by the rule that decides when it is saved. Writes nothing."""

import asyncio
import json

from jupyter_server.auth.decorator import allow_unauthenticated
from jupyter_server.base.handlers import JupyterHandler

from openpaas_workspace.accounts.config import AccountsSettings
from openpaas_workspace.accounts.gateway.identity import find_speaker
from openpaas_workspace.accounts.schemas import PasswordStrength, PasswordTry
from openpaas_workspace.accounts.service import links, login
from openpaas_workspace.accounts.service.visitors import visitor_of
from openpaas_workspace.core.i18n import translator
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.kit.errors import Forbidden, TooLarge, TooMany, WorkspaceError
from openpaas_workspace.kit.schema import decode, encode

_LARGEST = 4_000
_MOST = 16
_waiting = asyncio.BoundedSemaphore(_MOST)


class StrengthHandler(JupyterHandler):
    """For members, and for who holds a one-time link; others learn nothing here."""

    @allow_unauthenticated
    async def post(self) -> None:
        """Measure the password of the body; `lang` of the address translates the advice for pages without a catalogue."""
        self.set_header("Cache-Control", "no-store")
        self.set_header("X-Content-Type-Options", "nosniff")
        try:
            reply = await self._measure()
        except WorkspaceError as error:
            self.set_status(error.status)
            self.set_header("Content-Type", "application/problem+json")
            self.finish(json.dumps(error.problem()))
            return
        self.set_header("Content-Type", "application/json")
        self.finish(encode(reply))

    async def _measure(self) -> PasswordStrength:
        if len(self.request.body) > _LARGEST:
            raise TooLarge("This request is too large: 4000 bytes at most.")
        body: PasswordTry = decode(self.request.body, PasswordTry)
        about = await self._about(body)
        if _waiting.locked():
            raise TooMany("Many people are choosing passwords now. Try again in a moment.", retry_after=1)
        workspace: Workspace = self.settings["openpaas_workspace"]
        async with _waiting:
            found = await login.measure(workspace, body.password, about)
        language = self.get_query_argument("lang", "")
        return PasswordStrength(
            bits=found.bits,
            wanted=workspace.get(AccountsSettings).password_bits,
            grade=found.grade,
            enough=found.enough,
            advice=translator(language).sentence(found.advice) if language else found.advice,
        )

    async def _about(self, body: PasswordTry) -> list[str]:
        speaker = await find_speaker(self)
        if body.link:
            workspace: Workspace = self.settings["openpaas_workspace"]
            found = await links.find_link(workspace, body.link, None, visitor_of(workspace, self.request))
            return [*found.about, body.username]
        if speaker is None or "all" not in speaker.actor.scopes:
            raise Forbidden("Log in first, or open the link you were given.")
        return login.about(speaker.member)
