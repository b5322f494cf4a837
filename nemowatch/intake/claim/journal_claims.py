"""From a settled, read file to jobs in the journal: the same content at the same path is never
paid for twice.

Owns the decision what a candidate is to the journal (new, changed, a retry, a second copy) and
carries it out, in one transaction for many candidates. It reads no file.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from nemowatch.errors import UsageError
from nemowatch.intake.claim.approval_batch import ApprovalBatch
from nemowatch.intake.claim.known_sources import is_copy, late_for, unpaid
from nemowatch.intake.claim.made_before import without_paid
from nemowatch.intake.claim.renames import Earlier, composed, ended_by_rename, targets_of
from nemowatch.intake.records import Candidate
from nemowatch.journal import (
    job_steps,
    jobs,
    offers,
    renames,
    results,
    reviews,
    sessions,
    source_members,
    sources,
    spend,
    tips,
)
from nemowatch.journal.jobs import Job
from nemowatch.journal.sources import NewJob, NewSource, SourceRow
from nemowatch.model import ENDED, State


class ClaimOutcome(StrEnum):
    """What became of a candidate."""

    NEW = "new"
    RESETTLED = "resettled"  #: it had changed after its claim, and has settled again
    KNOWN = "known"  #: the file of a source that is being worked on, or is kept here
    AGAIN = "again"  #: failed before: only what is missing is done
    REDELIVERED = "redelivered"  #: its results are gone and come from the saved draft
    OFFERED = "offered"  #: done, under other instructions than there are now: a person is asked
    DUPLICATE = "duplicate"  #: done, and its results exist
    NO_DRAFT = "no draft"  #: done, its results are gone, and there is no draft
    FOLLOWED = "followed"  #: renamed: its source goes on with it
    LATE = "late"  #: its subtitles came when its clip was being worked on already
    VERSION = "version"  #: another version of a project, which was not ordered
    SAME_NAME = "same name"  #: the same file is there under the other spelling of its name


@dataclass(frozen=True, slots=True)
class Claimed:
    """A candidate with its outcome."""

    candidate: Candidate
    source_id: int
    outcome: ClaimOutcome
    before: bytes = b""  #: for FOLLOWED: the path that it had
    late: tuple[bytes, ...] = ()  #: for LATE: the files that came too late


#: Why jobs of an earlier version of a file have ended.
_REPLACED = "replaced by a newer version of the file"


@dataclass(frozen=True, slots=True)
class ClaimContext:
    """What was found out about a portion of candidates before the transaction that claims them."""

    watch: str
    now_ms: int
    confirm_above: int
    keeps: bool  #: sources stay in the inbox when they are done
    lost: frozenset[int]  #: ids of published jobs whose results are gone
    earlier: Mapping[bytes, Earlier]  #: known sources that candidates are, by the candidates' paths


class Claims:
    """Claims candidates of one watch, in one transaction."""

    def __init__(self, conn: sqlite3.Connection, context: ClaimContext) -> None:
        self._earlier = context.earlier
        self._claimed: dict[tuple[str, str], int] = {}  # sources, by content and composed path
        self._conn = conn
        self._watch = context.watch
        self._now = context.now_ms
        self._keeps = context.keeps
        self._lost = context.lost
        self._batch = ApprovalBatch(conn, context.watch, context.now_ms, context.confirm_above)

    def claim(self, candidate: Candidate) -> Claimed:
        """Decide and write."""
        row = sources.find(self._conn, self._watch, candidate.path, candidate.digest)
        if row is not None:
            return Claimed(candidate, row.id, self._known(candidate, row))

        earlier = self._earlier.get(candidate.path)
        if earlier is not None and self._is_current(earlier):
            return self._renamed(candidate, earlier)

        key = (candidate.digest, composed(candidate.path))
        if key in self._claimed:
            return Claimed(candidate, self._claimed[key], ClaimOutcome.SAME_NAME)

        late = self._version_of(candidate)
        if late:
            return Claimed(candidate, late, ClaimOutcome.VERSION)
        claimed = self._new(candidate)
        self._claimed[key] = claimed.source_id
        return claimed

    def _version_of(self, candidate: Candidate) -> int:
        """The source of which a project would be another version, paid for once more without a
        person's word; 0 for none."""
        if not candidate.is_project or candidate.approved:
            return 0
        for row in sources.at_path(self._conn, self._watch, candidate.path):
            is_there = row.retired_at is None or row.retired_to == b""
            if is_there and not unpaid(self._conn, jobs.of_source(self._conn, row.id)):
                return row.id
        return 0

    def _is_current(self, earlier: Earlier) -> bool:
        """Whether the source is still as it was when its file was looked for."""
        row = sources.by_id(self._conn, earlier.source.id)
        if row is None:
            return False
        return row.path == earlier.source.path

    def _renamed(self, candidate: Candidate, earlier: Earlier) -> Claimed:
        """Go on with a source whose file has another name now."""
        row = earlier.source
        own = jobs.of_source(self._conn, row.id)
        if not earlier.is_there:
            self._move(row, candidate)
        elif self._is_at_work(row, own):
            return Claimed(candidate, row.id, ClaimOutcome.SAME_NAME)

        if row.retired_to is not None:  # kept here, or gone to done/ or failed/ before
            return Claimed(candidate, row.id, self._known(candidate, row))
        return self._follow(candidate, row, own)

    def _is_at_work(self, row: SourceRow, own: list[Job]) -> bool:
        """Whether a source is in the inbox, or has a job that has not ended."""
        if row.retired_at is None:
            return True
        return not _have_ended(own)

    def _move(self, row: SourceRow, candidate: Candidate) -> None:
        """The source's file, and what is made of it, has the candidate's name from now on."""
        stems = {(job.item, job.target.name): job.stem for job in candidate.jobs}
        renames.move(self._conn, row.id, candidate.folder, candidate.path, candidate.members)
        renames.name_results(self._conn, row.id, stems)

    def _follow(self, candidate: Candidate, row: SourceRow, own: list[Job]) -> Claimed:
        if row.retired_at is not None:
            sources.unretire(self._conn, row.id)
        elif not row.settled:
            self._resettle(row, candidate)

        again = list(filter(ended_by_rename, own))
        for job in again:
            job_steps.retry(self._conn, job.id, self._now)
        if again:
            self._batch.hold_again(row.id)
        return Claimed(candidate, row.id, ClaimOutcome.FOLLOWED, row.path)

    def _new(self, candidate: Candidate) -> Claimed:
        """Claim what is neither known nor renamed."""
        if is_copy(self._conn, self._watch, candidate):
            candidate = replace(candidate, conflict=True)
        late = late_for(self._conn, self._watch, candidate)
        if late is not None:
            return Claimed(candidate, late.source.id, ClaimOutcome.LATE, late=late.files)
        for row in sources.in_inbox(self._conn, self._watch, candidate.path):
            own = jobs.of_source(self._conn, row.id)
            if not unpaid(self._conn, own):
                self._withdraw_reviews(own)
                continue  # it cannot become another order any more

            if _is_same_order(own, candidate) and not row.settled:
                self._resettle(row, candidate)
                return Claimed(candidate, row.id, ClaimOutcome.RESETTLED)
            self._supersede(row, own)

        return Claimed(candidate, self._add(candidate), ClaimOutcome.NEW)

    def _add(self, candidate: Candidate) -> int:
        """Write it as a new source; returns its id."""
        candidate, doubtful = self._own_results(candidate)
        candidate = without_paid(self._conn, self._watch, candidate, self._lost)
        batch, held = self._batch.join(candidate, doubtful=doubtful)
        new = NewSource(
            watch=self._watch,
            folder=candidate.folder,
            path=candidate.path,
            digest=candidate.digest,
            task=candidate.task,
            members=candidate.members,
            jobs=candidate.jobs,
            batch_id=batch,
            held=held,
            tips=candidate.tips,
        )
        source_id = sources.claim(self._conn, new, self._now).id
        offers.keep_instructions(self._conn, source_id, candidate.instructions)
        return source_id

    def _own_results(self, candidate: Candidate) -> tuple[Candidate, bool]:
        """What is in the outbox and was made of another file is no result of this one, which
        may be its new version. The second: results exist that nobody remembers making, although
        this journal was never lost.
        """
        own = tuple(map(self._without_known, candidate.jobs))
        have_results = any(job.existing for job in own)
        if self._batch.is_rebuilt or not have_results:
            return replace(candidate, jobs=own), False

        without = tuple(map(_without_results, own))
        return replace(candidate, jobs=without), True

    def _without_known(self, job: NewJob) -> NewJob:
        """The job without existing results that a job of this journal has published: they were
        made of another file."""
        for result in job.existing:
            if results.of_output(self._conn, result.path):
                return _without_results(job)
        return job

    def _resettle(self, row: SourceRow, candidate: Candidate) -> None:
        self._renew_prompts(row.id, candidate)
        tips.keep(self._conn, row.id, candidate.tips)
        sources.resettle(self._conn, row.id, candidate.digest, candidate.members, self._now)

    def _renew_prompts(self, source_id: int, candidate: Candidate) -> None:
        """What has not been paid for follows the instructions as they are now. Those of a project
        are part of what it is."""
        if candidate.is_project:
            return
        if unpaid(self._conn, jobs.of_source(self._conn, source_id)):
            offers.keep_instructions(self._conn, source_id, candidate.instructions)
        targets = {(new.item, new.target.name): new.target for new in candidate.jobs}
        for job in jobs.of_source(self._conn, source_id):
            is_order = not sessions.goes_on(self._conn, job)
            if job.state is not State.CLAIMED or not is_order:
                continue
            target = targets.get((job.item, job.target))
            if target is None:
                continue
            if target.prompt != job.prompt:
                jobs.apply(self._conn, job, job.state, self._now, {"prompt": target.prompt})
            if target.review is not None:
                reviews.plan(self._conn, job.id, target.review)

    def _withdraw_reviews(self, own: list[Job]) -> None:
        """Nothing is made of the text of an earlier version any more."""
        for job in filter(reviews.is_waiting, own):
            job_steps.cancel(self._conn, job.id, _REPLACED, self._now)

    def _supersede(self, row: SourceRow, own: list[Job]) -> None:
        """Another version of the file, or a text beside it, came before anything was paid: the
        new order counts."""
        for job in own:
            if job.state not in ENDED:
                job_steps.cancel(self._conn, job.id, _REPLACED, self._now)
        sources.retire(self._conn, row.id, None, self._now)

    def _known(self, candidate: Candidate, row: SourceRow) -> ClaimOutcome:
        done = jobs.of_source(self._conn, row.id)
        if not _have_ended(done):
            return self._at_work(candidate, row)

        source_members.refresh(self._conn, row.id, candidate.members)
        done = list(filter(self._is_ordered, done))
        is_whole = all(map(self._has_results, done))
        if is_whole and self._offer(candidate, row, done):
            sources.unretire(self._conn, row.id)
            return ClaimOutcome.OFFERED
        if is_whole and self._is_kept(row):
            return ClaimOutcome.KNOWN

        sources.unretire(self._conn, row.id)
        return self._do_missing(candidate, row, done)

    def _offer(self, candidate: Candidate, row: SourceRow, done: list[Job]) -> bool:
        """Offer what the folder's instructions ask for now, where they have changed since this was
        made; whether there was anything to offer."""
        if candidate.is_project or candidate.many:
            return False
        if not offers.have_changed(self._conn, row.id, candidate.instructions):
            return False

        prompts = {(new.item, new.target.name): new.target.prompt for new in candidate.jobs}
        offered = False
        for job in self._whole_orders(done):
            prompt = prompts.get((job.item, job.target), "")
            if prompt:
                offered |= offers.make(self._conn, job, prompt, self._now)
        return offered

    def _whole_orders(self, done: list[Job]) -> list[Job]:
        """The paid jobs that were all their session was ordered to do, not one step of several."""
        ordered = [job for job in done if not sessions.is_change(self._conn, job)]
        orders = Counter(job.session for job in ordered)
        alone = [job for job in ordered if orders[job.session] == 1]
        return [job for job in alone if spend.is_paid(self._conn, job.id)]

    def _is_ordered(self, job: Job) -> bool:
        """Whether a file that is dropped again asks for this job: for what the folder orders, and
        for what else was made of it; not for a change that came to nothing."""
        if job.state is State.PUBLISHED:
            return True
        return not sessions.is_change(self._conn, job)

    def _has_results(self, job: Job) -> bool:
        """Whether a job was published, and its results exist still."""
        if job.state is not State.PUBLISHED:
            return False
        return job.id not in self._lost

    def _at_work(self, candidate: Candidate, row: SourceRow) -> ClaimOutcome:
        if row.settled:
            source_members.refresh(self._conn, row.id, candidate.members)
            return ClaimOutcome.KNOWN
        self._resettle(row, candidate)
        return ClaimOutcome.RESETTLED

    def _is_kept(self, row: SourceRow) -> bool:
        """True when sources stay here when they are done, and this one did: whatever a sync client
        or a backup does to a file of known content, it is no second copy."""
        if not self._keeps:
            return False
        if row.retired_at is None:
            return True
        return row.retired_to == b""

    def _do_missing(self, candidate: Candidate, row: SourceRow, done: list[Job]) -> ClaimOutcome:
        outcome = ClaimOutcome.DUPLICATE
        for job in done:
            if job.id in self._lost:
                outcome = self._redeliver(job)
        for job in done:
            if job.state is not State.PUBLISHED:
                job_steps.retry(self._conn, job.id, self._now)
                outcome = ClaimOutcome.AGAIN

        # it may have been paid for after the journal's copy was made
        if outcome is ClaimOutcome.AGAIN and self._batch.is_rebuilt:
            self._batch.hold_again(row.id)
        self._renew_prompts(row.id, candidate)
        return outcome

    def _redeliver(self, job: Job) -> ClaimOutcome:
        """Have the lost results of a published job delivered from its saved draft."""
        try:
            job_steps.redeliver(self._conn, job.id, self._now)
        except UsageError:
            return ClaimOutcome.NO_DRAFT
        return ClaimOutcome.REDELIVERED


def _is_same_order(own: list[Job], candidate: Candidate) -> bool:
    """Whether these jobs make what the candidate asks for. Those of a project have one target
    together, and their instructions tell them apart."""
    if candidate.is_project:
        own = [job for job in own if job.state not in ENDED]
        return [job.prompt for job in own] == [job.target.prompt for job in candidate.jobs]
    return targets_of(own) == candidate.targets


def _have_ended(own: list[Job]) -> bool:
    return all(job.state in ENDED for job in own)


def _without_results(job: NewJob) -> NewJob:
    return replace(job, existing=())
