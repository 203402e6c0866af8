"""What `/metrics` tells of rooms: how many, who is there, what is committed and how fast, what waits, what was dropped."""

from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

from prometheus_client import REGISTRY, Counter, Histogram, Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

if TYPE_CHECKING:
    from openpaas_workspace.realtime.service.host import Host

_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class RoomMetrics(Collector):
    """Counted where it happens, read when asked; no object and no person is named."""

    def __init__(self, host: "Host") -> None:
        self._host = host
        self.changes = Counter(
            "openpaas_changes_committed", "Changes of live objects that were committed.", registry=None
        )
        self.commit = Histogram(
            "openpaas_commit_seconds",
            "Seconds from the arrival of the first change of a commit to its end.",
            buckets=_SECONDS,
            registry=None,
        )
        self.dropped = Counter(
            "openpaas_room_dropped",
            "Connections of rooms that were closed because they read too slowly.",
            registry=None,
        )

    def describe(self) -> Iterable[Metric]:
        """Nothing before the server runs."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """The numbers of now."""
        lives = list(self._host.objects.values())
        connections = [one for live in lives for one in live.connections.values()]
        yield GaugeMetricFamily("openpaas_rooms_open", "Live objects in memory.", len(lives))
        yield GaugeMetricFamily(
            "openpaas_room_connections", "Connections of pages to live objects.", len(connections)
        )
        yield GaugeMetricFamily(
            "openpaas_room_outbox_bytes",
            "Bytes that wait for slow pages.",
            sum(one.waiting_bytes for one in connections),
        )
        for counted in (self.changes, self.commit, self.dropped):
            yield from counted.collect()

    def offer(self) -> None:
        """Show them at `/metrics` from now on."""
        REGISTRY.register(self)

    def withdraw(self) -> None:
        """Show them no more."""
        with suppress(KeyError):
            REGISTRY.unregister(self)
