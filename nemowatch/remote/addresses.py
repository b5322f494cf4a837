"""Which addresses of results may be fetched (docs/api.md section 9): only https, and nothing inside
somebody's own network.

A result's address comes from outside. Without these rules it could make this machine call its
neighbours. Owns the rules and the name resolution they need; fetches nothing.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin, urlsplit
from urllib.request import getproxies, proxy_bypass

from nemowatch.content.hosts import is_public, literal
from nemowatch.errors import UnsafeUrl

_PORTS = {"http": 80, "https": 443}


def split(url: str) -> SplitResult:
    """The parts of an address. Raises UnsafeUrl when it is not valid; the message does not quote
    it, since it is a secret."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise UnsafeUrl("The result's address is not a valid one.") from None
    if parts.scheme not in _PORTS or not parts.hostname:
        raise UnsafeUrl("The result's address is not a web address.")
    return parts


def origin(url: str) -> tuple[str, str, int]:
    """(scheme, host, port). Raises UnsafeUrl."""
    parts = split(url)
    return (parts.scheme, _host(parts), _port(parts))


def _host(parts: SplitResult) -> str:
    """The host in lower case, "" when there is none."""
    return parts.hostname or ""


def _port(parts: SplitResult) -> int:
    return parts.port or _PORTS[parts.scheme]


def joined(base: str, location: str) -> str:
    """Where a redirect leads. Raises UnsafeUrl."""
    try:
        return urljoin(base, location)
    except ValueError:
        raise UnsafeUrl("The result's address leads to one that is not valid.") from None


def is_loopback(url: str) -> bool:
    """Whether an address is this machine itself."""
    host = _host(urlsplit(url))
    if f".{host}".endswith(".localhost"):
        return True
    found = literal(host)
    return found is not None and found.is_loopback


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules for each address on the way to a result, redirects included."""

    #: the API's own origin: configured, hence trusted; the only one that gets the token
    home: tuple[str, str, int]
    strict: bool  #: False only when the API itself is on this machine, for tests and the sandbox

    @classmethod
    def of(cls, base_url: str) -> Rules:
        """The rules for an API's base URL."""
        return cls(origin(base_url), not is_loopback(base_url))

    def is_home(self, url: str) -> bool:
        """Whether an address belongs to the API itself."""
        return origin(url) == self.home

    async def check(self, url: str) -> None:
        """Raises UnsafeUrl when the address must not be fetched."""
        parts = split(url)
        if self._is_trusted(url):
            return
        if parts.scheme != "https":
            raise UnsafeUrl("The result's address is not https.")

        host = _host(parts)
        addresses = [host]
        if literal(host) is None:
            addresses = await _addresses(host, _port(parts))
        for address in addresses:
            _refuse_private(address)

    def peer_check(self, url: str) -> Callable[[str], None]:
        """The same check for the address that `url` is really fetched from: a name may resolve
        differently a moment later. Behind a proxy that address is the proxy's, and is not
        checked."""
        if self._is_trusted(url) or proxy_of(url):
            return _accept
        return _refuse_private

    def _is_trusted(self, url: str) -> bool:
        """Whether nothing is asked of this address."""
        return not self.strict or self.is_home(url)


def proxy_of(url: str) -> str:
    """The proxy that the environment names for an address, "" for none. This machine itself is
    never called through one, whatever the environment says."""
    parts = urlsplit(url)
    if is_loopback(url):
        return ""
    known = getproxies()
    proxy = known.get(parts.scheme) or known.get("all")
    if not proxy or proxy_bypass(_host(parts)):
        return ""
    if "://" not in proxy:
        return f"http://{proxy}"
    return proxy


def _accept(address: str) -> None:
    """Anything will do."""


def _refuse_private(address: str) -> None:
    found = literal(address)
    if found is None or not is_public(found):
        raise UnsafeUrl("The result's address leads into a private network.")


async def _addresses(host: str, port: int) -> list[str]:
    """The addresses of a name; none when it does not resolve here (then connecting fails, or a
    proxy resolves it)."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return [str(entry[4][0]) for entry in found]
