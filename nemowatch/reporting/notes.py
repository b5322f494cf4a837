"""The words of the notes for people who see only the shared folder. Pure: frozen records in, text
out.

Plain English: what happened, to which file, what to do; no jargon, no traces. `note_writer` puts
them on disk.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass

from nemowatch.cures import ADMIN, NOTHING, Cure
from nemowatch.fs.last_lines import NOTE, last_line
from nemowatch.fs.names import plain, split_ending
from nemowatch.i18n.language import chosen, message, said
from nemowatch.reporting import inbox_words, words
from nemowatch.reporting.paragraphs import in_language, indented, shortened, wrapped
from nemowatch.reporting.phrases import counted
from nemowatch.reporting.wide_letters import padded, wide
from nemowatch.tasks.folder_description import hints
from nemowatch.tasks.records import OwnNames

#: The note in a folder that cannot be worked on.
READ_ME = "nemowatch - read me.txt"
#: The most characters of one answer in a note: the cloud's can be as long as a film's transcript.
_LONGEST = 4000
#: The most names listed in one note: more would hide what to do.
_LISTED = 20


@dataclass(frozen=True, slots=True)
class Done:
    """One finished part of an order."""

    what: str  #: "Spanish", "voiceover"
    result: str  #: the result's name


@dataclass(frozen=True, slots=True)
class Failure:
    """A file of which not everything, or nothing, could be made."""

    file: bytes  #: its name
    what: str  #: what happened, one sentence or more
    cure: Cure = NOTHING
    kept: str = ""  #: what is said if the paid work is kept
    done: tuple[Done, ...] = ()  #: what was finished nevertheless
    undone: tuple[str, ...] = ()  #: "French", …
    jobs: tuple[int, ...] = ()  #: for the person who looks after nemowatch
    tips: tuple[str, ...] = ()  #: what would give better results


@dataclass(frozen=True, slots=True)
class Question:
    """A file whose order needs a decision."""

    file: bytes
    question: str  #: as it was asked, or what is not known
    how: tuple[str, ...]  #: how to answer, or whom to ask; a line each
    jobs: tuple[int, ...] = ()
    tips: tuple[str, ...] = ()  #: what would give better results


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing that is wrong in a folder."""

    what: str  #: a whole sentence
    suggestion: str = ""  #: the nearest folder name that works
    files: tuple[bytes, ...] = ()  #: the files concerned


@dataclass(frozen=True, slots=True)
class Approval:
    """Many new jobs at once, for which nothing is spent before a person approves."""

    jobs: int  #: results that would be made
    files: int
    credits: float = 0  #: about what they would cost; 0 when that is unknown
    available: float | None = None  #: credits that are left; None when not known
    cause: str = ""  #: one sentence on why approval is needed
    watch: str = ""  #: the inbox in which they wait


def error_note(failure: Failure) -> str:
    """The text of `<name>.error.txt`."""
    name = plain(failure.file)
    happened = "What happened:\n" + indented(shortened(failure.what, _LONGEST))
    blocks, title = [f"{name} could not be processed.", happened], message("Ordered:")
    if failure.done:
        results = [f"{said(part.what)}: {plain(part.result)}" for part in failure.done]
        done = "Done and in the outbox:\n" + _lines(results)
        blocks, title = [f"{name} could not be finished.", happened, done], message("Not done:")
    if failure.undone:
        blocks.append(f"{title} {', '.join(map(said, failure.undone))}")
    blocks.append(_to_do(_ways(failure)))
    blocks += _hints(failure.tips)
    return _note(blocks, failure.jobs)


def _ways(failure: Failure) -> list[str]:
    lines = failure.cure.asked()
    if failure.kept:
        lines.insert(0, failure.kept)
    if failure.done:
        lines.append("Only what is missing is made; what is done is not paid for again.")
    return lines


def question_note(question: Question) -> str:
    """The text of `<name>.question.txt`."""
    blocks = [
        f"{plain(question.file)} waits for your decision.",
        "The question:\n" + indented(shortened(question.question, _LONGEST)),
        _to_do(question.how),
        *_hints(question.tips),
    ]
    return _note(blocks, question.jobs)


def _hints(tips: Iterable[str]) -> list[str]:
    """A block with tips for better results; none when there are no tips."""
    lines = list(tips)
    if not lines:
        return []
    return ["For better results:\n" + indented("\n".join(lines))]


def read_me(complaints: Iterable[Complaint], own_names: OwnNames) -> str:
    """The text of a folder's `nemowatch - read me.txt`: what is wrong, and examples of what
    works, `own_names` of the configuration among them."""
    blocks = ["Some or all of this folder's files are not being processed at the moment."]
    blocks += map(_complaint, complaints)
    blocks.append(_examples(own_names))
    return _note(blocks)


def _complaint(complaint: Complaint) -> str:
    lines = [wrapped(complaint.what)]
    if complaint.suggestion:
        cure = inbox_words.about_folder(plain(complaint.suggestion), "")
        lines += [wrapped(cure.by_hand), "So far this has cost nothing."]
    if complaint.files:
        lines.append(_lines(map(plain, complaint.files)))
    return "\n".join(lines)


def _examples(own_names: OwnNames) -> str:
    title = "The folder's name says what is made from the files in it:"
    found = hints(own_names)
    width = max(wide(hint.name) for hint in found)
    rows = (f"    {padded(hint.name, width)}  {said(hint.makes)}" for hint in found)
    return "\n".join([title, *rows])


def approval_note(approval: Approval, complaints: Iterable[Complaint] = ()) -> str:
    """The text of the note that asks for approval; `complaints`: what is wrong in the inbox itself,
    where this note replaces the read-me note."""
    cost = inbox_words.price(approval.credits, approval.available)
    blocks = [wrapped(f"{_amount_of_work(approval)} {cost}")]
    if approval.cause:
        blocks.append(wrapped(approval.cause))
    blocks.append("Nothing has been spent, and nothing is sent anywhere until a person approves.")
    blocks.append(_to_do(words.approve(approval.watch).asked()))
    blocks += map(_complaint, complaints)
    return _note(blocks)


def _amount_of_work(approval: Approval) -> str:
    files = counted(approval.files, "new file waits", "new files wait")
    results = counted(approval.jobs, "result", "results")
    return f"{files} here: {results} would be made."


def same_again_note(file: bytes, results: Iterable[str]) -> str:
    """The text for a file that was dropped again although its results still exist."""
    way = (
        "Nothing, if these are what you need. To have them delivered again, free of charge, delete"
        " them from the outbox and copy the file into its inbox folder once more."
    )
    made = list(map(plain, results))
    blocks = [
        f"{plain(file)} was done before, with exactly this content.",
        "Its results are still in the outbox, so nothing was made or paid for again:\n"
        + _lines(made),
        _to_do([way, *map(_to_change, made[:1])]),
    ]
    return _note(blocks)


def _to_change(result: str) -> str:
    name, _ = split_ending(os.path.basename(result))
    return (
        f"To change something, save what should be different as {name}.revise.txt in the inbox"
        " folder: one more paid turn, which uses the folder's glossary.txt as it is then."
    )


def same_words_note(file: bytes, when: str, made: Iterable[str]) -> str:
    """The text for words that were carried out before and have come back. `when`: when they were
    carried out; `made`: the results."""
    results = list(map(plain, made))
    blocks = [
        f"{plain(file)} was carried out on {when}. This looks like the same file, back again:"
        f" nothing was made or paid for again.",
    ]
    if results:
        blocks.append(f"Its results are in the outbox:\n{_lines(results)}")
    way = "Nothing, if that is right. To have it done once more, open it and save it again."
    blocks.append(_to_do([way]))
    return _note(list(map(_wrapped_block, blocks)))


def _wrapped_block(text: str) -> str:
    """A paragraph that fits; lines that are indented are kept."""
    if "\n" in text:
        return text
    return wrapped(text)


def _to_do(ways: Iterable[str]) -> str:
    return "What to do:\n" + indented("\n".join(ways))


def _note(blocks: list[str], jobs: tuple[int, ...] = ()) -> str:
    """The blocks with empty lines between them, and the last lines. With LF here; CRLF is
    written."""
    end = f"{last_line(NOTE, chosen())}\n"
    if jobs:
        numbers = ", ".join(map(str, jobs))
        one, many = f"For {ADMIN}: job {numbers}.", f"For {ADMIN}: jobs {numbers}."
        end = f"{said(many if len(jobs) > 1 else one)}\n{end}"
    return "\n\n".join([*map(in_language, blocks), end])


def _lines(names: Iterable[str]) -> str:
    """A list of names, shortened with a count."""
    every = list(names)
    shown = [f"    {name}" for name in every[:_LISTED]]
    if len(every) > _LISTED:
        more = said(f"and {len(every) - _LISTED} more")
        shown.append(f"    {more}")
    return "\n".join(shown)
