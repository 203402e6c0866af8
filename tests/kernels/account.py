"""Runs as a service account: starts kernels by user namespaces and prints what was seen, as JSON.

python -m tests.kernels.account ROOT RUNTIME
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
import os
import sys
from pathlib import Path
from typing import Any

from openpaas_workspace.kernels import bubblewrap
from openpaas_workspace.kernels.doctor import probe
from openpaas_workspace.kernels.engine import jail, sentences
from openpaas_workspace.kernels.placement import KernelRecord, Mount, Placement, Verdict
from tests.kernels.house import House, Outcome, Rules, execute

LOOK = """
import ctypes, json, os, subprocess
libc = ctypes.CDLL(None, use_errno=True)
made = []
for folder in ('/', '/usr', '/dev', '/run', '/home', '/home/member', '/tmp', '/dev/shm'):
    try:
        open(os.path.join(folder, 'made'), 'w').close()
        made.append(folder)
    except OSError:
        pass
status = open('/proc/self/status').read()
print(json.dumps({
    'uid': os.getuid(), 'made': made, 'caps': 'CapEff:\\t0000000000000000' in status,
    'seccomp': 'Seccomp:\\t2' in status, 'unshare': libc.unshare(0x10000000),
    'processes': len([n for n in os.listdir('/proc') if n.isdigit()]),
}))
"""


OUT = """
import os, urllib.request
try:
    urllib.request.urlopen('http://example.org/')
except OSError as error:
    print(error.code, error.reason, end=' ')
open('/environment/mine', 'w').close()
print(sorted(os.listdir('/environment')), os.environ['PATH'].split(':')[0])
"""


class Refuses:
    """Allows no host."""

    async def verdict(self, record: KernelRecord, host: str, port: int) -> Verdict:
        return Verdict("not listed", f"Not {host}.")

    def used(self, record: KernelRecord, host: str, outcome: str, **counts: int) -> None:
        pass

    def ended(self, record: KernelRecord) -> None:
        pass

    def say(self, record: KernelRecord, sentence: str) -> str:
        return sentence


class WithPackages(Rules):
    """As the rules of the house, with a folder of packages for each member."""

    async def place(self, kernel_id: str, user: Any, path: str) -> Placement:
        found = await super().place(kernel_id, user, path)
        below = f"packages-{user.username}"
        (self.root / below).mkdir(exist_ok=True)
        packages = Mount(self.root, jail.PACKAGES, below)
        return dataclasses.replace(found, mounts=(*found.mounts, packages))


async def main(root: Path, runtime: Path) -> None:
    seen: dict[str, object] = {"server": os.getuid(), "tools": bubblewrap.tools().path}
    seen["disable_userns"] = bubblewrap.tools().disable_userns
    seen["faults"] = [check.sentence for check in probe() if check.needed and not check.ok]
    house = House(root, runtime, memory_mb=300, pids=64)
    rules = WithPackages(root)
    house.manager.join(rules, rules, house.manager.watch, egress=Refuses())
    kernel_id, bobs = await house.start(), await house.start("bob")
    async with house.client(kernel_id) as client:
        seen |= json.loads((await execute(client, LOOK)).text)
        heard = Outcome()
        running = asyncio.ensure_future(
            execute(client, "import time; print('begun', flush=True); time.sleep(600)", heard)
        )
        await house.until(lambda: "begun" in heard.text, "begun")
        await house.manager.interrupt_kernel(kernel_id)
        seen["interrupted"] = (await running).error
        forks = "import subprocess\nfor _ in range(500): subprocess.Popen(['sleep', '600'])"
        seen["forks"] = (await execute(client, forks)).error
    await house.manager.restart_kernel(kernel_id)
    async with house.client(kernel_id) as client:
        eating = asyncio.ensure_future(
            execute(client, "x = b'x' * (400 << 20); import time; time.sleep(600)")
        )
        await house.until(lambda: house.ended, "ended")
        eating.cancel()
    seen["memory"] = house.ended == [sentences.memory(300)]
    seen["out"] = (await house.run(bobs, OUT)).text
    seen["bob"] = (await house.run(bobs, "print(1)")).text
    await house.manager.shutdown_all(now=True)
    print("\n" + json.dumps(seen))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2])))
