"""Errors that reach a person: each carries one sentence that says what to do.

WorkspaceError
├── Invalid (422)       the request makes no sense; the sentence names what to change
├── Unauthenticated (401)
├── Forbidden (403)     seen, but not allowed
├── NotFound (404)      absent, or not to be seen: the same answer for both
├── Conflict (409)      somebody was faster, or the name is taken
├── TooLarge (413)
│   └── Full (507)      the space has no room left
│       └── DiskFull    nor has the server's disk
├── TooMany (429)       with `retry_after` in seconds
└── Unavailable (503)   a part of the server is off or busy
"""


class WorkspaceError(Exception):
    """Base of all errors shown to people. `sentence` is English; pages translate it."""

    status = 500
    title = "Error"

    def __init__(self, sentence: str, *, code: str = "", retry_after: int | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code or type(self).__name__
        self.retry_after = retry_after

    def problem(self) -> dict[str, object]:
        """The error as a problem object (RFC 9457)."""
        body: dict[str, object] = {
            "type": f"urn:openpaas:problem:{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.sentence,
        }
        if self.retry_after is not None:
            body["retry_after"] = self.retry_after
        return body


class Invalid(WorkspaceError):
    """The request cannot be understood or is out of bounds."""

    status = 422
    title = "Invalid request"


class Unauthenticated(WorkspaceError):
    """Nobody is logged in, or the session has ended."""

    status = 401
    title = "Log in first"

    def __init__(self, sentence: str = "Log in, then try again.") -> None:
        super().__init__(sentence)


class Forbidden(WorkspaceError):
    """The actor can see the object but may not do this."""

    status = 403
    title = "Not allowed"


class NotFound(WorkspaceError):
    """There is no such object, or the actor may not know of it."""

    status = 404
    title = "Not found"

    def __init__(self, sentence: str = "There is nothing here that you may see.") -> None:
        super().__init__(sentence)


class Conflict(WorkspaceError):
    """The state changed meanwhile, or a name is taken."""

    status = 409
    title = "Conflict"


class TooLarge(WorkspaceError):
    """More than the limit."""

    status = 413
    title = "Too large"


class Full(TooLarge):
    """There is no room left for this."""

    status = 507
    title = "No room left"


class DiskFull(Full):
    """The disk of the server has no room left; nothing was changed."""

    def __init__(self) -> None:
        super().__init__("The disk is full; nothing was changed. Tell an administrator.")


class TooMany(WorkspaceError):
    """Too often."""

    status = 429
    title = "Too many attempts"


class Unavailable(WorkspaceError):
    """A part of the server is off or cannot answer now."""

    status = 503
    title = "Unavailable"
