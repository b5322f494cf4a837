"""The thorough reading of one settled file before it is claimed, in the worker thread of its inbox.

Owns what must be read of a file to decide about it: what it is, whether it is whole, its text, its
digest. It keeps nothing and writes nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from nemowatch.content import reading
from nemowatch.content.sniff import Finding, Sniffed, kind_by_name
from nemowatch.content.word import is_word
from nemowatch.errors import (
    LocalError,
    LocalPassing,
    NemowatchError,
    OrderError,
    SourceChanged,
    SourceGone,
    local_error,
)
from nemowatch.fs import holes, lease
from nemowatch.fs.hashing import fingerprint
from nemowatch.fs.holes import Reports
from nemowatch.fs.identity import NO_LOOK, snapshot, unchanged
from nemowatch.fs.lease import Lease
from nemowatch.fs.safe_open import open_below
from nemowatch.intake.ready.stability import Pace
from nemowatch.intake.scan.folders import as_text
from nemowatch.model import MB, MediaKind, Snapshot
from nemowatch.tasks import folders_for, listed

Beat = Callable[[], None]

#: Kinds that are read here, and not only sent.
_TEXTS = frozenset({MediaKind.SCRIPT, MediaKind.LINK})
_WORDS = {
    MediaKind.VIDEO: "a video",
    MediaKind.AUDIO: "a sound file",
    MediaKind.IMAGE: "a picture",
    MediaKind.SCRIPT: "a text",
    MediaKind.LINK: "a link",
}
_COPY_AGAIN = "Copy it again, whole."
_WITH_SOUND = "Export it again with its sound switched on, then put that into the folder."


class Advice(StrEnum):
    """What to do with a file that was read."""

    TAKE = "take"
    WAIT = "wait"  #: not whole yet, for the reason given
    REFUSE = "refuse"  #: it never will be work, for the reason given
    AGAIN = "again"  #: it changed while it was read: it settles anew
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
    note: str = ""  #: for WAIT, a sentence that people are told by a note; "" for no note


@dataclass(frozen=True, slots=True)
class Terms:
    """What a file must satisfy in its folder."""

    accepts: frozenset[MediaKind]
    max_bytes: int
    settled: bool  #: it has been still for the whole settle time: only then is it refused for good
    cut_short_ends: bool  #: nothing has changed for so long that nothing more will come
    needs_sound: bool = False  #: what is made of it is made of its sound
    languages: tuple[str, ...] = ()  #: tags of what a text is likely to be in


def promised_kind(path: bytes) -> MediaKind | None:
    """The kind that a path's ending promises."""
    return kind_by_name(path.rpartition(b"/")[2])


def inspect(
    root: Path,
    path: bytes,
    expected: Snapshot,
    pace: Pace,
    terms: Terms,
    beat: Beat,
) -> Inspected:
    """Open a file that has kept still, and decide. Never raises for what is wrong with the file."""
    try:
        fd = open_below(root, path)
    except LocalError as exc:
        if isinstance(exc, SourceGone):
            return Inspected(path, Advice.GONE)
        return _failed(path, terms, exc, code="permission")

    try:
        return _Reader(fd, path, pace, terms, beat).read(expected)
    except SourceChanged:
        return Inspected(path, Advice.AGAIN)
    except (LocalError, OrderError) as exc:
        return _failed(path, terms, exc, code=exc.code)
    except OSError as exc:
        return _failed(path, terms, local_error(exc, path))
    finally:
        os.close(fd)


def _failed(
    path: bytes,
    terms: Terms,
    error: NemowatchError,
    code: str = "unusable",
) -> Inspected:
    """What an error means for the file: wait while it may pass, else refuse."""
    if isinstance(error, LocalPassing):
        why = f"cannot be read right now: {error.text}"
        return Inspected(path, Advice.WAIT, why, code=error.code)
    return _refuse(path, terms, error.text, error.cure, code)


@dataclass(frozen=True, slots=True)
class _Reader:
    """One open file, and what is asked of it. Its methods raise LocalError, OrderError and
    OSError."""

    fd: int
    path: bytes
    pace: Pace
    terms: Terms
    beat: Beat

    def read(self, expected: Snapshot) -> Inspected:
        """Read it, unless it is another one than `expected`."""
        now = snapshot(self.fd)
        held = lease.probe(self.fd) if self.pace.leases else Lease.UNKNOWN
        same = unchanged(expected, now, local=self.pace.local)
        if not same or held is Lease.WRITER:
            return Inspected(self.path, Advice.AGAIN, snapshot=now, lease=held)

        found = self._sniff(now)
        objection = self._objection(found, now)
        if objection is not None:
            return objection
        missing = self._unwritten(now)
        if missing:
            return _with_holes(self.path, missing, self.terms)

        text, links = self._texts(found.kind)
        return Inspected(
            self.path,
            Advice.TAKE,
            kind=found.kind,
            snapshot=now,
            digest=fingerprint(self.fd, now, self.path, self.beat),
            text=text,
            links=links,
            lease=held,
        )

    def _sniff(self, now: Snapshot) -> Sniffed:
        name = self.path.rpartition(b"/")[2]
        return reading.sniff(self.fd, name, now.size, beat=self.beat)

    def _unwritten(self, now: Snapshot) -> int:
        """Bytes of it that have never been written, as far as anything tells."""
        missing = holes.unwritten(self.fd, now.size)
        if self.pace.holes is Reports.NOTHING and not missing and self._is_short(now):
            return holes.zeros(self.fd, now.size, self.beat)
        if self.pace.holes is Reports.ZEROS_TOO and self.terms.cut_short_ends:
            return 0
        return missing

    def _is_short(self, now: Snapshot) -> bool:
        """Whether it has fewer blocks than its size needs, where blocks are told."""
        has_blocks = self.pace.blocks or now.blocks > 0
        return has_blocks and now.blocks * 512 < now.size

    def _objection(self, found: Sniffed, now: Snapshot) -> Inspected | None:
        """Why a file of this content is not taken, or not yet."""
        if not _is_media(found, self.terms):
            return _not_taken(self.path, found, self.terms)
        if found.kind not in self.terms.accepts:
            what, cure = _wrong_kind(found.kind, self.terms.accepts)
            return _refuse(self.path, self.terms, what, cure, "unsupported")
        if found.silent and self.terms.needs_sound:
            what = f"There is nothing to hear in this file: {found.silent}."
            return _refuse(self.path, self.terms, what, _WITH_SOUND, "silent")
        # MP3 or text: a further piece may come, for all that the file says
        if not found.ends and not self.terms.settled:
            return Inspected(self.path, Advice.WAIT, "still being copied")

        limit = self._most(found.kind)
        if now.size > limit:
            size, most = f"{now.size / MB:.0f} MB", f"{limit / MB:.0f} MB"
            what = f"The file is too large: {size}; at most {most} are taken here."
            cure = "Compress or trim it, then put it into the folder again."
            if found.kind in _TEXTS:
                cure = "Divide it into several files."
            return _refuse(self.path, self.terms, what, cure, "4002")
        return None

    def _most(self, kind: MediaKind) -> int:
        """Bytes that are taken. Of a Word document most may be pictures, which are not read."""
        if kind in _TEXTS and not is_word(as_text(self.path)):
            return reading.MAX_READ
        return self.terms.max_bytes

    def _texts(self, kind: MediaKind) -> tuple[str, tuple[str, ...]]:
        """The text of a script, and the links of a list."""
        name = as_text(self.path.rpartition(b"/")[2])
        if kind is MediaKind.LINK:
            return "", reading.links_in(self.fd, name, beat=self.beat)
        if kind is MediaKind.SCRIPT:
            languages = self.terms.languages
            return reading.read_script(self.fd, name, languages=languages, beat=self.beat), ()
        return "", ()


def _is_media(found: Sniffed, terms: Terms) -> bool:
    """Whether it is worked on: whole, or lacking what no player misses once nothing more comes."""
    if found.finding is Finding.MEDIA:
        return True
    return found.slight and terms.cut_short_ends


def _not_taken(path: bytes, found: Sniffed, terms: Terms) -> Inspected:
    if found.finding is Finding.NOT_MEDIA:
        what = f"This file cannot be processed: {found.why}."
        cure = f"{found.cure} This folder takes {listed(terms.accepts)}.".strip()
        return _refuse(path, terms, what, cure, "disguised")
    if found.finding is Finding.CUT_SHORT and terms.cut_short_ends:
        what = f"The file is cut short: {found.why}, and nothing has changed for ten minutes."
        return _refuse(path, terms, what, _COPY_AGAIN, "cut short")
    why = f"not whole yet: {found.why}"
    if not terms.cut_short_ends:
        return Inspected(path, Advice.WAIT, why)
    note = f"The file is not whole: {found.why}, and nothing has changed for ten minutes."
    return Inspected(path, Advice.WAIT, why, _COPY_AGAIN, "cut short", note=note)


def _with_holes(path: bytes, missing: int, terms: Terms) -> Inspected:
    """What became of a file that was not written everywhere."""
    amount = f"{max(missing / MB, 0.1):.1f} MB of it have"
    why = f"not whole yet: {amount} not arrived"
    if not terms.cut_short_ends:
        return Inspected(path, Advice.WAIT, why)
    note = (
        f"The file is not whole: {amount} never been written, and nothing has changed for ten"
        " minutes."
    )
    cure = (
        f"{_COPY_AGAIN} If that is intended (long silence, say), copy it with a program that"
        " writes every byte: cp --sparse=never."
    )
    return Inspected(path, Advice.WAIT, why, cure, "cut short", note=note)


def _refuse(
    path: bytes,
    terms: Terms,
    what: str,
    cure: str,
    code: str = "unusable",
) -> Inspected:
    """Refused for good only after the whole settle time: a writer may put the beginning last,
    and rights may follow."""
    if not terms.settled:
        return Inspected(path, Advice.WAIT, "still being copied")
    return Inspected(path, Advice.REFUSE, what, cure, code)


def _wrong_kind(kind: MediaKind, accepts: frozenset[MediaKind]) -> tuple[str, str]:
    what = f"By its content it is {_WORDS[kind]}; this folder takes {listed(accepts)}."
    return what, f"Put it into a folder that takes it ({', '.join(folders_for(kind))})."
