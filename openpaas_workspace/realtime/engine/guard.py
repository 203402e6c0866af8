"""Applying an update that was written by somebody else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pycrdt import Doc

from openpaas_workspace.realtime.engine.update import BadUpdate, UpdateInfo, is_empty, parse_update
from openpaas_workspace.realtime.engine.wire import Malformed, Reader


class MissingHistory(BadUpdate):
    """The update refers to what the document does not have; a new step 1 asks the client for it."""


def parse_state(state_vector: bytes) -> dict[int, int]:
    """A state vector (the payload of a step 1): the next clock by client; raises `BadUpdate`."""
    reader = Reader(state_vector)
    try:
        count = reader.uint()
        if count * 2 > len(state_vector):
            raise BadUpdate("The state announces more than it holds.")
        found = {reader.uint(): reader.uint() for _ in range(count)}
    except Malformed as error:
        raise BadUpdate(f"The state is malformed: {error}") from None
    if not reader.done:
        raise BadUpdate("The state has bytes after its end.")
    return found


def guarded_apply(doc: Doc[Any], update: bytes, info: UpdateInfo | None = None) -> UpdateInfo:
    """Apply an update and tell what it brought; raises `BadUpdate`.

    `BadUpdate.reload` is false when the document was not touched, true when pycrdt failed half way:
    then the document must be thrown away and built again from its log. `MissingHistory` is raised
    before anything is touched, since yrs loses text when an update waits for an earlier one.
    Pass `info` when the update was parsed already.
    """
    found = info if info is not None else parse_update(update)
    if is_empty(update):
        return found
    _check_fits(found, parse_state(doc.get_state()))
    try:
        doc.apply_update(update)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a panic of the Rust side is no Exception
        raise BadUpdate(f"The update could not be applied ({type(error).__name__}).", reload=True) from error
    have = parse_state(doc.get_state())
    if any(have.get(client, 0) < one.end for client, one in found.clients.items()):
        raise BadUpdate("The parts of the update wait for each other.", reload=True)
    return found


def _check_fits(info: UpdateInfo, have: Mapping[int, int]) -> None:
    reach = dict(have)
    for client, one in info.clients.items():
        for start, stop in one.spans:
            if start > reach.get(client, 0):
                raise MissingHistory("The update leaves out earlier changes of its client.")
            reach[client] = max(stop, reach.get(client, 0))
    if any(clock > reach.get(client, 0) for client, clock in info.needs.items()):
        raise MissingHistory("The update refers to changes that the room does not have.")
    for client, ranges in info.deletes.items():
        if any(stop > reach.get(client, 0) for _, stop in ranges):
            raise MissingHistory("The update deletes what the room does not have.")
