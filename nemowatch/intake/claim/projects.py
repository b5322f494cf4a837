"""Projects, folders whose files are worked on together: which of them can be claimed now, as what,
and what each of the others waits for.

Owns that decision. `project_arrival` says whether all of a project is there, and `project_reading`
whether its files can be used. It writes no journal.
"""

from __future__ import annotations

from nemowatch.clock import Clock
from nemowatch.errors import OrderError
from nemowatch.intake.claim.acceptance import Acceptance
from nemowatch.intake.claim.candidates import project_candidate
from nemowatch.intake.claim.group_reading import GroupReading
from nemowatch.intake.claim.pairing import Groups
from nemowatch.intake.claim.project_approvals import ProjectApprovals
from nemowatch.intake.claim.project_arrival import ProjectArrival
from nemowatch.intake.claim.project_contents import (
    ACCEPTED,
    ProjectContents,
    contents_of,
    faults,
    is_media,
)
from nemowatch.intake.claim.project_questions import ProjectQuestions, together
from nemowatch.intake.claim.project_reading import ProjectReading
from nemowatch.intake.claim.project_texts import ProjectTexts
from nemowatch.intake.records import Candidate
from nemowatch.intake.scan.paths import as_text, folder_of, name_of, parent
from nemowatch.intake.scan.project_problems import NO_PROMPT, Fault, late_files
from nemowatch.intake.state import InboxState
from nemowatch.intake.watch.root_monitor import RootMonitor
from nemowatch.tasks.projects import ProjectDrop, plan_project
from nemowatch.tasks.records import Folder


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
        self._approvals = approvals
        self._texts = ProjectTexts(inbox_state)
        self._questions = ProjectQuestions(inbox_state)
        self._arrival = ProjectArrival(root_monitor, inbox_state, groups, self._questions, clock)
        self._reading = ProjectReading(root_monitor, acceptance, reading, self._questions)

    def __repr__(self) -> str:
        waiting = len(self._questions.asked)
        return f"Projects({len(self._state.projects)} seen, {waiting} wait for a person)"

    async def take(self, waiting: dict[bytes, None]) -> list[Candidate]:
        """The projects that can be claimed now; their files are removed from `waiting`. Raises
        LocalPassing when the share is unavailable."""
        found: list[Candidate] = []
        for project in sorted(self._due(waiting)):
            candidate = await self._consider(project)
            if candidate is not None:
                found.append(candidate)
        return found

    def _due(self, waiting: dict[bytes, None]) -> set[bytes]:
        """The projects of these files, and those that a scan has asked about."""
        due = self._state.projects_due | self._questions.asked
        self._state.projects_due = set()
        folders = set(map(parent, waiting))
        projects = {folder: self._state.book.project(folder) for folder in folders}
        if not any(projects.values()):
            return due
        for path in list(waiting):
            project = projects[parent(path)]
            if project is None:
                continue
            del waiting[path]
            if project.is_work:
                due.add(project.path)
            else:
                self._state.tracked.drop(path)
        return due

    async def _consider(self, project: bytes) -> Candidate | None:
        contents = await self._contents(project)
        folder = self._state.book.read(folder_of(project))
        if not contents.exists or not isinstance(folder, Folder):
            self._forget(project)
            return None

        if self._arrival.must_wait(project, contents):
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
        """Forget a project that is gone."""
        self._questions.answered(project)
        self._state.projects.discard(project)
        self._state.claimed_projects.pop(project, None)
        self._arrival.forget(project)
        self._reading.forget(project)

    # -- what has been claimed before

    async def _claimed_before(
        self,
        project: bytes,
        folder: Folder,
        contents: ProjectContents,
        claimed: set[bytes],
    ) -> Candidate | None:
        """Go on with a project of which files are claimed: whatever came or changed since makes it
        another version, which a person has to order."""
        media = list(filter(is_media, contents.files))
        late = [path for path in media if path not in claimed]
        news = self._news(project, late)
        changed = self._state.changed & claimed

        is_same = not news and not changed
        if is_same:
            self._questions.answered(project)
            await self._approvals.without_cause(project)
            return None
        if self._approvals.approved(project):
            return await self._order(project, folder, contents, approved=True)
        if news:
            self._questions.hold(project, late, late_files(news), "late")
        if not changed:
            return None

        # while it is unpaid, this is the same order; if it is paid for, the journal knows
        early = filter(claimed.__contains__, media)
        contents.files = {path: contents.files[path] for path in early}
        return await self._order(project, folder, contents)

    def _news(self, project: bytes, late: list[bytes]) -> list[str]:
        """The names of what is new in it: these files, and its texts if they have changed."""
        return [*map(as_text, map(name_of, late)), *self._texts.changed(project)]

    async def waits(self, project: bytes) -> bool:
        """Whether the texts in a claimed project's folder wait to be read, or for a person; if so,
        the project stays. Raises LocalPassing when the share is unavailable."""
        contents = await self._contents(project)
        if not contents.exists:
            return False
        return self._arrival.is_unread(project, contents) or bool(self._texts.changed(project))

    async def _contents(self, project: bytes) -> ProjectContents:
        root = self._root_monitor.root
        ignore = self._state.ignore
        return await self._root_monitor.worker.run(lambda: contents_of(root, project, ignore))

    def is_late(self, candidate: Candidate) -> None:
        """The journal knows that an earlier version was paid for: a person has to order this
        one."""
        changed = [path for path in self._state.changed if parent(path) == candidate.path]
        names = sorted(as_text(name_of(path)) for path in changed) or ["its files"]
        paths = [member.path for member in candidate.files]
        self._questions.hold(candidate.path, paths, late_files(names), "late")

    # -- a new order

    async def _order(
        self,
        project: bytes,
        folder: Folder,
        contents: ProjectContents,
        *,
        approved: bool = False,
    ) -> Candidate | None:
        """The candidate made of these contents; None when the project must wait."""
        if self._is_wrong(project, folder, contents):
            return None
        read = await self._reading.usable(project, contents)
        if read is None:
            return None

        prompt = self._state.book.prompt(project)
        names = tuple(as_text(name_of(path)) for path in contents.files)
        glossary = self._state.book.glossary(project)
        name = as_text(name_of(project)).rpartition(".")[0]
        try:
            seconds = {as_text(name_of(one.path)): one.seconds for one in read}
            order = plan_project(folder, ProjectDrop(name, names, prompt, glossary, seconds))
        except OrderError as exc:
            self._questions.hold(project, contents.files, Fault(exc.text, exc.cure))
            return None
        self._questions.answered(project)
        texts = self._texts.digest(project)
        whole = self._texts.order_digest(project)
        return project_candidate(project, name, read, order, texts, whole, approved=approved)

    def _is_wrong(self, project: bytes, folder: Folder, contents: ProjectContents) -> bool:
        """Whether its names, numbers or sizes are wrong. A person reads what is wrong once all of
        it should have arrived."""
        wrong = list(faults(contents, ACCEPTED & self._state.book.kinds(project)))
        if not folder.prompt and not self._state.book.is_instructed(project):
            wrong.append(NO_PROMPT)
        if not wrong:
            self._arrival.is_complete(project)
            return False

        if not self._arrival.may_still_come(project, contents):
            self._questions.hold(project, contents.files, together(wrong))
        return True
