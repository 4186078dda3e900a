"""Find out who a client is: its address, or what the proxies that are trusted say it is."""

import ipaddress
import re
from collections.abc import Mapping
from functools import lru_cache

# RFC 7239, section 4; the port is of no use to us.
_FOR = re.compile(r"(?:^|[;,])\s*for\s*=\s*(\"[^\"]*\"|[^\s;,]+)", re.IGNORECASE)

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def read_networks(text: str) -> tuple[Network, ...]:
    """Read addresses and networks, with commas between them; raises ValueError."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    return tuple(ipaddress.ip_network(name, strict=False) for name in names)


def find_client(peer: str, headers: Mapping[bytes, bytes], trusted: tuple[Network, ...]) -> str:
    """Give the address that the nearest proxy we trust names, else the peer's own."""
    client, names = peer, _forwarded(headers)
    while names and _trusts(client, trusted):
        client = names.pop()
    return site_of(client) or site_of(peer) or peer


def _trusts(name: str, trusted: tuple[Network, ...]) -> bool:
    address = _address(name)
    return address is not None and any(
        address.version == network.version and address in network for network in trusted
    )


def _forwarded(headers: Mapping[bytes, bytes]) -> list[str]:
    """Give the addresses that proxies have noted, the nearest last.

    A proxy that writes one header passes on the other as the client sent it. Most write
    X-Forwarded-For, so that one holds; a proxy that writes Forwarded must take it away.
    """
    if noted := headers.get(b"x-forwarded-for"):
        return [name.strip() for name in noted.decode("latin-1").split(",") if name.strip()]
    noted = headers.get(b"forwarded", b"")
    return [name.strip('"') for name in _FOR.findall(noted.decode("latin-1"))]


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    if name.startswith("["):
        name = name[1:].partition("]")[0]
    elif name.count(":") == 1:
        name = name.partition(":")[0]
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped or address


@lru_cache(maxsize=4096)
def site_of(name: str) -> str | None:
    """Give what counts as one client: an IPv4 address, or 64 bits of an IPv6 one."""
    address = _address(name)
    if address is None:
        return None
    bits = 32 if address.version == 4 else 64
    return str(ipaddress.ip_network((address, bits), strict=False))
