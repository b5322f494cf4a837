"""Markdown: its words without its marks, by markdown-it. Call it in a child."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it.token import Token

#: Lines between which facts about the text stand before it: YAML, and TOML.
_FRONT_MATTER = frozenset({"---", "+++"})
#: Lines of facts, at most.
_FACTS = 200
#: More than one empty line.
_GAPS = re.compile(r"\n{3,}")
#: Marks of what lies elsewhere: footnotes, and boxes to tick.
_NOTES = re.compile(r"\[\^[^\]\s]{1,40}\]:?|(?<=[-*+] )\[[ xX]\] ")
#: Marks that nobody writes into a text for another reason.
_BOLD = re.compile(r"(?<![\w*])\*\*(?=\S)[^*\n]{1,500}(?<=\S)\*\*(?![\w*])")
_LINK = re.compile(r"\[[^\]\n]{1,200}\]\(https?://[^)\s]{1,500}\)")
_FENCE = re.compile(r"^```\w*[ \t]*$", re.MULTILINE)
_HEADING = re.compile(r"^#{1,6} \S", re.MULTILINE)
#: Headings that make a text Markdown: one may be a number sign.
_HEADINGS = 2

#: What has words of its own.
_WORDS = frozenset({"text", "code_inline", "code_block", "fence"})
#: What ends a paragraph, unless it is within a list.
_PARAGRAPHS = frozenset({"paragraph_close", "heading_close"})
#: What ends a line.
_LINE_ENDS = _PARAGRAPHS | {"th_close", "td_close", "tr_close", "hr", "softbreak", "hardbreak"}


def has_marks(text: str) -> bool:
    """Whether a plain text is written in Markdown beyond doubt."""
    if any(pattern.search(text) for pattern in (_BOLD, _LINK, _FENCE)):
        return True
    return len(_HEADING.findall(text)) >= _HEADINGS


def words(text: str) -> str:
    """The words of a Markdown document."""
    return _words(_without_facts(text), has_html=True)


def _without_facts(text: str) -> str:
    """The text without the facts at its front, when there are any."""
    lines = text.split("\n")
    mark = lines[0].rstrip()
    head = [line.rstrip() for line in lines[1:_FACTS]]
    if mark not in _FRONT_MATTER or mark not in head:
        return text

    end = head.index(mark)
    facts = [line for line in head[:end] if line and not line.startswith((" ", "\t", "#", "-"))]
    if all(":" in line or "=" in line for line in facts):
        return "\n".join(lines[end + 2 :])
    return text


def words_of_text(text: str) -> str:
    """The same for a text that only turned out to hold its marks: what looks like a tag stays."""
    return _words(text, has_html=False)


def _words(text: str, *, has_html: bool) -> str:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": has_html}).enable(["table", "strikethrough"])
    if not has_html:
        parser.disable("code")  # it may well begin with spaces
    pieces = _pieces(parser.parse(_NOTES.sub("", text)))
    return _GAPS.sub("\n\n", "".join(pieces))


def _pieces(tokens: Sequence[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type in _WORDS:
            yield token.content
        elif token.type == "inline":
            yield from _pieces(token.children or ())
        elif token.type == "html_block":
            yield from _seen(token.content)
        elif token.type == "list_item_open" and token.info:
            yield f"{token.info}{token.markup} "
        else:
            yield _ends(token)


def _ends(token: Token) -> str:
    """The ends of lines that a mark stands for."""
    if token.type in _PARAGRAPHS and not token.hidden:
        return "\n\n"
    return "\n" if token.type in _LINE_ENDS else ""


def _seen(source: str) -> Iterator[str]:
    """What is seen of a piece of HTML."""
    from nemowatch.content.forms import pages

    if _without_comments(source).strip():
        yield pages.words(source) + "\n"


def _without_comments(source: str) -> str:
    before, *comments = source.split("<!--")
    return before + "".join(comment.partition("-->")[2] for comment in comments)
