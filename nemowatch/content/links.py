"""Addresses in what people drop instead of a file: an internet shortcut (`.url`, `.webloc`) or a
list (`.urls.txt`). Pure; fetches nothing. Raises OrderError, and nothing else, whatever the
bytes are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from nemowatch.content.text import decode_text
from nemowatch.errors import OrderError, shown

#: Addresses longer than this are cut by half of all programs; browsers' own limits begin here.
_LONGEST = 8192
_URL_LINE = re.compile(r"^\s*URL\s*=\s*(\S.*?)\s*$", re.IGNORECASE)
_SECTION = re.compile(r"^\s*\[(.+)\]\s*$")


def read_links(data: bytes, name: str) -> tuple[str, ...]:
    """The http and https addresses in a dropped file, by its name, in its order, none twice.
    Raises OrderError."""
    low = name.lower()
    if low.endswith(".webloc"):
        found: Iterable[str] = _webloc(data, name)
    elif low.endswith(".url"):
        found = _shortcut(decode_text(data))
    else:
        found = _list(decode_text(data))
    addresses = tuple(dict.fromkeys(_address(text, name) for text in found))
    if not addresses:
        raise OrderError(
            f"{shown(name)} holds no address.",
            cure="Put one address that begins with https:// on each line.",
        )
    return addresses


def _address(text: str, name: str) -> str:
    """An address as it is sent; refuses every other kind."""
    plain = text.strip().strip("<>\"'").strip()
    try:
        parts = urlsplit(plain)
        usable = (
            parts.scheme.lower() in ("http", "https") and bool(parts.hostname) and parts.port != 0
        )
    except ValueError:
        usable = False
    if (
        not usable
        or len(plain) > _LONGEST
        or any(c.isspace() or not c.isprintable() for c in plain)
    ):
        said = f'{shown(name)}: "{shown(plain[:80])}" is not an address that can be taken.'
        spaced = (
            " and hold no spaces (write %20 for a space)" if any(c.isspace() for c in plain) else ""
        )
        raise OrderError(said, cure=f"Addresses begin with https:// (or http://){spaced}.")
    return plain


def _shortcut(text: str) -> list[str]:
    """The URL of the section [InternetShortcut]; of the whole file when it has no sections."""
    section, found = "", []
    for line in text.splitlines():
        if header := _SECTION.match(line):
            section = header[1].strip().lower()
        elif (match := _URL_LINE.match(line)) and section in ("", "internetshortcut"):
            found.append(match[1])
    return found[:1]


def _list(text: str) -> list[str]:
    """One address a line; what follows ` #`, and lines that begin with #, are comments."""
    lines = (re.split(r"(?:^|\s)#", line, maxsplit=1)[0].strip() for line in text.splitlines())
    return [line for line in lines if line]


def _webloc(data: bytes, name: str) -> list[str]:
    """The URL of a property list, XML or binary."""
    import plistlib  # here: hardly anybody drops one, and it brings a parser of its own

    try:
        content = plistlib.loads(data)
    except Exception as exc:  # plistlib and expat raise what they like on damaged bytes
        cure = "Drag the address out of the browser again, or write it into a .urls.txt file."
        raise OrderError(f"{shown(name)} is not a link that can be read.", cure=cure) from exc
    url = content.get("URL") if isinstance(content, dict) else None
    return [url] if isinstance(url, str) else []
