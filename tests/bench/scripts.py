"""Scripts: how long the client takes to import, a cell to run on the server beside stock's way, large files to go and come."""

import asyncio
import itertools
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler, stream_request_body

from openpaas_workspace.client import Workspace
from tests.client.conftest import token_of
from tests.conftest import Server
from tests.kernels.test_held import channels
from tests.kernels.test_server import run
from tests.runs.test_runs import Book

CELLS = 20
MEGABYTES = 200
_IMPORT = "import time; begin = time.perf_counter(); import openpaas_workspace.client; print(time.perf_counter() - begin)"
Results = dict[str, list[dict[str, Any]]]


def importing(rounds: int) -> Results:
    """Milliseconds of `import openpaas_workspace.client` in a fresh interpreter."""
    runs = []
    for _ in range(rounds):
        done = subprocess.run([sys.executable, "-c", _IMPORT], capture_output=True, text=True, check=True)
        runs.append({"ms": round(float(done.stdout) * 1000, 1)})
    return {"openpaas": runs}


def running(rounds: int) -> Results:
    """Milliseconds from asking for a cell until its end is known: by the server's hand, and over stock's socket."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder) / "data").start()
        try:
            return asyncio.run(_running(server, rounds))
        finally:
            server.stop()


async def _running(server: Server, rounds: int) -> Results:
    book = Book(server, "bench", {"a": "1 + 1"})
    results: Results = {"openpaas": [], "stock socket": []}
    async with channels(server, book.people["bob"], book.kernel) as channel:
        for round_ in range(rounds + 1):
            taken: dict[str, list[float]] = {name: [] for name in results}
            for _ in range(CELLS):
                begin = time.perf_counter()
                await book.over(book.start("a"), "bob")
                taken["openpaas"].append(time.perf_counter() - begin)
                begin = time.perf_counter()
                await run(channel, "1 + 1")
                taken["stock socket"].append(time.perf_counter() - begin)
            if round_:
                for name, times in taken.items():
                    results[name].append({"ms": round(statistics.median(times) * 1000, 1)})
    book.close()
    return results


@stream_request_body
class _Plain(RequestHandler):
    """What a plain handler does: bytes to a file, bytes from a file."""

    path = Path()

    def prepare(self) -> None:
        if self.request.method == "PUT":
            self.request.connection.set_max_body_size(4 * 1024**3)
            self.file = self.path.open("wb")

    def data_received(self, chunk: bytes) -> None:
        self.file.write(chunk)

    def put(self) -> None:
        self.file.close()

    async def get(self) -> None:
        with self.path.open("rb") as file:
            while piece := file.read(1024 * 1024):
                self.write(piece)
                await self.flush()


def _plain_server(path: str) -> None:
    _Plain.path = Path(path)
    server = HTTPServer(Application([("/", _Plain)]))
    sockets = bind_sockets(0, "127.0.0.1")
    server.add_sockets(sockets)
    print(sockets[0].getsockname()[1], flush=True)
    asyncio.get_event_loop().run_forever()


def transfers(rounds: int) -> Results:
    """MB a second up and down: our client and server, and httpx against a plain tornado handler."""
    import httpx

    results: Results = {"openpaas": [], "plain tornado": []}
    with tempfile.TemporaryDirectory() as folder:
        source, back = Path(folder) / "large.bin", Path(folder) / "back.bin"
        source.write_bytes(bytes(range(256)) * (MEGABYTES * 4096))
        server = Server(Path(folder) / "data").start()
        command = [
            sys.executable,
            "-c",
            f"from tests.bench.scripts import _plain_server as s; s({str(Path(folder) / 'plain')!r})",
        ]
        plain = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert plain.stdout is not None
        url = f"http://127.0.0.1:{int(plain.stdout.readline())}/"
        ws = Workspace(server.url, token_of(server, "alice"), timeout=300)
        try:
            for _ in range(rounds):
                times = [time.perf_counter()]
                ws.upload(source, "~/large.bin", progress=False)
                times.append(time.perf_counter())
                ws.download("~/large.bin", back, progress=False)
                times.append(time.perf_counter())
                with source.open("rb") as file:
                    httpx.put(url, content=file, timeout=300)
                times.append(time.perf_counter())
                with httpx.stream("GET", url, timeout=300) as answer, back.open("wb") as out:
                    for chunk in answer.iter_bytes():
                        out.write(chunk)
                times.append(time.perf_counter())
                rates = [round(MEGABYTES / (after - before)) for before, after in itertools.pairwise(times)]
                results["openpaas"].append({"up": rates[0], "down": rates[1]})
                results["plain tornado"].append({"up": rates[2], "down": rates[3]})
        finally:
            ws.close()
            server.stop()
            plain.kill()
            plain.wait()
    return results
