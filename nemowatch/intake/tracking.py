"""Scans and checks of files, fed into the state of one inbox.

Owns what is tracked, known, changed or gone. It decides neither when to scan nor what becomes of
a settled file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice

from nemowatch.clock import Clock
from nemowatch.errors import LocalError, LocalPassing, SourceChanged, SourceGone
from nemowatch.fs.lookups import lookup_gone
from nemowatch.intake.claim import known_sources
from nemowatch.intake.folder_texts import FolderTexts
from nemowatch.intake.ready import file_checks
from nemowatch.intake.ready.file_checks import Checked
from nemowatch.intake.ready.stability import (
    Observation,
    StillnessVerdict,
    Surroundings,
    TrackedFile,
)
from nemowatch.intake.ready.surroundings import surroundings
from nemowatch.intake.ready.waiting_reasons import why
from nemowatch.intake.records import PendingFile, SightedAnswer
from nemowatch.intake.request_files import RequestFiles
from nemowatch.intake.scan.diff import ScanDiff, ScanDiffer
from nemowatch.intake.scan.name_order_and_stems import natural
from nemowatch.intake.scan.scanner import walk
from nemowatch.intake.state import InboxState
from nemowatch.intake.watch.root_monitor import RootMonitor
from nemowatch.journal.database import Journal
from nemowatch.model import Snapshot

#: Files checked in one tick: this takes some tens of milliseconds, and a megabyte.
PORTION = 1_000
#: Verdicts on files that have kept still.
_STILL = frozenset({StillnessVerdict.READY, StillnessVerdict.UNFINISHED})
#: What reads the texts that are addressed to nemowatch.
TextFiles = FolderTexts | RequestFiles
#: In place of the time of an event: none has come.
NO_EVENT = -1.0


class Tracking:
    """Feeds the state of one inbox."""

    def __init__(
        self,
        root_monitor: RootMonitor,
        inbox_state: InboxState,
        journal: Journal,
        clock: Clock,
    ) -> None:
        self._root_monitor = root_monitor
        self._state = inbox_state
        self._journal = journal
        self._clock = clock
        self._folder_texts = FolderTexts(root_monitor, inbox_state, clock)
        self._requests = RequestFiles(root_monitor, inbox_state, clock)

    async def survey(self, start: bytes) -> ScanDiff:
        """Scan what is at and below `start`. Raises what the walk raises."""
        state = self._state
        root = self._root_monitor.root
        worker = self._root_monitor.worker
        differ = ScanDiffer(
            state.book,
            state.known,
            state.tracked,
            self._root_monitor.is_local,
        )

        def scan() -> ScanDiff:
            entries = walk(root, state.ignore, start, worker.beat, differ.changed)
            return differ.survey(entries, start)

        return await worker.run(scan)

    def absorb(self, survey: ScanDiff) -> None:
        """Take in what a scan has found."""
        now = self._clock.monotonic()
        self._state.problems.forget(*survey.fresh)
        self.track(survey.fresh, now)
        self.learn_instructions(survey)
        self._state.problems.learn(survey, self._state.facts, now)

    def learn_instructions(self, survey: ScanDiff) -> None:
        """Take in the instructions that a scan of the inbox, or of a part of it, has found."""
        self._state.learn_instructions(survey)
        now = self._clock.monotonic()
        self._folder_texts.absorb(survey.start, now)
        self._requests.absorb(survey.start, now)

    async def note_changed(self, fresh: Iterable[bytes]) -> None:
        """Have claimed files that have changed rest until they have settled again."""
        changed = self._state.resettle(fresh)
        if not changed:
            return

        name = self._root_monitor.watch.name
        now_ms = self._clock.now_ms()
        await self._journal.write(lambda conn: known_sources.unsettle(conn, name, changed, now_ms))

    def sighted(self) -> tuple[SightedAnswer, ...]:
        """The answers that are there and are still to be read."""
        return tuple(self._requests.sighted())

    async def missing(self, paths: Iterable[bytes]) -> list[int]:
        """Forget known files that are no longer there; returns the ids of their sources that are
        still in the inbox, as far as the journal knows."""
        claimed = list(filter(self._state.is_claimed, paths))
        gone = await self.really_gone(claimed)
        if not gone:
            return []

        self._state.forget(gone)
        self._state.problems.forget(*gone)
        name = self._root_monitor.watch.name
        return await self._journal.read(lambda conn: known_sources.gone_sources(conn, name, gone))

    async def really_gone(self, paths: list[bytes]) -> list[bytes]:
        """Those of them that are no longer there, while the root is still the one that was
        checked. Raises LocalPassing."""
        if not paths:
            return []

        root = self._root_monitor.root
        gone = await self._root_monitor.worker.run(lambda: lookup_gone(root, paths))
        if gone and await self._root_monitor.same_root():
            return gone
        return []

    def waiting(self, limit: int, offline: str) -> list[PendingFile]:
        """Tracked files, at most `limit` (0: all), each with the reason in plain words; `offline`:
        why the whole inbox cannot be worked, "" when it can."""
        now = self._clock.monotonic()
        now_ms = self._clock.now_ms()
        texts = self._texts()
        found: list[PendingFile] = []
        for path, tracked in islice(self._state.tracked.items(), limit or None):
            if path in texts:
                continue
            reason = offline or why(tracked, now)
            since = now_ms - round((now - tracked.first_at) * 1000)
            found.append(PendingFile(path, reason, since))
        return found

    async def was_taken_away(self, path: bytes) -> bool:
        """True when nothing is at this path, and no mount can be the reason for that."""
        try:
            gone = await self.really_gone([path])
        except LocalError:
            return False
        if not gone:
            return False
        return not await self._is_hidden(path)

    async def _is_hidden(self, path: bytes) -> bool:
        """True when the source claimed at this path is below a mount that came since, or on one
        that is gone."""
        name = self._root_monitor.watch.name
        claimed = await self._journal.read(lambda conn: known_sources.claimed_at(conn, name, path))
        return any(self._root_monitor.mount_history.changed(path, at) for at in claimed.values())

    # -- checking

    async def check_files(self, paths: list[bytes]) -> list[Checked]:
        """What is at these paths now."""
        if not paths:
            return []

        root = self._root_monitor.root
        rule = self._root_monitor.settle_rules.at
        return await self._root_monitor.worker.run(
            lambda: file_checks.check_files(root, paths, rule)
        )

    def see(self, seen: Checked, found: Snapshot, event_at: float = NO_EVENT) -> None:
        """Pass on to the tracked files what a check of one file has found."""
        now = self._clock.monotonic()
        observed = Observation(found, now, seen.lease, event_at, seen.has_data)
        self._observe(seen.path, observed)

    def track(
        self, fresh: Mapping[bytes, Snapshot], now: float, event_at: float = NO_EVENT
    ) -> None:
        """Track files that a scan has found. Files that came together are worked on in the order
        in which people see them."""
        for path in sorted(fresh, key=natural):
            self._observe(path, Observation(fresh[path], now, event_at=event_at))

    def _observe(self, path: bytes, observed: Observation) -> None:
        self._state.tracked.see(path, observed, self._root_monitor.settle_rules.at(path))

    async def check(self, ready: frozenset[bytes]) -> tuple[list[bytes], list[bytes]]:
        """Check tracked files that are due, without those already known to be `ready`; returns
        those that are ready now, and those that are gone."""
        still: list[bytes] = []
        vanished: list[bytes] = []
        texts = self._texts()
        due = self._state.tracked.due(self._clock.monotonic(), PORTION, ready)
        for seen in await self.check_files(due):
            path = seen.path
            text = texts.get(path)
            if isinstance(seen.found, SourceGone):
                self._state.tracked.drop(path)
                self._state.problems.clear_question(path)
                vanished.append(path)
            elif isinstance(seen.found, LocalError):
                self._failed(path, seen.found, text)
            elif await self._is_still(seen, seen.found, text):
                still.append(path)
        return await self._finished(still), vanished

    async def _finished(self, still: list[bytes]) -> list[bytes]:
        """The settled files among these with nothing beside them that shows that a program is not
        done with them."""
        if not still:
            return []

        root = self._root_monitor.root
        found = await self._root_monitor.worker.run(lambda: surroundings(root, still))
        now = self._clock.monotonic()
        ready: list[bytes] = []
        for path in still:
            tracked = self._state.tracked.get(path)
            if tracked is None:
                continue
            tracked.see_beside(found.get(path, Surroundings()), now)
            if tracked.verdict() is StillnessVerdict.READY:
                ready.append(path)
        return ready

    def _texts(self) -> dict[bytes, TextFiles]:
        """What reads each text that is addressed to nemowatch, by path."""
        found: dict[bytes, TextFiles] = dict.fromkeys(
            self._folder_texts.paths(), self._folder_texts
        )
        return found | dict.fromkeys(self._state.requests, self._requests)

    def _failed(self, path: bytes, error: LocalError, text: TextFiles | None) -> None:
        """A file could not be checked."""
        if isinstance(error, LocalPassing):
            self._not_now(path, error)
        elif text is not None:
            text.fail(path, error)
        else:
            self._state.tracked.drop(path)
            self._root_monitor.scans.request()

    def _not_now(self, path: bytes, error: LocalPassing) -> None:
        """This file, or the whole share, cannot be read for the moment; ask for a check of the
        root, which shows which."""
        why = f"cannot be read right now: {error.text}"
        self._state.block(path, why, now=self._clock.monotonic())
        self._root_monitor.request_check()

    async def _is_still(self, seen: Checked, found: Snapshot, text: TextFiles | None) -> bool:
        """Whether a file to work on has been still for long enough. A text that is addressed to
        nemowatch is read then instead."""
        self.see(seen, found)
        tracked = self._state.tracked.get(seen.path)
        if tracked is None or tracked.verdict() not in _STILL:
            return False
        if text is None:
            return True

        if tracked.settled():
            await self._read(text, seen.path, tracked, found)
        else:  # a text may still grow, and nothing in it shows where it ends
            tracked.no_short_cut(self._clock.monotonic())
        return False

    async def _read(
        self, text: TextFiles, path: bytes, tracked: TrackedFile, found: Snapshot
    ) -> None:
        try:
            await text.read_settled(path, tracked, found)
        except (SourceGone, SourceChanged):  # the next check shows more
            self._state.block(path, "it changes while it is read", soon=True)
        except LocalError as exc:
            self._failed(path, exc, text)
