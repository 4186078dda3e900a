"""Read what trusted proxies report: the client of a request, and the address that it asked."""

import ipaddress
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

# RFC 7239, section 4, with the blanks around commas and semicolons of lists in HTTP.
_PAIR = re.compile(
    r"[ \t]*(?:([!#$%&'*+.^_`|~0-9A-Za-z-]+)=(\"(?:[^\"\\]|\\.)*\"|[^\s;,=\"]+))?[ \t]*([;,]|$)"
)
# The allowed values of Host (RFC 3986, 3.2.2), so that an address on a page is safe to copy.
HOST = re.compile(r"(?:[A-Za-z0-9.\-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?")
# Segments of a path (RFC 3986, 3.3), without those of dots alone.
_PREFIX = re.compile(r"(?:/(?!\.+(?:/|$))[A-Za-z0-9._~!$&'()*+,=:@%-]+){1,16}")
_LONGEST = 200  # characters of a prefix
_SCHEMES = ("http", "https")

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Element = dict[str, str]


class Asked(NamedTuple):
    """The address that a client asked of a proxy; an empty part was not reported."""

    scheme: str
    host: str
    prefix: str


@lru_cache(maxsize=8)
def read_networks(text: str) -> tuple[Network, ...]:
    """Parse addresses and networks, separated by commas; raises ValueError."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    return tuple(ipaddress.ip_network(name, strict=False) for name in names)


def find_client(peer: str, headers: Mapping[bytes, bytes], trusted: tuple[Network, ...]) -> str:
    """Return the client that the outermost trusted proxy reports, else the peer."""
    if not is_trusted(peer, trusted):
        return site_of(peer) or peer
    client = _outermost(peer, _read_clients(headers), trusted).get("for", "")
    return site_of(client) or site_of(peer) or peer


def find_asked(
    peer: str, headers: Mapping[bytes, bytes], trusted: tuple[Network, ...]
) -> Asked | None:
    """Return the address that trusted proxies report; None without a host, or for a wrong value.

    Of `X-Forwarded-Host`, `-Proto` and `-Prefix` the last value counts, which the nearest proxy
    has written; of `Forwarded` the element of the outermost trusted proxy.
    """
    if not is_trusted(peer, trusted):
        return None
    element: Element = {}
    if b"forwarded" in headers:
        element = _outermost(
            peer, _read_forwarded(headers[b"forwarded"].decode("latin-1")), trusted
        )
    asked = Asked(
        (_last(headers, b"x-forwarded-proto") or element.get("proto", "")).lower(),
        (_last(headers, b"x-forwarded-host") or element.get("host", "")).lower(),
        _last(headers, b"x-forwarded-prefix").rstrip("/"),
    )
    return asked if _is_sound(asked) else None


def is_trusted(name: str, trusted: tuple[Network, ...]) -> bool:
    """Check whether an address is of a listed proxy."""
    address = _parse_address(name) if trusted else None
    return address is not None and any(
        address.version == network.version and address in network for network in trusted
    )


def _read_forwarded(text: str) -> list[Element]:
    """Parse a Forwarded header (RFC 7239); returns one mapping a proxy, the nearest last.

    Parameters have names in lower case. A text that breaks the grammar reports nothing: a client
    could open a quotation that swallows what a proxy adds behind it.
    """
    elements: list[Element] = [{}]
    at = 0
    while True:
        pair = _PAIR.match(text, at)
        if pair is None:
            return []
        name, value, end = pair.groups()
        if name is not None:
            if name.lower() in elements[-1]:
                return []
            elements[-1][name.lower()] = _unquote(value)
        if not end:
            return [element for element in elements if element]
        if end == ",":
            elements.append({})
        at = pair.end()


def _unquote(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith('"') else value


def _is_sound(asked: Asked) -> bool:
    return (
        HOST.fullmatch(asked.host) is not None
        and asked.scheme in ("", *_SCHEMES)
        and len(asked.prefix) <= _LONGEST
        and (not asked.prefix or _PREFIX.fullmatch(asked.prefix) is not None)
    )


def _outermost(peer: str, elements: list[Element], trusted: tuple[Network, ...]) -> Element:
    """Return what the outermost of the trusted proxies has recorded."""
    client, found = peer, Element()
    while elements and is_trusted(client, trusted):
        found = elements.pop()
        client = found.get("for", "")
    return found


def _read_clients(headers: Mapping[bytes, bytes]) -> list[Element]:
    """Return what proxies have recorded, the nearest last.

    A proxy that writes one header passes on the other as the client sent it. Most write
    X-Forwarded-For, so that one wins; a proxy that writes Forwarded must remove it.
    """
    if addresses := headers.get(b"x-forwarded-for"):
        names = addresses.decode("latin-1").split(",")
        return [{"for": name.strip()} for name in names if name.strip()]
    return _read_forwarded(headers.get(b"forwarded", b"").decode("latin-1"))


def _last(headers: Mapping[bytes, bytes], name: bytes) -> str:
    return headers.get(name, b"").decode("latin-1").rpartition(",")[2].strip()


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
