"""The words of the notes for people who see nothing but the shared folder: pure functions over
frozen records.

Plain English: what happened, to which file, what to do; no jargon, no traces. `notefile` puts
them on disk.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass

from nemowatch.fs.names import plain
from nemowatch.outbox.note_file import (
    SIGNATURE,
    Wrote,
    error_path,
    question_path,
    remove_note,
    write_note,
)
from nemowatch.tasks import hint_lines

__all__ = [
    "READ_ME",
    "Approval",
    "Complaint",
    "Done",
    "Failure",
    "Question",
    "Wrote",
    "approval_note",
    "error_note",
    "error_path",
    "question_note",
    "question_path",
    "read_me",
    "remove_note",
    "same_again_note",
    "write_note",
]

READ_ME = "nemowatch - read me.txt"
#: Notepad breaks no lines by default; longer ones run out of its window.
_WIDTH = 78
#: Characters of what is told in one note: an answer of the cloud can be as long as a film's
#: transcript.
_LONGEST = 4000
#: Names listed in one note: more would hide what to do.
_LISTED = 20


@dataclass(frozen=True, slots=True)
class Done:
    """One finished part of an order."""

    what: str  #: "Spanish", "voiceover"
    result: str  #: the result's name


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be done, or not all of it."""

    file: bytes  #: its name
    what: str  #: what happened, one sentence or more
    cure: str = ""  #: what to do; "" when only trying again is left
    done: tuple[Done, ...] = ()  #: what is finished all the same
    undone: tuple[str, ...] = ()  #: "French", …
    jobs: tuple[int, ...] = ()  #: for whoever looks after nemowatch
    inbox_folder: str = ""  #: where to move it back to: "inbox/dub-es-fr"


@dataclass(frozen=True, slots=True)
class Question:
    """A file whose order needs a decision."""

    file: bytes
    question: str  #: as it was asked, or what nobody knows
    how: str  #: how to answer, or whom to ask
    jobs: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing that is wrong in a folder."""

    what: str  #: a whole sentence
    suggestion: str = ""  #: the nearest folder name that works
    files: tuple[bytes, ...] = ()  #: the files concerned


@dataclass(frozen=True, slots=True)
class Approval:
    """Many new jobs at once: nothing is spent before a person has said yes."""

    jobs: int  #: results that would be made
    files: int
    credits: float = 0  #: about what they would cost; 0 when nobody knows
    available: float = -1  #: credits that are left; -1 when not known
    cause: str = ""  #: one sentence on why it asks


def error_note(failure: Failure) -> str:
    """The text of `<name>.error.txt`."""
    name = plain(failure.file)
    head = f"{name} could not be finished." if failure.done else f"{name} could not be done."
    blocks = [head, f"What happened:\n{_indented(_short(failure.what))}"]
    if failure.done:
        blocks.append(
            "Done and in the outbox:\n"
            + _lines(f"{d.what}: {plain(d.result)}" for d in failure.done)
        )
    if failure.undone:
        blocks.append(
            ("Not done: " if failure.done else "Was to be made: ") + ", ".join(failure.undone)
        )
    blocks.append("What to do:\n" + _indented("\n".join(_cures(failure))))
    return _note(blocks, failure.jobs)


def _cures(failure: Failure) -> list[str]:
    back = f" ({plain(failure.inbox_folder)})" if failure.inbox_folder else ""
    again = f"To try again, move the file back into its inbox folder{back}."
    only = (
        " Only what is missing is made; what is done is not paid for again." if failure.done else ""
    )
    return [line for line in (failure.cure, again + only) if line]


def question_note(question: Question) -> str:
    """The text of `<name>.question.txt`."""
    blocks = [
        f"{plain(question.file)} waits for you.",
        f"The question:\n{_indented(_short(question.question))}",
        f"What to do:\n{_indented(question.how)}",
    ]
    return _note(blocks, question.jobs)


def read_me(complaints: Iterable[Complaint]) -> str:
    """The text of a folder's `nemowatch - read me.txt`: what is wrong, and examples of what
    works."""
    blocks = ["Nothing is made in this folder at the moment, or not of everything in it."]
    for complaint in complaints:
        blocks.append("\n".join(_complaint(complaint)))
    blocks.append(EXAMPLES)
    return _note(blocks)


def _complaint(complaint: Complaint) -> list[str]:
    lines = [_wrapped(complaint.what)]
    if complaint.suggestion:
        lines.append(f"Did you mean:  {plain(complaint.suggestion)}")
        lines.append("Rename the folder, and everything in it goes on. So far it has cost nothing.")
    if complaint.files:
        lines.append(_lines(plain(name) for name in complaint.files))
    return lines


EXAMPLES = "\n".join(
    [
        "The folder's name says what is made of the files in it:",
        *(f"    {line}" for line in hint_lines()),
    ]
)


def approval_note(approval: Approval) -> str:
    """The text of the note that asks for an approval."""
    files = "1 new file waits" if approval.files == 1 else f"{approval.files:,} new files wait"
    results = "1 result" if approval.jobs == 1 else f"{approval.jobs:,} results"
    cost = (
        f"That costs about {approval.credits:,.0f} credits"
        if approval.credits
        else "Nobody can say yet what it costs"
    )
    left = f"; {approval.available:,.0f} are left." if approval.available >= 0 else "."
    if 0 <= approval.available < approval.credits:
        left += " That is not enough for all of them; the rest would wait."
    blocks = [_wrapped(f"{files} here: {results} would be made. {cost}{left}")]
    if approval.cause:
        blocks.append(_wrapped(approval.cause))
    blocks.append("Nothing has been spent. Nothing is sent anywhere before somebody says yes.")
    blocks.append(
        "What to do:\n    To go on, make an empty text file called APPROVE in the inbox\n   "
        " (APPROVE.txt is fine too).\n    To leave something out, move it out of the inbox first."
    )
    return _note(blocks)


def same_again_note(file: bytes, results: Iterable[str]) -> str:
    """The text for a file that was dropped again and whose results still stand."""
    blocks = [
        f"{plain(file)} was done before, with exactly this content.",
        "Its results are still in the outbox, so nothing was made or paid for again:\n"
        + _lines(map(plain, results)),
        (
            "What to do:\n    Nothing, if these are what you need. If they are deleted from the"
            " outbox and the\n    file is put into its inbox folder once more, they are delivered"
            " again, free of\n    charge."
        ),
    ]
    return _note(blocks)


def _note(blocks: list[str], jobs: tuple[int, ...] = ()) -> str:
    """The blocks with empty lines between, and the last lines. LF here; CRLF is made when it is
    written."""
    end = f"{SIGNATURE}\n"
    if jobs:
        numbers = ", ".join(str(job) for job in jobs)
        end = (
            f"For whoever looks after nemowatch: job{'s' if len(jobs) > 1 else ''} {numbers}.\n"
            + end
        )
    return "\n\n".join([*blocks, end])


def _wrapped(text: str, indent: str = "") -> str:
    lines = (plain(line) for line in text.splitlines() if line.strip())
    wrap = textwrap.TextWrapper(
        _WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(wrap.fill(line) for line in lines)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST].rstrip() + "…"


def _indented(text: str) -> str:
    return _wrapped(text, "    ")


def _lines(names: Iterable[str]) -> str:
    """A list, cut with a count."""
    every = list(names)
    rest = len(every) - _LISTED
    shown = [f"    {name}" for name in every[:_LISTED]]
    return "\n".join([*shown, f"    and {rest} more"] if rest > 0 else shown)
