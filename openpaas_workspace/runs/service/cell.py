"""The output of one cell on its way into the notebook: what comes together is written together."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from pycrdt import Doc, Map

from openpaas_workspace.kit.errors import WorkspaceError
from openpaas_workspace.realtime.engine.looks import in_words
from openpaas_workspace.runs import engine
from openpaas_workspace.runs.service.hand import Hand
from openpaas_workspace.runs.service.keeper import Keeper, Rest, sentence
from openpaas_workspace.runs.service.wire import Large, drop

FLUSH = 0.1
_SHOWN = frozenset({"stream", "display_data", "execute_result", "error", "update_display_data"})
_TOGETHER = 1024 * 1024
_LONG = 64 * 1024
_UNREADABLE = "\n… An output could not be read.\n"
_Message = tuple[str, dict[str, Any]]


class CellOutput:
    """Takes messages of a running cell, and writes them by the hand every tenth of a second."""

    def __init__(self, hand: Hand, cell_id: str, keeper: Keeper) -> None:
        self._hand = hand
        self._cell = cell_id
        self.keeper = keeper
        self._most, self._most_in_all = keeper.settings.most_output_bytes, keeper.settings.most_cell_bytes
        self._waiting: list[tuple[str, Any]] = []
        self._held = ""  # a carriage return at the end of a text: what it overwrites comes with the next
        self._clear_first = False
        self._size = 0
        self._count = 0
        self._text = 0  # bytes of text that wait
        self._left_out = 0
        self._text_is_cut = False  # then nothing comes after the gap
        self._refusals: dict[str, None] = {}
        self._rests: dict[str, Rest] = {}
        self._written: Counter[str] = Counter()
        self._arrived = asyncio.Event()
        self._flushing = asyncio.Lock()
        self._task = asyncio.create_task(self._write())
        self.failed: Exception | None = None

    def take(self, kind: str, content: Any) -> None:
        """A message of the kernel: its content, or `Large`."""
        if isinstance(content, Large):
            if kind not in _SHOWN:
                self._drop(content)
                return
        elif kind in _SHOWN or kind == "clear_output":
            try:
                content = engine.readable(kind, content)
            except engine.Unreadable:
                self._refusals[_UNREADABLE] = None
                return
        if kind == "clear_output":
            if content["wait"]:
                self._clear_first = True
                return
            self._clear()
        elif kind in _SHOWN:
            self._take_output(kind, content)
        self._arrived.set()

    def say(self, sentence: str) -> None:
        """Something of the server's own, after all that the kernel sent."""
        self._refusals[sentence] = None

    def _clear(self) -> None:
        self._waiting.append(("clear", {}))
        self._size = self._count = self._left_out = 0
        self._text_is_cut = False

    def _take_output(self, kind: str, content: Any) -> None:
        if self._clear_first and kind != "update_display_data":
            self._clear_first = False
            self._clear()
        if kind == "stream":
            self._take_text(content)
            return
        size = content.size if isinstance(content, Large) else _weight(content)
        told_of = isinstance(content, Large) and content.content is None
        if kind != "update_display_data":
            self._count += 1
        elif not isinstance(content, Large):
            size = 0  # it takes the place of another
        if told_of or self._size + size > self._most_in_all or self._count > engine.MOST_OUTPUTS:
            self._leave_out(size, content)
            return
        self._size += size
        self._waiting.append((kind, content))

    def _take_text(self, content: Any) -> None:
        if isinstance(content, Large) and content.size > self._most and isinstance(content.content, bytes):
            self._left_out += content.size - len(content.content)
            content = Large(len(content.content), content.content)
        size = content.size if isinstance(content, Large) else len(content.get("text", ""))
        kept = sum(rest.size for rest in self._rests.values())
        told_of = isinstance(content, Large) and content.content is None
        if self._text_is_cut or told_of or kept + self._text + size > self._most:
            self._text_is_cut = True
            self._leave_out(size, content)
            return
        self._text += size
        if isinstance(content, Large):
            self._waiting.append(("stream", content))
            return
        text, name = str(content.get("text", "")), str(content.get("name", "stdout"))
        last = self._waiting[-1] if self._waiting else None
        if last is not None and last[0] == "stream" and not isinstance(last[1], Large):
            old = last[1]["text"]
            if last[1]["name"] == name and len(old) < _TOGETHER:
                last[1]["text"] = old + text
                return
        self._waiting.append(("stream", {"name": name, "text": text}))

    def _leave_out(self, size: int, content: Any) -> None:
        self._left_out += size
        if isinstance(content, Large):
            self._drop(content)

    def _drop(self, large: Large) -> None:
        asyncio.get_running_loop().run_in_executor(None, drop, large)

    async def written_out(self, last: Callable[[Doc[Any]], None]) -> None:
        """Write what is left and, mostly in the same change, `last`; raises what writing failed with."""
        self._arrived.set()
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        try:
            is_plain = not (self._rests or self._left_out or self._refusals)
            await self._flush(last if is_plain else None)
            await self._finish()
            if not is_plain:
                await self._hand.edit(last)
        finally:
            for rest in self._rests.values():
                await asyncio.to_thread(rest.drop)
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

    async def _flush(self, last: Callable[[Doc[Any]], None] | None = None) -> None:
        async with self._flushing:
            waiting, self._waiting = _last_updates(self._waiting), []
            ready: list[_Message] = []
            for kind, content in waiting:
                if kind == "clear":
                    # What came before it is gone before anybody sees it.
                    ready.clear()
                    await self._drop_rests()
                    ready.append((kind, content))
                else:
                    ready += await self._read(kind, content)
            await self._put(ready, last)
            self._text = sum(_length(content) for kind, content in self._waiting if kind == "stream")

    async def _read(self, kind: str, content: Any) -> list[_Message]:
        """A message as it goes into the notebook, a long text in pieces; nothing when it cannot be read or kept."""
        if isinstance(content, Large):
            try:
                content = await self.keeper.shortened(kind, content)
            except WorkspaceError as error:
                self._refusals[sentence(error)] = None
                return []
            except (ValueError, RuntimeError):
                self._refusals[_UNREADABLE] = None
                return []
        if kind != "stream":
            return [(kind, content)]
        found: list[_Message] = []
        for piece in content.get("texts") or [content["text"]]:
            text = self._held + piece
            self._held = "\r" if text.endswith("\r") else ""
            text = text[: len(text) - len(self._held)]
            if len(text) > _LONG and "\r" in text:
                text = await asyncio.to_thread(engine.collapsed, text)
            found.append((kind, {"name": content["name"], "text": text}))
        return found

    async def _put(self, ready: Sequence[_Message], last: Callable[[Doc[Any]], None] | None) -> None:
        """Write messages; what a text has beyond the notebook goes to its rest."""
        surplus: list[tuple[str, str]] = []

        def change(doc: Doc[Any]) -> None:
            surplus.clear()
            elsewhere = set(self._rests)
            for kind, content in ready:
                if kind == "clear":
                    self._written.clear()
                if kind == "update_display_data":
                    engine.redisplay(doc, content)
                elif (cell := engine.cell_of(doc, self._cell)) is not None:
                    beyond = _write_one(cell, kind, content, elsewhere, self._written)
                    surplus.extend([beyond] if beyond else [])
            if last is not None:
                last(doc)

        if ready or last is not None:
            await self._hand.edit(change)
        for name, text in surplus:
            if name not in self._rests:
                self._rests[name] = await asyncio.to_thread(self.keeper.rest)
            await asyncio.to_thread(self._rests[name].add, text)

    async def _drop_rests(self) -> None:
        for rest in self._rests.values():
            await asyncio.to_thread(rest.drop)
        self._rests.clear()

    async def _finish(self) -> None:
        """Keep the rests of long texts, and say what is not there."""
        kept: dict[str, tuple[str, int] | None] = {}
        for name, rest in self._rests.items():
            try:
                kept[name] = await self.keeper.keep(rest)
            except WorkspaceError as error:
                self._refusals[sentence(error)] = None
                kept[name] = None
        if self._left_out:
            most, in_all = in_words(self._most), in_words(self._most_in_all)
            said = engine.LEFT_OUT.format(size=in_words(self._left_out), most=most, cell=in_all)
            self._refusals[said] = None
        if not kept and not self._refusals:
            return

        def change(doc: Doc[Any]) -> None:
            cell = engine.cell_of(doc, self._cell)
            if cell is None:
                return
            for name, stored in kept.items():
                engine.show_rest(cell, name, stored)
            engine.say(cell, "".join(self._refusals))

        await self._hand.edit(change)


def _write_one(
    cell: Map[Any], kind: str, content: dict[str, Any], elsewhere: set[str], written: Counter[str]
) -> tuple[str, str] | None:
    """Write one message into the cell; of a text whose rest is `elsewhere` from now on, its name and that rest."""
    if kind == "clear":
        engine.clear(cell)
        return None
    name = str(content.get("name", "stdout"))
    if kind == "stream" and name in elsewhere:
        return name, content["text"]
    beyond = engine.put_out(cell, kind, content, written)
    if not beyond:
        return None
    elsewhere.add(name)
    return name, beyond


def _last_updates(waiting: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """Of several updates of one display that came together, only the last: each is looked for in the whole notebook."""
    seen: set[str] = set()
    kept: list[tuple[str, Any]] = []
    for kind, content in reversed(waiting):
        if kind == "update_display_data" and not isinstance(content, Large):
            display = content["transient"].get("display_id", "")
            if display in seen:
                continue
            seen.add(display)
        kept.append((kind, content))
    return kept[::-1]


def _weight(content: dict[str, Any]) -> int:
    return sum(len(str(value)) for part in ("data", "metadata") for value in content.get(part, {}).values())


def _length(content: Any) -> int:
    return content.size if isinstance(content, Large) else len(content["text"])
