"""A large workspace, as rows: what Home and search cost is counted and measured on it."""

from sqlalchemy import text

from openpaas_workspace.kit.actors import SYSTEM
from openpaas_workspace.search.service.index import NameIndex

WORDS = ("budget", "rapport", "note", "marché", "délibération", "plan", "devis", "facture", "carte", "étude")


def series(count: int) -> str:
    return f"WITH RECURSIVE s(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM s WHERE i < {count - 1})"


def statements(members: int, spaces: int, files: int, events: int) -> list[str]:
    """Member m0 edits every space and has opened 200 files; the others edit one space or a few."""
    words = "CASE i % 10 " + " ".join(f"WHEN {n} THEN '{word}'" for n, word in enumerate(WORDS)) + " END"
    folders = spaces * 2
    return [
        f"""INSERT INTO members (id, username, username_key, display_name, email, locale, color, administrator, demo,
            password_hash, created_at) {series(members)} SELECT 'm' || i, 'm' || i, 'm' || i, 'Prénom' || i || ' Nom' || i,
            '', '', '#444', false, false, '', 1 FROM s""",
        f"""INSERT INTO spaces (id, kind, name, name_key, description, created_by, created_at)
            {series(spaces)} SELECT 's' || i, 'team', 'Espace ' || i, 'espace ' || i, '', 'x', 1 FROM s""",
        f"INSERT INTO objects {series(spaces)} SELECT 's' || i, 'space', 's' || i, NULL, NULL, 'x', 1 FROM s",
        f"""INSERT INTO objects {series(folders)} SELECT 'd' || i, 'folder', 's' || (i % {spaces}), 's' || (i % {spaces}),
            NULL, 'x', 1 FROM s""",
        f"""INSERT INTO objects {series(files)} SELECT 'f' || i, 'file', 's' || (i % {folders} % {spaces}),
            'd' || (i % {folders}), NULL, 'x', 1 FROM s""",
        """INSERT INTO nodes (id, space_id, parent_id, kind, name, name_key, size, mtime_ns, inode, created_by, created_at,
            modified_by, modified_at, lost) SELECT id, space_id, parent_id, 'folder', 'Dossier ' || id, 'dossier ' || id,
            0, 0, 0, 'x', 1, 'x', 1, false FROM objects WHERE kind = 'folder' AND created_by = 'x'""",
        f"""INSERT INTO nodes (id, space_id, parent_id, kind, name, name_key, size, mtime_ns, inode, created_by, created_at,
            modified_by, modified_at, lost) {series(files)} SELECT 'f' || i, 's' || (i % {folders} % {spaces}),
            'd' || (i % {folders}), 'file', {words} || ' ' || i || '.md', 'n' || i, 1000, 0, 0, 'x', 1, 'x', 1, false FROM s""",
        "INSERT INTO object_ancestors SELECT id, id, 0 FROM objects WHERE created_by = 'x'",
        "INSERT INTO object_ancestors SELECT id, parent_id, 1 FROM objects WHERE parent_id IS NOT NULL AND created_by = 'x'",
        "INSERT INTO object_ancestors SELECT id, space_id, 2 FROM objects WHERE kind = 'file' AND created_by = 'x'",
        f"""INSERT INTO grants (id, object_id, subject_kind, subject_id, level, execute, granted_by, created_at)
            {series(spaces)} SELECT 'g' || i, 's' || i, 'member', 'm' || (i % {members}), 3, true, 'x', 1 FROM s""",
        f"""INSERT INTO grants (id, object_id, subject_kind, subject_id, level, execute, granted_by, created_at)
            {series(spaces)} SELECT 'h' || i, 's' || i, 'member', 'm0', 3, true, 'x', 1 FROM s
            WHERE i % {members} <> 0""",
        f"INSERT INTO visits {series(files)} SELECT 'm0', 'f' || i, 1000 + i FROM s WHERE i % 10 = 0 AND i < 2000",
        f"INSERT INTO pins {series(files)} SELECT 'm0', 'f' || i, 'file', 1 FROM s WHERE i % 10 = 0 AND i < 100",
        "INSERT INTO attendances VALUES ('m0', 0, 0, 1, 0)",
        f"""INSERT INTO events (id, seq, type, ref, audience, members, actor, actor_kind, behalf, at, data)
            {series(events)} SELECT 1000000 + i, 1000000 + i, CASE i % 3 WHEN 0 THEN 'FileEdited' WHEN 1 THEN 'SessionOpened'
            ELSE 'FileRenamed' END, 'file:f' || (i * 7 % {files}), 'readers', '[]', 'm' || (1 + i % 50), 'member', '',
            2000 + i, '{{}}' FROM s""",
        f"UPDATE event_stream SET seq = {1_000_000 + events}",
        "ANALYZE",
    ]


async def fill(world, *, members: int, spaces: int, files: int, events: int) -> None:
    """Write it all, and the index of names."""
    async with world.workspace.db.unit(SYSTEM) as work:
        for statement in statements(members, spaces, files, events):
            await work.conn.execute(text(statement.replace(":", r"\:")))
    world.workspace.db.bus.head = 1_000_000 + events
    await world.workspace.get(NameIndex).catch_up()
    async with world.workspace.db.unit(SYSTEM) as work:
        await work.conn.execute(text("ANALYZE"))
