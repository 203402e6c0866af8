"""What hangs on a session closes when it ends, here or in another process."""

import asyncio
import subprocess
import sys
import time

import pytest

from openpaas_workspace.accounts.schemas import NewToken
from openpaas_workspace.accounts.service import members, sessions, tokens
from openpaas_workspace.accounts.service.live import Sessions
from openpaas_workspace.kit.actors import SYSTEM
from tests.accounts.conftest import running

# the promise is two seconds; ten times that proves that it happens, not that this machine is idle
DEADLINE = 20.0


class Line:
    """A connection that hangs on a session."""

    def __init__(self, workspace, session_id):
        self.closed = asyncio.Event()
        self.count = 0
        self.detach = workspace.get(Sessions).attach(session_id, self._close)

    def _close(self):
        self.count += 1
        self.closed.set()

    async def closes(self):
        await asyncio.wait_for(self.closed.wait(), DEADLINE)
        return self.count


async def test_revoking_closes_the_lines_of_that_session_only(workspace, people):
    alice = await people.actor(await people.add("alice"))
    one, two = await people.login("alice"), await people.login("alice")
    doomed, other, gone = Line(workspace, one.id), Line(workspace, two.id), Line(workspace, one.id)
    gone.detach()
    heard = []
    stop = workspace.get(Sessions).on_ended(lambda *what: heard.append(what))
    async with workspace.db.unit(alice) as work:
        await sessions.revoke_session(work, one.id)
    assert await doomed.closes() == 1
    assert one.id in [session for session, _ in heard]
    stop()
    async with workspace.db.unit(alice) as work:
        await sessions.end_sessions(work, alice.id, "revoked")
    await other.closes()
    assert gone.count == 0
    assert doomed.count == 1
    assert two.id not in [session for session, _ in heard]


async def test_disabling_closes_sessions_and_tokens_and_is_heard(workspace, people):
    root = await people.actor(await people.add("root", administrator=True))
    bob = await people.add("bob")
    opened = await people.login("bob")
    async with workspace.db.unit(SYSTEM) as work:
        made = await tokens.create_token_for(work, bob, NewToken(name="x", scopes=["all"]))
    lines = [Line(workspace, opened.id), Line(workspace, made.token.id)]
    disabled = asyncio.Event()
    workspace.get(Sessions).on_ended(
        lambda session, member: disabled.set() if (session, member) == (None, bob) else None
    )
    async with workspace.db.unit(root) as work:
        await members.disable_member(work, bob)
    for line in lines:
        assert await line.closes() == 1
    await asyncio.wait_for(disabled.wait(), DEADLINE)


async def test_a_line_attached_to_an_ended_session_closes_too(workspace, people):
    await people.add("alice")
    assert await Line(workspace, "01never").closes() == 1
    with pytest.raises(ValueError, match="hang on"):
        workspace.get(Sessions).attach("", print)


async def test_a_line_that_fails_to_close_does_not_save_the_others(workspace, people):
    alice = await people.actor(await people.add("alice"))
    opened = await people.login("alice")

    def broken():
        raise OSError("already gone")

    workspace.get(Sessions).attach(opened.id, broken)
    line = Line(workspace, opened.id)
    async with workspace.db.unit(alice) as work:
        await sessions.revoke_others(work)
    assert await line.closes() == 1


_OTHER = """
import asyncio, sys
from pathlib import Path
from openpaas_workspace.accounts.service.members import by_name, disable_member
from openpaas_workspace.kit.actors import SYSTEM
from tests.accounts.conftest import running

async def main(url, folder):
    async with running(url, Path(folder), jobs=False) as workspace:
        async with workspace.db.unit(SYSTEM) as work:
            await disable_member(work, (await by_name(work, "bob")).id)

asyncio.run(main(*sys.argv[1:]))
"""


async def test_another_process_disables_and_the_lines_here_close(workspace, people, url, tmp_path):
    await people.add("root", administrator=True)
    await people.add("bob")
    line = Line(workspace, (await people.login("bob")).id)
    command = [sys.executable, "-c", _OTHER, url, str(tmp_path)]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    began = time.monotonic()
    assert await line.closes() == 1
    assert time.monotonic() - began < DEADLINE
    assert running
