"""Who wrote each part of a file, as the page is told of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from openpaas_workspace.kit.schema import encode
from openpaas_workspace.realtime.engine.blame import Run, blame_cells, blame_text
from openpaas_workspace.realtime.engine.credits import together
from openpaas_workspace.realtime.engine.log import Change
from openpaas_workspace.realtime.engine.outside import NOTEBOOK
from openpaas_workspace.realtime.schemas import BlamePart, BlameRun

# Who wrote a text is told by the minute.
MINUTE: Final = timedelta(minutes=1)

# Number, author, session, milliseconds, update.
Written = tuple[int, str, str, int, bytes]


def attributed(type_: str, rows: Sequence[Written], state: bytes) -> bytes:
    """The parts of a `Blame` as JSON: of a state, who wrote what, by the log that led to it.

    Takes time: not for the event loop.
    """
    listed = together(
        (Change(seq, who, session, _moment(at), data) for seq, who, session, at, data in rows), MINUTE
    )
    if type_ == NOTEBOOK:
        parts = [BlamePart(cell=cell.id, runs=_runs(cell.runs)) for cell in blame_cells(listed, state)]
    else:
        parts = [BlamePart(cell=None, runs=_runs(blame_text(listed, state)))]
    return encode(parts)


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _runs(runs: Iterable[Run]) -> list[BlameRun]:
    return [
        BlameRun(
            text=run.text,
            author=run.actor,
            seq=run.seq,
            at=int(run.time.timestamp() * 1000) if run.time is not None else None,
        )
        for run in runs
    ]
