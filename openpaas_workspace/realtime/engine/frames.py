"""The messages of a room's socket, byte for byte those of jupyter-collaboration."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

from openpaas_workspace.realtime.engine.wire import Malformed, Reader, var_bytes, var_uint


class Kind(IntEnum):
    """First number of a message."""

    SYNC = 0
    AWARENESS = 1
    RAW = 2


class Sync(IntEnum):
    """Second number of a SYNC message."""

    STEP1 = 0
    STEP2 = 1
    UPDATE = 2


class Close(IntEnum):
    """Close codes; the stock client shows a dialog for 1003 and ends a tab that never synced for 44xx, 4500."""

    SESSION = 1003
    BAD_REQUEST = 4400
    UNAUTHENTICATED = 4401
    FORBIDDEN = 4403
    NOT_FOUND = 4404
    TIMEOUT = 4408
    INTERNAL = 4500


MAX_FRAME: Final = 8 * 1024 * 1024 + 64
SAVE: Final = "save"


class BadFrame(ValueError):
    """The message is not one of a room's; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Large:
    """A message too large to be put together: what stands before the update, and the update."""

    head: bytes
    body: bytes

    def __len__(self) -> int:
        return len(self.head) + len(self.body)


@dataclass(frozen=True, slots=True)
class SyncFrame:
    """SYNC: a state vector (step 1), the answer to one (step 2) or an update."""

    step: Sync
    payload: bytes


@dataclass(frozen=True, slots=True)
class AwarenessFrame:
    """AWARENESS: the payload goes to `awareness.decode`."""

    payload: bytes


@dataclass(frozen=True, slots=True)
class SaveFrame:
    """RAW `save` of the stock client; the answer carries the same id."""

    id: int


@dataclass(frozen=True, slots=True)
class RawFrame:
    """RAW with a JSON object of our own page (capabilities)."""

    value: dict[str, Any]


Frame = SyncFrame | AwarenessFrame | SaveFrame | RawFrame


def decode(message: bytes, *, max_bytes: int = MAX_FRAME) -> Frame:
    """Read one message of a client; raises `BadFrame` on anything else, and on bytes left over."""
    if len(message) > max_bytes:
        raise BadFrame(f"The message has {len(message)} bytes; at most {max_bytes} are accepted.")
    reader = Reader(message)
    try:
        kind = reader.uint()
        read = _DECODERS.get(kind)
        if read is None:
            raise BadFrame(f"The message is of the unknown kind {kind}.")
        frame = read(reader)
    except Malformed as error:
        raise BadFrame(f"The message is malformed: {error}") from None
    if not reader.done:
        raise BadFrame("The message has bytes after its end.")
    return frame


def _sync(reader: Reader) -> Frame:
    step = reader.uint()
    if step not in Sync._value2member_map_:
        raise BadFrame(f"The message has the unknown sync step {step}.")
    return SyncFrame(Sync(step), reader.bytes())


def _awareness(reader: Reader) -> Frame:
    return AwarenessFrame(reader.bytes())


def _raw(reader: Reader) -> Frame:
    text = reader.string()
    if text == SAVE:
        return SaveFrame(reader.uint())
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise BadFrame("The raw message is neither save nor JSON.") from None
    if not isinstance(value, dict):
        raise BadFrame("The raw message is not a JSON object.")
    return RawFrame(value)


_DECODERS: Final[dict[int, Callable[[Reader], Frame]]] = {
    Kind.SYNC: _sync,
    Kind.AWARENESS: _awareness,
    Kind.RAW: _raw,
}

_STEP1: Final = bytes((Kind.SYNC, Sync.STEP1))
_STEP2: Final = bytes((Kind.SYNC, Sync.STEP2))
_UPDATE: Final = bytes((Kind.SYNC, Sync.UPDATE))
_AWARENESS: Final = bytes((Kind.AWARENESS,))
_RAW: Final = bytes((Kind.RAW,))


def step1(state_vector: bytes) -> bytes:
    """The question "what do you have that I lack?"."""
    return _STEP1 + var_bytes(state_vector)


def step2(update: bytes) -> bytes:
    """The answer to a step 1."""
    return _STEP2 + var_bytes(update)


def update(data: bytes) -> bytes:
    """An update that happened just now."""
    return _UPDATE + var_bytes(data)


def large(data: bytes, step: Sync = Sync.UPDATE) -> Large:
    """As `update` or `step2`, without a copy of the data."""
    return Large((_STEP2 if step is Sync.STEP2 else _UPDATE) + var_uint(len(data)), data)


def awareness(payload: bytes) -> bytes:
    """An awareness message around what `awareness.encode` made."""
    return _AWARENESS + var_bytes(payload)


def raw(value: dict[str, Any]) -> bytes:
    """A JSON message to the page (role, ack, conflict, save); stock clients ignore unknown types."""
    return _RAW + var_bytes(json.dumps(value, separators=(",", ":")).encode("ascii"))


def save(save_id: int) -> bytes:
    """The stock client's wish to save."""
    return _RAW + var_bytes(SAVE.encode()) + var_uint(save_id)


def save_reply(save_id: int, status: str) -> bytes:
    """The answer to a save: status `success`, `skipped` or `failed`."""
    return raw({"type": SAVE, "responseTo": save_id, "status": status})


def ack(seq: int) -> bytes:
    """Tells a page with the capability that its edits up to log number `seq` are committed."""
    return raw({"type": "ack", "seq": seq})
