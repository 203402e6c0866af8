"""Whose address a request comes from, and which network counts as one."""

import ipaddress
from collections.abc import Iterable, Sequence

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def client_address(peer: str, forwarded: Iterable[str], trusted: Sequence[str]) -> str:
    """The address that speaks: the peer, or what trusted proxies say of it.

    `forwarded` are the values of X-Forwarded-For in order. They count only when the peer is
    a trusted proxy, and are read from the right up to the first address that is not one.
    """
    found = parse(peer)
    if found is None or not is_trusted(found, trusted):
        return str(found) if found else peer
    hops = [hop for value in forwarded for hop in value.split(",")]
    for hop in reversed(hops):
        address = parse(hop)
        if address is None:
            break
        found = address
        if not is_trusted(address, trusted):
            break
    return str(found)


def network(address: str) -> str:
    """What is throttled together: the /24 of an IPv4 address, the /64 of an IPv6 one."""
    found = parse(address)
    if found is None:
        return "unknown"
    return str(ipaddress.ip_network((found, 24 if found.version == 4 else 64), strict=False))


def is_loopback(address: str) -> bool:
    """Whether an address is this machine's own."""
    found = parse(address)
    return found is not None and found.is_loopback


def parse(text: str) -> Address | None:
    """An address, an IPv4 one written as IPv6 becoming IPv4; None for anything else."""
    try:
        address = ipaddress.ip_address(text.strip().partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def is_trusted(address: Address, trusted: Sequence[str]) -> bool:
    """Whether an address is one of the trusted proxies (addresses or networks)."""
    for entry in trusted:
        try:
            if address in ipaddress.ip_network(entry.strip(), strict=False):
                return True
        except ValueError:
            continue
    return False
