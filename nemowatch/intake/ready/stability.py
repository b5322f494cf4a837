"""Is this file whole? The tracker of stillness: pure, fed with looks, its clock passed in.

It owns the decision "ready or not yet, and why". It never touches a disk. The cases it exists for:

* a slow writer that pauses for longer than half the settle time: each change begins the wait anew;
* Explorer and fallocate, which set the final size first: blocks, mtime and ctime count, not only
  the size;
* a writer that keeps the file open for hours without a byte: the lease says so, and no quiet makes
  it ready;
* copies that keep old times, or times in the future: times are compared with each other, never with
  the clock;
* a local file that was closed, or moved in whole: about a second is enough, when nobody has it open
  for writing;
* a writer that opens and closes again for each piece: once seen, the short cut is off for this
  file, and it is only for kinds that say where they end (`sniff`); a piece that asked for the
  whole settle time counts as seen;
* a copy that died: full size, half its blocks: no short cut, and the look into the file decides
  (`sniff`);
* a placeholder of a cloud drive: a size, and no blocks at all: not ready, ever;
* an empty file: somebody is about to write it;
* looks that come seldom because the machine was busy or stopped: two equal looks prove the time
  between them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from nemowatch.fs.identity import content_key
from nemowatch.fs.lease import Lease
from nemowatch.model import Snapshot

#: Seconds of stillness after a close that we saw, where a lease proves that nobody writes: a second
#: catches a program that closes and opens again at once.
QUICK = 1.0
#: "auto": a local disk shows every write at once; a share's caches hide growth for up to 30 s and
#: more (docs/platform.md section filesystems, point 4).
LOCAL_SETTLE, NETWORK_SETTLE = 10.0, 30.0
#: A file this small may live in its inode, without a block of its own.
INLINE = 4096
#: Looks during one settle time: three, so that a pause of half of it is seen as one.
LOOKS = 3
#: Seconds between looks at a file that is stuck (cut short, empty, a placeholder); the scans see it
#: too.
STUCK_LOOK = 15.0


class Verdict(StrEnum):
    """What the stillness says."""

    READY = "ready"  #: still long enough; the content decides now
    WAIT = "wait"  #: not still long enough
    WRITER = "writer"  #: somebody has it open for writing
    EMPTY = "empty"  #: no byte yet
    PLACEHOLDER = "placeholder"  #: a size and no content


@dataclass(frozen=True, slots=True)
class Look:
    """One look at a file."""

    snapshot: Snapshot
    at: float  #: monotonic seconds
    lease: Lease = Lease.NOT_ASKED
    #: when the kernel said that it was closed, linked or moved in; negative: it did not
    event_at: float = -1.0


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a file of one place must be still."""

    settle: float  #: seconds
    local: bool  #: a local filesystem: inode numbers are real, and every write shows at once
    leases: bool = False  #: a granted lease proves that nobody writes
    blocks: bool = True  #: the filesystem says how many blocks a file has

    @property
    def quick(self) -> float:
        """Seconds after a close that was seen."""
        return min(QUICK, self.settle)

    @property
    def look_every(self) -> float:
        """Seconds between looks."""
        return min(self.settle / LOOKS, 5.0)


class Tracked:
    """What is remembered of one file that is not a job yet."""

    __slots__ = (
        "blocked",
        "event_at",
        "first_at",
        "last",
        "last_at",
        "lease",
        "next_at",
        "pace",
        "reopened",
        "since",
        "slow",
        "soon",
    )

    def __init__(self, look: Look, pace: Pace) -> None:
        self.pace = pace
        self.last = look.snapshot
        self.first_at = self.since = self.last_at = look.at
        self.event_at = look.event_at
        self.lease = look.lease
        self.reopened = self.slow = self.soon = False
        #: why it is not taken although it is still: said by whoever looked into it
        self.blocked = ""
        self.next_at = look.at
        self._plan()

    def __repr__(self) -> str:
        return (
            f"Tracked({self.last.size} bytes, still {self.last_at - self.since:.1f} s,"
            f" {self.verdict()})"
        )

    def see(self, look: Look) -> None:
        """Take a new look into account. A scan's look that shows nothing new puts no other off:
        scans may come more often."""
        planned = self.next_at
        changed = self._key(self.last) != self._key(look.snapshot)
        closed_before = self.event_at >= 0 and self.last.size > 0 and self.lease is Lease.FREE
        written_again = look.lease is Lease.WRITER or (changed and look.event_at > self.event_at)
        self.reopened = self.reopened or (closed_before and written_again)
        self.event_at = max(self.event_at, look.event_at)
        if changed or look.lease is Lease.WRITER:
            self.since = look.at
        if changed:
            self.blocked, self.slow = "", False
        # a scan asks for none, and takes no answer back
        if changed or look.lease is not Lease.NOT_ASKED:
            self.lease = look.lease
        self.last, self.last_at = look.snapshot, look.at
        self._plan()
        if not changed and look.lease is Lease.NOT_ASKED:
            self.next_at = max(min(self.next_at, planned), look.at)

    def no_short_cut(self, now: float) -> None:
        """What was seen of its content, or of its kind, asks for the whole settle time; judged
        at `now`."""
        # the close stays remembered: who opens the file again after it writes it in pieces
        self.slow = True
        self.last_at = now
        self._plan()

    def settle_anew(self) -> None:
        """What was read of it did not hold, whatever its looks say (a share may tell a wrong
        size): it begins to wait again."""
        self.since = self.last_at
        self._plan()

    def block(self, why: str, *, soon: bool = False, now: float = 0.0) -> None:
        """It is still, and yet it cannot be taken, for this reason; it is looked at seldom until
        it changes. `soon`: what it waits for settles as well, so it is looked at as before.
        `now`: when a look failed, and so was none.
        """
        self.blocked, self.soon = why, soon
        self._plan()
        self.next_at += max(now - self.last_at, 0.0)

    def _key(self, look: Snapshot) -> tuple[int, ...]:
        return (*content_key(look, local=self.pace.local), look.blocks)

    @property
    def still(self) -> float:
        """Seconds for which nothing has changed between our own looks."""
        return self.last_at - self.since

    @property
    def quick(self) -> bool:
        """True when the short cut may be taken: closed as far as the kernel says, nobody
        writing, every block there."""
        covered = self.last.blocks * 512 >= self.last.size
        seen = self.event_at >= 0 and self.lease is Lease.FREE and self.pace.leases
        return seen and covered and not self.reopened and not self.slow and not self.blocked

    def needed(self) -> float:
        """Seconds of stillness after which it counts as settled. The short cut counts from the
        close: what was written before it, and when, says nothing of a program that opens again
        at once."""
        if not self.quick:
            return self.pace.settle
        return min(self.pace.quick + max(self.event_at - self.since, 0.0), self.pace.settle)

    def settled(self) -> bool:
        """True when it has been still for the whole settle time: needed before anything is
        refused for good."""
        return self.still >= self.pace.settle and self.lease is not Lease.WRITER

    def verdict(self) -> Verdict:
        """The decision after the last look."""
        if self.lease is Lease.WRITER:
            return Verdict.WRITER
        if self.last.size == 0:
            return Verdict.EMPTY
        if self.last.blocks == 0 and self.last.size > INLINE and self.pace.blocks:
            return Verdict.PLACEHOLDER
        return Verdict.READY if self.still >= self.needed() else Verdict.WAIT

    @property
    def stuck(self) -> bool:
        """True when nothing will become of it by itself for some time."""
        return bool(self.blocked and not self.soon) or self.verdict() in (
            Verdict.EMPTY,
            Verdict.PLACEHOLDER,
        )

    def _plan(self) -> None:
        if self.stuck:
            self.next_at = self.last_at + min(STUCK_LOOK, 10 * self.pace.settle)
            return
        rest = self.since + self.needed() - self.last_at
        if rest <= 0 and self.blocked:
            rest = self.pace.look_every
        self.next_at = self.last_at + min(max(rest, 0.0), self.pace.look_every)
        if self.verdict() is Verdict.WRITER:
            self.next_at = self.last_at + self.pace.look_every


class Tracker:
    """Every file of one inbox that is not a job yet, by its path relative to the inbox."""

    def __init__(self) -> None:
        self._files: dict[bytes, Tracked] = {}

    def __repr__(self) -> str:
        return f"Tracker({len(self._files)} files)"

    def __len__(self) -> int:
        return len(self._files)

    def __contains__(self, path: bytes) -> bool:
        return path in self._files

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._files)

    def get(self, path: bytes) -> Tracked | None:
        """What is known of this file, if it is tracked."""
        return self._files.get(path)

    def see(self, path: bytes, look: Look, pace: Pace) -> Tracked:
        """Take a look into account; a file never seen before begins to be tracked."""
        tracked = self._files.get(path)
        if tracked is None:
            tracked = self._files[path] = Tracked(look, pace)
        else:
            tracked.pace = pace
            tracked.see(look)
        return tracked

    def drop(self, path: bytes) -> None:
        """It is a job now, or gone."""
        self._files.pop(path, None)

    def due(self, now: float, limit: int) -> list[bytes]:
        """Up to `limit` files whose next look is due, in the order in which they were first
        seen."""
        found = []
        for path, tracked in self._files.items():
            if tracked.next_at <= now:
                found.append(path)
                if len(found) >= limit:
                    break
        return found

    def next_at(self) -> float:
        """The monotonic second of the next look; infinite when nothing is tracked."""
        return min((t.next_at for t in self._files.values()), default=float("inf"))

    def busy(self) -> int:
        """How many are neither stuck nor blocked: those that will be jobs soon."""
        return sum(1 for t in self._files.values() if not t.stuck)


def why(tracked: Tracked, now: float) -> str:
    """Why a file waits, in plain words, for the status page."""
    if tracked.blocked:
        return tracked.blocked
    verdict = tracked.verdict()
    if verdict is Verdict.WRITER:
        return (
            f"still being written ({_seconds(now - tracked.first_at)}): another program has it open"
        )
    if verdict is Verdict.EMPTY:
        return "still empty: waiting for its content"
    if verdict is Verdict.PLACEHOLDER:
        return "only a placeholder: the cloud drive has not fetched its content yet"
    return f"still being copied ({_seconds(now - tracked.first_at)})"


def _seconds(duration: float) -> str:
    whole = max(int(duration), 0)
    return f"{whole} s" if whole < 120 else f"{whole // 60} min"
