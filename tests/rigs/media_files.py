"""Small media files, made byte by byte: just enough of each container to say which tracks it
has."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable
from pathlib import Path

from nemowatch.content.kinds import Sniffed
from nemowatch.content.sniff import sniff

FTYP_BODY = b"isom\0\0\2\0isommp42"


def box(kind: bytes, payload: bytes) -> bytes:
    """Make one MP4 box."""
    return struct.pack(">I", 8 + len(payload)) + kind + payload


def trak(
    handler: bytes = b"vide",
    number: int = 1,
    *,
    samples: int = 10,
    enabled: bool = True,
    form: bytes = b"avc1",
) -> bytes:
    """Make the index of one track."""
    header = box(b"tkhd", struct.pack(">IIII", int(enabled), 0, 0, number) + bytes(68))
    table = box(b"stsd", struct.pack(">II", 0, 1) + box(form, bytes(16)))
    sizes = box(b"stsz", struct.pack(">III", 0, 100, samples))
    media = box(b"hdlr", bytes(8) + handler + bytes(12))
    media += box(b"minf", box(b"stbl", table + sizes))
    return box(b"trak", header + box(b"mdia", media))


PICTURE, SOUND = trak(), trak(b"soun", 2, form=b"mp4a")


def moov(*traks: bytes, fragmented: bool = False) -> bytes:
    """Make the index of a file."""
    extends = box(b"mvex", box(b"trex", bytes(24))) if fragmented else b""
    return box(b"moov", box(b"mvhd", bytes(100)) + b"".join(traks) + extends)


def moof(*numbers: int) -> bytes:
    """Make a fragment with samples of these tracks, and its content."""
    runs = b""
    for number in numbers:
        header = box(b"tfhd", struct.pack(">II", 0, number))
        runs += box(b"traf", header + box(b"trun", struct.pack(">II", 0, 5)))
    return box(b"moof", box(b"mfhd", bytes(8)) + runs) + box(b"mdat", b"d" * 500)


def mp4(*traks: bytes, brand: bytes = b"isom") -> bytes:
    """Make an MP4 with these tracks; by default a picture and sound."""
    index = moov(*(traks or (PICTURE, SOUND)))
    return box(b"ftyp", brand + FTYP_BODY[4:]) + index + box(b"mdat", b"d" * 5000)


def fragmented(*parts: bytes, traks: Iterable[bytes]) -> bytes:
    """Make a fragmented MP4."""
    return box(b"ftyp", FTYP_BODY) + moov(*traks, fragmented=True) + b"".join(parts)


def chunk(kind: bytes, payload: bytes) -> bytes:
    """Make one RIFF chunk."""
    return kind + struct.pack("<I", len(payload)) + payload + b"\0" * (len(payload) % 2)


def wav(data: bytes = b"s" * 4000) -> bytes:
    """Make a WAV with this sound."""
    return chunk(b"RIFF", b"WAVE" + chunk(b"fmt ", bytes(16)) + chunk(b"data", data))


def avi(*streams: bytes, of: tuple[int, ...] = (0, 1), more: bytes = b"") -> bytes:
    """Make an AVI with streams of these kinds (vids, auds), with content for some of them, and with
    more data after that."""
    lists = b""
    for kind in streams:
        header = kind + bytes(52)
        lists += chunk(b"LIST", b"strl" + chunk(b"strh", header))
    content = b"".join(chunk(b"%02ddc" % number, b"m" * 900) for number in of)
    body = chunk(b"LIST", b"hdrl" + lists) + chunk(b"LIST", b"movi" + content) + more
    return chunk(b"RIFF", b"AVI " + body)


def element(number: int, payload: bytes, *, is_open: bool = False) -> bytes:
    """Make one Matroska element, of unknown length if it is open."""
    name = number.to_bytes((number.bit_length() + 7) // 8, "big")
    length = b"\x01" + len(payload).to_bytes(7, "big")
    if is_open:
        length = b"\x01" + b"\xff" * 7
    return name + length + payload


EBML = element(0x1A45DFA3, element(0x4282, b"matroska"))
TRACKS, CLUSTER, VOID, SEGMENT = 0x1654AE6B, 0x1F43B675, 0xEC, 0x18538067


def track_entry(number: int, kind: int, more: bytes = b"") -> bytes:
    """Make a track of a Matroska file: 1 is a picture, 2 sound, 17 subtitles."""
    inside = element(0xD7, bytes([number])) + element(0x83, bytes([kind])) + more
    return element(0xAE, inside)


def cluster(*numbers: int, is_open: bool = False) -> bytes:
    """Make content for these tracks."""
    blocks = [element(0xA3, bytes([0x80 | n, 0, 0, 0]) + b"b" * 200) for n in numbers]
    return element(CLUSTER, element(0xE7, b"\0") + b"".join(blocks), is_open=is_open)


def mkv(*parts: bytes, is_open: bool = False) -> bytes:
    """Make a Matroska file from these parts."""
    return EBML + element(SEGMENT, b"".join(parts), is_open=is_open)


def tracks(*entries: bytes) -> bytes:
    """Make the list of tracks of a Matroska file."""
    return element(TRACKS, b"".join(entries))


#: A frame of 417 bytes: 128 kbit/s at 44.1 kHz, stereo.
FRAME = b"\xff\xfb\x90\x00" + b"a" * 413


def mp3(frames: int = 20, *, promised: int | None = None, info: bytes = b"Info") -> bytes:
    """Make an MP3 whose first frame says how many bytes follow: the true number, or `promised`."""
    length = 417 * (frames + 1) if promised is None else promised
    at = 36
    said = info + struct.pack(">III", 3, frames, length)
    if info == b"VBRI":
        said = info + bytes(6) + struct.pack(">I", length)
    first = b"\xff\xfb\x90\x00" + bytes(at - 4) + said
    return first.ljust(417, b"\0") + FRAME * frames


def id3(length: int, content: bytes = b"") -> bytes:
    """Make a tag that claims to be this many bytes long."""
    digits = bytes(length >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\4\0\0" + digits + content


def sniffed(folder: Path, name: str, data: bytes) -> Sniffed:
    """What a file with this content is taken for by its first bytes."""
    path = folder / name
    path.write_bytes(data)
    fd = os.open(path, os.O_RDONLY)
    try:
        return sniff(fd, name.encode(), len(data))
    finally:
        os.close(fd)
