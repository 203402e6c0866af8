"""Earlier states of a file: opened by right, built from the log away from the event loop."""

from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.kit.actors import Actor
from openpaas_workspace.kit.errors import Invalid
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.realtime.service import store
from openpaas_workspace.realtime.service.filekind import FILE
from openpaas_workspace.realtime.service.host import Host
from openpaas_workspace.realtime.service.live import LiveObject
from openpaas_workspace.sharing.schemas import Level
from openpaas_workspace.sharing.service.rights import require


async def opened(workspace: Workspace, actor: Actor, object_id: str, at_least: Level) -> LiveObject:
    """The live object, if the actor has that level on it; raises NotFound, Forbidden, Unavailable."""
    ref = Ref(FILE, object_id)
    async with workspace.db.read(actor) as work:
        await require(work, ref, at_least)
    return await workspace.get(Host).open(ref)


async def number(workspace: Workspace, live: LiveObject, seq: int | None) -> int:
    """The number that is meant; None is the newest. Raises Invalid for one whose state is not known."""
    if seq is None or seq == live.seq:
        return live.seq
    if not 0 < seq < live.seq:
        raise Invalid("There is no such version; take a number from the history.")
    if await store.exact(workspace, live.ref.id, live.epoch, seq) != seq:
        raise Invalid("This version is too old to be told apart; take a named one.")
    return seq


async def state(workspace: Workspace, live: LiveObject, seq: int | None) -> tuple[int, bytes]:
    """The number that is meant, and the state there."""
    wanted = await number(workspace, live, seq)
    if wanted == live.seq:
        return await workspace.get(Host).whole(live)
    return wanted, await workspace.get(Host).state_at(live, wanted)
