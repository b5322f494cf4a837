"""What a file is, by its first bytes, and whether its container says that it is whole.

Owns this decision about an open file, by a limited number of small pieces of it. It must not decide
anything about orders or time.
"""

from __future__ import annotations

import os
from dataclasses import replace

from nemowatch.content import containers
from nemowatch.content.containers import Contents, Heard, Pieces, TooMany, mpeg_audio
from nemowatch.content.containers.marks import ZIP
from nemowatch.content.kinds import TEXTS, WORD, Sniffed, SniffResult, kind_by_name
from nemowatch.content.signatures import NEVER_TEXT, Disguise, disguise, media_kind
from nemowatch.errors import UnsafeContent
from nemowatch.model import MediaKind

#: Bytes read from the front, which contain every signature below.
HEAD = 4096
#: A front this long of zeros is content that has not arrived: an MP4 begins with three at most.
ZEROS = 16

#: The beginning of Office documents from before 2007, and of newer ones with a password.
OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_SAVE_AS_WORD = "Open it in Word, save it as a .docx file without a password, and drop that."
#: Marks by which a text names its encoding; the first looks like a frame of MP3.
TEXT_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")

#: Why a file with a media container is not accepted, in plain words, and what to do.
_TOO_MANY = "The file cannot be read safely: it is made of too many pieces."
_LOCKED = "it is protected against copying (DRM)"
_NOTHING = "it contains neither pictures nor sound"
_UNKNOWN = "its content is not video, audio or an image of a kind that nemowatch knows"
_UNLOCK = "Export it without protection, or use another file."
_READ_IT = "Open it in an editor: it may say why a download failed. Then put in the file itself."
_TRUE_ENDING = "Give it the ending of what it is (.mp4 for a video, .mp3 for a recording)."
_IF_WORD = "If it is a Word document, give it the ending .docx. If it is an archive, unpack it."
_COPY_WORDS = "Copy the words that you mean into a plain text file (.txt), and drop that."
_EXPORT = (
    "Play it: if it plays, export it anew from the program that made it. If it does not, copy it"
    " once more from where it came from."
)
_SAVE_AGAIN = "Open it in the program that made it, and save it again as a new file."


def sniff(fd: int, name: bytes, size: int) -> Sniffed:
    """Read as much of an open file as shows what it is. Raises UnsafeContent, OSError."""
    head = os.pread(fd, HEAD, 0)
    if not any(head[:ZEROS]):
        return Sniffed(SniffResult.NOT_YET, why="its beginning has not arrived yet")

    pieces = Pieces(fd, size)
    promised = kind_by_name(name)
    if promised in TEXTS:
        return _readable(pieces, head, name, promised)
    try:
        return _media(pieces, head, name, promised)
    except TooMany as exc:
        raise UnsafeContent(_TOO_MANY) from exc


def _readable(pieces: Pieces, head: bytes, name: bytes, promised: MediaKind) -> Sniffed:
    """The judgement of a text, document or link by its name."""
    found = _text(head, name, promised)
    if not head.startswith(ZIP):
        return found
    return replace(found, ends=containers.examine(pieces).ends)


def _media(pieces: Pieces, head: bytes, name: bytes, promised: MediaKind | None) -> Sniffed:
    """The judgement of any other file. Raises TooMany."""
    kind = media_kind(head, name)
    may_be_sound = kind is None and promised is MediaKind.AUDIO
    if may_be_sound and _is_junk_before_sound(pieces, head):
        kind = MediaKind.AUDIO
    if kind is None:
        return _disguised(head, name)
    return _by_contents(pieces, name, kind)


def _is_junk_before_sound(pieces: Pieces, head: bytes) -> bool:
    """Whether a file with an unknown beginning goes on as MP3 or AAC, which players find."""
    if disguise(head) is not None:
        return False
    return bool(containers.examine(pieces).tracks)


def _by_contents(pieces: Pieces, name: bytes, kind: MediaKind) -> Sniffed:
    """The judgement by what the container says about itself; `kind`: its kind by its first
    bytes."""
    contents = containers.examine(pieces)
    if contents.tracks is None:
        return _whole_or_not(contents, kind)

    heard = containers.heard(contents.tracks)
    if heard.locked:
        return Sniffed(SniffResult.NOT_MEDIA, kind, _LOCKED, cure=_UNLOCK)
    if heard.anything:
        return _whole_or_not(contents, _kind_by_tracks(kind, heard), heard.silent)
    return _nothing(pieces, contents, name, kind)


def _whole_or_not(contents: Contents, kind: MediaKind, silent: str = "") -> Sniffed:
    if not contents.missing:
        return Sniffed(
            SniffResult.MEDIA,
            kind,
            ends=contents.ends,
            silent=silent,
            seconds=contents.seconds,
        )
    return Sniffed(
        SniffResult.CUT_SHORT,
        kind,
        contents.missing,
        slight=contents.slight,
        silent=silent,
        seconds=contents.seconds,
    )


def _nothing(pieces: Pieces, contents: Contents, name: bytes, kind: MediaKind) -> Sniffed:
    """The judgement of a file with neither picture nor sound: they may still come, unless it says
    that it is whole, or has no tracks for them."""
    if contents.missing:
        return Sniffed(SniffResult.CUT_SHORT, kind, contents.missing)
    if contents.tracks and not contents.ends:
        return Sniffed(SniffResult.CUT_SHORT, kind, _NOTHING)

    behind = pieces.at(containers.behind_tags(pieces), HEAD)
    if kind is MediaKind.AUDIO and disguise(behind) is not None:
        return _disguised(behind, name)
    return Sniffed(SniffResult.NOT_MEDIA, kind, _NOTHING, cure=_SAVE_AGAIN)


def _kind_by_tracks(kind: MediaKind, heard: Heard) -> MediaKind:
    """The kind by the tracks: a file without a picture is sound, and one that is sound by its name
    may have a cover."""
    if not heard.picture:
        return MediaKind.AUDIO
    if not heard.sound:
        return MediaKind.VIDEO
    return kind


def _text(head: bytes, name: bytes, kind: MediaKind) -> Sniffed:
    """Whether this may be the text, document or link that its name promises."""
    if name.lower().endswith(WORD):
        return _word(head, name)
    found = _no_text(head, name)
    if found:
        return _called(name, found, kind)
    return Sniffed(SniffResult.MEDIA, kind)


def _word(head: bytes, name: bytes) -> Sniffed:
    """Whether a Word document begins like this."""
    if head.startswith(ZIP):
        return Sniffed(SniffResult.MEDIA, MediaKind.SCRIPT)
    found = disguise(head) or Disguise("no Word document")
    if head.startswith(OLD_OFFICE):
        found = Disguise("an old document, or one with a password")

    cure = found.cure or _SAVE_AS_WORD
    return _called(name, Disguise(found.what, cure), MediaKind.SCRIPT)


def _no_text(head: bytes, name: bytes) -> Disguise | None:
    """What the first bytes are, if no text begins with them; otherwise None."""
    if head.startswith(TEXT_MARKS):
        return None
    if head.startswith(NEVER_TEXT):
        return _document(head)

    # sound may begin like a text in UTF-16, and a GIF like one in letters
    if _begins_in_letters(head) or mpeg_audio.is_frame(head):
        return None
    if media_kind(head, name) is None:
        return None
    return Disguise("a media file", _TRUE_ENDING)


def _begins_in_letters(head: bytes) -> bool:
    return head[:1].isascii() and b"\0" not in head


def _document(head: bytes) -> Disguise | None:
    """What a file named like a text really is, and how to get its words out of it."""
    found = disguise(head)
    if found is None:
        return None
    if head.startswith(ZIP):
        return Disguise(found.what, _IF_WORD)
    return Disguise(found.what, found.cure or _COPY_WORDS)


def _disguised(head: bytes, name: bytes) -> Sniffed:
    """The judgement of a file that is not media, by its first bytes."""
    found = disguise(head)
    if found is not None:
        return _called(name, found, MediaKind.VIDEO)
    if min(head) > 8:  # no byte that no text has
        return _called(name, Disguise("a text", _READ_IT), MediaKind.VIDEO)
    return Sniffed(SniffResult.NOT_MEDIA, why=_UNKNOWN, cure=_EXPORT)


def _called(name: bytes, found: Disguise, kind: MediaKind) -> Sniffed:
    """The judgement of something else with a name of this kind."""
    ending = name.rpartition(b".")[2].decode("ascii", "replace")
    why = f"it is called .{ending} but is {found.what}"
    return Sniffed(SniffResult.NOT_MEDIA, kind, why, cure=found.cure)
