"""The frames of the push socket: JSON text, told apart by `type`."""

from typing import Any, Literal

import msgspec

from openpaas_workspace.kit.schema import Wire


class Resume(Wire, frozen=True, kw_only=True):
    """Where a page stopped listening."""

    epoch: str
    seq: int


class Hello(Wire, frozen=True, kw_only=True, tag_field="type", tag="hello"):
    """The first frame of a page: its own name for itself, what it can do, where it stopped."""

    client: str = ""
    caps: list[str] = msgspec.field(default_factory=list)
    resume: Resume | None = None


class Subscribe(Wire, frozen=True, kw_only=True, tag_field="type", tag="sub"):
    """Follow the ephemeral values of objects (`kind:id`); each is answered by `topic+` or an error."""

    topics: list[str]
    id: int | None = None


class Unsubscribe(Wire, frozen=True, kw_only=True, tag_field="type", tag="unsub"):
    """Follow them no more."""

    topics: list[str]


class Whisper(Wire, frozen=True, kw_only=True, tag_field="type", tag="eph"):
    """Set (or with null clear) this window's own ephemeral value of a kind in a followed topic."""

    topic: str
    kind: str
    value: Any = None


class Here(Wire, frozen=True, kw_only=True, tag_field="type", tag="here"):
    """Whether somebody sits in front of this window, and the object (`kind:id`) it shows; counts for nothing elsewhere."""

    state: Literal["active", "away"]
    at: str = ""


class Alive(Wire, frozen=True, kw_only=True, tag_field="type", tag="hb"):
    """The page is there."""


Inbound = Hello | Subscribe | Unsubscribe | Whisper | Here | Alive


class Limits(Wire, frozen=True, kw_only=True):
    """What a page must keep to."""

    frame_bytes: int
    frames_per_second: float
    topics: int
    heartbeat: float


class Welcome(Wire, frozen=True, kw_only=True, tag_field="type", tag="welcome"):
    """The socket is open. Not `resumed`: read everything afresh, as of `seq`; `reset` says what (empty: all)."""

    conn: str
    epoch: str
    seq: int
    resumed: bool
    limits: Limits
    reset: list[str] = msgspec.field(default_factory=list)


class PushedEvent(Wire, frozen=True, kw_only=True):
    """One durable event; `data` are the fields of its type."""

    seq: int
    type: str
    ref: str
    actor: str
    actor_kind: str
    behalf: str
    at: int
    members: tuple[str, ...]
    data: dict[str, Any]


class Events(Wire, frozen=True, kw_only=True, tag_field="type", tag="ev"):
    """All events up to `seq` that the member may see and has not had."""

    seq: int
    e: list[PushedEvent]


class Ephemera(Wire, frozen=True, kw_only=True, tag_field="type", tag="eph"):
    """The newest values by key of a topic; null where a value has ended; `all`: these and no others."""

    topic: str
    values: dict[str, Any]
    all: bool = False


class Heartbeat(Wire, frozen=True, kw_only=True, tag_field="type", tag="hb"):
    """Nothing up to `seq` is missing; `n` frames of events were sent on this socket."""

    seq: int
    n: int


class Bye(Wire, frozen=True, kw_only=True, tag_field="type", tag="bye"):
    """The server restarts; come back after about this many seconds."""

    retry_after: float


class TopicGained(Wire, frozen=True, kw_only=True, tag_field="type", tag="topic+"):
    """The member may see this object now; with its ephemeral values if the page follows it."""

    topic: str
    values: dict[str, Any] = msgspec.field(default_factory=dict)
    id: int | None = None


class TopicLost(Wire, frozen=True, kw_only=True, tag_field="type", tag="topic-"):
    """The member may not see this object any more: forget it."""

    topic: str


class Refused(Wire, frozen=True, kw_only=True, tag_field="type", tag="error"):
    """A frame of the page was not obeyed; `re` is its id."""

    code: str
    detail: str
    re: int | None = None
    topic: str | None = None
    retry_after: float | None = None


Outbound = Welcome | Events | Ephemera | Heartbeat | Bye | TopicGained | TopicLost | Refused
FRAMES: tuple[type[Wire], ...] = (
    *(Hello, Subscribe, Unsubscribe, Whisper, Here, Alive),
    *(Welcome, Events, Ephemera, Heartbeat, Bye, TopicGained, TopicLost, Refused),
)
CloseCode = Literal[4400, 4401, 4408, 4429]
