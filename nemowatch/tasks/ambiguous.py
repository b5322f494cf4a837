"""Codes with more than one meaning: what is said of them, and each reading as a name that can be
written. Nothing here is read; it only makes the refusals."""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter

from nemowatch.errors import shown
from nemowatch.tasks import languages
from nemowatch.tasks.words import WrongError, word_at


@dataclass(frozen=True, slots=True)
class _Reading:
    """What a code may mean."""

    code_of: str  #: what the code stands for, in words
    name: str  #: a folder's name that means this
    language: str  #: in English

    @property
    def written(self) -> str:
        """How it is written."""
        return f"{self.name} for {self.language}"


def ambiguous_code(words: list[str], begin: int, end: int) -> WrongError:
    """The refusal of `words[begin:end]`: a code that is a country's too, or an English word."""
    word, before, after = words[begin], words[:begin], words[end:]
    country = _as_country(word, before, after)
    rare = _as_language(word, before, after)
    readings = list(filter(None, (country, rare)))
    if not readings:
        return WrongError(f'"{shown(word)}" is not a language.')
    meanings = " and ".join(map(attrgetter("code_of"), readings))
    written = ", ".join(map(attrgetter("written"), readings))
    if country is None:
        return WrongError(f'"{shown(word)}" is a word and {meanings}: write {written}.')
    return WrongError(f'"{shown(word)}" is {meanings}: write {written}.', country.name)


def _as_country(word: str, before: list[str], after: list[str]) -> _Reading | None:
    """The language that is spoken in the country of this code."""
    if word.lower() not in languages.COUNTRY_CODES:
        return None
    spoken = languages.spoken_in(word)
    if not spoken:
        return None
    kept, code = _joined(before, spoken, word)
    name = "-".join([*kept, code, *after])
    return _Reading("the code of a country", name, languages.of_code(code).name)


def _as_language(word: str, before: list[str], after: list[str]) -> _Reading | None:
    """The rare language of this code, by its name."""
    code = languages.primary(word)
    if not code:
        return None
    language = languages.codes()[code]
    name = "-".join([*before, *languages.fold(language).split(), *after])
    return _Reading(f"the code of the language {language}", name, language)


def _joined(before: list[str], spoken: str, word: str) -> tuple[list[str], str]:
    """The words before and the country's language, made one where they are: `pt`, `pt_BR`; `zh`,
    `cn` (`zh_CN`); `fr`, `ch`."""
    previous = languages.base_of(word_at(before[-1:], 0))
    regional = f"{previous}_{word.upper()}"
    named = regional in languages.codes()
    if named or (previous == spoken and languages.exists(regional)):
        return before[:-1], regional
    return before, spoken


def unknown_region(words: list[str], at: int, base: str) -> WrongError:
    """The refusal of the region `words[at]` after a language that nobody knows to be spoken there:
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
    if not other or languages.is_dangerous(region):
        return WrongError(f"{said}.", "-".join([*before, *after]))
    apart = "-".join([*before, region.lower(), *after])
    return WrongError(
        f"{said}; the languages {name} and {languages.codes()[other]} are written {apart}.", apart
    )
