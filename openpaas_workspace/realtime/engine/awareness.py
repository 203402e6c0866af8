"""Who is here and where: presence frames, with the identity the server knows."""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from openpaas_workspace.realtime.engine.wire import MAX_UINT, Malformed, Reader, var_string, var_uint

MAX_BYTES: Final = 64 * 1024


class BadAwareness(ValueError):
    """The presence message is refused; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Presence:
    """One client's state; `state` is None when it leaves."""

    client: int
    clock: int
    state: dict[str, Any] | None


def decode(payload: bytes, *, max_bytes: int = MAX_BYTES) -> list[Presence]:
    """Read the payload of an AWARENESS message; raises `BadAwareness`."""
    if len(payload) > max_bytes:
        raise BadAwareness(f"The presence has {len(payload)} bytes; at most {max_bytes} are accepted.")
    reader = Reader(payload)
    try:
        count = reader.uint()
        if count * 3 > len(payload):
            raise BadAwareness("The presence announces more than it holds.")
        found = [Presence(reader.uint(), reader.uint(), _state(reader.string())) for _ in range(count)]
    except Malformed as error:
        raise BadAwareness(f"The presence is malformed: {error}") from None
    if not reader.done:
        raise BadAwareness("The presence has bytes after its end.")
    return found


def _refuse_constant(name: str) -> Any:
    raise BadAwareness(f"The presence holds {name}, which is not JSON.")


def _state(text: str) -> dict[str, Any] | None:
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
    except BadAwareness:
        raise
    except (ValueError, RecursionError):
        raise BadAwareness("The presence is not JSON.") from None
    if value is not None and not isinstance(value, dict):
        raise BadAwareness("The presence is not a JSON object.")
    return value


def encode(presences: Iterable[Presence]) -> bytes:
    """Write the payload of an AWARENESS message."""
    listed = list(presences)
    out = [var_uint(len(listed))]
    for one in listed:
        out.append(var_uint(one.client))
        out.append(var_uint(one.clock))
        out.append(var_string(_json(one.state)))
    return b"".join(out)


def _json(state: dict[str, Any] | None) -> str:
    # ASCII escapes keep a lone half of a surrogate pair, which a page may send, writable.
    return json.dumps(state, separators=(",", ":"))


def own(
    payload: bytes,
    user: Mapping[str, Any],
    client: int | None,
    taken: Container[int] = (),
    *,
    max_bytes: int = MAX_BYTES,
) -> Presence | None:
    """The presence of the connection that sent `payload`, with `user` in place of what it claimed.

    `client` is the client id the connection used before, None until it had one; `taken` holds the
    ids of the other connections. Stock pages repeat the states of others: these are left out, and
    None means that nothing of its own was in the message. Raises `BadAwareness` when the first
    presence names two clients that nobody has, or its own client comes twice.
    """
    found = decode(payload, max_bytes=max_bytes)
    if client is None:
        mine = [one for one in found if one.client not in taken and one.state is not None]
    else:
        mine = [one for one in found if one.client == client]
    if len(mine) > 1:
        raise BadAwareness("A connection may speak for one client only.")
    if not mine:
        return None
    one = mine[0]
    state = None if one.state is None else {**one.state, "user": dict(user)}
    return Presence(one.client, one.clock, state)


def gone(last: Presence) -> Presence:
    """What tells the others that this client has left."""
    return Presence(last.client, min(last.clock + 1, MAX_UINT), None)
