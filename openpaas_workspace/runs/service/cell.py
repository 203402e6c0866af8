"""The output of one cell on its way into the notebook: what comes together is written together."""

import asyncio
from typing import Any

from pycrdt import Doc

from openpaas_workspace.runs import engine
from openpaas_workspace.runs.service.hand import Hand

FLUSH = 0.1
MOST_BYTES = 64 * 1024 * 1024
TOO_MUCH = "\n… The rest of the output was left out: there is too much of it.\n"
_OUTPUTS = frozenset({"stream", "display_data", "execute_result", "error"})


class CellOutput:
    """Takes messages of a running cell, and writes them by the hand every tenth of a second."""

    def __init__(self, hand: Hand, cell_id: str) -> None:
        self._hand = hand
        self._cell = cell_id
        self._waiting: list[tuple[str, dict[str, Any]]] = []
        self._held = ""  # a carriage return at the end of a text: what it overwrites comes with the next
        self._clear_first = False
        self._size = 0
        self._streamed = 0
        self._arrived = asyncio.Event()
        self._task = asyncio.create_task(self._write())
        self.failed: Exception | None = None

    def take(self, kind: str, content: dict[str, Any]) -> None:
        """A message of the kernel."""
        if kind == "clear_output":
            if content.get("wait"):
                self._clear_first = True
                return
            self._waiting.append(("clear", {}))
        elif kind == "update_display_data":
            self._waiting.append(("redisplay", content))
        elif kind in _OUTPUTS:
            self._take_output(kind, content)
        self._arrived.set()

    def _take_output(self, kind: str, content: dict[str, Any]) -> None:
        if self._clear_first:
            self._clear_first = False
            self._waiting.append(("clear", {}))
        if kind == "stream":
            self._stream(content)
            return
        self._size += sum(len(str(value)) for value in content.get("data", {}).values())
        if self._size <= MOST_BYTES:
            self._waiting.append((kind, content))
        elif not self._waiting or self._waiting[-1][1].get("text") != TOO_MUCH:
            self._waiting.append(("stream", {"name": "stderr", "text": TOO_MUCH}))

    def _stream(self, content: dict[str, Any]) -> None:
        text = self._held + content.get("text", "")
        self._held = "\r" if text.endswith("\r") else ""
        text = text[: len(text) - len(self._held)]
        last = self._waiting[-1] if self._waiting else None
        if last is not None and last[0] == "stream" and last[1]["name"] == content.get("name"):
            # Of a loop of prints only what can still be shown is kept.
            last[1]["text"] = (
                (last[1]["text"] + text)[: 4 * engine.MOST_TEXT]
                if "\r" not in text
                else last[1]["text"] + text
            )
            return
        self._waiting.append(("stream", {"name": content.get("name", "stdout"), "text": text}))

    async def written_out(self) -> None:
        """Write what is left; raises what writing failed with."""
        self._arrived.set()
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        await self._flush()
        if self.failed is not None:
            raise self.failed

    async def _write(self) -> None:
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            await asyncio.shield(self._flush_or_note())
            await asyncio.sleep(FLUSH)

    async def _flush_or_note(self) -> None:
        try:
            await self._flush()
        except Exception as error:
            self.failed = error

    async def _flush(self) -> None:
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return

        def change(doc: Doc[Any]) -> None:
            for kind, content in waiting:
                if kind == "redisplay":
                    engine.redisplay(doc, content)
                    continue
                cell = engine.cell_of(doc, self._cell)
                if cell is None:
                    return  # somebody deleted it: its output is nowhere
                if kind == "clear":
                    engine.clear(cell)
                else:
                    engine.put_out(cell, kind, content)

        await self._hand.edit(change)
