"""The names of kinds of files in sentences. Owns only the wording."""

from __future__ import annotations

from collections.abc import Iterable

from nemowatch.model import MediaKind
from nemowatch.tasks.words import enumerated

_MANY = {
    MediaKind.VIDEO: "videos (mp4, mov, avi, webm, mkv)",
    MediaKind.AUDIO: "audio (mp3, wav, m4a, aac)",
    MediaKind.IMAGE: "images (jpg, png, gif, webp)",
    MediaKind.SCRIPT: "texts (txt, md, docx, srt, vtt)",
    MediaKind.LINK: "links to them (url, webloc, urls.txt)",
}
#: One file of each kind.
ONE = {
    MediaKind.VIDEO: "a video",
    MediaKind.AUDIO: "an audio file",
    MediaKind.IMAGE: "an image",
    MediaKind.SCRIPT: "a text",
    MediaKind.LINK: "a link",
}


def listed(kinds: Iterable[MediaKind]) -> str:
    """Kinds of files as a sentence lists them: "videos (mp4, …) and texts (txt, …)"."""
    present = filter(set(kinds).__contains__, _MANY)
    return enumerated([_MANY[kind] for kind in present])
