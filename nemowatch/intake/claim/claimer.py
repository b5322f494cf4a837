"""Takes settled files into the journal: has them read and judged, then claims them.

Owns the way from "ready" to "claimed", one bounded portion at a time. `journal_claims` decides what
a candidate is to the journal, `ready.inspect` what a file is, and `acceptance` what becomes of it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import filterfalse, starmap

from nemowatch.clock import Clock
from nemowatch.config.display_paths import in_inbox
from nemowatch.hold_reasons import pause_words
from nemowatch.intake.claim.acceptance import Acceptance
from nemowatch.intake.claim.claimed import ClaimContext, Claimed, ClaimOutcome
from nemowatch.intake.claim.earlier_work import EarlierWork
from nemowatch.intake.claim.existing_results import Finder, no_results
from nemowatch.intake.claim.group_reading import GroupReading, Read
from nemowatch.intake.claim.journal_claims import Claims
from nemowatch.intake.claim.known_sources import Ended, copies_last, ended_before
from nemowatch.intake.claim.mixed_arrivals import MixedArrivals
from nemowatch.intake.claim.pairing import Groups
from nemowatch.intake.claim.project_approvals import ProjectApprovals
from nemowatch.intake.claim.projects import Projects
from nemowatch.intake.claim.subtitle_groups import LATE
from nemowatch.intake.claim.text_lane import TextLane
from nemowatch.intake.ready.fair_turns import first_in_turns
from nemowatch.intake.records import Candidate, Duplicate, FileProblem
from nemowatch.intake.scan.paths import as_text, name_of, parent
from nemowatch.intake.scan.pauses import nearest_pause
from nemowatch.intake.state import InboxState
from nemowatch.intake.watch.root_monitor import RootMonitor
from nemowatch.journal import batches
from nemowatch.journal.batches import BatchRow
from nemowatch.journal.database import Journal
from nemowatch.model import Member

#: Clips read, and sources written, in one go: a transaction of this size takes about ten
#: milliseconds.
PORTION = 200

#: Why a file waits whose name also exists in the other Unicode form.
SAME_NAME = "the same file is here under another spelling of its name (Unicode NFC and NFD)"

#: Outcomes of a file that was done before and came again.
_DUPLICATES = frozenset({ClaimOutcome.DUPLICATE, ClaimOutcome.NO_DRAFT})


@dataclass(slots=True)
class Taken:
    """What one portion brought."""

    claimed: list[int] = field(default_factory=list)
    duplicates: list[Duplicate] = field(default_factory=list)
    #: sources whose file was renamed, each with its former path
    renamed: list[tuple[int, bytes]] = field(default_factory=list)
    #: APPROVE files of projects that have been obeyed
    used: list[bytes] = field(default_factory=list)
    left: list[bytes] = field(default_factory=list)  #: ready files for the next portions
    clips: int = 0  #: how many of those only wait for their turn
    more: bool = False  #: some of them can be claimed at once


class Claimer:
    """Claims the ready files of one inbox."""

    def __init__(
        self,
        root_monitor: RootMonitor,
        inbox_state: InboxState,
        journal: Journal,
        clock: Clock,
        confirm_above: int,
        finder: Finder = no_results,
    ) -> None:
        self._root_monitor = root_monitor
        self._state = inbox_state
        self._journal = journal
        self._clock = clock
        self._approvals = ProjectApprovals(root_monitor.watch.name, inbox_state, journal)
        self._mixed = MixedArrivals(inbox_state, self._approvals)
        self._groups = Groups(root_monitor, inbox_state, self._mixed)
        self._acceptance = Acceptance(inbox_state, clock)
        self._reading = GroupReading(root_monitor, inbox_state, self._acceptance)
        self._texts = TextLane(root_monitor, inbox_state, self._groups, self._reading)
        self._projects = Projects(
            root_monitor,
            inbox_state,
            self._groups,
            self._acceptance,
            self._reading,
            self._approvals,
            clock,
        )
        self.earlier_work = EarlierWork(root_monitor, journal, clock, finder)
        self.confirm_above = confirm_above

    @property
    def is_reading(self) -> bool:
        """Whether texts are being read, or were read and are not claimed yet."""
        return self._texts.is_reading

    def stop(self) -> None:
        """Stop. A reading that is under way is abandoned."""
        self._texts.stop()

    async def claim(self, ready: list[bytes]) -> Taken:
        """Claim up to one portion of the files whose verdict is READY. Raises LocalPassing when the
        share is unavailable."""
        waiting = dict.fromkeys(ready)
        await self._approvals.load()
        projects = await self._projects.take(waiting)
        texts = self._texts.among(waiting)
        read = await self._read_clips(waiting, texts)
        read += await self._texts.read(waiting, texts)

        left = len(waiting.keys() & texts)
        taken = Taken(left=list(waiting), clips=len(waiting) - left)
        may_read_texts = left > 0 and not self._texts.is_reading
        taken.more = may_read_texts or taken.clips > 0

        candidates = self._accepted(read) + projects
        if candidates:
            if not await self._may_claim():
                return taken
            for claimed in await self._claim(candidates, self._mixed.obeyed):
                self._note(claimed, taken)

        await self._follow_approvals(taken)
        return taken

    async def _follow_approvals(self, taken: Taken) -> None:
        """Let each APPROVE of an edit folder that has been obeyed be removed; one for which nothing
        waits there approves nothing."""
        for folder in self._mixed.take_obeyed():
            taken.used += await self._approvals.use_up(folder)
        for folder in self._approvals.folders():
            is_project = self._state.book.project(folder) is not None
            if not is_project and not self._mixed.waits(folder):
                await self._approvals.judge(folder)

    def _accepted(self, read: list[Read]) -> list[Candidate]:
        return list(filter(None, starmap(self._acceptance.judge, read)))

    async def _may_claim(self) -> bool:
        """Whether what was read still lies in the checked root, and the inbox is ours."""
        if not await self._root_monitor.same_root():
            self._root_monitor.scans.request()  # what was read lay below another root
            return False
        return not await self._root_monitor.is_taken_over()

    async def _read_clips(self, waiting: dict[bytes, None], texts: set[bytes]) -> list[Read]:
        """Read a portion of the files that no child has to parse; those that need no further
        reading are removed from `waiting`, and those that belong to a text join the `texts`."""
        portion = first_in_turns(filterfalse(texts.__contains__, waiting), PORTION)
        groups = await self._groups.of(portion)
        alone = list(filterfalse(self._texts.assign, groups))
        texts |= self._texts.among(portion)
        work = list(map(self._reading.work, alone))
        read = await self._reading.read(work, self._root_monitor.worker)

        unread = {group.main for group in alone[len(read) :]}
        for path in portion:
            is_left = path in unread or path in texts
            if not is_left:
                del waiting[path]
        return read

    async def project_waits(self, project: bytes) -> bool:
        """Whether something in this claimed project waits for a person. Raises LocalPassing."""
        return await self._projects.waits(project)

    # -- claiming

    async def _claim(self, candidates: list[Candidate], obeyed: frozenset[bytes]) -> list[Claimed]:
        """Write these to the journal, and in the same transaction that the APPROVE files that let
        them go on (in `obeyed`, or in their own folder) are used: if the process ends before that,
        approval is asked for again."""
        watch = self._root_monitor.watch

        def before(conn: sqlite3.Connection) -> tuple[Mapping[bytes, Ended], BatchRow | None]:
            ended = ended_before(conn, watch.name, candidates)
            return ended, batches.open_for(conn, watch.name)

        ended, batch = await self._journal.read(before)
        candidates = await self.earlier_work.with_results(candidates, batch)
        context = await self._context_of(candidates, ended)
        # a possible copy comes after its original
        ordered = copies_last(candidates)
        approved = {candidate.path for candidate in candidates if candidate.approved}

        def claim(conn: sqlite3.Connection) -> list[Claimed]:
            claims = Claims(conn, context)
            done = list(map(claims.claim, ordered))
            self._approvals.use(conn, approved | obeyed)
            return done

        done = await self._journal.write(claim)
        claimed = {candidate.path for candidate in candidates}
        self.earlier_work.existed_before -= claimed
        return done

    async def _context_of(
        self, candidates: list[Candidate], ended: Mapping[bytes, Ended]
    ) -> ClaimContext:
        lost = await self.earlier_work.lost_results(ended)
        earlier = await self.earlier_work.under_other_names(candidates)
        watch = self._root_monitor.watch
        return ClaimContext(
            watch=watch.name,
            now_ms=self._clock.now_ms(),
            confirm_above=self.confirm_above,
            keeps=watch.after == "keep",
            lost=lost,
            earlier=earlier,
            paused=self._paused(candidates),
        )

    def _paused(self, candidates: Iterable[Candidate]) -> dict[bytes, str]:
        """Why the candidates that a PAUSE holds wait. Their jobs begin as held, so that no lane
        has to find that out for each of a thousand."""
        pauses = self._state.pauses
        found: dict[bytes, str] = {}
        words: dict[bytes, str] = {}
        for candidate in candidates:
            file = nearest_pause(pauses, candidate.path)
            if file and file not in words:
                words[file] = pause_words(in_inbox(self._root_monitor.watch, file))
            if file:
                found[candidate.path] = words[file]
        return found

    def _note(self, claimed: Claimed, taken: Taken) -> None:
        notes = {
            ClaimOutcome.SAME_NAME: self._note_same_name,
            ClaimOutcome.LATE: self._note_late,
            ClaimOutcome.VERSION: self._note_version,
        }
        note = notes.get(claimed.outcome)
        if note is None:
            self._note_known(claimed, taken)
        else:
            note(claimed)

    def _note_same_name(self, claimed: Claimed) -> None:
        candidate = claimed.candidate
        for path in {candidate.path, *(member.path for member in candidate.files)}:
            self._state.block(path, SAME_NAME)

    def _note_version(self, claimed: Claimed) -> None:
        self._projects.is_late(claimed.candidate)

    def _note_known(self, claimed: Claimed, taken: Taken) -> None:
        """Remember what the journal now has of a candidate."""
        candidate = claimed.candidate
        if candidate.is_project:
            self._state.claimed_projects[candidate.path] = candidate.instructions
        if candidate.approved:
            taken.used += self._approvals.used(candidate.path)
        if claimed.outcome is ClaimOutcome.FOLLOWED:
            taken.renamed.append((claimed.source_id, claimed.before))
        self._know(candidate.files)

        if claimed.outcome in _DUPLICATES:
            exists = claimed.outcome is ClaimOutcome.DUPLICATE
            taken.duplicates.append(Duplicate(candidate.path, claimed.source_id, exists))
        elif claimed.outcome is not ClaimOutcome.KNOWN:
            taken.claimed.append(claimed.source_id)

    def _note_late(self, claimed: Claimed) -> None:
        """Report subtitles that came after work on their clip had begun; nothing is paid for
        them."""
        clip = as_text(name_of(claimed.candidate.path))
        for path in claimed.late:
            name = as_text(name_of(path))
            what = f"{name} came after {clip} had already been taken: its words are not used."
            cure = (
                f"Remove it. To have {clip} made with these words, which costs again: once it has"
                f" left this folder, put {clip} and {name} back in together."
            )
            self._state.problems.ask(FileProblem(path, parent(path), what, cure, code=LATE))
            self._state.block(path, what)
        in_time = [file for file in claimed.candidate.files if file.path not in claimed.late]
        self._know(in_time)

    def _know(self, files: Iterable[Member]) -> None:
        """These files need no further check until they change."""
        for member in files:
            if member.snapshot is not None:
                local = self._root_monitor.is_local(member.path)
                self._state.know(member.path, member.snapshot, local=local)
