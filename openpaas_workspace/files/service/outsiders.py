"""Who changes files on disk."""

from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.kit.actors import Actor

OUTSIDE = Actor(kind="system", id="outside", name="Outside")


class Outsiders:
    """The kernels' domain puts its own into the workspace: `workspace.put(Outsiders, …)`."""

    def actor(self, space_id: str) -> Actor:
        """The actor that a change on disk in a space is credited to."""
        raise NotImplementedError

    def holds(self, file_id: str) -> bool:  # noqa: ARG002
        """Whether somebody has this very file in hand, and would go on with the old one if it was replaced."""
        return False


def is_held(workspace: Workspace, file_id: str) -> bool:
    """Whether a file must be written in place, see `Outsiders.holds`."""
    outsiders = workspace.find(Outsiders)
    return outsiders is not None and outsiders.holds(file_id)


def outside_actor(workspace: Workspace, space_id: str) -> Actor:
    """Whom a change on disk is credited to: as the kernels' domain says, else “outside”."""
    outsiders = workspace.find(Outsiders)
    return OUTSIDE if outsiders is None else outsiders.actor(space_id)
