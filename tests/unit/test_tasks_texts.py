"""Scripts and links as editors, Word and browsers write them."""

from __future__ import annotations

import plistlib
from itertools import product

import pytest

from nemowatch.content import text as texts
from nemowatch.content.links import read_links
from nemowatch.content.text import MAX_TEXT, decode_text
from nemowatch.errors import OrderError
from tests.rigs.rows import each_row

WORDS = 'Grüße aus Köln, "naïve" café.'
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le"]


@each_row(ENCODINGS)
def test_a_latin_text_is_read_from_every_encoding(encoding: str) -> None:
    """Line ends become plain ones."""
    assert decode_text(f"{WORDS}\r\nSecond line\r\n".encode(encoding)) == f"{WORDS}\nSecond line"


@each_row(
    product(
        ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"],
        ["Привет, это наш новый ролик.", "你好,这是我们的新影片。\n请看!", "こんにちは 世界"],
    )
)
def test_other_scripts_are_read_too(encoding: str, text: str) -> None:
    """Without a mark as well, although hardly any of their bytes is zero."""
    assert decode_text(text.encode(encoding)) == text


def test_marks_of_both_byte_orders_are_read() -> None:
    """UTF-16 as a Mac and as Windows write it."""
    assert decode_text(b"\xfe\xff" + "héllo".encode("utf-16-be")) == "héllo"
    assert decode_text(b"\xff\xfe" + "héllo".encode("utf-16-le")) == "héllo"


def test_an_ascii_text_of_even_length_stays_what_it_is() -> None:
    """The famous sentence that some editors take for Chinese."""
    assert decode_text(b"Bush hid the facts") == "Bush hid the facts"
    assert decode_text(b"We met in caf\xe9s.", ("en",)) == "We met in cafés."


@each_row([b"", b" \r\n\t", b"\xef\xbb\xbf", b"\xff\xfe", b"\0\0\0\0", b"\xa0"])
def test_an_empty_text_is_refused(data: bytes) -> None:
    """A mark alone is no text either."""
    with pytest.raises(OrderError, match="empty"):
        decode_text(data)


def test_what_is_no_text_or_too_much_of_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program, a file that is too large, and more characters than a message holds."""
    with pytest.raises(OrderError, match="not a text"):
        decode_text(b"\x7fELF\x02\x01\x01\x00\x00\x01\x80\x07\x05")
    with pytest.raises(OrderError, match="larger than 19 MB"):
        decode_text(b"a" * (MAX_TEXT + 1))
    monkeypatch.setattr(texts, "MAX_CHARACTERS", 100)
    with pytest.raises(OrderError, match="has 101 characters; the limit is 100"):
        decode_text(b"a " * 51)
    with pytest.raises(OrderError, match="the limit is 100"):  # counted before it is looked through
        decode_text("a\ufffd".encode() * 51)


def test_a_long_script_is_taken_whole() -> None:
    """More than an hour of speech, in Unicode or an older encoding; a list of links is no novel."""
    words = "Schöne Grüße aus München, wo wir heute sind.\n" * 2_000
    for encoding in ("utf-8", "utf-16", "cp1252"):
        assert decode_text(words.encode(encoding)) == words.strip()
    with pytest.raises(OrderError, match="more than"):
        read_links(b"https://example.org/a\n" * 50_000, "a.urls.txt")


SHORTCUT = (
    "[{000214A0-0000-0000-C000-000000000046}]\r\nProp3=19,2\r\n"
    "[InternetShortcut]\r\nIDList=\r\nURL=https://example.org/Ä?a=b#c\r\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_a_windows_shortcut_gives_its_address(encoding: str) -> None:
    """Whatever its encoding and whatever else stands in it."""
    assert read_links(SHORTCUT.encode(encoding), "Clip.URL") == ("https://example.org/Ä?a=b#c",)


def test_only_the_address_of_a_shortcut_has_to_be_readable() -> None:
    """The path of its icon holds a name in an encoding that cannot be told."""
    data = b"[InternetShortcut]\r\nIconFile=C:\\Users\\J\xf6rg\r\nURL=https://example.org/a\r\n"
    assert read_links(data, "clip.url") == ("https://example.org/a",)


@pytest.mark.parametrize("form", [plistlib.FMT_XML, plistlib.FMT_BINARY])
def test_a_mac_shortcut_gives_its_address(form: plistlib.PlistFormat) -> None:
    """XML or binary."""
    assert read_links(
        plistlib.dumps({"URL": "https://example.org/a.mp4"}, fmt=form), "a.webloc"
    ) == ("https://example.org/a.mp4",)


def test_a_list_gives_each_address_once() -> None:
    """In its order, without comments and empty lines; an address keeps its own #."""
    text = (
        "# mine\r\nhttps://a.example/1.mp4\r\n\r\n  http://b.example/2.mp4#t=3  #"
        " second\r\nhttps://a.example/1.mp4\r\n"
    )
    assert read_links(text.encode("utf-16"), "clips.urls.txt") == (
        "https://a.example/1.mp4",
        "http://b.example/2.mp4#t=3",
    )


BAD = [
    "file:///etc/passwd",
    "ftp://a.example/x",
    "javascript:alert(1)",
    "a.example/x",
    "https://",
    "https:// a.example",
    "http://[::1",
    "https://a.example:99999/",
]


@each_row(BAD)
def test_only_web_addresses_are_taken(url: str) -> None:
    """Everything else is refused by name, in each of the three forms."""
    forms = {
        "a.urls.txt": url.encode(),
        "a.url": f"[InternetShortcut]\nURL={url}".encode(),
        "a.webloc": plistlib.dumps({"URL": url}),
    }
    for name, data in forms.items():
        with pytest.raises(OrderError) as caught:
            read_links(data, name)
        assert name in caught.value.text


def test_an_address_with_a_space_is_told_so() -> None:
    """The cure names what is wrong with it, not only how addresses begin."""
    with pytest.raises(OrderError) as caught:
        read_links(b"https://example.com/a b.mp4", "list.urls.txt")
    assert "no spaces (write %20 for a space)" in caught.value.cure


def test_a_file_without_an_address_is_refused() -> None:
    """A shortcut to nowhere, a list of comments, a property list of another kind."""
    for name, data in {
        "a.url": b"[Other]\nURL=https://a.example",
        "a.urls.txt": b"# none",
        "a.webloc": plistlib.dumps(["x"]),
    }.items():
        with pytest.raises(OrderError, match="contains no address"):
            read_links(data, name)
