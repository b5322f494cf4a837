"""Takes files that have kept still over to the journal: reads them, and asks what is to be made of
them.

Owns the way from "ready" to "claimed", one bounded portion at a time. What a candidate is to the
journal is decided in `claim`; what a file is, in `looking`.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from nemowatch.clock import Clock
from nemowatch.errors import OrderError
from nemowatch.fs.safe_open import lookup
from nemowatch.intake.claim.candidates import candidate, order_of_link
from nemowatch.intake.claim.decide import Claimed, Claims, Ended, Outcome, ended_before
from nemowatch.intake.claim.existing_results import Finder, nothing_stands, results_of, with_results
from nemowatch.intake.claim.pairing import Group, Groups
from nemowatch.intake.ready.inspect import Advice, Inspected, Terms, inspect, still_there
from nemowatch.intake.ready.stability import Look, Tracked
from nemowatch.intake.records import Candidate, Duplicate, FileProblem
from nemowatch.intake.scan.folders import as_text, folder_of
from nemowatch.intake.scan.ignore import NameClass
from nemowatch.intake.state import InboxState
from nemowatch.intake.watch.root_monitor import RootMonitor
from nemowatch.journal import Journal, batches
from nemowatch.model import MediaKind, Order
from nemowatch.tasks import Drop, Folder, max_bytes, plan

#: Files read, and sources written, in one go: a transaction of this size takes some ten
#: milliseconds.
PORTION = 200
#: Seconds of reading in one go, so that a burst never keeps the inbox from looking at other files.
BUDGET = 1.0
#: Seconds without a change after which a file that is cut short is given up (docs/behaviour.md
#: section 2).
GIVE_UP = 600.0


@dataclass(slots=True)
class Taken:
    """What one portion brought."""

    claimed: list[int] = field(default_factory=list)
    again: list[Duplicate] = field(default_factory=list)
    left: list[bytes] = field(default_factory=list)  #: ready files for the next portion


class Claimer:
    """Claims what is ready in one inbox."""

    def __init__(
        self,
        root_monitor: RootMonitor,
        inbox_state: InboxState,
        journal: Journal,
        clock: Clock,
        confirm_above: int,
        finder: Finder = nothing_stands,
    ) -> None:
        self._root_monitor, self._state, self._journal, self._clock = (
            root_monitor,
            inbox_state,
            journal,
            clock,
        )
        self._groups = Groups(root_monitor, inbox_state)
        self._finder = finder
        self.confirm_above = confirm_above
        #: files that stood there at the start: their results may stand, too
        self.stood_before: set[bytes] = set()

    async def take(self, ready: list[bytes]) -> Taken:
        """Go on with files whose verdict is READY, up to one portion. Raises LocalPassing when
        the share is away."""
        taken = Taken(left=ready[PORTION:])
        groups = await self._groups.of(ready[:PORTION])
        read = await self._read(groups)
        taken.left[:0] = [group.main for group in groups[len(read) :]]
        candidates = [c for group, found in read if (c := self._judge(group, found)) is not None]
        # what was read lay in another folder than the inbox
        if candidates and not await self._root_monitor.same_root():
            self._root_monitor.scan_soon = True
        elif candidates and not await self._root_monitor.is_taken_over():
            for claimed in await self._claim(candidates):
                self._note(claimed, taken)
        return taken

    # -- reading

    async def _read(self, groups: list[Group]) -> list[tuple[Group, list[Inspected]]]:
        """Read groups until the time is used up; at least one."""
        work = [(group, [(p, self._terms(p)) for p in group.paths]) for group in groups]
        root, worker, pace = (
            self._root_monitor.root,
            self._root_monitor.worker,
            self._root_monitor.pace,
        )
        expected = {
            p: t.last
            for g in groups
            for p in g.paths
            if (t := self._state.tracker.get(p)) is not None
        }

        def read() -> list[tuple[Group, list[Inspected]]]:
            until, done = time.monotonic() + BUDGET, []
            for group, members in work:
                found = [
                    inspect(root, p, expected.get(p) or lookup(root, p), pace(p), t, worker.beat)
                    for p, t in members
                ]
                done.append((group, found))
                if time.monotonic() > until:
                    break
            return done

        return await worker.run(read) if work else []

    def _terms(self, path: bytes) -> Terms:
        folder = self._state.book.read(folder_of(path))
        limit = max_bytes(folder.skill) if isinstance(folder, Folder) else 0
        tracked = self._state.tracker.get(path)
        settled = tracked is None or tracked.settled()
        gives_up = tracked is not None and tracked.still >= GIVE_UP
        return Terms(self._state.book.kinds(folder_of(path)), limit, settled, gives_up)

    # -- judging

    def _judge(self, group: Group, found: list[Inspected]) -> Candidate | None:
        """The candidate that a read group is; None when it must wait, or never will be one."""
        if any(one.advice is not Advice.TAKE for one in found):
            self._put_off(found)
            return None
        main, text = found[0], found[1].text if len(found) > 1 else found[0].text
        folder = self._state.book.read(folder_of(group.main))
        if not isinstance(folder, Folder):
            return None
        order = self._order(folder, main, text)
        if order is None:
            return None
        prompt = self._state.book.prompt(folder_of(group.main))
        made = partial(order_of_link, folder, prompt) if main.kind is MediaKind.LINK else None
        return candidate(group, found, order, self._is_conflict(group), made)

    def _put_off(self, found: list[Inspected]) -> None:
        """Each file of a group that cannot be taken has its say: one that is passed over would
        be due again at once. While one of them may still become whole the other is not refused:
        the clip would be taken without its text.
        """
        first = min(
            (one for one in found if one.advice is not Advice.TAKE),
            key=lambda one: one.advice is Advice.REFUSE,
        )
        for one in found:
            if one.advice is first.advice or one.advice not in (Advice.TAKE, Advice.REFUSE):
                self._not_now(one)
            else:
                self._with(one, first)

    def _with(self, other: Inspected, one: Inspected) -> None:
        """What one file of a group meets, the other shares: a text whose clip is refused was
        never meant alone."""
        name, tracked = (
            as_text(one.path.rpartition(b"/")[2]),
            self._state.tracker.get(other.path),
        )
        if one.advice is Advice.REFUSE and tracked is not None:
            why = f"It belongs to {name}, which cannot be used."
            self._refuse(Inspected(other.path, Advice.REFUSE, why, one.cure, one.code), tracked)
        else:
            waited_for = self._state.tracker.get(one.path)
            settles = waited_for is not None and not waited_for.stuck
            self._state.block(other.path, f"waits for {name}, which belongs to it", soon=settles)

    def _not_now(self, one: Inspected) -> None:
        tracked = self._state.tracker.get(one.path)
        match one.advice:
            case Advice.GONE:
                return  # the next look says so
            case Advice.WAIT if tracked is not None and not tracked.settled():
                tracked.no_short_cut(self._clock.monotonic())
            case Advice.WAIT if tracked is not None:
                tracked.block(one.why)
            case Advice.AGAIN if tracked is not None:
                look = one.look if one.look.ino else tracked.last
                tracked.see(Look(look, self._clock.monotonic(), one.lease))
                tracked.settle_anew()
            case Advice.REFUSE if tracked is not None:
                self._refuse(one, tracked)

    def _refuse(self, one: Inspected, tracked: Tracked) -> None:
        self._state.problems.refuse(
            FileProblem(one.path, folder_of(one.path), one.why, one.cure, final=True, code=one.code)
        )
        self._state.know(one.path, tracked.last, local=tracked.pace.local)

    def _order(self, folder: Folder, main: Inspected, text: str) -> Order | None:
        """What the folder wants made of it; None, with the reason told, when it cannot say."""
        raw = folder_of(main.path)
        drop = Drop(
            main.kind,
            as_text(main.path.rpartition(b"/")[2]),
            text,
            self._state.book.prompt(raw),
        )
        try:
            order = plan(folder, drop)
        except OrderError as exc:
            tracked = self._state.tracker.get(main.path)
            if main.kind is MediaKind.SCRIPT and not text.strip() and tracked is not None:
                self._refuse(
                    Inspected(main.path, Advice.REFUSE, exc.text, exc.cure, exc.code), tracked
                )
            else:
                self._state.problems.order(raw, exc.text, exc.cure)
                self._state.block(main.path, exc.text)
            return None
        self._state.problems.order_holds(raw)
        return order

    def _is_conflict(self, group: Group) -> bool:
        return any(self._state.ignore.path(p).kind is NameClass.CONFLICT for p in group.paths)

    # -- claiming

    async def _claim(self, candidates: list[Candidate]) -> list[Claimed]:
        watch = self._root_monitor.watch
        ended, batch = await self._journal.read(
            lambda conn: (
                ended_before(conn, watch.name, candidates),
                batches.open_for(conn, watch.name),
            )
        )
        rebuilt = batch is not None and batch.cause == batches.REBUILT
        if rebuilt or any(candidate.path in self.stood_before for candidate in candidates):
            beat, finder, asked = self._root_monitor.worker.beat, self._finder, candidates
            which = None if rebuilt else self.stood_before
            candidates = await self._root_monitor.worker.run(
                lambda: with_results(asked, watch, finder, beat, which)
            )
        lost = (
            await self._root_monitor.worker.run(lambda: _lost(ended)) if ended else frozenset[int]()
        )
        confirm, keeps = self.confirm_above, watch.after == "keep"
        now = self._clock.now_ms()
        done = await self._journal.write(
            lambda conn: [
                c
                for claims in [
                    Claims(conn, watch.name, now, confirm_above=confirm, keeps=keeps, lost=lost)
                ]
                for c in map(claims.claim, candidates)
            ]
        )
        self.stood_before.difference_update(candidate.path for candidate in candidates)
        return done

    async def settle_held(self) -> None:
        """The journal was put back: what it takes for unpaid, and whose results stand, is done."""
        watch, finder, beat = self._root_monitor.watch, self._finder, self._root_monitor.worker.beat
        held = await self._journal.read(lambda conn: batches.held_jobs(conn, watch.name))
        if not held:
            return
        found = await self._root_monitor.worker.run(lambda: results_of(held, watch, finder, beat))
        now = self._clock.now_ms()

        def settle(conn: sqlite3.Connection) -> None:
            for job, results in found:
                batches.settle_held(conn, job, results, now)

        await self._journal.write(settle)

    def _note(self, claimed: Claimed, taken: Taken) -> None:
        for member in claimed.candidate.files:
            if member.snapshot is not None:
                self._state.know(
                    member.path, member.snapshot, local=self._root_monitor.is_local(member.path)
                )
        match claimed.outcome:
            case Outcome.DUPLICATE | Outcome.NO_DRAFT:
                stands = claimed.outcome is Outcome.DUPLICATE
                taken.again.append(Duplicate(claimed.candidate.path, claimed.source_id, stands))
            case Outcome.STANDING:
                return
            case _:
                taken.claimed.append(claimed.source_id)


def _lost(ended: Mapping[bytes, Ended]) -> frozenset[int]:
    """Published jobs of which some result is no longer in the outbox."""
    return frozenset(
        job
        for e in ended.values()
        for job, outputs in e.outputs.items()
        if not still_there(outputs)
    )
