"""One connection to a workspace: who speaks, what is tried again, and the server's sentence when it refuses.

A request that was perhaps heard is sent again only where that changes nothing: reading, replacing, deleting; what
makes something carries a key by which the server knows it again.
"""

import os
import random
import re
import socket
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
import msgspec

from openpaas_workspace.client.sentences import say
from openpaas_workspace.kit import errors
from openpaas_workspace.kit.errors import NotFound, Unavailable, WorkspaceError

API: Final = "/api/workspace/v1"
SOCKET: Final = "OPENPAAS_SOCKET"
ATTEMPTS: Final = 5
_FIRST_WAIT: Final = 0.2
_LONGEST_WAIT: Final = 30.0
_TOKEN: Final = re.compile(r"[!-~]+")
BUSY: Final = frozenset({429, 502, 503, 504})
_BY_STATUS: Final[Mapping[int, type[WorkspaceError]]] = {
    one.status: one
    for one in (
        errors.Invalid,
        errors.Unauthenticated,
        errors.Forbidden,
        errors.NotFound,
        errors.Conflict,
        errors.TooLarge,
        errors.Full,
        errors.TooMany,
        errors.Unavailable,
    )
} | {400: errors.Invalid, 504: errors.Unavailable, 502: errors.Unavailable}


class Connection:
    """Requests to one server in the name of one actor. Not to be shared by threads."""

    def __init__(
        self,
        url: str | None = None,
        token: str | None = None,
        *,
        timeout: float = 60.0,
        attempts: int = ATTEMPTS,
    ) -> None:
        self.socket = os.environ.get(SOCKET) or None if url is None else None
        if url is None and self.socket is None:
            raise errors.Invalid(
                say(
                    'Outside of a kernel say where: Workspace("https://…", token="opw_…"). '
                    "Tokens are made under “My account”."
                )
            )
        self.url = "http://localhost" if self.socket else _checked_url(str(url))
        self.headers = {"User-Agent": "openpaas-client", "Accept": "application/json"}
        if token:
            self.headers["Authorization"] = f"Bearer {_checked_token(token)}"
        self.timeout = timeout
        self._attempts = attempts
        transport = httpx.HTTPTransport(uds=self.socket) if self.socket else None
        self._http = httpx.Client(
            base_url=self.url,
            headers=self.headers,
            timeout=timeout,
            transport=transport,
            trust_env=self.socket is None,
        )

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def get(self, address: str, /, **query: Any) -> Any:
        """What the server answers to a question."""
        return self.decoded(self.send("GET", address, query=query))

    def post(self, path: str, body: Any = None) -> Any:
        """Make or do something, once, however often it is sent."""
        return self.decoded(self.send("POST", path, body=body, once=True))

    def put(self, path: str, body: Any = None) -> Any:
        """Put something in a place."""
        return self.decoded(self.send("PUT", path, body=body))

    def patch(self, path: str, body: Any) -> Any:
        """Change something, once."""
        return self.decoded(self.send("PATCH", path, body=body, once=True))

    def delete(self, path: str, *, missing_is_fine: bool = False) -> Any:
        """Take something away; a deletion whose answer was lost is not an error when it is sent again."""
        try:
            return self.decoded(self.send("DELETE", path))
        except _GoneAfterRetry:
            return None
        except NotFound:
            if missing_is_fine:
                return None
            raise

    def decoded(self, answer: httpx.Response) -> Any:
        """What an answer says; raises Unavailable when it is none of a workspace."""
        try:
            return msgspec.json.decode(answer.content) if answer.content else None
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Unavailable(say("What answers at {url} is no workspace.", url=self.url)) from error

    def send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        content: bytes | Iterator[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
        once: bool = False,
        timeout: float | None = None,
    ) -> httpx.Response:
        """One request, tried again where that is safe; raises a WorkspaceError with the server's sentence.

        `timeout`: of what the server works on for longer than others.
        """
        patience = self.timeout if timeout is None else max(timeout, self.timeout)
        sent = dict(headers or {})
        if once:
            sent["Idempotency-Key"] = uuid.uuid4().hex
        if body is not None:
            content = _encoded(body)
            sent["Content-Type"] = "application/json"
        asked = {name: _plain(value) for name, value in (query or {}).items() if value is not None}
        again = isinstance(content, bytes | None)
        for attempt in range(1, self._attempts + 1):
            last = attempt == self._attempts or not again
            try:
                answer = self._http.request(
                    method, API + path, params=asked, content=content, headers=sent, timeout=patience
                )
            except httpx.TransportError as error:
                if last:
                    raise Unavailable(
                        say("The workspace at {url} cannot be reached: {why}.", url=self.url, why=_why(error))
                    ) from error
                pause(attempt)
                continue
            if answer.status_code in BUSY and not last:
                pause(attempt, _seconds(answer.headers.get("Retry-After", "")))
                continue
            return checked(answer, repeated=attempt > 1 and method == "DELETE")
        raise AssertionError("unreachable")

    def stream(self, path: str, *, query: Mapping[str, Any], headers: Mapping[str, str]) -> Any:
        """An answer whose body is read piece by piece; a context manager."""
        return self._http.stream("GET", API + path, params=dict(query), headers=dict(headers))

    def unix_socket(self) -> socket.socket | None:
        """A connection to the kernel's own door; None elsewhere."""
        if self.socket is None:
            return None
        made = socket.socket(socket.AF_UNIX)
        made.connect(self.socket)
        return made


class _GoneAfterRetry(NotFound):
    """It is not there any more: an earlier try has deleted it."""


def checked(answer: httpx.Response, *, repeated: bool = False) -> httpx.Response:
    """The answer, or the error it tells of; its body must have been read."""
    if answer.is_success or answer.status_code == 304:
        return answer
    problem: dict[str, Any] = {}
    with suppress(msgspec.MsgspecError):
        problem = msgspec.json.decode(answer.content, type=dict[str, Any])
    if repeated and answer.status_code == 404:
        raise _GoneAfterRetry(say("There is nothing here that you may see."))
    raise error_of(answer.status_code, problem)


def error_of(status: int, problem: Mapping[str, Any]) -> WorkspaceError:
    """The error of a problem (RFC 9457)."""
    sentence = str(
        problem.get("detail") or problem.get("message") or say("The server answered {status}.", status=status)
    )
    code = str(problem.get("type") or "").rpartition(":")[2]
    kind = _BY_STATUS.get(status, WorkspaceError)
    if kind in {errors.Unauthenticated, errors.NotFound}:
        return kind(sentence)
    return kind(sentence, code=code, retry_after=problem.get("retry_after"))


def _checked_token(token: str) -> str:
    """A token as a header can hold it: what is odd would be shown in an error that people send to each other."""
    token = token.strip()
    if not _TOKEN.fullmatch(token):
        raise errors.Invalid(say("This is no token: one is a word that begins with opw_."))
    return token


def _checked_url(url: str) -> str:
    with suppress(ValueError):
        parts = urlsplit(url.strip())
        if parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0:
            return url.strip().rstrip("/")
    raise errors.Invalid(
        say("“{url}” is no address of a workspace: write https://office.example.org.", url=url)
    )


def _plain(value: Any) -> str:
    text = ("true" if value else "false") if isinstance(value, bool) else str(value)
    _encoded(text)
    return text


def _encoded(body: Any) -> bytes:
    try:
        return msgspec.json.encode(body)
    except UnicodeEncodeError as error:
        raise errors.Invalid(say("A text holds half a character.")) from error


def pause(attempt: int, wished: float = 0) -> None:
    """Wait before the next attempt: longer each time, at least as long as the server wished, not for ever."""
    # No secret: it keeps clients that lost the same server from coming back in step.
    spread = random.uniform(0.8, 1.2)  # noqa: S311
    time.sleep(min(max(_FIRST_WAIT * 2 ** (attempt - 1) * spread, wished), _LONGEST_WAIT))


def _seconds(text: str) -> float:
    return float(text) if text.isdigit() else 0


def _why(error: httpx.TransportError) -> str:
    return (
        say("no answer in time")
        if isinstance(error, httpx.TimeoutException)
        else str(error) or type(error).__name__
    )
