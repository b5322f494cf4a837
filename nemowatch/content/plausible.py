"""Whether a text can be what somebody wrote: what the bytes of one encoding say in another gives
itself away by letters that no language has side by side.

Pure, and linear in the length of a text. It knows no encodings of files and chooses nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import NamedTuple

from nemowatch.content.alphabets import ALPHABETS

#: Signs that texts hold beside letters and those of ASCII.
_SIGNS = frozenset(
    "«»„“”‘’‚‹›–—―…•·§°©®™€£¥¿¡½¼¾²³ªº×±№\u00a0\u00ad\u200c\u200d\u200e\u200f،؛؟ـ\u2020"
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")
_WORD = re.compile(r"[^\W\d_]+")
#: Words that are remembered.
_WORDS = 20_000
#: A sign in the middle of a word, which only dashes, apostrophes and the like may be.
_SIGN_INSIDE = re.compile(r"[^\W\d_][«»„‚‹›“”‘•§°©®£€¥¿¡½¼¾×±№²³†‡][^\W\d_]")
#: A dot in the middle of a word, which is Catalan's between two l alone.
_DOT_INSIDE = re.compile(r"[^\W\d_lL]·[^\W\d_]|[^\W\d_]·[^\W\d_lL]")
#: A currency that clings to the end of a word.
_PRICE = re.compile(r"[^\W\d_]{3}[€£¥¢]")
#: A mark that stands over or under a letter, with no letter before it.
_MARK_FIRST = re.compile(
    r"(?:^|[\s(\"'.,])[\u0300-\u036f\u05b0-\u05bd\u064b-\u0652\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]"
)
#: At least this share of the letters is of the script that the text is in; the rest are names.
_OWN_SHARE = 0.3
#: A dash that clings to one word alone: "pi— di"; and one in the middle of a word.
_LOOSE_DASH = re.compile(r"[^\W\d_][–—](?=\s)|(?<=\s)[–—][^\W\d_](?=[^\W\d_]*\s)")
_DASH_INSIDE = re.compile(r"[a-zß-öø-ÿ]–[a-zß-öø-ÿ]")
#: Signs of numbers and of abbreviations, where neither is.
_NO_NUMBER = re.compile(r"[^\W\d_]±|±[^\W\d_]|(?<!\w)[ºª·][^\W\d_]|[€£¥¢][^\W\d_]")
#: What is a space in the encodings of IBM's large machines, between words of no mail address.
_NO_SPACE = re.compile(r"[^\x00-\x7f]@[^\x00-\x7f]")
#: An apostrophe inside a word, but for the endings that names and borrowed words have anywhere.
_APOSTROPHE = re.compile(r"[^\W\d_]’(?!(?:s|t|re|ve|ll|d|m|n)\b)[^\W\d_]")
_WITH_APOSTROPHES = frozenset({"en", "fr", "it", "ca", "ga", "tr", "uk", "be", "sq", "nl", "vi"})
#: Dots inside a word, as hurried English has them.
_DOTS = re.compile(r"[^\W\d_]…[^\W\d_]")
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
#: Letters of names and words from abroad, in texts of any language in Latin letters.
_ABROAD = frozenset("éèêëïíçñáàóôöüäåøÉÖÜÅ")
#: At most this share of the letters beyond ASCII is from abroad.
_ABROAD_SHARE = 1 / 3
#: Where a sentence may begin.
_BEGINS = re.compile(r"(?:^|[.!?…:\n\"“„«(¿¡–—-])\s{0,3}$")


@cache
def _letters(language: str) -> frozenset[str]:
    """The letters of a language, small and large."""
    small = ALPHABETS[language]
    large = "İ" if language == "tr" else ""
    return frozenset(small + small.upper() + large)


def languages_of(text: str, languages: Iterable[str]) -> tuple[str, ...]:
    """Those of `languages` that this text can be written in, by its letters and signs."""
    beyond = {char for char in text if char > "\x7f"} - _SIGNS
    if not all(map(_is_letter, beyond)) or not _is_well_formed(text):
        return ()
    if not _is_mostly_its_own(text):
        return ()
    able = _with_such_signs(text, languages)
    return tuple(language for language in able if _is_written_in(text, beyond, language))


def _with_such_signs(text: str, languages: Iterable[str]) -> Iterable[str]:
    """Those of the languages that have such signs inside their words."""
    if _APOSTROPHE.search(text):
        languages = [language for language in languages if language in _WITH_APOSTROPHES]
    if _DOTS.search(text):
        languages = [language for language in languages if language == "en"]
    return languages


def _is_written_in(text: str, beyond: set[str], language: str) -> bool:
    """Whether the letters beyond ASCII are those of a language, or hardly any others."""
    foreign = beyond - _letters(language)
    if not foreign:
        return True
    if not foreign <= _ABROAD:
        return False
    return sum(map(text.count, foreign)) <= _ABROAD_SHARE * sum(map(text.count, beyond))


def _is_mostly_its_own(text: str) -> bool:
    """Whether a text that holds letters of another script than the Latin one is in that script."""
    letters = {char: count for char, count in Counter(text).items() if char.isalpha()}
    others = sum(count for char, count in letters.items() if _is_of_another_script(char))
    return others == 0 or others >= _OWN_SHARE * sum(letters.values())


def _is_of_another_script(char: str) -> bool:
    return char > "\x7f" and char not in "ªº" and _script(char) != "LATIN"


def _is_letter(char: str) -> bool:
    return char.isalpha() or unicodedata.category(char) == "Mn"


#: What no text holds, wherever it is.
_IMPOSSIBLE = (
    *(_CONTROL, _SIGN_INSIDE, _DOT_INSIDE, _CASE, _PRICE, _LOOSE_DASH, _DASH_INSIDE, _NO_NUMBER),
    *(_NO_SPACE, _MARK_FIRST),
)


def _is_well_formed(text: str) -> bool:
    if any(pattern.search(text) for pattern in _IMPOSSIBLE):
        return False
    if any(_is_left_open(text, *pair) for pair in _PAIRED):
        return False
    words = (match for match in _WORD.finditer(text) if not match[0].isascii())
    return all(_is_word(text, match) for match in words)


def _is_left_open(text: str, opening: str, closing: str) -> bool:
    return opening in text and not any(map(text.count, closing))


def _is_word(text: str, match: re.Match[str]) -> bool:
    """Whether a word has the letters of one script, and large ones only where they belong."""
    word = match[0]
    if len(word) == 1 and _script(word) == "LATIN":
        return _is_letter_alone(text, match)
    return _is_in_one_script(word) and _is_in_one_case(word)


@lru_cache(_WORDS)
def _is_in_one_script(word: str) -> bool:
    return len({_script(char) for char in word if char not in "ªº"}) <= 1


@lru_cache(_WORDS)
def _is_in_one_case(word: str) -> bool:
    return word.isupper() or not any(char > "\x7f" and char.isupper() for char in word[1:])


def _is_letter_alone(text: str, match: re.Match[str]) -> bool:
    """Whether one letter is a word of its own, or the initial of a name."""
    letter = match[0]
    if letter.isupper() and text[match.end() : match.end() + 1] == ".":
        return True
    if letter not in "ªº" and letter.lower() not in _ALONE:
        return False
    before = text[max(match.start() - 3, 0) : match.start()]
    return letter.islower() or letter in "ªº" or _BEGINS.search(before) is not None


@cache
def _script(char: str) -> str:
    """The script of a letter: "LATIN", "CYRILLIC"; combining marks go with any."""
    name = unicodedata.name(char, "")
    return name.partition(" ")[0]


class _Common(NamedTuple):
    """Where the usual characters of a language are in an old encoding of it."""

    codec: str
    first: int  #: the first and the last lead byte of what every reader knows
    last: int


#: The old national sets list common characters first.
_COMMON = {
    "zh-Hans": _Common("gb2312", 0xB0, 0xD7),
    "zh-Hant": _Common("big5", 0xA4, 0xC6),
    "ja": _Common("euc_jp", 0xB0, 0xCF),
    "ko": _Common("euc_kr", 0xB0, 0xC8),
}
#: At least this share of the characters is common.
_COMMON_SHARE = 0.9
#: Chinese does not separate words: fewer spaces between characters than one in so many.
_SPACES = 8
#: At least this share of a Japanese text is kana.
_KANA_SHARE = 0.15
#: At most this share of a Korean text is Chinese characters.
_HANJA_SHARE = 0.05
#: Characters between ASCII letters are names in a text at most, not the text.
_HEMMED = re.compile(r"[A-Za-z][\u3400-\ud7a3]{1,2}[A-Za-z]")
_SPACED = re.compile(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")
#: The first and the last character of each block, and what it holds.
_BLOCKS = (
    ("\u2010", "\u203f", "sign"),
    ("\u3000", "\u303f", "sign"),
    ("\u3041", "\u30ff", "kana"),
    ("\u4e00", "\u9fff", "han"),
    ("\uac00", "\ud7a3", "hangul"),
    ("\uff01", "\uff60", "sign"),
)
_EAST_SIGNS = frozenset("℃→←↑↓※○●◎△▲□■☆★①②③④⑤⑥⑦⑧⑨⑩‥′″々〆〇")


def is_east_asian(text: str, language: str) -> bool:
    """Whether this can be a text in "zh-Hans", "zh-Hant", "ja" or "ko"."""
    if _CONTROL.search(text) or _HEMMED.search(text):
        return False
    kinds: Counter[str] = Counter()
    for char, count in Counter(text).items():
        kinds[_kind(char, language)] += count
    return _has_its_share(kinds) and _USUAL[language](text, kinds)


def _has_its_share(kinds: Counter[str]) -> bool:
    """Whether enough of the text is in characters of East Asia, and enough of these are common."""
    total = _total(kinds)
    is_own = total > 0 and total >= _OWN_SHARE * (total + kinds["ascii"])
    return is_own and not kinds["other"] and kinds["rare"] <= (1 - _COMMON_SHARE) * total


def _total(kinds: Counter[str]) -> int:
    return kinds["kana"] + kinds["hangul"] + kinds["han"] + kinds["rare"]


def _is_chinese(text: str, kinds: Counter[str]) -> bool:
    if kinds["kana"] or kinds["hangul"]:
        return False
    return len(_SPACED.findall(text)) * _SPACES <= _total(kinds)


def _is_japanese(text: str, kinds: Counter[str]) -> bool:
    return not kinds["hangul"] and kinds["kana"] >= _KANA_SHARE * _total(kinds)


def _is_korean(text: str, kinds: Counter[str]) -> bool:
    others = kinds["han"] + kinds["rare"]
    return not kinds["kana"] and others <= _HANJA_SHARE * _total(kinds)


_USUAL = {
    "zh-Hans": _is_chinese,
    "zh-Hant": _is_chinese,
    "ja": _is_japanese,
    "ko": _is_korean,
}


@cache
def _kind(char: str, language: str) -> str:
    if char <= "\x7f":
        return "ascii" if char.isalpha() else "sign"
    if char in _SIGNS or char in _EAST_SIGNS:
        return "sign"
    kind = next((kind for first, last, kind in _BLOCKS if first <= char <= last), "other")
    if kind in ("han", "hangul") and not _is_common(char, _COMMON[language]):
        return "rare"
    return kind


def _is_common(char: str, common: _Common) -> bool:
    try:
        lead = char.encode(common.codec)[0]
    except UnicodeEncodeError:
        return False
    return common.first <= lead <= common.last
