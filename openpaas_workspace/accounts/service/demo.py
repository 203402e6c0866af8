"""Demo members: known names, a known password, this machine only."""

from openpaas_workspace.accounts.schemas import NewMember
from openpaas_workspace.accounts.service.hashing import Passwords
from openpaas_workspace.accounts.service.members import by_name, insert_member
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.kit.actors import SYSTEM

PASSWORD = "demo"  # noqa: S105  (printed on the login page; works from loopback under --demo only)
DEMO_MEMBERS = (
    NewMember(username="alice", display_name="Alice Martin", administrator=True),
    NewMember(username="bob", display_name="Bob Lefèvre"),
    NewMember(username="carol", display_name="Carole Dubois"),
    NewMember(username="dave", display_name="David Moreau"),
)


async def ensure_demo_members(workspace: Workspace) -> dict[str, str]:
    """Create the demo members that are missing; username to id. Members of these names who are not demo stay as they are."""
    found: dict[str, str] = {}
    for body in DEMO_MEMBERS:
        async with workspace.db.read(SYSTEM) as work:
            row = await by_name(work, body.username)
        if row is None:
            fresh = await workspace.get(Passwords).hash(PASSWORD)
            async with workspace.db.unit(SYSTEM) as work:
                row = await insert_member(work, body, password_hash=fresh, demo=True)
        found[body.username] = row.id
    return found
