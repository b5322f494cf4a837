"""Texts in the encodings of before Unicode, which nothing in them names.

Owns the choice between readings. It is careful: words are spoken and paid for, so a text is read
only when one reading is plausible and clearly more so than every other; else its owner is asked to
save it as UTF-8. Uses chardet: call it in a child.
"""

from __future__ import annotations

import re
from codecs import getincrementaldecoder
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from unicodedata import normalize

from nemowatch.content.alphabets import ALIKE, ONE_BYTE, RARE, SEVERAL_BYTES, UNKNOWN
from nemowatch.content.east_asian import is_east_asian
from nemowatch.content.plausible import languages_of

#: Bytes that are judged: many times what statistics need.
_SAMPLE = 32 * 1024
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")
#: How many times as probable as any other a reading must be, over the whole text.
_CLEARLY = 1.5
#: The same for a text of less letters than `_SHORT`: of a few words statistics say little.
_CLEARLY_IF_SHORT = 2.5
_SHORT = 40
#: How much less clear it may be beside an encoding that hardly anybody has.
_RARITY = 0.6
#: And over the words that the readings differ in.
_STILL = 1.2
#: At least this probable: below, nothing that chardet knows has been found.
_LEAST = 0.02
#: A reading in the language of the folder's name may be less probable than others by this factor.
_LEEWAY = 1.3


@dataclass(slots=True)
class _Reading:
    """What the sample says in one encoding, or in several alike."""

    codec: str
    languages: set[str] = field(default_factory=set)  #: by its letters
    whole: float = 0.0  #: how probable it is by all of its words
    is_short: bool = False
    has_letters: bool = False  #: beyond ASCII, not only signs
    focus: float = 0.0  #: how probable by the words that hold more than ASCII
    guesses: set[str] = field(default_factory=set)  #: the most probable language of each

    @property
    def is_matched(self) -> bool:
        """Whether the most probable language is one of those by its letters."""
        return any(_is_match(guess, self.languages) for guess in self.guesses)


def decode_legacy(data: bytes, expected: Sequence[str] = ()) -> str | None:
    """The text of `data`, which is neither Unicode nor plain ASCII; None when that is in doubt.
    `expected`: languages that it is likely to be in."""
    readings = _readings(_sample(data))
    names = _bases(expected)
    own = [reading for reading in readings if _is_expected(reading, names)]
    chosen = _expected(own, readings, names) if own else _clearest(readings)
    if chosen is None or chosen.codec in RARE:
        return None
    return _whole_text(data, chosen.codec)


def _sample(data: bytes) -> bytes:
    """As much of it as is judged: its beginning, or where it first holds more than ASCII."""
    found = _BEYOND_ASCII.search(data)
    first = found.start() if found else 0
    start = max(first - _SAMPLE // 2, 0)
    return data[start : start + _SAMPLE]


def _readings(sample: bytes) -> list[_Reading]:
    """Every plausible reading of the sample; encodings that say the same are one."""
    whole = _scores(sample)
    focus = _scores(_beyond_ascii(sample))

    found: dict[str, _Reading] = {}
    for codec, (score, guess) in whole.items():
        text = _decoded(sample, codec, is_whole=len(sample) < _SAMPLE)
        languages = _languages(text, codec)
        if not languages:
            continue
        reading = found.setdefault(text, _reading(text, codec))
        reading.languages.update(languages)
        reading.whole = max(reading.whole, score)
        reading.focus = max(reading.focus, focus.get(codec, (0.0, ""))[0])
        reading.guesses.add(guess)
        if reading.codec in RARE:
            reading.codec = codec
    return list(found.values())


def _reading(text: str, codec: str) -> _Reading:
    has_letters = any(char > "\x7f" and char.isalpha() for char in set(text))
    return _Reading(codec, is_short=_is_short(text), has_letters=has_letters)


def _is_short(text: str) -> bool:
    # a character of East Asia is as good as a word
    return sum(char.isalpha() for char in text) < _SHORT and max(text) < "\u3000"


def _scores(data: bytes) -> dict[str, tuple[float, str]]:
    """How probable each encoding is for these bytes, and in which language."""
    import chardet

    found = chardet.detect_all(
        data,
        ignore_threshold=True,
        compat_names=False,
        include_encodings=[*ONE_BYTE, *SEVERAL_BYTES],
    )
    scores: dict[str, tuple[float, str]] = {}
    for one in found:
        codec = one["encoding"] or ""
        if codec in ONE_BYTE or codec in SEVERAL_BYTES:
            scores[codec] = (one["confidence"], one["language"] or "")
    return scores


def _beyond_ascii(data: bytes) -> bytes:
    """The words that hold more than ASCII."""
    return b" ".join(word for word in data.split() if not word.isascii())


def _decoded(data: bytes, codec: str, *, is_whole: bool = True) -> str:
    """ "" for what is nothing in this encoding. Unless it is whole, its last character may be
    cut."""
    try:
        text = getincrementaldecoder(codec)().decode(data, is_whole)
    except UnicodeDecodeError:
        return ""
    # its Vietnamese letters come in pieces
    return normalize("NFC", text) if codec == "cp1258" else text


def _languages(text: str, codec: str) -> tuple[str, ...]:
    """The languages in which this reading is plausible."""
    if not text:
        return ()
    if codec in ONE_BYTE:
        return languages_of(text, ONE_BYTE[codec])
    language = SEVERAL_BYTES[codec]
    return (language,) if is_east_asian(text, language) else ()


def _is_match(guess: str, languages: Iterable[str]) -> bool:
    for language in languages:
        if language.partition("-")[0] == guess:
            return True
        if any(guess in group and language in group for group in ALIKE):
            return True
    return False


def _is_expected(reading: _Reading, names: set[str]) -> bool:
    """Whether it can be in one of the languages of these names. English has no letters of its own
    to go by, and is what a folder without a language speaks: it has to be the most probable one.
    """
    if names == {"en"}:
        return "en" in reading.guesses
    return bool(names & _bases(reading.languages))


def _expected(
    own: list[_Reading], all_readings: list[_Reading], names: set[str]
) -> _Reading | None:
    """Of the readings in a language that the folder names, the one that is clear beside the others
    of them, and hardly less probable than one in any language. It has to be clear beside all where
    it does not sound like that language."""
    best = max(own, key=_probability)
    if best.whole * _LEEWAY < max(map(_probability, all_readings)):
        return None
    sounds_right = best.has_letters and any(_is_match(guess, names) for guess in best.guesses)
    others = own if sounds_right else all_readings
    is_clear = all(_is_clear(best, other, _CLEARLY) for other in others if other is not best)
    return best if is_clear else None


def _bases(languages: Iterable[str]) -> set[str]:
    return {language.partition("-")[0] for language in languages}


def _probability(reading: _Reading) -> float:
    return reading.whole


def _clearest(readings: list[_Reading]) -> _Reading | None:
    """The reading that is clearly the most probable one."""
    best = max(readings, key=_probability, default=None)
    if best is None or not best.is_matched or best.whole < _LEAST:
        return None
    factor = _CLEARLY_IF_SHORT if best.is_short else _CLEARLY
    is_clear = all(_is_clear(best, other, factor) for other in readings if other is not best)
    return best if is_clear else None


def _is_clear(best: _Reading, other: _Reading, factor: float) -> bool:
    """Whether `best` leaves no doubt beside `other`: it is so many times as probable."""
    if other.languages & UNKNOWN:
        factor *= 2
    if other.codec in RARE:
        factor *= _RARITY
    return best.whole >= factor * other.whole and best.focus >= _STILL * other.focus


def _whole_text(data: bytes, codec: str) -> str | None:
    """All of it in the chosen encoding, when all of it is plausible."""
    text = _decoded(data, codec)
    return text if _languages(text, codec) else None
