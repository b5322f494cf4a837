"""What words after a task may have meant that cannot be read: each as the nearest language. Only
for proposals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise

from nemowatch.tasks import countries, languages, mistakable
from nemowatch.tasks.arguments import SOURCE, VOICES
from nemowatch.tasks.language_words import CODES, OWN_NAMES

#: Words that are not languages and are kept as they are.
_KEYWORDS = {word: word for word in SOURCE | VOICES}
_OWN_NAMES = {languages.fold(name): code for name, code in OWN_NAMES.items()}
#: How similar a language's name must be: there are many, and a wrong one costs money.
_LIKENESS = 0.8
#: Codes of languages have two letters or three.
_LONGEST_CODE = 3
#: Short words of sentences, such as articles: by `at` nobody means what is spoken in Austria.
_WORDS = frozenset(
    {
        "al",
        "as",
        "at",
        "by",
        "con",
        "do",
        "in",
        "is",
        "it",
        "la",
        "me",
        "my",
        "ni",
        "no",
        "so",
        "to",
        "va",
    }
)
_REFUSALS = frozenset({"no", "non"})
#: Any shorter word is close to some language, as "und" is to Rundi.
_SHORTEST = 5

#: Given a word and the one before it: what it may have meant, or "".
_Rule = Callable[[str, str], str]


def mended(words: list[str], known: Mapping[str, str]) -> list[str]:
    """The words, with each that is not a language replaced by the nearest one or left out, and none
    twice. `known`: other words that the task knows, with their meanings."""
    found = [""]
    for word in _without_prose(_without_refusals(words)):
        near = known.get(word.lower()) or _near(word.strip("_"), found[-1])
        _add(near, found)
    return found[1:]


def is_language(word: str) -> bool:
    """Whether a word is a language's name or two-letter code."""
    if len(word) == 2:
        return languages.primary(word) != ""
    return _is_name(word)


def _without_refusals(words: list[str]) -> list[str]:
    """The words without any `no` that is not followed by a language: `es no music` is not about
    Norwegian."""
    kept: list[str] = []
    for word, behind in pairwise([*words, ""]):
        is_refusal = word.lower() in _REFUSALS and behind and not languages.base_of(behind)
        if not is_refusal:
            kept.append(word)
    return kept


def _without_prose(words: list[str]) -> list[str]:
    """The words without short ones that are also codes, if languages are spelled out: the `no` of
    `spanish, no music`."""
    named = set(map(languages.base_of, filter(_is_name, words)))
    if not named:
        return words

    kept: list[str] = []
    for word in words:
        is_other_code = languages.primary(word) not in {"", *named}
        if _is_name(word) or not is_other_code:
            kept.append(word)
    return kept


def _is_name(word: str) -> bool:
    return len(word) > _LONGEST_CODE and languages.base_of(word) != ""


def _add(near: str, found: list[str]) -> None:
    """Add one unless it is there; with its region it replaces the one before."""
    last = found[-1]
    if _adds_region(near, last):
        found[-1] = near  # `es-mx`, `english-us`: one language
        return
    present = set(found) - SOURCE  # what a second one says must not be taken for a target
    if _says(near) in map(_says, present) or _repeats(near, last):
        return
    found.append(near)


def _says(word: str) -> str:
    """What can be said only once: `es` and `spanish` are one language, and there is one voice."""
    if word in VOICES:
        return "voice"
    return languages.base_of(word) or word


def _adds_region(near: str, last: str) -> bool:
    base, bound, _ = near.partition("_")
    return bound != "" and base == _base(last)


def _repeats(near: str, last: str) -> bool:
    """`us-english`."""
    return "_" in last and languages.base_of(near) == _base(last)


def _base(language: str) -> str:
    return languages.base_of(language) or language.split("_", maxsplit=1)[0]


def _near(word: str, previous: str) -> str:
    meant = (rule(word, previous) for rule in _RULES)
    return next(filter(None, meant), "")


def _keyword(word: str, previous: str) -> str:
    return _KEYWORDS.get(word.lower(), "")


def _region(word: str, previous: str) -> str:
    """`mx` after `es`."""
    if languages.primary(word):
        return ""
    return languages.existing(f"{languages.primary(previous)}_{word.upper()}")


def _language(word: str, previous: str) -> str:
    if mistakable.is_dangerous(word) or not languages.base_of(word):
        return ""
    return word.lower()


def _code(word: str, previous: str) -> str:
    return CODES.get(word.lower(), "")


def _own_name(word: str, previous: str) -> str:
    return _OWN_NAMES.get(languages.fold(word), "")


def _bound(word: str, previous: str) -> str:
    """`es_FR`: only the language if that region of it is not known."""
    language, binds, _ = word.partition("_")
    if not binds:
        return ""
    return languages.bound(word) or languages.base_of(language)


def _country(word: str, previous: str) -> str:
    """`gr`: what is spoken there."""
    if len(word) != 2 or word.lower() in _WORDS:
        return ""

    spoken = countries.spoken_in(word)
    language = spoken.split("_")[0]
    if len(language) != 2:
        return ""
    return spoken


def _alike(word: str, previous: str) -> str:
    """The only language whose English name begins with the word, or a similar name."""
    if mistakable.is_dangerous(word) or word.lower() in _WORDS:
        return ""
    code = _spelled_alike(languages.fold(word))
    language = code.split("_", maxsplit=1)[0]
    if countries.is_rare(language):  # nobody means Atsam by `latam`
        return ""
    return code


def _spelled_alike(folded: str) -> str:
    begins = _beginning(folded)
    if len(begins) == 1:
        return begins.pop()
    if len(folded) < _SHORTEST:
        return ""
    return _most_alike(folded)


def _beginning(word: str) -> set[str]:
    """The codes of languages whose names begin with the word."""
    if len(word) < 2:
        return set()
    return {code for name, code in languages.common().items() if name.startswith(word)}


def _most_alike(word: str) -> str:
    from difflib import get_close_matches

    common = languages.common()
    names = get_close_matches(word, list(common), n=1, cutoff=_LIKENESS)
    return next(map(common.__getitem__, names), "")


#: The rules in order: the first one that knows a word decides.
_RULES: tuple[_Rule, ...] = (
    _keyword,
    _region,
    _language,
    _code,
    _own_name,
    _bound,
    _country,
    _alike,
)
