"""Web pages and pieces of them (HTML, and SSML of speech programs): what a reader sees, by lxml.

Owns which elements are visible, and which are lines of their own. It must not load anything to
which a page refers. Call it in a child.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from nemowatch.errors import OrderError

if TYPE_CHECKING:
    from lxml.html import HtmlElement

#: The beginnings of pages; an XML document of another kind is not one.
_PAGE = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!--.{0,2000}?-->\s{0,99})?"
    r"<(?:!doctype html|html|head|body|speak)\b",
    re.IGNORECASE | re.DOTALL,
)
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>", re.IGNORECASE)
_XML = re.compile(r"\s*<\?xml\b", re.IGNORECASE)
#: The first element of a text that begins with one.
_ROOT = re.compile(r"\s*<([A-Za-z][\w:.-]{0,60})(?=[\s>])")
#: The same of another kind of XML: its elements mean something else than those of pages.
_FOREIGN = re.compile(
    r"\s*<[A-Za-z][\w:.-]{0,60}\s[^<>]{0,400}?"
    r"\bxmlns(?::\w{1,40})?\s{0,9}=\s{0,9}[\"'](?!http://www\.w3\.org/1999/xhtml)"
)
#: In a piece of a page: the end of an element that pages have, or an element without an end.
_TAG = re.compile(
    r"</(?:p|div|span|b|i|u|em|strong|a|h[1-6]|ul|ol|li|table|tr|td|th|font|small|center|blockquote"
    r"|script|style|title|section|article|speak)\s*>|<(?:br|hr)\s*/?>|<!--"
    r"|<(?:p|div|span|ul|ol|li|h[1-6]|table|strong|font)(?:\s[^<>\n]{0,300})?>",
    re.IGNORECASE,
)
#: Elements that are not visible.
_UNSEEN = {
    *("script", "style", "head", "title", "meta", "link", "template", "noscript", "svg", "math"),
    *("object", "iframe", "select", "option", "textarea", "button", "audio", "video", "canvas"),
    *("map", "rt", "rp"),
}
#: Elements within the line of the words around them; all others are lines of their own.
_IN_LINE = {
    *("a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em"),
    *("font", "i", "ins", "kbd", "label", "mark", "q", "ruby", "s", "samp", "small", "span"),
    *("strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr", "emphasis", "prosody"),
    *("say-as", "phoneme", "voice", "w", "lang"),
}
#: Elements with which a piece of a page may begin.
_KNOWN = _IN_LINE | {
    *(
        "p",
        "div",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "ul",
        "ol",
        "li",
        "dl",
        "table",
        "tbody",
        "tr",
    ),
    *("td", "th", "center", "blockquote", "section", "article", "main", "header", "footer", "nav"),
    *("script", "style", "title", "pre", "figure", "form", "aside"),
}
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?![.\d])",
    re.IGNORECASE,
)
#: Letters without a size, or of nearly none; 1em is the usual size.
_TINY = re.compile(
    r"font-size\s{0,9}:\s{0,9}(?:0(?:px|pt|em|%)?|1(?:px|pt|%)?)(?![.\d\w])",
    re.IGNORECASE,
)
#: White letters, and whatever puts a colour behind them.
_WHITE = re.compile(r"(?:^|[;\s])color\s*:\s*(?:#fff\b|#ffffff\b|white\b)", re.IGNORECASE)
_BEHIND = re.compile(r"background|bgcolor", re.IGNORECASE)
#: Attributes that may give an element another size or colour than its surroundings have.
_OWN_LOOK = {"style", "class", "color"}
#: Words with a line through them.
_STRUCK = {"s", "del", "strike"}
_LINE_THROUGH = re.compile(r"line-through", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\r\n\f]+")
#: How deep nested elements are followed.
_DEEPEST = 200
_CURE = "Copy its words into a plain text file (.txt, saved as UTF-8) and drop that."


def is_page(text: str) -> bool:
    """Whether this is a whole page."""
    return _PAGE.match(text) is not None


def has_tags(text: str) -> bool:
    """Whether this is a piece of a page, or an XML document."""
    return _TAG.search(text) is not None or _is_other_xml(text)


def words(text: str) -> str:
    """What a reader of the page sees. Raises OrderError for what is no page."""
    if _is_other_xml(text):
        raise OrderError("The file is an XML document, not a text.", cure=_CURE)

    from lxml import etree, html

    # a declared encoding no longer matters: this has been decoded
    source = _XML_DECLARATION.sub("", text)
    try:
        root = html.document_fromstring(source)
    except (etree.LxmlError, ValueError) as exc:
        raise _unreadable() from exc

    is_on_white = _BEHIND.search(source) is None
    said = "".join(_pieces(root, 0, is_on_white=is_on_white))
    lines = map(_one_space, said.split("\n"))
    return "\n".join(map(str.strip, lines))


def _is_other_xml(text: str) -> bool:
    """Whether this is an XML document of another kind: it says so, or its root is an element that
    pages do not have."""
    if is_page(text):
        return False
    if _FOREIGN.match(text):
        return True
    root = _ROOT.match(text)
    if root is None:
        return _XML.match(text) is not None
    is_around_all = text.rstrip().endswith(f"</{root[1]}>")
    return is_around_all and root[1].lower() not in _KNOWN


def _unreadable() -> OrderError:
    return OrderError("The file is a web page that cannot be read.", cure=_CURE)


def _one_space(text: str | None) -> str:
    """A text with one space wherever there is white space, as pages show it."""
    return _SPACE.sub(" ", text or "")


def _pieces(element: HtmlElement, depth: int, *, is_on_white: bool) -> Iterator[str]:
    """The words of an element, with the ends of its lines. `is_on_white`: nothing on the page has
    another background colour."""
    if depth > _DEEPEST:
        raise _unreadable()
    if _is_unseen(element):
        return
    if _is_tiny(element) or (is_on_white and _is_white(element)):
        _refuse_doubt(element)
        return
    _refuse_struck(element)

    edge = _edge(element)
    yield edge
    yield _one_space(element.text)
    for child in element:
        yield from _pieces(child, depth + 1, is_on_white=is_on_white)
        yield _one_space(child.tail)
    yield edge


def _edge(element: HtmlElement) -> str:
    """What is before and after an element: the end of a line, or nothing."""
    if element.tag.lower() in _IN_LINE:
        return ""
    return "\n"


def _is_unseen(element: HtmlElement) -> bool:
    if not isinstance(element.tag, str):  # a comment, or an instruction
        return True
    if element.tag.lower() in _UNSEEN or "hidden" in element.attrib:
        return True
    style = element.get("style", "")
    return _HIDDEN.search(style) is not None


def _is_tiny(element: HtmlElement) -> bool:
    style = element.get("style", "")
    return _TINY.search(style) is not None


def _is_white(element: HtmlElement) -> bool:
    style = element.get("style", "")
    return _WHITE.search(style) is not None


def _refuse_doubt(element: HtmlElement) -> None:
    """Raise OrderError if words in a tiny or white element have a style of their own: they may be
    visible."""
    for inner in element.iterdescendants("*"):
        said = _one_space(inner.text_content()).strip()
        has_own_look = not _OWN_LOOK.isdisjoint(inner.attrib)
        if said and has_own_look and not _is_unseen(inner):
            raise _perhaps_seen(said)


def _perhaps_seen(said: str) -> OrderError:
    return OrderError(
        f'It is not certain whether words of the page are seen: what is around "{said[:60]}" is'
        " white or tiny.",
        cure="Delete these words, or give all around them another colour and size, save the file,"
        " and drop it again.",
    )


def _refuse_struck(element: HtmlElement) -> None:
    """Raise OrderError for struck-through words: only a person knows whether they count."""
    style = element.get("style", "")
    is_struck = element.tag.lower() in _STRUCK or _LINE_THROUGH.search(style) is not None
    words_in = " ".join(element.text_content().split())
    if is_struck and words_in:
        raise struck_through(words_in)


def struck_through(said: str) -> OrderError:
    """The error for struck-through words."""
    return OrderError(
        f'Words of the text are struck through: "{said[:60]}".',
        cure="Delete them, or remove the line through them, save the file, and drop it again.",
    )
