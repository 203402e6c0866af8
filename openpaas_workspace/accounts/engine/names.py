"""What a username, an e-mail address, a shown name and a colour may look like."""

import re
import unicodedata
import zlib
from functools import cache
from zoneinfo import available_timezones

from openpaas_workspace.core.i18n import LOCALES
from openpaas_workspace.kit.errors import Invalid
from openpaas_workspace.kit.text import name_key, normal

# White text on each of them has a contrast of 4.5 and more.
COLORS = (
    "#7a3fb3",
    "#0b7a75",
    "#b3540b",
    "#2a55c9",
    "#9c2d5a",
    "#1d7f4e",
    "#8a5a00",
    "#5b6472",
    "#b3261e",
    "#00708f",
)
_USERNAME = re.compile(r"[^\W_][\w.-]{0,63}")
_RESERVED = {"everyone", "nobody", "system", "unknown"}
_EMAIL = re.compile(r"[^@\s<>(),;:\"\\]{1,64}@[^@\s<>(),;:\"\\]{1,189}")


def checked_username(text: str) -> str:
    """The username as stored; raises Invalid. Two are the same when their `name_key` is."""
    name = normal(text)
    if not _USERNAME.fullmatch(name) or name_key(name) in _RESERVED:
        raise Invalid(
            "A username has 1 to 64 letters, digits, dots, hyphens or underscores, and begins with a letter or digit."
        )
    return name


def checked_display_name(text: str) -> str:
    """A shown name on one line; raises Invalid."""
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not name or len(name) > 128 or any(unicodedata.category(c) in {"Cc", "Cf", "Cs"} for c in name):
        raise Invalid("A shown name has 1 to 128 visible characters.")
    return name


def checked_unit(text: str) -> str:
    """The service somebody works in, on one line, or nothing; raises Invalid."""
    unit = " ".join(unicodedata.normalize("NFC", text).split())
    if len(unit) > 128 or any(unicodedata.category(c) in {"Cc", "Cf", "Cs"} for c in unit):
        raise Invalid("The name of a unit has 128 visible characters at most.")
    return unit


@cache
def time_zones() -> frozenset[str]:
    """The time zones that this machine knows."""
    return frozenset(available_timezones())


def checked_time_zone(name: str) -> str:
    """A time zone such as Europe/Paris, or nothing for that of the browser; raises Invalid."""
    if name and name not in time_zones():
        raise Invalid("Choose a time zone by its name, such as Europe/Paris.")
    return name


def checked_email(text: str) -> str:
    """An e-mail address or nothing; raises Invalid."""
    email = normal(text)
    if email and (len(email) > 254 or not _EMAIL.fullmatch(email)):
        raise Invalid("This is not an e-mail address.")
    return email


def checked_locale(locale: str) -> str:
    """One of our locales, or nothing for what the browser asks; raises Invalid."""
    if locale and locale not in LOCALES.values():
        raise Invalid(f"Choose a language that is here: {', '.join(sorted(LOCALES.values()))}.")
    return locale


def checked_color(color: str) -> str:
    """One of the colours people may have; raises Invalid."""
    if color not in COLORS:
        raise Invalid(f"Choose one of these colours: {', '.join(COLORS)}.")
    return color


def color_of(seed: str) -> str:
    """The colour somebody has who has chosen none."""
    return COLORS[zlib.crc32(seed.encode()) % len(COLORS)]


def initials(display_name: str) -> str:
    """One or two letters for a face."""
    words = [word for word in re.split(r"[\s'’-]+", display_name) if word]
    letters = words[0][:1] + (words[-1][:1] if len(words) > 1 else "")
    return letters.upper()
