"""Which addresses the cloud cannot reach."""

from __future__ import annotations

import pytest

from nemowatch.content.links import read_links
from nemowatch.errors import OrderError
from tests.rigs.rows import each_row

PRIVATE = (
    *("localhost", "LOCALHOST.", "x.localhost", "127.0.0.1", "127.9.9.9", "0.0.0.0", "0"),
    *("192.168.178.20", "10.0.0.5", "172.16.0.1", "172.31.255.1", "169.254.3.4", "100.64.0.1"),
    *("[::1]", "[::]", "[fe80::1]", "[fe80::1%25eth0]", "[fd12:3456::1]", "[::ffff:10.0.0.1]"),
    *("2130706433", "0x7f000001", "0x7f.1", "127.1", "017700000001", "0300.0250.0.1"),
    *("nas", "nas.local", "files.internal", "diskstation.lan", "server.corp", "fritz.box"),
    *("nas.home.arpa", "abc.onion", "１２７．0．0．1", "127。0。0。1", "ⓛocalhost", "%6cocalhost"),
)
PUBLIC = (
    *("example.org", "a.b", "www.youtube.com", "172.32.0.1", "8.8.8.8", "134744072", "münchen.de"),
    *(
        "localhost.example.org",
        "internal.example.org",
        "[2606:4700::1111]",
        "例え.jp",
        "a.local.com",
    ),
)


@each_row(PRIVATE)
def test_a_private_address_is_refused_with_the_cure(host: str) -> None:
    """However it is written; with a port and in a shortcut too."""
    for data, name in (
        (f"https://{host}:8080/a.mp4\n", "a.urls.txt"),
        (f"[InternetShortcut]\nURL=http://{host}/a.mp4\n", "a.url"),
    ):
        with pytest.raises(OrderError) as refused:
            read_links(data.encode(), name)
        assert "cloud cannot reach" in refused.value.text
        assert "anybody can open" in refused.value.cure


@each_row(PUBLIC)
def test_a_public_address_is_taken(host: str) -> None:
    """What anybody can reach stays as it came."""
    url = f"https://{host}/a.mp4?x=1"
    assert read_links(f"{url}\n".encode(), "a.urls.txt") == (url,)


def test_a_password_in_an_address_is_not_sent() -> None:
    """Nor is it repeated in the note."""
    for said in ("anna:geheim@", "anna@", ":geheim@"):
        with pytest.raises(OrderError) as refused:
            read_links(f"https://{said}example.org/a.mp4".encode(), "a.urls.txt")
        assert "password" in refused.value.text
        assert "geheim" not in refused.value.words


def test_one_address_written_in_two_ways_is_one() -> None:
    """A host has no case and a port its usual value; what is behind may be another thing."""
    lines = "https://a.example/x\nhttps://A.example:443/x\nhttps://a.example/X\nhttp://a.example\n"
    assert read_links((lines + "http://a.example/").encode(), "a.urls.txt") == (
        "https://a.example/x",
        "https://a.example/X",
        "http://a.example",
    )
