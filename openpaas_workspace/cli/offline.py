"""Commands that work on the data folder without a server."""

import argparse
import json
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any

from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.kit.actors import SYSTEM
from openpaas_workspace.kit.errors import Invalid, NotFound

_SPAN = re.compile(r"(\d{1,5})([hd])")


@asynccontextmanager
async def _opened(arguments: argparse.Namespace, *, files: bool = False) -> AsyncIterator[Workspace]:
    from openpaas_workspace.app.offline import opened

    # Only what the command needs: importing every domain takes seconds.
    names = ("accounts", "sharing", "realtime", "files") if files else ("accounts",)
    domains = [import_module(f"openpaas_workspace.{name}.domain").domain for name in names]
    async with opened(arguments.data_dir, arguments.database_url, domains) as workspace:
        yield workspace


async def _member_id(workspace: Workspace, username: str) -> str:
    from openpaas_workspace.accounts.service.members import by_name

    async with workspace.db.read(SYSTEM) as work:
        row = await by_name(work, username)
    if row is None:
        raise NotFound(f"There is no member “{username}”. See: openpaas user list")
    return str(row.id)


async def user_add(arguments: argparse.Namespace) -> None:
    """Create a member; print the path of the link that sets the password."""
    from openpaas_workspace.accounts.schemas import NewMember
    from openpaas_workspace.accounts.service.links import invite_member

    body = NewMember(
        username=arguments.username,
        display_name=arguments.name,
        email=arguments.email,
        administrator=arguments.administrator,
    )
    async with _opened(arguments) as workspace, workspace.db.unit(SYSTEM) as work:
        made = await invite_member(work, body)
    print(f"Created {made.member.username}. Hand over this address of your server; it works once:")
    print(made.link.path)


async def user_list(arguments: argparse.Namespace) -> None:
    """Print one member a line: username, name, role, state; tab between."""
    from openpaas_workspace.accounts.schemas import MemberQuery
    from openpaas_workspace.accounts.service.members import find_members

    async with _opened(arguments) as workspace, workspace.db.read(SYSTEM) as work:
        after = ""
        while rows := await find_members(work, MemberQuery(limit=500, disabled=True, after=after)):
            for row in rows:
                role = "administrator" if row.administrator else "member"
                state = "disabled" if row.disabled_at else "active"
                print(row.username, row.display_name, role, state, sep="\t")
            after = rows[-1].id


async def user_disable(arguments: argparse.Namespace) -> None:
    """End a member's sessions and tokens, and refuse new ones."""
    from openpaas_workspace.accounts.service.members import disable_member

    async with _opened(arguments) as workspace:
        member_id = await _member_id(workspace, arguments.username)
        async with workspace.db.unit(SYSTEM) as work:
            await disable_member(work, member_id)
    print(f"{arguments.username} is disabled.")


async def user_password(arguments: argparse.Namespace) -> None:
    """Print the path of a one-time link to choose a new password."""
    from openpaas_workspace.accounts.service.links import create_reset_link

    async with _opened(arguments) as workspace:
        member_id = await _member_id(workspace, arguments.username)
        async with workspace.db.unit(SYSTEM) as work:
            link = await create_reset_link(work, member_id)
    print(link.path)


async def token_create(arguments: argparse.Namespace) -> None:
    """Print a new token, alone."""
    from openpaas_workspace.accounts.schemas import NewToken
    from openpaas_workspace.accounts.service.tokens import create_token_for

    body = NewToken(
        name=arguments.name, scopes=_scopes(arguments.scope), expires_in=seconds(arguments.expires)
    )
    async with _opened(arguments) as workspace:
        member_id = await _member_id(workspace, arguments.user)
        async with workspace.db.unit(SYSTEM) as work:
            made = await create_token_for(work, member_id, body)
    print(made.secret)


def _scopes(given: list[str]) -> list[str]:
    return [scope for entry in given for scope in re.split(r"[,\s]+", entry) if scope]


def seconds(span: str) -> int:
    """`12h` or `30d` in seconds; raises Invalid."""
    match = _SPAN.fullmatch(span.strip())
    if match is None:
        raise Invalid("Say how long as 12h or 30d.")
    return int(match[1]) * {"h": 3_600, "d": 86_400}[match[2]]


def openapi(_arguments: argparse.Namespace) -> None:
    """Print the API description."""
    from openpaas_workspace.app.domains import all_domains
    from openpaas_workspace.openapi import document

    json.dump(document(all_domains()), sys.stdout, indent=2, ensure_ascii=False)
    print()


async def db_upgrade(arguments: argparse.Namespace) -> None:
    """Bring the database to this version."""
    from openpaas_workspace.app.offline import opened

    async with opened(arguments.data_dir, arguments.database_url, ()):
        print("The database is up to date.")


async def import_folder(arguments: argparse.Namespace) -> None:
    """Copy a folder of files into a space, in a member's name."""
    from openpaas_workspace.accounts.service.actors import actor_of_member
    from openpaas_workspace.files.service.copying import import_folder as copy

    async with _opened(arguments, files=True) as workspace:
        member_id = await _member_id(workspace, arguments.user)
        async with workspace.db.read(SYSTEM) as work:
            actor = await actor_of_member(work, member_id)
        copied, left_out = await copy(workspace, actor, arguments.folder, arguments.space)
    print(f"Copied {copied} files and folders; left out {left_out}.")


def _sheets() -> Any:
    from openpaas_workspace.kernels.doctor import Check
    from openpaas_workspace.sheets.service import walls

    held = walls.probe()
    missing = [name for name in (walls.NETWORK, walls.FILES) if name not in held]
    return Check(
        "sheets",
        not missing,
        f"The processes of sheets and of conversions can reach the {' and the '.join(missing)} of this machine."
        if missing
        else "The processes of sheets and of conversions reach no network, no other file and no program.",
        "Run the server on Linux 5.13 or newer with Landlock (lsm=landlock,…), and let containers use seccomp.",
        needed=False,
    )


def doctor(_arguments: argparse.Namespace) -> int:
    """Print each check with what to do; 1 if something needs a remedy."""
    from openpaas_workspace.kernels.doctor import probe

    checks = [*probe(), _sheets()]
    for check in checks:
        print(f"{'ok ' if check.ok else '** '} {check.name}: {check.sentence}")
        if check.remedy and not check.ok:
            print(f"      {check.remedy}")
    return 0 if all(check.ok for check in checks) else 1
