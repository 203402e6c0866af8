"""What an administrator may set for live objects."""

from traitlets import Float, Int
from traitlets.config import Configurable


class Realtime(Configurable):
    """Rooms: limits, history, how long things stay in memory."""

    max_message = Int(
        8 * 1024 * 1024, min=65_536, help="Largest message in bytes that a page may send to a room."
    ).tag(config=True)
    messages_per_second = Float(
        200.0, min=1.0, help="Messages a second that one connection may send for long."
    ).tag(config=True)
    message_burst = Int(2000, min=10, help="Messages that one connection may send at once.").tag(config=True)
    bytes_per_second = Float(
        4 * 1024 * 1024, min=65_536, help="Bytes a second that one connection may send for long."
    ).tag(config=True)
    byte_burst = Int(64 * 1024 * 1024, min=65_536, help="Bytes that one connection may send at once.").tag(
        config=True
    )
    queue_frames = Int(
        1000, min=16, help="Frames that may wait for a slow page before it is closed and syncs again."
    ).tag(config=True)
    queue_bytes = Int(
        16 * 1024 * 1024, min=65_536, help="Bytes that may wait for a slow page before it is closed."
    ).tag(config=True)
    heartbeat = Float(15.0, min=1.0, help="Seconds between the pings that find dead connections.").tag(
        config=True
    )
    silence = Float(40.0, min=2.0, help="Seconds without any sign after which a connection is closed.").tag(
        config=True
    )
    idle_unload = Float(60.0, min=0.0, help="Seconds that an object stays in memory after its last use.").tag(
        config=True
    )
    snapshot_changes = Int(
        500, min=1, help="Changes after which the state is stored, so that opening stays quick."
    ).tag(config=True)
    snapshot_bytes = Int(
        4 * 1024 * 1024, min=1024, help="Bytes of changes after which the state is stored."
    ).tag(config=True)
    full_history_days = Int(
        30,
        min=1,
        help="Days that every change is kept by itself; older ones are merged by author and session, in sheets those "
        "of five minutes.",
    ).tag(config=True)
    lease = Float(
        10.0, min=1.0, help="Seconds after which another process takes over from one that is silent."
    ).tag(config=True)
    edit_event_minutes = Int(
        5,
        min=0,
        help="Minutes in which one author's edits of one file make one event; 0 makes one of each edit.",
    ).tag(config=True)
    large_content = Int(
        4 * 1024 * 1024,
        min=65_536,
        help="Contents of more bytes are read and written by a helper process, so that they stop nobody.",
    ).tag(config=True)
    helpers = Int(2, min=1, help="Helper processes for large contents that run at once.").tag(config=True)
    helper_seconds = Float(
        120.0, min=1.0, help="Seconds after which a helper process is ended and its work fails."
    ).tag(config=True)
    helper_memory = Int(
        4 * 1024**3, min=256 * 1024**2, help="Bytes of memory that a helper process may use."
    ).tag(config=True)
