"""What a person or a script does with sheets."""

import asyncio
import csv
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec

from openpaas_workspace.core.i18n import translator
from openpaas_workspace.files.engine.formats import digest
from openpaas_workspace.files.service import content, files, nodes, places
from openpaas_workspace.files.service.disk import Disk
from openpaas_workspace.files.service.places import Place
from openpaas_workspace.files.service.rows import Caller, Node
from openpaas_workspace.kit.actors import Actor
from openpaas_workspace.kit.errors import Conflict, Invalid, TooLarge
from openpaas_workspace.kit.ids import new_id
from openpaas_workspace.kit.refs import Ref
from openpaas_workspace.realtime.service.host import Host
from openpaas_workspace.realtime.service.presence import Presences
from openpaas_workspace.sharing.schemas import Level
from openpaas_workspace.sharing.service.rights import level as level_of
from openpaas_workspace.sharing.service.rights import require
from openpaas_workspace.sheets.config import Sheets
from openpaas_workspace.sheets.engine.views import NO_VIEW, is_unkept, unkept
from openpaas_workspace.sheets.schemas.calls import (
    CellInfo,
    CellQuery,
    ExportQuery,
    FindQuery,
    ImportSheet,
    NewSheet,
    Outcome,
    SheetInfo,
    Step,
    Submission,
    TableQuery,
    WindowQuery,
)
from openpaas_workspace.sheets.schemas.frames import AskPlaces
from openpaas_workspace.sheets.service.converting import Converters
from openpaas_workspace.sheets.service.hosts import Hosts
from openpaas_workspace.sheets.service.room import Sender, SheetRoom, open_room

ENDING = ".sheet"
_FIRST_TAB = "Sheet 1"


async def create_sheet(caller: Caller, body: NewSheet) -> SheetInfo:
    """Make an empty sheet; for editors of the folder. Raises Conflict when the name is taken."""
    path = body.path if body.path.endswith(ENDING) else body.path + ENDING
    async with caller.workspace.db.read(caller.actor) as work:
        place, name = await places.parent_and_name(work, path)
    tab = translator(caller.actor.locale or caller.workspace.settings.default_locale)(_FIRST_TAB)
    data = await caller.workspace.get(Hosts).ask("blank", tab)
    node = await nodes.make_file(caller, place, name, data, digest=digest(data))
    return await show_sheet(caller, node.id)


async def import_sheet(caller: Caller, body: ImportSheet) -> SheetInfo:
    """Make a sheet of a file; for its readers who are editors of the folder. Raises Invalid, TooLarge, Conflict."""
    source = await files.open_place(caller, body.path)
    if source.node is None:
        raise Invalid("This is a folder and no file.")
    place, name = await _target(caller, source.node, body.to)
    limit = Sheets(parent=caller.workspace.settings).max_upload_mb * 1024 * 1024
    if source.node.size > limit:
        raise TooLarge("This file is too large to be opened; download it instead.")
    received = caller.workspace.get(Disk).incoming(new_id())
    try:
        await content.spool(caller, place, source.node, received)
        file = await asyncio.to_thread(received.open, "rb")
    finally:
        received.unlink(missing_ok=True)
    with file:
        made = await caller.workspace.get(Converters).read(file, source.node.name)
    node = await nodes.make_file(caller, place, name, made, digest=digest(made))
    return await show_sheet(caller, node.id)


async def export_sheet(caller: Caller, sheet: str, query: ExportQuery) -> tuple[str, str, bytes]:
    """The name, media type and bytes of a sheet as a file of another program; for readers."""
    room, level, path = await opened(caller, sheet)
    data = await room.state.ask("copy", reader_of(caller.actor, level))
    locale = query.locale or caller.actor.locale or "en"
    media, made = await caller.workspace.get(Converters).write(data, query.format, query.tab, locale)
    stem = path.rpartition("/")[2].removesuffix(ENDING)
    return f"{stem}.{query.format}", media, made


async def _target(caller: Caller, source: Node, to: str) -> tuple[Place, str]:
    """The folder and the free name of a new sheet; asks whether the actor may write there."""
    described = await files.described(caller, source)
    beside = described.path.rpartition(".")[0] or described.path
    wanted = to or beside
    wanted = wanted if wanted.endswith(ENDING) else wanted + ENDING
    async with caller.workspace.db.read(caller.actor) as work:
        place, name = await places.parent_and_name(work, wanted)
        await nodes.writable_folder(work, place)
    free = await files.free_name(caller, place, name, " ")
    if to and free != name:
        raise Conflict("There is already a file or folder of this name here.")
    return place, free


async def show_sheet(caller: Caller, sheet: str) -> SheetInfo:
    """A sheet: its tabs, its names, and what the actor may do; for readers."""
    room, level, path = await opened(caller, sheet)
    about = msgspec.json.decode(await room.state.ask("about", reader_of(caller.actor, level)))
    return msgspec.convert({"id": id_of(room), "path": path, "level": level.word, **about}, SheetInfo)


async def window(caller: Caller, sheet: str, query: WindowQuery) -> msgspec.Raw:
    """Some rows and columns of a tab; for readers."""
    room, level, _ = await opened(caller, sheet)
    return msgspec.Raw(await ask_window(room, caller.actor, level, query))


async def cell(caller: Caller, sheet: str, query: CellQuery) -> CellInfo:
    """One cell by its place in the grid; for readers."""
    room, level, _ = await opened(caller, sheet)
    return msgspec.json.decode(await ask_cell(room, caller.actor, level, query), type=CellInfo)


async def find(caller: Caller, sheet: str, query: FindQuery) -> list[tuple[int, int]]:
    """Places of the grid whose text holds what is looked for; for readers."""
    room, level, _ = await opened(caller, sheet)
    who = reader_of(caller.actor, level)
    view = _view(caller.actor, query.view)
    found: list[tuple[int, int]] = await room.state.ask(
        "find", (query.tab, query.text, query.locale), view, who
    )
    return found


async def submit(caller: Caller, sheet: str, body: Submission) -> Outcome:
    """Change a sheet; for editors. Durable when it answers, and done once however often it is sent."""
    room, level, _ = await opened(caller, sheet, Level.editor)
    async with _sender(caller, room, level) as sender:
        return await room.submit(sender, body)


async def undo(caller: Caller, sheet: str, body: Step) -> Outcome:
    """Take back the actor's own last change, as far as nobody has changed it since; for editors."""
    room, level, _ = await opened(caller, sheet, Level.editor)
    async with _sender(caller, room, level) as sender:
        return await room.step(sender, body.client, body.n, back=True)


async def redo(caller: Caller, sheet: str, body: Step) -> Outcome:
    """Take back the actor's own last undo; for editors."""
    room, level, _ = await opened(caller, sheet, Level.editor)
    async with _sender(caller, room, level) as sender:
        return await room.step(sender, body.client, body.n, back=False)


async def table(caller: Caller, sheet: str, tab: str, query: TableQuery) -> tuple[int, bytes]:
    """A tab as an Arrow IPC stream, and the number of the state; for readers."""
    room, level, _ = await opened(caller, sheet)
    try:
        columns = next(csv.reader([query.columns], strict=True), []) or None
    except csv.Error as error:
        raise Invalid("Name the columns as a line of CSV.") from error
    seq = room.live.seq
    data: bytes = await room.state.ask("table", tab, columns, query.mixed, reader_of(caller.actor, level))
    return seq, data


@asynccontextmanager
async def _sender(caller: Caller, room: SheetRoom, level: Level) -> AsyncIterator[Sender]:
    async with caller.workspace.get(Host).rechecks.judged(room.live, caller.actor) as asker:
        yield Sender(caller.actor, lambda: min(level, asker.level), asker.refused)


async def opened(
    caller: Caller,
    sheet: str,
    at_least: Level = Level.reader,
) -> tuple[SheetRoom, Level, str]:
    """The room of a sheet (by id or path), the actor's level and its path. Raises NotFound, Forbidden, Invalid."""
    place = await files.open_place(caller, sheet)
    if place.node is None or place.node.kind != "file":
        raise Invalid("This is a folder and no sheet.")
    ref = Ref("file", place.node.id)
    async with caller.workspace.db.read(caller.actor) as work:
        await require(work, ref, at_least)
        level = await level_of(work, ref)
    room = await open_room(caller.workspace, place.node.id)
    presences = caller.workspace.find(Presences)
    if presences is not None:
        presences.scripted(caller.actor, str(ref))
    path = (await files.described(caller, place.node)).path
    return room, level, path


async def ask_window(room: SheetRoom, actor: Actor, level: Level, query: WindowQuery) -> bytes:
    """A window as JSON."""
    where = (query.tab, query.top, query.bottom, query.left, query.right)
    view, who = _view(actor, query.view), reader_of(actor, level)
    found: bytes = await room.state.ask("window", where, view, query.inputs, who)
    return found


async def ask_cell(room: SheetRoom, actor: Actor, level: Level, query: CellQuery) -> bytes:
    """A cell as JSON."""
    where = (query.tab, query.row, query.column)
    view, who = _view(actor, query.view), reader_of(actor, level)
    found: bytes = await room.state.ask("cell", where, view, query.locale, who)
    return found


async def ask_places(room: SheetRoom, actor: Actor, level: Level, query: AskPlaces) -> tuple[int, int, int]:
    """Where a view shows some rows: the first place, the last, how many are shown."""
    where = (query.tab, query.top, query.bottom)
    view, who = _view(actor, query.view), reader_of(actor, level)
    found: tuple[int, int, int] = await room.state.ask("places", where, view, who)
    return found


async def ask_views(room: SheetRoom, actor: Actor) -> bytes:
    """The actor's own views by tab, as JSON."""
    found: bytes = await room.state.ask("views", actor.behalf or actor.id)
    return found


def reader_of(actor: Actor, level: Level) -> tuple[str, bool]:
    """Who looks, as a sheet's process knows them."""
    return actor.behalf or actor.id, level >= Level.manager


def _view(actor: Actor, word: str) -> str | None:
    """How the engine calls a view; one of somebody else's is nobody's business.

    Who may only read keeps none, and says each time what rows to show.
    """
    if is_unkept(word):
        unkept(word)
        return word
    known = {"": None, "shared": "", "mine": actor.behalf or actor.id}
    if word not in known:
        raise Invalid(NO_VIEW)
    return known[word]


def id_of(room: SheetRoom) -> str:
    """The file's id."""
    return room.live.ref.id
