"""What can be asked of the running daemon at any moment: each nudge makes something happen soon.

Owns which parts a nudge concerns. Nothing here works, waits or fails.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from nemowatch.config.schema import Config
from nemowatch.holds.balance import BalanceReader
from nemowatch.holds.keeper import HoldKeeper
from nemowatch.intake.inbox import Inbox
from nemowatch.reporting.guide_file import GuideFile
from nemowatch.reporting.status_page import StatusPage
from nemowatch.service.housekeeping import Housekeeping
from nemowatch.sources.wrap_up import WrapUp


class Nudges:
    """One method for each thing that may be due."""

    def __init__(
        self,
        config: Callable[[], Config],
        inboxes: Mapping[str, Inbox],
        holds: HoldKeeper,
        balance: BalanceReader,
        housekeeping: Housekeeping,
        wrap_ups: Mapping[str, WrapUp],
        page: StatusPage,
        guide: GuideFile,
        later: Callable[[Awaitable[None]], None],
    ) -> None:
        self._config = config
        self._inboxes = inboxes
        self._holds = holds
        self._housekeeping = housekeeping
        self._wrap_ups = wrap_ups
        self._page = page
        self._guide = guide
        self._later = later  # runs something beside everything else
        self.credits = balance.ask

    def holds(self) -> None:
        """What is held may go on."""
        self._later(self._holds.check())

    def guard(self) -> None:
        """Every watcher is looked after, and what missed a sweep while its share was away."""
        for inbox in self._inboxes.values():
            self._later(inbox.guard())
        self._housekeeping.sweep_returned(self._config())

    def scans(self) -> None:
        """A full scan of every inbox."""
        for inbox in self._inboxes.values():
            inbox.request_scan()

    def retention(self) -> None:
        """What is kept no longer goes, and so do leftovers."""
        self._housekeeping.sweep(self._config())

    def wrap_up(self) -> None:
        """Whatever jobs that have ended leave to do."""
        for wrap_up in self._wrap_ups.values():
            wrap_up.nudge()

    def page(self) -> None:
        """The page, and the guide beside it."""
        self._later(self._page.write())
        self._later(self._guide.write(self._config().own_names))
