"""What the daemon does every so often, and how often: one row each.

Owns the pace. `service/timers.py` keeps it; what is called only nudges.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from nemowatch.config.schema import Config
from nemowatch.holds.balance import CREDITS_LOOK
from nemowatch.intake.inbox import Inbox
from nemowatch.service.nudges import Nudges
from nemowatch.service.timers import Timers

#: Seconds between two checks of the holds, at most (docs/behaviour.md section 3, point 9); sooner
#: where renders are polled sooner.
HOLD_CHECK = 60.0
#: Seconds between two passes of the guard over each inbox's watcher.
GUARD_CHECK = 15.0
#: Seconds between two sweeps of old history and of leftovers.
RETENTION_SWEEP = 6 * 3600.0
#: Seconds between two attempts to move what has ended.
WRAP_UP_CHECK = 10.0
#: Seconds between two writes of the status page, at least (each is work for every sync client).
PAGE_WRITE = 30.0


def set_cadences(
    timers: Timers,
    config: Config,
    nudges: Nudges,
    inboxes: dict[str, Inbox],
) -> None:
    """Start every cadence, or change it to what the configuration says now."""
    for name, seconds, nudge in _rows(config, nudges):
        timers.every(name, seconds, nudge)

    if config.page.enabled:
        timers.every("page", min(PAGE_WRITE, _quick(config)), nudges.page)
    else:
        timers.drop("page")

    for name, inbox in inboxes.items():
        timers.every(f"reconcile {name}", inbox.watch.scan_interval, inbox.reconcile)


def _rows(config: Config, nudges: Nudges) -> Iterator[tuple[str, float, Callable[[], None]]]:
    yield "holds", _quick(config), nudges.holds
    yield "guard", GUARD_CHECK, nudges.guard
    yield "credits", CREDITS_LOOK, nudges.credits
    yield "retention", RETENTION_SWEEP, nudges.retention
    yield "wrap-up", WRAP_UP_CHECK, nudges.wrap_up


def _quick(config: Config) -> float:
    return min(HOLD_CHECK, 2 * config.render.poll_interval)
