"""Reads one settled file thoroughly before it is claimed, in the worker thread of its inbox.

Owns what must be read of a file to decide about it: what it is, whether it is whole, its text, its
digest. It keeps and writes nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from nemowatch.content import reading
from nemowatch.content.children import Answer
from nemowatch.content.kinds import MAX_READ, TEXTS, Sniffed, SniffResult, is_word
from nemowatch.errors import (
    LocalError,
    OrderError,
    SourceChanged,
    SourceGone,
    local_error,
)
from nemowatch.fs import holes, lease
from nemowatch.fs.hashing import fingerprint
from nemowatch.fs.holes import Reports
from nemowatch.fs.identity import snapshot, unchanged
from nemowatch.fs.lease import Lease
from nemowatch.fs.safe_open import lookup, open_below
from nemowatch.intake.ready.ahead import NOTHING_AHEAD, Ahead, OpenFile
from nemowatch.intake.ready.inspection_result import (
    Advice,
    Inspected,
    Terms,
    failed,
    not_taken,
    silent,
    too_large,
    with_holes,
    wrong_kind,
)
from nemowatch.intake.ready.settle_rules import SettleRule
from nemowatch.intake.scan.paths import as_text, name_of
from nemowatch.model import MediaKind, Snapshot

Beat = Callable[[], None]


def inspect(
    root: Path,
    path: bytes,
    expected: Snapshot | None,
    rule: SettleRule,
    terms: Terms,
    beat: Beat,
    ahead: Ahead = NOTHING_AHEAD,
) -> Inspected:
    """Open a settled file, unless it is open `ahead`, and decide about it; `expected`: as it was
    last seen, None when that is to be found out first. Never raises for what is wrong with the
    file."""
    try:
        expected = expected or lookup(root, path)
        file = ahead.take(path) or OpenFile(open_below(root, path))
    except LocalError as exc:
        if isinstance(exc, SourceGone):
            return Inspected(path, Advice.GONE)
        return failed(path, terms, exc, code="permission")

    try:
        return _FileReader(file.fd, path, rule, terms, beat, file.answer).read(expected)
    except SourceChanged:
        return Inspected(path, Advice.AGAIN)
    except (LocalError, OrderError) as exc:
        return failed(path, terms, exc, code=exc.code)
    except OSError as exc:
        return failed(path, terms, local_error(exc, path))
    finally:
        os.close(file.fd)


@dataclass(frozen=True, slots=True)
class _FileReader:
    """Reads one open file. Its methods raise LocalError, OrderError and OSError."""

    fd: int
    path: bytes
    rule: SettleRule
    terms: Terms
    beat: Beat
    answer: Answer | None

    def read(self, expected: Snapshot) -> Inspected:
        """Read it, unless it differs from `expected`."""
        now = snapshot(self.fd)
        held = self._lease()
        is_same = unchanged(expected, now, local=self.rule.local)
        if held is Lease.WRITER or not is_same:
            return Inspected(self.path, Advice.AGAIN, snapshot=now, lease=held)

        found = self._sniff(now)
        objection = self._objection(found, now)
        if objection is not None:
            return objection
        missing = self._unwritten(now)
        if missing:
            return with_holes(self.path, missing, self.terms)

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
            seconds=found.seconds,
        )

    def _lease(self) -> Lease:
        if self.rule.leases:
            return lease.probe(self.fd)
        return Lease.UNKNOWN

    def _sniff(self, now: Snapshot) -> Sniffed:
        name = name_of(self.path)
        return reading.sniff(self.fd, name, now.size, beat=self.beat, answer=self.answer)

    def _unwritten(self, now: Snapshot) -> int:
        """How many of its bytes have never been written, as far as can be seen."""
        missing = holes.unwritten(self.fd, now.size)
        if self.rule.holes is Reports.NOTHING and not missing and self._is_short(now):
            return holes.zeros(self.fd, now.size, self.beat)
        if self.rule.holes is Reports.ZEROS_TOO and self.terms.cut_short_ends:
            return 0
        return missing

    def _is_short(self, now: Snapshot) -> bool:
        """Whether it has fewer blocks than its size needs, where blocks are reported."""
        has_blocks = self.rule.blocks or now.blocks > 0
        if not has_blocks:
            return False
        return now.blocks * 512 < now.size

    def _objection(self, found: Sniffed, now: Snapshot) -> Inspected | None:
        """Why a file of this content is not taken, or not yet."""
        if not _is_media(found, self.terms):
            return not_taken(self.path, found, self.terms)
        if found.kind not in self.terms.accepts:
            return wrong_kind(self.path, found.kind, self.terms)
        if found.silent and self.terms.needs_sound:
            return silent(self.path, found, self.terms)
        # MP3 or text: nothing in the file shows whether more will come
        if not found.ends and not self.terms.settled:
            return Inspected(self.path, Advice.WAIT, "still being copied")

        limit = self._most(found.kind)
        if now.size > limit:
            cure = "Compress or trim it, then put it into the folder again."
            if found.kind in TEXTS:
                cure = "Split it into several files."
            return too_large(self.path, now.size, limit, cure, self.terms)
        return None

    def _most(self, kind: MediaKind) -> int:
        """The largest accepted size, bytes. Most of a Word document may be pictures, which are not
        read."""
        if kind in TEXTS and not is_word(as_text(self.path)):
            return MAX_READ
        return self.terms.max_bytes

    def _texts(self, kind: MediaKind) -> tuple[str, tuple[str, ...]]:
        """The text of a script, and the links of a list."""
        name = as_text(name_of(self.path))
        if kind is MediaKind.LINK:
            return "", reading.links_in(self.fd, name, beat=self.beat)
        languages = self.terms.languages
        if self.terms.is_subtitles:
            return reading.read_subtitles(self.fd, languages=languages, beat=self.beat), ()
        if kind is MediaKind.SCRIPT:
            return reading.read_script(self.fd, name, languages=languages, beat=self.beat), ()
        return "", ()


def _is_media(found: Sniffed, terms: Terms) -> bool:
    """Whether it can be worked on: whole, or, once nothing more will come, without a part that no
    player misses."""
    if found.finding is SniffResult.MEDIA:
        return True
    if not terms.cut_short_ends:
        return False
    return found.slight
