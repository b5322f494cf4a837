"""Decides what becomes of a file that was read: a candidate, a file that waits, or a refused one.

Owns that decision, and reports it to the inbox's state. It reads no file and writes no journal.
"""

from __future__ import annotations

from functools import partial

from nemowatch.clock import Clock
from nemowatch.errors import OrderError
from nemowatch.fs import last_lines
from nemowatch.intake.claim.candidates import candidate, order_of_link
from nemowatch.intake.claim.group import Group, wait_for
from nemowatch.intake.ready.inspection_result import Advice, Inspected, Terms
from nemowatch.intake.ready.stability import Observation, TrackedFile
from nemowatch.intake.records import Candidate, FileProblem
from nemowatch.intake.scan.paths import as_text, folder_of, name_of, parent
from nemowatch.intake.state import InboxState
from nemowatch.model import FolderOrder, MediaKind
from nemowatch.tasks.plan import max_bytes, needs_sound, plan
from nemowatch.tasks.records import Drop, Folder

#: The most jobs that one file may become. They are written in one transaction, during which every
#: inbox waits (a quarter of a second), and a person reads what they cost before approving.
MOST_JOBS = 1000
#: Advice on a file that may still be taken, but not yet.
_WAITING = frozenset(Advice) - {Advice.TAKE, Advice.REFUSE}


class Acceptance:
    """Judges what was read of the files of one inbox."""

    def __init__(self, inbox_state: InboxState, clock: Clock) -> None:
        self._state = inbox_state
        self._clock = clock

    def terms(self, path: bytes) -> Terms:
        """What this file must satisfy to be taken."""
        book = self._state.book
        folder = book.read(folder_of(path))
        skill = ""
        languages: tuple[str, ...] = ()
        if isinstance(folder, Folder):
            skill = folder.skill
            languages = folder.language_tags
        tracked = self._state.tracked.get(path)
        if tracked is None:
            is_settled = True
            is_given_up = False
        else:
            is_settled = tracked.settled()
            is_given_up = tracked.is_given_up
        is_subtitles = book.is_subtitles(path)
        accepts = book.kinds(parent(path))
        if is_subtitles:
            accepts = frozenset({MediaKind.SCRIPT})
        return Terms(
            accepts,
            max_bytes(skill),
            settled=is_settled,
            cut_short_ends=is_given_up,
            needs_sound=needs_sound(skill),
            languages=languages,
            is_subtitles=is_subtitles,
        )

    def judge(self, group: Group, found: list[Inspected]) -> Candidate | None:
        """The candidate made of a read group; None when the group must wait or is refused."""
        if any(one.advice is not Advice.TAKE for one in found):
            self._put_off(found)
            return None

        raw = folder_of(group.main)
        folder = self._state.book.read(raw)
        if not isinstance(folder, Folder):
            return None
        main = found[0]
        order = self._order(folder, main, self._drop(group, found))
        if order is None:
            return None

        count = max(len(main.links), 1) * len(order.targets)
        if count > MOST_JOBS:
            self._too_many(main, count)
            return None

        if any(map(_is_note, found)):
            self._leave_note(group)
            return None
        order_of = None
        if main.kind is MediaKind.LINK:
            order_of = partial(order_of_link, folder, self._drop(group, found))
        prompt = self._state.book.prompt(parent(group.main))
        is_conflict = self._is_conflict(group)
        return candidate(group, found, order, is_conflict, order_of, prompt)

    def _put_off(self, found: list[Inspected]) -> None:
        """Report every file of a group that cannot be taken: one left out would be due again at
        once. While one of them may still become whole the other is not refused, or the clip would
        be taken without its text.
        """
        first = _decisive(found)
        has_its_say = _WAITING | {first.advice}
        for one in found:
            if one.advice in has_its_say:
                self.not_now(one)
            else:
                self._share_fate(one, first)

    def _share_fate(self, other: Inspected, one: Inspected) -> None:
        """Treat the other file of a group like the one that cannot be taken: a text whose clip is
        refused was never meant to be used alone."""
        tracked = self._state.tracked.get(other.path)
        if one.advice is not Advice.REFUSE or tracked is None:
            wait_for(self._state, other.path, one.path)
            return

        name = as_text(name_of(one.path))
        why = f"It belongs to {name}, which cannot be used."
        cure = f"Fix {name}, then put both in together.  {one.cure}".rstrip()
        self._refuse(Inspected(other.path, Advice.REFUSE, why, cure, one.code), tracked)

    def not_now(self, one: Inspected) -> None:
        """Block or refuse this file, as its advice says."""
        tracked = self._state.tracked.get(one.path)
        if tracked is None:
            return
        acts = {
            Advice.REFUSE: self._refuse,
            Advice.AGAIN: self._settle_again,
            Advice.WAIT: self._wait,
        }
        act = acts.get(one.advice)
        if act is not None:
            act(one, tracked)

    def _wait(self, one: Inspected, tracked: TrackedFile) -> None:
        if not tracked.settled():
            tracked.no_short_cut(self._clock.monotonic())
        elif one.note:
            folder = folder_of(one.path)
            problem = FileProblem(one.path, folder, one.note, one.cure, code=one.code)
            self._state.tracked.hold(one.path, problem, one.why)
        else:
            tracked.block(one.why)

    def _settle_again(self, one: Inspected, tracked: TrackedFile) -> None:
        snapshot = one.snapshot
        was_read = snapshot.ino != 0
        if not was_read:
            snapshot = tracked.last
        tracked.see(Observation(snapshot, self._clock.monotonic(), one.lease))
        tracked.settle_again()

    def _refuse(self, one: Inspected, tracked: TrackedFile) -> None:
        problem = FileProblem(
            one.path, folder_of(one.path), one.why, one.cure, final=True, code=one.code
        )
        self._state.problems.refuse(problem)
        self._state.know(one.path, tracked.last, local=tracked.rule.local)

    def _order(self, folder: Folder, main: Inspected, drop: Drop) -> FolderOrder | None:
        """What the folder orders; None, with the reason reported, when that is not clear."""
        beside = parent(main.path)
        noted_in = self._state.book.instructed_in(beside)
        try:
            order = plan(folder, drop)
        except OrderError as exc:
            self._no_order(noted_in, main, drop.script, exc)
            return None
        self._state.problems.order_holds(noted_in)
        return order

    def _drop(self, group: Group, found: list[Inspected]) -> Drop:
        """What was read of a group, with the instructions in its folder."""
        main, *others = found
        beside = parent(main.path)
        book = self._state.book
        script = found[-1].text
        subtitles: list[tuple[str, str]] = []
        if group.subtitles:
            script = ""
            tags = [tag for tag, _ in group.subtitles]
            subtitles = list(zip(tags, [one.text for one in others], strict=True))
        return Drop(
            main.kind,
            as_text(name_of(main.path)),
            script,
            book.prompt(beside),
            book.glossary(beside),
            tuple(subtitles),
            main.seconds,
        )

    def _no_order(
        self,
        noted_in: bytes,
        main: Inspected,
        text: str,
        exc: OrderError,
    ) -> None:
        """An empty script is that file's fault; everything else is its folder's."""
        tracked = self._state.tracked.get(main.path)
        is_empty = main.kind is MediaKind.SCRIPT and not text.strip()
        if is_empty and tracked is not None:
            refused = Inspected(main.path, Advice.REFUSE, exc.text, exc.cure, exc.code)
            self._refuse(refused, tracked)
            return
        self._state.problems.order(noted_in, exc.text, exc.cure)
        self._state.block(main.path, exc.text)

    def _too_many(self, main: Inspected, count: int) -> None:
        name = as_text(name_of(main.path))
        why = (
            f"{name} has {len(main.links):,} addresses, and with the languages of its folder that"
            f" makes {count:,} results. One list can make {MOST_JOBS:,} at most."
        )
        cure = "Split it into several lists, or name fewer languages."
        self.not_now(Inspected(main.path, Advice.REFUSE, why, cure, "too_many"))

    def _leave_note(self, group: Group) -> None:
        """Never take one of our own notes for a script, even if it was renamed."""
        what = "This text is one of nemowatch's own notes."
        for path in group.paths:
            problem = FileProblem(path, parent(path), what, "Remove it.", code="note")
            self._state.problems.ask(problem)
            self._state.block(path, what)

    def _is_conflict(self, group: Group) -> bool:
        return any(map(self._state.ignore.is_conflict, group.paths))


def _is_note(one: Inspected) -> bool:
    return one.text.rstrip().endswith(last_lines.ALL)


def _decisive(found: list[Inspected]) -> Inspected:
    """The first that waits, else the first that is refused."""
    others = [one for one in found if one.advice is not Advice.TAKE]
    return min(others, key=_is_refused)


def _is_refused(one: Inspected) -> bool:
    return one.advice is Advice.REFUSE
