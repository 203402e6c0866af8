"""What Home and search cost: as many statements in a crowd as for one."""

from sqlalchemy import event, func, select

from openpaas_workspace.files.service.rows import Acting
from openpaas_workspace.home.service.home import home
from openpaas_workspace.kit.actors import SYSTEM, Actor
from openpaas_workspace.search.models import name_words
from openpaas_workspace.search.schemas import SearchQuery
from openpaas_workspace.search.service.finding import search
from tests.home.crowd import fill


class Counted:
    """Statements on any connection while it is open."""

    def __init__(self, db) -> None:
        self._engine, self.count = db._reader.sync_engine, 0

    def __enter__(self) -> "Counted":
        event.listen(self._engine, "before_cursor_execute", self._one)
        return self

    def __exit__(self, *_) -> None:
        event.remove(self._engine, "before_cursor_execute", self._one)

    def _one(self, _conn, _cursor, statement, *_) -> None:
        self.count += statement.lstrip().upper().startswith(("SELECT", "WITH"))


async def test_statements_do_not_grow_with_the_workspace(quick) -> None:
    alone = await quick.member("solo")
    small = await _counts(quick, alone)
    await fill(quick, members=50, spaces=100, files=5_000, events=2_000)
    await quick.workspace.db.bus.stop()
    crowd = Acting(quick.workspace, Actor(kind="member", id="m0"))
    shown = await home(crowd)
    assert (len(shown.recent), len(shown.pinned), len(shown.spaces)) == (8, 10, 12)
    assert shown.spaces_total > 10
    assert shown.changes
    large = await _counts(quick, crowd)
    # The own space is made once, and its look-up is the same for both.
    assert large[0] <= small[0] + 6
    assert large[0] <= 20
    assert large[1] <= small[1] + 2
    async with quick.workspace.db.read(SYSTEM) as work:
        assert await work.scalar(select(func.count()).select_from(name_words)) > 10_000


async def _counts(world, caller) -> tuple[int, int]:
    await home(caller)
    with Counted(world.workspace.db) as of_home:
        await home(caller)
    async with world.workspace.db.read(caller.actor) as work:
        await search(work, SearchQuery(q="bud 12"))
        with Counted(world.workspace.db) as of_search:
            await search(work, SearchQuery(q="bud 12"))
    return of_home.count, of_search.count
