"""Where links to objects lead: each kind of object says where the page shows it."""

from collections.abc import Awaitable, Callable

from openpaas_workspace.accounts.service import lookup
from openpaas_workspace.core.db import Work
from openpaas_workspace.kit.errors import NotFound
from openpaas_workspace.kit.refs import Ref

Resolver = Callable[[Work, str], Awaitable[str]]


class Links:
    """Resolvers by kind. `workspace.get(Links).add(kind, resolver)` in the setup of a domain.

    A resolver answers the path below the base URL where the actor finds the object now; it raises NotFound for
    what is absent, in the trash or not to be seen.
    """

    def __init__(self) -> None:
        self._resolvers: dict[str, Resolver] = {"member": _member}

    def add(self, kind: str, resolver: Resolver) -> None:
        """Who knows where objects of this kind are."""
        self._resolvers[kind] = resolver

    async def path(self, work: Work, ref: Ref) -> str | None:
        """Where the actor finds the object, below the base URL; None when there is nothing for this actor."""
        resolver = self._resolvers.get(ref.kind)
        if resolver is None:
            return None
        try:
            return await resolver(work, ref.id)
        except NotFound:
            return None


def in_page(ref: Ref) -> str:
    """The address that makes the page open a reference by itself."""
    return f"lab?open={ref}"


async def _member(work: Work, member_id: str) -> str:
    if member_id not in await lookup.states(work, (member_id,)):
        raise NotFound
    return in_page(Ref("member", member_id))
