"""Characters of Word's symbol fonts as the characters that they show.

Owns the tables. In these fonts a letter's code shows another sign: 'a' shows an alpha. Pure; it
must not know about runs.
"""

from __future__ import annotations

#: Where Word puts the characters of symbol fonts: their codes from here on.
_PRIVATE = 0xF000
#: The letters of the Symbol font, from 0x41 and 0x61 on.
_GREEK_CAPITALS = "ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ"
_GREEK_LETTERS = "αβχδεφγηιϕκλμνοπθρστυϖωξψζ"
_SYMBOL = {
    **dict(enumerate(_GREEK_CAPITALS, 0x41)),
    **dict(enumerate(_GREEK_LETTERS, 0x61)),
    0x40: "≅",
    0xA3: "≤",
    0xA5: "∞",
    0xAB: "↔",
    0xAC: "←",
    0xAD: "↑",
    0xAE: "→",
    0xAF: "↓",
    0xB0: "°",
    0xB1: "±",
    0xB2: "″",
    0xB3: "≥",
    0xB4: "×",
    0xB5: "∝",
    0xB7: "•",
    0xB8: "÷",
    0xB9: "≠",
    0xBA: "≡",
    0xBB: "≈",
    0xBC: "…",
    0xD0: "∠",
    0xD2: "®",
    0xD3: "©",
    0xD4: "™",
    0xD6: "√",
    0xD7: "·",
    0xE2: "®",
    0xE3: "©",
    0xE4: "™",
}
#: From the fonts of pictures only the signs that mean a word.
_WINGDINGS = {
    0xA8: "☐",
    0xDF: "←",
    0xE0: "→",
    0xE8: "→",
    0xFB: "✗",
    0xFC: "✓",
    0xFD: "☒",
    0xFE: "☑",
}
_FONTS = {"symbol": _SYMBOL, "wingdings": _WINGDINGS}
#: Fonts of pictures: what is not in a table above is decoration.
_PICTURES = ("wingdings", "webdings", "zapf dingbats", "marlett")
#: Digits and signs that are written above the line.
_RAISED = str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")


def symbol(code: str, font: str) -> str:
    """The character of a symbol (its code in hexadecimal digits); "" for decoration."""
    try:
        number = int(code, 16)
    except ValueError:
        return ""
    is_half = 0xD800 <= number < 0xE000  # half of a character in UTF-16
    if is_half or not 0x20 <= number < 0x110000:
        return ""
    return shown(chr(number), font)


def shown(said: str, font: str) -> str:
    """A text with the characters that a symbol font shows in place of private ones."""
    if not any(map(_is_private, said)):
        return said
    low = font.lower()
    return "".join([_shown_one(char, low) for char in said])


def raised(said: str) -> str:
    """A text with its digits raised above the line ("m2" would not mean a square metre)."""
    return said.translate(_RAISED)


def _is_private(char: str) -> bool:
    return _PRIVATE <= ord(char) <= _PRIVATE + 0xFF


def _shown_one(char: str, font: str) -> str:
    if not _is_private(char):
        return char
    code = ord(char) - _PRIVATE
    table = _FONTS.get(font, {})
    if code in table:
        return table[code]

    letter = chr(code)
    is_picture = font.startswith(_PICTURES)
    if is_picture or not letter.isprintable():
        return ""
    return letter
