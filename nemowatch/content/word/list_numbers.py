"""A number as a list writes it: in digits, letters or Roman numerals. Pure."""

from __future__ import annotations

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
#: Roman numerals and letters become endless: Word itself stops there.
_LARGEST_ROMAN = 3999
_LARGEST_LETTER = 780


def formatted(number: int, kind: str) -> str:
    """A number as a list of this kind (Word's word for it) writes it; in digits where it is one
    that is not known here."""
    if kind == "none":
        return ""
    if kind == "decimalZero":
        return f"{number:02}"
    if kind == "ordinal":
        return f"{number}{_ending(number)}"
    if kind in ("lowerRoman", "upperRoman"):
        return _cased(_roman(number), kind)
    if kind in ("lowerLetter", "upperLetter"):
        return _cased(_letters(number), kind)
    return str(number)


def _cased(said: str, kind: str) -> str:
    return said.upper() if kind.startswith("upper") else said


def _ending(number: int) -> str:
    if number % 100 in (11, 12, 13):
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


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
