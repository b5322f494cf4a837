"""Has one of people's open files read by a child: what it is, its text, its links.

Owns the choice of what reads, and turns a child's failures into errors about the file. If no child
can be started, this process reads what only our own limited code parses (first bytes, and plain
texts in Unicode); everything that needs third-party libraries waits.

The child's side is `file_tasks`, with all parsers: this process loads none of it, unless no child
can be started.
"""

from __future__ import annotations

import atexit
import importlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from nemowatch.content.child_errors import ChildFailed, ChildFailure
from nemowatch.content.children import UNAVAILABLE, Answer, Children
from nemowatch.content.kinds import Sniffed, SniffResult, is_property_list, is_word
from nemowatch.errors import LocalPassing, OrderError, UnsafeContent

#: The module of tasks for a child, or for this process if there can be none.
TASKS = "nemowatch.content.file_tasks"
TEXT_TASK = f"{TASKS}:text_task"
SNIFF_TASK = f"{TASKS}:sniff_task"
#: The content of a file that every child can read.
GOOD = b"A good text."
#: Failures that say nothing about the content.
_NOT_THE_CONTENT = UNAVAILABLE | {ChildFailure.SILENT}

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
    """Do nothing, for callers that need no sign of life."""
    return


def sniff(
    fd: int,
    name: bytes,
    size: int,
    *,
    beat: Beat = nothing,
    answer: Answer | None = None,
) -> Sniffed:
    """What an open file is by its first bytes; see `sniff.sniff`. `answer`: gives that of a child
    that was asked before, by `sniff_ahead`. Raises UnsafeContent, LocalPassing, OSError."""
    return _asked(Sniffed, SNIFF_TASK, (name, size), fd, beat, here="sniff_task", answer=answer)


def sniff_ahead(
    files: Sequence[tuple[int, bytes, int]], *, beat: Beat = nothing
) -> Callable[[], list[Answer]]:
    """Have a child asked about several open files, each as (descriptor, name, bytes), before
    `sniff` needs its answer about one after the other. What is returned waits for all of them."""
    return CHILDREN.ask_ahead(SNIFF_TASK, [((name, size), fd) for fd, name, size in files], beat)


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
    """The words of an open script: a Word document, by its name, or else a text without its markup.
    `languages`: tags of those in which it is likely to be. Raises OrderError, UnsafeContent,
    LocalPassing, OSError."""
    here = "plain_text_task"
    if is_word(name):
        here = ""
    return _asked(Text, TEXT_TASK, (name, tuple(languages)), fd, beat, here=here).text


def read_lines(fd: int, *, beat: Beat = nothing) -> str:
    """The text of an open file with every line, so that lines can be counted. Raises OrderError,
    UnsafeContent, LocalPassing, OSError."""
    return _asked(Text, f"{TASKS}:lines_task", ("",), fd, beat, here="plain_lines_task").text


def read_subtitles(fd: int, *, languages: Sequence[str] = (), beat: Beat = nothing) -> str:
    """The words and times of open subtitles, as SubRip. `languages`: as for scripts. Raises
    OrderError, UnsafeContent, LocalPassing, OSError."""
    arguments = ("", tuple(languages))
    return _asked(
        Text, f"{TASKS}:subtitles_task", arguments, fd, beat, here="plain_subtitles_task"
    ).text


def links_in(fd: int, name: str, *, beat: Beat = nothing) -> tuple[str, ...]:
    """The addresses in an open link or list of links. Raises OrderError, UnsafeContent,
    LocalPassing, OSError."""
    here = "plain_links_task"
    if is_property_list(name):
        here = ""
    return _asked(Links, f"{TASKS}:links_task", (name,), fd, beat, here=here).addresses


def _asked(
    kind: type[Record],
    task: str,
    arguments: tuple[Any, ...],
    fd: int,
    beat: Beat,
    *,
    here: str,
    answer: Answer | None = None,
) -> Record:
    """The record that `task` makes of the file, in a child. `here`: the task for this process if
    there can be no child; "" for none. `answer`: gives what was asked before."""
    try:
        found = (answer or partial(CHILDREN.ask, task, arguments, fd, beat))()
        if isinstance(found, kind):
            return found
        failure = ChildFailure.GARBAGE
    except ChildFailed as exc:
        failure = exc.failure

    if failure not in _NOT_THE_CONTENT and not _works(str(arguments[0])):
        failure = ChildFailure.OUT_OF_ORDER
    if failure not in UNAVAILABLE or not here:
        raise about_the_file(failure)
    read: Callable[..., Record] = getattr(importlib.import_module(TASKS), here)
    return read(arguments, fd, beat)


def _works(name: str) -> bool:
    """Whether a child can read a good file of this kind. Checked before a file is refused for good,
    to make sure that not every file would be."""
    with os.fdopen(os.memfd_create("probe"), "w+b", 0) as file:
        file.write(GOOD)
        try:
            found = CHILDREN.ask(f"{TASKS}:probe_task", (name,), file.fileno(), nothing)
        except (ChildFailed, OrderError, OSError):
            return False
    return isinstance(found, Sniffed) and found.finding is SniffResult.MEDIA


def about_the_file(failure: ChildFailure) -> LocalPassing | UnsafeContent:
    """What a failure means for the file that was being read."""
    if failure is ChildFailure.SILENT:
        return LocalPassing("it does not answer")
    if failure in UNAVAILABLE:
        return LocalPassing(f"no process can read it ({failure.value})")
    return UnsafeContent(f"The file cannot be read safely: {failure.value}.")
