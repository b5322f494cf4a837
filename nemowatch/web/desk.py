"""What the live page may ask the daemon: a plain record, which the daemon fills in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from nemowatch.clock import Clock
from nemowatch.config.schema import Config
from nemowatch.config.watch_section import Watch
from nemowatch.fs.threads import Disks
from nemowatch.intake.inbox import Inbox
from nemowatch.journal.database import Journal
from nemowatch.reporting.overview import Overview
from nemowatch.reporting.page_model import PageModel


@dataclass(frozen=True, slots=True)
class Desk:
    """The daemon, as the page sees it."""

    config: Callable[[], Config]
    site: str  #: the name of this installation
    journal: Journal
    clock: Clock
    disks: Disks
    inboxes: Mapping[str, Inbox]
    page: Callable[[], Awaitable[PageModel]]  #: what the page says now
    news: Callable[[], object]  #: returns an equal value as long as the page would say the same
    overview: Callable[[], Awaitable[Overview]]  #: for figures: only counted
    status: Callable[[], Awaitable[Mapping[str, Any]]]  #: what `status --json` prints
    #: carry out one of `orders.ORDERS`; raises UsageError, LocalError
    order: Callable[[str, dict[str, Any]], Awaitable[dict[str, Any]]]

    @property
    def watches(self) -> dict[str, Watch]:
        """The configured watches by name."""
        return {watch.name: watch for watch in self.config().watch}
