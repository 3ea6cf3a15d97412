"""URL safety: which address may be fetched, and which may be shown as a link. Pure.

A name is not looked up here, so the code that fetches has to check the IP address it leads to as well (`is_global`).
Everything that is not plainly on the public internet is refused.
https://www.iana.org/assignments/iana-ipv4-special-registry
"""

import ipaddress
import re
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

LONGEST = 2_000
"""Characters of an address at most."""

_NUMBER = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)\.?", re.IGNORECASE)
_NAME = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?\.?", re.IGNORECASE)
_NEAR = (".localhost", ".local", ".internal", ".home.arpa", ".localdomain", ".lan")
_PORTS = {"http": 80, "https": 443}

# Forms of IPv6 that carry an IPv4 address, which is where they lead to.
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_NAT64_LOCAL = ipaddress.ip_network("64:ff9b:1::/48")
_COMPATIBLE = ipaddress.ip_network("::/96")
_ISATAP = frozenset({0x0000_5EFE, 0x0200_5EFE})
"""Third quarter of an IPv6 address whose last quarter is an IPv4 address (RFC 5214)."""

# Parts of the public internet on paper that lead into networks of hosts, or are no place at all.
_NOT_PUBLIC = tuple(
    map(
        ipaddress.ip_network,
        (
            "192.0.0.0/24",  # protocols; in it the metadata of Oracle's cloud
            "192.88.99.0/24",  # relays of 6to4, given up since 2015
            "168.63.129.16/32",  # the host of a machine in Microsoft's cloud
            "100.64.0.0/10",  # between providers and their customers; in it the metadata of Alibaba's cloud
            "2001::/23",  # protocols
            "100::/64",  # thrown away
            "3fff::/20",  # for documentation
            "5f00::/16",  # inside of networks (SRv6)
        ),
    )
)
_UNICAST_6 = ipaddress.ip_network("2000::/3")
"""Part of IPv6 that is given out for the public internet; all else is for something else, or for later."""


def is_global(number: str) -> bool:
    """Tell whether an IP address, as a resolver or a socket gives it, is on the public internet."""
    try:
        address = ipaddress.ip_address(number)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        return _is_global_6(address)
    is_special = address.is_multicast or address.is_reserved or address.is_private
    return address.is_global and not is_special and not _is_refused(address)


def _is_global_6(address: ipaddress.IPv6Address) -> bool:
    if address.scope_id is not None or address in _NAT64_LOCAL or address in _COMPATIBLE:
        return False
    if inner := _carried(address):
        return is_global(str(inner))
    is_special = address.is_multicast or address.is_reserved or address.is_site_local or address.teredo
    return address in _UNICAST_6 and address.is_global and not is_special and not _is_refused(address)


def _is_refused(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    return any(address in network for network in _NOT_PUBLIC if network.version == address.version)


def _carried(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    if int(address) >> 32 & 0xFFFF_FFFF in _ISATAP:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour


def parts_of(url: str) -> SplitResult | None:
    """Split an http or https address; None for anything else, for user and password in it, for odd characters."""
    if len(url) > LONGEST or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        return None
    try:
        parts = urlsplit(url)
        is_whole = parts.scheme in _PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if is_whole and "@" not in parts.netloc else None


def origin_of(url: str) -> tuple[str, str, int] | None:
    """Return the origin of an address: scheme, host and port; None where parts_of refuses it."""
    parts = parts_of(url)
    return None if parts is None else (parts.scheme, parts.hostname or "", parts.port or _PORTS[parts.scheme])


def may_be_public(url: str) -> bool:
    """Tell whether an address may lead to the public internet: not where its host is plainly elsewhere.

    A number has to be written in the one usual way: 2130706433 and 0x7f.1 are refused, whatever they stand for.
    """
    parts = parts_of(url)
    if parts is None:
        return False
    host = (parts.hostname or "").rstrip(".")
    if ":" in host:
        return is_global(host)
    if _NUMBER.fullmatch(host.rpartition(".")[2]):
        return is_global(host)
    is_name = bool(_NAME.fullmatch(host)) and "." in host
    return is_name and not host.lower().endswith(
        (".localhost", ".local", ".internal", ".home.arpa", ".localdomain", ".lan")
    )


def is_web_address(url: str) -> bool:
    """Tell whether this is an http or https address in one piece, wherever it may lead."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in _PORTS and bool(parts.netloc) and url.isprintable() and " " not in url


def is_link(url: str) -> bool:
    """Tell whether an address may be shown as a link: https, and public as far as can be told without looking it up."""
    parts = parts_of(url)
    return parts is not None and parts.scheme == "https" and may_be_public(url)


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
