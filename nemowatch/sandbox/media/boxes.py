"""MP4 boxes: enough to tell an MP4, to read how long it is, and to mark a result. Reads files,
changes none."""

from __future__ import annotations

import struct
import uuid
from dataclasses import dataclass
from typing import BinaryIO

#: Names our own box, so that a test finds it and a player skips it.
MARKER = uuid.uuid5(uuid.NAMESPACE_URL, "nemowatch:sandbox:result")
#: Longest box that is read into memory; a `moov` of a long film is a few MiB.
MAX_READ = 64 * 1024 * 1024
#: What the API takes (docs/api.md section 2), by suffix.
KINDS = {
    "video": frozenset({"mp4", "mov", "avi", "webm", "mkv"}),
    "image": frozenset({"jpg", "jpeg", "png", "gif", "webp"}),
    "audio": frozenset({"mp3", "wav", "m4a", "aac"}),
}


@dataclass(frozen=True, slots=True)
class Box:
    """One top-level box."""

    kind: str
    offset: int  #: bytes from the file's start
    size: int  #: bytes, header included; a size of 0 in the file is resolved to the rest of it


@dataclass(frozen=True, slots=True)
class Info:
    """What an upload's answer says of a file."""

    file_type: str  #: video, audio, image
    duration: float  #: seconds; 0 for images


def top_boxes(stream: BinaryIO) -> list[Box]:
    """The top-level boxes of an MP4, in order; stops at the first that cannot be one or that
    ends past the file."""
    end = stream.seek(0, 2)
    boxes: list[Box] = []
    offset = 0
    while end - offset >= 8:
        stream.seek(offset)
        head = stream.read(16)
        size, kind = struct.unpack(">I4s", head[:8])
        if size == 1 and len(head) == 16:
            size = struct.unpack(">Q", head[8:])[0]
        size = size or end - offset
        if size < 8 or offset + size > end or not kind.isascii():
            break
        boxes.append(Box(kind.decode("ascii"), offset, size))
        offset += size
    return boxes


def is_mp4(stream: BinaryIO) -> bool:
    """True for a whole MP4: it begins with `ftyp`, has a `moov`, and its boxes fill it to the
    last byte."""
    end = stream.seek(0, 2)
    boxes = top_boxes(stream)
    kinds = [box.kind for box in boxes]
    return kinds[:1] == ["ftyp"] and "moov" in kinds and boxes[-1].offset + boxes[-1].size == end


def duration_of(stream: BinaryIO) -> float:
    """Seconds, from the `mvhd` of an MP4; 0 when there is none."""
    for box in top_boxes(stream):
        if box.kind == "moov" and box.size <= MAX_READ:
            stream.seek(box.offset)
            return _mvhd_seconds(stream.read(box.size))
    return 0.0


def _mvhd_seconds(moov: bytes) -> float:
    at = moov.find(b"mvhd")
    if at < 0:
        return 0.0
    # Version 1 keeps its times in 64 bits: the scale stands 8 bytes later and the duration is twice
    # as wide.
    offset, form = (at + 24, ">IQ") if moov[at + 4 : at + 5] == b"\x01" else (at + 16, ">II")
    if len(moov) < offset + struct.calcsize(form):
        return 0.0
    scale, length = struct.unpack_from(form, moov, offset)
    return float(length / scale) if scale else 0.0


def kind_of(name: str) -> str:
    """video, audio or image by the suffix of `name`; "" for what the API does not take (4001)."""
    suffix = name.rpartition(".")[2].lower() if "." in name else ""
    return next((kind for kind, suffixes in KINDS.items() if suffix in suffixes), "")


def marker_box(text: str) -> bytes:
    """A `uuid` box that carries `text`: appended to an MP4 it makes it another file that plays
    the same."""
    body = MARKER.bytes + text.encode("utf-8")
    return struct.pack(">I4s", len(body) + 8, b"uuid") + body
