"""What an administrator may set for the push socket."""

from traitlets import Float, Int
from traitlets.config import Configurable


class PushSettings(Configurable):
    """Push: heartbeat, limits of a connection."""

    heartbeat = Float(15.0, min=0.1, help="Seconds between the heartbeats of a push socket.").tag(config=True)
    silence = Float(
        32.0, min=0.2, help="Seconds without any sign of a page after which its push socket is closed."
    ).tag(config=True)
    resume_events = Int(
        20_000, min=0, help="Events that a page may have missed; beyond, it reads everything afresh."
    ).tag(config=True)
    resume_days = Int(
        7,
        min=1,
        help="Days that a page may have been away; beyond, it reads everything afresh.",
    ).tag(config=True)
    queue_frames = Int(
        1000, min=16, help="Frames that may wait for a slow page before it is closed and resumes."
    ).tag(config=True)
    queue_bytes = Int(
        4 * 1024 * 1024, min=65_536, help="Bytes that may wait for a slow page before it is closed."
    ).tag(config=True)
    sockets_per_member = Int(50, min=1, help="Push sockets that one member may have open.").tag(config=True)
    topics_per_socket = Int(200, min=1, help="Topics that one push socket may follow.").tag(config=True)
    frames_per_second = Float(
        20.0, min=1.0, help="Frames a second that a page may send to its push socket for long."
    ).tag(config=True)
    frame_burst = Int(60, min=1, help="Frames that a page may send to its push socket at once.").tag(
        config=True
    )
