"""Names are found by the beginnings of their words; what may not be seen has none."""

import pytest
from sqlalchemy import text

from openpaas_workspace.files.schemas import FilePatch, NewFile, SpacePatch
from openpaas_workspace.files.service import files, spaces
from openpaas_workspace.search import engine
from openpaas_workspace.search.models import name_words
from openpaas_workspace.search.schemas import SearchQuery
from openpaas_workspace.search.service.finding import search
from openpaas_workspace.search.service.index import NameIndex
from openpaas_workspace.sharing.schemas import Level
from tests.core.databases import eventually


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Budget 2027.csv", ["budget", "2027", "csv"]),
        ("Délibération_n°12-b.MD", ["deliberation", "n", "12", "b", "md"]),
        ("Œuvre ŒUVRE straße", ["oeuvre", "strasse"]),
        ("Ⅻ Ａ １", ["xii", "a", "1"]),
        ("🙂.txt", ["txt"]),
        ("طلب ميزانية", ["طلب", "ميزانية"]),
        ("  ", []),
    ],
)
def test_words(name: str, words: list[str]) -> None:
    assert engine.words(name) == words


def test_what_is_asked() -> None:
    assert engine.asked("bud BUDGET 20") == ["budget", "20"]
    assert engine.asked("'; DROP TABLE nodes; --") == ["nodes", "table", "drop"]
    assert engine.asked('%_*"(') == []
    assert len(engine.asked(" ".join(f"mot{n}x" for n in range(60)))) == engine.MAX_ASKED


async def found(who, text: str, limit: int = 20) -> list[tuple[str, str]]:
    async with who.workspace.db.read(who.actor) as work:
        answer = await search(work, SearchQuery(q=text, limit=limit))
    return [(hit.kind, hit.name) for hit in answer.hits]


async def becomes(who, text: str, expected: list[tuple[str, str]]) -> None:
    async def check() -> bool:
        return await found(who, text) == expected

    try:
        await eventually(check, 20)
    except TimeoutError:
        assert await found(who, text) == expected


@pytest.fixture
async def desk(world):
    alice, bob = await world.member("alice"), await world.member("bob")
    await world.space(alice, "Finances")
    return world, alice, bob


async def test_files_folders_spaces_and_people_by_the_beginning_of_any_word(desk) -> None:
    _, alice, _ = desk
    await files.make(alice, NewFile(path="Finances/Délibérations", kind="folder"))
    await files.make(alice, NewFile(path="Finances/Délibérations/Projet de délibération 12.md"))
    await becomes(alice, "DELIB", [("folder", "Délibérations"), ("file", "Projet de délibération 12.md")])
    await becomes(alice, "12 délib pro", [("file", "Projet de délibération 12.md")])
    await becomes(alice, "finan", [("space", "Finances")])
    await becomes(alice, "bob", [("member", "Bob")])
    await becomes(alice, "libération", [])
    await becomes(alice, "", [])


async def test_the_best_come_first_and_no_more_than_asked(desk) -> None:
    _, alice, _ = desk
    for name in ("Note de budget.md", "Budgets.md", "budget.md", "Budget annexe.md"):
        await files.make(alice, NewFile(path=f"Finances/{name}"))
    order = ["Budget annexe.md", "budget.md", "Budgets.md", "Note de budget.md"]
    await becomes(alice, "budget", [("file", name) for name in order])
    async with alice.workspace.db.read(alice.actor) as work:
        answer = await search(work, SearchQuery(q="budget", limit=2))
    assert (len(answer.hits), answer.more) == (2, True)


async def test_rights_decide_at_once(desk) -> None:
    world, alice, bob = desk
    await files.make(alice, NewFile(path="Finances/Emprunts", kind="folder"))
    await files.make(alice, NewFile(path="Finances/Emprunts/emprunt 2027.md"))
    await becomes(alice, "emprunt", [("file", "emprunt 2027.md"), ("folder", "Emprunts")])
    await becomes(alice, "finan", [("space", "Finances")])
    assert await found(bob, "emprunt") == await found(bob, "finan") == []
    await world.share(alice, "Finances/Emprunts/emprunt 2027.md", "bob", Level.reader)
    assert await found(bob, "emprunt") == [("file", "emprunt 2027.md")]
    assert await found(bob, "finan") == []
    await world.share(alice, "Finances", "bob", Level.reader)
    assert {name for _, name in await found(bob, "emprunt")} == {"Emprunts", "emprunt 2027.md"}
    assert await found(bob, "finan") == [("space", "Finances")]


async def test_the_index_follows(desk) -> None:
    world, alice, _ = desk
    info = await files.make(alice, NewFile(path="Finances/ancien.md"))
    folder = await files.make(alice, NewFile(path="Finances/dossier", kind="folder"))
    await becomes(alice, "ancien", [("file", "ancien.md")])
    await files.patch(alice, info.id, FilePatch(name="nouveau.md", parent=folder.id))
    await becomes(alice, "nouv", [("file", "nouveau.md")])
    assert await found(alice, "ancien") == []
    await files.remove(alice, folder.id)
    assert await found(alice, "nouv") == await found(alice, "dossier") == []
    await files.restore(alice, folder.id)
    assert await found(alice, "nouv") == [("file", "nouveau.md")]
    await files.remove(alice, folder.id)
    await files.purge(alice, folder.id)
    await becomes(alice, "nouv", [])
    space = (await spaces.all_visible(alice))[1]
    async with world.workspace.db.unit(alice.actor) as work:
        await spaces.change(work, space.id, SpacePatch(name="Comptes publics"))
    await becomes(alice, "publics", [("space", "Comptes publics")])
    assert await found(alice, "finances") == []


async def test_a_start_takes_what_was_missed(desk) -> None:
    world, alice, _ = desk
    await files.make(alice, NewFile(path="Finances/perdu.md"))
    await becomes(alice, "perdu", [("file", "perdu.md")])
    async with world.workspace.db.unit(alice.actor) as work:
        await work.execute(name_words.delete())
    assert await found(alice, "perdu") == []
    index = world.workspace.get(NameIndex)
    assert await index.catch_up() >= 4
    assert await index.catch_up() == 0
    assert await found(alice, "perdu") == [("file", "perdu.md")]


async def test_a_disabled_member_is_not_found(desk) -> None:
    world, alice, _ = desk
    await becomes(alice, "bob", [("member", "Bob")])
    async with world.workspace.db.unit(alice.actor) as work:
        await work.conn.execute(text("UPDATE members SET disabled_at = 1 WHERE id = 'bob'"))
    assert await found(alice, "bob") == []
