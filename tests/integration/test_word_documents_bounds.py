"""Word documents that would take too much time or memory are refused; making them takes seconds."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from nemowatch.errors import OrderError, UnsafeContent
from tests.rigs.word_files import document, packed, paragraph, part, words_of

P = paragraph
LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>'
)


def with_type() -> bytes:
    main = part("document", f"<w:body>{P('&b;')}</w:body>")
    return packed({"word/document.xml": main.replace("?>", f"?>{LAUGHS}", 1)})


UNSAFE: dict[str, Callable[[], bytes]] = {
    "entities": with_type,
    "tables in tables": lambda: document("<w:tbl><w:tr><w:tc>" * 10_000),
    "millions of empty paragraphs": lambda: document("<w:p/>" * 2_300_000),
    "a tag without an end": lambda: document("<w:p " + "a" * 20 * 1024 * 1024),
    "too many elements": lambda: document("<x/>" * 2_100_000),
    "too many kinds of elements": lambda: document("".join(f"<a{n}/>" for n in range(6000))),
    "too many styles": lambda: document(
        P("x"), styles="".join(f'<w:style w:styleId="{n}"/>' for n in range(21_000))
    ),
    "too many lists": lambda: document(
        P("x"), numbering="".join(f'<w:num w:numId="{n}"/>' for n in range(51_000))
    ),
    "a bomb": lambda: document(P("x" * 101 * 1024 * 1024)),
    "a bomb of styles": lambda: document(P("x"), styles=" " * 101 * 1024 * 1024),
    "a directory without an end": lambda: packed({f"{n:0200}": b"" for n in range(20_000)}),
}


@pytest.mark.parametrize("title", UNSAFE)
def test_what_would_take_too_much_is_not_read(title: str) -> None:
    """Within bounds of time and memory, which the child that reads has as well."""
    with pytest.raises((UnsafeContent, OrderError)) as caught:
        words_of(UNSAFE[title]())
    if isinstance(caught.value, OrderError):
        assert "characters" in caught.value.text
    assert caught.value.cure
