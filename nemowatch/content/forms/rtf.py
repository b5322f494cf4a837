"""Rich text (RTF): its words, by striprtf.

Owns what of it can be read without doubt. It must not guess at the rest. Call it in a child.
"""

from __future__ import annotations

import re

from nemowatch.errors import OrderError

#: What every rich text begins with.
_BEGINNING = b"{\\rtf"
#: What striprtf would speak although it is not seen, or would read in the wrong letters: hidden and
#: deleted words, encodings of the old Mac and of DOS, raw bytes.
_BEYOND = re.compile(r"\\(?:v1?|deleted|mac|pc|pca|bin\d*)(?![a-z0-9])")
#: A bullet of a list, in whatever font.
_BULLET = re.compile(r"^[ \t]*[·•‣▪●○*-][ \t]*\t", re.MULTILINE)
_SAID = "The file is rich text (RTF) under another name, and cannot be read reliably."
_CURE = (
    "Open it in Word, WordPad or TextEdit, save it as plain text in UTF-8 (TextEdit: Format, Make"
    " Plain Text), and drop that."
)


def is_rtf(data: bytes) -> bool:
    """Whether this is rich text, whatever it is called."""
    return data[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(_BEGINNING)


def words(data: bytes) -> str:
    """The words of a rich text. Raises OrderError for one that is damaged, or beyond us."""
    from striprtf.striprtf import rtf_to_text

    source = data.decode("latin-1").lstrip("\xef\xbb\xbf")
    if not data.isascii() or _BEYOND.search(source):
        raise OrderError(_SAID, cure=_CURE)
    try:
        text = rtf_to_text(source, errors="strict")
        # large characters come as the halves of UTF-16
        text = text.encode("utf-16", "surrogatepass").decode("utf-16")
    except (ValueError, LookupError) as exc:
        raise OrderError(_SAID, cure=_CURE) from exc
    return _BULLET.sub("", text)
