"""Names of hosts that notebooks may reach: what is a name, which names an entry of the list covers, which addresses are inside.

No look-up is made here.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass

_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_TOP = re.compile(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
_LONGEST = 253
# Without a port an entry stands for the usual ones: encrypted through a tunnel, plain for an index without.
USUAL = (443, 80)
ANY_PORT = 0


class NotAHost(ValueError):
    """What was written names no host that could be allowed."""


@dataclass(frozen=True, slots=True, order=True)
class Host:
    """A name, or `*.` and a name for all that lies below it; `port` 0 stands for the usual ports."""

    name: str
    port: int = ANY_PORT

    def __str__(self) -> str:
        return f"{self.name}:{self.port}" if self.port else self.name

    def covers(self, name: str, port: int) -> bool:
        """Whether a connection to `name` at `port` is meant by this entry."""
        if port not in ((self.port,) if self.port else USUAL):
            return False
        return name.endswith(self.name[1:]) if self.name.startswith("*.") else name == self.name


def parse(text: str, *, short: bool = False) -> Host:
    """An entry as a person writes it: `host`, `host:port` or `*.host`; raises NotAHost.

    `short` admits names of one word, as a machine has in its own network.
    """
    text = text.strip()
    name, colon, port = text.partition(":")
    below = name.startswith("*.")
    plain = ascii_name(name[2:] if below else name)
    labels = plain.split(".")
    if len(labels) < 2 and (below or not short):
        raise NotAHost(text)
    return Host(f"*.{plain}" if below else plain, _port(port) if colon else ANY_PORT)


def ascii_name(name: str) -> str:
    """A plain name in lower case, its other letters as DNS writes them; raises NotAHost."""
    name = name.removesuffix(".").lower()
    if not name.isascii():
        try:
            name = name.encode("idna").decode()
        except UnicodeError as error:
            raise NotAHost(name) from error
    *labels, top = name.split(".")
    # A last label of digits, or of hexadecimal ones, is how addresses are written.
    if len(name) > _LONGEST or not _TOP.fullmatch(top) or not all(_LABEL.fullmatch(one) for one in labels):
        raise NotAHost(name)
    return name


def best(entries: Iterable[tuple[Host, str]], name: str, port: int) -> str:
    """The state of the entry that decides about a connection: one that allows it, else any that covers it, else empty."""
    found = [state for host, state in entries if host.covers(name, port)]
    return "allowed" if "allowed" in found else (found[0] if found else "")


def is_public(address: str) -> bool:
    """Whether an address lies in the Internet that everybody shares, however it is written."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    judged = _outermost(found)
    if isinstance(judged, ipaddress.IPv6Address) and judged not in _EVERYBODYS:
        return False
    return judged.is_global and not judged.is_multicast


def is_nobodys(address: str) -> bool:
    """Whether an address is never a host that a setting could mean: link-local (metadata of clouds), multicast, none."""
    try:
        found = _outermost(ipaddress.ip_address(address.partition("%")[0]))
    except ValueError:
        return True
    return found.is_link_local or found.is_multicast or found.is_unspecified or found.is_reserved


def _outermost(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The address of version 4 that one of version 6 stands for, by any of the ways there are."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address in _NAT64 or address in _TRANSLATED or address in _COMPATIBLE:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.teredo[1] if address.teredo is not None else address


# All that was ever given to networks of the Internet; translators of an organisation have prefixes elsewhere.
_EVERYBODYS = ipaddress.IPv6Network("2000::/3")
_TRANSLATED = ipaddress.IPv6Network("::ffff:0:0:0/96")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_COMPATIBLE = ipaddress.IPv6Network("::/96")


def _port(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", text) or not 0 < int(text) < 65536:
        raise NotAHost(text)
    return int(text)
