"""What a file is called in the cloud, which judges by endings. Pure: the first bytes are given."""

from __future__ import annotations

from collections.abc import Callable

from nemowatch.content.containers import matroska, mp4, mpeg_audio, riff
from nemowatch.content.containers.marks import GIF, JPEG, PNG
from nemowatch.content.recognise import by_beginning
from nemowatch.model import MediaKind

#: Bytes of a file that say what it is called.
HEAD = 64

#: Endings that the cloud takes (docs/api.md section 2), by the first bytes; the first is given to
#: a file that has none of them.
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
    """The name under which a file of this kind is sent: with an ending that is true of its first
    bytes, so that a cloud that goes by endings takes it for what it is."""
    endings = _endings(head, kind)
    stem, dot, ending = name.rpartition(".")
    if not endings or ending.lower() in endings:
        return name

    if not dot:
        stem = name
    return f"{stem}.{endings[0]}"


def _endings(head: bytes, kind: MediaKind) -> tuple[str, ...]:
    """The endings that are true of these first bytes; none when they say nothing."""
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


#: Those that no fixed bytes tell, by what does.
_BY_TEST: tuple[tuple[Callable[[bytes], bool], tuple[str, ...]], ...] = (
    (_is_webm, ("webm", "mkv")),
    (mpeg_audio.is_adts, ("aac",)),
    (mpeg_audio.is_frame, ("mp3",)),
)
