"""Erasing a member and settling what becomes of the own files."""

import asyncio
import shutil
from datetime import UTC, datetime

from openpaas_workspace.accounts.service import erasure, lookup
from openpaas_workspace.administration.schemas import Erasure, MemberRecord
from openpaas_workspace.administration.service.members import record
from openpaas_workspace.core.i18n import translator
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.files.service import estates
from openpaas_workspace.kernels.service import environments
from openpaas_workspace.kernels.service.numbers import number_of
from openpaas_workspace.kit.actors import Actor
from openpaas_workspace.kit.errors import Invalid
from openpaas_workspace.sharing.service import managers


async def erase_member(workspace: Workspace, actor: Actor, member_id: str, body: Erasure) -> MemberRecord:
    """Erase a member for good; administrators only, from the page.

    Access ends first, for itself: what is cut short afterwards is simply done again.
    """
    async with workspace.db.unit(actor) as work:
        if body.files == "transfer":
            state = (await lookup.states(work, (body.heir,))).get(body.heir)
            if state is None or not state[1] or body.heir == member_id:
                raise Invalid("Choose an active member who takes the files over.")
        await erasure.prepare(work, member_id)
    if body.files == "trash":
        await estates.throw_all_away(workspace, member_id)
    async with workspace.db.unit(actor) as work:
        day = datetime.now(UTC).date().isoformat()
        heir = body.heir if body.files == "transfer" else ""
        name = translator(workspace.settings.default_locale)("Files of a former member ({day})", day=day)
        # before the new manager is written: the heir may have been given something there before
        await managers.forget_member(work, member_id)
        await estates.hand_over(work, member_id, name, heir, archived=not heir)
        await erasure.erase(work, member_id)
        found = await record(work, member_id)
    folder = workspace.data_dir / "members" / member_id
    await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
    await environments.forget(workspace, await number_of(workspace, f"member:{member_id}"))
    return found
