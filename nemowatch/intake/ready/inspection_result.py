"""The result of reading one settled file, and what people read about one that is not accepted.

Owns the records and the words. It reads no file.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from nemowatch.content.kinds import Sniffed, SniffResult
from nemowatch.cures import elsewhere
from nemowatch.errors import LocalPassing, NemowatchError
from nemowatch.fs.identity import NO_LOOK
from nemowatch.fs.lease import Lease
from nemowatch.model import MB, MediaKind, Snapshot
from nemowatch.tasks.media_names import listed
from nemowatch.tasks.plan import folders_for

_WORDS = {
    MediaKind.VIDEO: "a video",
    MediaKind.AUDIO: "an audio file",
    MediaKind.IMAGE: "an image",
    MediaKind.SCRIPT: "a text",
    MediaKind.LINK: "a link",
}
_UNCHANGED = "and nothing has changed for ten minutes"
_WITH_SOUND = "Export it again with its sound switched on, then put that into the folder."
_COPY_AGAIN = "Copy it again, whole."


class Advice(StrEnum):
    """What is to be done with a file that was read."""

    TAKE = "take"
    WAIT = "wait"  #: not whole yet, for the reason given
    REFUSE = "refuse"  #: it never will be work, for the reason given
    AGAIN = "again"  #: it changed while it was read: it settles again
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Inspected:
    """What was read of one settled file."""

    path: bytes
    advice: Advice
    why: str = ""  #: for WAIT, a clause; for REFUSE, a sentence
    cure: str = ""
    code: str = "unusable"
    kind: MediaKind = MediaKind.VIDEO
    snapshot: Snapshot = NO_LOOK
    digest: str = ""
    text: str = ""  #: of a script
    links: tuple[str, ...] = ()
    lease: Lease = Lease.UNKNOWN
    note: str = ""  #: for WAIT, a sentence for a note; "": no note
    seconds: float = 0  #: how long a video or a recording plays; 0: not known


@dataclass(frozen=True, slots=True)
class Terms:
    """What a file must satisfy to be accepted in its folder."""

    accepts: frozenset[MediaKind]
    max_bytes: int
    settled: bool  #: it has been still for the whole settle time: only then is it refused for good
    cut_short_ends: bool  #: nothing has changed for so long that nothing more will come
    needs_sound: bool = False  #: its results are made from its sound
    languages: tuple[str, ...] = ()  #: tags of the languages that a text is likely to be in
    is_subtitles: bool = False  #: its times count as much as its words


def failed(
    path: bytes,
    terms: Terms,
    error: NemowatchError,
    code: str = "unusable",
) -> Inspected:
    """What an error means for the file: wait while it may pass, otherwise refuse."""
    if isinstance(error, LocalPassing):
        why = f"cannot be read right now: {error.text}"
        return Inspected(path, Advice.WAIT, why, code=error.code)
    return refused(path, terms, error.text, error.cure, code)


def not_taken(path: bytes, found: Sniffed, terms: Terms) -> Inspected:
    if found.finding is SniffResult.NOT_MEDIA:
        what = f"This file cannot be processed: {found.why}."
        cure = f"{found.cure} This folder accepts {listed(terms.accepts)}.".strip()
        return refused(path, terms, what, cure, "disguised")
    if found.finding is SniffResult.CUT_SHORT and terms.cut_short_ends:
        what = f"The file is cut short: {found.why}, {_UNCHANGED}."
        return refused(path, terms, what, _COPY_AGAIN, "cut short")
    note = f"The file is not whole: {found.why}, {_UNCHANGED}."
    return _not_whole(path, terms, found.why, note, _COPY_AGAIN)


def with_holes(path: bytes, missing: int, terms: Terms) -> Inspected:
    """What is to be done with a file of which `missing` bytes were never written."""
    amount = f"{max(missing / MB, 0.1):.1f} MB of it have"
    note = f"The file is not whole: {amount} never been written, {_UNCHANGED}."
    cure = (
        f"{_COPY_AGAIN} If that is intended (long silence, say), copy it with a program that"
        " writes every byte: cp --sparse=never."
    )
    return _not_whole(path, terms, f"{amount} not arrived", note, cure)


def _not_whole(
    path: bytes,
    terms: Terms,
    why: str,
    note: str,
    cure: str,
) -> Inspected:
    """The file waits; once no more can be expected to come, people are notified by a note."""
    why = f"not whole yet: {why}"
    if not terms.cut_short_ends:
        return Inspected(path, Advice.WAIT, why)
    return Inspected(path, Advice.WAIT, why, cure, "cut short", note=note)


def refused(
    path: bytes,
    terms: Terms,
    what: str,
    cure: str,
    code: str = "unusable",
) -> Inspected:
    """A refusal, but only after the whole settle time: a writer may write the beginning last, and
    permissions may be set later."""
    if not terms.settled:
        return Inspected(path, Advice.WAIT, "still being copied")
    return Inspected(path, Advice.REFUSE, what, cure, code)


def wrong_kind(path: bytes, kind: MediaKind, terms: Terms) -> Inspected:
    """Its content is of a kind that its folder does not accept."""
    what = f"Its content is {_WORDS[kind]}; this folder accepts {listed(terms.accepts)}."
    folders = ", ".join(f'"{name}"' for name in folders_for(kind))
    return refused(path, terms, what, elsewhere(folders), "unsupported")


def silent(path: bytes, found: Sniffed, terms: Terms) -> Inspected:
    """Its results are to be made from its sound, and it has none."""
    what = f"There is nothing to hear in this file: {found.silent}."
    return refused(path, terms, what, _WITH_SOUND, "silent")


def too_large(
    path: bytes,
    size: int,
    limit: int,
    cure: str,
    terms: Terms,
) -> Inspected:
    """It has more bytes than are accepted."""
    what = f"The file is too large: {size / MB:.0f} MB; the limit here is {limit / MB:.0f} MB."
    return refused(path, terms, what, cure, "4002")
