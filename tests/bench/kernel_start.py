"""How long a kernel takes to be ready, sandboxed and stock, in turns."""

import asyncio
import os
import tempfile
import time
from pathlib import Path
from typing import Any

from jupyter_client.manager import AsyncKernelManager

from tests.kernels.house import House


async def sandboxed(house: House) -> float:
    """Seconds from the request to the first reply."""
    began = time.perf_counter()
    kernel_id = await house.start()
    async with house.client(kernel_id):
        took = time.perf_counter() - began
    await house.manager.shutdown_kernel(kernel_id, now=True)
    return took


async def stock(_: House) -> float:
    """The same with Jupyter's own manager, over TCP."""
    began = time.perf_counter()
    manager = AsyncKernelManager(kernel_name="python3")
    await manager.start_kernel(stdout=-3, stderr=-3)
    client = manager.client()
    client.start_channels()
    await client.wait_for_ready(timeout=60)
    took = time.perf_counter() - began
    client.stop_channels()
    await manager.shutdown_kernel(now=True)
    return took


async def _measure(rounds: int) -> dict[str, list[dict[str, Any]]]:
    results: dict[str, list[dict[str, Any]]] = {"openpaas": [], "jupyter": []}
    with tempfile.TemporaryDirectory(prefix="opk") as runtime, tempfile.TemporaryDirectory() as root:
        os.chmod(root, 0o755)
        house = House(Path(root), Path(runtime))
        for turn in range(rounds + 1):
            for name, start in (("openpaas", sandboxed), ("jupyter", stock)):
                took = await start(house)
                if turn:  # the first of each fills the caches of the disk
                    results[name].append({"ms": round(took * 1000, 1)})
    return results


def measure(rounds: int) -> dict[str, list[dict[str, Any]]]:
    """Milliseconds of each start, alternating, after one unmeasured start of each."""
    return asyncio.run(_measure(rounds))
