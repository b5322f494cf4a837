"""The prompt.txt of each folder: noticed by scans, read when it has settled, and followed by
the folder's files from then on.

Owns which one is in force, and what people read about one that cannot be used.
"""

from __future__ import annotations

from nemowatch.clock import Clock
from nemowatch.errors import LocalError, LocalPassing, OrderError, SourceChanged, SourceGone
from nemowatch.intake.ready.file_checks import read_prompt
from nemowatch.intake.ready.stability import Observation, Tracked
from nemowatch.intake.scan.folder_instructions import EMPTY_CURE
from nemowatch.intake.scan.folders import is_below, lineage, parent
from nemowatch.intake.state import InboxState
from nemowatch.intake.watch.root_monitor import RootMonitor
from nemowatch.model import Snapshot


class PromptFiles:
    """The instructions of one inbox's folders."""

    def __init__(self, root_monitor: RootMonitor, inbox_state: InboxState, clock: Clock) -> None:
        self._root_monitor = root_monitor
        self._state = inbox_state
        self._clock = clock

    def __repr__(self) -> str:
        return f"PromptFiles({len(self._state.prompts)} in force)"

    def paths(self) -> set[bytes]:
        """Every prompt.txt that counts, as the scans have seen them, relative to the inbox."""
        found = {held.prompt for held in self._state.instructions.values()}
        return found - {b""}

    def absorb(self, start: bytes, now: float) -> None:
        """A scan has seen what is at and below this folder."""
        for folder in list(self._state.prompts):
            if is_below(folder, start) and not self._has_one(folder):
                self._forget(folder)
        for folder, held in self._state.instructions.items():
            if is_below(folder, start) and held.prompt:
                self._track(folder, held.prompt, held.prompts[held.prompt], now)

    def _has_one(self, folder: bytes) -> bool:
        held = self._state.instructions.get(folder)
        if held is None:
            return False
        return held.prompt != b""

    def _forget(self, folder: bytes) -> None:
        del self._state.prompts[folder]
        self._state.book.instruct(folder, "")
        self._state.problems.order_holds(folder)
        self._state.unblock(folder)

    def _track(self, folder: bytes, path: bytes, found: Snapshot, now: float) -> None:
        if self._state.prompts.get(folder) != found:
            self._state.tracker.see(path, Observation(found, now), self._root_monitor.pace(path))

    async def ready(self, path: bytes, tracked: Tracked, found: Snapshot) -> None:
        """One has kept still: read it, once it has settled. A text may still grow, and says
        nowhere that it ends."""
        if not tracked.settled():
            tracked.no_short_cut(self._clock.monotonic())
            return

        folder = parent(path)
        try:
            text = await self._read(path, found)
        except OrderError as exc:
            what = f"Its prompt.txt cannot be used. {exc.text}"
            self._state.problems.order(folder, what, exc.cure)
            self._state.tracker.drop(path)
        except (SourceGone, SourceChanged):  # the next check says more
            self._state.block(path, "it changes while it is read", soon=True)
        except LocalPassing as exc:
            self.not_now(path, exc)
        except LocalError as exc:
            self.fail(path, exc)
        else:
            self._state.tracker.drop(path)
            self._obey(folder, found, text.strip())

    def _obey(self, folder: bytes, found: Snapshot, text: str) -> None:
        """Files of this folder follow this text from now on."""
        if not text:
            what = "Its prompt.txt is empty: nothing in this folder is processed meanwhile."
            self._state.problems.order(folder, what, EMPTY_CURE)
            return
        self._state.prompts[folder] = found
        self._state.book.instruct(folder, text)
        self._state.problems.order_holds(folder)
        self._state.unblock(folder)
        self._reconsider_above(folder)

    def _reconsider_above(self, folder: bytes) -> None:
        """The folders above that have no instructions may have lacked them for files of this one
        alone: what still lacks them is reported anew."""
        for above in lineage(parent(folder)):
            if above and not self._has_one(above):
                self._state.problems.order_holds(above)
                self._state.unblock(above)

    async def _read(self, path: bytes, expected: Snapshot) -> str:
        root = self._root_monitor.root
        worker = self._root_monitor.worker
        return await worker.run(lambda: read_prompt(root, path, expected, worker.beat))

    def not_now(self, path: bytes, error: LocalPassing) -> None:
        """This file, or the whole share, cannot be read for the moment: a check of the root shows
        which of them."""
        why = f"cannot be read right now: {error.text}"
        self._state.block(path, why, now=self._clock.monotonic())
        self._root_monitor.next_probe = 0.0

    def fail(self, path: bytes, error: LocalError) -> None:
        """It cannot be read: the folder's files wait for it, and people are notified."""
        folder = parent(path)
        what = f"Its prompt.txt cannot be used: {error.text}"
        self._state.problems.order(folder, what, error.cure)
        self._state.unblock(folder)  # they say why they wait
        self._state.block(path, error.text, now=self._clock.monotonic())
