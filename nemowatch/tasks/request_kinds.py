"""Whether all words of a text, in one language, belong to a request that is not work, and to which
kind. Pure; the words are in `request_words` and `request_languages`, and `routing` divides a text
into parts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cache, partial
from itertools import filterfalse
from pathlib import Path

from nemowatch.late_pattern import LatePattern
from nemowatch.tasks import request_words as words_of
from nemowatch.tasks.about_result import is_about_result
from nemowatch.tasks.request_languages import LANGUAGES, LanguageWords
from nemowatch.tasks.slips import LATIN_WORD, Spelling


class RequestKind(StrEnum):
    """What an instruction asks for."""

    WORK = "work"  #: a turn of the agent
    EXPORT = "export"  #: the result as a file, and nothing else
    CREDITS = "credits"  #: what is left of them
    STATUS = "status"  #: the state of things, or what is on the timeline
    UPLOAD = "upload"  #: how files get to the cloud
    QUESTION = "question"  #: anything else that is asked, which orders nothing


#: The most characters of an instruction that may be no work: nobody asks for an export in more.
LONGEST = 300
#: A word with its punctuation, or one character of a script without spaces.
WORD = LatePattern(r"[a-z0-9][a-z0-9.'-]*|[^\W\d_]|\d+")
#: Kinds of requests that are not work. The first that fits counts.
_KINDS = (RequestKind.EXPORT, RequestKind.CREDITS, RequestKind.STATUS, RequestKind.UPLOAD)
#: Words such as "send" and "发" ask for an export only if the text says what, or to whom.
_SENDS = frozenset({"send", "sent", "mail", "email", "deliver", "发"})
#: What is delivered, if a word such as "give" or "save" says no more.
_DELIVERED = " mp4 mov link url 链接"
#: The latest place, in characters, at which a question may begin: after "hello team, ".
_BEGINNING = 40
#: The most words of a text in which slips are looked for.
_MOST_SLIPPED = 8
#: What the words of a vocabulary are made of.
_PARTS = re.compile(r"[^\W_]+")
#: Up to this many words with a question mark are a question: "video ready?".
_FEW = 4
#: The same for characters of scripts without spaces.
_FEW_LETTERS = 10
#: Joining pieces, or taking a piece of the whole, is work, whatever else is said. "final" is only
#: polite in some languages, but "el final del video" is its ending.
_MERGES = LatePattern(
    r"\b(?:in|into|to|as) (?:one|1|a single)\b|\bone (?:single )?(?:clip|file|film|movie|video)\b"
    r"|\b(?:so|solo|solamente|somente|apenas|nur|bloss|juste|seulement)"
    r" (?:ein|eine|einen|un|una|une|um|uma)\b"
    r"|\b(?:un|una|um|uma) (?:so|solo|sola)\b"
    r"|\b(?:todo|todos|tudo|tout|tous|alles|alle|clips|clipes|videos) (?:en|em|dans|in)"
    r" (?:ein|eine|einen|un|una|une|um|uma)\b"
    r"|\bfinal d(?:el|e|o|a|os|as)\b|\b(?:el|del|al|o|do|ao) final\b|\bto (?:the )?back\b"
    "|[成为為]一[个個]|最[后後](?:[一几幾部]|$)|一つに"
)
#: A number is work as well, if only things are named.
_COUNTS = LatePattern(r"\b(?:one|single|1|ein|eine|einen|un|una|une|um|uma)\b|一[个個つ]")


def vocabulary(words: Iterable[str]) -> LatePattern:
    """A pattern that finds each of these words, the longest first; Latin ones only as whole
    words."""
    spelled = {word.replace("_", " ") for word in words}
    longest_first = sorted(spelled, key=len, reverse=True)
    latin = _any_of(filter(str.isascii, longest_first))
    other = _any_of(filterfalse(str.isascii, longest_first))
    pieces: list[str] = []
    if latin:
        pieces.append(rf"(?<![a-z0-9])(?:{latin})(?![a-z0-9])")
    if other:
        pieces.append(other)
    return LatePattern("|".join(pieces) or "(?!)")


def _any_of(words: Iterable[str]) -> str:
    return "|".join(map(re.escape, words))


def plain(text: str) -> str:
    """The text for comparing: full-width letters become ordinary ones, and accents are removed."""
    composed = unicodedata.normalize("NFKC", text).casefold().replace("\u2019", "'")
    return "".join(map(_without_accent, composed)).strip()


def _without_accent(letter: str) -> str:
    base = unicodedata.normalize("NFD", letter)[:1]
    return base if base.isascii() else letter


def has_only(said: str, words: LatePattern) -> bool:
    """Whether a text has no words except these."""
    return WORD.search(words.sub(" ", said)) is None


class _Language:
    """The words of one language, and what they mean together."""

    #: marks that divide its words, each as a space
    divides: Mapping[int, str] = {}

    def __init__(self, words: LanguageWords) -> None:
        export_too = f"{words.things} {words_of.EXPORT_TOO} {words_of.FORMATS}"
        status_too = f"{words.status_too} {words.things} {words.openers}"
        thing = words.things + _DELIVERED
        self._things = vocabulary(thing.split())
        self._gives = vocabulary(words.export_with_a_thing.split())
        self._only = vocabulary(words.only.split())
        beside = words.only_too or words.polite
        bare = f"{words.only} {words.please} {beside} {thing} {words_of.FORMATS}"
        self._bare = vocabulary(bare.split())
        asking = f"{words.polite} {words.please} {thing} {words.openers} {words_of.FORMATS}"
        self._asks_nothing = vocabulary(asking.split())
        self._please = vocabulary(words.please.split())
        self._openers = vocabulary(words.openers.split())
        self._asked = vocabulary(words.asked.split())
        needs = {
            RequestKind.EXPORT: words.export,
            RequestKind.CREDITS: words.credits,
            RequestKind.STATUS: words.status,
            RequestKind.UPLOAD: words.upload,
        }
        may = {
            RequestKind.EXPORT: f"{words.export_with_a_thing} {export_too}",
            RequestKind.CREDITS: words.credits_too,
            RequestKind.STATUS: f"{words.asked} {status_too}",
            RequestKind.UPLOAD: f"{words.upload_too} {words.things}",
        }
        every = " ".join((*needs.values(), *may.values(), asking, words.only, beside))
        self.spelling = Spelling(_PARTS.findall(every))
        self._needs = {kind: vocabulary(needs[kind].split()) for kind in _KINDS}
        courtesy = f"{words.polite} {words.please}"
        self._known = {
            kind: vocabulary(f"{needs[kind]} {may[kind]} {courtesy}".split()) for kind in _KINDS
        }

    def kind_of(self, said: str) -> RequestKind:
        """The kind of a text if all of its words belong to one kind; otherwise work."""
        said = said.translate(self.divides)
        if self._asks_for_state(said):
            return RequestKind.STATUS
        return next(filter(partial(self._is_only, said), _KINDS), RequestKind.WORK)

    def kind_of_slips(self, said: str) -> RequestKind:
        """The kind of a text as it was probably meant: "isit doen?"."""
        right = self.spelling.respelled(said)
        if not right:
            return RequestKind.WORK
        return self.kind_of(right)

    def is_right(self, said: str) -> bool:
        """Whether all words of a text are known words of this language."""
        return self.spelling.respelled(said) == said

    def asks_nothing(self, said: str) -> bool:
        """Whether all its words only greet, wish or name a result: "hello, the video"."""
        said = said.translate(self.divides)
        is_long = len(WORD.findall(said)) > _FEW and len(said) > _FEW_LETTERS
        if is_long or _MERGES.search(said) or _COUNTS.search(said):
            return False  # "the video on the right, please"
        return has_only(said, self._asks_nothing)

    def _asks_for_state(self, said: str) -> bool:
        """Whether it asks how far something is: "is the render done"."""
        if self._needs[RequestKind.UPLOAD].search(said):
            return False
        is_asked = self._asked.search(said) and self._openers.search(said[:_BEGINNING])
        is_short = len(WORD.findall(said)) <= _FEW or len(said) <= _FEW_LETTERS
        is_question = said.endswith("?") and is_short
        return bool(is_asked or is_question) and has_only(said, self._known[RequestKind.STATUS])

    def _is_only(self, said: str, kind: RequestKind) -> bool:
        """Whether it is a request of this kind, and nothing else."""
        if kind is RequestKind.EXPORT:
            return self._names_a_thing(said) or self.is_export(said)
        return bool(self._needs[kind].search(said)) and has_only(said, self._known[kind])

    def is_export(self, said: str) -> bool:
        """Whether it only asks for the result as a file, by a verb such as "export"."""
        if _MERGES.search(said) or set(WORD.findall(said)) <= _SENDS:
            return False
        is_asked = self._needs[RequestKind.EXPORT].search(said) or self._gives_a_thing(said)
        return bool(is_asked) and has_only(said, self._known[RequestKind.EXPORT])

    def is_only_export(self, said: str) -> bool:
        """Whether this can be left out beside real work: it explicitly says to export. "I want the
        whole video" may say how the work is to be done."""
        said = said.translate(self.divides)
        is_told = self._needs[RequestKind.EXPORT].search(said) is not None
        return is_told and not _COUNTS.search(said) and self.is_export(said)

    def _gives_a_thing(self, said: str) -> bool:
        return bool(self._gives.search(said) and self._things.search(said))

    def _names_a_thing(self, said: str) -> bool:
        """Whether it only names what is wanted: "just the file, please"."""
        if _MERGES.search(said):
            return False
        is_wished = self._only.search(said) or self._please.search(said)
        if not (is_wished and self._things.search(said)):
            return False
        return has_only(said, self._bare) and not _COUNTS.search(said)


class _Divided(_Language):
    """A language in which hyphens and apostrophes divide words: "est-ce", "l'export"."""

    divides = dict.fromkeys(map(ord, "-'"), " ")


_ENGLISH_AND_CHINESE = LanguageWords(
    polite=words_of.POLITE,
    please=words_of.PLEASE,
    things=words_of.THINGS,
    only=words_of.ONLY,
    only_too=words_of.ONLY_TOO,
    openers=words_of.OPENERS,
    export=words_of.EXPORT,
    export_with_a_thing=words_of.EXPORT_WITH_A_THING,
    status=words_of.STATUS,
    asked=words_of.STATUS_ASKED,
    status_too=words_of.STATUS_TOO,
    credits=words_of.CREDITS,
    credits_too=words_of.CREDITS_TOO,
    upload=words_of.UPLOAD,
    upload_too=words_of.UPLOAD_TOO,
)


@cache
def languages() -> tuple[_Language, ...]:
    """All languages, made when the first text is judged, which is not at a start."""
    return (_Language(_ENGLISH_AND_CHINESE), *map(_Divided, LANGUAGES))


@cache
def _no_slips() -> frozenset[str]:
    """Words that look like slips of those that are known here: "trucks" is none of "tracks".
    `scripts/lib/no_slips.py` finds them in dictionaries."""
    words = Path(__file__).with_name("no_slips.txt").read_text("utf-8")
    return frozenset(words.split())


def kind_of(said: str) -> RequestKind:
    """What a text, as `plain` gives it, asks for if all of its words say that; otherwise work."""
    if len(said) > LONGEST or is_about_result(said):
        return RequestKind.WORK
    kinds = (language.kind_of(said) for language in languages())
    return next(filter(_is_no_work, kinds), RequestKind.WORK)


def kind_of_slips(said: str) -> RequestKind:
    """The same for a short text that was typed in haste, with slips."""
    if len(said) > LONGEST or len(WORD.findall(said)) > _MOST_SLIPPED:
        return RequestKind.WORK
    if is_about_result(said) or not _no_slips().isdisjoint(LATIN_WORD.findall(said)):
        return RequestKind.WORK
    if any(language.is_right(said) for language in languages()):
        return RequestKind.WORK
    kinds = (language.kind_of_slips(said) for language in languages())
    return next(filter(_is_no_work, kinds), RequestKind.WORK)


def asks_nothing(said: str) -> bool:
    """Whether a text, as `plain` gives it, has no words by which something could be done."""
    return len(said) <= LONGEST and any(language.asks_nothing(said) for language in languages())


def _is_no_work(kind: RequestKind) -> bool:
    return kind is not RequestKind.WORK


def is_only_export(said: str) -> bool:
    """Whether a part of a text, as `plain` gives it, only says to export the result, so that it can
    be left out beside real work."""
    if len(said) > LONGEST:
        return False
    return any(language.is_only_export(said) for language in languages())
