"""Keeps track of the prompt.txt and the glossary.txt of each folder: scans notice them, they are
read when they have settled, and apply to the folder's files from then on.

Owns which of them apply, and what people read about one that cannot be used.
"""

from __future__ import annotations

from functools import partial

from nemowatch.clock import Clock
from nemowatch.content import reading
from nemowatch.errors import LocalError, OrderError
from nemowatch.intake.ready.file_checks import read_instruction
from nemowatch.intake.ready.stability import Observation, TrackedFile
from nemowatch.intake.scan.folder_instructions import EMPTY_CURES
from nemowatch.intake.scan.instruction_forms import InstructionName
from nemowatch.intake.scan.instruction_names import exact
from nemowatch.intake.scan.paths import below, lineage, name_of, parent
from nemowatch.intake.state import InboxState
from nemowatch.intake.watch.root_monitor import RootMonitor
from nemowatch.model import Snapshot
from nemowatch.tasks.glossary import read_glossary
from nemowatch.tasks.records import NO_TERMS

_READERS = {InstructionName.PROMPT: reading.read_text, InstructionName.GLOSSARY: reading.read_lines}


class FolderTexts:
    """The texts that instruct one inbox's folders."""

    def __init__(self, root_monitor: RootMonitor, inbox_state: InboxState, clock: Clock) -> None:
        self._root_monitor = root_monitor
        self._state = inbox_state
        self._clock = clock

    def __repr__(self) -> str:
        return f"FolderTexts({len(self._state.texts_read)} in force)"

    def paths(self) -> set[bytes]:
        """The path of each one that counts, as the scans have seen them, relative to the inbox."""
        found: set[bytes] = set()
        for held in self._state.instructions.values():
            found.update(path for path, _ in held.texts_to_read())
        return found

    def absorb(self, start: bytes, now: float) -> None:
        """Take in what a scan has seen at and below this folder."""
        there = self.paths()
        for path in set(below(self._state.texts_read, start)) - there:
            self._forget(path)
        self._state.problems.keep_texts(there)

        for folder in below(self._state.instructions, start):
            for path, found in self._state.instructions[folder].texts_to_read():
                self._track(path, found, now)

    def _forget(self, path: bytes) -> None:
        folder = parent(path)
        del self._state.texts_read[path]
        if exact(name_of(path)) is InstructionName.GLOSSARY:
            self._state.book.define(folder, NO_TERMS)
        else:
            self._state.book.instruct(folder, "")
            self._state.problems.order_holds(folder)
        self._state.unblock(folder)
        self._state.reconsider_projects(folder)

    def _track(self, path: bytes, found: Snapshot, now: float) -> None:
        if self._state.texts_read.get(path) != found:
            self._state.tracked.see(
                path, Observation(found, now), self._root_monitor.settle_rules.at(path)
            )

    async def read_settled(self, path: bytes, tracked: TrackedFile, found: Snapshot) -> None:
        """Read one that has settled, and apply it from now on. Raises LocalError."""
        kind = exact(name_of(path)) or InstructionName.PROMPT
        try:
            text = await self._read(kind, path, found)
            self._obey(kind, path, found, text)
        except OrderError as exc:
            self._state.problems.text_wrong(
                path, f"Its {kind} cannot be used. {exc.text}", exc.cure
            )
            self._state.tracked.drop(path)

    def _obey(self, kind: InstructionName, path: bytes, found: Snapshot, text: str) -> None:
        """Apply this text to the files of its folder from now on. Raises OrderError."""
        if not text.strip():
            what = f"Its {kind} is empty: nothing in this folder is processed meanwhile."
            self._state.tracked.drop(path)
            self._state.problems.text_wrong(path, what, EMPTY_CURES[kind])
            return

        folder = parent(path)
        if kind is InstructionName.GLOSSARY:
            self._state.book.define(folder, read_glossary(text))
        else:
            self._state.book.instruct(folder, text.strip())
            self._state.problems.order_holds(folder)
            self._reconsider_above(folder)
        self._state.tracked.drop(path)
        self._state.texts_read[path] = found
        self._state.problems.text_right(path)
        self._state.unblock(folder)
        self._state.reconsider_projects(folder)

    def _reconsider_above(self, folder: bytes) -> None:
        """Clear what is reported of the folders above that have no instructions: they may have
        lacked them only for files of this one. Whatever still lacks them is reported again."""
        for above in lineage(parent(folder)):
            if above and not self._state.book.is_instructed(above):
                self._state.problems.order_holds(above)
                self._state.unblock(above)

    async def _read(self, kind: InstructionName, path: bytes, expected: Snapshot) -> str:
        root = self._root_monitor.root
        worker = self._root_monitor.worker
        read = partial(_READERS[kind], beat=worker.beat)
        return await worker.run(lambda: read_instruction(root, path, expected, read))

    def fail(self, path: bytes, error: LocalError) -> None:
        """Report one that cannot be read; the folder's files wait for it."""
        kind = exact(name_of(path)) or InstructionName.PROMPT
        what = f"Its {kind} cannot be used: {error.text}"
        self._state.problems.text_wrong(path, what, error.cure)
        self._state.unblock(parent(path))  # they say why they wait
        self._state.block(path, error.text, now=self._clock.monotonic())
