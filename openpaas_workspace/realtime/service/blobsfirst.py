"""Large changes are in the store of blobs before they enter the log's queue; other objects do not wait for them."""

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from openpaas_workspace.core.blobs import INLINE, Blobs

if TYPE_CHECKING:
    from openpaas_workspace.realtime.service.log import Append

_AT_ONCE = 2


class BlobsFirst:
    """Holds back the large appends of an object and those behind them, until their bytes are safe.

    `ready` gets each append in the order of its object, `failed` one whose bytes could not be kept; both in the loop.
    """

    def __init__(
        self, blobs: Blobs, ready: "Callable[[Append], None]", failed: "Callable[[Append, Exception], None]"
    ) -> None:
        self._blobs = blobs
        self._ready = ready
        self._failed = failed
        self._threads = ThreadPoolExecutor(max_workers=_AT_ONCE, thread_name_prefix="blob-writer")
        self._waiting: dict[str, deque[Append]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def take(self, entry: "Append") -> bool:
        """Whether this append has to wait, and is therefore kept here until it is ready."""
        object_id = entry.head.object_id
        waiting = self._waiting.get(object_id)
        if waiting is not None:
            waiting.append(entry)
            return True
        if not _is_large(entry):
            return False
        self._waiting[object_id] = deque([entry])
        task = asyncio.create_task(self._work(object_id), name="blobs before the log")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return True

    async def close(self) -> None:
        """Pass on everything that was taken, then end the threads."""
        while self._tasks:
            await asyncio.wait(self._tasks)
        await asyncio.to_thread(self._threads.shutdown)

    async def _work(self, object_id: str) -> None:
        loop = asyncio.get_running_loop()
        waiting = self._waiting[object_id]
        while waiting:
            entry, error = waiting[0], None
            if _is_large(entry):
                try:
                    entry.blob = await loop.run_in_executor(self._threads, self._blobs.put, entry.draft.data)
                except Exception as failure:
                    error = failure
            waiting.popleft()
            if not waiting:
                del self._waiting[object_id]
            if error is None:
                self._ready(entry)
            else:
                self._failed(entry, error)


def _is_large(entry: "Append") -> bool:
    return len(entry.draft.data) > INLINE
