"""What an instruction asks for: work of the agent, which is a paid turn, or something that has an
endpoint of its own and never goes to it (docs/api.md section 6). Pure.

An instruction is a request of another kind only if nothing else is in it: it has one of that kind's
words, and otherwise only words that mean nothing by themselves. A question is one by its form
(`questions`). Whatever is not recognised is work.
It must not know what becomes of an instruction.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import filterfalse

from nemowatch.late_pattern import LatePattern
from nemowatch.tasks import request_words as words_of
from nemowatch.tasks.questions import only_asks
from nemowatch.tasks.request_kinds import (
    LONGEST,
    WORD,
    RequestKind,
    has_only,
    is_only_export,
    kind_of,
    kind_of_slips,
    plain,
    vocabulary,
)

#: Words beside which "export" or "download" is only a word: "animate import and export".
_ITS_LIKES = LatePattern(
    r"\b(?:imports?|uploads?|downloads?|exports?|like|share|play|save|copy|print|install)"
    r"(?:\s|,|\band\b)*$",
    re.IGNORECASE,
)
#: What precedes a list, or words to be shown.
_COLON = LatePattern("[:\uff1a]")
_QUOTES = ("\u201c\u201d", "\u300c\u300d", "\u300e\u300f", "\u00ab\u00bb")

#: Instructions whose meaning is cached: the same ones go with every file of a folder.
TEXTS = 256
#: Marks that end a sentence, or an instruction in a list.
_SENTENCE_ENDS = ".!?;。！？；\n"
_SENTENCE_END = LatePattern(f"[{_SENTENCE_ENDS}]")
#: What is between the parts of an instruction: a mark, "and", "then".
_BETWEEN = LatePattern(
    r"([.!?;,](?=\s|$)|[。！？；，、\n]|(?<!\S)(?:and|then)(?!\S)|然后|然後"
    # "and", but not in the words for merging and for side by side
    r"|(?<!合)(?:并且?|並且?)(?![非列排入]))",
    re.IGNORECASE,
)


_VAGUE = vocabulary(words_of.VAGUE.split())
_VAGUE_TOO = vocabulary(
    f"{words_of.VAGUE} {words_of.VAGUE_TOO} {words_of.THINGS} {words_of.POLITE}".split()
)
_POLITE_WORDS = vocabulary(words_of.POLITE.split())


@lru_cache(TEXTS)
def request_in(text: str) -> RequestKind:
    """What an instruction asks for, as a whole, also where it was typed in haste."""
    if not text.strip():  # as most files come: the vocabularies are made for a text that has words
        return RequestKind.WORK
    surely = surely_in(text)
    if surely is not RequestKind.WORK:
        return surely
    meant = kind_of_slips(plain(text))
    if meant is RequestKind.WORK and only_asks(text):
        return RequestKind.QUESTION
    return meant


@lru_cache(TEXTS)
def surely_in(text: str) -> RequestKind:
    """What an instruction asks for by the words that it has: where it is paid for whatever it
    asks, no word may be left out that could be another one."""
    said = plain(text)
    if not said or len(said) > LONGEST:
        return RequestKind.WORK
    whole = kind_of(said)
    if whole is not RequestKind.WORK:
        return whole
    return _kind_of_all(text)


def _kind_of_all(text: str) -> RequestKind:
    """The kind of the first part, if no part is work: "export it, and tell me the balance";
    otherwise work."""
    clauses = [plain(part.clause) for part in _parts(text)]
    kinds = list(map(kind_of, filterfalse(_is_polite, clauses)))
    if not kinds or RequestKind.WORK in kinds:
        return RequestKind.WORK
    return kinds[0]


def _is_polite(clause: str) -> bool:
    """Whether a clause asks for nothing by itself."""
    return has_only(clause, _POLITE_WORDS)


def is_vague(text: str) -> bool:
    """Whether instructions do not say what is to be done: "make it better", "优化一下"."""
    said = plain(text)
    if not said or len(said) > LONGEST or not _VAGUE.search(said):
        return False
    return has_only(said, _VAGUE_TOO)


@lru_cache(TEXTS)
def without_export(text: str) -> str:
    """An instruction without the parts that only ask for the result as a file: every result is
    rendered, and the agent is never told to. Other parts stay as they are, even if they contain
    such a word ("export-ready colours")."""
    if not text:
        return ""
    parts = _parts(text)
    kept: list[_Part] = []
    before = ""
    for part in parts:
        is_wish = _is_export(part.clause) and not _is_listed(part.clause, before)
        before += part.clause + part.end
        if not is_wish:
            kept.append(part)
        elif kept:
            _end_before(part, kept[-1])

    if len(kept) == len(parts):
        return text
    return "".join(f"{part.clause}{part.end}" for part in kept).strip().rstrip(";\uff1b")


def _end_before(left_out: _Part, last: _Part) -> None:
    """End the `last` part as a sentence, and not with what led on to the next part."""
    last.clause = last.clause.rstrip()
    last.end = _sentence_end(last.end) or _sentence_end(left_out.end)


def _is_listed(clause: str, before: str) -> bool:
    """Whether a part is a word that is shown or mentioned, and not a request: within quotes, after
    a colon, or a bare word beside similar ones."""
    if _is_quoted(before):
        return True
    sentence = _SENTENCE_END.split(before)[-1]
    if _COLON.search(sentence):
        return True
    is_bare = len(WORD.findall(plain(clause))) == 1
    return is_bare and _ITS_LIKES.search(sentence) is not None


def _is_quoted(before: str) -> bool:
    """Whether an open quotation goes on here."""
    if before.count('"') % 2:
        return True
    return any(before.count(marks[0]) > before.count(marks[1]) for marks in _QUOTES)


@dataclass(slots=True)
class _Part:
    """A part of an instruction, and what separates it from the next."""

    clause: str
    end: str


def _parts(text: str) -> list[_Part]:
    pieces = _BETWEEN.split(text)
    parts: list[_Part] = []
    for clause, end in zip(pieces[::2], [*pieces[1::2], ""], strict=True):
        if parts and not clause.strip():
            parts[-1].end += clause + end
        else:
            parts.append(_Part(clause, end))
    return parts


def _is_export(clause: str) -> bool:
    return is_only_export(plain(clause))


def _sentence_end(between: str) -> str:
    """The mark that ends a sentence there, with the end of its line; "" for none."""
    mark = between.lstrip(" ")[:1]
    if mark not in _SENTENCE_ENDS:
        return ""
    if "\n" in between:
        return f"{mark.strip()}\n"
    return mark
