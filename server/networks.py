"""Find the address of a client: the peer's, or the one that trusted proxies report."""

import ipaddress
import re
from collections.abc import Mapping
from functools import lru_cache

# RFC 7239, section 4; the port is not needed.
_FOR = re.compile(r"(?:^|[;,])\s*for\s*=\s*(\"[^\"]*\"|[^\s;,]+)", re.IGNORECASE)

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def read_networks(text: str) -> tuple[Network, ...]:
    """Parse addresses and networks, separated by commas; raises ValueError."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    return tuple(ipaddress.ip_network(name, strict=False) for name in names)


def find_client(peer: str, headers: Mapping[bytes, bytes], trusted: tuple[Network, ...]) -> str:
    """Return the client that the outermost trusted proxy reports, else the peer."""
    client, names = peer, _read_forwarded(headers)
    while names and _is_trusted(client, trusted):
        client = names.pop()
    return site_of(client) or site_of(peer) or peer


def _is_trusted(name: str, trusted: tuple[Network, ...]) -> bool:
    address = _parse_address(name)
    return address is not None and any(
        address.version == network.version and address in network for network in trusted
    )


def _read_forwarded(headers: Mapping[bytes, bytes]) -> list[str]:
    """Return the addresses that proxies have recorded, the nearest last.

    A proxy that writes one header passes on the other as the client sent it. Most write
    X-Forwarded-For, so that one wins; a proxy that writes Forwarded must remove it.
    """
    if addresses := headers.get(b"x-forwarded-for"):
        return [name.strip() for name in addresses.decode("latin-1").split(",") if name.strip()]
    elements = headers.get(b"forwarded", b"")
    return [name.strip('"') for name in _FOR.findall(elements.decode("latin-1"))]


def _parse_address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
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
    """Return the network that counts as one client: an IPv4 address, or an IPv6 /64."""
    address = _parse_address(name)
    if address is None:
        return None
    bits = 32 if address.version == 4 else 64
    return str(ipaddress.ip_network((address, bits), strict=False))


def name_network(name: str, whole: bool) -> str:
    """Return an address, or a network that counts as a client, for a log.

    It is cut to 24 bits of an IPv4 address and 48 of an IPv6 address unless `whole`; what is no
    address is "".
    """
    address = _parse_address(name.partition("/")[0])
    if address is None:
        return ""
    bits = 24 if address.version == 4 else 48
    return str(address if whole else ipaddress.ip_network((address, bits), strict=False))
