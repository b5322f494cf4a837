"""The tasks that read one of people's open files: in a child or, if none can be started, in this
process as far as that needs no third-party library.

Owns which parser reads which file. Each task gets its arguments, the descriptor, and a function to
call once it has read everything that it needs from the file.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Any

from nemowatch.content import sniff as first_bytes
from nemowatch.content.child_errors import ChildFailure
from nemowatch.content.forms import (
    document_words,
    instructions,
    plain_script,
    plain_subtitles,
    script_words,
    subtitles,
)
from nemowatch.content.kinds import MAX_READ, Sniffed, is_property_list, is_word
from nemowatch.content.links import read_links
from nemowatch.content.reading import GOOD, Beat, Links, Text, about_the_file, nothing
from nemowatch.content.text import decode_text, plain_text
from nemowatch.content.word import read_word
from nemowatch.errors import OrderError
from nemowatch.model import MB

#: Bytes to ask for at once: a share may answer with fewer.
_PIECE = MB

#: Bytes before the first word of a text: white space, and the marks of Unicode's encodings.
_BLANK = b" \t\r\n\0\xef\xbb\xbf\xff\xfe"


def sniff_task(arguments: tuple[Any, ...], fd: int, parsing: Beat) -> Sniffed:
    """In the child: what the file is."""
    name, size = arguments
    return first_bytes.sniff(fd, name, size)


def text_task(arguments: tuple[Any, ...], fd: int, parsing: Beat) -> Text:
    """In the child: the words of a text or a script."""
    name, languages = arguments
    if is_word(name):
        return Text(document_words(read_word(fd, parsing)))
    data = _bytes_of(fd)
    parsing()
    if not name:
        return Text(instructions(data))
    return Text(script_words(data, name, languages))


def lines_task(arguments: tuple[Any, ...], fd: int, parsing: Beat) -> Text:
    """In the child: the lines of a text, with the empty ones before the first word."""
    data = _bytes_of(fd)
    parsing()
    return Text(_empty_lines_before(data) + instructions(data))


def _empty_lines_before(data: bytes) -> str:
    """The ends of the empty lines at the beginning, in any encoding."""
    beginning = data[: len(data) - len(data.lstrip(_BLANK))]
    return "\n" * max(beginning.count(b"\n"), beginning.count(b"\r"))


def subtitles_task(arguments: tuple[Any, ...], fd: int, parsing: Beat) -> Text:
    """In the child: the words and times of subtitles."""
    _, languages = arguments
    data = _bytes_of(fd)
    parsing()
    return Text(subtitles(data, languages))


def links_task(arguments: tuple[Any, ...], fd: int, parsing: Beat) -> Links:
    """In the child: the addresses in a link or a list."""
    (name,) = arguments
    data = _bytes_of(fd)
    parsing()
    return Links(read_links(data, name))


def plain_text_task(arguments: tuple[Any, ...], fd: int, parsing: Beat) -> Text:
    """In this process: the words of a text that needs no library. Raises LocalPassing for any
    other."""
    name, _ = arguments
    return Text(_or_wait(plain_script(_bytes_of(fd), name)))


def plain_lines_task(arguments: tuple[Any, ...], fd: int, parsing: Beat) -> Text:
    """In this process: the lines of a text that needs no library. Raises LocalPassing for any
    other."""
    data = _bytes_of(fd)
    return Text(_empty_lines_before(data) + _or_wait(plain_script(data, "")))


def plain_subtitles_task(arguments: tuple[Any, ...], fd: int, parsing: Beat) -> Text:
    """In this process: subtitles that need no library. Raises LocalPassing for any others."""
    return Text(_or_wait(plain_subtitles(_bytes_of(fd))))


def plain_links_task(arguments: tuple[Any, ...], fd: int, parsing: Beat) -> Links:
    """In this process: the addresses in a list that needs no library. Raises LocalPassing for any
    other."""
    (name,) = arguments
    return Links(read_links(_bytes_of(fd), name, _plainly))


def _plainly(data: bytes) -> str:
    return _or_wait(plain_text(data))


def _or_wait(text: str | None) -> str:
    """The text. Raises LocalPassing when that needs a library."""
    if text is None:
        raise about_the_file(ChildFailure.NOT_STARTED)
    return text


def probe_task(arguments: tuple[Any, ...], fd: int, parsing: Beat) -> Sniffed:
    """In the child: try what reading a file of this name needs, on a good text."""
    (name,) = arguments
    with suppress(OrderError):  # what a document that is none says is that its parser runs
        if is_word(name):
            read_word(fd, nothing)
        if is_property_list(name):
            read_links(b"", name)
    decode_text(_bytes_of(fd))
    return first_bytes.sniff(fd, b"good.txt", len(GOOD))


def _bytes_of(fd: int) -> bytes:
    """The content, up to the limit."""
    found = bytearray()
    while len(found) < MAX_READ:
        piece = os.pread(fd, min(_PIECE, MAX_READ - len(found)), len(found))
        if not piece:
            break
        found += piece
    return bytes(found)
