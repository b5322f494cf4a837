"""The name of a file in the cloud, which goes by endings. Pure: it is given the first bytes."""

from __future__ import annotations

from collections.abc import Callable

from nemowatch.content.containers import matroska, mp4, mpeg_audio, riff
from nemowatch.content.containers.marks import GIF, JPEG, PNG
from nemowatch.content.recognise import by_beginning
from nemowatch.model import MediaKind

#: How many first bytes of a file decide its name.
HEAD = 64

#: Endings that the cloud accepts (docs/api.md section 2), by the first bytes; a file with another
#: ending gets the first of them.
_BY_BEGINNING = (
    (JPEG, ("jpg", "jpeg")),
    (PNG, ("png",)),
    (GIF, ("gif",)),
    (mpeg_audio.TAG, ("mp3", "aac")),
    (matroska.EBML, ("mkv", "webm")),
)
_RIFF = {b"WAVE": ("wav",), b"AVI ": ("avi",), b"WEBP": ("webp",)}
_MP4 = {MediaKind.VIDEO: ("mp4", "mov"), MediaKind.AUDIO: ("m4a",)}


def name_in_cloud(name: str, head: bytes, kind: MediaKind) -> str:
    """The name under which a file of this kind is sent: with an ending that agrees with its first
    bytes, so that the cloud, which goes by endings, takes it for what it is."""
    endings = _endings(head, kind)
    stem, dot, ending = name.rpartition(".")
    if not endings or ending.lower() in endings:
        return name

    if not dot:
        stem = name
    return f"{stem}.{endings[0]}"


def _endings(head: bytes, kind: MediaKind) -> tuple[str, ...]:
    """The endings that agree with these first bytes; none when they show nothing."""
    if mp4.begins(head):
        return _MP4.get(kind, ())
    if head.startswith(riff.BEGINNINGS):
        return _RIFF.get(head[8:12], ())
    for is_such, endings in _BY_TEST:
        if is_such(head):
            return endings
    return by_beginning(head, _BY_BEGINNING) or ()


def _is_webm(head: bytes) -> bool:
    return head.startswith(matroska.EBML) and b"webm" in head


#: The endings of kinds that no fixed bytes show, by the function that recognizes them.
_BY_TEST: tuple[tuple[Callable[[bytes], bool], tuple[str, ...]], ...] = (
    (_is_webm, ("webm", "mkv")),
    (mpeg_audio.is_adts, ("aac",)),
    (mpeg_audio.is_frame, ("mp3",)),
)
