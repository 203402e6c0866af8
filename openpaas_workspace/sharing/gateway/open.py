"""`/open/<kind>:<id>`: leads to the object, whatever its name and place are today, or to where one asks for access.

What is absent, thrown away, or not to be seen gets the very same page.
"""

from typing import Any

from openpaas_workspace.accounts.gateway.pages import Page
from openpaas_workspace.accounts.service import lookup
from openpaas_workspace.core.access import Access
from openpaas_workspace.core.i18n import Translator, language_of, translator
from openpaas_workspace.core.web import Identity
from openpaas_workspace.kit.actors import NOBODY, Actor
from openpaas_workspace.kit.errors import Invalid, NotFound, WorkspaceError
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.sharing.schemas import MAX_MESSAGE, AccessWish
from openpaas_workspace.sharing.service import requests
from openpaas_workspace.sharing.service.links import Links

_PATTERN = r"/open/(?P<ref>[^/]+)"


class OpenPage(Page):
    """Where a link of the workspace leads. GET goes there or offers to ask, POST asks."""

    member: Actor = NOBODY
    shown_name = ""

    def translate(self) -> Translator:
        """As for any page, but a member's own language comes before what the browser asks for."""
        chosen = language_of(self.query("lang"))
        return super().translate() if chosen or not self.member.locale else translator(self.member.locale)

    async def get(self, ref: str) -> None:
        await self._meet()
        try:
            found = Ref.parse(ref)
            async with self.workspace.db.read(self.member) as work:
                place = await self.workspace.get(Links).path(work, found)
                asked_at = None if place else await requests.asked(work, found)
        except Invalid as error:
            self.show_dead(error)
            return
        if place is not None:
            self.redirect(self.base_url + place)
            return
        self._offer(asked=asked_at is not None)

    async def post(self, ref: str) -> None:
        await self._meet()
        try:
            wish = AccessWish(message=self.field("message", MAX_MESSAGE))
            async with self.workspace.db.unit(self.member) as work:
                if await self.workspace.get(Links).path(work, Ref.parse(ref)) is None:
                    await requests.ask(work, Ref.parse(ref), wish)
        except WorkspaceError as error:
            self._offer(error=error)
            return
        self.redirect(self.request.path, status=303)

    async def _meet(self) -> None:
        self.member = await self.workspace.get(Identity).actor(self)
        async with self.workspace.db.read(self.member) as work:
            states = await lookup.states(work, (self.member.id,))
        self.shown_name = states[self.member.id][0] if states else self.member.name

    def _offer(self, *, asked: bool = False, error: WorkspaceError | None = None) -> None:
        self.set_status(NotFound.status)
        self.show("ask.html", error=error, asked=asked, name=self.shown_name, longest=MAX_MESSAGE)

    def show_dead(self, error: WorkspaceError) -> None:
        """Answer that this is no link of the workspace."""
        _ = self.translate()
        self.show(
            "message.html",
            error=error,
            title=_("This link does not work"),
            lines=(),
            back=self.base_url + "lab",
            back_label=_("Go to the workspace"),
        )


HANDLERS: tuple[tuple[str, type[Any]], ...] = ((_PATTERN, OpenPage),)
ACCESS = tuple(
    Access(f"{OpenPage.__module__}.{OpenPage.__qualname__}", _PATTERN, method, "member")
    for method in ("GET", "POST")
)
