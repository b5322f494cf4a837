"""What an open file of people says, found out by a child: what it is, its text, its links.

Owns the choice of who reads, and turns a child's failures into errors about the file. Where no
child can be started, this process reads what only our own bounded code parses (first bytes, and
plain texts in Unicode); everything that needs libraries of others waits.

The functions with three parameters are the child's side.
"""

from __future__ import annotations

import atexit
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from nemowatch.content import sniff as first_bytes
from nemowatch.content.child import ChildFailed, Failure
from nemowatch.content.children import UNAVAILABLE, Children
from nemowatch.content.forms import (
    document_words,
    instructions,
    plain_script,
    plain_subtitles,
    script_words,
    subtitles,
)
from nemowatch.content.links import is_property_list, read_links
from nemowatch.content.sniff import Finding, Sniffed
from nemowatch.content.text import MAX_TEXT, decode_text, plain_text
from nemowatch.content.word import is_word, read_word
from nemowatch.errors import LocalPassing, OrderError, UnsafeContent
from nemowatch.model import MB

#: Bytes that are read of a text, a script or a list of links.
MAX_READ = MAX_TEXT + 1
#: Bytes asked for at once: a share may answer with fewer than were asked for.
_PIECE = MB

#: Bytes before the first word of a text: white space, and the marks of Unicode's encodings.
_BLANK = b" \t\r\n\0\xef\xbb\xbf\xff\xfe"

#: The content of a file that every child can read.
_GOOD = b"A good text."
#: Failures that say nothing about the content.
_NOT_THE_CONTENT = UNAVAILABLE | {Failure.SILENT}

Beat = Callable[[], None]
Record = TypeVar("Record")

CHILDREN = Children()
atexit.register(CHILDREN.close)


@dataclass(frozen=True, slots=True)
class Text:
    """The words of a text or a script."""

    text: str


@dataclass(frozen=True, slots=True)
class Links:
    """The addresses in a link or a list of links."""

    addresses: tuple[str, ...]


def nothing() -> None:
    """For callers that need no sign of life."""
    return


def sniff(
    fd: int,
    name: bytes,
    size: int,
    *,
    beat: Beat = nothing,
) -> Sniffed:
    """What an open file is by its first bytes; see `sniff.sniff`. Raises UnsafeContent,
    LocalPassing, OSError."""
    return _asked(Sniffed, sniff_task, (name, size), fd, beat, here=sniff_task)


def read_text(fd: int, *, beat: Beat = nothing) -> str:
    """The text of an open file. Raises OrderError, UnsafeContent, LocalPassing, OSError."""
    return read_script(fd, "", beat=beat)


def read_script(
    fd: int,
    name: str,
    *,
    languages: Sequence[str] = (),
    beat: Beat = nothing,
) -> str:
    """The words of an open script: a Word document by its name, else text, whose markup is left
    out. `languages`: tags of
    those that it is likely to be in. Raises OrderError, UnsafeContent, LocalPassing, OSError."""
    here = None if is_word(name) else _plain_text_task
    return _asked(Text, text_task, (name, tuple(languages)), fd, beat, here=here).text


def read_lines(fd: int, *, beat: Beat = nothing) -> str:
    """The text of an open file, every line of it, so that they can be counted. Raises OrderError,
    UnsafeContent, LocalPassing, OSError."""
    return _asked(Text, lines_task, ("",), fd, beat, here=_plain_lines_task).text


def read_subtitles(fd: int, *, languages: Sequence[str] = (), beat: Beat = nothing) -> str:
    """The words and times of open subtitles, as SubRip. `languages` as for scripts. Raises
    OrderError, UnsafeContent, LocalPassing, OSError."""
    arguments = ("", tuple(languages))
    return _asked(Text, subtitles_task, arguments, fd, beat, here=_plain_subtitles_task).text


def links_in(fd: int, name: str, *, beat: Beat = nothing) -> tuple[str, ...]:
    """The addresses in an open link or list of links. Raises OrderError, UnsafeContent,
    LocalPassing, OSError."""
    here = None if is_property_list(name) else _plain_links_task
    return _asked(Links, links_task, (name,), fd, beat, here=here).addresses


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


def _plain_text_task(arguments: tuple[Any, ...], fd: int, parsing: Beat) -> Text:
    """In this process: the words of a text that no library is needed for. Raises LocalPassing for
    any other."""
    name, _ = arguments
    return Text(_or_wait(plain_script(_bytes_of(fd), name)))


def _plain_lines_task(arguments: tuple[Any, ...], fd: int, parsing: Beat) -> Text:
    """In this process: the lines of a text that no library is needed for. Raises LocalPassing for
    any other."""
    data = _bytes_of(fd)
    return Text(_empty_lines_before(data) + _or_wait(plain_script(data, "")))


def _plain_subtitles_task(arguments: tuple[Any, ...], fd: int, parsing: Beat) -> Text:
    """In this process: subtitles that no library is needed for. Raises LocalPassing for others."""
    return Text(_or_wait(plain_subtitles(_bytes_of(fd))))


def _plain_links_task(arguments: tuple[Any, ...], fd: int, parsing: Beat) -> Links:
    """In this process: the addresses in a list that no library is needed for. Raises LocalPassing
    for any other."""
    (name,) = arguments
    return Links(read_links(_bytes_of(fd), name, _plainly))


def _plainly(data: bytes) -> str:
    return _or_wait(plain_text(data))


def _or_wait(text: str | None) -> str:
    """The text; raises LocalPassing where a library is needed for it."""
    if text is None:
        raise _about_the_file(Failure.NOT_STARTED)
    return text


def probe_task(arguments: tuple[Any, ...], fd: int, parsing: Beat) -> Sniffed:
    """In the child: what reading a file of this name takes, done with a good text."""
    (name,) = arguments
    with suppress(OrderError):  # what a document that is none says is that its parser runs
        if is_word(name):
            read_word(fd, nothing)
        if is_property_list(name):
            read_links(b"", name)
    decode_text(_bytes_of(fd))
    return first_bytes.sniff(fd, b"good.txt", len(_GOOD))


def _bytes_of(fd: int) -> bytes:
    """The content, up to the limit."""
    found = bytearray()
    while len(found) < MAX_READ:
        piece = os.pread(fd, min(_PIECE, MAX_READ - len(found)), len(found))
        if not piece:
            break
        found += piece
    return bytes(found)


def _asked(
    kind: type[Record],
    task: Callable[[tuple[Any, ...], int, Beat], Record],
    arguments: tuple[Any, ...],
    fd: int,
    beat: Beat,
    *,
    here: Callable[[tuple[Any, ...], int, Beat], Record] | None,
) -> Record:
    """The record that `task` makes of the file, in a child; `here`: what this process does
    instead where no child can be had."""
    try:
        found = CHILDREN.ask(f"{task.__module__}:{task.__name__}", arguments, fd, beat)
        if isinstance(found, kind):
            return found
        failure = Failure.GARBAGE
    except ChildFailed as exc:
        failure = exc.failure

    if failure not in _NOT_THE_CONTENT and not _works(str(arguments[0])):
        failure = Failure.OUT_OF_ORDER
    if failure not in UNAVAILABLE or here is None:
        raise _about_the_file(failure)
    return here(arguments, fd, beat)


def _works(name: str) -> bool:
    """Whether a child can read a good file of this kind: before a file is refused for good,
    it is made sure that not every file would be."""
    with os.fdopen(os.memfd_create("probe"), "w+b", 0) as file:
        file.write(_GOOD)
        try:
            found = CHILDREN.ask(f"{__name__}:probe_task", (name,), file.fileno(), nothing)
        except (ChildFailed, OrderError, OSError):
            return False
    return isinstance(found, Sniffed) and found.finding is Finding.MEDIA


def _about_the_file(failure: Failure) -> LocalPassing | UnsafeContent:
    """What a failure means for the file that was being read."""
    if failure is Failure.SILENT:
        return LocalPassing("it does not answer")
    if failure in UNAVAILABLE:
        return LocalPassing(f"no process can read it ({failure.value})")
    return UnsafeContent(f"The file cannot be read safely: {failure.value}.")
