"""The roster against what is plainly true: open sockets, and two seconds of grace."""

from hypothesis import given
from hypothesis import strategies as st

from openpaas_workspace.realtime.engine.roster import LINGER, ONLINE, Change, Roster, Window

SOURCES = [f"socket{n}" for n in range(6)]
MEMBERS = ["alice", "bob"]
FILES = ["file:a", "file:b", "file:c"]
SPACES = ["space:1", "space:2", ""]
OF = {source: MEMBERS[n % 2] for n, source in enumerate(SOURCES)}

_source = st.sampled_from(SOURCES)
_steps = st.lists(
    st.one_of(
        st.tuples(st.just("enter"), _source, st.sampled_from(FILES)),
        st.tuples(
            st.just("window"), _source, st.sampled_from(["active", "away"]), st.sampled_from(["", *FILES])
        ),
        st.tuples(st.just("move"), st.sampled_from(FILES), st.sampled_from(SPACES)),
        st.tuples(st.just("leave"), _source),
        st.tuples(st.just("wait"), st.floats(0, 2 * LINGER)),
    ),
    max_size=60,
)


class Truth:
    """The open sockets, kept the simplest way."""

    def __init__(self) -> None:
        self.rooms: dict[str, str] = {}
        self.within = dict(zip(FILES, ("space:1", "space:1", "space:2"), strict=True))
        self.windows: dict[str, tuple[str, str]] = {}

    def state(self, topic: str, member: str) -> str | None:
        rooms = [at for source, at in self.rooms.items() if OF[source] == member]
        windows = [one for source, one in self.windows.items() if OF[source] == member]
        if topic == ONLINE:
            here, at_work = bool(rooms or windows), any(state == "active" for state, _ in windows)
        else:
            files = {at for at in rooms if topic in {at, self.within[at]}}
            here, at_work = bool(files), any(("active", at) in windows for at in files)
        if not here:
            return None
        return "active" if at_work or not windows else "away"


class Desk:
    """A roster, the truth beside it, and what a listener has been told."""

    def __init__(self) -> None:
        self.roster, self.truth = Roster(), Truth()
        self.heard: dict[tuple[str, str], str | None] = {}
        self.last_there: dict[tuple[str, str], float] = {}
        self.now = 0.0

    def do(self, step: tuple) -> None:
        match step:
            case ("enter", source, at):
                self.truth.windows.pop(source, None)
                self.truth.rooms[source] = at
                self.roster.enter(source, OF[source], at, self.truth.within[at])
            case ("move", at, space):
                self.truth.within[at] = space
                self.roster.moved(at, space)
            case ("window", source, state, at) if source not in self.truth.rooms:
                self.truth.windows[source] = (state, at)
                self.roster.window(source, OF[source], Window(state, at))
            case ("leave", source):
                self.truth.rooms.pop(source, None)
                self.truth.windows.pop(source, None)
                self.roster.leave(source)
            case ("wait", seconds):
                self.now += seconds

    def listen(self) -> None:
        for change in self.roster.changes(self.now):
            assert self.heard.get((change.topic, change.member)) != change.state, "told twice"
            self.heard[change.topic, change.member] = change.state

    def check(self, topic: str, member: str) -> bool:
        """Whether nothing is left to be told of this member."""
        true, told = self.truth.state(topic, member), self.heard.get((topic, member))
        assert self.roster.present(topic).get(member) == told
        if true is not None:
            self.last_there[topic, member] = self.now
            assert told == true
        elif told is not None:
            assert self.now - self.last_there[topic, member] < LINGER, "a ghost"
        return true == told


@given(_steps)
def test_what_is_told_is_what_is_true_after_the_grace_and_nobody_is_told_twice(steps: list[tuple]) -> None:
    desk = Desk()
    for step in steps:
        desk.do(step)
        desk.listen()
        settled = [desk.check(topic, member) for topic in (ONLINE, *FILES, *SPACES[:2]) for member in MEMBERS]
        assert (desk.roster.next() is None) == all(settled)
    for source in SOURCES:
        desk.do(("leave", source))
    desk.listen()
    desk.do(("wait", LINGER))
    desk.listen()
    roster = desk.roster
    assert (list(roster), roster.next(), roster._members, roster._sources) == ([], None, {}, {})


def test_a_page_that_loads_again_does_not_blink() -> None:
    roster = Roster()
    roster.enter("first", "alice", "file:a")
    assert Change("file:a", "alice", "active") in roster.changes(0)
    roster.leave("first")
    assert roster.changes(1) == []
    roster.enter("second", "alice", "file:a")
    assert roster.changes(2) == []
    assert roster.changes(100) == []


def test_three_windows_are_one_person_who_is_gone_with_the_last() -> None:
    roster = Roster()
    for n in range(3):
        roster.enter(f"room{n}", "alice", "file:a")
        roster.window(f"window{n}", "alice", Window("away", "file:a"))
    roster.window("window1", "alice", Window("active", "file:a"))
    assert roster.changes(0) != []
    assert roster.present("file:a") == {"alice": "active"}
    for n in (0, 1):
        roster.leave(f"room{n}")
        roster.leave(f"window{n}")
    assert set(roster.changes(1)) == {Change("file:a", "alice", "away"), Change(ONLINE, "alice", "away")}
    roster.leave("room2")
    roster.leave("window2")
    assert roster.changes(1) == []
    assert set(roster.changes(1 + LINGER)) == {Change("file:a", "alice", None), Change(ONLINE, "alice", None)}


def test_where_a_window_says_it_is_puts_nobody_there() -> None:
    roster = Roster()
    roster.window("window", "mallory", Window("active", "file:secret"))
    roster.changes(0)
    assert roster.present("file:secret") == {}
    assert roster.present(ONLINE) == {"mallory": "active"}


def test_another_process_that_falls_silent_takes_its_people_along() -> None:
    roster = Roster()
    roster.enter("process2/1", "bob", "file:a")
    roster.window("process2/2", "bob", Window("active", "file:a"))
    roster.enter("process1/1", "alice", "file:a")
    roster.changes(0)
    roster.forget("process2/")
    roster.changes(1)
    roster.changes(1 + LINGER)
    assert roster.present("file:a") == {"alice": "active"}
