"""Whether a text in letters can be what somebody wrote: text that was decoded in the wrong encoding
shows letters side by side that no language has.

Owns the rules for scripts with letters; `east_asian` has those for the others. Pure, and linear in
the length of a text. It must not know encodings of files, nor choose between readings.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import cache, lru_cache

from nemowatch.content.alphabets import ALPHABETS

#: Signs in texts besides letters and those of ASCII.
SIGNS = frozenset(
    "«»„“”‘’‚‹›–—―…•·§°©®™€£¥¿¡½¼¾²³ªº×±№\u00a0\u00ad\u200c\u200d\u200e\u200f،؛؟ـ\u2020"
)
#: Control characters that are in no text.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")
_ASCII = re.compile(r"[\x00-\x7f]+")
_WORD = re.compile(r"[^\W\d_]+")
#: How many words are cached.
_WORDS = 20_000
#: A sign in the middle of a word, which only dashes, apostrophes and the like may be.
_SIGN_INSIDE = re.compile(r"[^\W\d_][«»„‚‹›“”‘•§°©®£€¥¿¡½¼¾×±№²³†‡][^\W\d_]")
#: A dot in the middle of a word, which only Catalan has, between two l.
_DOT_INSIDE = re.compile(r"[^\W\d_lL]·[^\W\d_]|[^\W\d_]·[^\W\d_lL]")
#: A currency that clings to the end of a word.
_PRICE = re.compile(r"[^\W\d_]{3}[€£¥¢]")
#: A mark over or under a letter, with no letter before it.
_MARK_FIRST = re.compile(
    r"(?:^|[\s(\"'.,])[\u0300-\u036f\u05b0-\u05bd\u064b-\u0652\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]"
)
#: At least this share of the letters must be of the text's own script; the rest may be names.
OWN_SHARE = 0.3
#: A dash attached to only one word ("pi— di"), or in the middle of a word.
_LOOSE_DASH = re.compile(r"[^\W\d_][–—](?=\s)|(?<=\s)[–—][^\W\d_](?=[^\W\d_]*\s)")
_DASH_INSIDE = re.compile(r"[a-zß-öø-ÿ]–[a-zß-öø-ÿ]")
#: Signs of numbers and of abbreviations, where neither is.
_NO_NUMBER = re.compile(r"[^\W\d_]±|±[^\W\d_]|(?<!\w)[ºª·][^\W\d_]|[€£¥¢][^\W\d_]")
#: What is a space in the encodings of IBM's large machines, between words of no mail address.
_NO_SPACE = re.compile(r"[^\x00-\x7f]@[^\x00-\x7f]")
#: An apostrophe inside a word, but for the endings that names and borrowed words have anywhere.
_APOSTROPHE = re.compile(r"[^\W\d_]’(?!(?:s|t|re|ve|ll|d|m|n)\b)[^\W\d_]")
#: Dots inside a word, as in hurried English.
_DOTS = re.compile(r"[^\W\d_]…[^\W\d_]")
#: Signs inside words that only texts of some languages have.
_ONLY_IN = (
    (
        _APOSTROPHE,
        frozenset({"en", "fr", "it", "ca", "ga", "tr", "uk", "be", "sq", "nl", "vi"}),
    ),
    (_DOTS, frozenset({"en"})),
)
#: English short forms with a letter where the apostrophe is: "donít", "weÆll".
_SHORT_FORM = re.compile(
    r"\b(?:(?:are|ca|could|did|do|does|had|has|have|is|should|was|were|wo|would)n[^\x00-\x7f’]t"
    r"|I[^\x00-\x7f’](?:ll|ve)|(?:[Tt]hey|[Ww]e|[Yy]ou)[^\x00-\x7f’](?:ll|re|ve))\b"
)
#: Two large letters at the beginning of a word that goes on small, the first beyond ASCII: in
#: another encoding it is a sign ("¡Bienvenidos").
_TWO_CAPITALS = re.compile(
    r"(?<!\w)[À-ÖØ-ÞĀĂĄĆĈĊČĎĐĒĖĘĚĞĢĪĮİĶĹĻĽŁŃŅŇŌŐŒŔŖŘŚŞŠŢŤŪŮŰŲŹŻŽ][A-Z][a-z]{2}"
)
#: Small and then large inside a word, beyond ASCII's camel case.
_CASE = re.compile(r"[a-zß-öø-ÿа-яёα-ω][ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞА-ЯЁΑ-Ω]")
#: Opening marks, each with what closes it; in texts they come in pairs.
_PAIRED = (
    ("‚", "‘’"),
    ("„", '“”"'),
    ("‹", "›"),
    ("«", "»"),
    ("»", "«"),
    ("›", "‹"),
    ("¡", "!"),
    ("¿", "?"),
)
#: Letters beyond ASCII that are words of their own.
_ALONE = frozenset("àáâèéêíîòóôåøöőæįż")
#: Letters of foreign names and words, in texts of any language in Latin letters.
_ABROAD = frozenset("éèêëïíçñáàóôöüäåøÉÖÜÅ")
#: At most this share of the letters beyond ASCII may be foreign.
_ABROAD_SHARE = 1 / 3
#: Characters after which a sentence may begin, besides white space.
_BEFORE_SENTENCES = frozenset('.!?…:"“„«(¿¡–—-')
#: Characters before a letter that say whether a sentence begins with it.
_BEFORE = 3
#: Letters of ordinal numbers ("2ª"), which stand beside letters of any script.
_ORDINALS = frozenset("ªº")
_WITHOUT_ORDINALS = dict.fromkeys(map(ord, _ORDINALS))
#: Capitals that Python's rules do not derive from the small letters.
_LARGE_TOO = {"tr": "İ"}

#: What is nowhere in any text.
_IMPOSSIBLE = (
    *(
        CONTROL,
        _SIGN_INSIDE,
        _DOT_INSIDE,
        _CASE,
        _TWO_CAPITALS,
        _SHORT_FORM,
        _PRICE,
        _LOOSE_DASH,
        _DASH_INSIDE,
        _NO_NUMBER,
    ),
    *(_NO_SPACE, _MARK_FIRST),
)


def languages_of(text: str, languages: Iterable[str]) -> set[str]:
    """Those of `languages` that this text can be written in, by its letters and signs."""
    if not all(rule(text) for rule in _RULES):
        return set()

    beyond = _beyond_ascii(text)
    able = _with_such_signs(text, languages)
    return {language for language in able if _is_written_in(text, beyond, language)}


def _beyond_ascii(text: str) -> set[str]:
    """The characters of the text that are neither in ASCII nor usual signs."""
    characters = set(_ASCII.sub("", text))
    return characters - SIGNS


def _with_such_signs(text: str, languages: Iterable[str]) -> set[str]:
    """Those of the languages that have such signs inside their words."""
    able = set(languages)
    for sign, whose in _ONLY_IN:
        if sign.search(text):
            able &= whose
    return able


def _is_written_in(text: str, beyond: set[str], language: str) -> bool:
    """Whether the letters beyond ASCII are those of a language, or hardly any others."""
    foreign = beyond - _letters(language)
    if not foreign:
        return True
    if not foreign <= _ABROAD:
        return False

    count_of_foreign = sum(map(text.count, foreign))
    count_of_all = sum(map(text.count, beyond))
    return count_of_foreign <= _ABROAD_SHARE * count_of_all


@cache
def _letters(language: str) -> frozenset[str]:
    """The letters of a language, small and large."""
    small = ALPHABETS[language]
    large = small.upper() + _LARGE_TOO.get(language, "")
    return frozenset(small + large)


# --- rules for every text -------------------------------------------------------------


def _holds_only_letters(text: str) -> bool:
    """Whether all that is beyond ASCII, and no usual sign, is a letter or a mark on one."""
    return all(map(_is_letter, _beyond_ascii(text)))


def _is_letter(char: str) -> bool:
    return char.isalpha() or unicodedata.category(char) == "Mn"


def _holds_nothing_impossible(text: str) -> bool:
    return not any(pattern.search(text) for pattern in _IMPOSSIBLE)


def _closes_what_it_opens(text: str) -> bool:
    return not any(_is_left_open(text, *pair) for pair in _PAIRED)


def _is_left_open(text: str, opening: str, closing: str) -> bool:
    if opening not in text:
        return False
    return not any(map(text.count, closing))


def _is_mostly_its_own(text: str) -> bool:
    """Whether a text that holds letters of another script than the Latin one is in that script."""
    counts: Counter[str] = Counter()
    for char, count in Counter(text).items():
        counts[_origin(char)] += count

    others = counts["other"]
    letters = counts["latin"] + others
    return others == 0 or others >= OWN_SHARE * letters


@cache
def _origin(char: str) -> str:
    """Where a letter is from: "latin" or "other"; "" for what is no letter."""
    if not char.isalpha():
        return ""
    if char in _ORDINALS or _script(char) == "LATIN":
        return "latin"
    return "other"


def _has_possible_words(text: str) -> bool:
    return all(_is_word(text, match) for match in _WORD.finditer(text))


_RULES = (
    _holds_only_letters,
    _holds_nothing_impossible,
    _closes_what_it_opens,
    _is_mostly_its_own,
    _has_possible_words,
)


# --- words ----------------------------------------------------------------------------


def _is_word(text: str, match: re.Match[str]) -> bool:
    """Whether a word has the letters of one script, and large ones only where they belong."""
    word = match[0]
    if word.isascii():
        return True
    if len(word) == 1 and _script(word) == "LATIN":
        return _is_letter_alone(text, match)
    return _is_in_one_script(word) and _is_in_one_case(word)


@lru_cache(_WORDS)
def _is_in_one_script(word: str) -> bool:
    scripts = set(map(_script, word.translate(_WITHOUT_ORDINALS)))
    return len(scripts) <= 1


@lru_cache(_WORDS)
def _is_in_one_case(word: str) -> bool:
    """Whether a word is all in large letters, or has none beyond ASCII inside it."""
    if word.isupper():
        return True
    inside = _ASCII.sub("", word[1:])
    return not any(map(str.isupper, inside))


def _is_letter_alone(text: str, match: re.Match[str]) -> bool:
    """Whether one letter is a word of its own, or the initial of a name."""
    letter = match[0]
    is_initial = letter.isupper() and text.startswith(".", match.end())
    if is_initial or letter in _ORDINALS:
        return True
    if letter.lower() not in _ALONE:
        return False
    return letter.islower() or _may_begin_sentence(text, match.start())


def _may_begin_sentence(text: str, at: int) -> bool:
    """Whether a sentence may begin at this character."""
    before = text[max(at - _BEFORE, 0) : at]
    bare = before.rstrip()
    has_line_end = "\n" in before[len(bare) :]
    return not bare or has_line_end or bare[-1] in _BEFORE_SENTENCES


@cache
def _script(char: str) -> str:
    """The script of a letter: "LATIN", "CYRILLIC"; combining marks go with any."""
    name = unicodedata.name(char, "")
    return name.partition(" ")[0]
