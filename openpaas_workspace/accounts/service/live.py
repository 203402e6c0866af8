"""What hangs on a login: sockets that must close when the session or token behind them ends."""

import logging
from collections.abc import Callable

from openpaas_workspace.kit.clock import now

_log = logging.getLogger(__name__)
Ended = Callable[[str | None, str], None]


class Sessions:
    """The sessions and tokens that live connections of this process hang on."""

    def __init__(self) -> None:
        self._attached: dict[str, dict[object, Callable[[], object]]] = {}
        self._owners: dict[str, str] = {}
        self._listeners: dict[object, Ended] = {}
        self._used: dict[str, int] = {}

    def attach(self, session_id: str, close: Callable[[], object]) -> Callable[[], None]:
        """Call `close()` once when this session or token ends; returns how to let go.

        `session_id` is `actor.session`. The session may be over already: then `close` is
        called within two seconds.
        """
        if not session_id:
            raise ValueError("an actor without a session has nothing to hang on")
        mark = object()
        self._attached.setdefault(session_id, {})[mark] = close
        return lambda: self._detach(session_id, mark)

    def on_ended(self, listener: Ended) -> Callable[[], None]:
        """Call `listener(session id, member id)` at every end, `(None, member id)` when a member is disabled.

        It may be called twice for one end, and the member id is empty if it is not known any
        more. Returns how to stop it.
        """
        mark = object()
        self._listeners[mark] = listener
        return lambda: self._listeners.pop(mark, None) and None

    def attached(self) -> list[str]:
        """Ids of the sessions and tokens that something hangs on."""
        return list(self._attached)

    def own(self, session_id: str, member_id: str) -> None:
        """Remember whose session it is."""
        self._owners[session_id] = member_id

    def ended(self, session_id: str | None, member_id: str) -> None:
        """Close what hangs on a session; without one, on every session of the member."""
        doomed = [session_id] if session_id else [s for s, m in self._owners.items() if m == member_id]
        for session in doomed:
            member_id = member_id or self._owners.get(session, "")
            self._used.pop(session, None)
            self._owners.pop(session, None)
            for close in self._attached.pop(session, {}).values():
                _call(close)
        for listener in list(self._listeners.values()):
            _call(listener, session_id, member_id)

    def use(self, session_id: str) -> None:
        """Note that a session or token spoke; a job writes it down."""
        self._used[session_id] = now()

    def take_used(self) -> dict[str, int]:
        """What spoke since the last call, and when."""
        used, self._used = self._used, {}
        return used

    def _detach(self, session_id: str, mark: object) -> None:
        waiting = self._attached.get(session_id, {})
        waiting.pop(mark, None)
        if not waiting:
            self._attached.pop(session_id, None)
            self._owners.pop(session_id, None)


def _call(callback: Callable[..., object], *arguments: object) -> None:
    try:
        callback(*arguments)
    except Exception:
        _log.exception("Something that hung on an ended session did not close")
