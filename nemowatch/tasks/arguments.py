"""Reads the words after the task: languages with their regions, `from`, a voice's gender. It reads
from left to right, the longest name first, and raises WrongError for the first word that cannot be
read, with both readings if there are two (`ambiguous`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nemowatch.errors import shown
from nemowatch.tasks import countries, languages, mistakable, native_names
from nemowatch.tasks.ambiguous import (
    Name,
    ambiguous_code,
    perhaps_and,
    perhaps_region,
    perhaps_sentence,
    unknown_region,
)
from nemowatch.tasks.languages import Language
from nemowatch.tasks.records import Gender
from nemowatch.tasks.words import AND, WrongError, split, word_at

#: Words that only some tasks know: the language that a video is in, and the kind of voice.
SOURCE = frozenset({"from"})
VOICES = frozenset({"male", "female"})
#: The word that asks for the text first.
REVIEW = frozenset({"review"})
#: `se_SE`, `br_BR`: people who write these mean the country's own language.
_DOUBLED = {f"{code}_{code.upper()}" for code in mistakable.COUNTRY_CODES}
#: Codes of languages have two letters or three.
_LONGEST_CODE = 3
#: Names of languages and countries have up to this many words ("bosnia and herzegovina" three, a
#: few islands more).
_MOST_WORDS = 5


@dataclass(frozen=True, slots=True)
class Arguments:
    """What the words after the task say."""

    targets: tuple[Language, ...]
    source: Language | None
    gender: Gender
    is_reviewed: bool = False


def read_arguments(
    words: list[str],
    start: int,
    keywords: frozenset[str] = frozenset(),
    *,
    many: bool = True,
) -> Arguments:
    """Read `words[start:]`, with those words of SOURCE, VOICES and REVIEW that the task knows.
    `many`: whether it takes several languages; if not, no name is proposed that would be two.
    Raises WrongError."""
    return _Reader(words, start, many=many).read(keywords)


def tag_of(text: str) -> str:
    """The tag of the single language that a text names as a folder's name would; "" for none."""
    try:
        targets = read_arguments(split(text), 0).targets
    except WrongError:
        return ""
    if len(targets) != 1:
        return ""
    return targets[0].tag


class _Reader:
    def __init__(self, words: list[str], start: int, *, many: bool) -> None:
        self._words = words
        self._many = many
        self._at = start
        self._start = start
        self._targets: list[Language] = []
        self._source: Language | None = None
        self._gender = Gender.UNSAID
        self._keywords: frozenset[str] = frozenset()
        self._is_reviewed = False
        self._after_target = -1  # where the last word of the latest target ends

    def read(self, keywords: frozenset[str]) -> Arguments:
        self._keywords = keywords
        readers = {
            **dict.fromkeys(SOURCE, self._read_source),
            **dict.fromkeys(REVIEW, self._read_review),
            **dict.fromkeys(VOICES, self._read_gender),
        }
        readers = {word: readers[word] for word in keywords} | {AND: self._read_and}
        while self._word:
            readers.get(self._word.lower(), self._read_target)()
        return Arguments(
            tuple(self._targets),
            self._source,
            self._gender,
            self._is_reviewed,
        )

    def _read_target(self) -> None:
        begin = self._at
        self._add(self._language())
        self._check_sentence(begin)
        self._after_target = self._at

    def _read_and(self) -> None:
        """Read `and` in `es and fr`: between two target languages, and nowhere else."""
        if not self._is_between():
            raise WrongError(f'"{AND}" is read between two languages only.')
        self._at += 1

    @property
    def _word(self) -> str:
        """The word that is read next; "" after the last."""
        return word_at(self._words, self._at)

    def _read_source(self) -> None:
        self._at += 1
        if self._source is not None:
            raise WrongError('The name says "from" twice: a video has one language to dub from.')
        if not self._word:
            said = 'The name ends with "from": the language of the video should follow.'
            raise WrongError(said, "-".join(self._words[:-1]))
        self._source = self._language()

    def _read_gender(self) -> None:
        if self._gender:
            raise WrongError("The name says more than once which voice to use: male or female.")
        self._gender = Gender(self._word.lower())
        self._at += 1

    def _read_review(self) -> None:
        if self._is_reviewed:
            raise WrongError('The name says "review" twice.')
        self._is_reviewed = True
        self._at += 1

    def _add(self, language: Language) -> None:
        if language in self._targets:
            which = language.name
            raise WrongError(f"{which} is in the name twice.")
        self._targets.append(language)

    def _check_sentence(self, begin: int) -> None:
        """Refuse `en español`: a code before a language's own name may be a word of that language,
        as "in" is in English."""
        is_one_word = self._at == begin + 1
        is_short = len(self._words[begin]) <= _LONGEST_CODE
        if not is_one_word or not is_short:
            return

        for phrase, count in self._phrases(least=1):
            code = native_names.in_latin(languages.fold(phrase))
            if code:
                name = Name(self._words, begin, self._at + count)
                raise perhaps_sentence(name, self._targets[-1], code, many=self._many)

    # -- one language; each of these moves behind what it reads --------------------------

    def _language(self) -> Language:
        """The language at the current word, with its region."""
        begin = self._at
        code = self._named() or self._code()
        if "_" not in code:
            code = self._with_region(code)
        if code.count("_") == 1:
            code = self._with_country(code)

        self._check_country(begin, code)
        if code in _DOUBLED:
            raise ambiguous_code(self._words, begin, self._at)
        return languages.of_code(code)

    def _named(self) -> str:
        """The code of a name of several words, or ""."""
        for phrase, count in self._phrases(least=2):
            code = languages.base_of(phrase)
            if code and "_" not in phrase:
                self._at += count
                return code
        return ""

    def _code(self) -> str:
        """The code of the language that the current word is."""
        word = self._word
        if "_" in word:
            code = languages.bound(word)
            what = f'"{shown(word)}" is not a language with a region that is known.'
        else:
            self._check_and(word)
            self._check_ambiguous(word)
            code = languages.base_of(word)
            what = f'"{shown(word)}" is not a language.'
        if not code:
            raise WrongError(what)
        self._at += 1
        return code

    def _check_and(self, word: str) -> None:
        """Refuse a code between two languages that means "and" in another language."""
        known = mistakable.AND_ELSEWHERE.get(word.lower())
        if known is None or not self._is_between():
            return
        said = set(map(languages.base_of, self._words[self._start :]))
        is_beside = not known.beside or bool(known.beside & said)
        if is_beside and not known.unless & said:
            name = Name(self._words, self._at, self._at + 1)
            raise perhaps_and(name, many=self._many)

    def _is_between(self) -> bool:
        """Whether the current word has a target before it, and perhaps one after it."""
        following = word_at(self._words, self._at + 1).lower()
        return self._after_target == self._at and following not in self._keywords | {"", AND}

    def _check_ambiguous(self, word: str) -> None:
        """Refuse a code with two meanings, except with a region (`my-MM`), which nobody writes by
        mistake."""
        if not mistakable.is_dangerous(word):
            return
        region = self._region_after(self._at + 1)
        if not languages.exists(f"{languages.primary(word)}_{region}"):
            raise ambiguous_code(self._words, self._at, self._at + 1)

    def _phrases(self, least: int) -> Iterator[tuple[str, int]]:
        """The next words joined by spaces, the longest phrase first, with their number."""
        most = min(_MOST_WORDS, len(self._words) - self._at)
        for count in range(most, least - 1, -1):
            yield " ".join(self._words[self._at : self._at + count]), count

    def _with_region(self, base: str) -> str:
        """`base` with the country or script that follows it, if one does."""
        region = self._region_after(self._at)
        for phrase, count in self._phrases(least=1):
            if languages.fold(phrase) in languages.names():
                # this is a language, which may share its name with a country or a script
                return base
            code = languages.existing(f"{base}_{languages.region_named(phrase)}")
            if code:
                self._at += count
                return code
        if not _may_be_region(region):
            return base
        return self._bind(base, region)

    def _with_country(self, code: str) -> str:
        """The code with the country that follows a script, as in `zh-Hant-TW`."""
        bound = languages.existing(f"{code}_{self._region_after(self._at)}")
        if not bound:
            return code
        self._at += 1
        return bound

    def _check_country(self, begin: int, code: str) -> None:
        """Refuse `zh-tw`: the word after a language may be its country."""
        word = self._word
        language = code.split("_", maxsplit=1)[0]
        spoken = countries.spoken_in(word).split("_")[0]
        if mistakable.is_fixed(word) and spoken != language:
            return
        if not countries.names_region(code, word):
            return

        other = languages.primary(word)
        name = Name(self._words, begin, self._at + 1)
        raise perhaps_region(name, code, other, many=self._many)

    def _bind(self, base: str, region: str) -> str:
        """The code of `pt-BR`. Refuses `es-FR`: no such Spanish is known, and two languages may
        have been meant."""
        if not languages.exists(f"{base}_{region}"):
            raise unknown_region(self._words, self._at, base)
        self._at += 1
        return f"{base}_{region}"

    def _region_after(self, at: int) -> str:
        """The word there, if it belongs to the language before it: in upper case (or digits:
        `es-419`) after a language that is not. Otherwise ""."""
        language, region = self._words[at - 1], word_at(self._words, at)
        if language.isupper():
            return ""
        if region.isupper() or region.isdigit():
            return region
        return ""


def _may_be_region(word: str) -> bool:
    """Whether a word is a country's code, or mistaken for one: `en-UK` is not a code for British
    English, and surely does not mean Ukrainian."""
    if languages.is_territory(word):
        return True
    return len(word) == 2 and languages.primary(word) != ""
