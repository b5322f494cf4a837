"""The prompt.txt of each task folder: noticed by scans, read when it has settled, and followed by
the folder's files from then on.

Owns which one is in force, and what people are told about one that cannot be used.
"""

from __future__ import annotations

from nemowatch.clock import Clock
from nemowatch.errors import LocalError, LocalPassing, OrderError, SourceChanged, SourceGone
from nemowatch.intake.ready.file_checks import read_prompt
from nemowatch.intake.ready.stability import Observation, Tracked
from nemowatch.intake.scan.diff import FolderFacts
from nemowatch.intake.scan.folders import folder_of
from nemowatch.intake.state import InboxState
from nemowatch.intake.watch.root_monitor import RootMonitor
from nemowatch.model import Snapshot


class PromptFiles:
    """The instructions of one inbox's task folders."""

    def __init__(self, root_monitor: RootMonitor, inbox_state: InboxState, clock: Clock) -> None:
        self._root_monitor = root_monitor
        self._state = inbox_state
        self._clock = clock

    def __repr__(self) -> str:
        return f"PromptFiles({len(self._state.prompts)} in force)"

    def paths(self) -> set[bytes]:
        """Every prompt.txt that the last scan has seen, relative to the inbox."""
        return {facts.prompt for facts in self._state.facts.values() if facts.prompt}

    def absorb(self, folder: bytes, facts: FolderFacts, now: float) -> None:
        """Take in what a scan has found in this folder."""
        found = facts.prompt_snapshot
        if found is None:
            if self._state.prompts.pop(folder, None) is not None:
                self._state.book.instruct(folder, "")
                self._state.unblock(folder)
        elif found.size == 0:
            self._state.prompts[folder] = found
            self._state.book.instruct(folder, "")
        elif self._state.prompts.get(folder) != found:
            pace = self._root_monitor.pace(facts.prompt)
            self._state.tracker.see(facts.prompt, Observation(found, now), pace)

    async def ready(self, path: bytes, tracked: Tracked, found: Snapshot) -> None:
        """One has kept still: read it, once it has settled. A text may still grow, and says
        nowhere that it ends."""
        if not tracked.settled():
            tracked.no_short_cut(self._clock.monotonic())
            return

        folder = folder_of(path)
        try:
            text = await self._read(path, found)
        except OrderError as exc:
            self._state.problems.order(folder, exc.text, exc.cure)
            self._state.tracker.drop(path)
        except (SourceGone, SourceChanged):  # the next check says more
            self._state.block(path, "it changes while it is read", soon=True)
        except LocalPassing as exc:
            self.not_now(path, exc)
        except LocalError as exc:
            self.fail(path, exc)
        else:
            self._state.tracker.drop(path)
            self._state.prompts[folder] = found
            self._state.book.instruct(folder, text.strip())
            self._state.unblock(folder)

    async def _read(self, path: bytes, expected: Snapshot) -> str:
        root, worker = self._root_monitor.root, self._root_monitor.worker
        return await worker.run(lambda: read_prompt(root, path, expected, worker.beat))

    def not_now(self, path: bytes, error: LocalPassing) -> None:
        """This file, or the whole share, cannot be read for the moment: a check of the root shows
        which of them."""
        why = f"cannot be read right now: {error.text}"
        self._state.block(path, why, now=self._clock.monotonic())
        self._root_monitor.next_probe = 0.0

    def fail(self, path: bytes, error: LocalError) -> None:
        """It cannot be read: the folder's files wait for it, and people are told."""
        folder = folder_of(path)
        what = f"Its prompt.txt cannot be used: {error.text}"
        self._state.problems.order(folder, what, error.cure)
        self._state.unblock(folder)  # they say why they wait
        self._state.block(path, error.text, now=self._clock.monotonic())
