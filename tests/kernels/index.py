"""A package index on loopback with wheels made here, a page to fetch, and a download that lasts."""

from __future__ import annotations

import base64
import hashlib
import io
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TAG = "py3-none-any"


def wheel(name: str, version: str, source: str) -> bytes:
    """A wheel with one module and one program."""
    info = f"{name}-{version}.dist-info"
    files = {
        f"{name}.py": source,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: {TAG}\n",
        f"{info}/entry_points.txt": f"[console_scripts]\n{name}-says={name}:main\n",
    }
    lines = []
    for path, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        lines.append(f"{path},sha256={digest},{len(text.encode())}")
    files[f"{info}/RECORD"] = "\n".join([*lines, f"{info}/RECORD,,"]) + "\n"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as zipped:
        for path, text in files.items():
            zipped.writestr(path, text)
    return out.getvalue()


PAGES = {
    f"/files/rebound-{version}-{TAG}.whl": wheel(
        "rebound", version, f"VALUE = {version!r}\ndef main():\n    print('says', VALUE)\n"
    )
    for version in ("1.0", "2.0")
}
_LINKS = "".join(f'<a href="{path}">{path.rpartition("/")[2]}</a>' for path in PAGES)
PAGES |= {
    "/simple/rebound/": f"<!doctype html><html><body>{_LINKS}</body></html>".encode(),
    "/hello": b"hello",
}


class Index(ThreadingHTTPServer):
    """What was asked for, in `asked`; `/slow` sends a little again and again for ten minutes."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        index: Any = self.server
        index.asked.append(self.path)
        index.headers.append(dict(self.headers))
        if self.path == "/slow":
            self._slowly()
        elif self.path.startswith("/to/"):
            self._answer(302, b"", Location=f"http://{self.path.removeprefix('/to/')}/")
        elif self.path in PAGES:
            self._answer(200, PAGES[self.path])
        else:
            self._answer(404, b"")

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        kind = "text/html" if body.startswith(b"<!doctype") else "application/octet-stream"
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _slowly(self) -> None:
        index: Any = self.server
        self.send_response(200)
        self.send_header("Content-Length", "1000000")
        self.end_headers()
        try:
            for _ in range(6000):
                self.wfile.write(b"x" * 10)
                time.sleep(0.1)
        except OSError:
            index.asked.append("/slow was cut")

    def log_message(self, *arguments: Any) -> None:
        pass


@contextmanager
def serving() -> Iterator[Index]:
    """An index that runs."""
    index = Index()
    thread = threading.Thread(target=index.serve_forever, daemon=True)
    thread.start()
    yield index
    index.shutdown()
    index.server_close()
