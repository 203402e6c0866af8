"""Runs first in every Python inside a sandbox: a refused connection says who may allow it."""

import errno
import os
import socket
import sys
from typing import Any

ENGLISH = "This kernel has no network. An administrator of this workspace can allow addresses for the space."
FRENCH = "Ce noyau n’a pas de réseau. Un administrateur de cet espace de travail peut autoriser des adresses."

_UNREACHABLE = {errno.EADDRNOTAVAIL, errno.ENETDOWN, errno.ENETUNREACH, errno.EHOSTUNREACH}


def _sentence() -> str:
    language = os.environ.get("LANGUAGE") or os.environ.get("LANG") or ""
    return FRENCH if language.lower().startswith("fr") else ENGLISH


class NoNetwork(OSError):
    """A connection that the sandbox refuses; `errno` stays what the system said."""

    def __str__(self) -> str:
        return _sentence()


class NoName(socket.gaierror):
    """A name that cannot be looked up without a network."""

    def __str__(self) -> str:
        return _sentence()


def _patch() -> None:
    look_up, connect = socket.getaddrinfo, socket.socket.connect

    def getaddrinfo(*args: Any, **kwargs: Any) -> Any:
        try:
            return look_up(*args, **kwargs)
        except socket.gaierror as error:
            _end_pip()
            raise NoName(*error.args) from None

    def connect_or_say(self: socket.socket, address: Any) -> None:
        try:
            connect(self, address)
        except socket.gaierror as error:
            raise NoName(*error.args) from None
        except OSError as error:
            if self.family != socket.AF_UNIX and error.errno in _UNREACHABLE:
                raise NoNetwork(*error.args) from None
            raise

    socket.getaddrinfo = getaddrinfo
    socket.socket.connect = connect_or_say  # type: ignore[assignment, method-assign]


def _end_pip() -> None:
    """pip would try again and again, then say that the package does not exist."""
    words = [os.path.basename(word) for word in sys.orig_argv[:4]]
    if any(word.startswith("pip") for word in words):
        os.write(2, f"ERROR: {_sentence()}\n".encode())
        os._exit(1)


if __name__ == "sitecustomize":
    _patch()
