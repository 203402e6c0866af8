"""A large workspace, as rows: what Home and search cost is counted and measured on it."""

from sqlalchemy import insert, text, update

from openpaas_workspace.accounts.models import members as members_table
from openpaas_workspace.core.stream import events_table, stream_table
from openpaas_workspace.files.models import nodes as nodes_table
from openpaas_workspace.files.models import spaces as spaces_table
from openpaas_workspace.home.models import attendances, pins, visits
from openpaas_workspace.kit.actors import SYSTEM
from openpaas_workspace.search.service.index import NameIndex
from openpaas_workspace.sharing.models import grants as grants_table
from openpaas_workspace.sharing.models import objects as objects_table

WORDS = ("budget", "rapport", "note", "marché", "délibération", "plan", "devis", "facture", "carte", "étude")
FIRST = 1_000_000
_ANCESTORS = (
    "INSERT INTO object_ancestors SELECT id, id, 0 FROM objects WHERE created_by = 'x'",
    """INSERT INTO object_ancestors SELECT id, parent_id, 1 FROM objects
       WHERE parent_id IS NOT NULL AND created_by = 'x'""",
    "INSERT INTO object_ancestors SELECT id, space_id, 2 FROM objects WHERE kind = 'file' AND created_by = 'x'",
)
_BY = {"created_by": "x", "created_at": 1}


def _places(spaces: int, files: int):
    """Id, kind, space, parent of everything below the spaces."""
    folders = spaces * 2
    for i in range(folders):
        yield f"d{i}", "folder", f"s{i % spaces}", f"s{i % spaces}", f"Dossier {i}"
    for i in range(files):
        yield f"f{i}", "file", f"s{i % folders % spaces}", f"d{i % folders}", f"{WORDS[i % 10]} {i}.md"


def _grant(space: int, member: int) -> dict:
    about = {"subject_kind": "member", "subject_id": f"m{member}", "level": 3, "execute": True}
    return {
        "id": f"g{space}-{member}",
        "object_id": f"s{space}",
        "granted_by": "x",
        "created_at": 1,
        **about,
    }


def _event(i: int, files: int) -> dict:
    return {
        "id": FIRST + i,
        "seq": FIRST + i,
        "type": ("FileEdited", "SessionOpened", "FileRenamed")[i % 3],
        "ref": f"file:f{i * 7 % files}",
        "audience": "readers",
        "members": "[]",
        "actor": f"m{1 + i % 50}",
        "actor_kind": "member",
        "behalf": "",
        "at": 2000 + i,
        "data": "{}",
    }


def _person(i: int) -> dict:
    name = {"username": f"m{i}", "username_key": f"m{i}", "display_name": f"Prénom{i} Nom{i}"}
    return {"id": f"m{i}", "color": "#444", "created_at": 1, **name}


def _space(i: int) -> dict:
    return {"id": f"s{i}", "kind": "team", "name": f"Espace {i}", "name_key": f"espace {i}", **_BY}


def _node(id_: str, kind: str, space: str, parent: str, name: str) -> dict:
    place = {"id": id_, "kind": kind, "space_id": space, "parent_id": parent, "name": name, "name_key": name}
    return {**place, "modified_by": "x", "modified_at": 1, **_BY}


async def fill(world, *, members: int, spaces: int, files: int, events: int) -> None:
    """Member m0 edits every space and has opened 200 files; the others edit a space or a few. And the index of names."""
    places = list(_places(spaces, files))
    objects = [{"id": f"s{i}", "kind": "space", "space_id": f"s{i}", **_BY} for i in range(spaces)]
    objects += [
        {"id": id_, "kind": kind, "space_id": space, "parent_id": parent, **_BY}
        for id_, kind, space, parent, _ in places
    ]
    async with world.workspace.db.unit(SYSTEM) as work:
        await work.execute(insert(members_table), [_person(i) for i in range(members)])
        await work.execute(insert(spaces_table), [_space(i) for i in range(spaces)])
        await work.execute(
            insert(objects_table), [{"parent_id": None, "owner_id": None, **row} for row in objects]
        )
        await work.execute(insert(nodes_table), [_node(*place) for place in places])
        for statement in _ANCESTORS:
            await work.conn.execute(text(statement))
        own = [_grant(i, i % members) for i in range(spaces)]
        await work.execute(
            insert(grants_table), own + [_grant(i, 0) for i in range(spaces) if i % members != 0]
        )
        opened = [{"member_id": "m0", "object_id": f"f{i}", "at": 1000 + i} for i in range(0, 2000, 10)]
        await work.execute(insert(visits), opened)
        await work.execute(insert(pins), [{**row, "kind": "file"} for row in opened[:10]])
        here = {"member_id": "m0", "since_at": 0, "since_seq": 0, "seen_at": 1, "seen_seq": 0}
        await work.execute(insert(attendances), here)
        await work.execute(insert(events_table), [_event(i, files) for i in range(events)])
        await work.execute(update(stream_table).values(seq=FIRST + events))
    world.workspace.db.bus.head = FIRST + events
    await world.workspace.get(NameIndex).catch_up()
    async with world.workspace.db.unit(SYSTEM) as work:
        await work.conn.execute(text("ANALYZE"))
