"""Letters of other writings that look like Latin ones: whoever types the first letter of `PAUSE` on
a Cyrillic keyboard sees no difference, nor does anybody who reads it.

Owns the table, from the list of confusables of Unicode (UTS 39), and only for whole words: a word
with a letter that looks like no Latin one is of its own writing. Pure.
"""

from __future__ import annotations

import re

#: Cyrillic, Greek, Armenian, Cherokee, phonetic and other letters, small and capital, by what they
#: look like; marks and widths are gone by then.
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
#: Letters and digits that are written together.
_WORD = re.compile(r"[^\W_]+")


def as_seen(text: str) -> str:
    """A text in small letters, its words in Latin letters where all of them look so."""
    if text.isascii():
        return text
    return _WORD.sub(_word_as_seen, text)


def _word_as_seen(found: re.Match[str]) -> str:
    word = found[0].translate(_LATIN)
    if word.isascii():
        return word
    return found[0]
