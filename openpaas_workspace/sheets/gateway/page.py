"""One page that looks at a sheet: what it says, what it is told."""

import asyncio
import logging
from typing import Any, Final, Protocol, TypeAlias

import msgspec

from openpaas_workspace.core.i18n import translator
from openpaas_workspace.kit.actors import Actor
from openpaas_workspace.kit.errors import Forbidden, NotFound, TooMany, Unavailable, WorkspaceError
from openpaas_workspace.kit.ids import new_id
from openpaas_workspace.kit.schema import encode, storable
from openpaas_workspace.realtime.service.live import LATER, NOTHING, UNASKED, Standing
from openpaas_workspace.sharing.schemas import Level
from openpaas_workspace.sharing.service.rights import NEEDS
from openpaas_workspace.sheets.schemas.calls import CellQuery, Submission, Typed, WindowQuery
from openpaas_workspace.sheets.schemas.frames import (
    AskCell,
    AskPlaces,
    AskViews,
    AskWindow,
    Cursor,
    Hello,
    Inbound,
    Redo,
    Submit,
    Undo,
)
from openpaas_workspace.sheets.service import sheets
from openpaas_workspace.sheets.service.room import Sender, SheetRoom
from openpaas_workspace.sheets.service.telling import Page, again, framed

RUBBISH: Final = 4400
SESSION_ENDED: Final = 4401
FORBIDDEN: Final = 4403
GONE: Final = 4404
_MOST_WAITING_BYTES: Final = 16 * 1024 * 1024
_MOST_FLYING: Final = 200
# A cursor is told to everybody: no page has them busy with its own.
_CURSOR_SECONDS: Final = 0.05
_log = logging.getLogger(__name__)
_inbound = msgspec.json.Decoder(Inbound)
_Question: TypeAlias = Submit | Undo | Redo | AskWindow | AskCell | AskPlaces | AskViews


class Wire(Protocol):
    """The socket under a page."""

    def put_out(self, frames: bytes) -> None:
        """Send WebSocket frames as they are."""

    def shut(self, code: int, reason: str) -> None:
        """Close."""

    @property
    def waiting_bytes(self) -> int:
        """What waits for the other end to read."""


class SheetPage(Page):
    """A connection of a live object that is a sheet (see `realtime.service.live.Connection`)."""

    def __init__(self, room: SheetRoom, actor: Actor, wire: Wire, path: str) -> None:
        self.id = new_id()
        self.actor = actor
        self.level = Level.none
        self.client = ""
        self._greeted = False
        self.ended = False
        self._room = room
        self._wire = wire
        self._path = path
        self._standing: Standing = NOTHING
        self._locale = "en"
        self._cursor: dict[str, Any] | None = None
        self._cursor_told: asyncio.TimerHandle | None = None
        self._flying = 0
        self._writing = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    # what a live object asks of its connections

    @property
    def waiting_bytes(self) -> int:
        """How much waits for it to read."""
        return self._wire.waiting_bytes

    def deliver(self, frame: bytes) -> None:
        """Sheets tell by `told`."""

    def presence(self) -> dict[str, Any] | None:
        """Cursors are told by themselves."""
        return None

    def rights(self, actor: Actor, standing: Standing) -> None:
        """Rights were asked for again."""
        self.actor, before = actor, self._standing
        self._standing, self.level = standing, standing.level
        if not standing.known:
            self.end(LATER, UNASKED)
        elif standing.level < Level.reader:
            self.end(FORBIDDEN, "You may not see this any more.")
        elif standing != before and self.client:
            self._send({"type": "level", "level": standing.level.word, "why": self._say(standing.why)})

    def end(self, code: int, reason: str) -> None:
        """Close; nothing of it is accepted any more."""
        if not self.ended:
            self.ended = True
            self._wire.shut(code, self._say(reason))

    def left(self) -> None:
        """Out of the room; the others hear it."""
        self._room.live.leave(self)
        for task in self._tasks:
            task.cancel()
        if self._cursor_told is not None:
            self._cursor_told.cancel()
        if self.client:
            self._others({"type": "left", "client": self.client})

    def write(self, frames: bytes) -> None:
        """Send WebSocket frames as they are; a page that does not read is closed and comes back."""
        if self.ended:
            return
        if self.waiting_bytes > _MOST_WAITING_BYTES:
            self.end(LATER, "This page reads too slowly; it is loaded again.")
            return
        self._wire.put_out(frames)

    def refused(self) -> Exception | None:
        """Why it may not write now, if so."""
        if not self._standing.known:
            return Unavailable(UNASKED, retry_after=1)
        if self.ended or self.level < Level.reader:
            return NotFound()
        if self.level < Level.editor:
            return Forbidden(self._standing.why or NEEDS[Level.editor])
        return None

    # what a page says

    def receive(self, message: str | bytes) -> None:
        """One message; what takes long goes on by itself. Closes on rubbish."""
        if self.ended:
            return
        try:
            said = _inbound.decode(message)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            self.end(RUBBISH, f"This is no message of a sheet: {error}."[:110])
            return
        if isinstance(said, Hello):
            self._soon(self._welcome(said))
        elif not self.client:
            self.end(RUBBISH, "Say hello first.")
        elif isinstance(said, Cursor):
            self._move(said)
        else:
            self._soon(self._answered(said))

    def _soon(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _welcome(self, hello: Hello) -> None:
        if self._greeted:
            self.end(RUBBISH, "Say hello once.")
            return
        self._greeted = True
        self._locale = hello.locale or self.actor.locale or "en"
        try:
            about, views = await self._about(), await sheets.ask_views(self._room, self.actor)
            while int(bytes(about["seq"])) < self._room.told:
                # Others were told of a change while this page waited, and it was not.
                about, views = await self._about(), await sheets.ask_views(self._room, self.actor)
        except WorkspaceError as error:
            self.end(LATER, error.sentence)
            return
        except Exception:
            _log.exception("A page of a sheet could not be welcomed")
            self.end(LATER, "The server failed at this; the sheet is loaded again.")
            return
        others = [
            one
            for one in self._room.live.connections.values()
            if isinstance(one, SheetPage) and one is not self
        ]
        info = {"id": self._room.live.ref.id, "path": self._path, "level": self.level.word, **about}
        self.client = hello.client
        self._send(
            {
                "type": "welcome",
                "seq": about["seq"],
                "level": self.level.word,
                "why": self._say(self._standing.why),
                "me": self.who,
                "sheet": info,
                "views": msgspec.Raw(views),
                "cursors": [one.cursor for one in others if one.cursor is not None],
            }
        )

    async def _about(self) -> dict[str, msgspec.Raw]:
        found = await self._room.state.ask("about", sheets.reader_of(self.actor, self.level))
        return msgspec.json.decode(found, type=dict[str, msgspec.Raw])

    @property
    def who(self) -> str:
        """The member."""
        return self.actor.behalf or self.actor.id

    @property
    def cursor(self) -> dict[str, Any] | None:
        """Where it is, as the others are told."""
        return self._cursor

    def _move(self, said: Cursor) -> None:
        where = {name: getattr(said, name) for name in ("tab", "row", "column", "to", "editing")}
        self._cursor = {
            "type": "cursor",
            "client": self.client,
            "member": self.who,
            **where,
        }
        if self._cursor_told is None:
            self._show(self._cursor)

    def _show(self, cursor: dict[str, Any]) -> None:
        """Tell where it is; what it says meanwhile is told in one."""
        self._others(cursor)
        self._cursor_told = asyncio.get_running_loop().call_later(_CURSOR_SECONDS, self._shown, cursor)

    def _shown(self, cursor: dict[str, Any]) -> None:
        self._cursor_told = None
        if self._cursor is not None and self._cursor is not cursor:
            self._show(self._cursor)

    async def _answered(self, said: _Question) -> None:
        number = {"n": said.n} if isinstance(said, Submit | Undo | Redo) else {"id": said.id}
        try:
            if self._flying >= _MOST_FLYING:
                raise TooMany("Too much at once; wait for the answers.", retry_after=1)
            self._flying += 1
            try:
                await self._obey(said)
            finally:
                self._flying -= 1
        except WorkspaceError as error:
            kind = "refused" if "n" in number else "failed"
            problem = error.problem()
            problem["detail"] = self._say(str(problem["detail"]))
            self._send({"type": kind, **number, "problem": problem})
            if isinstance(error, Unavailable) and self._room.live.failed is not None:
                self.end(LATER, error.sentence)
        except asyncio.CancelledError:
            raise
        except Exception:
            _log.exception("A message of a sheet's page failed")
            self.end(LATER, "The server failed at this; the sheet is loaded again.")

    async def _obey(self, said: _Question) -> None:
        if isinstance(said, AskWindow):
            query = WindowQuery(**{name: getattr(said, name) for name in WindowQuery.__struct_fields__})
            found = await sheets.ask_window(self._room, self.actor, self.level, query)
            self._send({"type": "window", "id": said.id, "window": msgspec.Raw(found)})
        elif isinstance(said, AskCell):
            about = CellQuery(
                tab=said.tab, row=said.row, column=said.column, locale=self._locale, view=said.view
            )
            found = await sheets.ask_cell(self._room, self.actor, self.level, about)
            self._send(
                {
                    "type": "cell",
                    "id": said.id,
                    **msgspec.json.decode(found, type=dict[str, msgspec.Raw]),
                    "at": [said.row, said.column],
                }
            )
        elif isinstance(said, AskPlaces):
            first, last, shown = await sheets.ask_places(self._room, self.actor, self.level, said)
            self._send({"type": "places", "id": said.id, "first": first, "last": last, "shown": shown})
        elif isinstance(said, AskViews):
            views = await sheets.ask_views(self._room, self.actor)
            self._send({"type": "views", "id": said.id, "views": msgspec.Raw(views)})
        else:
            # In the order in which the page said it.
            async with self._writing:
                await self._change(said)

    async def _change(self, said: Submit | Undo | Redo) -> None:
        if (error := self.refused()) is not None:
            raise error
        sender = self._sender()
        known = self._room.done(sender, self.client, said.n)
        if known is not None:
            self.write(again(sender.who, self.client, said.n, known))
        elif isinstance(said, Submit):
            await self._room.submit(sender, storable(self._submission(said)))
        else:
            await self._room.step(sender, self.client, said.n, back=isinstance(said, Undo))

    def _sender(self) -> Sender:
        return Sender(self.actor, lambda: self.level, self.refused)

    def _submission(self, said: Submit) -> Submission:
        cells = said.typed
        if cells is not None:
            cells = Typed(tab=cells.tab, cells=cells.cells, locale=self._locale)
        return Submission(client=self.client, n=said.n, base_seq=said.base_seq, op=said.op, typed=cells)

    def _others(self, frame: dict[str, Any]) -> None:
        data = framed(encode(frame))
        for one in list(self._room.live.connections.values()):
            if isinstance(one, SheetPage) and one is not self and one.client and not one.ended:
                one.write(data)

    def _send(self, frame: dict[str, Any]) -> None:
        self.write(framed(encode(frame)))

    def _say(self, sentence: str) -> str:
        return translator(self._locale).sentence(sentence) if sentence else ""
