"""MP4 boxes: enough to recognise an MP4, to read its duration, and to mark a result. Reads files
and changes none."""

from __future__ import annotations

import struct
import uuid
from dataclasses import dataclass
from operator import attrgetter
from typing import BinaryIO

#: The name of our own box, which tests find and players skip.
MARKER = uuid.uuid5(uuid.NAMESPACE_URL, "nemowatch:sandbox:result")
#: The most outermost boxes that are read.
MOST_BOXES = 100_000
#: The largest box that is read into memory; a `moov` of a long film is a few MiB.
MAX_READ = 64 * 1024 * 1024
#: What the API accepts (docs/api.md section 2), by suffix.
KINDS = {
    **dict.fromkeys((".mp4", ".mov", ".avi", ".webm", ".mkv"), "video"),
    **dict.fromkeys((".jpg", ".jpeg", ".png", ".gif", ".webp"), "image"),
    **dict.fromkeys((".mp3", ".wav", ".m4a", ".aac"), "audio"),
}
#: Where an `mvhd` has its scale and duration, from its name on, and their form, by its version;
#: version 1 has times of 64 bits.
_TIMES = {b"\x01": (24, ">IQ")}


@dataclass(frozen=True, slots=True)
class TopLevelBox:
    """One top-level box."""

    kind: str
    offset: int  #: bytes from the file's start
    size: int  #: bytes, header included; a size of 0 in the file is resolved to the rest of it


def top_boxes(stream: BinaryIO) -> list[TopLevelBox]:
    """The top-level boxes of an MP4, in order. Stops at the first that cannot be one or that ends
    past the file."""
    end = stream.seek(0, 2)
    boxes: list[TopLevelBox] = []
    offset = 0
    while end - offset >= 8 and len(boxes) < MOST_BOXES:
        box = _box_at(stream, offset, end)
        if box is None:
            break
        boxes.append(box)
        offset += box.size
    return boxes


def _box_at(stream: BinaryIO, offset: int, end: int) -> TopLevelBox | None:
    stream.seek(offset)
    head = stream.read(16)
    size, kind = struct.unpack(">I4s", head[:8])
    if size == 1 and len(head) == 16:
        size = struct.unpack(">Q", head[8:])[0]
    elif size == 0:
        size = end - offset
    fits = 8 <= size <= end - offset
    return TopLevelBox(kind.decode("ascii"), offset, size) if fits and kind.isascii() else None


def is_mp4(stream: BinaryIO) -> bool:
    """True for a whole MP4: it begins with `ftyp`, has a `moov`, and its boxes fill it to the
    last byte."""
    boxes = top_boxes(stream)
    kinds = list(map(attrgetter("kind"), boxes))
    if kinds[:1] != ["ftyp"] or "moov" not in kinds:
        return False
    filled: int = sum(map(attrgetter("size"), boxes))
    return filled == stream.seek(0, 2)


def duration_of(stream: BinaryIO) -> float:
    """The duration in seconds, from the `mvhd` of an MP4; 0 when there is none."""
    for box in top_boxes(stream):
        if box.kind == "moov" and box.size <= MAX_READ:
            stream.seek(box.offset)
            return _mvhd_seconds(stream.read(box.size))
    return 0.0


def _mvhd_seconds(moov: bytes) -> float:
    at = moov.find(b"mvhd")
    if at < 0:
        return 0.0
    version = moov[at + 4 : at + 5]
    begin, form = _TIMES.get(version, (16, ">II"))
    offset = at + begin
    if len(moov) < offset + struct.calcsize(form):
        return 0.0
    scale, length = struct.unpack_from(form, moov, offset)
    return float(length / scale) if scale else 0.0


def kind_of(name: str) -> str:
    """video, audio or image by the suffix of `name`; "" for what the API refuses (4001)."""
    _, dot, suffix = name.rpartition(".")
    return KINDS.get(dot + suffix.lower(), "")


def marker_box(text: str) -> bytes:
    """A `uuid` box with `text` in it. Appended to an MP4 it makes another file that plays the
    same."""
    body = MARKER.bytes + text.encode("utf-8")
    return struct.pack(">I4s", len(body) + 8, b"uuid") + body
