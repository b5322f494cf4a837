"""The words after the task: languages with their regions, `from`, a voice's gender. Reads from
left to right, the longest name first; raises WrongError for the first word that cannot be read,
with both readings where there are two.
"""

from __future__ import annotations

from dataclasses import dataclass

from nemowatch.errors import shown
from nemowatch.tasks import languages
from nemowatch.tasks.languages import Language
from nemowatch.tasks.records import Gender
from nemowatch.tasks.words import WrongError

#: Names of languages and countries have up to this many words ("bosnia and herzegovina" three, a
#: few islands more).
_MOST_WORDS = 5


@dataclass(frozen=True, slots=True)
class Arguments:
    """What the words after the task say."""

    targets: tuple[Language, ...]
    source: Language | None
    gender: Gender


def read_arguments(
    words: list[str], start: int, *, with_source: bool = False, with_gender: bool = False
) -> Arguments:
    """Read `words[start:]`; `from` and genders only where the task knows them. Raises
    WrongError."""
    return _Reader(words, start).read(with_source, with_gender)


class _Reader:
    def __init__(self, words: list[str], start: int) -> None:
        self._words = words
        self._at = start
        self._targets: list[Language] = []
        self._source: Language | None = None
        self._gender = Gender.UNSAID

    def read(self, with_source: bool, with_gender: bool) -> Arguments:
        while self._at < len(self._words):
            word = self._words[self._at].lower()
            if with_source and word == "from":
                self._read_source()
            elif with_gender and word in ("male", "female"):
                self._read_gender(Gender(word))
            else:
                self._add(self._language())
        return Arguments(tuple(self._targets), self._source, self._gender)

    def _read_source(self) -> None:
        self._at += 1
        if self._source is not None:
            raise WrongError('The name says "from" twice: a video has one language to dub from.')
        if self._at >= len(self._words):
            said = 'The name ends with "from": the language of the video should follow.'
            raise WrongError(said, "-".join(self._words[:-1]))
        self._source = self._language()

    def _read_gender(self, gender: Gender) -> None:
        if self._gender:
            raise WrongError("The name says more than once which voice to use: male or female.")
        self._gender = gender
        self._at += 1

    def _add(self, language: Language) -> None:
        if language in self._targets:
            raise WrongError(f"{language.name} stands in the name twice.")
        self._targets.append(language)

    def _language(self) -> Language:
        """The language at the current word, with its region; moves behind it."""
        begin = self._at
        code = self._base()
        if "_" not in code:
            code = self._with_region(code, self._words[self._at - 1])
        if _is_doubled(code):
            self._refuse_danger(begin, self._at)
        return languages.of_code(code)

    def _base(self) -> str:
        """The code of the language named at the current word; moves behind its name."""
        for phrase, count in self._phrases(least=2):
            if "_" not in phrase and (code := languages.base_of(phrase)):
                self._at += count
                return code
        word = self._words[self._at]
        if "_" in word:
            return self._bound(word)
        if languages.is_dangerous(word) and not self._is_asked_for(word):
            self._refuse_danger(self._at, self._at + 1)
        code = languages.base_of(word)
        if not code:
            raise WrongError(f'"{shown(word)}" is not a language.')
        self._at += 1
        return code

    def _bound(self, word: str) -> str:
        code = languages.bound(word)
        if not code:
            raise WrongError(f'"{shown(word)}" is not a language with a region that is known.')
        self._at += 1
        return code

    def _phrases(self, least: int) -> list[tuple[str, int]]:
        """The next words joined by spaces, the longest first, with their number."""
        most = min(_MOST_WORDS, len(self._words) - self._at)
        return [
            (" ".join(self._words[self._at : self._at + n]), n) for n in range(most, least - 1, -1)
        ]

    def _is_asked_for(self, word: str) -> bool:
        """Whether a dangerous code has a region bound to it (`my-MM`): nobody writes that by
        mistake."""
        base, following = languages.primary(word), self._words[self._at + 1 : self._at + 2]
        return bool(
            base
            and following
            and _binds(word, following[0])
            and languages.exists(f"{base}_{following[0]}")
        )

    def _with_region(self, base: str, last: str) -> str:
        """`base` with the country or script that follows it, if one does; moves behind that."""
        for phrase, count in self._phrases(least=1):
            if languages.fold(phrase) in languages.names():
                # a language of its own, which may share its name with a country or a script
                return base
            region = languages.territory_named(phrase) or (
                languages.script_of(phrase) if count == 1 else ""
            )
            if region and languages.exists(f"{base}_{region}"):
                self._at += count
                return f"{base}_{region}"
        following = self._words[self._at : self._at + 1]
        if following and _binds(last, following[0]) and _may_be_region(following[0]):
            return self._bind(base, last, following[0])
        return base

    def _bind(self, base: str, last: str, region: str) -> str:
        """`pt-BR`; refuses `es-FR`, where no such Spanish is known and two languages may have
        been meant."""
        self._at += 1
        if languages.exists(f"{base}_{region}"):
            return f"{base}_{region}"
        name, other = languages.codes()[base], languages.primary(region)
        said = (
            f'"{shown(last)}-{region}" would be {name} as spoken in a country where it is not known'
        )
        before, after = self._words[: self._at - 1], self._words[self._at :]
        if region == "UK" and base == "en":
            british = "-".join([*before[:-1], "en_GB", *after])
            raise WrongError(
                f'"UK" is the code of Ukrainian: write {british} for British English.', british
            )
        if not other or languages.is_dangerous(region):
            raise WrongError(f"{said}.", "-".join([*before, *after]))
        apart = "-".join([*before, region.lower(), *after])
        raise WrongError(
            f"{said}; the languages {name} and {languages.codes()[other]} are written {apart}.",
            apart,
        )

    def _refuse_danger(self, begin: int, end: int) -> None:
        """Raise with both readings of a code that means a country or a word, too."""
        word, before, after = self._words[begin], self._words[:begin], self._words[end:]
        country = languages.spoken_in(word) if word.lower() in languages.COUNTRY_CODES else ""
        rare = languages.primary(word)
        readings: list[tuple[str, str]] = []
        if country:
            kept, country = _joined(before, country, word)
            readings.append(("-".join([*kept, country, *after]), languages.of_code(country).name))
        if rare:
            name = languages.codes()[rare]
            readings.append(("-".join([*before, *languages.fold(name).split(), *after]), name))
        if not readings:
            raise WrongError(f'"{shown(word)}" is not a language.')
        said = ", ".join(f"{meant} for {name}" for meant, name in readings)
        what = "a word" if not country else "the code of a country"
        if rare:
            what += f" and the code of the language {languages.codes()[rare]}"
        raise WrongError(
            f'"{shown(word)}" is {what}: write {said}.', readings[0][0] if country else ""
        )


def _binds(language: str, region: str) -> bool:
    """Whether a region in upper case (or digits: `es-419`) follows a language that is not in
    upper case."""
    return (region.isupper() or region.isdigit()) and not language.isupper()


def _may_be_region(word: str) -> bool:
    """A country's code, or what is mistaken for one: `en-UK` is neither British nor, surely,
    Ukrainian."""
    return languages.is_territory(word) or (len(word) == 2 and bool(languages.primary(word)))


def _joined(before: list[str], country: str, word: str) -> tuple[list[str], str]:
    """The words before and the country's language, made one where they are: `pt`, `pt_BR`; `zh`,
    `cn` (`zh_CN`); `fr`, `ch`."""
    previous = languages.base_of(before[-1]) if before else ""
    regional = f"{previous}_{word.upper()}"
    if previous and regional in languages.codes():
        return before[:-1], regional
    if previous and previous == country and languages.exists(regional):
        return before[:-1], regional
    return before, country


def _is_doubled(code: str) -> bool:
    """`se_SE`, `br_BR`: written by people who mean the country's own language."""
    base, _, region = code.partition("_")
    return base in languages.COUNTRY_CODES and base.upper() == region
