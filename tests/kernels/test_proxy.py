"""The proxy by itself: what is a host, what is public, what a name may lead to, how many at once."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from openpaas_workspace.kernels import proxy as proxies
from openpaas_workspace.kernels.config import Egress
from openpaas_workspace.kernels.engine import hosts, requests, sentences
from openpaas_workspace.kernels.placement import KernelRecord, Verdict
from openpaas_workspace.kernels.proxy import Proxy
from tests.kernels.account import WithPackages
from tests.kernels.house import House, execute


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("pypi.org", "pypi.org"),
        (" PyPI.org. ", "pypi.org"),
        ("*.example.org", "*.example.org"),
        ("bücher.example:8443", "xn--bcher-kva.example:8443"),
        ("a_b.example", "a_b.example"),
    ],
)
def test_a_host_is_read(text: str, read: str) -> None:
    assert str(hosts.parse(text)) == read


@pytest.mark.parametrize(
    "text",
    [
        "", ".", "localhost", "*", "*.org", "*.*.org", "a.*.org", "a..b", "-a.org", "a b.org", "a.b:0", "a.b:65536",
        "a.b:-1", "a.b:٤", "a.b:", "http://a.b", "a.b/c", "u@a.b", "127.0.0.1", "0x7f.0x1", "1.2.3.0x4", "2130706433",
        "[::1]", "::1", "fe80::1%lo", "a.b\r\nX: y", "a.b\0", "x" * 64 + ".org", "x." * 130 + "org", "a。b。1",
    ],
)  # fmt: skip
def test_rubbish_is_no_host(text: str) -> None:
    with pytest.raises(hosts.NotAHost):
        hosts.parse(text)


def test_an_entry_covers_what_it_says() -> None:
    plain, below, odd = (hosts.parse(text) for text in ("a.org", "*.a.org", "a.org:8443"))
    assert [plain.covers("a.org", port) for port in (443, 80, 8443)] == [True, True, False]
    assert [plain.covers(name, 443) for name in ("b.a.org", "ba.org", "a.org.b")] == [False] * 3
    assert [below.covers(name, 443) for name in ("b.a.org", "c.b.a.org", "a.org", "ba.org")] == [
        True, True, False, False,
    ]  # fmt: skip
    assert [odd.covers("a.org", port) for port in (443, 8443)] == [False, True]
    assert hosts.best([(below, "refused"), (plain, "asked")], "a.org", 443) == "asked"
    assert hosts.best([(plain, "refused"), (plain, "allowed")], "a.org", 443) == "allowed"


@pytest.mark.parametrize(
    ("address", "public", "nobodys"),
    [
        ("8.8.8.8", True, False), ("2606:4700::1111", True, False), ("127.0.0.1", False, False),
        ("10.1.2.3", False, False), ("192.168.0.1", False, False), ("100.64.0.1", False, False),
        ("fd00::1", False, False), ("::1", False, False), ("::ffff:127.0.0.1", False, False),
        ("64:ff9b::a9fe:a9fe", False, True), ("2002:a9fe:a9fe::", False, True), ("169.254.169.254", False, True),
        ("fe80::1%eth0", False, True), ("0.0.0.0", False, True), ("::", False, True), ("224.0.0.1", False, True),
        ("fec0::1", False, False), ("64:ff9b:1::a00:1", False, True), ("::ffff:0:a00:1", False, False),
        ("4000::1", False, True), ("255.255.255.255", False, True), ("no address", False, True),
    ],
)  # fmt: skip
def test_which_addresses_are_inside(address: str, public: bool, nobodys: bool) -> None:
    assert hosts.is_public(address) is public
    assert hosts.is_nobodys(address) is nobodys


@pytest.mark.parametrize(
    "head",
    [
        b"", b"\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"CONNECT a.org HTTP/1.1\r\n\r\n", b"CONNECT a.org:0 HTTP/1.1\r\n\r\n",
        b"GET https://a.org/ HTTP/1.1\r\n\r\n", b"GET http://u:p@a.org/ HTTP/1.1\r\n\r\n", b"GET http:/// HTTP/1.1\r\n\r\n",
        b"POST http://a.org/ HTTP/1.1\r\n\r\n", b"GET http://a.org/ HTTP/1.1\r\n folded: x\r\n\r\n",
        b"GET http://a.org/ HTTP/1.1\r\nA: x\nB: y\r\n\r\n", b"GET http://a.org:x/ HTTP/1.1\r\n\r\n",
        b"GET http://a.org/\xe9 HTTP/1.1\r\n\r\n", b"CONNECT a.org:443 HTTP/2\r\n\r\n", b"\x00\xff\r\n\r\n",
        b"GET  http://a.org/ HTTP/1.1\r\n\r\n", b"GET ftp://a.org/ HTTP/1.1\r\n\r\n",
    ],
)  # fmt: skip
def test_rubbish_is_no_request(head: bytes) -> None:
    with pytest.raises(requests.NotUnderstood):
        requests.parse(head)


class Rules:
    """Allows what is called allowed; counts."""

    def __init__(self) -> None:
        self.outcomes: list[tuple[str, str]] = []
        self.allowed = {"allowed.example.org"}

    async def verdict(self, record: KernelRecord, host: str, port: int) -> Verdict:
        return Verdict("allowed") if host in self.allowed else Verdict("not listed", "No.")

    def used(
        self, record: KernelRecord, host: str, outcome: str, *, opened: int, sent: int, received: int
    ) -> None:
        if opened:
            self.outcomes.append((host, outcome))

    def ended(self, record: KernelRecord) -> None:
        pass

    def say(self, record: KernelRecord, sentence: str) -> str:
        return sentence


@pytest.fixture
async def proxy(runtime: Path) -> AsyncIterator[tuple[Rules, Path, Proxy]]:
    rules, path = Rules(), runtime / "x"
    found = Proxy(KernelRecord("k", SimpleNamespace(), "a.ipynb"), rules, Egress(connections=2), path)
    await found.open()
    yield rules, path, found
    await found.close()
    assert not path.exists()


async def connect(path: Path, target: str) -> tuple[bytes, asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_unix_connection(str(path))
    writer.write(f"CONNECT {target} HTTP/1.1\r\n\r\n".encode())
    return await reader.readline(), reader, writer


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "169.254.169.254", "10.0.0.1", "::ffff:127.0.0.1"])
async def test_a_name_that_leads_inside_is_refused(
    proxy: tuple[Rules, Path, Proxy], monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    rules, path, _ = proxy
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    _names(monkeypatch, (family, address))
    status, *_ = await connect(path, "allowed.example.org:443")
    assert status.startswith(b"HTTP/1.1 403 allowed.example.org has an internal address")
    assert rules.outcomes == [("allowed.example.org", "internal")]


async def test_what_is_open_is_counted_and_ends_with_the_permission(
    proxy: tuple[Rules, Path, Proxy], monkeypatch: pytest.MonkeyPatch
) -> None:
    rules, path, found = proxy
    monkeypatch.setattr(hosts, "is_public", lambda address: True)
    server = await asyncio.start_server(_echo, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    rules.allowed.add("allowed.example.org")
    _names(monkeypatch, (socket.AF_INET, "127.0.0.1"))
    ways = [await connect(path, f"allowed.example.org:{port}") for _ in range(2)]
    assert [status for status, *_ in ways] == [b"HTTP/1.1 200 Connection established\r\n"] * 2
    third, *_ = await connect(path, f"allowed.example.org:{port}")
    assert third.startswith(b"HTTP/1.1 429 ")
    _, reader, writer = ways[0]
    await reader.readline()
    writer.write(b"echo\n")
    assert await reader.readline() == b"echo\n"
    await found.recheck()
    writer.write(b"still\n")
    assert await reader.readline() == b"still\n"
    rules.allowed.clear()
    await found.recheck()
    assert await reader.read() == b""
    server.close()


def _names(monkeypatch: pytest.MonkeyPatch, *found: tuple[int, str]) -> None:
    """What the name of the tests leads to."""

    def getaddrinfo(host: str, port: int, **more: Any) -> list[Any]:
        assert host == "allowed.example.org"
        return [(family, socket.SOCK_STREAM, 6, "", (address, port)) for family, address in found]

    fake = SimpleNamespace(getaddrinfo=getaddrinfo, SOCK_STREAM=socket.SOCK_STREAM)
    monkeypatch.setattr(proxies, "socket", fake)


async def _echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while line := await reader.readline():
        writer.write(line)
    writer.close()


async def test_packages_count_as_what_the_principal_stores(open_house: Callable[..., House]) -> None:
    house = open_house(home_mb=60)
    rules = WithPackages(house.root)
    house.manager.join(rules, rules, house.manager.watch)
    kernel_id = await house.start()
    async with house.client(kernel_id) as client:
        code = "for n in range(3): open(f'/environment/{n}', 'wb').write(bytes(40 << 20))\nimport time\ntime.sleep(600)"
        filling = asyncio.ensure_future(execute(client, code))
        await house.until(lambda: house.ended, "ended")
        filling.cancel()
    assert house.ended == [sentences.disk(60)]
    bobs = await house.start("bob")
    assert (await house.run(bobs, "import os; print(os.listdir('/environment'))")).text == "['lib']\n"
