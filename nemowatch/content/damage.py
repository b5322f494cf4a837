"""Recognises letters that were lost or garbled before a text came here, which no encoding can bring
back.

Owns what counts as such damage. Pure; raises OrderError with the cure, and must not repair
anything.
"""

from __future__ import annotations

import re
from itertools import islice

from nemowatch.errors import OrderError

#: What programs put in the place of bytes that are no letter.
LOST = "\ufffd"
#: UTF-8 that was read as Windows' Western encoding and saved again: "cafÃ©", "donâ€™t".
_TWICE = re.compile(
    r"Ã[\u0080-\u00bf\u0152-\u017e\u2013-\u2122]"
    r"|â€[\u0080-\u00bf\u0152-\u2122]|Â[\u00a0-\u00bf]"
)
#: A run of characters that are not ASCII.
_RUN = re.compile(r"[^\x00-\x7f]{2,}")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
#: The most runs that are tried.
_RUNS = 200
#: The encodings for which such runs were taken when they were garbled.
_TAKEN_FOR = ("cp1252", "cp1251", "latin-1", "mac-roman", "cp437", "cp850", "cp1250")
#: The same where a character is two bytes, some of which are lost.
_TAKEN_FOR_PAIRS = ("gbk", "cp932")
#: The most characters that are tried, and the fewest that must be right: more than wrong bytes, of
#: which other texts have two to ten for each.
_PAIRS, _FEWEST_RIGHT = 4000, 8
#: Characters of three bytes in UTF-8; two bytes are one by chance.
_THREE_BYTES = re.compile("[\u0800-\uffff]")
_CJK = re.compile("[\u4e00-\u9fff\uac00-\ud7a3]")
#: A letter that has become a question mark within a word, and how many are no slips.
_LOST = re.compile(r"[^\W\d_]\?{1,3}(?!\w{1,20}=)[a-zß-öø-ÿ]")
_LOST_LEAST = 3
#: Control characters of Latin-1, which no text contains on purpose.
_LATIN_CONTROL = re.compile(r"[\x80-\x84\x86-\x9f]")
#: UTF-7, which writes letters and quotes as ASCII: "caf+AOk-", "l+IBk-".
_UTF7 = re.compile(r"\+(?:A[A-Za-z0-9+/]{2}|I[BCK][A-Za-z0-9+/])[A-Za-z0-9+/]{0,200}")
#: A word of two letters or more in UTF-7 of any script; the digits fit hardly any other word.
_UTF7_WORD = re.compile(r"(?<![\w+])\+[A-Za-z0-9+/]{6,200}")
#: Characters whose meaning depends on the font, except the apple that Macs have there.
_PRIVATE = re.compile("[\ue000-\uf8fe\U000f0000-\U0010fffd]")
#: Marks that have letters shown in another order than they are in: letters of a script that is
#: written from the left (and digits) behind the mark "from the right", or the other way round.
_TURNED = re.compile("\u202e\\W{0,9}[^\\W\u0590-\u08ff]|\u202d\\W{0,9}[\u0590-\u08ff]")
#: A line through letters, made by a mark after each.
_STRUCK = re.compile("(?:\\w[\u0335\u0336]){2}")
_FROM_THE_ORIGINAL = (
    "Open the original again, check that its letters are right, and save it as UTF-8."
)


def refuse_damaged(text: str) -> None:
    """Raise OrderError for a text whose letters are not what was written."""
    if LOST in text:
        said = "Some letters of this text were lost when it was saved: \ufffd is in their place."
        raise OrderError(said, cure=_FROM_THE_ORIGINAL)

    if _PRIVATE.search(text):
        said = (
            "Some characters of this text are symbols that only one font has, and cannot be spoken."
        )
        raise OrderError(said, cure="Delete them, or write what they stand for, and save it.")
    struck = _STRUCK.search(text)
    if struck:
        said = f'Words of this text are struck through: "{around(text, struck.start())}".'
        raise OrderError(said, cure="Delete them, or remove the line through them, and save it.")

    if len(list(islice(_LOST.finditer(text), _LOST_LEAST))) == _LOST_LEAST:
        said = "Some letters of this text were lost when it was saved: ? is in their place."
        raise OrderError(said, cure=_FROM_THE_ORIGINAL)

    found = _garbled(text)
    if found:
        raise _said_so(found)


def garbled_letters(text: str) -> OrderError:
    """The error for a text whose letters are those of another encoding."""
    found = _RUN.search(text) or _BEYOND_ASCII.search(text)
    assert found is not None
    return _said_so(around(text, found.start()))


def _said_so(garbled: str) -> OrderError:
    said = f'The letters of this text were garbled when it was saved: it says "{garbled}".'
    return OrderError(said, cure=_FROM_THE_ORIGINAL)


def refuse_turned(text: str) -> None:
    """Raise OrderError for a text, with its silent marks, that is shown in another order than it is
    read."""
    if _TURNED.search(text):
        said = "Invisible marks reverse the order of some letters in this text."
        raise OrderError(said, cure="Type it again, without the marks, and save it.")


def _garbled(text: str) -> str:
    """An example of letters that were encoded twice; "" for none."""
    found = _TWICE.search(text) or _LATIN_CONTROL.search(text)
    if found is not None:
        return around(text, found.start())
    if text.isascii():
        return _utf7(text)
    return _all_twice(text)


def _all_twice(text: str) -> str:
    """The same for any letters: all of several runs turn out to be UTF-8 encoded twice."""
    first = _CJK.search(text)
    if first is not None and any(_is_utf8_in_pairs(text[:_PAIRS], one) for one in _TAKEN_FOR_PAIRS):
        return around(text, first.start())
    runs = list(islice(_RUN.finditer(text), _RUNS))
    if len(runs) < 2 or not all(map(_is_utf8_again, runs)):
        return ""
    return around(text, runs[0].start())


def _is_utf8_again(run: re.Match[str]) -> bool:
    for codec in _TAKEN_FOR:
        try:
            run[0].encode(codec).decode("utf-8")
        except UnicodeError:
            continue
        return True
    return False


def _is_utf8_in_pairs(text: str, codec: str) -> bool:
    """Whether East Asian characters are UTF-8 that was read two bytes at a time."""
    data = text.encode(codec, "ignore")
    said = data.decode("utf-8", "ignore")
    right = len(_THREE_BYTES.findall(said))
    wrong = len(data) - len(said.encode())
    return right >= _FEWEST_RIGHT and right > wrong


def _utf7(text: str) -> str:
    """An example of letters in UTF-7; "" for none."""
    for found in _UTF7.finditer(text):
        if _is_utf7(found[0]):
            return around(text, found.start())
    several = list(filter(_is_utf7_word, islice(_UTF7_WORD.finditer(text), _RUNS)))
    if len(several) > 1:
        return around(text, several[0].start())
    return ""


def _is_utf7_word(found: re.Match[str]) -> bool:
    return _is_utf7(found[0])


def _is_utf7(letters: str) -> bool:
    data = f"{letters}-".encode("ascii")
    try:
        meant = data.decode("utf-7")
    except UnicodeDecodeError:
        return False
    if meant.isascii() or not meant.isprintable():
        return False
    return not _LATIN_CONTROL.search(meant)


def around(text: str, at: int) -> str:
    """The text around the character at this place, on one line."""
    start = max(at - 10, 0)
    return " ".join(text[start : at + 10].split())
