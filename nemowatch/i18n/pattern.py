"""A message with fields, and whether a text is one of its kind. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from string import Formatter

#: What stands between two messages.
SEAM = re.compile(r"(?<=[.!?:;,])\s+| · ")
NUMBER = re.compile(r"-?\d{1,3}(?:,\d{3})*(?:\.\d+)?|\d+")
#: Fields that are numbers.
NUMBERS = frozenset(
    {
        *("count", "credits", "available", "days", "done", "total", "making", "minutes"),
        *("more", "number", "queued"),
    }
)
#: Fields with names in them.
NAMES = frozenset(
    {
        *("name", "path", "file", "folder", "result", "root", "where", "inbox", "outbox"),
        *("failed", "command", "host", "begin", "known"),
    }
)
#: The field with names of several files: "a.mp4, b.txt and c.wav".
SEVERAL = "several"
#: Fields with names of files. Where it is not that one, it may be a single "clip.v1 and v2.mp4".
LISTS = frozenset(
    {SEVERAL, "names", "either", "examples", "enumerated", "expected", "proposed", "whole"}
)
#: Fields that hold words of ours, which are messages themselves. What is in any other field is a
#: name, or what a person or the cloud says: it stays as it is, but for numbers and dates.
OURS = frozenset(
    {
        *("about", "after", "again", "amount", "answer", "asked", "available", "because"),
        *("brackets", "cause", "connect_words", "conversion", "cost", "counted", "credits"),
        *("cure", "daily", "date_and_time", "files", "first_sentence", "health"),
        *("kind", "lasted", "lasts", "left", "length", "limit", "listed", "lower", "many"),
        *("missing", "noun", "one", "price", "quiet", "reason", "results", "rounded", "rstrip"),
        *("said", "script", "silence", "silent", "size", "spaced", "spent", "taken", "takes"),
        *("by_hand", "language", "spoken_in", "target", "text", "to", "turns"),
        *("under_way", "unfinished", "until", "value"),
        *("waited", "wanted", "was", "what", "when", "which", "whose", "why", "words"),
    }
)
#: Fields with a message of a few words: what jobs are at, or wait for. They are never a name.
WORDS = frozenset({"hold_in_short", "state", "step"})
#: Marks before a field in which somebody is quoted.
_QUOTE = '"'
#: What begins another sentence.
_SENTENCE = re.compile(r"[.!?:] [A-Z][a-z]+ [a-z]")
#: Letters that a message must have besides its fields: with fewer it would fit anything.
_FEWEST_LETTERS = 5


@dataclass(frozen=True, slots=True)
class Pattern:
    """A message as it is written down: "{name} could not be done."."""

    message: str
    one: str  #: the same for one, which the catalogue knows it by
    pieces: tuple[str, ...]  #: the text around its fields: one more than there are fields
    fields: tuple[str, ...]
    ours: frozenset[str]  #: fields in which words of ours stand
    longest: str  #: of the pieces: a text without it is of another kind

    @property
    def weight(self) -> int:
        """Letters besides its fields: of two that fit, the longer one is meant."""
        return sum(map(_letters, self.pieces))

    @property
    def tells_enough(self) -> bool:
        """Whether a text of its kind can be known by it: by its letters, or by the number that it
        begins with ("1.2 MB")."""
        begins_with_number = not self.pieces[0] and self.fields[0] in NUMBERS
        return self.weight >= _FEWEST_LETTERS or (begins_with_number and self.weight > 1)

    @property
    def rank(self) -> tuple[int, int]:
        """Of two that fit, the one that says more is meant, then the one that is read further."""
        return self.weight, len(self.ours)

    def values(self, text: str) -> dict[str, str] | None:
        """What stands in its fields where `text` is of its kind; else None."""
        found = self._between_pieces(text)
        if found is None or self._begins_behind_another(found):
            return None
        if not all(map(_is_sound, self.fields, found)):
            return None
        return dict(zip(self.fields, found, strict=True))

    def _between_pieces(self, text: str) -> list[str] | None:
        """What is between the pieces; None where the text has not all of them, in this order."""
        begin, *middle = self.pieces
        if not middle:
            return [] if text == begin else None
        end = middle.pop()
        at, last = len(begin), len(text) - len(end)
        if at > last or not text.startswith(begin) or not text.endswith(end):
            return None

        found: list[str] = []
        for piece in middle:
            find = text.find
            if len(found) == len(middle) - 1 and self.fields[-1] in NUMBERS:
                find = text.rfind  # it may be in a name: "Salt and pepper.mp4 and 3 more"
            next_at = find(piece, at, last)
            if next_at < 0:
                return None
            found.append(text[at:next_at])
            at = next_at + len(piece)
        found.append(text[at:last])
        return found

    def _begins_behind_another(self, found: list[str]) -> bool:
        """Whether another message ends in the first field, in front of this one."""
        begins_with_field = bool(found) and not self.pieces[0]
        return begins_with_field and SEAM.search(found[0]) is not None


def pattern(message: str, one: str) -> Pattern:
    """The pattern of a message; `one`: its text for one, which may be itself."""
    pieces, fields = [""], []
    for text, field, _, _ in Formatter().parse(message):
        pieces[-1] += text
        if field is not None:
            fields.append(field)
            pieces.append("")
    ours = _of_ours(pieces, fields)
    return Pattern(message, one, tuple(pieces), tuple(fields), ours, max(pieces, key=len))


def _of_ours(pieces: list[str], fields: list[str]) -> frozenset[str]:
    """Those of the fields whose words are ours: what is quoted is not."""
    ours: set[str] = set()
    for before, field in zip(pieces, fields, strict=False):
        is_quoted = before.endswith(_QUOTE)
        if kind_of(field) in OURS and not is_quoted:
            ours.add(field)
    return frozenset(ours)


def _is_sound(field: str, value: str) -> bool:
    """Whether a field can have this value: numbers stand where numbers belong, and no sentence
    stands in a name."""
    if field in NUMBERS:
        return NUMBER.fullmatch(value) is not None
    return not (is_name(field) and _SENTENCE.search(value))


def is_name(field: str) -> bool:
    """Whether a field holds a name, which is never translated."""
    return kind_of(field) in NAMES


def kind_of(field: str) -> str:
    """A field without the number by which it is told from others of its name."""
    return field.rstrip("0123456789")


def _letters(text: str) -> int:
    return sum(map(str.isalpha, text))
