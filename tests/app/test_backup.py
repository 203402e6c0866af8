"""Backups: whole, checked, of either database into either, and an interruption leaves something clear."""

import asyncio
import io
import json
import tarfile
from importlib import import_module
from pathlib import Path

import pytest
from sqlalchemy import select

from openpaas_workspace.accounts.schemas import NewMember
from openpaas_workspace.accounts.service.members import create_member
from openpaas_workspace.app.backup import marker, rows
from openpaas_workspace.app.backup.archive import MANIFEST, Reader, Writer
from openpaas_workspace.app.backup.making import Backup
from openpaas_workspace.app.backup.restoring import Restore
from openpaas_workspace.app.offline import opened
from openpaas_workspace.core.blobs import Blobs
from openpaas_workspace.core.bus import Bus
from openpaas_workspace.core.db import Database
from openpaas_workspace.core.settings import Settings
from openpaas_workspace.files.schemas import NewFile, NewSpace
from openpaas_workspace.files.service import content, files, spaces
from openpaas_workspace.files.service.rows import Acting
from openpaas_workspace.files.service.scan import Scanner
from openpaas_workspace.kit.actors import SYSTEM, Actor
from openpaas_workspace.kit.errors import Invalid
from openpaas_workspace.realtime.binding import RoomHost
from tests.core.databases import BACKENDS, database_url

LARGE = "\n".join(f"line {number}" for number in range(50_000))
EPOCHS = {"live_objects", "changes", "snapshots", "client_ids"}
OF_THE_SERVER = {"event_stream", "event_cursors", "sessions", "one_time_links", "login_attempts", "leases"}


def quiet(_what: str, _done: int) -> None:
    pass


def domains():
    return [
        import_module(f"openpaas_workspace.{name}.domain").domain
        for name in ("accounts", "sharing", "realtime", "files")
    ]


async def furnished(folder: Path, url: str) -> None:
    """A workspace with a member, folders, a plain file, a text with a log and a large one."""
    async with opened(folder, url, domains()) as workspace:
        async with workspace.db.unit(SYSTEM) as work:
            member = await create_member(work, NewMember(username="zoé", administrator=True))
        zoe = Acting(workspace, Actor(kind="member", id=member.id, administrator=True))
        space = await spaces.create(zoe, NewSpace(name="Équipe"))
        for number in range(3):
            above = "/".join(["Équipe", *[f"dossier {n}" for n in range(number)]])
            await files.make(zoe, NewFile(path=f"{above}/dossier {number}", kind="folder"))
        for name in ("a.txt", "long.txt"):
            await files.make(zoe, NewFile(path=f"Équipe/dossier 0/{name}"))
            node = (await files.open_place(zoe, f"Équipe/dossier 0/{name}")).node
            await workspace.get(RoomHost).content(node.id)
            await content.put_value(zoe, node, "📊 un" if name == "a.txt" else LARGE)
        root = folder / "files" / space.id
        (root / "dossier 0" / "photo.bin").write_bytes(bytes(range(256)) * 40)
        (root / "dossier 0" / "empty").mkdir()
        await workspace.get(Scanner).settle(space.id)


def backed_up(folder: Path, url: str, *, packed: bool = True) -> bytes:
    stream = io.BytesIO()
    Backup(folder, url, quiet).write(stream, packed=packed)
    return stream.getvalue()


async def put_back(folder: Path, url: str, data: bytes) -> dict[str, int]:
    return await Restore(folder, url, quiet).run(io.BufferedReader(io.BytesIO(data)))


def everything(folder: Path, url: str) -> dict[str, list]:
    database = Database(Settings(data_dir=str(folder), database_url=url).database())
    found = {}
    with rows.snapshot(database) as connection:
        for table in rows.tables():
            if table.name not in OF_THE_SERVER:
                kept = [c for c in table.columns if c.name not in {"inode", "data_size"}]
                kept = [c for c in kept if not (c.name == "epoch" and table.name in EPOCHS)]
                order = table.primary_key.columns
                found[table.name] = [tuple(row) for row in connection.execute(select(*kept).order_by(*order))]
    return found


def tree(folder: Path) -> dict[str, object]:
    found = {}
    for top in ("files", "trash", "blobs"):
        for path in sorted((folder / top).rglob("*")):
            about = path.stat()
            name = str(path.relative_to(folder))
            found[name] = (
                (path.read_bytes(), about.st_mtime_ns) if path.is_file() and top != "blobs" else None
            )
    return found


# The whole square of them is for `make test-all`.
WAYS = [
    pytest.param(source, target, marks=[pytest.mark.long] if source == target else [])
    for source in BACKENDS
    for target in BACKENDS
]


@pytest.mark.parametrize(("source", "target"), WAYS)
async def test_either_database_comes_back_in_either(tmp_path, source, target):
    old, new = tmp_path / "old", tmp_path / "new"
    async with database_url(source, tmp_path) as url, database_url(target, tmp_path) as fresh:
        await furnished(old, url)
        data = await asyncio.to_thread(backed_up, old, url)
        counts = await put_back(new, fresh, data)
        assert counts["rows"] > 50
        assert (counts["blobs"], counts["files"]) == (1, 3)
        assert tree(new) == tree(old)
        assert everything(new, fresh) == everything(old, url)
        assert not [path for path in new.iterdir() if path.name.startswith(".") or path.name == marker.NAME]
        async with opened(new, fresh, domains()) as workspace:
            host = workspace.get(RoomHost)
            zoe = Acting(workspace, Actor(kind="member", id=await _zoe(workspace), administrator=True))
            before = everything(new, fresh)
            for space_id in await spaces.ids(workspace):
                await workspace.get(Scanner).settle(space_id)
            after = everything(new, fresh)
            assert {name: len(after[name]) for name in after} == {name: len(before[name]) for name in before}
            assert after["nodes"] == before["nodes"], "the disk is what the rows say"
            for name, value in (("a.txt", "📊 un"), ("long.txt", LARGE)):
                node = (await files.open_place(zoe, f"Équipe/dossier 0/{name}")).node
                assert (await host.content(node.id)).value == value
            made = await files.make(zoe, NewFile(path="Équipe/new.txt"))
            assert made.path == "Équipe/new.txt"
            assert (await workspace.get(Bus).verify()).ok


async def _zoe(workspace) -> str:
    from openpaas_workspace.accounts.service.members import by_name

    async with workspace.db.read(SYSTEM) as work:
        return str((await by_name(work, "zoé")).id)


async def test_open_files_come_back_as_their_logs_say(tmp_path):
    """The files were copied later than the rows were read, or earlier: the log is the truth, nothing doubles."""
    old, new = tmp_path / "old", tmp_path / "new"
    await furnished(old, "")
    (path,) = (old / "files").rglob("a.txt")
    path.write_text("📊 un et ce qui fut tapé pendant la copie")
    await put_back(new, "", backed_up(old, ""))
    (path,) = (new / "files").rglob("a.txt")
    assert path.read_text() == "📊 un"
    async with opened(new, "", domains()) as workspace:
        zoe = Acting(workspace, Actor(kind="member", id=await _zoe(workspace), administrator=True))
        node = (await files.open_place(zoe, "Équipe/dossier 0/a.txt")).node
        await workspace.get(Scanner).settle(node.space_id)
        assert (await workspace.get(RoomHost).content(node.id)).value == "📊 un"


async def test_what_was_thrown_away_between_rows_and_files_is_back_at_its_place(tmp_path):
    old, new = tmp_path / "old", tmp_path / "new"
    await furnished(old, "")
    (path,) = (old / "files").rglob("photo.bin")
    data = path.read_bytes()
    async with opened(old, "", domains()) as workspace:
        zoe = Acting(workspace, Actor(kind="member", id=await _zoe(workspace), administrator=True))
        node = (await files.open_place(zoe, "Équipe/dossier 0/photo.bin")).node
    path.rename(old / "trash" / node.space_id / node.id)
    await put_back(new, "", backed_up(old, ""))
    (path,) = (new / "files").rglob("photo.bin")
    assert path.read_bytes() == data


async def test_only_into_an_empty_place(tmp_path):
    old = tmp_path / "old"
    await furnished(old, "")
    data = backed_up(old, "")
    for target in (old, tmp_path / "full"):
        target.mkdir(exist_ok=True)
        (target / "something").write_text("mine")
        with pytest.raises(Invalid, match="not empty"):
            await put_back(target, "", data)
        assert (target / "something").read_text() == "mine"
        assert not (target / marker.NAME).exists()
    if "postgresql" in BACKENDS:
        async with database_url("postgresql", tmp_path) as url:
            await furnished(tmp_path / "other", url)
            with pytest.raises(Invalid, match="not empty"):
                await put_back(tmp_path / "fresh", url, data)
    with pytest.raises(Invalid, match="no workspace"):
        backed_up(tmp_path / "nothing", "")


CUTS = {"sqlite": ("_take", "_place", "_finish"), "postgresql": ("_forget", "_place", "_settle")}


QUICK = {("sqlite", "_place"), ("postgresql", "_settle")}


@pytest.mark.parametrize(
    ("backend", "step"),
    [
        pytest.param(backend, step, marks=[] if (backend, step) in QUICK else [pytest.mark.long])
        for backend in BACKENDS
        for step in CUTS[backend]
    ],
)
async def test_an_interrupted_restore_says_so_and_is_done_again(tmp_path, monkeypatch, backend, step):
    old, new = tmp_path / "old", tmp_path / "new"
    await furnished(old, "")
    data = backed_up(old, "")
    async with database_url(backend, tmp_path) as url:
        with monkeypatch.context() as patch:
            whole, calls = getattr(Restore, step), []

            def cut(self, *arguments):
                calls.append(step)
                if step != "_take" or len(calls) == 8:
                    raise KeyboardInterrupt
                return whole(self, *arguments)

            patch.setattr(Restore, step, cut)
            with pytest.raises(KeyboardInterrupt):
                await put_back(new, url, data)
        with pytest.raises(Invalid, match="interrupted"):
            marker.check(new)
        with pytest.raises(Invalid, match="interrupted"):
            async with opened(new, url, domains()):
                pass
        with pytest.raises(Invalid, match="interrupted"):
            backed_up(new, url)
        other = tmp_path / "other"
        await furnished(other, "")
        with pytest.raises(Invalid, match="Another backup"):
            await put_back(new, url, backed_up(other, ""))
        await put_back(new, url, data)
        assert everything(new, url) == everything(old, "")
        assert tree(new) == tree(old)
        marker.check(new)


def test_damage_is_named_and_a_cut_is_known(tmp_path):
    def read(data: bytes) -> list[str]:
        reader = Reader(io.BufferedReader(io.BytesIO(data)))
        return [member.name for member in reader.members() if member.data() is not None]

    stream = io.BytesIO()
    writer = Writer(stream, packed=False)
    writer.add_json(MANIFEST, {"format": 1, "id": "x", "tables": {}})
    for number in range(1200):
        writer.add(f"files/{number}.txt", b"content %d" % number)
    writer.close()
    data = stream.getvalue()
    assert len(read(data)) == 1200
    at = data.index(b"content 700")
    with pytest.raises(Invalid, match=r"damaged at files/700\.txt"):
        read(data[:at] + b"CONTENT" + data[at + 7 :])
    for cut in (len(data) // 2, data.rindex(b"end.json")):
        with pytest.raises(Invalid, match="cut off"):
            read(data[:cut])
    for other in (b"", b"not a tar", b"\x1f\x8b broken", b"x" * 5000):
        with pytest.raises(Invalid, match="not a backup"):
            read(other)


@pytest.mark.parametrize(
    "name", ["../evil", "/etc/evil", "files/../../evil", ".restore/evil", "restore.json"]
)
async def test_a_forged_backup_writes_nowhere_else(tmp_path, name):
    old, new = tmp_path / "old", tmp_path / "new"
    await furnished(old, "")
    forged = io.BytesIO()
    with (
        tarfile.open(fileobj=io.BytesIO(backed_up(old, ""))) as source,
        tarfile.open(fileobj=forged, mode="w") as target,
    ):
        for number, info in enumerate(source):
            if number == 1:
                evil = tarfile.TarInfo(name)
                evil.size = 4
                target.addfile(evil, io.BytesIO(b"evil"))
            target.addfile(info, source.extractfile(info) if info.isfile() else None)
    with pytest.raises((Invalid, OSError)):
        await put_back(new, "", forged.getvalue())
    assert not list(tmp_path.rglob("evil"))
    assert json.loads((new / marker.NAME).read_text())["placing"] is False


async def test_a_missing_blob_is_told_when_the_backup_is_made(tmp_path):
    old = tmp_path / "old"
    await furnished(old, "")
    (blob,) = [path for path in (old / "blobs").rglob("*") if path.is_file()]
    assert Blobs(old).get(blob.name)
    blob.unlink()
    with pytest.raises(Invalid, match=blob.name):
        backed_up(old, "")
