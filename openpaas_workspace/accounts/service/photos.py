"""Photos of members: made anew by the server from what they send, and shown to everybody who is logged in."""

import asyncio
import hashlib
import sys
from contextlib import suppress
from pathlib import Path

from sqlalchemy import delete, insert, select, update

from openpaas_workspace.accounts.config import AccountsSettings
from openpaas_workspace.accounts.engine import portrait
from openpaas_workspace.accounts.events import MemberUpdated
from openpaas_workspace.accounts.models import members, photos
from openpaas_workspace.accounts.schemas import Me
from openpaas_workspace.accounts.service.actors import require_member
from openpaas_workspace.accounts.service.members import me
from openpaas_workspace.core.db import Work
from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.kit.actors import Actor
from openpaas_workspace.kit.clock import now
from openpaas_workspace.kit.errors import Invalid, NotFound, TooLarge, TooMany

SIDE = 256
_PATIENCE = 15.0
_AT_ONCE = 2
_busy = 0


async def put_photo(workspace: Workspace, actor: Actor, image: bytes) -> Me:
    """Take a picture as my photo; raises TooLarge, Invalid for what is none, TooMany while others are made."""
    async with workspace.db.read(actor) as work:
        member_id = require_member(work)
    settings = workspace.get(AccountsSettings)
    if len(image) > settings.photo_bytes:
        raise TooLarge(f"This photo is too large: {settings.photo_bytes // 1_000_000} MB at most.")
    data = await _portrait(image, settings.photo_pixels)
    version = hashlib.sha256(data).hexdigest()[:16]
    async with workspace.db.unit(actor) as work:
        await work.execute(delete(photos).where(photos.c.member_id == member_id))
        await work.execute(insert(photos).values(member_id=member_id, data=data, at=now()))
        await _tell(work, member_id, version)
        return await me(work)


async def delete_photo(work: Work) -> Me:
    """Take my photo away: my initials are shown again."""
    member_id = require_member(work)
    await remove(work, member_id)
    return await me(work)


async def remove(work: Work, member_id: str) -> None:
    """Take away a member's photo, if there is one. No right is asked here."""
    if await work.execute(delete(photos).where(photos.c.member_id == member_id)):
        await _tell(work, member_id, "")


async def photo(work: Work, member_id: str) -> tuple[bytes, str]:
    """The photo of a member and its version, for every member; raises NotFound."""
    require_member(work)
    row = await work.first(
        select(photos.c.data, members.c.photo)
        .join(members, members.c.id == photos.c.member_id)
        .where(photos.c.member_id == member_id)
    )
    if row is None:
        raise NotFound("This member has no photo.")
    return bytes(row.data), row.photo


async def _tell(work: Work, member_id: str, version: str) -> None:
    await work.execute(update(members).where(members.c.id == member_id).values(photo=version))
    work.publish(MemberUpdated(ref=f"member:{member_id}", members=(member_id,), fields=("photo",)))


async def _portrait(image: bytes, most_pixels: int) -> bytes:
    global _busy  # noqa: PLW0603  (how many processes of this kind run in this one)
    if _busy >= _AT_ONCE:
        raise TooMany("Other photos are being prepared. Try again in a moment.", retry_after=2)
    _busy += 1
    try:
        return await _run(image, most_pixels)
    finally:
        _busy -= 1


async def _run(image: bytes, most_pixels: int) -> bytes:
    script = str(Path(portrait.__file__).resolve())
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-I", script, str(most_pixels), str(SIDE),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        env={}, cwd="/",
    )  # fmt: skip
    try:
        async with asyncio.timeout(_PATIENCE):
            made, _ = await process.communicate(image)
    except TimeoutError:
        made = b""
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode == portrait.TOO_MANY_PIXELS:
        raise TooLarge(f"This photo has too many pixels: {most_pixels // 1_000_000} million at most.")
    if process.returncode != 0 or not made:
        raise Invalid("This is not a picture that can be read: choose a JPEG, PNG, WebP or GIF file.")
    return made
