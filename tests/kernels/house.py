"""Real kernels in real sandboxes, for members who each have a home of their own."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_server import CallContext
from traitlets.config import Config

from openpaas_workspace.kernels.manager import WorkspaceKernelManager
from openpaas_workspace.kernels.placement import KernelRecord, KernelWatch, Mount, Placement
from openpaas_workspace.kit.errors import Forbidden

KERNELSPECS = Path(__file__).resolve().parents[2] / "kernels"
MEMBERS = {"alice": 1, "bob": 2}
DEADLINE = 60.0


def member(name: str) -> Any:
    """A user as Jupyter's handlers know it."""
    return SimpleNamespace(username=name)


def act_as(name: str | None) -> None:
    """What follows is asked by this member, as in a request of theirs."""
    handler = None if name is None else SimpleNamespace(current_user=member(name))
    CallContext.set(CallContext.JUPYTER_HANDLER, handler)


@dataclass
class Rules:
    """Each member's notebooks run as the member, those under `Team/` as the team's space; all may use the team's."""

    root: Path
    locale: str = ""
    moved: dict[str, Placement] = field(default_factory=dict)
    banned: set[str] = field(default_factory=set)

    async def place(self, kernel_id: str, user: Any, path: str) -> Placement:
        if user.username in self.banned:
            raise Forbidden("You may not run code here.")
        if path in self.moved:
            return self.moved[path]
        if path.startswith("Team/"):
            return Placement(
                "space:team", 7, (Mount(self.root, "/space", "team"),), "/space", path, self.locale
            )
        home = Mount(self.root, "/home/member", user.username)
        return Placement(
            f"member:{user.username}", MEMBERS[user.username], (home,), "/home/member", path, self.locale
        )

    async def may_see(self, user: Any, record: KernelRecord) -> bool:
        return record.principal in (f"member:{user.username}", "space:team")

    async def may_execute(self, user: Any, record: KernelRecord) -> bool:
        return user.username not in self.banned and await self.may_see(user, record)


@dataclass
class Outcome:
    """What running a cell gave."""

    text: str = ""
    error: str = ""
    reply: dict[str, Any] = field(default_factory=dict)


class House:
    """A kernel manager with its rules, and a client's way to run code."""

    def __init__(self, root: Path, runtime: Path, **traits: Any) -> None:
        config = Config()
        config.Sandbox.runtime_dir = str(runtime)
        config.Sandbox.update(traits)
        specs = KernelSpecManager(config=config, kernel_dirs=[str(KERNELSPECS)], ensure_native_kernel=False)
        self.root = root
        for name in (*MEMBERS, "team"):
            (root / name).mkdir(exist_ok=True)
        self.rules = Rules(root)
        self.ended: list[str] = []
        self.manager = WorkspaceKernelManager(config=config, kernel_spec_manager=specs)
        watch = KernelWatch()
        watch.ended = lambda record, sentence: self.ended.append(sentence)
        self.manager.join(self.rules, self.rules, watch)

    async def start(self, name: str = "alice", path: str = "a.ipynb", kernel_name: str = "python3") -> str:
        act_as(name)
        return await self.manager.start_kernel(kernel_name=kernel_name, path=path)

    @asynccontextmanager
    async def client(self, kernel_id: str) -> AsyncIterator[Any]:
        client = self.manager.get_kernel(kernel_id).client()
        client.start_channels()
        try:
            await client.wait_for_ready(timeout=DEADLINE)
            yield client
        finally:
            client.stop_channels()

    async def run(self, kernel_id: str, code: str) -> Outcome:
        async with self.client(kernel_id) as client:
            return await execute(client, code)

    async def until(self, holds: Callable[[], Any], what: str, seconds: float = DEADLINE) -> None:
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline, f"never: {what}"
            await asyncio.sleep(0.05)


async def execute(client: Any, code: str, outcome: Outcome | None = None) -> Outcome:
    """Runs one cell and gathers what it printed and how it failed, in `outcome` while it runs."""
    outcome = outcome or Outcome()

    def hear(message: dict[str, Any]) -> None:
        content = message["content"]
        if message["msg_type"] == "stream":
            outcome.text += content["text"]
        elif message["msg_type"] == "error":
            outcome.error = re.sub(r"\x1b\[[0-9;]*m", "", f"{content['ename']}: {content['evalue']}")

    reply = await client.execute_interactive(code, output_hook=hear, timeout=DEADLINE)
    outcome.reply = reply["content"]
    outcome.text = re.sub(r"\x1b\[[0-9;]*m", "", outcome.text)
    return outcome
