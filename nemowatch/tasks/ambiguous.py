"""Refuses codes with more than one meaning: says what they may mean, with a name to write for each.
It reads no names itself."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import filterfalse
from operator import attrgetter

from nemowatch.errors import shown
from nemowatch.tasks import countries, languages, mistakable
from nemowatch.tasks.languages import Language
from nemowatch.tasks.words import PREPOSITIONS, WrongError, word_at

#: What some people write for a region that is not a country: `es-LA` is Latin American Spanish.
_KNOWN_REGIONS = {("es", "la"): "es_419"}


@dataclass(frozen=True, slots=True)
class Name:
    """The words of a folder's name, and which of them have two meanings."""

    words: list[str]
    begin: int
    end: int

    @property
    def said(self) -> str:
        """Those words, for people."""
        return shown("-".join(self.words[self.begin : self.end]))

    def having(self, *instead: str) -> str:
        """The whole name with other words in their place."""
        return "-".join([*self.words[: self.begin], *instead, *self.words[self.end :]])


@dataclass(frozen=True, slots=True)
class _CodeReading:
    """What a code may mean."""

    code_of: str  #: what the code means, in words
    name: str  #: a folder's name that means this
    language: str  #: in English

    @property
    def written(self) -> str:
        """How it is written."""
        return f"{self.name} for {self.language}"


def ambiguous_code(words: list[str], begin: int, end: int) -> WrongError:
    """The refusal of `words[begin:end]`: a code that is a country's too, or an English word."""
    word, before, after = words[begin], words[:begin], words[end:]
    is_word = _is_preposition(word, after)
    if is_word and word.lower() not in languages.codes():
        return WrongError(f'"{shown(word)}" is a word here, and not read as a language.')

    country = None
    if not is_word:
        country = _as_country(word, before, after)
    rare = _as_language(word, before, after)
    readings = list(filter(None, (country, rare)))
    if not readings:
        return WrongError(f'"{shown(word)}" is not a language.')

    meanings = " and ".join(map(attrgetter("code_of"), readings))
    written = ", ".join(map(attrgetter("written"), readings))
    if word.lower() in mistakable.ARTICLES and after:
        return _article(words, begin, end, written)
    if country is None:
        other = _other_meaning(word, after)
        return WrongError(f'"{shown(word)}" is {other} and {meanings}: write {written}.')
    return WrongError(f'"{shown(word)}" is {meanings}: write {written}.', country.name)


def _article(words: list[str], begin: int, end: int, written: str) -> WrongError:
    """The refusal of a code that means "the" in other languages, before another word."""
    word = words[begin]
    without = "-".join([*words[:begin], *words[end:]])
    spoken_in = mistakable.ARTICLES[word.lower()]
    return WrongError(
        f'"{shown(word)}" is "the" in {spoken_in}: write {without} without it, {written}.', without
    )


def _is_preposition(word: str, after: list[str]) -> bool:
    """Whether a word is a preposition in this name, which it is if something follows."""
    return after != [] and word.lower() in PREPOSITIONS


def _other_meaning(word: str, after: list[str]) -> str:
    if _is_preposition(word, after):
        return "a word"
    if languages.is_territory(word.upper()):
        return "the code of a country"
    return "a word"


def _as_country(word: str, before: list[str], after: list[str]) -> _CodeReading | None:
    """The language that is spoken in the country of this code."""
    is_country = word.lower() in mistakable.COUNTRY_CODES or countries.is_rare_code(word)
    if not is_country:
        return None
    spoken = countries.spoken_in(word)
    if not spoken:
        return None
    kept, code = _joined(before, spoken, word)
    name = "-".join([*kept, code, *after])
    return _CodeReading("the code of a country", name, languages.of_code(code).name)


def _as_language(word: str, before: list[str], after: list[str]) -> _CodeReading | None:
    """The rare language of this code, by its name."""
    code = languages.primary(word)
    if not code:
        return None
    language = languages.codes()[code]
    name = "-".join([*before, *languages.fold(language).split(), *after])
    return _CodeReading(f"the code of the language {language}", name, language)


def _joined(before: list[str], spoken: str, word: str) -> tuple[list[str], str]:
    """The words before and the country's language, joined where they belong together: `pt`,
    `pt_BR`; `zh`, `cn` (`zh_CN`); `fr`, `ch`."""
    previous = languages.base_of(word_at(before[-1:], 0))
    known = _KNOWN_REGIONS.get((previous, word.lower()))
    if known:
        return before[:-1], known
    regional = f"{previous}_{word.upper()}"
    if regional in languages.codes():
        return before[:-1], regional

    is_own = previous == spoken or countries.is_lawful(previous, word.upper())
    if is_own and languages.exists(regional):
        return before[:-1], regional
    return before, spoken


def perhaps_region(
    name: Name,
    code: str,
    other: str,
    *,
    many: bool,
) -> WrongError:
    """The refusal of a language followed by a word that may be its country, or the language
    `other`."""
    regional = f"{code}_{name.words[name.end - 1].upper()}"
    one = name.having(regional)
    said = f'"{name.said}" is {languages.of_code(regional).name}'
    if not many or languages.are_one(code, other):
        return WrongError(f"{said}: write {one}.", one)

    first, second = languages.codes()[code.split("_", maxsplit=1)[0]], languages.of_code(other).name
    written = name.words[name.begin : name.end - 1]
    both = name.having(*written, *languages.fold(second).split())
    meant = languages.of_code(regional).name
    return WrongError(
        f"{said}, or the languages {first} and {second}: write {one} for {meant}, {both} for"
        f" {second} as well.",
        one,
    )


def perhaps_sentence(
    name: Name,
    first: Language,
    second: str,
    *,
    many: bool,
) -> WrongError:
    """The refusal of a code before a language's own name: `en español` asks for Spanish, `en-es`
    for two languages."""
    one = name.having(second)
    meant = languages.of_code(second).name
    if not many:
        return WrongError(f'"{name.said}" is not a language: write {one} for {meant}.', one)
    both = name.having(first.tag.replace("-", "_"), second)
    return WrongError(
        f'"{name.said}" may be a sentence\'s words for {meant}, or two languages: write {one} for'
        f" {meant}, {both} for {first.name} and {meant}.",
        one,
    )


def perhaps_and(name: Name, *, many: bool) -> WrongError:
    """The refusal of a code between two languages that means "and" in another one: `es-et-fr`."""
    word = name.words[name.begin]
    spoken_in = mistakable.AND_ELSEWHERE[word.lower()].spoken_in
    without = "-".join(filterfalse(partial(_is_same, word), name.words))
    language = languages.of_code(languages.primary(word)).name
    said = f'"{shown(word)}" is "and" in {spoken_in}, and the code of the language {language}'
    if not many:
        return WrongError(f"{said}: write one language only.")
    both = name.having(*languages.fold(language).split())
    return WrongError(
        f"{said}: write {without} for the others alone, {both} for {language} as well.", without
    )


def _is_same(word: str, other: str) -> bool:
    return word.lower() == other.lower()


def unknown_region(words: list[str], at: int, base: str) -> WrongError:
    """The refusal of the region `words[at]` after a language that is not known to be spoken there:
    two languages may have been meant."""
    language, region = words[at - 1], words[at]
    before, after = words[:at], words[at + 1 :]
    if (base, region) == ("en", "UK"):
        british = "-".join([*before[:-1], "en_GB", *after])
        return WrongError(
            f'"UK" is the code of Ukrainian: write {british} for British English.', british
        )
    name, other = languages.codes()[base], languages.primary(region)
    said = (
        f'"{shown(language)}-{region}" would be {name} as spoken in a country where it is not known'
    )
    if not other or mistakable.is_dangerous(region):
        return WrongError(f"{said}.", "-".join([*before, *after]))
    apart = "-".join([*before, region.lower(), *after])
    return WrongError(
        f"{said}; the languages {name} and {languages.codes()[other]} are written {apart}.", apart
    )
