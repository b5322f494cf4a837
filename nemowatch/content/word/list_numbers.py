"""A number as a list writes it: in digits, letters or Roman numerals.

Owns the forms of numbers. Pure; it must not count.
"""

from __future__ import annotations

from collections.abc import Callable

_ROMAN = (
    ("m", 1000),
    ("cm", 900),
    ("d", 500),
    ("cd", 400),
    ("c", 100),
    ("xc", 90),
    ("l", 50),
    ("xl", 40),
    ("x", 10),
    ("ix", 9),
    ("v", 5),
    ("iv", 4),
    ("i", 1),
)
#: The endings of ordinal numbers by their last digit; all others have "th".
_ENDINGS = {1: "st", 2: "nd", 3: "rd"}
#: Roman numerals and letters would become endless: Word itself stops here.
_LARGEST_ROMAN = 3999
_LARGEST_LETTER = 780


def formatted(number: int, kind: str) -> str:
    """A number as a list of this kind (by Word's name) writes it; in digits for an unknown kind."""
    write = _WRITERS.get(kind, str)
    said = write(number)
    if kind.startswith("upper"):
        return said.upper()
    return said


def _nothing(number: int) -> str:
    return ""


def _two_digits(number: int) -> str:
    return f"{number:02}"


def _ordinal(number: int) -> str:
    ending = _ENDINGS.get(number % 10, "th")
    if number % 100 in (11, 12, 13):
        ending = "th"
    return f"{number}{ending}"


def _roman(number: int) -> str:
    if not 0 < number <= _LARGEST_ROMAN:
        return str(number)
    said = ""
    for sign, worth in _ROMAN:
        times, number = divmod(number, worth)
        said += sign * times
    return said


def _letters(number: int) -> str:
    """a to z, then aa to zz, aaa and so on."""
    if not 0 < number <= _LARGEST_LETTER:
        return str(number)
    times, letter = divmod(number - 1, 26)
    return chr(ord("a") + letter) * (times + 1)


#: How a list of each kind writes its numbers, in small letters; all others do in digits.
_WRITERS: dict[str, Callable[[int], str]] = {
    "none": _nothing,
    "decimalZero": _two_digits,
    "ordinal": _ordinal,
    "lowerRoman": _roman,
    "upperRoman": _roman,
    "lowerLetter": _letters,
    "upperLetter": _letters,
}
