"""A folder's glossary: names and terms, one per line, each with or without a translation. Pure.

Owns how its lines are read, and the words with which it goes into a message. If a line is in doubt
it must not guess: a wrong name would be spoken, and paid for.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from nemowatch.errors import OrderError, shown
from nemowatch.i18n.language import message
from nemowatch.late_pattern import LatePattern
from nemowatch.tasks.arguments import tag_of
from nemowatch.tasks.languages import Language
from nemowatch.tasks.records import Glossary, Term
from nemowatch.tasks.words import WrongError

#: The most terms of one folder and those above it: all of them go with every turn.
MOST_TERMS = 500
#: The most characters of a term or a translation: a longer one is a sentence.
LONGEST = 200
#: The most lines that a note names; any others are counted.
_MOST_NAMED = 5
#: The most characters of a line that a note shows.
_SHOWN = 60
#: What certainly divides a term from its translation.
_DIVIDER = LatePattern(r"\s{0,9}(?:={1,9}>?|＝|[-–—]{1,9}>|→|⇒)\s{0,9}|[ ]{0,9}\t[\t ]{0,9}")
#: What may divide them, or be part of a name: "Mission: Impossible", "Warner Bros., Inc.".
_PERHAPS = LatePattern(r":\s|：|\s[-–—]\s|[;|]|(?<=[^\d\s]),(?=[^\d\s])")
#: The language that a translation is in, before it.
_TAG = LatePattern(r"(?:^|[,;|]\s*)([^\s:：,;|]{2,40})\s*[:：]\s*")
#: A word before a colon of up to this many letters is meant as a language.
_LONGEST_CODE = 3
_BULLET = LatePattern(r"^[-*•·]\s+")
_COMMENT = LatePattern(r"(?:^|\s)#\s.*$|^#.*$")
_QUOTED = LatePattern(r"^(?:\"(.+)\"|“(.+)”|„(.+)[“”]|«(.+)»|「(.+)」|'(.+)')$")
_SAID = LatePattern(r"[^\W_]")
#: What a message says before the terms that are not translated, and before the others.
_KEEP = "Keep these names and terms exactly as they are written here, and do not translate them:"
_REPLACE = "Where these names and terms occur, use what is behind the equals sign:"
#: The cure for lines that cannot be read.
CURE = (
    "Write one name or term per line: Acme Cloud alone keeps it as it is, Acme Cloud = Nube Acme"
    " translates it, and Acme Cloud = es: Nube Acme, fr: Nuage Acme says it for each language."
    " A line that begins with # is a comment."
)


@dataclass(slots=True)
class _GlossaryReading:
    """What has been read so far."""

    terms: dict[str, Term] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)  #: a clause for each line that cannot be read


def read_glossary(text: str) -> Glossary:
    """The terms in a glossary.txt. Raises OrderError, which names the lines that cannot be
    read."""
    lines = list(_lines(text))
    has_dividers = any(_DIVIDER.search(line) for _, line in lines)

    reading = _GlossaryReading()
    for number, line in lines:
        try:
            _take(reading, _term(line, has_dividers=has_dividers))
        except WrongError as wrong:
            start = shown(line[:_SHOWN])
            reading.wrong.append(message(f'in line {number} ("{start}"): {wrong.what}'))

    if reading.wrong:
        raise OrderError(f"{_enumerated(reading.wrong)}.", cure=CURE)
    if len(reading.terms) > MOST_TERMS:
        said = f"It has {len(reading.terms):,} terms; the limit is {MOST_TERMS}."
        raise OrderError(said, cure="Leave out those that come out right anyway.")
    return Glossary(tuple(reading.terms.values()))


def glossary_words(glossary: Glossary, languages: Iterable[Language]) -> str:
    """What a message says about the terms, for a turn in these languages; "" for no terms."""
    if not glossary:
        return ""
    tags = [language.tag for language in languages]
    kept: list[str] = []
    translated: list[str] = []
    for term in glossary.terms:
        said = _translations(term, tags)
        if said:
            translated.append(f"- {term.name} = {said}")
        else:
            kept.append(f"- {term.name}")

    return "\n".join([*_headed(_KEEP, kept), *_headed(_REPLACE, translated)])


def _headed(heading: str, lines: list[str]) -> list[str]:
    """Lines below their heading; empty for no lines."""
    if not lines:
        return []
    return [heading, *lines]


def _translations(term: Term, tags: Sequence[str]) -> str:
    """A term's translations into these languages, only one if they agree."""
    if not tags:
        return term.translation
    said = {tag: term.in_language(tag) for tag in tags}
    found = set(said.values())
    if len(found) == 1:
        return next(iter(found))
    return ", ".join(f"{tag}: {text or term.name}" for tag, text in said.items())


# --- reading --------------------------------------------------------------------------


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """(number, line) of every line that should be a term."""
    for number, line in enumerate(text.split("\n"), 1):
        bare = _COMMENT.sub("", line).strip(" \r\t")
        if bare:
            yield number, _BULLET.sub("", bare)


def _term(line: str, *, has_dividers: bool) -> Term:
    """The term in a line. `has_dividers`: other lines clearly show where a translation begins.
    Raises WrongError."""
    pieces = _DIVIDER.split(line)
    if len(pieces) > 2:
        raise WrongError("it is divided more than once")
    name = _checked(pieces[0], "there is no name before the translation")
    if len(pieces) == 2:
        translation = _checked(pieces[1], "there is no translation after the name")
        return _translated(name, translation)

    doubt = _PERHAPS.search(line)
    if doubt is not None and not has_dividers:
        sign = doubt[0].strip()
        raise WrongError(
            f'"{sign}" may be a part of the name, or what divides it from its translation (for that'
            " write =, with the name on both sides where it stays as it is)"
        )
    return Term(name)


def _checked(text: str, missing: str) -> str:
    """A name or a translation, without the quotation marks around it. Raises WrongError."""
    bare = unicodedata.normalize("NFC", text.strip())
    quoted = _QUOTED.match(bare)
    if quoted is not None:
        bare = "".join(filter(None, quoted.groups())).strip()  # in French « Acme » has blanks
    if not _SAID.search(bare):
        raise WrongError(missing)
    if len(bare) > LONGEST:
        raise WrongError(f"it is longer than {LONGEST} characters")
    return bare


def _translated(name: str, text: str) -> Term:
    """A name with its translation: one for all languages, or one for each. Raises WrongError."""
    first = _TAG.match(text)
    if first is None:
        return Term(name, text)
    if tag_of(first[1]):
        return Term(name, by_language=_by_language(text))
    if len(first[1]) <= _LONGEST_CODE:
        raise WrongError(f'"{first[1]}" is not read as a language')
    return Term(name, text)


def _by_language(text: str) -> tuple[tuple[str, str], ...]:
    """(tag, translation) of each language that is named in a translation. Raises WrongError."""
    by_language: dict[str, str] = {}
    tags = [match for match in _TAG.finditer(text) if tag_of(match[1])]
    ends = [match.start() for match in tags[1:]] + [len(text)]
    for match, end in zip(tags, ends, strict=True):
        tag = tag_of(match[1])
        said = _checked(text[match.end() : end], f'there is nothing after "{match[1]}:"')
        if by_language.setdefault(tag, said) != said:
            raise WrongError(f'"{match[1]}" is in it twice')
    return tuple(by_language.items())


def _take(reading: _GlossaryReading, term: Term) -> None:
    known = reading.terms.setdefault(term.name, term)
    if known != term:
        raise WrongError("the same name is above it with another translation")


def _enumerated(wrong: list[str]) -> str:
    """The first of them, and how many more there are."""
    said = "; ".join(wrong[:_MOST_NAMED])
    more = len(wrong) - _MOST_NAMED
    if more > 0:
        said = f"{said}; and {more} more"
    return said[0].upper() + said[1:]
