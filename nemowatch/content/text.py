"""Texts that people drop: decodes whatever a Windows editor writes.

Works on bytes that were read elsewhere. Raises OrderError for what holds no text, and nothing
else, whatever the bytes are.
"""

from __future__ import annotations

import codecs
import re
from contextlib import suppress

from nemowatch.errors import OrderError
from nemowatch.model import MB

#: bytes; a text file beyond this is not a script but something misnamed.
MAX_TEXT = 1 * MB
#: Characters of a message: hours of speech, where the skill is best under 150 words (docs/api.md
#: section 2).
MAX_CHARACTERS = 100_000

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
_WHITE = dict.fromkeys(map(ord, "\r\n\t\u3000"))
#: Characters that no text holds.
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
_SAVE_AGAIN = "Open it, copy its text into Notepad and save that as a .txt file."


def decode_text(data: bytes) -> str:
    """Text from UTF-8 or UTF-16 (with or without a mark), else cp1252, with plain line ends.
    Raises OrderError."""
    if len(data) > MAX_TEXT:
        raise OrderError(
            f"The text is larger than {MAX_TEXT // MB} MB.",
            cure="Keep only the words that are needed.",
        )
    return checked(_decoded(data))


def checked(text: str) -> str:
    """`text` with plain line ends, without marks at either end. Raises OrderError when it is
    empty, no text, or too long."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\ufeff", "")
    plain = plain.strip().strip("\0\x1a").strip()

    if not plain:
        raise OrderError("The text is empty.", cure="Write the words into it and save it.")

    if _CONTROL.search(plain):
        said = "The file is not a text: it holds bytes that no text has."
        raise OrderError(said, cure=_SAVE_AGAIN)

    if len(plain) > MAX_CHARACTERS:
        said = f"The text has {len(plain):,} characters; {MAX_CHARACTERS:,} are the most."
        raise OrderError(said, cure="Divide it into several files.")
    return plain


def _decoded(data: bytes) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")

    encoding = _unmarked_utf16(data)
    if encoding:
        return data.decode(encoding, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")  # five of its bytes mean nothing


def _unmarked_utf16(data: bytes) -> str:
    """The encoding when zeros are on one side of the byte pairs and hardly on the other; ""
    when this is not UTF-16."""
    sample = data[:_SAMPLE]
    pairs = len(sample) // 2
    even = sample[0::2].count(0)
    odd = sample[1::2].count(0)
    if _prevails(odd, even, pairs):
        return "utf-16-le"
    if _prevails(even, odd, pairs):
        return "utf-16-be"
    return _by_control_bytes(data)


def _prevails(zeros: int, others: int, pairs: int) -> bool:
    """True when enough of the pairs have their zero on this side, and hardly any on the other."""
    enough = zeros > others and zeros >= pairs * _ZERO_SHARE
    return pairs > 0 and enough and others <= zeros * _STRAY_SHARE


def _by_control_bytes(data: bytes) -> str:
    """UTF-16 of a script without Latin letters (Russian, Chinese): half of its bytes are no
    characters of their own, among them control bytes, which UTF-8 and cp1252 texts do not hold.
    The right order of bytes is the one that stays in few blocks.
    """
    if len(data) % 2 or not _CONTROL_BYTES.search(data):
        return ""

    fitting: dict[str, int] = {}
    for encoding in ("utf-16-le", "utf-16-be"):
        with suppress(UnicodeDecodeError):
            text = data.decode(encoding)
            if text.translate(_WHITE).isprintable():
                fitting[encoding] = len(_blocks(text))
    return min(fitting, key=fitting.__getitem__, default="")


def _blocks(text: str) -> set[int]:
    """The blocks of 256 characters that the text takes its own from."""
    return {ord(char) >> 8 for char in text}
