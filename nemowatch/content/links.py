"""Reads addresses from what people drop instead of a file: an internet shortcut (`.url`, `.webloc`)
or a list (`.urls.txt`).

Owns the forms of such files, and what counts as an address. Pure; it must not fetch anything.
Raises OrderError, and nothing else, whatever the bytes are.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from nemowatch.content.hosts import is_own_network
from nemowatch.content.kinds import is_property_list
from nemowatch.content.text import checked_short, decode_text, plain_text
from nemowatch.errors import OrderError, shown

#: The longest address: many programs cut longer ones off, and browsers' own limits begin here.
_LONGEST = 8192
_COMMENT = re.compile(r"(?:^|\s)#")
_SPACE = re.compile(r"\s")
_SCHEMES = ("http", "https")
_USUAL_PORTS = {"http": ":80", "https": ":443"}
#: The section of a shortcut that has its address; "" for a file without sections.
_SECTIONS = ("", "internetshortcut")


def read_links(
    data: bytes, name: str, decode: Callable[[bytes], str] = decode_text
) -> tuple[str, ...]:
    """The http and https addresses in a dropped file of this name, in their order, none twice.
    Raises OrderError, and what `decode` raises."""
    texts = _texts(data, name, decode)
    if not texts:
        raise OrderError(
            f"{shown(name)} contains no address.",
            cure="Put one address that begins with https:// on each line.",
        )
    found: dict[str, str] = {}
    for text in texts:
        address = _checked(text, name)
        found.setdefault(_same(address), address)
    return tuple(found.values())


def _texts(data: bytes, name: str, decode: Callable[[bytes], str]) -> list[str]:
    """The texts where addresses are expected."""
    if is_property_list(name):
        return _webloc(data, name)
    read = _list
    if name.lower().endswith(".url"):
        read = _shortcut
    text = plain_text(data)
    if text is not None:
        return read(checked_short(text))

    # anything but the address may be in any encoding, as a person's name in an icon's path
    texts = read(checked_short(data.decode("latin-1")))
    if all(map(str.isascii, texts)):
        return texts
    return read(decode(data))


def _checked(text: str, name: str) -> str:
    """An address as it is sent. Raises OrderError for one that cannot be."""
    plain = text.strip().strip("<>\"'").strip()
    if _can_be_sent(plain):
        _refuse_unreachable(plain, name)
        return plain

    begin = " ".join(plain[:80].split())
    spaced = ""
    if _SPACE.search(plain):
        spaced = " and contains no spaces (write %20 for a space)"
    raise OrderError(
        f'{shown(name)}: "{shown(begin)}" is not an address that can be taken.',
        cure=f"Write one address on each line. It begins with https:// (or http://){spaced}.",
    )


def _same(address: str) -> str:
    """A key that is equal for two ways to write an address: hosts have no case, and ports a
    default."""
    parts = urlsplit(address)
    host = parts.netloc.lower().removesuffix(_USUAL_PORTS[parts.scheme])
    return parts._replace(netloc=host, path=parts.path or "/").geturl()


def _can_be_sent(text: str) -> bool:
    """Whether an address is one of the web, in one piece, and not too long."""
    if len(text) > _LONGEST or _SPACE.search(text):
        return False
    return text.isprintable() and is_web(text)


def _refuse_unreachable(address: str, name: str) -> None:
    """Raise OrderError for an address that the cloud cannot open, or that has a password. Only its
    host is repeated: the rest may be a secret."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    if parts.username is not None or parts.password is not None:
        raise OrderError(
            f"{shown(name)}: the address at {shown(host)} has a user name or a password in it,"
            " which would be sent to the cloud.",
            cure="Drop the file itself, or use an address that opens without them.",
        )
    if is_own_network(host):
        raise OrderError(
            f'{shown(name)}: "{shown(host)}" is in a private network, where the cloud cannot reach'
            " it.",
            cure="Drop the file itself, or use an address that anybody can open.",
        )


def is_web(text: str) -> bool:
    """True for an http or https address with a host, and a port that can be."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return False
    if parts.scheme not in _SCHEMES or port == 0:
        return False
    return bool(parts.hostname)


def _shortcut(text: str) -> list[str]:
    """The URL of the section [InternetShortcut]; of the whole file when it has no sections."""
    section = ""
    for line in text.splitlines():
        bare = line.strip()
        if bare.startswith("[") and bare.endswith("]"):
            section = bare[1:-1].strip().lower()
        elif section in _SECTIONS:
            address = _url(bare)
            if address:
                return [address]
    return []


def _url(line: str) -> str:
    """The value of a line `URL=…`; "" for other lines."""
    key, _, value = line.partition("=")
    if key.strip().lower() != "url":
        return ""
    return value.strip()


def _list(text: str) -> list[str]:
    """One address a line; what follows ` #`, and lines that begin with #, are comments."""
    lines = map(_without_comment, text.splitlines())
    return list(filter(None, lines))


def _without_comment(line: str) -> str:
    return _COMMENT.split(line, maxsplit=1)[0].strip()


def _webloc(data: bytes, name: str) -> list[str]:
    """The URL of a property list, XML or binary."""
    import plistlib  # here: hardly anybody drops one, and it loads a parser of its own

    try:
        content = plistlib.loads(data)
    except MemoryError:
        raise
    except Exception as exc:  # plistlib and expat may raise anything on damaged bytes
        cure = "Drag the address out of the browser again, or write it into a .urls.txt file."
        raise OrderError(f"{shown(name)} is not a link that can be read.", cure=cure) from exc

    if not isinstance(content, dict):
        return []
    url = content.get("URL")
    if not isinstance(url, str):
        return []
    return [url]
