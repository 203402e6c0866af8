"""What an administrator may set about accounts."""

from traitlets import Int
from traitlets.config import Configurable


class AccountsSettings(Configurable):
    """Limits of passwords, sessions and links."""

    session_idle_hours = Int(12, min=1, help="A login ends after so many hours without a request.").tag(
        config=True
    )
    session_days = Int(7, min=1, max=90, help="A login ends after so many days in any case.").tag(config=True)
    link_hours = Int(24, min=1, max=168, help="How long a one-time link works.").tag(config=True)
    token_days = Int(366, min=1, max=3660, help="The longest life of a personal token.").tag(config=True)
    password_length = Int(12, min=8, help="The fewest characters of a password, whatever they are.").tag(
        config=True
    )
    password_bits = Int(
        50,
        min=50,
        help="How hard a password must be to guess, in bits: 50 is what CNIL 2022-100 asks for where failed "
        "attempts are slowed down, as here; 80 would be enough without.",
    ).tag(config=True)
    photo_bytes = Int(10_000_000, min=10_000, help="The largest photo that a member may send.").tag(
        config=True
    )
    photo_pixels = Int(50_000_000, min=10_000, help="The most pixels of a photo that a member may send.").tag(
        config=True
    )
    hash_memory_kib = Int(65536, min=8192, help="Memory that hashing one password takes.").tag(config=True)
    hash_passes = Int(3, min=1, help="Passes over that memory.").tag(config=True)
