"""Is this file whole? The tracker of stillness: pure, fed with observations, its clock passed in.

Owns the decision "ready or not yet, and why". It never touches a disk. The cases it exists for:

* a slow writer that pauses for longer than half the settle time: each change begins the wait again;
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
* a copy that died: full size, half its blocks: no short cut, and its content decides (`sniff`);
* a placeholder of a cloud drive: a size, and neither a block nor data: not ready, ever;
* an empty file: somebody is about to write it;
* checks that come seldom because the machine was busy or stopped: two equal observations prove the
  time between them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from nemowatch.fs.identity import content_key
from nemowatch.fs.lease import Lease
from nemowatch.intake.ready.settle_rules import SettleRule
from nemowatch.intake.ready.stillness_overrides import NO_BLOCK, Block, ShortCut
from nemowatch.intake.records import FileProblem
from nemowatch.model import Snapshot

#: A file this small may live in its inode, without a block of its own.
INLINE = 4096
#: Seconds between checks of a file that is stuck (cut short, empty, a placeholder); scans look at
#: it too.
STUCK_CHECK = 15.0
#: Seconds without a change after which a file that does not become whole is given up, or people
#: are notified (docs/behaviour.md section 2).
GIVE_UP = 600.0


class StillnessVerdict(StrEnum):
    """What its stillness says about a file."""

    READY = "ready"  #: still long enough: now its content decides
    WAIT = "wait"  #: not still long enough
    WRITER = "writer"  #: somebody has it open for writing
    EMPTY = "empty"  #: no byte yet
    PLACEHOLDER = "placeholder"  #: a size and no content
    UNFINISHED = "unfinished"  #: a file beside it shows that a program is not done with it


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the files beside a file say about it."""

    unfinished: str = ""  #: why a program is not done with it, a clause; "" when nothing says so
    state: int = 0  #: a number that differs when a file that may belong to it has changed


#: Verdicts that waiting longer does not change.
_STUCK = frozenset(
    {StillnessVerdict.EMPTY, StillnessVerdict.PLACEHOLDER, StillnessVerdict.UNFINISHED}
)


@dataclass(frozen=True, slots=True)
class Observation:
    """A file as it was at one moment."""

    snapshot: Snapshot
    at: float  #: monotonic seconds
    lease: Lease = Lease.NOT_ASKED
    #: when the kernel said that it was closed, linked or moved in; negative: it did not
    event_at: float = -1.0
    has_data: bool | None = None  #: False: it is one hole; None: not asked


class TrackedFile:
    """What is remembered of one file that is not a job yet."""

    __slots__ = (
        "_block",
        "_short_cut",
        "beside",
        "first_at",
        "has_data",
        "last",
        "last_at",
        "lease",
        "next_at",
        "rule",
        "since",
    )

    def __init__(self, seen: Observation, rule: SettleRule) -> None:
        self.rule = rule
        self.last = seen.snapshot
        self.first_at = self.since = self.last_at = seen.at
        self.lease = seen.lease
        self.has_data = seen.has_data
        self.beside = Surroundings()
        self._short_cut = ShortCut(seen.event_at)
        self._block = NO_BLOCK
        self.next_at = seen.at
        self._plan()

    def __repr__(self) -> str:
        return (
            f"TrackedFile({self.last.size} bytes, still {self.last_at - self.since:.1f} s,"
            f" {self.verdict()})"
        )

    def see(self, seen: Observation) -> None:
        """Take in an observation. One by a scan that shows nothing new does not postpone the next
        check, since scans may come more often."""
        planned = self.next_at
        changed = self._key(self.last) != self._key(seen.snapshot)
        # a scan asks for no lease, and its observation does not undo an earlier answer
        is_check = changed or seen.lease is not Lease.NOT_ASKED

        self._short_cut = self._short_cut_after(seen, changed)
        if changed or seen.lease is Lease.WRITER:
            self.since = seen.at
        if changed:
            self._block = NO_BLOCK
        if is_check:
            self.lease = seen.lease
            self.has_data = seen.has_data

        self.last = seen.snapshot
        self.last_at = seen.at
        self._plan()
        if not is_check:
            self.next_at = max(min(self.next_at, planned), seen.at)

    def _short_cut_after(self, seen: Observation, changed: bool) -> ShortCut:
        before = self._short_cut
        return ShortCut(
            event_at=max(before.event_at, seen.event_at),
            reopened=before.reopened or self._is_reopened(seen, changed),
            slow=before.slow and not changed,
        )

    def _is_reopened(self, seen: Observation, changed: bool) -> bool:
        """Whether a writer that was done writes again: it works in pieces."""
        has_content = self.last.size > 0
        if not has_content or not self._is_closed():
            return False
        is_open_again = seen.lease is Lease.WRITER
        is_written_again = changed and seen.event_at > self._short_cut.event_at
        return is_open_again or is_written_again

    def _is_closed(self) -> bool:
        """Whether it was closed, as far as the kernel reports, and is not open for writing."""
        return self._short_cut.event_at >= 0 and self.lease is Lease.FREE

    def see_beside(self, beside: Surroundings, now: float) -> None:
        """Take in what lies beside it at `now`. The wait begins again if a file that may belong to
        it has changed."""
        if beside.state != self.beside.state:
            self._short_cut = replace(self._short_cut, slow=True)
            self.since = self.last_at = now
        self.beside = beside
        self._plan()

    def no_short_cut(self, now: float) -> None:
        """Require the whole settle time, because of its content or its kind; judged at `now`."""
        # the close is still remembered: a program that opens the file again writes it in pieces
        self._short_cut = replace(self._short_cut, slow=True)
        self.last_at = now
        self._plan()

    def settle_again(self) -> None:
        """Begin the wait again: what was read of it did not hold, whatever its observations show (a
        share may report a wrong size)."""
        self.since = self.last_at
        self._plan()

    def block(self, why: str, *, soon: bool = False, now: float = 0.0) -> None:
        """Although it is still, it cannot be taken for this reason; it is checked seldom until it
        changes. `soon`: what it waits for is also settling, so it is checked as often as before.
        `now`: given when a check failed and does not count as one.
        """
        self._block = Block(why, soon)
        self._plan()
        self.next_at += max(now - self.last_at, 0.0)

    def hold(self, problem: FileProblem, why: str) -> None:
        """Like `block`, and people are notified by a note, until it changes."""
        self.block(why)
        self._block = replace(self._block, problem=problem)

    @property
    def blocked(self) -> str:
        """Why it is not taken although it is still; "" when nothing blocks it."""
        return self._block.why

    @property
    def problem(self) -> FileProblem | None:
        """What a note says about it; None when there is to be none."""
        return self._block.problem

    def _key(self, found: Snapshot) -> tuple[int, ...]:
        return (*content_key(found, local=self.rule.local), found.blocks)

    @property
    def still(self) -> float:
        """Seconds for which nothing has changed between our own checks."""
        return self.last_at - self.since

    @property
    def quick(self) -> bool:
        """True when the short cut may be taken: it was closed, as far as the kernel reports, nobody
        is writing, and no block is missing."""
        if self._short_cut.is_barred or self.blocked:
            return False
        if not self.rule.leases or not self._is_closed():
            return False
        return self.last.blocks * 512 >= self.last.size

    def needed(self) -> float:
        """Seconds of stillness after which it counts as settled. The short cut counts from the
        close: what happened before says nothing about a program that opens the file again at
        once."""
        if not self.quick:
            return self.rule.settle
        before_close = max(self._short_cut.event_at - self.since, 0.0)
        return min(before_close + self.rule.quick, self.rule.settle)

    def is_old(self, now: float) -> bool:
        """True when it came so long before `now` that it may be given up."""
        return now - self.first_at >= GIVE_UP

    @property
    def is_given_up(self) -> bool:
        """True when nothing has changed for so long that it will not become whole by itself."""
        return self.still >= GIVE_UP

    def settled(self) -> bool:
        """True when it has been still for the whole settle time: needed before anything is
        refused for good."""
        if self.lease is Lease.WRITER:
            return False
        return self.still >= self.rule.settle

    def verdict(self) -> StillnessVerdict:
        """The decision after the last check."""
        if self.lease is Lease.WRITER:
            return StillnessVerdict.WRITER
        if self.last.size == 0:
            return StillnessVerdict.EMPTY
        if self._is_placeholder():
            return StillnessVerdict.PLACEHOLDER
        if self.still < self.needed():
            return StillnessVerdict.WAIT
        if self.beside.unfinished:
            return StillnessVerdict.UNFINISHED
        return StillnessVerdict.READY

    def _is_placeholder(self) -> bool:
        """Whether it has a size and no content. Well compressed content may be in the inode."""
        if self.has_data or not self.rule.blocks:
            return False
        if self.last.size <= INLINE:
            return False
        return self.last.blocks == 0

    @property
    def stuck(self) -> bool:
        """True when it will not become ready by itself for some time."""
        if self.blocked and not self._block.soon:
            return True
        return self.verdict() in _STUCK

    def _plan(self) -> None:
        self.next_at = self.last_at + self._pause()

    def _pause(self) -> float:
        """Seconds until the next check."""
        if self.stuck:
            return min(STUCK_CHECK, 10 * self.rule.settle)
        if self.verdict() is StillnessVerdict.WRITER:
            return self.rule.check_every

        rest = self.since + self.needed() - self.last_at
        if rest > 0:
            return min(rest, self.rule.check_every)
        if self.blocked:
            return self.rule.check_every
        return 0.0
