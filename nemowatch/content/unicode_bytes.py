"""Decodes bytes in an encoding of Unicode, marked or not, or in one that writes other letters with
those of ASCII.

Owns recognising these encodings. Pure. It returns None for bytes in none of them, and must never
guess.
"""

from __future__ import annotations

import codecs
import re
import unicodedata

from nemowatch.content.east_asian import is_east_asian

#: A byte order mark names the encoding; UTF-32's begins like UTF-16's, so it comes first.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UTF16 = ("utf-16-le", "utf-16-be")
_UTF32 = ("utf-32-le", "utf-32-be")
#: The bytes that most characters of a Latin text have in UTF-16 without a mark: at least this share
#: is zero on one side.
_ZERO_SHARE = 0.4
#: At most this share of them is zero on the other side.
_STRAY_SHARE = 0.1
#: Bytes that are counted: enough to decide.
_SAMPLE = 4096
#: Bytes that are in no text: control bytes except white space and the end mark of DOS.
_CONTROL_BYTES = re.compile(rb"[\x00-\x08\x0e-\x19\x1b-\x1f]")
#: White space in texts that Python does not count as printable.
_WHITE = dict.fromkeys(map(ord, "\r\n\t\u3000\u00a0\u200b\u200e\u200f\ufeff"))
#: The most blocks of 256 characters in a text that is in letters, and not in signs for words.
_FEW_BLOCKS = 4
#: How many syllables are enough to decide.
_FEWEST_KANA = 3
#: The beginnings of the names of East Asian characters.
_OF_SIGNS = frozenset({"CJK", "HANGUL", "HIRAGANA", "KATAKANA", "YI", "HALFWIDTH", "?"})
_EAST_ASIA = ("zh-Hans", "zh-Hant", "ja", "ko")

#: The beginnings of what is not ASCII in mail encodings, with the codec and the language.
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
#: The name by which codecs know the error handler for bytes that are not UTF-8.
_MENDED = "nemowatch.mended"
#: For each wrong byte this many multi-byte characters must be right.
_RIGHT = 4
#: Windows' punctuation, which programs paste into UTF-8 as it is.
_PUNCTUATION = frozenset(b"\x85\x91\x92\x93\x94\x95\x96\x97\xa0\xab\xbb")


def decode_unicode(data: bytes) -> str | None:
    """The text, if `data` is Unicode except perhaps for a few bytes of punctuation."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            unmarked = data[len(mark) :]
            return _strict(unmarked, encoding)

    if b"\0" in data:
        return _strict(data, _encoding_by_zeros(data))
    if _is_kana(data):
        return _strict(data, _encoding_by_blocks(data))
    if data.isascii() and not _is_cyrillic(data):
        return _escaped(data)

    text = _strict(data, "utf-8")
    if not data.isascii() and (text is not None or is_nearly_utf8(data)):
        return text
    # East Asian UTF-16 may by chance have neither a zero nor a control byte
    return _strict(data, _encoding_by_control_bytes(data))


def _is_cyrillic(data: bytes) -> bool:
    """Whether bytes that are all ASCII are UTF-16 of letters whose first byte is a control byte:
    Cyrillic, Arabic, Thai and others."""
    return b"\x1b" not in data and _CONTROL_BYTES.search(data) is not None


def _is_kana(data: bytes) -> bool:
    """Whether bytes without a control byte are UTF-16 of Japanese syllables, which all begin with
    the byte of the digit 0: no text has that in every second place."""
    pairs = len(data) // 2
    zeros = max(data[0::2].count(b"0"), data[1::2].count(b"0"))
    return len(data) % 2 == 0 and pairs >= _FEWEST_KANA and zeros * 4 >= pairs * 3


def _decoded(data: bytes, encoding: str, errors: str = "strict") -> str | None:
    """The text; None for bytes that are not in this encoding."""
    try:
        return data.decode(encoding, errors)
    except UnicodeDecodeError:
        return None


def _strict(data: bytes, encoding: str) -> str | None:
    """The text in one encoding of Unicode ("" for none); None when it is in doubt."""
    if not encoding:
        return None
    if encoding == "utf-8" and is_nearly_utf8(data):
        return _nearly_utf8(data)

    text = _decoded(data, encoding)
    if text is None or _has_plain_end(text, encoding):
        return None
    return text


def _has_plain_end(text: str, encoding: str) -> bool:
    """Whether plain ASCII was appended to UTF-16: two of its letters make a Chinese one."""
    if encoding not in _UTF16 or not _LATIN.search(text):
        return False
    pairs = _PAIRS.search(text)
    if pairs is None:
        return False

    data = pairs[0].encode(encoding)
    unprintable = data.translate(None, _PRINTABLE)
    return unprintable == b""


# --- UTF-16 and UTF-32 without a mark -------------------------------------------------


def _encoding_by_zeros(data: bytes) -> str:
    """UTF-32 or UTF-16 by where its zeros are; "" for neither."""
    sample = data[:_SAMPLE]
    encoding = _utf32(data, sample) or _utf16(sample)
    return encoding or _encoding_by_control_bytes(data)


def _utf32(data: bytes, sample: bytes) -> str:
    """Which UTF-32 this is; "" for none."""
    if len(data) % 4:
        return ""
    for encoding in _UTF32:
        text = _decoded(sample, encoding)
        if text is not None and "\0" not in text:
            return encoding
    return ""


def _utf16(sample: bytes) -> str:
    """Which UTF-16 of mostly Latin letters this is; "" for none."""
    pairs = len(sample) // 2
    even = sample[0::2].count(0)
    odd = sample[1::2].count(0)
    if _prevails(odd, even, pairs):
        return "utf-16-le"
    if _prevails(even, odd, pairs):
        return "utf-16-be"
    return ""


def _prevails(zeros: int, others: int, pairs: int) -> bool:
    """True when enough of the pairs have a zero on this side, and hardly any on the other."""
    if zeros <= others:
        return False
    is_enough = zeros >= pairs * _ZERO_SHARE
    are_few = others <= zeros * _STRAY_SHARE
    return is_enough and are_few


def _encoding_by_control_bytes(data: bytes) -> str:
    """UTF-16 of a text without Latin letters (Russian, Chinese): half of its bytes are no
    characters of their own, among them control bytes, which no other text holds. The right order
    of bytes is the one that stays in few blocks.
    """
    if len(data) % 2 or not _CONTROL_BYTES.search(data):
        return ""
    return _encoding_by_blocks(data)


def _encoding_by_blocks(data: bytes) -> str:
    """The UTF-16 in which this is a text of few blocks; "" for neither."""
    fitting: dict[str, int] = {}
    for encoding in _UTF16:
        text = _strict(data, encoding)
        if text is not None and _is_text(text):
            fitting[encoding] = len(_blocks(text))
    return min(fitting, key=fitting.__getitem__, default="")


def _is_text(text: str) -> bool:
    """Whether this is in letters of few kinds, or in those of East Asia."""
    bare = text.translate(_WHITE)
    if not bare.isprintable():
        return False
    if len(_blocks(text)) <= _FEW_BLOCKS and _is_of_one_writing(text):
        return True
    return any(is_east_asian(text, language) for language in _EAST_ASIA)


def _is_of_one_writing(text: str) -> bool:
    """Whether all of its letters, except Latin ones, are of one script with letters: for few
    characters the number of blocks shows nothing."""
    writings = {unicodedata.name(char, "?").partition(" ")[0] for char in text if char.isalpha()}
    return len(writings - {"LATIN"}) <= 1 and writings.isdisjoint(_OF_SIGNS)


def _blocks(text: str) -> set[int]:
    """The blocks of 256 characters from which the text's own characters are."""
    return {ord(char) >> 8 for char in text}


# --- mail encodings, which are ASCII --------------------------------------------------


def _escaped(data: bytes) -> str | None:
    """The text of plain ASCII, or of ISO-2022 and HZ, which are written in ASCII."""
    for beginning, codec, language in _ESCAPED:
        if beginning not in data:
            continue
        text = _decoded(data, codec) or ""
        if not text.isascii() and is_east_asian(text, language):
            return text

    if b"\x1b" in data:
        return None
    return data.decode("ascii")


# --- UTF-8 with a few wrong bytes -----------------------------------------------------


def is_nearly_utf8(data: bytes) -> bool:
    """Whether `data` is UTF-8 except for a few bytes."""
    text = data.decode("utf-8", "ignore")
    plain = text.encode("ascii", "ignore")
    wrong = len(data) - len(text.encode("utf-8"))
    right = len(text) - len(plain)
    return 0 < wrong * _RIGHT <= right


def _nearly_utf8(data: bytes) -> str | None:
    """The text, if the wrong bytes are Windows' punctuation, or are only at its end, where a copy
    was cut off; None when a word has lost a letter."""
    return _decoded(data, "utf-8", errors=_MENDED)


def _mend(error: UnicodeError) -> tuple[str, int]:
    """What replaces bytes that are not UTF-8, and where decoding goes on. Raises the error for
    bytes that were a letter."""
    assert isinstance(error, UnicodeDecodeError)
    wrong = error.object[error.start : error.end]
    if wrong[0] in _PUNCTUATION:
        return wrong[:1].decode("cp1252"), error.start + 1
    if _is_cut_end(error):
        return "", error.end
    raise error


def _is_cut_end(error: UnicodeDecodeError) -> bool:
    """Whether wrong bytes are all that is left of the text, and no end of a word."""
    around = error.object[error.start - 1 : error.start] + error.object[error.end :]
    return not around.strip()


codecs.register_error(_MENDED, _mend)
