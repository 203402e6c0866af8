"""What pages are told of changes: each one, once, in order; whoever wrote it at once."""

import asyncio
import json
from types import SimpleNamespace
from typing import Any, cast

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from openpaas_workspace.realtime.service.live import LiveObject
from openpaas_workspace.realtime.service.log import Change
from openpaas_workspace.sheets.schemas.calls import Outcome, Record
from openpaas_workspace.sheets.service.telling import Page, Telling

CLIENTS = ("a", "b", "c")


class Window(Page):
    """Keeps what it is told."""

    who = ""

    def __init__(self, client: str, who: str) -> None:
        self.client, self.who = client, who
        self.told: list[dict[str, Any]] = []

    def write(self, frames: bytes) -> None:
        while frames:
            size, at = frames[1], 2
            if size == 126:
                size, at = int.from_bytes(frames[2:4]), 4
            self.told.append(json.loads(frames[at : at + size]))
            frames = frames[at + size :]


def change(seq: int, who: str, client: str) -> tuple[Change, Record]:
    op = msgspec.Raw(msgspec.msgpack.encode({"kind": "set_cells"}))
    record = Record(client=client, n=seq, base_seq=seq - 1, now=0.0, seed=0, op=op)
    made = Change(
        object_id="s", seq=seq, epoch=1, author=who, author_kind="member", behalf="", session=client,
        kind="op", data=b"", at=0, first_seq=seq,
    )  # fmt: skip
    return made, record


@given(st.lists(st.tuples(st.sampled_from(CLIENTS), st.booleans(), st.booleans(), st.booleans())))
def test_every_page_hears_of_each_change_once_and_in_order(
    steps: list[tuple[str, bool, bool, bool]],
) -> None:
    """A step: whose window, whether somebody lost a cell, whether it is another member's window, whether time passes."""

    async def run() -> None:
        windows = [Window(name, f"m{name}") for name in CLIENTS]
        telling = Telling(cast("LiveObject", SimpleNamespace(connections=dict(enumerate(windows)))))
        for seq, (client, lost, foreign, late) in enumerate(steps, 1):
            who = "mx" if foreign else f"m{client}"
            cells = [{"tab": "t1", "row": 1, "column": 1, "author": "mz", "input": "x"}] if lost else []
            outcome = msgspec.convert({"seq": seq, "lost": cells}, Outcome)
            telling.taken(*change(seq, who, client), outcome, b"")
            own = next(window for window in windows if window.client == client)
            # The acknowledgement is there, and all before it; nobody has one for another member's window.
            assert [frame["seq"] for frame in own.told] == list(range(1, seq + 1))
            assert own.told[-1]["client"] == ("" if foreign else client)
            if late:
                await asyncio.sleep(0.011)
        await asyncio.sleep(0.03)
        for window in windows:
            assert [frame["seq"] for frame in window.told] == list(range(1, len(steps) + 1))

    asyncio.run(run())
