"""One watched inbox: events and scans in, claimed sources out. The only stateful piece of intake, and one calm loop.

Owns the order of things: hints and scans feed the tracker, the tracker says what is ready, the desk claims it. It is
touched by the engine's loop alone; blocking calls run in the worker thread of its presence. It never raises for what is
wrong with a file or a share: those are problems and states.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

import structlog

from nemowatch.clock import Clock
from nemowatch.config import Recipe, Watch
from nemowatch.errors import LocalError, LocalPassing, OrderError, SourceGone
from nemowatch.intake import claim
from nemowatch.intake.desk import Desk
from nemowatch.intake.health import Health, HealthState
from nemowatch.intake.ignore import APPROVE_NAMES, PAUSE_NAMES, PROMPT_NAMES, NameClass, folded
from nemowatch.intake.ledger import Ledger
from nemowatch.intake.looking import Seen, look_at, read_prompt, really_gone, sort_places
from nemowatch.intake.presence import PROBE_EVERY, Presence
from nemowatch.intake.records import Tick, Waiting
from nemowatch.intake.scanner import walk
from nemowatch.intake.settle import Look, Verdict, why
from nemowatch.intake.survey import FolderFacts, Survey, Surveyor, look_hash
from nemowatch.intake.worker import Hung
from nemowatch.journal import Journal, batches, inboxes, sources
from nemowatch.model import Snapshot
from nemowatch.tasks import decode_text

log = structlog.get_logger("nemowatch.inbox")

#: Places and files looked at in one tick: some tens of milliseconds.
PORTION = 5_000
#: With more folders named by events than this, one full scan costs less.
MAX_FOLDERS = 100
#: Seconds between scans while the kernel does not tell, and how many times its own length a scan leaves free after it.
DEGRADED_SCAN, SCAN_REST = 5.0, 20.0
#: Endings of the instructions whose coming and going is looked at at once.
INSTRUCTIONS = PAUSE_NAMES | APPROVE_NAMES | PROMPT_NAMES


class Inbox:
    """One watch, from its files to its sources."""

    def __init__(
        self, watch: Watch, *, recipes: Mapping[str, Recipe], clock: Clock, confirm_above: int, journal: Journal,
        on_change: Callable[[], None], state_id: str,
    ) -> None:  # fmt: skip
        """`on_change` is called, on the loop, when `tick` has something to do at once. `state_id` names our state folder
        in the owner file."""
        self.watch = watch
        self._clock, self._journal, self._on_change = clock, journal, on_change
        self._presence = Presence(watch, clock, journal, state_id, _say(watch.name), on_change)
        self._ledger = Ledger.of(watch, recipes)
        self._desk = Desk(self._presence, self._ledger, journal, clock, confirm_above)
        self._scan_at = 0.0  #: monotonic seconds
        self._due_at = 0.0
        self._ready: list[bytes] = []  #: settled files that the desk has not come to yet
        self._first = True
        self._cause = ""
        self._busy = asyncio.Lock()
        self._stopped = False

    def __repr__(self) -> str:
        return f"Inbox({self.watch.name!r}, {self.health}, {len(self._ledger.tracker)} waiting, {len(self._ledger.known)} known)"

    @property
    def health(self) -> Health:
        """How it is."""
        return self._presence.health.now

    async def start(self) -> None:
        """Begin. A root that is missing, or hangs, is a state; raises only what the journal raises."""
        await self._presence.start()
        known = await self._journal.read(lambda conn: sources.known_files(conn, self.watch.name))
        for path, file in known.items():
            if file.settled:
                self._ledger.know(path, file.snapshot, local=self._presence.is_local(path))

    async def stop(self) -> None:
        """End. What is under way in the worker thread is left to itself."""
        self._stopped = True
        await self._presence.stop()

    def due_in(self) -> float:
        """Seconds until `tick` has work; 0: now."""
        hints = self._presence.hints
        if self._presence.online and (self._presence.scan_soon or (hints is not None and hints.waiting)):
            return 0.0
        return max(self._due_at - self._clock.monotonic(), 0.0)

    def request_scan(self) -> None:
        """Scan everything soon."""
        self._presence.scan_soon = True
        self._presence.next_probe = 0.0
        self._due_at = 0.0
        self._on_change()

    async def guard(self) -> None:
        """One pass of the guard. Never raises for files."""
        async with self._busy:
            if not self._stopped:
                await self._presence.guard()
                self._plan()
        if self.due_in() == 0:
            self._on_change()

    async def take_over(self) -> None:
        """A person said so: this host works the inbox from now on; what it brings waits for approval."""
        async with self._busy:
            await self._presence.take_over()
            self._cause = "take-over"
        self.request_scan()

    def paused(self, folder: bytes) -> bool:
        """True when a PAUSE stands in the inbox or in this task folder."""
        return self._ledger.paused(folder)

    def waiting(self) -> list[Waiting]:
        """Every file that is not a job yet, with the reason in plain words."""
        now, now_ms, found = self._clock.monotonic(), self._clock.now_ms(), []
        for path in self._ledger.tracker:
            tracked = self._ledger.tracker.get(path)
            if tracked is not None and path not in self._prompt_paths():
                since = now_ms - round((now - tracked.first_at) * 1000)
                reason = str(self.health) if self.health.state is HealthState.OFFLINE else why(tracked, now)
                found.append(Waiting(path, reason, since))
        return found

    def busy(self) -> bool:
        """True while some file may still become a job by itself: it is settling, or news of others wait to be followed."""
        hints = self._presence.hints
        news = self._presence.scan_soon or (hints is not None and hints.waiting)
        return self._presence.online and bool(self._ledger.tracker.busy() or news)

    def reconfigure(self, watch: Watch, recipes: Mapping[str, Recipe], confirm_above: int) -> None:
        """Go on with what may change while running (config.changes): how often to scan, and when to ask."""
        self.watch = watch
        self._desk.confirm_above = confirm_above
        self.request_scan()

    def _prompt_paths(self) -> set[bytes]:
        return {facts.prompt for facts in self._ledger.facts.values() if facts.prompt}

    async def tick(self) -> Tick:
        """Do what is due, a bounded portion of it. Never raises for files or shares; raises what the journal raises."""
        async with self._busy:
            if self._stopped:
                return Tick()
            try:
                done = await self._tick()
            except Hung:
                await self._presence.hung()
                done = Tick()
            except LocalError as exc:
                await self._presence.failed(exc)
                done = Tick()
            self._plan(more=done.more)
        now = self._clock.monotonic()
        return replace(
            done, problems=self._ledger.problems.current(now), approved=bool(self._ledger.approvals),
            approvals=self._ledger.approvals,
        )  # fmt: skip

    def _plan(self, *, more: bool = False) -> None:
        """When the next tick has work."""
        now, presence = self._clock.monotonic(), self._presence
        if not presence.online:
            self._due_at = presence.next_probe
            return
        moments = (self._scan_at, self._ledger.tracker.next_at(), self._ledger.problems.next_at(now))
        self._due_at = now if more else min(moments)

    async def _tick(self) -> Tick:
        presence, now = self._presence, self._clock.monotonic()
        if (not presence.online or presence.next_probe == 0) and not (
            now >= presence.next_probe and await presence.check()
        ):
            return Tick()
        assert presence.hints is not None  # start() made them
        places, everything = presence.hints.take(PORTION)
        gone: list[int] = []
        if everything or presence.scan_soon or now >= self._scan_at:
            gone += await self._scan()
        if not presence.online:
            return Tick(gone=tuple(gone))
        gone += await self._follow(places)
        if not self._ready:
            self._ready, vanished = await self._look()
            gone += await self._missing(vanished)
        taken = await self._desk.take(self._ready)
        self._ready = [path for path in taken.left if path in self._ledger.tracker]
        more = bool(self._ready) or presence.hints.waiting
        return Tick(tuple(taken.claimed), again=tuple(taken.again), gone=tuple(gone), more=more)

    # -- scanning

    async def _scan(self) -> list[int]:
        """The whole inbox; returns ids of sources whose file is gone."""
        presence, begun = self._presence, self._clock.monotonic()
        presence.scan_soon = False
        returned, presence.returned = presence.returned, False
        survey = await self._survey(b"")
        if not await presence.same_root():
            presence.scan_soon, presence.returned = True, True
            await presence.check()
            return []
        presence.expected, presence.scans = frozenset(survey.inodes), presence.scans + 1
        self._next_scan(begun, survey)
        await self._maybe_batch(survey, returned)
        self._ledger.facts = survey.folders
        self._ledger.approvals = tuple(survey.approvals)
        self._absorb(survey)
        await self._note_changed(survey.fresh)
        if returned:  # after an absence nothing is taken for a deletion, and nothing is blocked by what was then
            self._ledger.unblock(b"")
            for path in survey.missing:
                self._ledger.known.pop(path, None)
            return []
        return await self._missing(survey.missing)

    async def _survey(self, start: bytes) -> Survey:
        presence, ledger = self._presence, self._ledger
        surveyor = Surveyor(ledger.book, ledger.known, ledger.tracker, presence.is_local)
        root, beat = presence.root, presence.worker.beat
        return await presence.worker.run(
            lambda: surveyor.survey(walk(root, ledger.ignore, start, beat), start)
        )  # fmt: skip

    def _next_scan(self, begun: float, survey: Survey) -> None:
        now = self._clock.monotonic()
        every = self.watch.scan_interval
        if self.health.state is HealthState.DEGRADED:
            every = min(every, max(DEGRADED_SCAN, SCAN_REST * (now - begun)))
        self._scan_at = now + (min(every, 1.0) if survey.more else every)

    async def _maybe_batch(self, survey: Survey, returned: bool) -> None:
        """Many new jobs at once, from a scan that is a first or a return, wait for a person."""
        if not self._first and not returned and not self._cause:
            return
        name, now_ms = self.watch.name, self._clock.now_ms()
        new = await self._journal.write(lambda conn: inboxes.seen(conn, name, now_ms))
        cause = self._cause or ("first scan" if new else "return of the share" if returned else "")
        expected, limit = survey.expected, self._desk.confirm_above
        if cause and 0 < limit < expected and not survey.more:
            fresh = list(survey.fresh)
            unseen = await self._journal.read(lambda conn: claim.never_seen(conn, name, fresh))
            expected = sum(self._ledger.book.jobs_of_one(p.partition(b"/")[0]) for p in unseen)
        if cause and 0 < limit < expected:
            await self._journal.write(lambda conn: batches.begin(conn, name, cause, expected, now_ms))
        if new:
            await self._journal.write(lambda conn: inboxes.scanned(conn, name))
        self._first, self._cause = False, ""

    def _absorb(self, survey: Survey) -> None:
        now = self._clock.monotonic()
        for path, look in survey.fresh.items():
            self._ledger.problems.forget(path)
            self._ledger.tracker.see(path, Look(look, now), self._presence.pace(path))
        for folder, facts in survey.folders.items():
            self._absorb_prompt(folder, facts, now)
        self._ledger.problems.learn(survey, self._ledger.facts, now)

    def _absorb_prompt(self, folder: bytes, facts: FolderFacts, now: float) -> None:
        ledger, look = self._ledger, facts.prompt_look
        if look is None:
            if ledger.prompts.pop(folder, None) is not None:
                ledger.book.instruct(folder, "")
                ledger.unblock(folder)
        elif look.size == 0:
            ledger.prompts[folder] = look
            ledger.book.instruct(folder, "")
        elif ledger.prompts.get(folder) != look:
            ledger.tracker.see(facts.prompt, Look(look, now), self._presence.pace(facts.prompt))

    async def _note_changed(self, fresh: Iterable[bytes]) -> None:
        """Claimed files that look different now rest until they have settled again."""
        changed = [path for path in fresh if self._ledger.known.pop(path, None) is not None]
        self._ledger.changed.update(changed)
        if changed:
            name, now_ms = self.watch.name, self._clock.now_ms()
            await self._journal.write(lambda conn: claim.unsettle(conn, name, changed, now_ms))

    async def _missing(self, paths: Iterable[bytes]) -> list[int]:
        """Known files that are no longer there; returns the ids of sources that nobody has moved away."""
        known = [path for path in paths if path in self._ledger.known or path in self._ledger.changed]
        if not known:
            return []
        root = self._presence.root
        gone = await self._presence.worker.run(lambda: really_gone(root, known))
        if not gone or not await self._presence.same_root():
            return []
        for path in gone:
            self._ledger.known.pop(path, None)
            self._ledger.changed.discard(path)
            self._ledger.problems.forget(path)
        name = self.watch.name
        return await self._journal.read(lambda conn: claim.gone_sources(conn, name, gone))

    # -- hints

    async def _follow(self, places: Mapping[bytes, float]) -> list[int]:
        """Look where events point; returns ids of sources whose file is gone."""
        wanted = {place: at for place, at in places.items() if self._worth(place)}
        if not wanted:
            return []
        root = self._presence.root
        found = await self._presence.worker.run(lambda: sort_places(root, wanted))
        self._presence.scan_soon |= found.odd or len(found.folders) > MAX_FOLDERS
        if not self._presence.scan_soon:
            for folder in _outermost(found.folders):
                self._extend(await self._survey(folder), wanted[folder])
        await self._arrived({path: wanted[path] for path in found.files})
        for place in found.gone:
            self._ledger.tracker.drop(place)
            self._ledger.problems.forget(place)
            self._presence.scan_soon |= place not in self._ledger.known and self._held_something(place)
        return await self._missing(found.gone)

    def _worth(self, place: bytes) -> bool:
        """False for names that are never work; an instruction that comes or goes asks for a scan."""
        verdict = self._ledger.ignore.path(place)
        if verdict.kind is NameClass.OURS and folded(place.rpartition(b"/")[2]) in INSTRUCTIONS:
            self._presence.scan_soon = True
        return verdict.kind in (NameClass.WORK, NameClass.CONFLICT)

    def _held_something(self, place: bytes) -> bool:
        """True when a folder stood here, as far as anything is known of one."""
        prefix = place + b"/"
        if place in self._ledger.facts:
            return True
        return any(p.startswith(prefix) for p in self._ledger.known) or any(
            p.startswith(prefix) for p in self._ledger.tracker
        )

    def _extend(self, survey: Survey, event_at: float) -> None:
        """A folder that came: take in what is in it."""
        for folder, facts in survey.folders.items():
            if folder and survey.start == folder:
                self._ledger.facts[folder] = facts
            else:
                self._ledger.facts.setdefault(folder, FolderFacts())
        now = self._clock.monotonic()
        for path, look in survey.fresh.items():
            self._ledger.tracker.see(path, Look(look, now, event_at=event_at), self._presence.pace(path))
        survey.fresh = {}
        self._presence.expected |= survey.inodes
        if any(facts.prompt or facts.paused or facts.foreign for facts in survey.folders.values()) or survey.more:
            self._presence.scan_soon = True
        self._ledger.problems.learn(survey, self._ledger.facts, now)

    async def _arrived(self, files: Mapping[bytes, float]) -> None:
        """Files that events named: tracked, when their folder takes such."""
        book = self._ledger.book
        taken = {
            p: at for p, at in files.items() if book.takes(p.partition(b"/")[0], p.rpartition(b"/")[2]) and b"/" in p
        }
        self._presence.scan_soon |= len(taken) < len(files)  # a file that nobody takes is told of after a while
        for seen in await self._look_at(list(taken)):
            if isinstance(seen.look, Snapshot) and not self._is_known(seen.path, seen.look):
                await self._note_changed([seen.path])
                self._ledger.problems.forget(seen.path)
                self._see(seen, taken[seen.path])

    def _is_known(self, path: bytes, look: Snapshot) -> bool:
        return self._ledger.known.get(path) == look_hash(look, local=self._presence.is_local(path))

    # -- looking

    async def _look_at(self, paths: list[bytes]) -> list[Seen]:
        root, pace = self._presence.root, self._presence.pace
        return await self._presence.worker.run(lambda: look_at(root, paths, pace)) if paths else []

    def _see(self, seen: Seen, event_at: float = -1.0) -> None:
        if isinstance(seen.look, Snapshot):
            look = Look(seen.look, self._clock.monotonic(), seen.lease, event_at)
            self._ledger.tracker.see(seen.path, look, self._presence.pace(seen.path))

    async def _look(self) -> tuple[list[bytes], list[bytes]]:
        """Look at tracked files whose time has come; returns those that are ready, and those that are gone."""
        ready, vanished, prompts = list[bytes](), list[bytes](), self._prompt_paths()
        for seen in await self._look_at(self._ledger.tracker.due(self._clock.monotonic(), PORTION)):
            if isinstance(seen.look, LocalPassing):
                self._not_now(seen.path, seen.look)
                continue
            if isinstance(seen.look, SourceGone):
                self._ledger.tracker.drop(seen.path)
                vanished.append(seen.path)
                continue
            if isinstance(seen.look, LocalError):
                self._ledger.tracker.drop(seen.path)
                self._presence.scan_soon = True
                continue
            self._see(seen)
            tracked = self._ledger.tracker.get(seen.path)
            if tracked is not None and tracked.verdict() is Verdict.READY:
                if seen.path in prompts:
                    await self._read_prompt(seen.path, seen.look)
                else:
                    ready.append(seen.path)
        return ready, vanished

    def _not_now(self, path: bytes, error: LocalPassing) -> None:
        """This file, or the whole share, cannot be asked: which of them, a look at the root tells."""
        tracked = self._ledger.tracker.get(path)
        if tracked is not None:
            tracked.block(f"cannot be read right now: {error.text}")
        self._presence.next_probe = 0.0

    async def _read_prompt(self, path: bytes, look: Snapshot) -> None:
        """A prompt.txt has settled: the folder's files follow it from now on."""
        folder = path.partition(b"/")[0]
        root = self._presence.root
        try:
            text = await self._presence.worker.run(lambda: read_prompt(root, path, look, decode_text))
        except OrderError as exc:
            self._ledger.problems.order(folder, exc.text, exc.cure)
            self._ledger.tracker.drop(path)
            return
        except LocalError:
            return
        self._ledger.tracker.drop(path)
        self._ledger.prompts[folder] = look
        self._ledger.book.instruct(folder, text.strip())
        self._ledger.unblock(folder)


def _outermost(folders: Iterable[bytes]) -> list[bytes]:
    """Those folders that lie below no other of them."""
    found: list[bytes] = []
    for folder in sorted(folders):
        if not found or not folder.startswith(found[-1] + b"/"):
            found.append(folder)
    return found


def _say(name: str) -> Callable[[Health], None]:
    def tell(health: Health) -> None:
        trouble = health.state in (HealthState.DEGRADED, HealthState.OFFLINE, HealthState.HELD)
        (log.warning if trouble else log.info)(f"inbox {health}", inbox=name)

    return tell


__all__ = ["PROBE_EVERY", "Inbox"]
