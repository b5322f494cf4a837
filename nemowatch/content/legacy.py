"""Decodes texts in encodings from before Unicode, which nothing in them names.

Owns the choice between readings. Words are spoken and paid for, so it must not guess: a text is
only read if one reading is plausible, and clearly more so than every other; otherwise its owner is
asked to save it as UTF-8. Uses chardet: call it in a child.
"""

from __future__ import annotations

import re
from codecs import getincrementaldecoder
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import filterfalse
from unicodedata import normalize

from nemowatch.content.alphabets import ALIKE, ONE_BYTE, RARE, SEVERAL_BYTES, UNKNOWN
from nemowatch.content.east_asian import is_east_asian
from nemowatch.content.plausible import languages_of

#: The most bytes that are judged: many times what statistics need.
_SAMPLE = 32 * 1024
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")
#: How many times as probable as any other a reading must be, over the whole text.
_CLEARLY = 1.5
#: The same for a text of fewer letters than `_SHORT`: statistics say little about a few words.
_CLEARLY_IF_SHORT = 2.5
_SHORT = 40
#: The same for one of a word or two, in a folder that names its language and in one that does not.
_CLEARLY_IF_TINY = 2.5
_CLEARLY_IF_TINY_AND_UNNAMED = 4.0
_TINY = 10
#: From this many letters nothing can be concluded.
_TOO_FEW = 3
#: This many letters say as much as one East Asian character.
_LETTERS_OF_ONE = 3
#: How much less clear it may be compared with an encoding that hardly anybody uses.
_RARITY = 0.6
#: The same over the words in which the readings differ.
_STILL = 1.2
#: The least probability: below this, nothing that chardet knows was found.
_LEAST = 0.02
#: A reading in the language of the folder's name may be less probable than others by this factor.
_LEEWAY = 1.3


#: Every encoding that is tried.
_CODECS = (*ONE_BYTE, *SEVERAL_BYTES)
#: Letters of Romanian with a cedilla, which older encodings have, and the same with a comma.
_SAME_LETTERS = str.maketrans("şţŞŢ", "șțȘȚ")


@dataclass(frozen=True, slots=True)
class _Score:
    """What statistics say about some bytes in one encoding."""

    probability: float = 0.0
    guess: str = ""  #: the most probable language


_NO_SCORE = _Score()


@dataclass(slots=True)
class _SampleReading:
    """What the sample says in one encoding, or in several with the same result."""

    codec: str
    languages: set[str] = field(default_factory=set)  #: by its letters
    whole: float = 0.0  #: how probable it is by all of its words
    letters: int = 0  #: how many it has; a character of East Asia is as good as several
    has_letters: bool = False  #: beyond ASCII, not only signs
    focus: float = 0.0  #: how probable by the words that hold more than ASCII
    guesses: set[str] = field(default_factory=set)  #: the most probable language of each

    def add(self, codec: str, languages: set[str], whole: _Score, focus: _Score) -> None:
        """Add another encoding in which the sample says the same."""
        self.languages |= languages
        self.whole = max(self.whole, whole.probability)
        self.focus = max(self.focus, focus.probability)
        self.guesses.add(whole.guess)
        if self.codec in RARE:
            self.codec = codec

    @property
    def is_matched(self) -> bool:
        """Whether the most probable language is one of those by its letters."""
        return self.sounds_like(self.languages)

    def sounds_like(self, languages: Iterable[str]) -> bool:
        """Whether the most probable language is one of these, or mistaken for one of them."""
        return any(_is_alike(guess, one) for guess in self.guesses for one in languages)


def decode_legacy(data: bytes, expected: Sequence[str] = ()) -> str | None:
    """The text of `data`, which is neither Unicode nor plain ASCII; None when that is in doubt.
    `expected`: the languages in which it is likely to be."""
    readings = _readings(_sample(data))
    chosen = _chosen(readings, _bases(expected))
    if chosen is None or chosen.codec in RARE or chosen.letters <= _TOO_FEW:
        return None
    return _whole_text(data, chosen.codec)


def _whole_text(data: bytes, codec: str) -> str | None:
    """All of it in the chosen encoding, when all of it is plausible."""
    text = _decoded(data, codec)
    if not _languages(text, codec):
        return None
    return text


# --- readings -------------------------------------------------------------------------


def _sample(data: bytes) -> bytes:
    """The part that is judged: the beginning, or from where there is first more than ASCII."""
    found = _BEYOND_ASCII.search(data)
    first = 0
    if found is not None:
        first = found.start()
    start = max(first - _SAMPLE // 2, 0)
    return data[start : start + _SAMPLE]


def _readings(sample: bytes) -> list[_SampleReading]:
    """Every plausible reading of the sample; encodings that say the same are one."""
    is_whole = len(sample) < _SAMPLE
    whole = _scores(sample)
    focus = _scores(_beyond_ascii(sample))

    found: dict[str, _SampleReading] = {}
    for codec, score in whole.items():
        text = _decoded(sample, codec, is_whole=is_whole)
        languages = _languages(text, codec)
        if not languages:
            continue
        said = text.translate(_SAME_LETTERS)
        reading = found.setdefault(said, _reading(text, codec))
        reading.add(codec, languages, score, focus.get(codec, _NO_SCORE))
    return list(found.values())


def _reading(text: str, codec: str) -> _SampleReading:
    letters = "".join(filter(str.isalpha, text))
    count = len(letters)
    if max(text) >= "\u3000":
        count *= _LETTERS_OF_ONE
    return _SampleReading(codec, letters=count, has_letters=not letters.isascii())


def _scores(data: bytes) -> dict[str, _Score]:
    """How probable each encoding is for these bytes, and in which language."""
    import chardet

    found = chardet.detect_all(
        data,
        ignore_threshold=True,
        compat_names=False,
        include_encodings=[*_CODECS],
    )
    scores: dict[str, _Score] = {}
    for one in found:
        codec = one["encoding"]
        if codec in _CODECS:
            scores[codec] = _Score(one["confidence"], one["language"] or "")
    return scores


def _beyond_ascii(data: bytes) -> bytes:
    """The words that hold more than ASCII."""
    words = filterfalse(bytes.isascii, data.split())
    return b" ".join(words)


def _decoded(data: bytes, codec: str, *, is_whole: bool = True) -> str:
    """The text in this encoding; "" when it cannot be. Unless it is whole, its last character may
    be cut off."""
    decoder = getincrementaldecoder(codec)()
    try:
        text = decoder.decode(data, is_whole)
    except UnicodeDecodeError:
        return ""
    if codec == "cp1258":  # its Vietnamese letters come in pieces
        return normalize("NFC", text)
    return text


def _languages(text: str, codec: str) -> set[str]:
    """The languages in which this reading is plausible."""
    if not text:
        return set()
    if codec in ONE_BYTE:
        return languages_of(text, ONE_BYTE[codec])

    language = SEVERAL_BYTES[codec]
    if not is_east_asian(text, language):
        return set()
    return {language}


# --- the choice -----------------------------------------------------------------------


def _chosen(readings: list[_SampleReading], names: set[str]) -> _SampleReading | None:
    """The reading that is beyond doubt; `names`: the languages that the folder names."""
    own = [reading for reading in readings if _is_expected(reading, names)]
    if not own:
        return _clearest(readings)
    return _expected(own, readings, names)


def _base(language: str) -> str:
    """A language without its region or script."""
    return language.partition("-")[0]


def _bases(languages: Iterable[str]) -> set[str]:
    return set(map(_base, languages))


def _is_alike(guess: str, language: str) -> bool:
    """Whether the statistics' guess is this language, or one that is mistaken for it."""
    if guess == _base(language):
        return True
    pair = {guess, language}
    return any(map(pair.issubset, ALIKE))


def _is_expected(reading: _SampleReading, names: set[str]) -> bool:
    """Whether it can be in one of the languages of these names. English has no letters of its own
    to go by, and is what a folder without a language speaks: it has to be the most probable one.
    """
    if names == {"en"}:
        return "en" in reading.guesses
    return not names.isdisjoint(_bases(reading.languages))


def _expected(
    own: list[_SampleReading], all_readings: list[_SampleReading], names: set[str]
) -> _SampleReading | None:
    """Of the readings in a language that the folder names, the one that is clear beside the others
    of them, and hardly less probable than one in any language. It has to be clear beside all where
    it does not sound like that language."""
    best = max(own, key=_probability)
    most = max(map(_probability, all_readings))
    if best.whole * _LEEWAY < most:
        return None

    others = all_readings
    if best.has_letters and best.sounds_like(names):
        others = own
    factor = _CLEARLY
    if best.letters < _TINY:
        factor = _CLEARLY_IF_TINY
    return _clear_one(best, others, factor)


def _clearest(readings: list[_SampleReading]) -> _SampleReading | None:
    """The reading that is clearly the most probable one."""
    best = max(readings, key=_probability, default=None)
    if best is None or not best.is_matched or best.whole < _LEAST:
        return None

    factor = _CLEARLY
    if best.letters < _TINY:
        factor = _CLEARLY_IF_TINY_AND_UNNAMED
    elif best.letters < _SHORT:
        factor = _CLEARLY_IF_SHORT
    return _clear_one(best, readings, factor)


def _probability(reading: _SampleReading) -> float:
    return reading.whole


def _clear_one(
    best: _SampleReading, readings: list[_SampleReading], factor: float
) -> _SampleReading | None:
    """`best` when none of the others casts doubt on it; else None."""
    for other in readings:
        if other is not best and not _is_clear(best, other, factor):
            return None
    return best


def _is_clear(best: _SampleReading, other: _SampleReading, factor: float) -> bool:
    """Whether `best` leaves no doubt beside `other`: it is so many times as probable."""
    if other.languages & UNKNOWN:
        factor *= 2
    if other.codec in RARE:
        factor *= _RARITY

    is_clear_as_whole = best.whole >= factor * other.whole
    is_clear_in_focus = best.focus >= _STILL * other.focus
    return is_clear_as_whole and is_clear_in_focus
