"""Registers the push socket."""

from openpaas_workspace.core.access import Access
from openpaas_workspace.core.registry import Domain
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.realtime.push.config import PushSettings
from openpaas_workspace.realtime.push.gateway import PATTERN, SCOPE, PushSocket
from openpaas_workspace.realtime.push.service.hub import Push
from openpaas_workspace.realtime.service.presence import Presences


async def _set_up(workspace: Workspace) -> None:
    limits = PushSettings(parent=workspace.settings)
    push = Push(workspace, limits, workspace.find(Presences) or Presences())
    workspace.put(Push, push)
    push.start()


async def _close(workspace: Workspace) -> None:
    workspace.get(Push).goodbye()


domain = Domain(
    "push",
    config=(PushSettings,),
    handlers=((PATTERN, PushSocket),),
    access=(
        Access("openpaas_workspace.realtime.push.gateway.PushSocket", PATTERN, "GET", "member", scope=SCOPE),
    ),
    setup=_set_up,
    close=_close,
)
