"""Who acts: the server's own finding, never the client's word."""

from typing import Literal

import msgspec

ActorKind = Literal["nobody", "member", "link", "app", "kernel", "system"]


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """One acting party.

    `id` is the member's id for members, else the id of the link, app or kernel.
    `groups` are group ids. `behalf` is the member whose request a kernel or app runs. `scopes` limit what a token may do: `all` or words such as
    `files:read`. `session` is the id of the login session or token that spoke, if any; `token` says that it was a token.
    `origin` is the ref of the notebook whose kernel speaks.
    """

    kind: ActorKind
    id: str
    name: str = ""
    groups: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset({"all"})
    administrator: bool = False
    session: str = ""
    token: bool = False
    behalf: str = ""
    locale: str = ""
    origin: str = ""

    def has_scope(self, scope: str) -> bool:
        """Whether the actor's credentials cover `scope` (`area:read` or `area:write`)."""
        area = scope.partition(":")[0]
        return bool(self.scopes & {"all", scope, area, f"{area}:write"})


NOBODY = Actor(kind="nobody", id="", scopes=frozenset())
SYSTEM = Actor(kind="system", id="system", name="System")
