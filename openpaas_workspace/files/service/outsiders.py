"""Who changes files on disk."""

from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.kit.actors import Actor

OUTSIDE = Actor(kind="system", id="outside", name="Outside")


class Outsiders:
    """The kernels' domain puts its own into the workspace: `workspace.put(Outsiders, …)`."""

    def actor(self, space_id: str) -> Actor:
        """The actor that a change on disk in a space is credited to."""
        raise NotImplementedError


def outside_actor(workspace: Workspace, space_id: str) -> Actor:
    """Whom a change on disk is credited to: as the kernels' domain says, else “outside”."""
    outsiders = workspace.find(Outsiders)
    return OUTSIDE if outsiders is None else outsiders.actor(space_id)
