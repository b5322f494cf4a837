"""Recognises the form of a text (rich text, a web page, subtitles, Markdown), and gets its words.

Owns recognising the form, by what is in the file and not only by its name. `cues`, `rtf`, `pages`
and `markdown` read one each. If anything is in doubt it must not guess: the text is refused, with
the cure.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from html.entities import html5

from nemowatch.content.forms import cues, markdown, pages, rtf
from nemowatch.content.forms.comments import without_comments
from nemowatch.content.forms.not_spoken import refuse_not_spoken
from nemowatch.content.forms.other_markup import HEADING
from nemowatch.content.forms.stand_ins import refuse_unwritten
from nemowatch.content.misread import may_be_misread
from nemowatch.content.text import (
    checked,
    checked_short,
    decode_text,
    plain_text,
    with_words,
)
from nemowatch.errors import OrderError

#: The endings of Markdown files.
_MARKDOWN = (".md", ".markdown")
#: The most characters of a text with markup: parsers need a hundred times the memory of plain
#: words.
_MOST_MARKED = 1_500_000
#: Character references that web pages leave in copied text.
_REFERENCE = re.compile(r"&(?:[A-Za-z][A-Za-z0-9]{1,30}|#\d{1,7}|#x[0-9a-fA-F]{1,6});")


def script_words(data: bytes, name: str, languages: Sequence[str] = ()) -> str:
    """The words of a script that are to be spoken, without markup and without times and numbers of
    subtitles. Raises OrderError."""
    if rtf.is_rtf(data):
        return document_words(rtf.words(data))

    text = decode_text(data, languages)
    read = _reader(text, name)
    if read in _HEAVY:
        _refuse_long(text)
    return without_comments(with_words(checked(read(text))))


def subtitles(data: bytes, languages: Sequence[str] = ()) -> str:
    """The words of subtitles with their times, as SubRip. Raises OrderError."""
    text = decode_text(data, languages)
    return with_words(checked(cues.timed(text)))


def plain_subtitles(data: bytes) -> str | None:
    """The same of subtitles in Unicode; None for any other. Raises OrderError."""
    text = plain_text(data)
    if text is None or may_be_misread(text):
        return None
    return with_words(checked(cues.timed(text)))


def document_words(text: str) -> str:
    """The words of a document with a word processor's markup. Raises OrderError for words that are
    not to be spoken."""
    words = with_words(checked(text))
    refuse_not_spoken(words)
    return words


def _refuse_long(text: str) -> None:
    """Raise OrderError for more characters than parsers of markup have memory for."""
    if len(text) <= _MOST_MARKED:
        return
    said = f"The text contains markup, and has more than {_MOST_MARKED:,} characters."
    raise OrderError(said, cure="Split it into several files.")


def plain_script(data: bytes, name: str) -> str | None:
    """The words of a script in Unicode without any markup; None for any other. Raises
    OrderError."""
    if rtf.is_rtf(data):
        return None
    text = plain_text(data)
    if text is None or may_be_misread(text) or _reader(text, name) is not _as_it_is:
        return None
    return without_comments(with_words(_as_it_is(text)))


def instructions(data: bytes) -> str:
    """The words of a prompt.txt, which may have been saved as rich text. Raises OrderError."""
    text = checked_short(_plain_words(data))
    refuse_unwritten(text)
    return text


def _plain_words(data: bytes) -> str:
    """The words of a text that may be rich text or a web page."""
    if rtf.is_rtf(data):
        return with_words(checked(rtf.words(data)))
    text = with_words(decode_text(data))
    if pages.is_page(text):
        return with_words(checked(pages.words(text)))
    return text


def _rich_words(text: str) -> str:
    return document_words(rtf.words(text.encode()))


def _page_words(text: str) -> str:
    return document_words(pages.words(text))


def _heading(found: re.Match[str]) -> str:
    return found[1].strip()


def _as_it_is(text: str) -> str:
    return _REFERENCE.sub(_meant, HEADING.sub(_heading, text))


def _meant(reference: re.Match[str]) -> str:
    """The character that is meant. What only looks like a reference stays."""
    whole = reference[0]
    if whole.startswith("&#"):
        return html.unescape(whole)
    return html5.get(whole[1:], whole)


def _reader(text: str, name: str) -> Callable[[str], str]:
    """The function that gets the words out of this text. Raises OrderError for a text that is not
    to be spoken."""
    if cues.is_subtitles(text):
        return cues.words
    if rtf.is_rtf(text[:64].encode()):  # it was in UTF-16
        return _rich_words
    if pages.is_page(text):
        return _page_words
    is_markdown = name.lower().endswith(_MARKDOWN)
    said = text
    if is_markdown:
        said = markdown.without_facts(text)
    refuse_not_spoken(with_words(said))

    if is_markdown:
        return markdown.words
    if pages.has_tags(text):
        return pages.words
    if markdown.has_marks(text):
        return markdown.words_of_text
    return _as_it_is


#: The readers that need much memory.
_HEAVY = frozenset({_page_words, pages.words, markdown.words, markdown.words_of_text})
