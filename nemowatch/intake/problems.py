"""What a person should know about an inbox, kept current so that a note goes when its cause does.

Owns the list of problems and how long each waits before it is reported: people rename a new folder,
and a file of a kind that is not accepted may be about to get its real name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from collections.abc import Set as AbstractSet
from functools import partial
from operator import lt

from nemowatch.content.endings import conversions
from nemowatch.intake.other_folders import move_there
from nemowatch.intake.records import FileProblem, FolderProblem
from nemowatch.intake.scan.diff import FolderFacts, ScanDiff
from nemowatch.intake.scan.folders import FolderBook
from nemowatch.intake.scan.partial_files import PartialFiles
from nemowatch.intake.scan.paths import as_text, below, folder_of, parent
from nemowatch.intake.scan.project_names import Named, named
from nemowatch.model import MediaKind
from nemowatch.tasks.media_names import listed
from nemowatch.tasks.records import Unreadable
from nemowatch.tasks.words import one_name

#: Seconds before files that no task accepts are reported (docs/behaviour.md section 1).
FOREIGN_AFTER = 60.0
#: Seconds before a folder name is reported: a new folder is called "New folder" for a moment.
UNREADABLE_AFTER = 3.0
#: Seconds before what only looks like an instruction is reported: a prompt.txt may be uploaded
#: under another name first, or its name may still be being typed.
NEAR_AFTER = 5.0
#: What to do with the originals after all files were converted.
_AWAY = "Then move these files out of the inbox."
_RENAME = "Rename it after what should be made from its files, for example dub-es."
_PROJECT = (
    "It looks like a project: move it, with its prompt.txt, into a task folder called edit, so that"
    " it is edit/NAME.project."
)
_PATIENCE = {"foreign": FOREIGN_AFTER, "name": UNREADABLE_AFTER, "near": NEAR_AFTER}


class ProblemRegister:
    """The problems of one inbox."""

    def __init__(self, book: FolderBook) -> None:
        self._book = book
        self._files: dict[bytes, FileProblem] = {}
        self._orders: dict[bytes, FolderProblem] = {}
        self._texts: dict[bytes, FolderProblem] = {}
        self._odd: dict[bytes, FileProblem] = {}
        self._near: dict[bytes, FileProblem] = {}
        self._asked: dict[bytes, FileProblem] = {}
        self._since: dict[tuple[str, bytes], float] = {}
        self._facts: Mapping[bytes, FolderFacts] = {}
        self._partial_files = PartialFiles()

    def __repr__(self) -> str:
        return (
            f"ProblemRegister({len(self._files)} files, {len(self._orders)} orders,"
            f" {len(self._odd)} odd)"
        )

    def refuse(self, problem: FileProblem) -> None:
        """Report a file that will not be worked on."""
        self._files[problem.path] = problem

    def ask(self, problem: FileProblem) -> None:
        """Report a file that waits until a person has made clear what is meant."""
        self._asked[problem.path] = problem

    def asked(self, path: bytes) -> FileProblem | None:
        """The question about a file; None when there is none."""
        return self._asked.get(path)

    def asks(self, path: bytes, code: str) -> bool:
        """Whether a question of this kind is asked about a file."""
        problem = self._asked.get(path)
        return problem is not None and problem.code == code

    def clear_question(self, path: bytes) -> bool:
        """Drop the question about a file; returns whether there was one."""
        return self._asked.pop(path, None) is not None

    def refused(self, path: bytes) -> FileProblem | None:
        """Why this file was refused, if it was."""
        return self._files.get(path)

    def final(self) -> list[bytes]:
        """Refused files. `sources.tick_results` moves them away, which may cause no event."""
        return [path for path, problem in self._files.items() if problem.final]

    def forget(self, *paths: bytes) -> None:
        """Drop what is known of files that are gone or have changed."""
        for path in paths:
            self._files.pop(path, None)
            self._odd.pop(path, None)

    def order(self, folder: bytes, what: str, cure: str) -> None:
        """Report that the folder's order cannot be carried out, whatever lies in it."""
        self._orders[folder] = FolderProblem(folder, what, cure=cure)

    def order_holds(self, folder: bytes) -> None:
        """Note that the folder's order can be carried out."""
        self._orders.pop(folder, None)

    def text_wrong(self, path: bytes, what: str, cure: str) -> None:
        """Report a prompt.txt or glossary.txt that cannot be used."""
        self._texts[path] = FolderProblem(parent(path), what, cure=cure)

    def text_right(self, path: bytes) -> None:
        """Note that this prompt.txt or glossary.txt can be used."""
        self._texts.pop(path, None)

    def keep_texts(self, there: AbstractSet[bytes]) -> None:
        """Drop what is reported of any prompt.txt and glossary.txt but these."""
        for path in self._texts.keys() - there:
            del self._texts[path]

    def learn(self, survey: ScanDiff, facts: Mapping[bytes, FolderFacts], now: float) -> None:
        """Take in a scan; `facts`: the present ones of every task folder."""
        self._facts = facts
        self._forget_below(survey.start)
        for problem in survey.odd:
            self._odd[problem.path] = problem
        for problem in survey.near:
            self._near[problem.path] = problem
        self._keep_time(now)
        if not survey.start:
            partial = {folder: found.partial for folder, found in facts.items()}
            self._partial_files.learn(partial, now)

    def _forget_below(self, start: bytes) -> None:
        """Drop what a scan of this folder (b"": of everything) would find again."""
        _drop_below(self._odd, start)
        _drop_below(self._near, start)
        for folder in list(self._orders):
            if folder_of(folder) not in self._facts:
                del self._orders[folder]

    def _keep_time(self, now: float) -> None:
        """Note since when each problem that is only reported after a while has existed."""
        current: dict[tuple[str, bytes], float] = {}
        for folder, facts in self._facts.items():
            if facts.foreign:
                current["foreign", folder] = now
            if folder and isinstance(self._book.read(folder), Unreadable):
                current["name", folder] = now
        for path in self._near:
            current["near", path] = now
        self._since = {key: self._since.get(key, now) for key in current}

    def next_at(self, now: float) -> float:
        """The monotonic second at which the next problem is to be reported; infinite if none is."""
        moments = map(self._ripe_at, self._since)
        return min(filter(partial(lt, now), moments), default=float("inf"))

    def _ripe_at(self, key: tuple[str, bytes]) -> float:
        return self._since[key] + _PATIENCE[key[0]]

    def current(self, now: float) -> tuple[FileProblem | FolderProblem, ...]:
        """Every problem that is to be reported now."""
        near = map(self._near.__getitem__, self._ripe("near", now))
        folders = list(map(self._foreign, self._ripe("foreign", now)))
        folders += map(self._name, self._ripe("name", now))
        folders += self._partial_files.problems()
        folders += self._orders.values()
        folders += self._texts.values()
        files = (*self._files.values(), *self._odd.values(), *near, *self._asked.values())
        return (*files, *_one_each(folders))

    def _ripe(self, wanted: str, now: float) -> Iterator[bytes]:
        """The paths that have had a problem of this kind for long enough."""
        for kind, path in self._since:
            if kind == wanted and self._ripe_at((kind, path)) <= now:
                yield path

    def _name(self, folder: bytes) -> FolderProblem:
        found = self._book.read(folder)
        if not isinstance(found, Unreadable):
            return FolderProblem(folder, "This folder's name cannot be read.")
        if named(folder) is Named.EXACTLY:
            return FolderProblem(folder, found.what, cure=_PROJECT)
        if found.suggestion:
            return FolderProblem(folder, found.what, found.suggestion)
        return FolderProblem(folder, found.what, cure=_RENAME)

    def _foreign(self, folder: bytes) -> FolderProblem:
        facts = self._facts[folder]
        names = _examples(facts)
        if not folder:
            what = f"Files beside the task folders are not processed: {names}."
            return FolderProblem(folder, what, cure=self._move(facts.foreign_kinds))

        what = f"This folder does not accept these files: {names}. They are left as they are."
        kinds = self._book.kinds(folder)
        taken = listed(kinds)
        if taken:
            what = f"{what} It accepts {taken}."
        converted = conversions(facts.foreign_endings, kinds)
        elsewhere = facts.foreign_kinds.difference(kinds)
        move = _AWAY
        if elsewhere or not converted:
            move = self._move(elsewhere)
        return FolderProblem(folder, what, cure=f"{converted}{move}")

    def _move(self, kinds: Collection[MediaKind]) -> str:
        """Where files that promise to be of these kinds can go."""
        return move_there(kinds, filter(None, self._facts), self._book)


def _drop_below(problems: dict[bytes, FileProblem], start: bytes) -> None:
    for path in below(problems, start):
        del problems[path]


def _examples(facts: FolderFacts) -> str:
    """Names of files that a folder does not accept, and how many more there are."""
    names = ", ".join(map(one_name, map(as_text, facts.foreign_names)))
    more = facts.foreign - len(facts.foreign_names)
    if more > 0:
        return f"{names} and {more} more"
    return names


def _one_each(found: list[FolderProblem]) -> list[FolderProblem]:
    """The problems joined to one for each folder, for a single note."""
    merged: dict[bytes, FolderProblem] = {}
    for problem in found:
        before = merged.get(problem.folder)
        if before is None:
            merged[problem.folder] = problem
            continue
        what = f"{before.what} {problem.what}"
        cure = f"{before.cure} {problem.cure}".strip()
        suggestion = before.suggestion or problem.suggestion
        merged[problem.folder] = FolderProblem(problem.folder, what, suggestion, cure)
    return list(merged.values())
