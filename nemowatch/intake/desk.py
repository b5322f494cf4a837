"""Takes files that have kept still over to the journal: reads them, puts groups together, asks what is to be made of them.

Owns the way from "ready" to "claimed", one bounded portion at a time. What a candidate is to the journal is decided in
`claim`; what a file is, in `looking`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import unquote, urlsplit

from nemowatch.clock import Clock
from nemowatch.errors import OrderError
from nemowatch.intake.claim import Candidate, Claimed, Claims, Ended, Outcome, ended_before
from nemowatch.intake.fingerprint import combined
from nemowatch.intake.folders import as_text, stem_of
from nemowatch.intake.ignore import NameClass
from nemowatch.intake.ledger import Ledger
from nemowatch.intake.looking import (
    Advice,
    Inspected,
    Terms,
    inspect,
    names_in,
    promised_kind,
    still_there,
)
from nemowatch.intake.opening import lookup
from nemowatch.intake.presence import Presence
from nemowatch.intake.records import Duplicate, FileProblem
from nemowatch.intake.settle import Look, Tracked, Verdict
from nemowatch.intake.standing import Finder, nothing_stands, with_results
from nemowatch.journal import Journal, batches
from nemowatch.journal.sources import NewJob
from nemowatch.model import MediaKind, Member, MemberRole, Order
from nemowatch.tasks import Drop, Folder, max_bytes, plan

#: Files read, and sources written, in one go: a transaction of this size takes some ten milliseconds.
PORTION = 200
#: Seconds of reading in one go, so that a burst never keeps the inbox from looking at other files.
BUDGET = 1.0
#: Seconds without a change after which a file that is cut short is given up (DESIGN section 2).
GIVE_UP = 600.0


@dataclass(frozen=True, slots=True)
class Group:
    """A file, and the text that belongs to it when there is one (else b"")."""

    main: bytes
    text: bytes = b""

    @property
    def paths(self) -> tuple[bytes, ...]:
        """Its files."""
        return (self.main, self.text) if self.text else (self.main,)


@dataclass(slots=True)
class Taken:
    """What one portion brought."""

    claimed: list[int] = field(default_factory=list)
    again: list[Duplicate] = field(default_factory=list)
    left: list[bytes] = field(default_factory=list)  #: ready files for the next portion


class Desk:
    """Claims what is ready in one inbox."""

    def __init__(
        self, presence: Presence, ledger: Ledger, journal: Journal, clock: Clock, confirm_above: int,
        finder: Finder = nothing_stands,
    ) -> None:  # fmt: skip
        self._presence, self._ledger, self._journal, self._clock = presence, ledger, journal, clock
        self._finder = finder
        self.confirm_above = confirm_above

    async def take(self, ready: list[bytes]) -> Taken:
        """Go on with files whose verdict is READY, up to one portion. Raises LocalPassing when the share is away."""
        taken = Taken(left=ready[PORTION:])
        groups = await self._groups(ready[:PORTION])
        read = await self._read(groups)
        taken.left[:0] = [group.main for group in groups[len(read) :]]
        candidates = [c for group, found in read if (c := self._judge(group, found)) is not None]
        if candidates:
            for claimed in await self._claim(candidates):
                self._note(claimed, taken)
        return taken

    # -- groups

    async def _groups(self, ready: list[bytes]) -> list[Group]:
        grouping = {p.rpartition(b"/")[0] for p in ready if self._ledger.book.groups(_folder(p))}
        names: Mapping[bytes, tuple[bytes, ...]] = {}
        if grouping:
            root = self._presence.root
            names = await self._presence.worker.run(lambda: names_in(root, grouping))
        beside = {place: _by_stem(place, found) for place, found in names.items()}
        found = [group for path in ready if (group := self._group(path, beside)) is not None]
        return list(dict.fromkeys(found))

    def _group(self, path: bytes, beside: Mapping[bytes, Mapping[str, list[bytes]]]) -> Group | None:
        """The group that `path` belongs to, None while some of it is not ready (it is then blocked, with the reason)."""
        if not self._prompt_is_read(path) or not self._has_order(path):
            return None
        place, _, name = path.rpartition(b"/")
        if place not in beside or promised_kind(path) is MediaKind.LINK:
            return Group(path)
        others = [p for p in beside[place].get(_stem_key(name), []) if p != path and self._may_belong(p)]
        is_text = promised_kind(path) is MediaKind.SCRIPT
        partners = [p for p in others if (promised_kind(p) is MediaKind.SCRIPT) is not is_text]
        if not partners:
            return Group(path)
        partner = sorted(partners)[0]
        main, text = (partner, path) if is_text else (path, partner)
        if is_text and partner in self._ledger.known and partner not in self._ledger.tracker:
            return Group(main, text)  # the text came later: whether that still counts, the journal knows
        if not is_text and partner in self._ledger.known:
            return Group(path)  # that text belongs to another source
        waiting = self._ledger.tracker.get(partner)
        if waiting is None or waiting.verdict() is not Verdict.READY:
            self._block(path, f"waits for {as_text(partner.rpartition(b'/')[2])}, which belongs to it")
            return None
        return Group(main, text)

    def _may_belong(self, path: bytes) -> bool:
        """True for a file of a kind that its folder takes, and that was not refused."""
        name = path.rpartition(b"/")[2]
        taken = self._ledger.book.takes(_folder(path), name) and promised_kind(path) is not MediaKind.LINK
        return (
            taken and self._ledger.ignore.name(name).kind is NameClass.WORK and not self._ledger.problems.refused(path)
        )

    def _prompt_is_read(self, path: bytes) -> bool:
        folder = _folder(path)
        facts = self._ledger.facts.get(folder)
        if facts is None or facts.prompt_look is None or self._ledger.prompts.get(folder) == facts.prompt_look:
            return True
        self._block(path, "waits for prompt.txt, which is still being copied")
        return False

    def _has_order(self, path: bytes) -> bool:
        """False, with the reason told, when the folder cannot say what to do with any such file: asked before reading it."""
        raw, kind = _folder(path), promised_kind(path)
        folder = self._ledger.book.read(raw)
        if kind is None or not isinstance(folder, Folder):
            return False
        try:
            plan(folder, Drop(kind, as_text(path.rpartition(b"/")[2]), "text", self._ledger.book.prompt(raw)))
        except OrderError as exc:
            self._ledger.problems.order(raw, exc.text, exc.cure)
            self._block(path, exc.text)
            return False
        self._ledger.problems.order_holds(raw)
        return True

    def _block(self, path: bytes, why: str) -> None:
        tracked = self._ledger.tracker.get(path)
        if tracked is not None:
            tracked.block(why)

    # -- reading

    async def _read(self, groups: list[Group]) -> list[tuple[Group, list[Inspected]]]:
        """Read groups until the time is used up; at least one."""
        work = [(group, [(p, self._terms(p)) for p in group.paths]) for group in groups]
        root, worker, pace = self._presence.root, self._presence.worker, self._presence.pace
        expected = {p: t.last for g in groups for p in g.paths if (t := self._ledger.tracker.get(p)) is not None}

        def read() -> list[tuple[Group, list[Inspected]]]:
            until, done = time.monotonic() + BUDGET, []
            for group, members in work:
                found = [
                    inspect(root, p, expected.get(p) or lookup(root, p), pace(p), t, worker.beat) for p, t in members
                ]
                done.append((group, found))
                if time.monotonic() > until:
                    break
            return done

        return await worker.run(read) if work else []

    def _terms(self, path: bytes) -> Terms:
        folder = self._ledger.book.read(_folder(path))
        limit = max_bytes(folder.skill) if isinstance(folder, Folder) else 0
        tracked = self._ledger.tracker.get(path)
        settled = tracked is None or tracked.settled()
        gives_up = tracked is not None and tracked.still >= GIVE_UP
        return Terms(self._ledger.book.kinds(_folder(path)), limit, settled, gives_up)

    # -- judging

    def _judge(self, group: Group, found: list[Inspected]) -> Candidate | None:
        """The candidate that a read group is; None when it must wait, or never will be one."""
        for one in found:
            if one.advice is not Advice.TAKE:
                self._not_now(one)
                for other in found:
                    if other is not one and other.advice is Advice.TAKE:
                        self._with(other, one)
                return None
        main, text = found[0], found[1].text if len(found) > 1 else found[0].text
        folder = self._ledger.book.read(_folder(group.main))
        if not isinstance(folder, Folder):
            return None
        order = self._order(folder, main, text)
        if order is None:
            return None
        prompt = self._ledger.book.prompt(_folder(group.main))
        made = partial(_order_of_link, folder, prompt) if main.kind is MediaKind.LINK else None
        return _candidate(group, found, order, self._is_conflict(group), made)

    def _with(self, other: Inspected, one: Inspected) -> None:
        """What one file of a group meets, the other shares: a text whose clip is refused was never meant alone."""
        name, tracked = as_text(one.path.rpartition(b"/")[2]), self._ledger.tracker.get(other.path)
        if one.advice is Advice.REFUSE and tracked is not None:
            why = f"It belongs to {name}, which cannot be used."
            self._refuse(Inspected(other.path, Advice.REFUSE, why, one.cure, one.code), tracked)
        else:
            self._block(other.path, f"waits for {name}, which belongs to it")

    def _not_now(self, one: Inspected) -> None:
        tracked = self._ledger.tracker.get(one.path)
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
            case Advice.REFUSE if tracked is not None:
                self._refuse(one, tracked)

    def _refuse(self, one: Inspected, tracked: Tracked) -> None:
        self._ledger.problems.refuse(
            FileProblem(one.path, _folder(one.path), one.why, one.cure, final=True, code=one.code)
        )
        self._ledger.know(one.path, tracked.last, local=tracked.pace.local)

    def _order(self, folder: Folder, main: Inspected, text: str) -> Order | None:
        """What the folder wants made of it; None, with the reason told, when it cannot say."""
        raw = _folder(main.path)
        drop = Drop(main.kind, as_text(main.path.rpartition(b"/")[2]), text, self._ledger.book.prompt(raw))
        try:
            order = plan(folder, drop)
        except OrderError as exc:
            tracked = self._ledger.tracker.get(main.path)
            if main.kind is MediaKind.SCRIPT and not text.strip() and tracked is not None:
                self._refuse(Inspected(main.path, Advice.REFUSE, exc.text, exc.cure, exc.code), tracked)
            else:
                self._ledger.problems.order(raw, exc.text, exc.cure)
                self._block(main.path, exc.text)
            return None
        self._ledger.problems.order_holds(raw)
        return order

    def _is_conflict(self, group: Group) -> bool:
        return any(self._ledger.ignore.path(p).kind is NameClass.CONFLICT for p in group.paths)

    # -- claiming

    async def _claim(self, candidates: list[Candidate]) -> list[Claimed]:
        watch = self._presence.watch
        ended, batch = await self._journal.read(
            lambda conn: (ended_before(conn, watch.name, candidates), batches.open_for(conn, watch.name))
        )
        if batch is not None and batch.cause == batches.REBUILT:
            beat, finder, asked = self._presence.worker.beat, self._finder, candidates
            candidates = await self._presence.worker.run(lambda: with_results(asked, watch, finder, beat))
        lost = await self._presence.worker.run(lambda: _lost(ended)) if ended else frozenset[int]()
        confirm, keeps = self.confirm_above, watch.after == "keep"
        now = self._clock.now_ms()
        return await self._journal.write(
            lambda conn: [
                c for claims in [Claims(conn, watch.name, now, confirm_above=confirm, keeps=keeps, lost=lost)]
                for c in map(claims.claim, candidates)
            ]
        )  # fmt: skip

    def _note(self, claimed: Claimed, taken: Taken) -> None:
        for member in claimed.candidate.files:
            if member.snapshot is not None:
                self._ledger.know(member.path, member.snapshot, local=self._presence.is_local(member.path))
        match claimed.outcome:
            case Outcome.DUPLICATE | Outcome.NO_DRAFT:
                stands = claimed.outcome is Outcome.DUPLICATE
                taken.again.append(Duplicate(claimed.candidate.path, claimed.source_id, stands))
            case Outcome.STANDING:
                return
            case _:
                taken.claimed.append(claimed.source_id)


def _folder(path: bytes) -> bytes:
    return path.partition(b"/")[0]


def _stem_key(name: bytes) -> str:
    return as_text(stem_of(name)).casefold()


def _by_stem(place: bytes, names: Iterable[bytes]) -> dict[str, list[bytes]]:
    found: dict[str, list[bytes]] = {}
    for name in names:
        found.setdefault(_stem_key(name), []).append(place + b"/" + name)
    return found


def _lost(ended: Mapping[bytes, Ended]) -> frozenset[int]:
    """Published jobs of which some result is no longer in the outbox."""
    return frozenset(job for e in ended.values() for job, outputs in e.outputs.items() if not still_there(outputs))


def _order_of_link(folder: Folder, prompt: str, name: str) -> Order:
    """The order for one link of a list: {file} in a prompt means the linked file, not the list."""
    return plan(folder, Drop(MediaKind.LINK, name, "", prompt))


def _candidate(
    group: Group, found: list[Inspected], order: Order, conflict: bool, order_of: Callable[[str], Order] | None
) -> Candidate:
    """`order_of`: the order for a link by its file's name; None when this is no list."""
    main = found[0]
    name = main.path.rpartition(b"/")[2]
    stem = as_text(stem_of(name))
    members = tuple(_member(one) for one in found)
    jobs = [NewJob("", stem, target, order.skill) for target in order.targets]
    if order_of is not None:
        clips, jobs = _linked(main.links, stem, order_of)
        members = (*members, *clips)
    digest = combined(one.digest for one in found)
    many = len(main.links) > 1
    return Candidate(_folder(group.main), group.main, order.task, digest, members, tuple(jobs), conflict, many)


def _member(one: Inspected) -> Member:
    role = {MediaKind.SCRIPT: MemberRole.SCRIPT, MediaKind.LINK: MemberRole.LIST}.get(one.kind, MemberRole.CLIP)
    name = as_text(one.path.rpartition(b"/")[2])
    return Member(role, name, one.path, kind=one.kind, snapshot=one.look, digest=one.digest)


def _linked(links: tuple[str, ...], stem: str, order_of: Callable[[str], Order]) -> tuple[list[Member], list[NewJob]]:
    """The clips and jobs of a list: each link is an item of its own; a single link is named after its file."""
    clips, jobs, taken = list[Member](), list[NewJob](), dict[str, int]()
    for number, url in enumerate(links, 1):
        item = str(number) if len(links) > 1 else ""
        name = _name_of(url, f"{stem} {number}")
        kind = promised_kind(name.encode()) or MediaKind.VIDEO
        clips.append(Member(MemberRole.CLIP, name, url=url, item=item, kind=kind))
        result = name.rpartition(".")[0] or name if item else stem
        taken[result] = taken.get(result, 0) + 1
        if taken[result] > 1:
            result = f"{result} ({taken[result]})"
        order = order_of(name)
        jobs += [NewJob(item, result, target, order.skill) for target in order.targets]
    return clips, jobs


def _name_of(url: str, otherwise: str) -> str:
    """The file's name at the end of a URL, made safe; `otherwise` when there is none."""
    name = unquote(urlsplit(url).path.rpartition("/")[2], errors="replace")
    return as_text(name.encode("utf-8", "replace")).replace("/", "_").strip(". ") or otherwise
