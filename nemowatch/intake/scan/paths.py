"""Paths relative to an inbox, as bytes: their parts, what lies below what, and how people see them.

Pure: nothing here touches a disk or knows what a folder means.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator

from nemowatch.content.kinds import TEXTS, kind_by_name
from nemowatch.model import MediaKind


def as_text(name: bytes) -> str:
    """A name as valid text without control characters: UTF-8, or else Latin-1, which old systems
    mostly used."""
    try:
        text = name.decode("utf-8")
    except UnicodeDecodeError:
        text = name.decode("latin-1")
    if text.isprintable():  # as nearly every name is: no need to check each letter
        return text
    return "".join(map(_uncontrolled, text))


def _uncontrolled(c: str) -> str:
    if unicodedata.category(c) == "Cc":
        return "_"
    return c


def folder_of(path: bytes) -> bytes:
    """The name of the task folder that a path relative to the inbox begins with."""
    return path.partition(b"/")[0]


def parent(path: bytes) -> bytes:
    """The folder of a path, b"" for the inbox itself."""
    return path.rpartition(b"/")[0]


def name_of(path: bytes) -> bytes:
    """The last name of a path."""
    return path.rpartition(b"/")[2]


def seen_from(folder: bytes, path: bytes) -> bytes:
    """A path as somebody in this folder (b"": the inbox itself) would name it."""
    return path.removeprefix(folder + b"/")


def promised_kind(path: bytes) -> MediaKind | None:
    """The kind that a path's ending promises; None for an ending that no task accepts."""
    return kind_by_name(name_of(path))


def promises_text(path: bytes) -> bool:
    """Whether a path's ending promises words that a child process reads."""
    return promised_kind(path) in TEXTS


def lineage(folder: bytes) -> Iterator[bytes]:
    """A folder and those above it, the outermost first: the inbox itself (b""), its task folder,
    and so on."""
    yield b""
    at = folder.find(b"/")
    while at >= 0:
        yield folder[:at]
        at = folder.find(b"/", at + 1)
    if folder:
        yield folder


def is_below(path: bytes, folder: bytes) -> bool:
    """Whether a path is this folder (b"": the inbox itself), or lies in or below it."""
    if folder in (b"", path):
        return True
    return path.startswith(folder + b"/")


def below(paths: Iterable[bytes], folder: bytes) -> list[bytes]:
    """Those paths that are this folder (b"": the inbox itself), or lie in or below it."""
    return [path for path in paths if is_below(path, folder)]


def same_name(name: bytes) -> str:
    """A key that is equal for names that people take for the same: in any case, composed or
    decomposed."""
    text = as_text(name)
    if text.isascii():
        return text.lower()
    # the capital of a Turkish i is two characters when it is small
    return unicodedata.normalize("NFC", text).casefold().replace("i\u0307", "i")
