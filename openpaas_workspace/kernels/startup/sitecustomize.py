"""Runs first in every Python inside a sandbox: the way to the Internet, the principal's packages, charts without it.

A refused connection says who may allow it. This file is alone: nothing of the workspace is imported here.
"""

import errno
import importlib.machinery
import importlib.util
import os
import select
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from types import ModuleType
from typing import Any

ENGLISH = "This kernel has no network. An administrator of this workspace can allow addresses for the space."
FRENCH = "Ce noyau n’a pas de réseau. Un administrateur de cet espace de travail peut autoriser des adresses."

_UNREACHABLE = {errno.EADDRNOTAVAIL, errno.ENETDOWN, errno.ENETUNREACH, errno.EHOSTUNREACH}
_REFUSED = "Tunnel connection failed: 403 "
_TUNNEL = "_tunnel"
_PIECE = 65_536
_PORT = 3128
# What is done with a module that is imported, and what fills it.
_Action = Callable[[Any, Callable[[Any], None]], None]


def _sentence() -> str:
    language = os.environ.get("LANGUAGE") or os.environ.get("LANG") or ""
    return FRENCH if language.lower().startswith("fr") else ENGLISH


class NoNetwork(OSError):
    """A connection that the sandbox refuses; `errno` stays what the system said."""

    def __str__(self) -> str:
        return _sentence()


class NotAllowed(OSError):
    """A connection that the list of the space does not allow; it says why."""


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
            _end_pip(_sentence())
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

    for owner, name, said in (
        (socket, "getaddrinfo", getaddrinfo),
        (socket.socket, "connect", connect_or_say),
    ):
        setattr(owner, name, said)


def _is_pip() -> bool:
    return any(os.path.basename(word).startswith("pip") for word in sys.orig_argv[:4])


def _end_pip(sentence: str) -> None:
    """pip would try again and again, then say that the package does not exist."""
    if _is_pip():
        os.write(2, f"ERROR: {sentence}\n".encode())
        os._exit(1)


class _When:
    """Does something when a module is imported, so that it costs nothing where it is not."""

    def __init__(self, actions: dict[str, _Action]) -> None:
        self._actions = actions

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        """The module as it would be found anyway, with what is to be done then."""
        action = self._actions.pop(name, None)
        found = None if action is None else importlib.machinery.PathFinder.find_spec(name, path, target)
        if action is None or found is None or found.loader is None:
            return found
        load, do = found.loader.exec_module, action

        def exec_module(module: ModuleType) -> None:
            do(module, load)

        loader: Any = found.loader
        loader.exec_module = exec_module
        return found


def _say_why(client: Any, load: Callable[[Any], None]) -> None:
    """In `http.client`, on which pip, requests and urllib stand: what the proxy answered is the error."""
    load(client)
    tunnel, begin = getattr(client.HTTPConnection, _TUNNEL), client.HTTPResponse.begin

    def tunnel_or_say(self: Any, *args: Any) -> None:
        try:
            tunnel(self, *args)
        except OSError as error:
            if not str(error).startswith(_REFUSED):
                raise
            sentence = str(error).removeprefix(_REFUSED)
            _end_pip(sentence)
            raise NotAllowed(sentence) from None

    def begin_or_say(self: Any) -> None:
        begin(self)
        if self.status == 403 and self.headers.get("Openpaas-Refusal"):
            _end_pip(self.reason)

    setattr(client.HTTPConnection, _TUNNEL, tunnel_or_say)
    client.HTTPResponse.begin = begin_or_say


def _draw_here(altair: Any, load: Callable[[Any], None]) -> None:
    """Charts go to the page as data, which draws them itself, and not as a script from elsewhere."""
    load(altair)
    altair.renderers.enable("mimetype")


def _when_called(grammar: Any, load: Callable[[Any], None]) -> None:
    """`rfc3987_syntax` takes a second to build a grammar that jsonschema, below altair, hardly ever asks."""

    def is_valid_syntax(*arguments: Any) -> Any:
        if grammar.is_valid_syntax is is_valid_syntax:
            load(grammar)
        return grammar.is_valid_syntax(*arguments)

    def rest(name: str) -> Any:
        if name.startswith("__") or grammar.is_valid_syntax is not is_valid_syntax:
            raise AttributeError(name)
        load(grammar)
        return getattr(grammar, name)

    grammar.is_valid_syntax, grammar.__getattr__ = is_valid_syntax, rest


def _debugger_when_asked(debugger: Any, load: Callable[[Any], None]) -> None:
    """In `ipykernel.debugger`: debugpy is a quarter of the time that a kernel takes to start, and few debug."""

    class Debugger:
        """Becomes ipykernel's own with the first request."""

        def __init__(self, *arguments: Any) -> None:
            self._arguments = arguments
            self._asked = asyncio.Event()
            self._own: Any = None

        def __getattr__(self, name: str) -> Any:
            if self._own is None:
                if debugger.Debugger is Debugger:
                    load(debugger)
                self._own = debugger.Debugger(*self._arguments)
            return getattr(self._own, name)

        async def process_request(self, message: Any) -> Any:
            process = self.__getattr__("process_request")
            self._asked.set()
            return await process(message)

        async def handle_stopped_event(self) -> None:
            await self._asked.wait()
            await self._own.handle_stopped_event()

    import asyncio

    debugger.Debugger = Debugger
    debugger._is_debugpy_available = importlib.util.find_spec("debugpy") is not None  # noqa: SLF001  (its name there)


def _forward(path: str) -> None:
    """The kernel itself, the first Python of its sandbox, listens for all others and passes on what they send."""
    listening = socket.socket()
    try:
        listening.bind(("127.0.0.1", _PORT))
        listening.listen(64)
    except OSError:
        listening.close()
        return
    threading.Thread(target=_take, args=(listening, path), name="way out", daemon=True).start()


def _take(listening: socket.socket, path: str) -> None:
    while True:
        with suppress(OSError):
            near, _ = listening.accept()
            threading.Thread(target=_pass_on, args=(near, path), name="way out", daemon=True).start()


def _pass_on(near: socket.socket, path: str) -> None:
    with near, socket.socket(socket.AF_UNIX) as far, suppress(OSError):
        far.connect(path)
        other = {near: far, far: near}
        reading = [near, far]
        while reading:
            for one in select.select(reading, [], [])[0]:
                piece = one.recv(_PIECE)
                if piece:
                    other[one].sendall(piece)
                    continue
                reading.remove(one)
                other[one].shutdown(socket.SHUT_WR)


def _own_packages(root: str) -> None:
    """What the principal installed can be imported; pip installs there, and leaves what the workspace brings alone."""
    folder = _folder(root)
    before = list(sys.path)
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError:
        return
    import site

    site.addsitedir(folder)
    _own.extend(path for path in sys.path if path not in before)
    if not any("ipykernel_launcher" in word for word in sys.orig_argv):
        packages_first()
    if _is_pip():
        sys.prefix = sys.exec_prefix = root
        known = sys.modules.get("sysconfig")
        if known is not None:
            for name, value in (("_PREFIX", root), ("_EXEC_PREFIX", root), ("_CONFIG_VARS", None)):
                setattr(known, name, value)


def _once_it_runs(kernelapp: Any, load: Callable[[Any], None]) -> None:
    """What is installed comes first once the kernel is made: nothing of it can keep one from starting."""
    load(kernelapp)
    start = kernelapp.IPKernelApp.start

    def packages_then_start(self: Any) -> None:
        packages_first()
        start(self)

    kernelapp.IPKernelApp.start = packages_then_start


_own: list[str] = []


def packages_first() -> None:
    """From now on what the principal installed comes before what the workspace brings."""
    for path in _own:
        with suppress(ValueError):
            sys.path.remove(path)
    place = next((i for i, path in enumerate(sys.path) if path.endswith("-packages")), len(sys.path))
    sys.path[place:place] = _own


def _folder(root: str) -> str:
    return f"{root}/lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"


def _begin() -> None:
    _patch()
    actions: dict[str, _Action] = {
        "altair": _draw_here,
        "rfc3987_syntax": _when_called,
        "ipykernel.debugger": _debugger_when_asked,
    }
    packages, proxy = os.environ.get("OPENPAAS_ENVIRONMENT"), os.environ.get("OPENPAAS_PROXY")
    if packages:
        _own_packages(packages)
        actions["ipykernel.kernelapp"] = _once_it_runs
    if proxy:
        actions["http.client"] = _say_why
        _forward(proxy)
    finder: Any = _When(actions)
    sys.meta_path.insert(0, finder)


if __name__ == "sitecustomize":
    _begin()
