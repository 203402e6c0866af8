"""A kernel's way out in the real sandbox: nothing internal, nothing but one request, cut when it is withdrawn, all of it told."""

from __future__ import annotations

import ast
import asyncio

import pytest

from openpaas_workspace.kernels.engine import sentences
from tests.conftest import Server
from tests.kernels.index import Index
from tests.kernels.outside import API, PROXIED, TUNNEL, Lists, Opens, reason, until


async def test_what_is_not_public_is_refused_however_it_is_written(
    opened: Opens, lists: Lists, index: Index
) -> None:
    """Hosts that are allowed but lead inside, addresses, redirects; nothing of it arrives at the server on loopback."""
    mine = await opened("carol", "~/dedans.ipynb")
    before = len(index.asked)
    for name in (
        "127.0.0.1",
        "169.254.169.254",
        "[::1]",
        "0.0.0.0",
        "2130706433",
        "127.1",
        "[::ffff:127.0.0.1]",
    ):
        kind, sentence = ast.literal_eval(await mine.run(f"{TUNNEL}print(tunnel({name!r}, {index.port}))"))
        assert (kind, sentence) == ("NotAllowed", reason(sentences.NO_NAME)), name
    host = f"localhost:{index.port}"
    lists.allow("carol", "~", host)
    assert await mine.run(f"{TUNNEL}print(tunnel('localhost', {index.port}))") == "b'hello'", (
        "named by a setting"
    )
    assert len(index.asked) == before + 1
    said = await mine.run(PROXIED + f"print(proxied('http://localhost:{index.port}/to/169.254.169.254'))")
    assert "302" in said, "it is the client that follows"
    for address in ("169.254.169.254", "127.0.0.1", "[::1]"):
        said = await mine.run(f"{PROXIED}print(proxied('http://{address}:{index.port}/hello'))")
        assert "403" in said, address
    assert len(index.asked) == before + 2


async def test_a_host_that_is_withdrawn_cuts_what_is_open(opened: Opens, lists: Lists, index: Index) -> None:
    host = f"localhost:{index.port}"
    mine = await opened("dave", "~/lent.ipynb")
    allowed = lists.allow("dave", "~", host)
    code = (
        f"{PROXIED}import threading\nheard = []\n"
        "def fetch():\n    try:\n"
        f"        heard.append(proxied('http://{host}/slow'))\n"
        "    except Exception as error:\n        heard.append(type(error).__name__)\n"
        "thread = threading.Thread(target=fetch); thread.start()\n"
    )
    await mine.run(code)
    until(lambda: "/slow" in index.asked)
    lists.decide(allowed, "refused")
    assert await mine.run("thread.join(60); print(heard)") in {
        "['IncompleteRead']",
        "['ConnectionResetError']",
    }
    until(lambda: "/slow was cut" in index.asked)
    assert "403" in await mine.run(f"print(proxied('http://{host}/hello')[0])")
    lists.reached(host=host, outcome="refused")


async def test_what_passes_is_one_plain_request(opened: Opens, lists: Lists, index: Index) -> None:
    mine = await opened("alice", "~/demandes.ipynb")
    host = f"localhost:{index.port}"
    lists.allow("alice", "~", host)
    assert "405" in await mine.run(f"{PROXIED}print(proxied('http://{host}/hello', 'POST')[0])")
    index.headers.clear()
    code = f"{PROXIED}print(proxied('http://{host}/hello', **{{'Proxy-Authorization': 'x', 'Connection': 'X-A', 'X-A': '1', 'X-B': '2'}}))"
    assert "hello" in await mine.run(code)
    sent = index.headers[-1]
    assert sent["Host"] == host
    assert "X-B" in sent
    assert not {"Proxy-Authorization", "X-A"} & set(sent)
    before = len(index.asked)
    smuggled = f"""
import socket
s = socket.create_connection(('127.0.0.1', 3128))
s.sendall(b'GET http://{host}/hello HTTP/1.1\\r\\nHost: a\\r\\n\\r\\nGET http://169.254.169.254/ HTTP/1.1\\r\\n\\r\\n')
got = b''
while piece := s.recv(4096):
    got += piece
print(got.count(b'HTTP/1.1'))
"""
    assert await mine.run(smuggled) == "1"
    assert len(index.asked) == before + 1


async def test_a_kernel_has_its_own_way_out_and_no_other(opened: Opens, demo: Server) -> None:
    one, two = await opened("alice", "~/un.ipynb"), await opened("bob", "~/deux.ipynb")
    seen = "import os, glob\nprint(sorted(os.listdir('/run/kernel/s')), glob.glob('/run/*'), os.environ['OPENPAAS_PROXY'])"
    for notebook_ in (one, two):
        listed = await notebook_.run(seen)
        assert "'x'" in listed
        assert "openpaas-kernels" not in listed


@pytest.mark.long
async def test_many_refused_connections_make_few_lines(opened: Opens, lists: Lists) -> None:
    mine = await opened("carol", "~/boucle.ipynb")
    code = f"{TUNNEL}for i in range(300): tunnel(f'host{{i % 60}}.example.org', 443)\nprint('done')"
    assert await mine.run(code) == "done"
    mine.client.delete(f"/api/kernels/{mine.kernel}").raise_for_status()
    lists.reached(host="", outcome="not listed")
    await asyncio.sleep(2)
    events = lists.alice.get(f"{API}/events", params={"type": "HostReached", "limit": 500}).json()["events"]
    mine_ = [one for one in events if one["data"]["kernel"] == mine.kernel]
    assert sum(one["data"]["connections"] for one in mine_) == 300
    assert len(mine_) <= 45
