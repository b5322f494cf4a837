"""What a file is, by its first bytes, and whether its container says that it is whole.

Owns the judgement of an open file. It reads a bounded number of small pieces of it, and decides
nothing about orders or time.
"""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass, replace
from enum import StrEnum

from nemowatch.content import containers
from nemowatch.model import MediaKind

#: Bytes read from the front: every signature below lies within them.
HEAD = 4096
#: A front this long of zeros is content that has not arrived: an MP4 begins with three at most.
ZEROS = 16
#: The tail that is read when blocks are missing: a network client's largest write.
TAIL = 64 * 1024
#: Holes after which a sparse file counts as whole: a disk image has thousands, a dead copy few.
MAX_HOLES = 10_000

_VIDEO, _AUDIO, _IMAGE = MediaKind.VIDEO, MediaKind.AUDIO, MediaKind.IMAGE
#: What may be uploaded (docs/api.md section 2), and the texts and links that are read here.
KINDS: dict[str, MediaKind] = {
    "mp4": _VIDEO,
    "mov": _VIDEO,
    "avi": _VIDEO,
    "webm": _VIDEO,
    "mkv": _VIDEO,
    "jpg": _IMAGE,
    "jpeg": _IMAGE,
    "png": _IMAGE,
    "gif": _IMAGE,
    "webp": _IMAGE,
    "mp3": _AUDIO,
    "wav": _AUDIO,
    "m4a": _AUDIO,
    "aac": _AUDIO,
    "txt": MediaKind.SCRIPT,
    "md": MediaKind.SCRIPT,
    "docx": MediaKind.SCRIPT,
    "url": MediaKind.LINK,
    "webloc": MediaKind.LINK,
}
#: How lists of links end; Windows hides endings, so a doubled .txt counts as what was meant.
LISTS = (b".urls.txt", b".urls.txt.txt")
#: What people put under a media name by mistake, by its first bytes.
DISGUISES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "a PDF document"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a Windows program"),
    (b"PK\x03\x04", "a ZIP archive or an Office document"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"OggS", "an Ogg file"),
    (b"fLaC", "a FLAC file"),
    (b"FLV\x01", "a Flash video"),
    (b"\x30\x26\xb2\x75", "a Windows Media file"),
    (b"\x00\x00\x01\xba", "an MPEG-1 or MPEG-2 file"),
    (b"\x00\x00\x01\xb3", "an MPEG-1 or MPEG-2 file"),
    (b"BM", "a bitmap"),
    (b"II*\x00", "a TIFF picture"),
    (b"MM\x00*", "a TIFF picture"),
    (b"SQLite", "a database"),
    (b"#!", "a script"),
)
#: Those of them that no text begins with; the others are letters that one may well begin with.
NEVER_TEXT = (b"%PDF", b"\x7fELF", b"PK\x03\x04", b"Rar!", b"\x1f\x8b", b"\xd0\xcf\x11\xe0")
#: Marks with which a text says its encoding; the first looks like a frame of MP3.
TEXT_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")


#: Kinds that the first bytes of a RIFF file name.
RIFF_KINDS = {b"AVI ": _VIDEO, b"WAVE": _AUDIO, b"WEBP": _IMAGE}
RIFF = (b"RIFF", b"RF64")
#: Kinds that the first bytes of a MP4 file name, other than video.
MP4_KINDS = {b"M4A ": _AUDIO, b"M4B ": _AUDIO}
#: What files of the other kinds begin with.
SIGNATURES: tuple[tuple[bytes, MediaKind], ...] = (
    (containers.EBML, _VIDEO),
    (b"\xff\xd8\xff", _IMAGE),
    (b"\x89PNG\r\n\x1a\n", _IMAGE),
    (b"GIF87a", _IMAGE),
    (b"GIF89a", _IMAGE),
    (b"ID3", _AUDIO),
)
#: How web pages begin, in small letters.
WEB_PAGES = (b"<!doctype html", b"<html", b"<head", b"<body")


class Finding(StrEnum):
    """What the first bytes of a file say."""

    MEDIA = "media"  #: of a kind we know, and as whole as its container can tell
    NOT_YET = "not yet"  #: its beginning has not arrived
    CUT_SHORT = "cut short"  #: its container promises more than is there
    NOT_MEDIA = "not media"  #: something else under this name


@dataclass(frozen=True, slots=True)
class Sniffed:
    """The judgement, with its reason in plain words ("" for MEDIA)."""

    finding: Finding
    kind: MediaKind = MediaKind.VIDEO
    why: str = ""
    #: it says by itself where it ends, and ends there: no further piece is to come
    ends: bool = False


def kind_by_name(name: bytes) -> MediaKind | None:
    """The kind that a name's ending promises; None for endings that no task takes."""
    low = name.lower()
    if low.endswith(LISTS):
        return MediaKind.LINK
    stem, _, ending = low.rpartition(b".")
    if not stem.strip(b"."):  # no ending, or a hidden file's whole name
        return None
    return KINDS.get(ending.decode("ascii", "replace"))


def sniff(
    fd: int,
    name: bytes,
    size: int,
    *,
    blocks_short: bool = False,
) -> Sniffed:
    """Read the first bytes of an open file. `blocks_short`: it has fewer blocks than its size
    needs. Raises OSError."""
    head = os.pread(fd, HEAD, 0)
    if not any(head[:ZEROS]):
        return Sniffed(Finding.NOT_YET, why="its beginning has not arrived yet")

    promised = kind_by_name(name)
    if promised in (MediaKind.SCRIPT, MediaKind.LINK):
        found = _text(head, name, promised)
        is_zip = head.startswith(containers.ZIP)
        return replace(found, ends=is_zip and containers.ends(fd, head, size))

    kind = media_kind(head, name)
    if kind is None:
        return Sniffed(Finding.NOT_MEDIA, why=_disguise(head, name))

    why = containers.missing(fd, head, size)
    if not why and _tail_missing(fd, size, blocks_short):
        why = "its last part has not arrived"
    if why:
        return Sniffed(Finding.CUT_SHORT, kind, why)
    return Sniffed(Finding.MEDIA, kind, ends=containers.ends(fd, head, size))


def media_kind(head: bytes, name: bytes) -> MediaKind | None:
    """The kind by the first bytes; the name only decides between sound and picture where a
    container may hold either."""
    if containers.is_mp4(head):
        return _mp4_kind(head, name)
    for beginning, kind in SIGNATURES:
        if head.startswith(beginning):
            return kind
    if head.startswith(RIFF):
        return RIFF_KINDS.get(head[8:12])
    if _audio_frame(head):
        return _AUDIO
    return None


def _mp4_kind(head: bytes, name: bytes) -> MediaKind:
    if name.lower().endswith(b".m4a"):
        return _AUDIO
    return MP4_KINDS.get(head[8:12], _VIDEO)


def _audio_frame(head: bytes) -> bool:
    """True for the first frame of MP3 (layer I to III) or AAC in ADTS (layer 0): sync, and no
    forbidden value."""
    if len(head) < 4:
        return False

    bits = int.from_bytes(head[:4], "big")
    if bits >> 21 != 0x7FF:  # eleven bits of sync
        return False
    layer = bits >> 17 & 3
    if layer == 0:
        return _adts_frame(bits)

    version = bits >> 19 & 3
    bit_rate = bits >> 12 & 15
    frequency = bits >> 10 & 3
    return version != 1 and bit_rate != 15 and frequency != 3


def _adts_frame(bits: int) -> bool:
    """ADTS has one bit more of sync, and a sampling frequency that exists."""
    return bits >> 20 == 0xFFF and bits >> 10 & 15 < 13


def _text(head: bytes, name: bytes, kind: MediaKind) -> Sniffed:
    """Whether this may be the text, document or link that its name promises."""
    is_docx = name.lower().endswith(b".docx")
    found = _no_docx(head) if is_docx else _no_text(head, name)
    if found:
        return Sniffed(Finding.NOT_MEDIA, kind, _but(name, found))
    return Sniffed(Finding.MEDIA, kind)


def _no_docx(head: bytes) -> str:
    """What the first bytes are, when no Word document begins with them; else ""."""
    if head.startswith(containers.ZIP):
        return ""
    return known_disguise(head) or "no Word document"


def _no_text(head: bytes, name: bytes) -> str:
    """What the first bytes are, when no text begins with them; else ""."""
    if head.startswith(TEXT_MARKS):
        return ""
    if head.startswith(NEVER_TEXT):
        return _by_magic(head)

    # sound begins like a text in UTF-16, and a GIF like one in letters
    is_letters = b"\0" not in head and head[0] <= 127
    if is_letters or _audio_frame(head) or media_kind(head, name) is None:
        return ""
    return "a media file"


def _by_magic(head: bytes) -> str:
    found = (what for magic, what in DISGUISES if head.startswith(magic))
    return next(found, "")


def known_disguise(head: bytes) -> str:
    """What the first bytes are, when it is something that people mix up with media; else ""."""
    start = head[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(WEB_PAGES):
        return "a web page"

    found = _by_magic(head)
    if not found and start.startswith(b"<?xml"):
        return "an XML document"
    return found


def _disguise(head: bytes, name: bytes) -> str:
    found = known_disguise(head)
    if not found and min(head) > 8:  # no byte that no text has
        found = "a text"
    if not found:
        return "its content is not a video, sound or picture that nemowatch knows"
    return _but(name, found)


def _but(name: bytes, what: str) -> str:
    ending = name.rpartition(b".")[2].decode("ascii", "replace")
    return f"it is called .{ending} but is {what}"


def _tail_missing(fd: int, size: int, blocks_short: bool) -> bool:
    """True when the end of the file was never written: a copy that died leaves its full size and
    a hole."""
    try:
        _pass_holes(fd, size)
    except OSError as exc:
        if exc.errno == errno.ENXIO:  # no data after this hole
            return True
        if exc.errno not in (errno.EINVAL, errno.EOPNOTSUPP):
            raise
    return blocks_short and not any(os.pread(fd, TAIL, max(size - TAIL, 0)))


def _pass_holes(fd: int, size: int) -> None:
    """Go over the holes of a file. Raises OSError: ENXIO for one with no data after it."""
    hole = os.lseek(fd, 0, os.SEEK_HOLE)
    for _ in range(MAX_HOLES):
        if hole >= size:
            return
        data = os.lseek(fd, hole, os.SEEK_DATA)
        hole = os.lseek(fd, data, os.SEEK_HOLE)
