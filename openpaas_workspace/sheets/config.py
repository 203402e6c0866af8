"""Settings of sheets (`openpaas_config.py` or `--Sheets.trait=`)."""

from traitlets import Bool, Float, Int
from traitlets.config import Configurable


class Sheets(Configurable):
    """How sheets are calculated, and by how many processes."""

    hosts = Int(
        0, min=0, help="Processes that hold open sheets together; 0 means one for each processor."
    ).tag(config=True)
    own_hosts = Int(
        4, min=0, help="Processes beyond these that hold one large or slow sheet each, at most."
    ).tag(config=True)
    own_mb = Int(64, min=1, help="Size of the tables of a sheet that gets a process of its own, in MiB.").tag(
        config=True
    )
    slow_seconds = Float(
        2.0,
        min=0.05,
        help="Seconds of work for one sheet after which the others in its process go to another one.",
    ).tag(config=True)
    idle_seconds = Float(
        300.0, min=0.0, help="Seconds without a sheet after which such a process is ended."
    ).tag(config=True)
    ahead = Bool(
        True, help="Start one process before it is needed, so that the first sheet opens at once."
    ).tag(config=True)
    host_memory_mb = Int(
        8192, min=512, help="Address space of one such process, in MiB; a sheet that needs more is refused."
    ).tag(config=True)
    host_seconds = Float(
        120.0,
        min=1.0,
        help="Seconds that one change may take; then its process is ended and the change is void.",
    ).tag(config=True)
    max_upload_mb = Int(1024, min=1, help="Size of one table that a script sends, in MiB.").tag(config=True)
    converters = Int(
        2,
        min=1,
        help="Files of other programs that are read or written at once, each in a process of its own.",
    ).tag(config=True)
    converter_memory_mb = Int(
        4096, min=512, help="Address space of one such process, in MiB; a file that needs more is refused."
    ).tag(config=True)
