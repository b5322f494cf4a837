"""Rich text (RTF): its words, by striprtf.

Owns which of it can certainly be read. It must not guess at the rest. Call it in a child.
"""

from __future__ import annotations

import re

from nemowatch.errors import OrderError

#: The beginning of every rich text.
_BEGINNING = b"{\\rtf"
#: What striprtf would keep although it is not visible, or decode wrongly: hidden, deleted and
#: struck-through words, those without a size, encodings of the old Mac and of DOS, raw bytes.
_BEYOND = re.compile(r"\\(?:v1?|deleted|striked?1?|fs[0-3]|mac|pc|pca|bin\d*)(?![a-z0-9])")
#: The colours of a document, and one that is white.
_COLORS = re.compile(r"\{\\colortbl([^{}]{0,20000})\}")
_WHITE = re.compile(r"\\red255\s*\\green255\s*\\blue255\b")
#: Letters take a colour, by its number.
_USED = re.compile(r"\\cf(\d{1,4})(?!\d)")
#: What gives letters a background colour.
_BEHIND = re.compile(r"\\(?:highlight|cb|chcbpat|cbpat|clcbpat|clcfpat|background)[1-9]?")
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
    """The words of a rich text. Raises OrderError for one that is damaged, or cannot be read."""
    from striprtf.striprtf import rtf_to_text

    source = data.decode("latin-1").lstrip("\xef\xbb\xbf")
    if not data.isascii() or _BEYOND.search(source) or _has_white_words(source):
        raise OrderError(_SAID, cure=_CURE)
    try:
        text = rtf_to_text(source, errors="strict")
        # characters beyond 16 bits come as two halves of UTF-16
        text = text.encode("utf-16", "surrogatepass").decode("utf-16")
    except (ValueError, LookupError) as exc:
        raise OrderError(_SAID, cure=_CURE) from exc
    return _BULLET.sub("", text)


def _has_white_words(source: str) -> bool:
    """Whether some letters are white, with no other background colour on the page."""
    colors = _COLORS.search(source)
    if colors is None or _BEHIND.search(source):
        return False
    used = set(_USED.findall(source))
    for number, color in enumerate(colors[1].split(";")):
        if str(number) in used and _WHITE.search(color):
            return True
    return False
