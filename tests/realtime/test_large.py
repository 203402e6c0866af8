"""A notebook of 50 MB stops nobody else; the goal is 200 ms, the deadline ten times that."""

import pytest

from tests.realtime.large import CONFIG, Day
from tests.realtime.probe import probing

DEADLINE = 2000.0


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_a_notebook_of_fifty_megabytes_does_not_stop_another_room(make_server):
    server = make_server("--demo", name="large")
    server.data_dir.mkdir(mode=0o700)
    (server.data_dir / "openpaas_config.py").write_text(CONFIG)
    server.start()
    alice = server.login("alice")
    other = {"type": "file", "format": "text", "content": ""}
    assert alice.put("/api/contents/~/other.md", json=other).status_code in {200, 201}
    found = {}
    async with probing(server, alice, "~/other.md") as probe:
        await probe.worst()
        async for step, _ in Day(server, alice).steps():
            found[step] = await probe.worst()
    assert {step: worst for step, (worst, _) in found.items() if worst > DEADLINE} == {}
    assert sum(count for _, count in found.values()) > 100
    server.stop()
