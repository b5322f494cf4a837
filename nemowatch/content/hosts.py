"""Which hosts of web addresses are in somebody's own network, where nobody else can reach them.

Owns that decision, by the text alone, in all the ways in which browsers read a host. Pure; it
resolves no names.
"""

from __future__ import annotations

import ipaddress
import socket
import unicodedata
from urllib.parse import unquote

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

#: IPv6 prefixes whose last 32 bits are an IPv4 address: compatible, translated, NAT64 (both).
_CARRIERS = tuple(
    ipaddress.IPv6Network(net)
    for net in ("::/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48")
)
#: Last parts of names that the public network does not know: RFC 6761, 6762, 7686, 8375, 9476,
#: ICANN's list of names that are never assigned, and routers' names for their networks.
_OWN_NETWORKS = (
    *("localhost", "local", "internal", "home.arpa", "invalid", "onion", "alt"),
    *("localdomain", "domain", "lan", "home", "corp", "mail", "intranet", "private", "workgroup"),
    *("fritz.box", "speedport.ip", "easy.box"),
)
_OWN_ENDINGS = tuple(f".{name}" for name in _OWN_NETWORKS)
#: What else counts as the dot between the parts of a name (IDNA).
_DOTS = str.maketrans("\u3002\uff0e\uff61", "...")


def is_own_network(host: str) -> bool:
    """Whether a host is this machine or in a private network: by its number, however written, or by
    its name."""
    plain = _plain(host)
    number = literal(plain) or _loosely_written(plain)
    if number is not None:
        return not is_public(number)

    if "." not in plain:
        return True
    return f".{plain}".endswith(_OWN_ENDINGS)


def literal(host: str) -> Address | None:
    """The address that a host is, as the standards write it; None for a name."""
    try:
        found = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None
    if isinstance(found, ipaddress.IPv6Address):
        return _carried(found) or found
    return found


def is_public(address: Address) -> bool:
    """Whether everybody can reach an address."""
    if address.is_multicast:
        return False
    # deprecated, and global according to some versions of Python
    if isinstance(address, ipaddress.IPv6Address) and address.is_site_local:
        return False
    return address.is_global


def _plain(host: str) -> str:
    """A host as browsers understand it: no escapes, no wide letters, no dot at the end."""
    dotted = unquote(host).translate(_DOTS)
    return unicodedata.normalize("NFKC", dotted).casefold().rstrip(".")


def _loosely_written(host: str) -> Address | None:
    """The address that a host is in an old notation: `127.1`, `0x7f000001`, `2130706433`."""
    try:
        packed = socket.inet_aton(host)
    except (OSError, UnicodeError, ValueError):
        return None
    return ipaddress.IPv4Address(packed)


def _carried(found: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address inside an IPv6 one, in any of the known forms."""
    themselves = int(found) <= 1  # :: and ::1
    if not themselves and any(found in net for net in _CARRIERS):
        return ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
    return found.ipv4_mapped or found.sixtofour
