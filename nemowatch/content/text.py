"""Decodes texts that people drop: scripts, prompt.txt and lists.

Works on bytes that were read elsewhere. Raises OrderError for what is not text, and for a text
whose encoding is in doubt: it never returns wrong words. `decode_text` may use chardet: call it in
a child. `plain_text` only reads Unicode, and may be called anywhere.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Sequence

from nemowatch.content.damage import LOST, around, refuse_damaged, refuse_turned
from nemowatch.content.kinds import MAX_CHARACTERS, MAX_TEXT
from nemowatch.content.misread import refuse_misread
from nemowatch.content.unicode_bytes import decode_unicode, is_nearly_utf8
from nemowatch.errors import OrderError
from nemowatch.model import MB

#: The most characters of a prompt.txt or a list of links, which are read again and again.
MAX_SHORT = 500_000

#: Bytes without a meaning at either end of a text: white space, zeros, the end mark of DOS.
_EMPTY = b"\0\x1a \t\r\n\f\v\xa0"
#: The most zeros with which old programs pad a text: a record of CP/M and DOS.
_MOST_ZEROS = 128
#: The end of a line in UTF-16, whose zero belongs to it.
_UTF16_LINE_END = b"\n\0"
_MARKS_OF_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
#: Characters that are in no text.
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
#: Marks without a sound: of byte order, of direction, of where a line may break, of an emoji's
#: form.
_SILENT = re.compile(
    "[\ufeff\u200b\u2060-\u2064\u00ad\u061c\u180e\u200e\u200f\u202a-\u202e\u2066-\u2069"
    "\ufff9-\ufffc\U000e0000-\U000e007f]"
)
#: Mathematical letters, which people use as bold and italic ones.
_STYLED = re.compile("[\U0001d400-\U0001d7ff]+")
#: Bullets of Symbol and Wingdings at the beginning of a line, as Word and PDF viewers copy them.
_BULLET = re.compile("^([ \t]{0,40})[\uf0a7\uf0b7\uf0d8\uf0fc][ \t]{0,40}", re.MULTILINE)
#: What can be spoken: a letter or a digit.
_SAID = re.compile(r"[^\W_]")
_LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_SAVE_AGAIN = "Open it, copy its text into Notepad and save that as a .txt file."
_COPY_AGAIN = "Copy the file once more, and check that it is whole."
#: How to save a text as UTF-8 in the programs that most people have.
AS_UTF8 = (
    "Save it as UTF-8 and drop it again. Notepad: File, Save as, Encoding: UTF-8. TextEdit: Format,"
    " Make Plain Text, then save it with the encoding Unicode (UTF-8). Word: save it as Plain Text"
    " and choose Other encoding, Unicode (UTF-8)."
)


def decode_text(data: bytes, languages: Sequence[str] = ()) -> str:
    """The words in `data`, with plain line ends. `languages`: tags of those in which it is likely
    to be, for texts from before Unicode. Raises OrderError."""
    text = plain_text(data)
    if text is not None:
        refuse_misread(text)
        return text

    data = _without_end(data)
    _refuse_binary(data)
    _refuse_large(data, 2 * MAX_CHARACTERS)
    if is_nearly_utf8(data):
        raise _damaged(data)
    from nemowatch.content.legacy import decode_legacy

    legacy = decode_legacy(data, languages)
    if legacy is None:
        said = "It is not certain how this text was encoded, so its letters may come out wrong."
        raise OrderError(said, cure=AS_UTF8)
    return checked(legacy)


def _damaged(data: bytes) -> OrderError:
    """The error for UTF-8 of which some bytes are wrong."""
    text = data.decode("utf-8", "replace").rstrip()
    if text.index(LOST) == len(text) - 1:
        return end_is_missing()
    said = f'Some letters of this text are damaged: it says "{around(text, text.index(LOST))}".'
    return OrderError(said, cure="Open it, write these letters anew, and save it as UTF-8.")


def plain_text(data: bytes) -> str | None:
    """The words in `data` when it is Unicode; None when it is, or may be, something else.
    Raises OrderError."""
    _refuse_large(data, MAX_TEXT)
    if not data.strip(_EMPTY):
        raise _no_words()
    _refuse_unfinished(data)
    text = decode_unicode(_without_end(data))
    if text is None and data.endswith(_UTF16_LINE_END):
        text = decode_unicode(data)
    if text is None:
        return None
    return checked(text)


def _without_end(data: bytes) -> bytes:
    """The bytes without the zeros and the mark with which old programs end a text; UTF-16 keeps the
    zeros that belong to it."""
    bare = data.rstrip(b"\0\x1a")
    has_zeros_inside = b"\0" in bare
    if has_zeros_inside or data.startswith(_MARKS_OF_UTF16):
        return data
    return bare


def _refuse_unfinished(data: bytes) -> None:
    """Raise OrderError if the end of a text was never written, because a copy died."""
    if len(data) - len(data.rstrip(b"\0")) <= _MOST_ZEROS:
        return
    said = "The end of this text is missing: there are only zeros where it should be."
    raise OrderError(said, cure=_COPY_AGAIN)


def end_is_missing() -> OrderError:
    """The error for a text of which only the beginning is there."""
    return OrderError(
        "The end of this text is missing: it breaks off in the middle.", cure=_COPY_AGAIN
    )


def _refuse_large(data: bytes, most: int) -> None:
    """Raise OrderError for more bytes than `most`."""
    if len(data) > most:
        raise _too_long(f"The text is larger than {most // MB} MB.")


def _refuse_binary(data: bytes) -> None:
    """Raise OrderError for bytes that are not text in any encoding."""
    bare = data.strip(_EMPTY).decode("latin-1")
    if data.isascii() or _CONTROL.search(bare):
        raise _no_text()


def _no_words() -> OrderError:
    return OrderError("The text is empty.", cure="Write the words into it and save it.")


def _no_text() -> OrderError:
    said = "The file is not a text: it contains bytes that do not occur in texts."
    return OrderError(said, cure=_SAVE_AGAIN)


def checked(text: str) -> str:
    """`text` composed, with plain line ends and bullets, and without silent marks. Raises
    OrderError when it is empty, not text, garbled, or too long."""
    plain = _stripped(_SILENT.sub("", _LINE_ENDS.sub("\n", text)))
    if len(plain) > MAX_CHARACTERS:  # first, since all else takes seconds for so many
        said = f"The text has {len(plain):,} characters; the limit is {MAX_CHARACTERS:,}."
        raise _too_long(said)

    refuse_turned(text)
    # letters in pieces, as a Mac's programs may save them, are no letters of their language
    plain = unicodedata.normalize("NFC", _STYLED.sub(_as_letters, plain))
    plain = _stripped(_BULLET.sub(r"\1- ", plain))
    if not plain:
        raise _no_words()
    if _CONTROL.search(plain):
        raise _no_text()
    refuse_damaged(plain)
    return plain


def _stripped(text: str) -> str:
    return text.strip().strip("\0\x1a").strip()


def _as_letters(styled: re.Match[str]) -> str:
    return unicodedata.normalize("NFKC", styled[0])


def with_words(text: str) -> str:
    """A checked text. Raises OrderError when it has no letter or digit of any script."""
    if _SAID.search(text):
        return text
    said = "The text has no words: there are only symbols in it."
    raise OrderError(said, cure="Write the words into it and save it.")


def checked_short(text: str) -> str:
    """The text of a prompt.txt or a list. Raises OrderError when it is too long for one."""
    if len(text) > MAX_SHORT:
        raise _too_long(f"The text has more than {MAX_SHORT:,} characters.")
    return text


def _too_long(said: str) -> OrderError:
    return OrderError(said, cure="Split it into several files.")
