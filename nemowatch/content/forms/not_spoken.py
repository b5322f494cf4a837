"""Recognises texts that nobody would read aloud as they are: what other programs write, timed
transcripts, bare links.

Owns what counts as such; each is refused with the cure. Pure, and linear in the length of a text.
It must not change a text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import islice

from nemowatch.content.forms.dialogue import COPY_WORDS, refuse_dialogue
from nemowatch.content.forms.lines import lines_of
from nemowatch.content.forms.stand_ins import refuse_stand_ins
from nemowatch.content.forms.structure import other_structure
from nemowatch.content.forms.value_list import is_value_list
from nemowatch.content.recognise import kind_by_beginning, kind_of
from nemowatch.errors import OrderError

#: The beginnings of other programs' files that consist only of letters.
_BEGINNINGS = (
    ("a PostScript file", re.compile(r"%!PS\b")),
    ("a PDF document", re.compile(r"%PDF-\d")),
    ("a file of captions in codes (SCC)", re.compile(r"Scenarist_SCC\b")),
    ("a program's text (a script for a computer)", re.compile(r"#!\s?/")),
    ("a key or a certificate", re.compile(r"-----BEGIN [A-Z ]{1,40}-----")),
    ("a file in letters (uuencode)", re.compile(r"begin [0-7]{3,4} \S+\n[!-\x60]")),
    ("a file in letters (yEnc)", re.compile(r"=ybegin ")),
    ("a pointer of Git LFS in place of a file", re.compile(r"version https://git-lfs\.")),
    ("a calendar or a contact", re.compile(r"BEGIN:V[A-Z]{3,8}\b")),
    ("data for a program (JSON)", re.compile(r'\[?\s{0,20}\{\s{0,20}"[^"\n]{1,100}"\s{0,5}:')),
)
#: The beginning of a record whose names are not in quotes.
_RECORD = re.compile(r"\{\s{0,20}\w{1,60}\s{0,5}:")
_LATEX = re.compile(r"^\\(?:documentclass|begin\{document\})", re.MULTILINE)

#: A line above the text of a mail, and those that every mail has.
_HEADER = re.compile(r"([A-Za-z][A-Za-z-]{1,40}):")
_OF_MAILS = ({"mime-version"}, {"message-id"}, {"from", "to"}, {"from", "subject"})
_MOST_HEADERS = 200

#: A time that shows a line of a transcript: alone, before its words, or after a name.
_TIME = r"(?:(\d{1,2}):)?(\d{1,2}):(\d{2})"
_BEFORE = re.compile(rf"\W{{0,3}}{_TIME}(?!:?\d)")
_BEHIND = re.compile(rf".{{0,60}}[^\w:]{_TIME}\W{{0,3}}$")
#: Seconds within which a transcript begins. A timetable, which is read aloud, begins later.
_EARLY = 60
#: At least one line in this many has a time.
_LINES_A_TIME = 4

#: A time with frames or parts of a second, as editing programs write it.
_EXACT_TIME = re.compile(r"(?<![\d:;])\d{2}(?:[:;]\d{2}){2}[:;.,]\d{2,3}(?![\d:;])")
#: A date and a time to the second, before what a program or somebody in a chat said.
_STAMP = re.compile(r"\W{0,3}\d{1,4}([-./])\d{1,2}\1\d{1,4}[, T]{1,2}\d{1,2}:\d{2}:\d{2}(?!\d)")
#: The words in the first line of a table of cues.
_COLUMNS = frozenset({"start", "end"})
_BETWEEN_COLUMNS = re.compile(r"[\t,;]")
#: A line of encoded bytes, and how many such lines cannot be words.
_ENCODED = re.compile(r"[A-Za-z0-9+/=_-]{40,}")
_LINES_ENCODED = 3

_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)


def refuse_not_spoken(text: str) -> None:
    """Raise OrderError, with the cure, for a text that is not meant to be spoken as it is."""
    _refuse(_other_file(text))
    lines = list(filter(None, map(str.strip, text.split("\n"))))
    if all(map(_LINK.fullmatch, lines)):
        raise OrderError(
            "There is nothing but links in this text.",
            cure="To order what they lead to, call it NAME.urls.txt, with a NAME of your own.",
        )
    if _is_transcript(lines) or _has_exact_times(text, lines):
        raise OrderError(
            "This text is a transcript: there are times in it, as 0:03, which would be spoken.",
            cure="Delete the times (and the names, if they are not to be spoken), and save it.",
        )
    _refuse(other_structure(text))
    if is_value_list(lines_of(text)):
        raise OrderError(
            "This text is a list of prices or other values in columns, not sentences.",
            cure="If it is to be spoken, write each line as a sentence that ends with a full stop.",
        )
    refuse_dialogue(text)
    refuse_stand_ins(text)


def _refuse(kind: str) -> None:
    """Raise OrderError when a text is of a kind."""
    if kind:
        raise OrderError(f"The file is {kind}, not a text to be spoken.", cure=COPY_WORDS)


def _other_file(text: str) -> str:
    """What a text is that another program wrote, in plain words; "" for none."""
    return kind_by_beginning(text, _BEGINNINGS) or kind_of(text, _STRUCTURES)


def _is_encoded(text: str) -> bool:
    """Whether a text begins with lines of letters and digits without a space between them."""
    first = text.split("\n", _LINES_ENCODED)[:_LINES_ENCODED]
    if len(first) < _LINES_ENCODED:
        return False
    return all(map(_ENCODED.fullmatch, first))


def _is_record(text: str) -> bool:
    return _RECORD.match(text) is not None and text.rstrip().endswith("}")


def _is_mail(text: str) -> bool:
    """Whether a text begins with the lines that are above the words of a mail."""
    found: set[str] = set()
    for line in text.split("\n", _MOST_HEADERS)[:_MOST_HEADERS]:
        header = _HEADER.match(line)
        if header:
            found.add(header[1].lower())
        elif not line.startswith((" ", "\t")):
            break
    return any(map(found.issuperset, _OF_MAILS))


#: What other programs write that the first words do not show, and what recognises it.
_STRUCTURES: tuple[tuple[str, Callable[[str], object]], ...] = (
    ("a LaTeX document", _LATEX.search),
    ("data for a program", _is_encoded),
    ("data for a program", _is_record),
    ("a mail", _is_mail),
)


def _is_transcript(lines: list[str]) -> bool:
    """Whether many of these lines have a time, and the times go up from the beginning."""
    times = filter(None, map(_time, lines))
    moments = list(map(_seconds, times))
    if not _are_many(moments, lines):
        return False

    begins_early = moments[0] < _EARLY
    goes_up = moments == sorted(set(moments))
    return begins_early and goes_up


def _are_many(times: Sequence[object], lines: list[str]) -> bool:
    """Whether there are several times, and enough of them for so many lines."""
    if len(times) < 2:
        return False
    return len(times) * _LINES_A_TIME >= len(lines)


def _has_exact_times(text: str, lines: list[str]) -> bool:
    """Whether a program wrote these times: with frames, with a date before them, or in a table."""
    columns = _BETWEEN_COLUMNS.split(lines[0].lower())
    if _COLUMNS.issubset(columns):
        return True
    stamped = list(filter(_STAMP.match, lines))
    if _are_many(stamped, lines):
        return True
    exact = list(islice(_EXACT_TIME.finditer(text), 2))
    return len(exact) == 2


def _time(line: str) -> re.Match[str] | None:
    return _BEFORE.match(line) or _BEHIND.match(line)


def _seconds(found: re.Match[str]) -> int:
    hours, minutes, seconds = found.groups()
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
