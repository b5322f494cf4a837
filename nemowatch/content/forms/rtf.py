"""Rich text (RTF): its words, by striprtf.

Owns which of it can certainly be read. It must not guess at the rest. Call it in a child.
"""

from __future__ import annotations

import re

from nemowatch.content.text import end_is_missing
from nemowatch.errors import OrderError

#: The beginning of every rich text.
_BEGINNING = b"{\\rtf"
#: What striprtf would keep although it is not visible, or decode wrongly: hidden, deleted and
#: struck-through words, those without a size, encodings of the old Mac and of DOS, raw bytes, a
#: mail's words in two forms. And what it would leave out: text boxes and formulas.
_BEYOND = re.compile(
    r"\\(?:v1?|deleted|striked?1?|fs[0-3]|mac|pc|pca|bin\d*|fromhtml1?|shptxt|dptxbxtext|moMath)"
    r"(?![a-z0-9])"
)
#: The word before an address that is not seen: with one space behind it, striprtf would show that.
_LINK = re.compile(r'HYPERLINK(?=\s")', re.IGNORECASE)
#: The number of a paragraph of a list as WordPad writes it, which striprtf would leave out.
_NUMBER = re.compile(r"\\pntext(?![a-z])")
#: A place that is not filled in before a letter is sent, or in a form.
_UNFILLED = re.compile(
    r"\\fldinst(?![a-z])[^}]{0,200}?"
    r"\b(MERGEFIELD|ADDRESSBLOCK|GREETINGLINE|FORMTEXT|FORMDROPDOWN|FILLIN|ASK)\b"
)
#: The end of a cell of a table, for which striprtf writes a bar.
_CELL = re.compile(r"\\(?:nest)?cell(?![a-z])")
#: Braces that are words, and not the edge of a group.
_NO_BRACE = re.compile(r"\\[\\{}]")
#: The colours of a document, and one that is white.
_COLORS = re.compile(r"\{\\colortbl([^{}]{0,20000})\}")
_WHITE = re.compile(r"\\red255\s*\\green255\s*\\blue255\b")
#: Letters take a colour, by its number.
_USED = re.compile(r"\\cf(\d{1,4})(?!\d)")
#: What gives letters a background colour.
_BEHIND = re.compile(r"\\(?:highlight|cb|chcbpat|cbpat|clcbpat|clcfpat|background)[1-9]?")
_MARK = b"\xef\xbb\xbf"
#: A bullet of a list, in whatever font.
_BULLET = re.compile(r"^[ \t]*[·•‣▪●○*-][ \t]*\t", re.MULTILINE)
_SAID = "The file is rich text (RTF) under another name, and cannot be read reliably."
_CURE = (
    "Open it in Word, WordPad or TextEdit, save it as plain text in UTF-8 (TextEdit: Format, Make"
    " Plain Text), and drop that."
)


def is_rtf(data: bytes) -> bool:
    """Whether this is rich text, whatever it is called."""
    return data[:64].removeprefix(_MARK).lstrip().startswith(_BEGINNING)


def words(data: bytes) -> str:
    """The words of a rich text. Raises OrderError for one that is damaged, or cannot be read."""
    from striprtf.striprtf import rtf_to_text

    from nemowatch.content.word.refusals import unfilled

    data = data.removeprefix(_MARK)
    source = data.decode("latin-1")
    if not data.isascii() or _BEYOND.search(source) or _has_white_words(source):
        raise OrderError(_SAID, cure=_CURE)
    field = _UNFILLED.search(source)
    if field:
        raise unfilled(field[1])
    _refuse_cut(source)
    try:
        text = rtf_to_text(_seen(source), errors="strict")
        # characters beyond 16 bits come as two halves of UTF-16
        text = text.encode("utf-16", "surrogatepass").decode("utf-16")
    except (ValueError, LookupError) as exc:
        raise OrderError(_SAID, cure=_CURE) from exc
    return _BULLET.sub("", text)


def _refuse_cut(source: str) -> None:
    """Raise OrderError for a rich text of which some group never ends."""
    edges = _NO_BRACE.sub("", source)
    if edges.count("{") > edges.count("}"):
        raise end_is_missing()


def _seen(source: str) -> str:
    """The source such that striprtf says no more than is seen."""
    numbered = _NUMBER.sub(r"\\listtext", source)
    return _CELL.sub(r"\\tab", _LINK.sub("HYPERLINK ", numbered))


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
