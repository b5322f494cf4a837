"""Addresses in what people drop instead of a file: an internet shortcut (`.url`, `.webloc`) or a
list (`.urls.txt`).

Pure; fetches nothing. Raises OrderError, and nothing else, whatever the bytes are.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from nemowatch.content.text import checked_short, decode_text, plain_text
from nemowatch.errors import OrderError, shown

#: Addresses longer than this are cut by half of all programs; browsers' own limits begin here.
_LONGEST = 8192
_COMMENT = re.compile(r"(?:^|\s)#")


def is_property_list(name: str) -> bool:
    """True for a link that macOS writes, which takes a parser of others to read."""
    return name.lower().endswith(".webloc")


def read_links(
    data: bytes, name: str, decode: Callable[[bytes], str] = decode_text
) -> tuple[str, ...]:
    """The http and https addresses in a dropped file, by its name, in its order, none twice.
    Raises OrderError, and what `decode` raises."""
    texts = _texts(data, name, decode)
    if not texts:
        raise OrderError(
            f"{shown(name)} contains no address.",
            cure="Put one address that begins with https:// on each line.",
        )
    found = [_checked(text, name) for text in texts]
    return tuple(dict.fromkeys(found))


def _texts(data: bytes, name: str, decode: Callable[[bytes], str]) -> list[str]:
    """The texts where addresses are expected."""
    if is_property_list(name):
        return _webloc(data, name)
    read = _shortcut if name.lower().endswith(".url") else _list
    text = plain_text(data)
    if text is not None:
        return read(checked_short(text))

    # what is not an address may be in any encoding: a person's name in the path of an icon
    texts = read(checked_short(data.decode("latin-1")))
    if all(map(str.isascii, texts)):
        return texts
    return read(decode(data))


def _checked(text: str, name: str) -> str:
    """An address as it is sent. Raises OrderError for every other kind."""
    plain = text.strip().strip("<>\"'").strip()
    has_space = any(map(str.isspace, plain))
    if is_web(plain) and plain.isprintable() and not has_space and len(plain) <= _LONGEST:
        return plain

    begin = " ".join(plain[:80].split())
    spaced = " and contain no spaces (write %20 for a space)" if has_space else ""
    raise OrderError(
        f'{shown(name)}: "{shown(begin)}" is not an address that can be taken.',
        cure=f"Addresses begin with https:// (or http://){spaced}.",
    )


def is_web(text: str) -> bool:
    """True for an http or https address with a host, and a port that can be."""
    try:
        parts = urlsplit(text)
        has_port = parts.port != 0
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and has_port


def _shortcut(text: str) -> list[str]:
    """The URL of the section [InternetShortcut]; of the whole file when it has no sections."""
    section = ""
    for line in text.splitlines():
        bare = line.strip()
        if bare.startswith("[") and bare.endswith("]"):
            section = bare[1:-1].strip().lower()
            continue

        key, _, value = bare.partition("=")
        is_url = key.strip().lower() == "url"
        if is_url and value.strip() and section in ("", "internetshortcut"):
            return [value.strip()]
    return []


def _list(text: str) -> list[str]:
    """One address a line; what follows ` #`, and lines that begin with #, are comments."""
    lines = map(_without_comment, text.splitlines())
    return list(filter(None, lines))


def _without_comment(line: str) -> str:
    return _COMMENT.split(line, maxsplit=1)[0].strip()


def _webloc(data: bytes, name: str) -> list[str]:
    """The URL of a property list, XML or binary."""
    import plistlib  # here: hardly anybody drops one, and it brings a parser of its own

    try:
        content = plistlib.loads(data)
    except MemoryError:
        raise
    except Exception as exc:  # plistlib and expat raise what they like on damaged bytes
        cure = "Drag the address out of the browser again, or write it into a .urls.txt file."
        raise OrderError(f"{shown(name)} is not a link that can be read.", cure=cure) from exc

    url = content.get("URL") if isinstance(content, dict) else None
    return [url] if isinstance(url, str) else []
