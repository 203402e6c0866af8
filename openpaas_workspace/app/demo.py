"""Demo content: real members, spaces and files, so that the first look is not an empty page."""

from pathlib import Path

from openpaas_workspace.accounts.service.actors import actor_of_member
from openpaas_workspace.accounts.service.demo import ensure_demo_members
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.files.schemas import NewSpace
from openpaas_workspace.files.service import spaces
from openpaas_workspace.files.service.copying import import_folder
from openpaas_workspace.files.service.rows import Acting
from openpaas_workspace.files.service.welcome import first_administrator
from openpaas_workspace.kit.actors import SYSTEM, Actor
from openpaas_workspace.kit.errors import Conflict
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.sharing.schemas import Level, Subject
from openpaas_workspace.sharing.service import grants

ORGANISATION = "Mairie de Saint-Aubin"
# space, description, manager, others with their level, folder of the demo content
SPACES: tuple[tuple[str, str, str, dict[str, Level], str], ...] = (
    (
        "Finances",
        "Budget, données ouvertes et rapports du service des finances.",
        "alice",
        {"bob": Level.editor, "carol": Level.reader},
        "finances",
    ),
    (
        "Conseil municipal",
        "Ordres du jour, notes et délibérations.",
        "bob",
        {"alice": Level.editor, "carol": Level.commenter},
        "conseil",
    ),
)


async def seed(workspace: Workspace) -> None:
    """Make what is missing of the demo; what members did with it since stays."""
    ids = await ensure_demo_members(workspace)
    await spaces.ensure_organisation(workspace, ORGANISATION)
    await first_administrator(workspace, ids["alice"])
    for name, description, manager, others, folder in SPACES:
        actor = await _actor(workspace, ids[manager])
        caller = Acting(workspace, actor)
        try:
            info = await spaces.create(caller, NewSpace(name=name, description=description))
        except Conflict:
            continue
        async with workspace.db.unit(actor) as work:
            for username, level in others.items():
                await grants.grant(work, Ref("space", info.id), Subject("member", ids[username]), level)
        for source in _sources(folder):
            await import_folder(workspace, actor, source, name)


async def _actor(workspace: Workspace, member_id: str) -> Actor:
    async with workspace.db.read(SYSTEM) as work:
        return await actor_of_member(work, member_id)


def _sources(folder: str) -> list[Path]:
    """Demo files of a space; the tutorials come from the package, in a checkout from `notebooks/`."""
    own = Path(__file__).parent / "demo_content" / folder
    packaged = Path(__file__).parent / "tutorials"
    tutorials = packaged if packaged.is_dir() else Path(__file__).parents[2] / "notebooks"
    return [path for path in ((own, tutorials) if folder == "finances" else (own,)) if path.is_dir()]
