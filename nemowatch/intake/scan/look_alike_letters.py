"""Letters of other scripts that look like Latin ones: nobody who types or reads `PAUSE` can see
that its first letter is Cyrillic.

Owns the table, taken from Unicode's list of confusables (UTS 39). It is used only for whole words:
a word with a letter that looks like no Latin one really is in its own script. Pure.
"""

from __future__ import annotations

import re

#: Cyrillic, Greek, Armenian, Cherokee, phonetic and other letters, small and capital, by the Latin
#: letter that they look like. Accents and widths are removed before.
_LOOKS = {
    "a": "аαɑꭺꓮ",
    "b": "вβьꓐ",
    "c": "сϲⲥꓚ",
    "d": "ԁɗꓓ",
    "e": "еεєҽꭼꓰ",
    "g": "ɡցԍ",
    "h": "нηһհꓧ",
    "i": "іιıӏꓲ",
    "j": "јյϳꓙ",
    "k": "кκꓗ",
    "l": "ⅼւꓡ",
    "m": "мμϻꓟ",
    "n": "ոռꓠ",
    "o": "оοօσ໐०ꓳ",
    "p": "рρⲣꓑ",
    "q": "ԛզ",
    "r": "гⲅꭇꓣ",
    "s": "ѕꜱꭶꓢ",
    "t": "тτꓔ",
    "u": "υսцꓴ",
    "v": "νѵꓦ",
    "w": "шωԝաꓪ",
    "x": "хχꓫ",
    "y": "уγүꓬ",
    "z": "зζꓜ",
}
_LATIN = str.maketrans({letter: latin for latin, letters in _LOOKS.items() for letter in letters})
#: Letters and digits without a break.
_WORD = re.compile(r"[^\W_]+")


def as_seen(text: str) -> str:
    """A text in small letters; words that look Latin throughout are in Latin letters."""
    if text.isascii():
        return text
    return _WORD.sub(_word_as_seen, text)


def _word_as_seen(found: re.Match[str]) -> str:
    word = found[0].translate(_LATIN)
    if word.isascii():
        return word
    return found[0]
