"""Whose kernel: never more than every author of the notebook."""

import pytest

from openpaas_workspace.kit.actors import NOBODY, SYSTEM, Actor
from openpaas_workspace.kit.clock import now
from openpaas_workspace.kit.errors import Forbidden, NotFound
from openpaas_workspace.sharing.schemas import Level
from openpaas_workspace.sharing.service import grants, principals
from tests.sharing.places import ALICE, BOB, CAROL, DAVE, ROOT, Place, do, to
from tests.sharing.world import put_grant


@pytest.fixture
async def place(workspace):
    async with workspace.db.unit(SYSTEM) as work:
        return await Place.make(work)


async def runs(workspace, actor, ref) -> str | type:
    async with workspace.db.read(actor) as work:
        try:
            found = await principals.principal(work, ref)
        except (Forbidden, NotFound) as error:
            assert not await principals.may_execute(work, ref)
            return type(error)
        assert await principals.may_execute(work, ref)
        return found


def kernel(principal: str) -> Actor:
    return Actor(kind="kernel", id=principal, behalf="alice")


async def test_in_a_space_its_editors_run_as_the_space(workspace, place) -> None:
    space = f"space:{place.space.id}"
    await do(workspace, ALICE, grants.grant, place.space, to(BOB), Level.editor)
    await do(workspace, ALICE, grants.grant, place.space, to(CAROL), Level.commenter)
    await do(workspace, ALICE, grants.grant, place.folder, to(CAROL), Level.manager)
    await do(workspace, ALICE, grants.grant, place.file, to(DAVE), Level.editor)
    for actor, want in (
        (ALICE, space),
        (BOB, space),
        (CAROL, Forbidden),
        (DAVE, Forbidden),
        (ROOT, NotFound),
        (NOBODY, NotFound),
        (kernel(space), space),
        (kernel("member:bob"), space),
        (kernel("member:dave"), Forbidden),
        (kernel(f"file:{place.file.id}"), Forbidden),
        (kernel(f"space:{place.mine.id}"), NotFound),
    ):
        assert await runs(workspace, actor, place.file) == want, actor
    assert await runs(workspace, BOB, place.space) == space
    with pytest.raises(Forbidden, match="copy this to your files"):
        async with workspace.db.read(DAVE) as work:
            await principals.principal(work, place.file)


async def test_execute_can_be_withheld(workspace, place) -> None:
    await do(workspace, ALICE, grants.grant, place.space, to(BOB), Level.editor, execute=False)
    await do(workspace, ALICE, grants.grant, place.note, to(BOB), Level.editor, execute=False)
    assert await runs(workspace, BOB, place.file) == Forbidden
    assert await runs(workspace, BOB, place.note) == Forbidden
    await do(workspace, ALICE, grants.grant, place.space, to(BOB), Level.editor)
    assert await runs(workspace, BOB, place.file) == f"space:{place.space.id}"


async def test_my_files_run_as_me_until_somebody_else_may_edit(workspace, place) -> None:
    assert await runs(workspace, ALICE, place.note) == "member:alice"
    assert await runs(workspace, kernel("member:alice"), place.note) == "member:alice"
    assert await runs(workspace, kernel(f"space:{place.mine.id}"), place.note) == Forbidden
    await do(workspace, ALICE, grants.grant, place.note, to(BOB), Level.commenter)
    assert await runs(workspace, ALICE, place.note) == "member:alice"
    assert await runs(workspace, BOB, place.note) == Forbidden
    await do(workspace, ALICE, grants.grant, place.note, to(BOB), Level.editor)
    await do(workspace, ALICE, grants.grant, place.note, to(CAROL), Level.reader)
    own = f"file:{place.note.id}"
    for actor, want in (
        (ALICE, own),
        (BOB, own),
        (CAROL, Forbidden),
        (DAVE, NotFound),
        (ROOT, NotFound),
        (kernel(own), own),
        (kernel("member:alice"), own),
    ):
        assert await runs(workspace, actor, place.note) == want, actor
    await do(workspace, ALICE, grants.withdraw, place.note, to(BOB))
    assert await runs(workspace, ALICE, place.note) == "member:alice"


@pytest.mark.parametrize(
    ("kind", "id_", "want"),
    [("everyone", "", "file"), ("group", "team", "file"), ("link", "l0", "file"), ("app", "a0", "file")],
)
async def test_any_other_editor_counts(workspace, place, kind, id_, want) -> None:
    async with workspace.db.unit(SYSTEM) as work:
        await put_grant(work, place.note.id, kind, id_, Level.editor, now() + 60_000)
    assert await runs(workspace, ALICE, place.note) == f"{want}:{place.note.id}"
    if kind == "link":
        assert await runs(workspace, Actor(kind="link", id="l0"), place.note) == Forbidden


async def test_an_ended_editor_counts_no_more(workspace, place) -> None:
    async with workspace.db.unit(SYSTEM) as work:
        await put_grant(work, place.note.id, "member", "bob", Level.editor, now() - 1)
    assert await runs(workspace, ALICE, place.note) == "member:alice"
