"""Projects: folders whose files are one job together. Says which of them can be claimed now, as
what, and what each of the others waits for.

Owns that decision and what is said of it. It reads files by `group_reading`, and writes no journal.
"""

from __future__ import annotations

from collections.abc import Iterable

from nemowatch.clock import Clock
from nemowatch.errors import OrderError
from nemowatch.fs.identity import content_key, unchanged
from nemowatch.intake.claim.acceptance import Acceptance
from nemowatch.intake.claim.candidates import instructions_digest, project_candidate
from nemowatch.intake.claim.group import Group
from nemowatch.intake.claim.group_reading import GroupReading, Question
from nemowatch.intake.claim.pairing import Groups
from nemowatch.intake.claim.project_approvals import ProjectApprovals
from nemowatch.intake.claim.project_contents import Contents, contents_of, faults
from nemowatch.intake.ready.inspection_result import Advice, Inspected
from nemowatch.intake.ready.stability import GIVE_UP, Verdict
from nemowatch.intake.records import Candidate
from nemowatch.intake.scan.folders import as_text, folder_of, name_of, parent, promised_kind
from nemowatch.intake.scan.project_problems import (
    NO_PROMPT,
    Fault,
    late_files,
    trouble,
    unfinished,
)
from nemowatch.intake.state import InboxState
from nemowatch.intake.watch.root_monitor import RootMonitor
from nemowatch.model import MediaKind, Snapshot
from nemowatch.tasks import Folder, ProjectDrop, plan_project

#: Seconds before a project without media is reported: they are about to be copied.
PATIENCE = 10.0
#: What is uploaded of a project: links are no files, and texts are nothing to cut.
ACCEPTED = frozenset({MediaKind.VIDEO, MediaKind.AUDIO, MediaKind.IMAGE})


class Projects:
    """The projects of one inbox."""

    def __init__(
        self,
        root_monitor: RootMonitor,
        inbox_state: InboxState,
        groups: Groups,
        acceptance: Acceptance,
        reading: GroupReading,
        approvals: ProjectApprovals,
        clock: Clock,
    ) -> None:
        self._root_monitor = root_monitor
        self._state = inbox_state
        self._groups = groups
        self._acceptance = acceptance
        self._reading = reading
        self._approvals = approvals
        self._clock = clock
        #: what was read of files, as long as it holds
        self._read: dict[bytes, tuple[Question, Inspected]] = {}
        #: by project: what a program still writes there, and since when it is as it is
        self._arriving: dict[bytes, tuple[int, float]] = {}
        self._since: dict[bytes, float] = {}  #: when each was first found without media
        self._asked: set[bytes] = set()

    def __repr__(self) -> str:
        return f"Projects({len(self._state.projects)} seen, {len(self._asked)} wait for a person)"

    async def take(self, waiting: dict[bytes, None]) -> list[Candidate]:
        """The projects that can be claimed now; their files are taken out of `waiting`. Raises
        LocalPassing when the share is unavailable."""
        found: list[Candidate] = []
        for project in sorted(self._due(waiting)):
            candidate = await self._consider(project)
            if candidate is not None:
                found.append(candidate)
        return found

    def _due(self, waiting: dict[bytes, None]) -> set[bytes]:
        """The projects of these files, and those that a scan has asked about."""
        due = self._state.projects_due | self._asked
        self._state.projects_due = set()
        for path in list(waiting):
            project = self._state.book.project(parent(path))
            if project is None:
                continue
            del waiting[path]
            if project.is_work:
                due.add(project.path)
            else:
                self._state.tracked.drop(path)
        return due

    async def _consider(self, project: bytes) -> Candidate | None:
        root = self._root_monitor.root
        ignore = self._state.ignore
        contents = await self._root_monitor.worker.run(lambda: contents_of(root, project, ignore))
        folder = self._state.book.read(folder_of(project))
        if not contents.exists or not isinstance(folder, Folder):
            self._forget(project)
            return None

        if self._must_wait(project, contents):
            return None
        claimed = set(filter(self._state.is_claimed, contents.files))
        if claimed and not await self._approvals.is_claimed(project):
            # it left the inbox and came back: the rename of a folder changes none of its files
            self._state.forget(claimed)
            self._root_monitor.scans.request()
            return None
        if claimed:
            return await self._claimed_before(project, folder, contents, claimed)
        await self._approvals.without_cause(project)
        return await self._order(project, folder, contents)

    def _forget(self, project: bytes) -> None:
        """It is gone."""
        self._answered(project)
        self._state.projects.discard(project)
        self._state.claimed_projects.pop(project, None)
        self._arriving.pop(project, None)
        self._since.pop(project, None)
        for path in [path for path in self._read if parent(path) == project]:
            del self._read[path]

    # -- waiting

    def _must_wait(self, project: bytes, contents: Contents) -> bool:
        """Whether something of it is not there yet, or nobody knows what is asked; its files are
        blocked, with the reason."""
        why = self._why_arriving(project, contents.arriving)
        why = why or self._why_unsettled(contents)
        if why:
            self._block(contents.files, why, soon=True)
            return True
        unclear = self._groups.why_unclear(project + b"/prompt.txt")
        if unclear:
            self._block(contents.files, unclear)
            return True
        unread = self._why_unread(contents)
        if unread:
            self._block(contents.files, unread, soon=True)
        return bool(unread)

    def _why_arriving(self, project: bytes, arriving: dict[bytes, Snapshot]) -> str:
        if not arriving:
            self._arriving.pop(project, None)
            return ""
        now = self._clock.monotonic()
        state = hash(tuple((path, content_key(at)) for path, at in arriving.items()))
        known, since = self._arriving.get(project, (state, now))
        if known != state:
            since = now
        self._arriving[project] = (state, since)
        names = [as_text(name_of(path)) for path in arriving]
        if now - since >= GIVE_UP:
            self._ask(project, unfinished(names))
        return f"waits for {names[0]}, which a program has not finished"

    def _why_unsettled(self, contents: Contents) -> str:
        """What the others of a project wait for: every file keeps still for the whole settle
        time, for nothing else says that no more come."""
        for path in filter(_is_media, contents.files):
            if path in self._state.known:
                continue
            tracked = self._state.tracked.get(path)
            if tracked is None:
                self._root_monitor.scans.request()
            elif tracked.verdict() is Verdict.READY and tracked.settled():
                continue
            else:
                tracked.no_short_cut(self._clock.monotonic())
            return f"waits for {as_text(name_of(path))}, which is still being copied"
        return ""

    def _why_unread(self, contents: Contents) -> str:
        """What is said of a prompt.txt that no scan has seen yet as it is now."""
        for path, now in contents.texts.items():
            read = self._state.texts_read.get(path)
            local = self._root_monitor.is_local(path)
            if read is None or not unchanged(read, now, local=local):
                self._root_monitor.scans.request()
                return f"waits for {as_text(name_of(path))}, which is still being copied"
        return ""

    def _block(self, paths: Iterable[bytes], why: str, *, soon: bool = False) -> None:
        for path in paths:
            tracked = self._state.tracked.get(path)
            if tracked is not None and tracked.verdict() is Verdict.READY:
                tracked.block(why, soon=soon)

    def _ask(self, project: bytes, fault: Fault, code: str = "project") -> None:
        """It waits for a person, who reads why."""
        self._asked.add(project)
        self._state.problems.ask(trouble(project, fault, code))

    def _answered(self, project: bytes) -> None:
        self._asked.discard(project)
        self._state.problems.clear_question(project)

    def _wait_for_person(
        self,
        project: bytes,
        paths: Iterable[bytes],
        fault: Fault,
        code: str = "project",
    ) -> None:
        self._ask(project, fault, code)
        self._block(paths, fault.what)

    # -- what has been claimed before

    async def _claimed_before(
        self,
        project: bytes,
        folder: Folder,
        contents: Contents,
        claimed: set[bytes],
    ) -> Candidate | None:
        """A project of which files are claimed: what came, or changed, since then is another
        version, and a person orders that."""
        media = list(filter(_is_media, contents.files))
        late = [path for path in media if path not in claimed]
        news = [as_text(name_of(path)) for path in late]
        if self._prompt_changed(project):
            news.append("prompt.txt")
        changed = self._state.changed & claimed
        if news or changed:
            if self._approvals.approved(project):
                return await self._order(project, folder, contents, approved=True)
        else:
            self._answered(project)
            await self._approvals.without_cause(project)
            return None
        if news:
            self._wait_for_person(project, late, late_files(news), "late")
        if not changed:
            return None
        # unpaid, it is still this order; paid for, the journal says so
        contents.files = {path: contents.files[path] for path in media if path in claimed}
        return await self._order(project, folder, contents)

    def _prompt_changed(self, project: bytes) -> bool:
        claimed = self._state.claimed_projects.get(project)
        if claimed is None or not self._state.book.is_instructed(project):
            return False
        return claimed != instructions_digest(self._state.book.prompt(project))

    def is_late(self, candidate: Candidate) -> None:
        """The journal knows that an earlier version of it is paid for: a person has to order
        another one."""
        changed = [path for path in self._state.changed if parent(path) == candidate.path]
        names = sorted(as_text(name_of(path)) for path in changed) or ["its files"]
        paths = [member.path for member in candidate.files]
        self._wait_for_person(candidate.path, paths, late_files(names), "late")

    # -- a new order

    async def _order(
        self,
        project: bytes,
        folder: Folder,
        contents: Contents,
        *,
        approved: bool = False,
    ) -> Candidate | None:
        """The candidate that these contents are; None when it must wait."""
        wrong = list(faults(contents, ACCEPTED & self._state.book.kinds(project)))
        if not folder.prompt and not self._state.book.is_instructed(project):
            wrong.append(NO_PROMPT)
        if wrong:
            if self._may_still_come(project, contents):
                return None
            self._wait_for_person(project, contents.files, _together(wrong))
            return None
        self._since.pop(project, None)

        read = await self._read_all(contents)
        if read is None or not self._may_be_taken(project, contents, read):
            return None
        prompt = self._state.book.prompt(project)
        names = tuple(as_text(name_of(path)) for path in contents.files)
        glossary = self._state.book.glossary(project)
        name = as_text(name_of(project)).rpartition(".")[0]
        try:
            order = plan_project(folder, ProjectDrop(name, names, prompt, glossary))
        except OrderError as exc:
            self._wait_for_person(project, contents.files, Fault(exc.text, exc.cure))
            return None
        self._answered(project)
        digest = instructions_digest(prompt)
        return project_candidate(project, name, read, order, digest, approved=approved)

    def _may_still_come(self, project: bytes, contents: Contents) -> bool:
        """Whether there is no medium yet, and has not been for a moment only."""
        if any(map(_is_media, contents.files)):
            return False
        now = self._clock.monotonic()
        return now - self._since.setdefault(project, now) < PATIENCE

    async def _read_all(self, contents: Contents) -> list[Inspected] | None:
        """What every file is; None while some are still to be read, a portion with each tick."""
        questions = {path: self._reading.question(path) for path in contents.files}
        missing = [path for path in questions if not self._holds(questions[path], contents)]
        if missing:
            work = [self._reading.work(Group(path)) for path in missing]
            for group, inspected in await self._reading.read(work, self._root_monitor.worker):
                self._read[group.main] = (questions[group.main], inspected[0])
        if any(not self._holds(question, contents) for question in questions.values()):
            self._block(contents.files, "is being read", soon=True)
            return None
        return [self._read[path][1] for path in contents.files]

    def _holds(self, question: Question, contents: Contents) -> bool:
        """Whether what was read of a file still holds."""
        path = question.path
        read = self._read.get(path)
        if read is None or read[0] != question:
            return False
        if read[1].advice is not Advice.TAKE:
            return True
        local = self._root_monitor.is_local(path)
        return unchanged(read[1].snapshot, contents.files[path], local=local)

    def _may_be_taken(
        self,
        project: bytes,
        contents: Contents,
        read: list[Inspected],
    ) -> bool:
        """Whether every file can be used; else the others wait for it, or for a person."""
        refused: list[Fault] = []
        waiting = ""
        for one in read:
            if one.advice is Advice.TAKE:
                continue
            del self._read[one.path]
            name = as_text(name_of(one.path))
            if one.advice is Advice.REFUSE:
                refused.append(Fault(f"{name}: {one.why}", one.cure))
                continue
            waiting = f"waits for {name}, which is not whole yet"
            self._acceptance.not_now(one)
        if refused:
            self._wait_for_person(project, contents.files, _together(refused))
        elif waiting:
            taken = [one.path for one in read if one.advice is Advice.TAKE]
            self._block(taken, waiting, soon=True)
        return not refused and not waiting


def _is_media(path: bytes) -> bool:
    return promised_kind(path) in ACCEPTED


def _together(wrong: list[Fault]) -> Fault:
    """All that is wrong, for one note, each with its cure."""
    *others, last = wrong
    said = [f"{fault.what} {fault.cure}".strip() for fault in others]
    return Fault(" ".join([*said, last.what]), last.cure)
