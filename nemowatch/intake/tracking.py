"""What comes in: scans, hints and looks, all fed into the ledger of one inbox.

Owns the way from "something may have happened there" to what is tracked, known, changed or gone.
It decides neither when to scan nor what becomes of a settled file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from nemowatch.clock import Clock
from nemowatch.errors import LocalError, LocalPassing, OrderError, SourceChanged, SourceGone
from nemowatch.intake.claim import decide
from nemowatch.intake.ready.file_checks import (
    Checked,
    check_files,
    read_prompt,
    really_gone,
    sort_paths,
)
from nemowatch.intake.ready.stability import Observation, Verdict
from nemowatch.intake.scan.diff import FolderFacts, ScanDiff, ScanDiffer, snapshot_hash
from nemowatch.intake.scan.folders import natural
from nemowatch.intake.scan.ignore import INSTRUCTIONS, NameClass, folded
from nemowatch.intake.scan.scanner import in_project, walk
from nemowatch.intake.state import InboxState
from nemowatch.intake.watch.root_monitor import RootMonitor
from nemowatch.journal import Journal
from nemowatch.model import Snapshot

#: Files looked at in one tick: some tens of milliseconds, and a megabyte.
PORTION = 1_000
#: With more folders named by events than this, one full scan costs less.
MAX_FOLDERS = 100


class Tracking:
    """Feeds the ledger of one inbox."""

    def __init__(
        self, root_monitor: RootMonitor, inbox_state: InboxState, journal: Journal, clock: Clock
    ) -> None:
        self._root_monitor, self._state, self._journal, self._clock = (
            root_monitor,
            inbox_state,
            journal,
            clock,
        )

    def prompt_paths(self) -> set[bytes]:
        return {facts.prompt for facts in self._state.facts.values() if facts.prompt}

    async def survey(self, start: bytes) -> ScanDiff:
        root_monitor, inbox_state = self._root_monitor, self._state
        surveyor = ScanDiffer(
            inbox_state.book, inbox_state.known, inbox_state.tracker, root_monitor.is_local
        )
        root, beat = root_monitor.root, root_monitor.worker.beat
        return await root_monitor.worker.run(
            lambda: surveyor.survey(
                walk(root, inbox_state.ignore, start, beat, surveyor.unchanged), start
            )
        )

    def absorb(self, survey: ScanDiff) -> None:
        now = self._clock.monotonic()
        # what came together is worked on in the order people see
        for path in sorted(survey.fresh, key=natural):
            self._state.problems.forget(path)
            self._state.tracker.see(
                path, Observation(survey.fresh[path], now), self._root_monitor.pace(path)
            )
        for folder, facts in survey.folders.items():
            self._absorb_prompt(folder, facts, now)
        self._state.problems.learn(survey, self._state.facts, now)

    def _absorb_prompt(self, folder: bytes, facts: FolderFacts, now: float) -> None:
        inbox_state, look = self._state, facts.prompt_snapshot
        if look is None:
            if inbox_state.prompts.pop(folder, None) is not None:
                inbox_state.book.instruct(folder, "")
                inbox_state.unblock(folder)
        elif look.size == 0:
            inbox_state.prompts[folder] = look
            inbox_state.book.instruct(folder, "")
        elif inbox_state.prompts.get(folder) != look:
            inbox_state.tracker.see(
                facts.prompt, Observation(look, now), self._root_monitor.pace(facts.prompt)
            )

    async def note_changed(self, fresh: Iterable[bytes]) -> None:
        """Claimed files that look different now rest until they have settled again."""
        changed = [path for path in fresh if self._state.known.pop(path, None) is not None]
        self._state.changed.update(changed)
        if changed:
            name, now_ms = self._root_monitor.watch.name, self._clock.now_ms()
            await self._journal.write(lambda conn: decide.unsettle(conn, name, changed, now_ms))

    async def missing(self, paths: Iterable[bytes]) -> list[int]:
        """Known files that are no longer there; returns the ids of sources that nobody has moved
        away."""
        known = [path for path in paths if path in self._state.known or path in self._state.changed]
        if not known:
            return []
        gone = await self.really_gone(known)
        if not gone:
            return []
        for path in gone:
            self._state.known.pop(path, None)
            self._state.changed.discard(path)
            self._state.problems.forget(path)
        name = self._root_monitor.watch.name
        return await self._journal.read(lambda conn: decide.gone_sources(conn, name, gone))

    async def really_gone(self, paths: list[bytes]) -> list[bytes]:
        """Those of them that are no longer there, while the root is the one that was looked at.
        Raises LocalPassing."""
        root = self._root_monitor.root
        gone = await self._root_monitor.worker.run(lambda: really_gone(root, paths))
        return gone if gone and await self._root_monitor.same_root() else []

    # -- hints

    async def follow(self, places: Mapping[bytes, float]) -> list[int]:
        """Look where events point; returns ids of sources whose file is gone."""
        wanted = {place: at for place, at in places.items() if self._worth(place)}
        if not wanted:
            return []
        root = self._root_monitor.root
        found = await self._root_monitor.worker.run(lambda: sort_paths(root, wanted))
        self._root_monitor.scan_soon |= found.odd or len(found.folders) > MAX_FOLDERS
        if not self._root_monitor.scan_soon:
            entered = [folder for folder in found.folders if self._is_entered(folder)]
            for folder in _outermost(entered):
                found.gone += await self._extend(
                    await self.survey(folder), found.folders[folder], wanted[folder]
                )
        await self._arrived({path: wanted[path] for path in found.files})
        for place in found.gone:
            self._left(place)
        return await self.missing(found.gone)

    def _left(self, place: bytes) -> None:
        """Nothing stands here any more; when it was a folder, a scan tells what went with it."""
        was_file = place in self._state.known or place in self._state.tracker
        self._state.tracker.drop(place)
        self._state.problems.forget(place)
        self._root_monitor.scan_soon |= not was_file and self._held_something(place)

    def _worth(self, place: bytes) -> bool:
        """False for names that are never work; an instruction that comes or goes asks for a
        scan."""
        verdict = self._state.ignore.path(place)
        if verdict.kind is NameClass.OURS and folded(place.rpartition(b"/")[2]) in INSTRUCTIONS:
            self._root_monitor.scan_soon = True
        if in_project(place):
            self._root_monitor.scan_soon = True
            return False
        return verdict.kind in (NameClass.WORK, NameClass.CONFLICT)

    def _is_entered(self, folder: bytes) -> bool:
        """False for a folder that no scan enters: as a file it could have been work, for all
        that its event said."""
        return self._state.ignore.path(folder, folder=True).kind in (
            NameClass.WORK,
            NameClass.CONFLICT,
        )

    def _held_something(self, place: bytes) -> bool:
        """True when a folder stood here, as far as anything is known of one."""
        prefix = place + b"/"
        if place in self._state.facts:
            return True
        return any(p.startswith(prefix) for p in self._state.known) or any(
            p.startswith(prefix) for p in self._state.tracker
        )

    async def _extend(self, survey: ScanDiff, inode: int, event_at: float) -> list[bytes]:
        """A folder that came: take in what is in it; returns known files that are not in it any
        more."""
        await self.note_changed(survey.fresh)
        for folder, facts in survey.folders.items():
            if folder and survey.start == folder:
                self._state.facts[folder] = facts
            else:
                self._state.facts.setdefault(folder, FolderFacts())
        now = self._clock.monotonic()
        for path in sorted(survey.fresh, key=natural):
            look = Observation(survey.fresh[path], now, event_at=event_at)
            self._state.tracker.see(path, look, self._root_monitor.pace(path))
        survey.fresh = {}
        self._root_monitor.watching.expected |= survey.inodes | {inode}
        if (
            any(facts.prompt or facts.paused or facts.foreign for facts in survey.folders.values())
            or survey.more
        ):
            self._root_monitor.scan_soon = True
        self._state.problems.learn(survey, self._state.facts, now)
        return list(survey.missing)

    async def _arrived(self, files: Mapping[bytes, float]) -> None:
        """Files that events named: tracked, when their folder takes such."""
        book = self._state.book
        taken = {
            p: at
            for p, at in files.items()
            if book.takes(p.partition(b"/")[0], p.rpartition(b"/")[2]) and b"/" in p
        }
        # a file that nobody takes is told of after a while
        self._root_monitor.scan_soon |= len(taken) < len(files)
        for seen in await self._check(list(taken)):
            if isinstance(seen.found, Snapshot) and not self._is_known(seen.path, seen.found):
                await self.note_changed([seen.path])
                self._state.problems.forget(seen.path)
                self._see(seen, taken[seen.path])

    def _is_known(self, path: bytes, look: Snapshot) -> bool:
        return self._state.known.get(path) == snapshot_hash(
            look, local=self._root_monitor.is_local(path)
        )

    # -- looking

    async def _check(self, paths: list[bytes]) -> list[Checked]:
        root, pace = self._root_monitor.root, self._root_monitor.pace
        return (
            await self._root_monitor.worker.run(lambda: check_files(root, paths, pace))
            if paths
            else []
        )

    def _see(self, seen: Checked, event_at: float = -1.0) -> None:
        if isinstance(seen.found, Snapshot):
            look = Observation(seen.found, self._clock.monotonic(), seen.lease, event_at)
            self._state.tracker.see(seen.path, look, self._root_monitor.pace(seen.path))

    async def look(self) -> tuple[list[bytes], list[bytes]]:
        """Look at tracked files whose time has come; returns those that are ready, and those
        that are gone."""
        ready, vanished, prompts = list[bytes](), list[bytes](), self.prompt_paths()
        for seen in await self._check(self._state.tracker.due(self._clock.monotonic(), PORTION)):
            if isinstance(seen.found, LocalPassing):
                self._not_now(seen.path, seen.found)
                continue
            if isinstance(seen.found, SourceGone):
                self._state.tracker.drop(seen.path)
                vanished.append(seen.path)
                continue
            if isinstance(seen.found, LocalError) and seen.path in prompts:
                self._prompt_fails(seen.path, seen.found)
                continue
            if isinstance(seen.found, LocalError):
                self._state.tracker.drop(seen.path)
                self._root_monitor.scan_soon = True
                continue
            self._see(seen)
            tracked = self._state.tracker.get(seen.path)
            if tracked is not None and tracked.verdict() is Verdict.READY:
                if seen.path in prompts and not tracked.settled():
                    # a text may still grow: it says nowhere that it ends
                    tracked.no_short_cut(self._clock.monotonic())
                elif seen.path in prompts:
                    await self._read_prompt(seen.path, seen.found)
                else:
                    ready.append(seen.path)
        return ready, vanished

    def _not_now(self, path: bytes, error: LocalPassing) -> None:
        """This file, or the whole share, cannot be asked: which of them, a look at the root
        tells."""
        self._state.block(
            path, f"cannot be read right now: {error.text}", now=self._clock.monotonic()
        )
        self._root_monitor.next_probe = 0.0

    async def _read_prompt(self, path: bytes, look: Snapshot) -> None:
        """A prompt.txt has settled: the folder's files follow it from now on."""
        folder = path.partition(b"/")[0]
        root, worker = self._root_monitor.root, self._root_monitor.worker
        try:
            text = await worker.run(lambda: read_prompt(root, path, look, worker.beat))
        except OrderError as exc:
            self._state.problems.order(folder, exc.text, exc.cure)
            self._state.tracker.drop(path)
            return
        except (SourceGone, SourceChanged):
            # the next look says more
            self._state.block(path, "it changes while it is read", soon=True)
            return
        except LocalPassing as exc:
            self._not_now(path, exc)
            return
        except LocalError as exc:
            self._prompt_fails(path, exc)
            return
        self._state.tracker.drop(path)
        self._state.prompts[folder] = look
        self._state.book.instruct(folder, text.strip())
        self._state.unblock(folder)

    def _prompt_fails(self, path: bytes, error: LocalError) -> None:
        """A prompt.txt that cannot be read: what lies in the folder waits for it, and people are
        told."""
        folder = path.partition(b"/")[0]
        self._state.problems.order(
            folder, f"Its prompt.txt cannot be used: {error.text}", error.cure
        )
        self._state.unblock(folder)  # they say why they wait
        self._state.block(path, error.text, now=self._clock.monotonic())


def _outermost(folders: Iterable[bytes]) -> list[bytes]:
    """Those folders that lie below no other of them."""
    found: list[bytes] = []
    for folder in sorted(folders):
        if not found or not folder.startswith(found[-1] + b"/"):
            found.append(folder)
    return found
