"""What a file is by its first bytes: media that the cloud accepts, or something else that people
drop under such a name, and what to do about that.

Owns the tables of first bytes. Pure; it must not read files' structures, which `containers` does.
"""

from __future__ import annotations

from dataclasses import dataclass

from nemowatch.content.containers import matroska, mp4, mpeg_audio, riff
from nemowatch.content.containers.marks import JPEG, PNG, ZIP
from nemowatch.content.endings import TO_AUDIO, TO_IMAGE, TO_VIDEO
from nemowatch.content.recognise import by_beginning
from nemowatch.model import MediaKind

_VIDEO, _AUDIO, _IMAGE = MediaKind.VIDEO, MediaKind.AUDIO, MediaKind.IMAGE

_DOWNLOAD = "Download the file itself, and put that into the folder."
_UNPACK = "Unpack it, and put the files that are in it into the folder."


@dataclass(frozen=True, slots=True)
class Disguise:
    """What a file really is."""

    what: str
    cure: str = ""


def converted(to: str) -> str:
    """The cure for a kind that the cloud does not accept."""
    return f"Convert it to {to}, and put that into the folder."


def _video(what: str) -> Disguise:
    return Disguise(what, converted(TO_VIDEO))


def _audio(what: str) -> Disguise:
    return Disguise(what, converted(TO_AUDIO))


def _image(what: str) -> Disguise:
    return Disguise(what, converted(TO_IMAGE))


_MPEG = _video("an MPEG-1 or MPEG-2 file")
_TIFF = _image("a TIFF picture or a camera's raw image")
#: What people drop under a media name by mistake, by its first bytes.
_BY_MAGIC: tuple[tuple[bytes, Disguise], ...] = (
    (b"%PDF", Disguise("a PDF document")),
    (b"\x7fELF", Disguise("a program")),
    (b"MZ", Disguise("a Windows program")),
    (ZIP, Disguise("a ZIP archive or an Office document", _UNPACK)),
    (b"Rar!", Disguise("a RAR archive", _UNPACK)),
    (b"7z\xbc\xaf", Disguise("a 7-Zip archive", _UNPACK)),
    (b"\x1f\x8b", Disguise("a gzip archive", _UNPACK)),
    (b"\xd0\xcf\x11\xe0", Disguise("an old Office document")),
    (b"SQLite", Disguise("a database")),
    (b"#!AMR", _audio("an AMR audio file")),
    (b"#!", Disguise("a script")),
    (b"fLaC", _audio("a FLAC file")),
    (b"OggS", Disguise("an Ogg file", converted("MP4, or to MP3 if it is sound"))),
    (b"\x30\x26\xb2\x75", Disguise("a Windows Media file", converted(TO_VIDEO))),
    (b"riff\x2e\x91\xcf\x11", _audio("a Wave64 audio file")),
    (b"caff", _audio("a CAF audio file")),
    (b".snd", _audio("an AU audio file")),
    (b"wvpk", _audio("a WavPack file")),
    (b"MAC ", _audio("a Monkey's Audio file")),
    (b"DSD ", _audio("a DSD audio file")),
    (b"MThd", _audio("a MIDI file")),
    (b"\x0b\x77", _audio("a Dolby audio file")),
    (b"FLV\x01", _video("a Flash video")),
    (b"FWS", _video("a Flash movie")),
    (b"CWS", _video("a Flash movie")),
    (b".RMF", _video("a RealMedia file")),
    (b"\x00\x00\x01\xba", _MPEG),
    (b"\x00\x00\x01\xb3", _MPEG),
    (b"\x00\x00\x00\x01\x67", _video("bare H.264 video")),
    (b"\x00\x00\x00\x01\x09", _video("bare H.264 video")),
    (b"\x00\x00\x00\x01\x40", _video("bare H.265 video")),
    (b"\x06\x0e\x2b\x34", _video("an MXF file")),
    (b"\x1f\x07\x00", _video("a DV video")),
    (b"YUV4MPEG2", _video("raw video (Y4M)")),
    (b"II*\x00", _TIFF),
    (b"MM\x00*", _TIFF),
    (b"BM", _image("a bitmap")),
    (b"8BPS", _image("a Photoshop image")),
    (b"\x00\x00\x00\x0cjP  ", _image("a JPEG 2000 image")),
    (b"\x00\x00\x00\x0cJXL ", _image("a JPEG XL image")),
    (b"\xff\x0a", _image("a JPEG XL image")),
    (b"\x00\x00\x01\x00", _image("an icon")),
)
#: Those with which no text begins; the others are letters with which one may well begin.
NEVER_TEXT = (b"%PDF", b"\x7fELF", ZIP, b"Rar!", b"\x1f\x8b", b"\xd0\xcf\x11\xe0")
#: Pictures with the structure of an MP4 file, by the brand in their first box.
_HEIC = _image("an iPhone photo (HEIC)")
_BRANDS = {
    **dict.fromkeys(
        (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"), _HEIC
    ),
    **dict.fromkeys((b"avif", b"avis"), _image("an AVIF image")),
    b"crx ": _image("a camera's raw image"),
}
#: What repeats in the first bytes of an MPEG transport stream, how far apart, and where it begins:
#: the second form has a time before each packet (.mts, .m2ts).
_TS_SYNC, _TS_SEEN = b"\x47", 4
_TS_PACKETS = ((0, 188), (4, 192))
#: The beginnings of web pages, in small letters.
_WEB_PAGES = (b"<!doctype html", b"<html", b"<head", b"<body")
_WEB_PAGE = Disguise("a web page", _DOWNLOAD)

#: The beginnings of other texts with markup.
_MARKUP = (
    (b"<svg", _image("an SVG drawing")),
    (b"<?xml", Disguise("an XML document", _DOWNLOAD)),
)
#: AIFF in its two forms.
_AIFF_FORMS = (b"AIFF", b"AIFC")
#: Bytes within which markup begins, and what may be before it.
_START = 512
_BLANK = b"\xef\xbb\xbf \t\r\n"

#: Kinds that the first bytes of a RIFF file name.
_RIFF_KINDS = {b"AVI ": _VIDEO, b"WAVE": _AUDIO, b"WEBP": _IMAGE}
_MP4_KINDS = {b"M4A ": _AUDIO, b"M4B ": _AUDIO}
#: The beginnings of files of the other kinds.
_SIGNATURES: tuple[tuple[bytes, MediaKind], ...] = (
    (matroska.EBML, _VIDEO),
    (JPEG, _IMAGE),
    (PNG, _IMAGE),
    (b"GIF87a", _IMAGE),
    (b"GIF89a", _IMAGE),
    (mpeg_audio.TAG, _AUDIO),
)


def media_kind(head: bytes, name: bytes) -> MediaKind | None:
    """The kind of a file that the cloud accepts, by its first bytes; None for anything else. The
    name only decides if a container may have sound or pictures, and does not say which."""
    if mp4.begins(head):
        return _mp4_kind(head, name)
    if head.startswith(riff.BEGINNINGS):
        return _RIFF_KINDS.get(head[8:12])
    if mpeg_audio.is_frame(head):
        return _AUDIO
    return by_beginning(head, _SIGNATURES)


def _mp4_kind(head: bytes, name: bytes) -> MediaKind | None:
    brand = head[8:12]
    if _has_brand(head) and brand in _BRANDS:
        return None
    if name.lower().endswith((b".m4a", b".m4b")):
        return _AUDIO
    return _MP4_KINDS.get(brand, _VIDEO)


def _has_brand(head: bytes) -> bool:
    """Whether the first box says which of the formats with the structure of MP4 this is."""
    return head[4:8] == b"ftyp"


def disguise(head: bytes) -> Disguise | None:
    """What a file is that the cloud does not accept, if it is something that people confuse with
    media."""
    start = head[:_START].lstrip(_BLANK).lower()
    if start.startswith(_WEB_PAGES):
        return _WEB_PAGE
    return _by_magic(head) or by_beginning(start, _MARKUP)


def _by_magic(head: bytes) -> Disguise | None:
    if _has_brand(head):
        return _BRANDS.get(head[8:12])
    if head.startswith(b"FORM") and head[8:12] in _AIFF_FORMS:
        return _audio("an AIFF audio file")
    if _is_transport_stream(head):
        return _video("an MPEG transport stream (TS, MTS)")
    return by_beginning(head, _BY_MAGIC)


def _is_transport_stream(head: bytes) -> bool:
    for begin, length in _TS_PACKETS:
        end = begin + length * _TS_SEEN
        marks = head[begin:end:length]
        if marks == _TS_SYNC * _TS_SEEN:
            return True
    return False
