"""Refuses codes with more than one meaning: says what they may mean, with a name to write for each.
Each refusal is a whole sentence, so that it can be translated. It reads no names itself."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import filterfalse

from nemowatch.errors import shown
from nemowatch.i18n.language import message
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
    def part(self) -> str:
        """Those words, as they are."""
        return "-".join(self.words[self.begin : self.end])

    def having(self, *instead: str) -> str:
        """The whole name with other words in their place."""
        return "-".join([*self.words[: self.begin], *instead, *self.words[self.end :]])


@dataclass(frozen=True, slots=True)
class _Reading:
    """What may be meant, and how it is written."""

    folder: str  #: a folder's name that means this
    language: str  #: in English


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
    if country is None:
        return _word_or_language(word, after, rare)
    if rare is None:
        return WrongError(
            f'"{shown(word)}" is the code of a country: write {country.folder} for'
            f" {country.language}.",
            country.folder,
        )
    if word.lower() in mistakable.ARTICLES and after:
        without = "-".join([*before, *after])
        return _article(word, without, country, rare)
    return WrongError(
        f'"{shown(word)}" is the code of a country and the code of the language {rare.language}:'
        f" write {country.folder} for {country.language}, {rare.folder} for {rare.language}.",
        country.folder,
    )


def _word_or_language(word: str, after: list[str], rare: _Reading | None) -> WrongError:
    """The refusal of a code that stands for no country whose language is known."""
    if rare is None:
        return WrongError(f'"{shown(word)}" is not a language.')
    if not _is_preposition(word, after) and languages.is_territory(word.upper()):
        return WrongError(
            f'"{shown(word)}" is the code of a country and the code of the language'
            f" {rare.language}: write {rare.folder} for {rare.language}."
        )
    return WrongError(
        f'"{shown(word)}" is a word and the code of the language {rare.language}: write'
        f" {rare.folder} for {rare.language}."
    )


def _article(word: str, folder: str, country: _Reading, rare: _Reading) -> WrongError:
    """The refusal of a code that means "the" in other languages, before another word; `folder`:
    the name without it."""
    spoken_in = mistakable.ARTICLES[word.lower()]
    return WrongError(
        f'"{shown(word)}" is "the" in {spoken_in}: write {folder} without it, {country.folder} for'
        f" {country.language}, {rare.folder} for {rare.language}.",
        folder,
    )


def _is_preposition(word: str, after: list[str]) -> bool:
    """Whether a word is a preposition in this name, which it is if something follows."""
    return after != [] and word.lower() in PREPOSITIONS


def _as_country(word: str, before: list[str], after: list[str]) -> _Reading | None:
    """The language that is spoken in the country of this code."""
    is_country = word.lower() in mistakable.COUNTRY_CODES or countries.is_rare_code(word)
    if not is_country:
        return None
    spoken = countries.spoken_in(word)
    if not spoken:
        return None
    kept, code = _joined(before, spoken, word)
    written = [code] if code not in {*kept, *after} else []  # none may be in a name twice
    return _Reading("-".join([*kept, *written, *after]), _language(code))


def _as_language(word: str, before: list[str], after: list[str]) -> _Reading | None:
    """The rare language of this code, by its name."""
    code = languages.primary(word)
    if not code:
        return None
    language = languages.codes()[code]
    return _Reading("-".join([*before, *languages.fold(language).split(), *after]), language)


def _language(code: str) -> str:
    """What it is called, in English."""
    return languages.of_code(code).name


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
    alone = _Reading(name.having(regional), _language(regional))
    if not many or languages.are_one(code, other):
        what = message(f'"{shown(name.part)}" is {alone.language}: write {alone.folder}.')
        return WrongError(what, alone.folder)

    language = languages.codes()[code.split("_", maxsplit=1)[0]]
    second = _language(other)
    written = name.words[name.begin : name.end - 1]
    both = _Reading(name.having(*written, *languages.fold(second).split()), second)
    return WrongError(
        f'"{shown(name.part)}" is {alone.language}, or the languages {language} and'
        f" {both.language}: write {alone.folder} for {alone.language}, {both.folder} for"
        f" {both.language} as well.",
        alone.folder,
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
    alone = _Reading(name.having(second), _language(second))
    if not many:
        return WrongError(
            f'"{shown(name.part)}" is not a language: write {alone.folder} for {alone.language}.',
            alone.folder,
        )
    both = _Reading(name.having(first.tag.replace("-", "_"), second), first.name)
    return WrongError(
        f'"{shown(name.part)}" may be a sentence\'s words for {alone.language}, or two languages:'
        f" write {alone.folder} for {alone.language}, {both.folder} for {both.language} and"
        f" {alone.language}.",
        alone.folder,
    )


def perhaps_and(name: Name, *, many: bool) -> WrongError:
    """The refusal of a code between two languages that means "and" in another one: `es-et-fr`."""
    word = name.words[name.begin]
    spoken_in = mistakable.AND_ELSEWHERE[word.lower()].spoken_in
    folder = "-".join(filterfalse(partial(_is_same, word), name.words))
    language = _language(languages.primary(word))
    if not many:
        return WrongError(
            f'"{shown(word)}" is "and" in {spoken_in}, and the code of the language {language}:'
            " write one language only."
        )
    both = _Reading(name.having(*languages.fold(language).split()), language)
    return WrongError(
        f'"{shown(word)}" is "and" in {spoken_in}, and the code of the language {both.language}:'
        f" write {folder} for the others alone, {both.folder} for {both.language} as well.",
        folder,
    )


def _is_same(word: str, other: str) -> bool:
    return word.lower() == other.lower()


def unknown_region(words: list[str], at: int, base: str) -> WrongError:
    """The refusal of the region `words[at]` after a language that is not known to be spoken there:
    two languages may have been meant."""
    region, before, after = words[at], words[:at], words[at + 1 :]
    if (base, region) == ("en", "UK"):
        folder = "-".join([*before[:-1], "en_GB", *after])
        return WrongError(
            f'"UK" is the code of Ukrainian: write {folder} for British English.', folder
        )

    pair = f"{words[at - 1]}-{region}"
    language, other = languages.codes()[base], languages.primary(region)
    if not other or mistakable.is_dangerous(region):
        return WrongError(
            f'"{shown(pair)}" would be {language} as spoken in a country where it is not known.',
            "-".join([*before, *after]),
        )
    apart = _Reading("-".join([*before, region.lower(), *after]), languages.codes()[other])
    return WrongError(
        f'"{shown(pair)}" would be {language} as spoken in a country where it is not known; the'
        f" languages {language} and {apart.language} are written {apart.folder}.",
        apart.folder,
    )
