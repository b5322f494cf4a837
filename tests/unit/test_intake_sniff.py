"""First bytes and containers, on real files."""

from __future__ import annotations

import os
import struct
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemowatch.content.containers import Pieces, TooMany, examine
from nemowatch.content.kinds import SniffResult, kind_by_name
from nemowatch.content.signatures import media_kind
from nemowatch.model import MediaKind
from tests.rigs import media_files
from tests.rigs.media_files import EBML, box, cluster, sniffed, track_entry, tracks

FTYP = box(b"ftyp", b"isom\0\0\2\0isommp42")
MP4 = FTYP + box(b"moov", b"m" * 100) + box(b"mdat", b"d" * 5000)
FRAGMENTS = (
    FTYP + box(b"moov", b"m" * 100) + 2 * (box(b"moof", b"f" * 50) + box(b"mdat", b"d" * 500))
)
BIG = FTYP + box(b"moov", b"m") + struct.pack(">I4sQ", 1, b"mdat", 16 + 300) + b"d" * 300
WAV = media_files.wav(b"x" * 4000)
AVI = media_files.avi(b"vids", b"auds")
PARTS = (tracks(track_entry(1, 1), track_entry(2, 2)), cluster(1, 2))
MKV = media_files.mkv(*PARTS)
OPEN_MKV = media_files.mkv(*PARTS, is_open=True)
MP3 = b"\xff\xfb\x90\x64" + b"a" * 400
AAC = b"\xff\xf1\x50\x80" + b"a" * 400


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("a.mp4", MP4, MediaKind.VIDEO),
        ("a.mp4", BIG, MediaKind.VIDEO),
        ("a.m4a", MP4, MediaKind.AUDIO),
        ("a.mp4", box(b"ftyp", b"M4A \0\0\0\0") + MP4[len(FTYP) :], MediaKind.AUDIO),
        ("a.mov", box(b"wide", b"") + box(b"mdat", b"x") + box(b"moov", b"x"), MediaKind.VIDEO),
        ("a.wav", WAV, MediaKind.AUDIO),
        ("a.avi", AVI, MediaKind.VIDEO),
        ("a.webp", WAV.replace(b"WAVE", b"WEBP"), MediaKind.IMAGE),
        ("a.mkv", MKV, MediaKind.VIDEO),
        ("a.webm", OPEN_MKV, MediaKind.VIDEO),
        ("a.mp3", MP3, MediaKind.AUDIO),
        ("a.mp3", media_files.id3(50, b"x" * 50) + MP3, MediaKind.AUDIO),
        ("a.aac", AAC, MediaKind.AUDIO),
        ("a.jpg", b"\xff\xd8\xff\xe0" + b"j" * 50 + b"\xff\xd9", MediaKind.IMAGE),
        ("a.png", b"\x89PNG\r\n\x1a\n" + b"p" * 50, MediaKind.IMAGE),
        ("a.gif", b"GIF89a" + b"g" * 50, MediaKind.IMAGE),
        ("a.txt", b"Hello", MediaKind.SCRIPT),
        ("a.TXT", "Grüße".encode("utf-16"), MediaKind.SCRIPT),
        ("a.txt", b"#! is how it begins", MediaKind.SCRIPT),
        ("a.txt", b"BMW is a car", MediaKind.SCRIPT),
        ("a.docx", b"PK\3\4rest", MediaKind.SCRIPT),
        ("a.url", b"[InternetShortcut]\r\nURL=x", MediaKind.LINK),
        ("a.urls.txt", b"https://x/y.mp4", MediaKind.LINK),
        ("a.mp4", MKV, MediaKind.VIDEO),
        ("a.webloc", b"<?xml version='1.0'?><plist>", MediaKind.LINK),
    ],
)
def test_media_is_known_by_its_first_bytes(
    tmp_path: Path, name: str, data: bytes, kind: MediaKind
) -> None:
    """Every uploadable kind, and texts and links, are recognised."""
    found = sniffed(tmp_path, name, data)
    assert (found.finding, found.kind) == (SniffResult.MEDIA, kind)


@pytest.mark.parametrize(
    ("name", "data", "ends"),
    [
        ("a.mp4", MP4, True),
        ("a.mp4", box(b"ftyp", b"isom") + box(b"moov", b"m"), False),
        ("a.mp4", box(b"ftyp", b"isom") + box(b"moov", b"m") + b"\0\0\0\0mdatxx", False),
        ("a.mp4", FRAGMENTS, False),
        ("a.mp4", FRAGMENTS + box(b"mfra", b"i"), True),
        ("a.wav", WAV, True),
        ("a.mkv", MKV, True),
        ("a.webm", OPEN_MKV, False),
        ("a.mp3", MP3, False),
        ("a.txt", b"Hello", False),
        ("a.jpg", b"\xff\xd8\xff\xe0jj\xff\xd9", True),
        ("a.jpg", b"\xff\xd8\xff\xe0" + b"j" * 50, False),
        ("a.docx", b"PK\3\4rest" + b"PK\5\6" + bytes(18), True),
        ("a.docx", b"PK\3\4rest", False),
    ],
)
def test_only_kinds_that_say_their_end_are_known_to_be_whole(
    tmp_path: Path, name: str, data: bytes, ends: bool
) -> None:
    """An MP3, a text or an open recording may still grow; a container with all it promises, a
    picture with its mark not; one made of fragments ends with their index."""
    assert sniffed(tmp_path, name, data).ends is ends


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.mp4", MP4[:-1]),
        ("a.mp4", MP4[:40]),
        ("a.mp4", FTYP + box(b"mdat", b"d" * 50)),
        ("a.mp4", BIG[:-5]),
        ("a.mp4", FTYP + b"\0" * 500),
        ("a.mp4", FTYP),
        ("a.mp4", FTYP + b"\0\0\0"),
        ("a.wav", WAV[:-1]),
        ("a.avi", AVI[:-9]),
        ("a.mkv", MKV[:-1]),
        ("a.mkv", media_files.EBML),
    ],
)
def test_a_container_that_promises_more_is_cut_short(
    tmp_path: Path, name: str, data: bytes
) -> None:
    """Boxes past the end, no moov, zeros for boxes, RIFF and Matroska shorter than they say."""
    found = sniffed(tmp_path, name, data)
    assert found.finding is SniffResult.CUT_SHORT
    assert found.why


@pytest.mark.parametrize(
    ("name", "data", "word"),
    [
        ("a.mp4", b"%PDF-1.7 " * 9, "PDF"),
        ("a.mp4", b"\x7fELF" + b"\1" * 60, "program"),
        ("a.mov", b"\n <!DOCTYPE html><html>", "web page"),
        ("a.mp4", b"just some words in a text", "a text"),
        ("a.mp3", b"PK\3\4" + b"z" * 40, "ZIP"),
        ("a.mp4", bytes(range(1, 60)), "not video"),
        ("a.docx", b"no zip at all", "Word"),
        ("a.txt", b"\x7fELF\2\1\1" + b"\0" * 60, "program"),
        ("a.txt", b"\xff\xd8\xff\xe0" + b"j" * 50, "media"),
    ],
)
def test_disguised_files_are_named_for_what_they_are(
    tmp_path: Path, name: str, data: bytes, word: str
) -> None:
    """The reason names what the file really is."""
    found = sniffed(tmp_path, name, data)
    assert found.finding is SniffResult.NOT_MEDIA
    assert word in found.why


def test_leading_zeros_mean_not_there_yet(tmp_path: Path) -> None:
    """A preallocated file is never called no media."""
    for data in (b"", b"\0" * 5000, b"\0" * 32 + MP4):
        assert sniffed(tmp_path, "a.mp4", data).finding is SniffResult.NOT_YET


def test_endings_decide_what_is_promised() -> None:
    """Any case, doubled .txt for lists, and nothing for endings no task takes."""
    assert kind_by_name(b"A.MP4") is MediaKind.VIDEO
    assert kind_by_name(b"x.urls.txt.txt") is MediaKind.LINK
    for name in (b"mp4", b".mp4", b"a.flv", b"a.mp4.bak", b"a", b"a.\xff"):
        assert kind_by_name(name) is None


@given(st.binary(max_size=300))
def test_any_bytes_behind_any_header_get_an_answer(data: bytes) -> None:
    """No content breaks or hangs the containers' walks."""
    read, write = os.memfd_create("x"), b""
    try:
        for header in (write, FTYP, b"RIFF", EBML, EBML + b"\x18\x53\x80\x67"):
            os.ftruncate(read, 0)
            os.pwrite(read, header + data, 0)
            media_kind(header + data, b"a.mp4")
            with suppress(TooMany):
                examine(Pieces(read, len(header + data)))
    finally:
        os.close(read)
