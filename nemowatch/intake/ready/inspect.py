"""Looks at files, in the worker thread of an inbox: cheap ones for the tracker, and the thorough
one before a claim.

Owns what must be read of a file to decide about it. It keeps nothing and writes nothing.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from nemowatch.content import reading
from nemowatch.content.sniff import Finding, kind_by_name
from nemowatch.errors import (
    LocalError,
    LocalPassing,
    OrderError,
    SourceChanged,
    SourceGone,
    local_error,
)
from nemowatch.fs import lease
from nemowatch.fs.hashing import fingerprint
from nemowatch.fs.identity import NO_LOOK, of_stat, snapshot, unchanged
from nemowatch.fs.lease import Lease
from nemowatch.fs.listing import names_below
from nemowatch.fs.safe_open import lookup_many, open_below
from nemowatch.intake.ready.stability import Pace
from nemowatch.intake.scan.folders import as_text
from nemowatch.model import MB, MediaKind, Snapshot
from nemowatch.tasks import listed


@dataclass(frozen=True, slots=True)
class Seen:
    """One cheap look."""

    path: bytes
    look: Snapshot | LocalError
    lease: Lease = Lease.UNKNOWN


def look_at(root: Path, paths: Iterable[bytes], pace_of: Callable[[bytes], Pace]) -> list[Seen]:
    """Look at tracked files; where a lease tells something, ask for one."""
    return [_with_lease(root, path, look, pace_of(path)) for path, look in lookup_many(root, paths)]


def _with_lease(root: Path, path: bytes, look: Snapshot | LocalError, pace: Pace) -> Seen:
    if isinstance(look, LocalError) or not pace.leases or look.size == 0:
        return Seen(path, look)
    try:
        fd = open_below(root, path)
    except LocalError:  # not ours to read, or just gone: the next look says so
        return Seen(path, look)
    try:
        return Seen(path, snapshot(fd), lease.probe(fd))
    finally:
        os.close(fd)


@dataclass(slots=True)
class Places:
    """What stands at the places that events named."""

    files: list[bytes] = field(default_factory=list)
    folders: dict[bytes, int] = field(default_factory=dict)  #: with their inode numbers
    gone: list[bytes] = field(default_factory=list)
    odd: bool = False  #: something that is neither stands there


def sort_places(root: Path, places: Iterable[bytes]) -> Places:
    """Tell files from folders and from what is gone; a place that cannot be asked is left to the
    next scan."""
    found, top = Places(), os.fsencode(root) + b"/"
    for place in places:
        try:
            look = os.lstat(top + place)
        except OSError as exc:
            if isinstance(local_error(exc, place), SourceGone):
                found.gone.append(place)
            else:
                found.odd = True
            continue
        if stat.S_ISREG(look.st_mode):
            found.files.append(place)
        elif stat.S_ISDIR(look.st_mode):
            found.folders[place] = look.st_ino
        else:
            found.odd = True
    return found


def really_gone(root: Path, paths: Iterable[bytes]) -> list[bytes]:
    """Those of `paths` at which nothing stands any more; what cannot be asked does not count as
    gone."""
    return [path for path, look in lookup_many(root, paths) if isinstance(look, SourceGone)]


def still_there(outputs: Iterable[tuple[bytes, int]]) -> bool:
    """True when every (absolute path, bytes) stands as it was published."""
    for path, size in outputs:
        try:
            found = Path(os.fsdecode(path)).stat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError:  # the share is away: that is no deletion
            continue
        if of_stat(found).size != size:
            return False
    return True


class Advice(StrEnum):
    """What the thorough look advises."""

    TAKE = "take"
    WAIT = "wait"  #: not whole yet, for the reason given
    REFUSE = "refuse"  #: it never will be work, for the reason given
    AGAIN = "again"  #: it changed under the look: it settles anew
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Inspected:
    """A thorough look at one settled file."""

    path: bytes
    advice: Advice
    why: str = ""  #: for WAIT, a clause; for REFUSE, a sentence
    cure: str = ""
    code: str = "unusable"
    kind: MediaKind = MediaKind.VIDEO
    look: Snapshot = NO_LOOK
    digest: str = ""
    text: str = ""  #: of a script
    links: tuple[str, ...] = ()
    lease: Lease = Lease.UNKNOWN


@dataclass(frozen=True, slots=True)
class Terms:
    """What a file must satisfy in its folder."""

    accepts: frozenset[MediaKind]
    max_bytes: int
    settled: bool  #: it has been still for the whole settle time: only then is it refused for good
    cut_short_ends: bool  #: nothing has changed for so long that a file cut short is given up


def inspect(
    root: Path, path: bytes, expected: Snapshot, pace: Pace, terms: Terms, beat: Callable[[], None]
) -> Inspected:
    """Open a file that has kept still, and decide. Never raises for what is wrong with the file."""
    try:
        fd = open_below(root, path)
    except SourceGone:
        return Inspected(path, Advice.GONE)
    except LocalPassing as exc:
        return Inspected(path, Advice.WAIT, f"cannot be read right now: {exc.text}", code=exc.code)
    except LocalError as exc:
        return _refuse(path, terms, exc.text, exc.cure, "permission")
    try:
        return _opened(fd, path, expected, pace, terms, beat)
    except SourceChanged:
        return Inspected(path, Advice.AGAIN)
    except LocalPassing as exc:
        return Inspected(path, Advice.WAIT, f"cannot be read right now: {exc.text}", code=exc.code)
    except LocalError as exc:
        return _refuse(path, terms, exc.text, exc.cure, exc.code)
    except OrderError as exc:
        return _refuse(path, terms, exc.text, exc.cure, exc.code)
    except OSError as exc:
        error = local_error(exc, path)
        if isinstance(error, LocalPassing):
            return Inspected(
                path, Advice.WAIT, f"cannot be read right now: {error.text}", code=error.code
            )
        return _refuse(path, terms, error.text, error.cure)
    finally:
        os.close(fd)


def _opened(
    fd: int, path: bytes, expected: Snapshot, pace: Pace, terms: Terms, beat: Callable[[], None]
) -> Inspected:
    now = snapshot(fd)
    held = lease.probe(fd) if pace.leases else Lease.UNKNOWN
    if not unchanged(expected, now, local=pace.local) or held is Lease.WRITER:
        return Inspected(path, Advice.AGAIN, look=now, lease=held)
    name = path.rpartition(b"/")[2]
    short = now.blocks * 512 < now.size and (pace.blocks or now.blocks > 0)
    found = reading.sniff(fd, name, now.size, blocks_short=short, beat=beat)
    if found.finding is not Finding.MEDIA:
        return _not_taken(path, found.finding, found.why, terms)
    if found.kind not in terms.accepts:
        return _refuse(path, terms, *_wrong_kind(found.kind, terms.accepts), "unsupported")
    # MP3 or text: a further piece may come, for all that the file says
    if not found.ends and not terms.settled:
        return Inspected(path, Advice.WAIT, "still being copied")
    text_like = found.kind in (MediaKind.SCRIPT, MediaKind.LINK)
    limit = reading.MAX_READ if text_like else terms.max_bytes
    if now.size > limit:
        what = (
            f"The file is too large: {now.size / MB:.0f} MB; at most {limit / MB:.0f} MB are taken"
            " here."
        )
        return _refuse(
            path, terms, what, "Compress or trim it, then put it into the folder again.", "4002"
        )
    text, links = _read(fd, name, found.kind, beat) if text_like else ("", ())
    digest = fingerprint(fd, now, path, beat)
    return Inspected(path, Advice.TAKE, "", "", "", found.kind, now, digest, text, links, held)


def _read(
    fd: int, name: bytes, kind: MediaKind, beat: Callable[[], None]
) -> tuple[str, tuple[str, ...]]:
    """The text of a script, and the links of a list."""
    if kind is MediaKind.LINK:
        return "", reading.links_in(fd, as_text(name), beat=beat)
    return reading.read_script(fd, as_text(name), beat=beat), ()


def _not_taken(path: bytes, finding: Finding, why: str, terms: Terms) -> Inspected:
    if finding is Finding.NOT_MEDIA:
        cure = f"This folder takes {listed(terms.accepts)}."
        return _refuse(
            path, terms, f"This is no file that can be worked on: {why}.", cure, "disguised"
        )
    if finding is Finding.CUT_SHORT and terms.cut_short_ends:
        what = f"The file is cut short: {why}, and nothing has changed for ten minutes."
        return _refuse(path, terms, what, "Copy it again, whole.", "cut short")
    return Inspected(path, Advice.WAIT, f"not whole yet: {why}")


def _refuse(path: bytes, terms: Terms, what: str, cure: str, code: str = "unusable") -> Inspected:
    """Refused for good only after the whole settle time: a writer may put the beginning last,
    and rights may follow."""
    if not terms.settled:
        return Inspected(path, Advice.WAIT, "still being copied")
    return Inspected(path, Advice.REFUSE, what, cure, code)


_WORDS = {
    MediaKind.VIDEO: "videos",
    MediaKind.AUDIO: "sound files",
    MediaKind.IMAGE: "pictures",
    MediaKind.SCRIPT: "texts",
    MediaKind.LINK: "links",
}


def _wrong_kind(kind: MediaKind, accepts: frozenset[MediaKind]) -> tuple[str, str]:
    what = f"By its content it belongs to the {_WORDS[kind]}; this folder takes {listed(accepts)}."
    return what, "Put it into another folder."


def promised_kind(path: bytes) -> MediaKind | None:
    """The kind that a path's ending promises."""
    return kind_by_name(path.rpartition(b"/")[2])


def read_prompt(root: Path, path: bytes, expected: Snapshot, beat: Callable[[], None]) -> str:
    """The text of a prompt.txt that has kept still. Raises LocalError, SourceChanged,
    OrderError."""
    fd = open_below(root, path)
    try:
        now = snapshot(fd)
        if (now.size, now.mtime_ns) != (expected.size, expected.mtime_ns):
            raise SourceChanged(path=path)
        return reading.read_text(fd, beat=beat)
    except OSError as exc:
        raise local_error(exc, path) from exc
    finally:
        os.close(fd)


def names_in(root: Path, folders: Iterable[bytes]) -> Mapping[bytes, tuple[bytes, ...]]:
    """The names that stand in each folder (relative); a folder that cannot be listed has none."""
    found: dict[bytes, tuple[bytes, ...]] = {}
    for folder in folders:
        found[folder] = tuple(names_below(root, folder))
    return found
