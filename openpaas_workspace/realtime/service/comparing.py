"""What became of one state of a file in a later one, and who wrote what."""

from typing import cast

import msgspec

from openpaas_workspace.core.workspace import Workspace
from openpaas_workspace.kit.actors import SYSTEM, Actor
from openpaas_workspace.kit.errors import Invalid
from openpaas_workspace.realtime.engine.attribution import attributed
from openpaas_workspace.realtime.engine.comparison import Question, compare
from openpaas_workspace.realtime.engine.contents import whole
from openpaas_workspace.realtime.schemas import (
    Blame,
    BlamePart,
    Comparison,
    ComparisonQuery,
)
from openpaas_workspace.realtime.service import store, timeline
from openpaas_workspace.realtime.service.heavy import heavy, slow
from openpaas_workspace.realtime.service.kinds import Elsewhere
from openpaas_workspace.realtime.service.live import LiveObject
from openpaas_workspace.realtime.service.states import number, opened
from openpaas_workspace.sharing.schemas import Level


async def comparison(
    workspace: Workspace, actor: Actor, object_id: str, query: ComparisonQuery
) -> Comparison:
    """What became of the state at `base` at `seq`; for readers."""
    live = await _document(workspace, actor, object_id)
    head, parts = live.seq, live.state.parts()
    now = await heavy(workspace, whole, parts)
    seq = await number(workspace, live, query.seq or None) if query.seq != head else head
    base = await _base(workspace, live, query.base, seq)
    async with workspace.db.read(SYSTEM) as work:
        people = await timeline.writers(work, object_id, live.epoch, base, seq)
    credits_ = query.credits and len(people) > 1
    # Of what came since, only who wrote it matters when the later state is at hand.
    upto = base if seq == head and not credits_ else seq
    stored = await store.read(workspace, object_id, live.epoch, upto, snapshot_upto=base)
    wanted = [change for change in stored.changes if change.kind != store.VOID]
    question = Question(
        type=live.described.type,
        snapshot=stored.snapshot,
        base=[change.data for change in wanted if change.seq <= base],
        between=[(change.author, change.data) for change in wanted if change.seq > base],
        after=now if seq == head else None,
        author=people[0].author if len(people) == 1 else None,
        whole=query.whole,
        credits=credits_,
    )
    found = await slow(workspace, len(wanted), compare, question)
    return Comparison(
        base=base,
        seq=seq,
        head=head,
        type=live.described.type,
        people=people,
        counts=found.counts,
        lines=None if query.counts else found.lines,
        cells=None if query.counts else found.cells,
        details=found.details,
        cut=found.cut,
        credited=found.credited,
    )


async def _document(workspace: Workspace, actor: Actor, object_id: str) -> LiveObject:
    live = await opened(workspace, actor, object_id, Level.reader)
    if isinstance(live.state, Elsewhere):
        raise Invalid("Versions of this file are not compared: copy one into a new file, or restore it.")
    return live


async def _base(workspace: Workspace, live: LiveObject, base: int, seq: int) -> int:
    """The number to compare from; within merged history the last before it whose state is known."""
    if base > seq:
        raise Invalid("Compare an earlier version with a later one.")
    return await store.exact(workspace, live.ref.id, live.epoch, base) if base else 0


async def blame(workspace: Workspace, actor: Actor, object_id: str) -> Blame:
    """Who wrote each part of the file as it is now; for readers."""
    live = await _document(workspace, actor, object_id)
    seq, pieces = live.seq, live.state.parts()
    state = await heavy(workspace, whole, pieces)
    rows = await store.written(workspace, object_id, live.epoch, seq)
    parts = await slow(workspace, len(rows), attributed, live.described.type, rows, state)
    # Thousands of runs are made JSON where they are made.
    return Blame(seq=seq, parts=cast("list[BlamePart]", msgspec.Raw(parts)))
