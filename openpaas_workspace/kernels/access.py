"""The rows of Jupyter's kernel handlers ask here: a kernel one may not use is not there."""

from typing import Any

from openpaas_workspace.kit.actors import Actor
from openpaas_workspace.kit.errors import NotFound


async def may_use_kernel(handler: Any, actor: Actor) -> None:  # noqa: ARG001  (the manager asks for the handler's user)
    """Raise NotFound unless the member may use the kernel named in the address."""
    user = await handler.identity_provider.get_user(handler)
    kernel_id = handler.path_kwargs.get("kernel_id") or (handler.path_args or [""])[0]
    if user is None or not await handler.kernel_manager.may_execute(user, kernel_id):
        raise NotFound
