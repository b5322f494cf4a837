"""Whether a text can be Chinese, Japanese or Korean, by whether its characters are common there.

Owns the rules for scripts with thousands of characters; `plausible` has those for letters. Pure. It
must not know encodings of files, nor choose between readings.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from string import ascii_letters
from typing import NamedTuple

from nemowatch.content.plausible import CONTROL, OWN_SHARE, SIGNS


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
#: At least this share of the characters must be common.
_COMMON_SHARE = 0.9
#: Chinese does not separate words: it has fewer spaces than one in this many characters.
_SPACES = 8
#: At least this share of a Japanese text is kana.
_KANA_SHARE = 0.15
#: At most this share of a Korean text is Chinese characters.
_HANJA_SHARE = 0.05
#: Characters between ASCII letters can be names in a text, but not the text itself.
_HEMMED = re.compile(r"[A-Za-z][\u3400-\ud7a3]{1,2}[A-Za-z]")
_SPACED = re.compile(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")
#: The first and the last character of each block, and what it holds; ASCII's letters apart.
_BLOCKS = (
    ("\0", "\x7f", "sign"),
    ("\u2010", "\u203f", "sign"),
    ("\u3000", "\u303f", "sign"),
    ("\u3041", "\u30ff", "kana"),
    ("\u4e00", "\u9fff", "han"),
    ("\uac00", "\ud7a3", "hangul"),
    ("\uff01", "\uff60", "sign"),
)
_SIGNS = SIGNS | frozenset("℃→←↑↓※○●◎△▲□■☆★①②③④⑤⑥⑦⑧⑨⑩‥′″々〆〇")
#: Kinds of characters of which rare ones are counted separately.
_WITH_RARE_ONES = frozenset({"han", "hangul"})


class _Kinds(NamedTuple):
    """How many characters of each kind a text has."""

    ascii: int  #: letters of ASCII
    kana: int
    hangul: int
    han: int
    rare: int  #: Chinese characters and syllables that few readers know
    other: int  #: what is in no text of East Asia

    @property
    def total(self) -> int:
        """The characters of East Asia."""
        return self.kana + self.hangul + self.han + self.rare


def is_east_asian(text: str, language: str) -> bool:
    """Whether this can be a text in "zh-Hans", "zh-Hant", "ja" or "ko"."""
    if CONTROL.search(text) or _HEMMED.search(text):
        return False

    kinds = _kinds(text, language)
    if not _has_its_share(kinds):
        return False
    is_usual = _USUAL[language]
    return is_usual(text, kinds)


def _kinds(text: str, language: str) -> _Kinds:
    counts: Counter[str] = Counter()
    for char, count in Counter(text).items():
        counts[_kind(char, language)] += count
    return _Kinds(*map(counts.__getitem__, _Kinds._fields))


def _has_its_share(kinds: _Kinds) -> bool:
    """Whether enough of the text is in characters of East Asia, and enough of these are common."""
    if not kinds.total or kinds.other:
        return False
    letters = kinds.total + kinds.ascii
    is_own = kinds.total >= OWN_SHARE * letters
    is_common = kinds.rare <= (1 - _COMMON_SHARE) * kinds.total
    return is_own and is_common


def _is_chinese(text: str, kinds: _Kinds) -> bool:
    if kinds.kana or kinds.hangul:
        return False
    spaces = len(_SPACED.findall(text))
    return spaces * _SPACES <= kinds.total


def _is_japanese(text: str, kinds: _Kinds) -> bool:
    has_enough_kana = kinds.kana >= _KANA_SHARE * kinds.total
    return has_enough_kana and not kinds.hangul


def _is_korean(text: str, kinds: _Kinds) -> bool:
    hanja = kinds.han + kinds.rare
    has_few_hanja = hanja <= _HANJA_SHARE * kinds.total
    return has_few_hanja and not kinds.kana


_USUAL = {
    "zh-Hans": _is_chinese,
    "zh-Hant": _is_chinese,
    "ja": _is_japanese,
    "ko": _is_korean,
}


@cache
def _kind(char: str, language: str) -> str:
    """The kind of a character, as `_Kinds` names it; "sign" for what counts for nothing."""
    kind = _block(char)
    if kind in _WITH_RARE_ONES and not _is_common(char, _COMMON[language]):
        return "rare"
    return kind


def _block(char: str) -> str:
    if char in ascii_letters:
        return "ascii"
    if char in _SIGNS:
        return "sign"
    for first, last, kind in _BLOCKS:
        if first <= char <= last:
            return kind
    return "other"


def _is_common(char: str, common: _Common) -> bool:
    try:
        lead = char.encode(common.codec)[0]
    except UnicodeEncodeError:
        return False
    return common.first <= lead <= common.last
