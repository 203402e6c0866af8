"""Erasing a member: the row stays as the end of the mapping from ids to people, without the person in it."""

from sqlalchemy import delete, update

from openpaas_workspace.accounts.engine.names import COLORS
from openpaas_workspace.accounts.events import GroupChanged, MemberErased
from openpaas_workspace.accounts.models import group_members, members, photos
from openpaas_workspace.accounts.service.actors import require_administrator, require_session
from openpaas_workspace.accounts.service.members import disable_member, member_row
from openpaas_workspace.accounts.service.speakers import forget_speakers
from openpaas_workspace.core.db import Work
from openpaas_workspace.core.i18n import translator
from openpaas_workspace.kit.clock import now
from openpaas_workspace.kit.errors import Conflict, Invalid


async def prepare(work: Work, member_id: str) -> None:
    """End the access of a member who is to be erased; administrators only, from the page. Raises Invalid for oneself.

    Raises Conflict for the last administrator, and for who was erased before.
    """
    require_administrator(work)
    if await require_session(work) == member_id:
        raise Invalid("You cannot erase yourself: ask another administrator.")
    if (await member_row(work, member_id)).erased_at is not None:
        raise Conflict("This account was erased already.")
    await disable_member(work, member_id)


async def erase(work: Work, member_id: str) -> None:
    """Take name, username, address, photo, unit and groups of a disabled member out; what is logged keeps the id."""
    require_administrator(work)
    left = delete(group_members).where(group_members.c.member_id == member_id)
    for row in await work.all(left.returning(group_members.c.group_id)):
        work.publish(GroupChanged(ref=f"group:{row.group_id}", members=(member_id,), fields=("members",)))
    await work.execute(delete(photos).where(photos.c.member_id == member_id))
    username = f"erased-{member_id}"
    await work.execute(
        update(members)
        .where(members.c.id == member_id, members.c.disabled_at.is_not(None))
        .values(
            username=username,
            username_key=username,
            display_name=translator(work.workspace.settings.default_locale)("Former member"),
            email="",
            email_key=None,
            locale="",
            unit="",
            time_zone="",
            photo="",
            color=COLORS[7],
            administrator=False,
            password_hash="",
            password_at=None,
            seen_at=None,
            erased_at=now(),
        )
    )
    forget_speakers(work)
    work.publish(MemberErased(ref=f"member:{member_id}", members=(member_id,)))
