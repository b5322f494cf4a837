"""What an instruction asks for: work of the agent, which is a paid turn, or something that has an
endpoint of its own and never goes to it (docs/api.md section 6). Pure.

An instruction is a request of another kind only when nothing else is in it: it has one of that
kind's words, and apart from them only words that say nothing by themselves. Whatever is not
recognised is work. It must not know what becomes of an instruction.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache, partial
from itertools import filterfalse

from nemowatch.late_pattern import LatePattern
from nemowatch.tasks import request_words as words_of


class Request(StrEnum):
    """What an instruction asks for."""

    WORK = "work"  #: a turn of the agent
    EXPORT = "export"  #: the result as a file, and nothing else
    CREDITS = "credits"  #: what is left of them
    STATUS = "status"  #: how things are, or what is on the timeline
    UPLOAD = "upload"  #: how files get to the cloud


@dataclass(frozen=True, slots=True)
class KindWords:
    """By what words one kind of request is known."""

    needs: str  #: one of these is in it
    may: str  #: and, apart from what is polite, none but these
    with_a_thing: str = ""  #: or one of these, and something that the product makes


#: Kinds of requests that are no work. The first that fits counts.
_REQUESTS = {
    Request.EXPORT: KindWords(
        words_of.EXPORT,
        words_of.EXPORT_TOO + words_of.THINGS + words_of.FORMATS,
        words_of.EXPORT_WITH_A_THING,
    ),
    Request.CREDITS: KindWords(words_of.CREDITS, words_of.CREDITS_TOO),
    Request.STATUS: KindWords(words_of.STATUS, words_of.STATUS_TOO + words_of.THINGS),
    Request.UPLOAD: KindWords(words_of.UPLOAD, words_of.UPLOAD_TOO + words_of.THINGS),
}
#: "send" and "发" alone ask for an export only when it is said what, or to whom.
_SENDS = frozenset({"send", "sent", "mail", "email", "deliver", "发"})
#: What is delivered, where a word such as "give" or "save" says no more.
_DELIVERED = words_of.THINGS + "mp4 mov link url 链接"
#: Words that "export" or "download" may stand beside as a word: "animate import and export".
_ITS_LIKES = re.compile(
    r"\b(?:imports?|uploads?|downloads?|exports?|like|share|play|save|copy|print|install)"
    r"(?:\s|,|\band\b)*$",
    re.IGNORECASE,
)
#: What begins a list, or words that are shown.
_COLON = re.compile("[:\uff1a]")
_QUOTES = ("\u201c\u201d", "\u300c\u300d", "\u300e\u300f", "\u00ab\u00bb")

#: Instructions whose meaning is kept: the same ones go with every file of a folder.
TEXTS = 256
#: The longest instruction that may be no work, in characters: nobody asks for an export in more.
_LONGEST = 300
#: A word with its signs, or one character of a script without spaces.
_WORD = re.compile(r"[a-z0-9][a-z0-9.'-]*|[^\W\d_]|\d+")
#: Marks that end a sentence, or an instruction of a list.
_SENTENCE_ENDS = ".!?;。！？；\n"
_SENTENCE_END = re.compile(f"[{_SENTENCE_ENDS}]")
#: What is between the parts of an instruction: a mark, "and", "then".
_BETWEEN = re.compile(
    r"([.!?;,](?=\s|$)|[。！？；，、\n]|(?<!\S)(?:and|then)(?!\S)|然后|然後"
    # "and", which is also in the words for merging, and for side by side
    r"|(?<!合)(?:并且?|並且?)(?![非列排入]))",
    re.IGNORECASE,
)


def _vocabulary(words: Iterable[str]) -> LatePattern:
    """Finds each of these words, the longest first; Latin ones only as whole words."""
    spelled = {word.replace("_", " ") for word in words}
    longest_first = sorted(spelled, key=len, reverse=True)
    latin = _any_of(filter(str.isascii, longest_first))
    other = _any_of(filterfalse(str.isascii, longest_first))
    return LatePattern(rf"(?<![a-z0-9])(?:{latin})(?![a-z0-9])|{other}")


def _any_of(words: Iterable[str]) -> str:
    return "|".join(map(re.escape, words))


_NEEDS = {kind: _vocabulary(words.needs.split()) for kind, words in _REQUESTS.items()}
_NEEDS_A_THING = _vocabulary(words_of.EXPORT_WITH_A_THING.split())
_IS_DELIVERED = _vocabulary(_DELIVERED.split())
_KNOWN = {
    kind: _vocabulary(f"{words.needs} {words.may} {words.with_a_thing} {words_of.POLITE}".split())
    for kind, words in _REQUESTS.items()
}
_VAGUE = _vocabulary(words_of.VAGUE.split())
_VAGUE_TOO = _vocabulary(
    f"{words_of.VAGUE} {words_of.VAGUE_TOO} {words_of.THINGS} {words_of.POLITE}".split()
)
_POLITE_WORDS = _vocabulary(words_of.POLITE.split())


@lru_cache(TEXTS)
def request_in(text: str) -> Request:
    """What an instruction asks for, as a whole."""
    said = _plain(text)
    if len(said) > _LONGEST:
        return Request.WORK
    whole = _kind_of(said)
    if whole is not Request.WORK:
        return whole
    return _kind_of_all(text)


def _kind_of(said: str) -> Request:
    """The kind of a text of which all words are of one kind; else work."""
    return next(filter(partial(_is_only, said), _REQUESTS), Request.WORK)


def _kind_of_all(text: str) -> Request:
    """The kind of the first part, where each part is no work: "export it, and tell me the
    balance"; else work."""
    clauses = [_plain(part.clause) for part in _parts(text)]
    kinds = list(map(_kind_of, filterfalse(_is_polite, clauses)))
    if not kinds or Request.WORK in kinds:
        return Request.WORK
    return kinds[0]


def _is_polite(clause: str) -> bool:
    """Whether a clause asks for nothing by itself."""
    return _has_only(clause, _POLITE_WORDS)


def is_vague(text: str) -> bool:
    """Whether instructions leave open what is to be done: "make it better", "优化一下"."""
    said = _plain(text)
    if len(said) > _LONGEST or not _VAGUE.search(said):
        return False
    return _has_only(said, _VAGUE_TOO)


@lru_cache(TEXTS)
def without_export(text: str) -> str:
    """An instruction without those of its parts that ask for nothing but the result as a file:
    every result is rendered, and the agent is never told to. Other parts stay as they are, also
    where they contain such a word ("export-ready colours")."""
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
    """End the `last` part as a sentence, not by what was to lead on to the one behind it."""
    last.clause = last.clause.rstrip()
    last.end = _sentence_end(last.end) or _sentence_end(left_out.end)


def _is_listed(clause: str, before: str) -> bool:
    """Whether a part is a word among others that is shown or spoken of, and no wish: within quotes,
    behind a colon, or a bare word beside its likes."""
    if _is_quoted(before):
        return True
    sentence = _SENTENCE_END.split(before)[-1]
    if _COLON.search(sentence):
        return True
    is_bare = len(_WORD.findall(_plain(clause))) == 1
    return is_bare and _ITS_LIKES.search(sentence) is not None


def _is_quoted(before: str) -> bool:
    """Whether a quotation that has begun goes on."""
    if before.count('"') % 2:
        return True
    return any(before.count(marks[0]) > before.count(marks[1]) for marks in _QUOTES)


@dataclass(slots=True)
class _Part:
    """A part of an instruction, and what is between it and the next one."""

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
    return _is_only(_plain(clause), Request.EXPORT)


def _sentence_end(between: str) -> str:
    """The mark that ends a sentence there, with the end of its line; "" for none."""
    mark = between.lstrip(" ")[:1]
    if mark not in _SENTENCE_ENDS:
        return ""
    if "\n" in between:
        return f"{mark.strip()}\n"
    return mark


def _plain(text: str) -> str:
    """The text as it is compared: full-width letters are letters."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return plain.replace("\u2019", "'").strip()


def _is_only(said: str, kind: Request) -> bool:
    """Whether there is a request of this kind in it, and nothing else."""
    if len(said) > _LONGEST or not _is_asked_for(said, kind):
        return False

    words = set(_WORD.findall(said))
    return _has_only(said, _KNOWN[kind]) and not words <= _SENDS


def _has_only(said: str, words: LatePattern) -> bool:
    """Whether a text has no other words than these."""
    return _WORD.search(words.sub(" ", said)) is None


def _is_asked_for(said: str, kind: Request) -> bool:
    """Whether one of the words is in it by which this kind is known."""
    if _NEEDS[kind].search(said):
        return True
    if kind is not Request.EXPORT:
        return False
    return bool(_NEEDS_A_THING.search(said) and _IS_DELIVERED.search(said))
