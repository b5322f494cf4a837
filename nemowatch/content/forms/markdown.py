"""Markdown: its words without its marks, by markdown-it.

Owns which marks make a text Markdown, and what each of them says. It must not read HTML itself
(`pages` does). Call it in a child.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from nemowatch.errors import OrderError

if TYPE_CHECKING:
    from markdown_it.token import Token

#: Lines that enclose facts about the text before it, in YAML or TOML.
_FRONT_MATTER = frozenset({"---", "+++"})
#: The most lines of facts.
_FACTS = 200
#: A line among facts: a fact, the rest of one, a comment, or nothing.
_FACT = re.compile(r"[:=]|^[ \t#-]|^$")
#: How deep lists and quotations may be nested; each list counts twice.
_DEEPEST = 100
#: More than one empty line.
_GAPS = re.compile(r"\n{3,}")
#: Marks that are not spoken: footnotes, and boxes to tick.
_NOTES = re.compile(r"\[\^[^\]\s]{1,40}\]:?|(?<=[-*+] )\[[ xX]\] ")
#: Marks that nobody writes for any other reason.
_BOLD = re.compile(r"(?<![\w*])\*\*(?=\S)[^*\n]{1,500}(?<=\S)\*\*(?![\w*])")
_LINK = re.compile(r"\[[^\]\n]{1,200}\]\(https?://[^)\s]{1,500}\)")
_FENCE = re.compile(r"^```\w*[ \t]*$", re.MULTILINE)
_HEADING = re.compile(r"^#{1,6} \S", re.MULTILINE)
_STRUCK = re.compile(r"(?<![\w~])~~(?=\S)[^~\n]{1,500}(?<=\S)~~(?![\w~])")
#: The line below a table's titles, a box to tick, a footnote, a link's target.
_LINES = re.compile(
    r"^\|?[ :-]{0,40}-{3}[ :-]{0,40}\|[ :|-]{0,400}$|^[ \t]{0,9}[-*+] \[[ xX]\] "
    r"|\[\^[^\]\s]{1,40}\]|^\[[^\]\n]{1,100}\]: (?:https?://|<)",
    re.MULTILINE,
)
_SURE_MARKS = (_BOLD, _LINK, _FENCE, _STRUCK, _LINES)
#: How many headings make a text Markdown: a single one may be a number sign.
_HEADINGS = 2

#: What ends a paragraph, unless it is within a list.
_PARAGRAPHS = frozenset({"paragraph_close", "heading_close"})
#: What ends a line.
_LINE_ENDS = _PARAGRAPHS | {"th_close", "td_close", "tr_close", "hr", "softbreak", "hardbreak"}


def has_marks(text: str) -> bool:
    """Whether a plain text is certainly written in Markdown."""
    if any(pattern.search(text) for pattern in _SURE_MARKS):
        return True
    headings = _HEADING.findall(text)
    return len(headings) >= _HEADINGS


def words(text: str) -> str:
    """The words of a Markdown document."""
    return _words(without_facts(text), has_html=True)


def words_of_text(text: str) -> str:
    """The same for a text in which such marks were found: what looks like a tag stays."""
    return _words(text, has_html=False)


def without_facts(text: str) -> str:
    """A Markdown document without any facts at its beginning."""
    lines = text.split("\n")
    mark = lines[0].rstrip()
    head = [line.rstrip() for line in lines[1:_FACTS]]
    if mark not in _FRONT_MATTER or mark not in head:
        return text

    end = head.index(mark)
    if not all(map(_FACT.search, head[:end])):
        return text
    behind = lines[end + 2 :]
    return "\n".join(behind)


def _words(text: str, *, has_html: bool) -> str:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": has_html, "maxNesting": _DEEPEST})
    parser.enable(["table", "strikethrough"])
    if not has_html:
        parser.disable("code")  # it may well begin with spaces

    without_notes = _NOTES.sub("", text)
    tokens = parser.parse(without_notes)
    _refuse_deep(tokens)
    said = _said(tokens)
    return _GAPS.sub("\n\n", said)


def _refuse_deep(tokens: Sequence[Token]) -> None:
    """Raise OrderError if the parser has left out what is nested too deeply."""
    if any(token.level >= _DEEPEST - 1 for token in tokens):
        raise OrderError(
            "The lists or quotations of this text are nested too deeply to be read.",
            cure="Copy its words into a plain text file (.txt, saved as UTF-8) and drop that.",
        )


def _said(tokens: Sequence[Token]) -> str:
    """The words of a row of tokens, with the ends of their lines."""
    return "".join(map(_said_by_one, tokens))


def _said_by_one(token: Token) -> str:
    reader = _READERS.get(token.type, _line_end)
    return reader(token)


def _content(token: Token) -> str:
    return token.content


def _children(token: Token) -> str:
    children = token.children or ()
    _refuse_struck(children)
    return _said(children)


def _refuse_struck(tokens: Sequence[Token]) -> None:
    """Raise OrderError for struck-through words: only a person knows whether they count."""
    from nemowatch.content.forms import pages

    for mark, behind in pairwise(tokens):
        if mark.type == "s_open":
            raise pages.struck_through(behind.content)


def _list_number(token: Token) -> str:
    """The number of a list's item; "" for a dot, which is not spoken."""
    if not token.info:
        return ""
    return f"{token.info}{token.markup} "


def _line_end(token: Token) -> str:
    """The line ends that a mark stands for."""
    if token.type not in _LINE_ENDS:
        return ""
    if token.type in _PARAGRAPHS and not token.hidden:
        return "\n\n"
    return "\n"


def _seen(token: Token) -> str:
    """What is seen of a piece of HTML."""
    from nemowatch.content.forms import pages

    source = token.content
    if not _without_comments(source).strip():
        return ""
    return pages.words(source) + "\n"


def _without_comments(source: str) -> str:
    before, *comments = source.split("<!--")
    behind = [comment.partition("-->")[2] for comment in comments]
    return before + "".join(behind)


def _break(token: Token) -> str:
    """The line end of a `<br>` within a line; other tags there are not words."""
    if token.content.lower().startswith("<br"):
        return "\n"
    return ""


#: What the kinds of tokens say; all others are the end of a line at most.
_READERS: dict[str, Callable[[Token], str]] = {
    "text": _content,
    "code_inline": _content,
    "code_block": _content,
    "fence": _content,
    "inline": _children,
    "html_block": _seen,
    "html_inline": _break,
    "list_item_open": _list_number,
}
