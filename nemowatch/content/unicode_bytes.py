"""The text of bytes in an encoding of Unicode, marked or not, or in one that writes other letters
with those of ASCII.

Pure. It answers None for bytes that are none of these, and never guesses.
"""

from __future__ import annotations

import codecs
import re

from nemowatch.content.plausible import is_east_asian

#: A byte order mark names the encoding; UTF-32's begins like UTF-16's, so it comes first.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
#: The bytes that most characters of a Latin text have in UTF-16 without a mark: at least this share
#: is zero on one side.
_ZERO_SHARE = 0.4
#: And at most this share of them on the other side.
_STRAY_SHARE = 0.1
#: Bytes that are counted: enough to tell.
_SAMPLE = 4096
#: Bytes that no text holds: control bytes but for white space and the end mark of DOS.
_CONTROL_BYTES = re.compile(rb"[\x00-\x08\x0e-\x19\x1b-\x1f]")
#: White space that is in texts, and is not printable by Python's word.
_WHITE = dict.fromkeys(map(ord, "\r\n\t\u3000\u00a0\u200b\u200e\u200f\ufeff"))
#: Blocks of 256 characters that a text in letters, not in signs of words, is from.
_FEW_BLOCKS = 4

#: How texts begin what is not ASCII in mail encodings, with the codec and the language.
_ESCAPED = (
    (b"\x1b$B", "iso2022_jp_2", "ja"),
    (b"\x1b$@", "iso2022_jp_2", "ja"),
    (b"\x1b$)C", "iso2022_kr", "ko"),
    (b"~{", "hz", "zh-Hans"),
)

#: The end of a text that is all Chinese, and Latin letters before it.
_PAIRS = re.compile(r"(?<![\u2020-\u7e7e])[\u2020-\u7e7e]{4,}\Z")
_LATIN = re.compile(r"[A-Za-z]{3}")
_PRINTABLE = bytes(range(32, 127)) + b"\t\r\n"
#: For one byte that is wrong, so many characters of several bytes must be right.
_RIGHT = 4
#: Windows' punctuation, which programs paste into UTF-8 as it is.
_PUNCTUATION = frozenset(b"\x85\x91\x92\x93\x94\x95\x96\x97\xa0\xab\xbb")


def decode_unicode(data: bytes) -> str | None:
    """The text, when `data` is Unicode in all but, perhaps, a few bytes of punctuation."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _strict(data[len(mark) :], encoding)

    if b"\0" in data:
        return _strict(data, _unmarked(data))
    if data.isascii():
        return _escaped(data)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _nearly_utf8(data) if is_nearly_utf8(data) else _east_asian_utf16(data)


def _strict(data: bytes, encoding: str) -> str | None:
    if not encoding:
        return None
    if encoding == "utf-8" and is_nearly_utf8(data):
        return _nearly_utf8(data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if _has_plain_end(text, encoding) else text


def _has_plain_end(text: str, encoding: str) -> bool:
    """Whether plain ASCII was appended to UTF-16: two of its letters make a Chinese one."""
    if not encoding.startswith("utf-16"):
        return False
    pairs = _PAIRS.search(text)
    if pairs is None or not _LATIN.search(text):
        return False
    return pairs[0].encode(encoding).translate(None, _PRINTABLE) == b""


def _unmarked(data: bytes) -> str:
    """UTF-32 or UTF-16 by where its zeros are; "" for neither."""
    sample = data[:_SAMPLE]
    if len(data) % 4 == 0 and _is_utf32(sample, "utf-32-le"):
        return "utf-32-le"
    if len(data) % 4 == 0 and _is_utf32(sample, "utf-32-be"):
        return "utf-32-be"

    pairs = len(sample) // 2
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if _prevails(odd, even, pairs):
        return "utf-16-le"
    if _prevails(even, odd, pairs):
        return "utf-16-be"
    return _by_control_bytes(data)


def _is_utf32(sample: bytes, encoding: str) -> bool:
    try:
        text = sample[: len(sample) // 4 * 4].decode(encoding)
    except UnicodeDecodeError:
        return False
    return "\0" not in text


def _prevails(zeros: int, others: int, pairs: int) -> bool:
    """True when enough of the pairs have their zero on this side, and hardly any on the other."""
    enough = zeros > others and zeros >= pairs * _ZERO_SHARE
    return pairs > 0 and enough and others <= zeros * _STRAY_SHARE


def _by_control_bytes(data: bytes) -> str:
    """UTF-16 of a text without Latin letters (Russian, Chinese): half of its bytes are no
    characters of their own, among them control bytes, which no other text holds. The right order
    of bytes is the one that stays in few blocks.
    """
    if len(data) % 2 or not _CONTROL_BYTES.search(data):
        return ""

    fitting: dict[str, int] = {}
    for encoding in ("utf-16-le", "utf-16-be"):
        text = _strict(data, encoding)
        if text is not None and text.translate(_WHITE).isprintable() and _is_text(text):
            fitting[encoding] = len(_blocks(text))
    return min(fitting, key=fitting.__getitem__, default="")


def _is_text(text: str) -> bool:
    if len(_blocks(text)) <= _FEW_BLOCKS:
        return True
    languages = ("zh-Hans", "zh-Hant", "ja", "ko")
    return any(is_east_asian(text, language) for language in languages)


def _blocks(text: str) -> set[int]:
    """The blocks of 256 characters that the text takes its own from."""
    return {ord(char) >> 8 for char in text}


def _east_asian_utf16(data: bytes) -> str | None:
    """UTF-16 of East Asia that holds, by chance, neither a zero nor a control byte."""
    encoding = _by_control_bytes(data)
    return _strict(data, encoding)


def _escaped(data: bytes) -> str | None:
    """ASCII; or what ISO-2022 and HZ hide in it."""
    for beginning, codec, language in _ESCAPED:
        if beginning not in data:
            continue
        text = _strict(data, codec)
        if text is not None and not text.isascii() and is_east_asian(text, language):
            return text
    if b"\x1b" in data:
        return None
    return data.decode("ascii")


def is_nearly_utf8(data: bytes) -> bool:
    """Whether `data` is UTF-8 but for a few bytes."""
    text = data.decode("utf-8", "ignore")
    wrong = len(data) - len(text.encode("utf-8"))
    right = len(text) - len(text.encode("ascii", "ignore"))
    return 0 < wrong * _RIGHT <= right


def _nearly_utf8(data: bytes) -> str | None:
    """The text when the wrong bytes are Windows' punctuation, or stand alone at its end, where a
    copy was cut; None when a word has lost a letter."""
    end = len(data.rstrip())
    found: list[str] = []
    done = 0
    while done < len(data):
        try:
            found.append(data[done:].decode("utf-8"))
            break
        except UnicodeDecodeError as exc:
            start, stop = done + exc.start, done + exc.end
        found.append(data[done:start].decode("utf-8"))
        wrong = data[start:stop]
        if wrong[0] in _PUNCTUATION:
            found.append(wrong[:1].decode("cp1252"))
            done = start + 1
            continue
        if stop < end or data[start - 1 : start].strip():
            return None
        done = stop
    return "".join(found)
