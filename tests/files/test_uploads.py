"""Files that come in pieces, or at once beside one of the same name; what a full space answers."""

import os

import pytest

from openpaas_workspace.core.db import Work
from openpaas_workspace.files.config import FilesSettings
from openpaas_workspace.files.schemas import FinishUpload, NewUpload, SpaceQuota
from openpaas_workspace.files.service import files, quota, uploads
from openpaas_workspace.files.service.disk import Disk
from openpaas_workspace.kit.actors import SYSTEM
from openpaas_workspace.kit.clock import now
from openpaas_workspace.kit.errors import Conflict, Forbidden, Full, Invalid, NotFound, TooLarge, TooMany
from openpaas_workspace.sharing.schemas import Level


@pytest.fixture
async def team(quick):
    alice, bob = await quick.member("alice"), await quick.member("bob")
    space_id = await quick.space(alice, "Team")
    await quick.share(alice, "Team", "bob", Level.reader)
    return quick, alice, bob, space_id


async def begin(who, name="a.bin", size=6, conflict="refuse", folder="Team"):
    return await uploads.begin_upload(who, NewUpload(folder=folder, name=name, size=size, conflict=conflict))


def receive(world, upload, data: bytes) -> None:
    with world.workspace.get(Disk).pieces(upload.id).open("ab") as file:
        file.write(data)


async def send(world, who, name, data: bytes, conflict="refuse"):
    upload = await begin(who, name, len(data), conflict)
    receive(world, upload, data)
    return await uploads.finish_upload(who, upload.id, FinishUpload())


async def test_pieces_become_a_file_only_when_all_have_come(team) -> None:
    world, alice, bob, space_id = team
    upload = await begin(alice)
    receive(world, upload, b"abc")
    assert (await uploads.show_upload(alice, upload.id)).received == 3
    with pytest.raises(Conflict, match="missing"):
        await uploads.finish_upload(alice, upload.id, FinishUpload())
    assert world.disk(space_id) == {}
    receive(world, upload, b"def")
    made = await uploads.finish_upload(alice, upload.id, FinishUpload())
    assert (world.root(space_id) / "a.bin").read_bytes() == b"abcdef"
    assert (made.name, made.size) == ("a.bin", 6)
    again = await uploads.finish_upload(alice, upload.id, FinishUpload())
    assert again.id == made.id
    assert (await uploads.show_upload(alice, upload.id)).file_id == made.id
    assert not list(world.workspace.get(Disk).incoming("").iterdir())
    for verb in (uploads.show_upload, uploads.cancel_upload):
        with pytest.raises(NotFound):
            await verb(bob, upload.id)


async def test_what_a_killed_server_had_put_at_its_place_is_the_upload(team) -> None:
    world, alice, _, space_id = team
    upload = await begin(alice)
    receive(world, upload, b"abcdef")
    # In one rename to its place, and then nothing more.
    world.workspace.get(Disk).pieces(upload.id).rename(world.root(space_id) / "a.bin")
    await world.settle(space_id)
    made = await uploads.finish_upload(alice, upload.id, FinishUpload())
    assert (made.name, made.size) == ("a.bin", 6)
    assert (await uploads.finish_upload(alice, upload.id, FinishUpload())).id == made.id
    # A file of another is none, whatever its size.
    other = await begin(alice, "b.bin")
    (world.root(space_id) / "b.bin").write_bytes(b"abcdef")
    os.utime(world.root(space_id) / "b.bin", (1, 1))
    await world.settle(space_id)
    with pytest.raises(Conflict, match="missing"):
        await uploads.finish_upload(alice, other.id, FinishUpload())


async def test_a_name_that_is_taken_is_refused_replaced_or_kept_beside(team) -> None:
    world, alice, _, space_id = team
    first = await send(world, alice, "a.txt", b"one")
    with pytest.raises(Conflict) as refused:
        await begin(alice, "a.txt")
    assert refused.value.code == "taken"
    replaced = await send(world, alice, "a.txt", b"two!", "replace")
    assert (replaced.id, replaced.size) == (first.id, 4)
    kept = await send(world, alice, "a.txt", b"three", "keep")
    assert (kept.id != first.id, kept.name) == (True, "a 1.txt")
    assert sorted(world.disk(space_id)) == ["a 1.txt", "a.txt"]


async def test_a_name_taken_meanwhile_can_be_decided_at_the_end(team) -> None:
    world, alice, _, _ = team
    upload = await begin(alice, "a.txt", 3)
    receive(world, upload, b"two")
    await send(world, alice, "a.txt", b"one")
    with pytest.raises(Conflict) as refused:
        await uploads.finish_upload(alice, upload.id, FinishUpload())
    assert refused.value.code == "taken"
    assert (await uploads.finish_upload(alice, upload.id, FinishUpload(conflict="keep"))).name == "a 1.txt"


async def test_the_same_bytes_again_are_no_conflict(team) -> None:
    world, alice, _, _ = team
    upload = await begin(alice, "a.txt", 3)
    receive(world, upload, b"one")
    first = await send(world, alice, "a.txt", b"one")
    assert (await uploads.finish_upload(alice, upload.id, FinishUpload())).id == first.id


async def test_who_may_not_write_may_not_begin(team) -> None:
    world, alice, bob, _ = team
    stranger = await world.member("mallory")
    with pytest.raises(Forbidden):
        await begin(bob)
    with pytest.raises(NotFound):
        await begin(stranger)
    for name in ("", "../a", "a/b", "x" * 300, "   ", "a\u202eb", ".hidden"):
        with pytest.raises(Invalid):
            await begin(alice, name)
    with pytest.raises(Invalid):
        await begin(alice, size=-1)
    with pytest.raises(TooLarge):
        await begin(alice, size=2**50)


async def test_a_lost_right_or_folder_ends_it_with_nothing_half_done(team) -> None:
    world, alice, bob, space_id = team
    await world.share(alice, "Team", "bob", Level.editor)
    upload = await begin(bob, size=1)
    receive(world, upload, b"x")
    await world.share(alice, "Team", "bob", Level.reader)
    with pytest.raises(Forbidden):
        await uploads.finish_upload(bob, upload.id, FinishUpload())
    assert world.disk(space_id) == {}


async def test_cancelled_and_forgotten_uploads_leave_nothing(team) -> None:
    world, alice, _, _ = team
    cancelled, old = await begin(alice), await begin(alice, "b.bin")
    await uploads.cancel_upload(alice, cancelled.id)
    async with world.workspace.db.unit(SYSTEM) as work:
        await expire(work, old.id)
    await uploads.forget_old(world.workspace)
    assert not list(world.workspace.get(Disk).incoming("").iterdir())
    with pytest.raises(NotFound):
        await uploads.show_upload(alice, old.id)


async def expire(work: Work, upload_id: str) -> None:
    await work.execute(
        uploads.uploads.update().where(uploads.uploads.c.id == upload_id).values(expires_at=now() - 1)
    )


async def test_a_member_has_so_many_uploads_at_once(team) -> None:
    world, alice, _, _ = team
    world.workspace.get(FilesSettings).max_uploads = 1
    await begin(alice)
    with pytest.raises(TooMany):
        await begin(alice, "b.bin")


async def test_pieces_outlive_a_restart_and_halves_do_not(team) -> None:
    world, alice, _, _ = team
    upload = await begin(alice)
    receive(world, upload, b"abc")
    disk = world.workspace.get(Disk)
    disk.incoming("half").write_bytes(b"x")
    disk.prepare()
    assert (await uploads.show_upload(alice, upload.id)).received == 3
    assert not disk.incoming("half").exists()


async def test_a_full_space_refuses_uploads_copies_and_moves(team) -> None:
    world, alice, _, space_id = team
    other = await world.space(alice, "Other")
    await send(world, alice, "a.bin", b"12345678")
    async with world.workspace.db.unit(SYSTEM) as work:
        await quota.limit_space(work, other, SpaceQuota(quota_bytes=5))
        await quota.limit_space(work, space_id, SpaceQuota(quota_bytes=10))
    with pytest.raises(Full) as full:
        await begin(alice, "b.bin", 3)
    assert (full.value.status, full.value.code) == (507, "quota")
    await begin(alice, "a.bin", 10, "replace")
    node = (await files.open_place(alice, "Team/a.bin")).node
    place = await files.open_place(alice, "Other")
    with pytest.raises(Full):
        await files.nodes.move(alice, node, place)
    with pytest.raises(Full):
        await files.make(alice, files.NewFile(path="Other/a.bin", copy_of=node.id))
    async with world.workspace.db.read(alice.actor) as work:
        held = await quota.space_usage(work, space_id)
    assert (held.bytes, held.files, held.quota_bytes) == (8, 1, 10)
    assert world.disk(other) == {}
