"""Recognises markup other than Markdown by its marks: of forums, wikis, LaTeX, documentation. A
text must have several. Pure, and linear in the length of a text."""

from __future__ import annotations

import re
from itertools import islice

_FORUM = re.compile(
    r"\[/(?:b|i|u|s|quote|code|list|url|img|size|color|center|spoiler|table|youtube)\]",
    re.IGNORECASE,
)
_WIKI = re.compile(
    r"\[\[[^\]\n]{1,200}\]\]|'{3}[^'\n]{1,200}'{3}|\{\{[^{}\n]{1,200}\|[^{}\n]{0,200}\}\}"
    r"|^\{\|.{0,100}$|<ref[ >/]",
    re.MULTILINE,
)
#: A wiki's heading, which anybody may write like this: it only counts together with another mark,
#: and is spoken without its signs.
HEADING = re.compile(r"^={2,5}([^=\n]{1,100})={2,5}[ \t]{0,9}$", re.MULTILINE)
_LATEX = re.compile(r"\\[a-zA-Z]{2,20}\*?(?:\[[^\]\n]{0,80}\])?\{|\\item\b|\\[\[(]")
_DIRECTIVE = re.compile(
    r"^\.\. [\w-]{1,30}::|^#\+[A-Za-z_]{3,20}:|^#\+(?:begin|BEGIN|end|END)_"
    r"|^:PROPERTIES:$|^\[source[,\]]|^:[a-z-]{2,20}: \S"
    r"|^\.(?:TH|SH|PP|TP|IP|BR) ",
    re.MULTILINE,
)
#: A link in the marks of Org, MediaWiki, AsciiDoc, Jira, Textile, reStructuredText and Typst.
_LINKED = re.compile(
    r"\[\[https?://[^\[\]\n]{1,400}\]|\[https?://[^\s\[\]]{1,400} [^\[\]\n]{1,200}\]"
    r"|https?://[^\s\[]{1,400}\[[^\[\]\n]{1,200}\]"
    r"|\[[^\[\]|\n]{1,200}\|https?://[^\[\]\n]{1,400}\]"
    r'|"[^"\n]{1,200}":https?://|`[^`<\n]{1,200}<https?://[^<>\n]{1,400}>`_|#link\("https?://'
)
_WIKI_PAGE = "a page of a wiki with its marks"
#: Marks that nobody writes into prose, and how many of them make a text what it is.
_MARKS = (
    ("a forum post with marks in brackets (BBCode)", _FORUM, 1),
    (_WIKI_PAGE, _WIKI, 2),
    (_WIKI_PAGE, _LINKED, 1),
    ("a LaTeX text", _LATEX, 2),
    ("a text with marks for a program", _DIRECTIVE, 2),
)


def other_markup(text: str) -> str:
    """What a text is by its marks, in plain words; "" for none of these."""
    for kind, pattern, least in _MARKS:
        if _has(pattern, text, least):
            return kind
    if _has(_WIKI, text, 1) and _has(HEADING, text, 1):
        return _WIKI_PAGE
    return ""


def _has(pattern: re.Pattern[str], text: str, least: int) -> bool:
    found = list(islice(pattern.finditer(text), least))
    return len(found) == least
