"""What an administrator's monitoring reads of rooms: in Jupyter's own /metrics, by Prometheus' own format."""

from prometheus_client import REGISTRY, generate_latest

from tests.realtime.house import until
from tests.realtime.page import open_page


def numbers() -> dict[str, float]:
    lines = generate_latest(REGISTRY).decode().splitlines()
    ours = [line.rsplit(" ", 1) for line in lines if line.startswith("openpaas_")]
    return {name: float(value) for name, value in ours}


async def test_rooms_are_counted_while_they_live(quick):
    object_id = await quick.file("a.txt", "")
    assert numbers()["openpaas_rooms_open"] == 0
    pages = [await open_page(quick, "a.txt") for _ in range(3)]
    for page in pages:
        await page.type("x")
        await page.acked()
    now = numbers()
    assert (now["openpaas_rooms_open"], now["openpaas_room_connections"]) == (1, 3)
    # The first change is the empty content of the file.
    assert now["openpaas_changes_committed_total"] == (await quick.host.content(object_id)).seq
    commits = now["openpaas_commit_seconds_count"]
    assert 0 < commits <= now["openpaas_changes_committed_total"]
    assert now['openpaas_commit_seconds_bucket{le="+Inf"}'] == commits
    assert now["openpaas_room_outbox_bytes"] == now["openpaas_room_dropped_total"] == 0
    (live,) = quick.host.objects.values()
    slow = next(iter(live.connections.values()))
    slow.outbox._full = True
    slow.outbox.send(b"x" * 1000, 0)
    assert numbers()["openpaas_room_outbox_bytes"] == 1000
    for _ in range(quick.host.config.queue_frames + 1):
        slow.outbox.send(b"y", 0)
    assert numbers()["openpaas_room_dropped_total"] == 1
    for page in pages:
        await page.close()
    await until(lambda: numbers()["openpaas_room_connections"] == 0)
