"""Where the running daemon carries out what people order, through the control socket or by a file
in an inbox.

Owns what an order meets here: the inboxes as they are, and the sources that are just leaving. What
an order does is its own module in `orders`; the engine knows what has to begin again after one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog

from nemowatch.clock import Clock
from nemowatch.fs.threads import Disks
from nemowatch.intake.inbox import Inbox
from nemowatch.jobs.cancel_renders import cancel_renders
from nemowatch.journal.database import Journal
from nemowatch.journal.jobs import Job
from nemowatch.orders import DaemonSite, ForFile, Record, carry_out, read_order
from nemowatch.remote.interface import RemoteApi
from nemowatch.sources.moving_out import MovingOut
from nemowatch.tasks.records import OwnNames

#: An order's name, and what it is given with.
Asked = tuple[str, dict[str, Any]]
log = structlog.get_logger("nemowatch.daemon")


class OrderDesk:
    """Carries out orders."""

    def __init__(
        self,
        journal: Journal,
        disks: Disks,
        clock: Clock,
        inboxes: Mapping[str, Inbox],
        own_names: Callable[[], OwnNames],
        api: RemoteApi,
        ask_balance: Callable[[], None],
        later: Callable[[Awaitable[None]], None],
        moving_out: MovingOut,
    ) -> None:
        self._api = api
        self._ask_balance = ask_balance
        self._later = later
        self._site = DaemonSite(
            journal,
            disks,
            clock,
            inboxes,
            own_names,
            self._stop_renders,
            self._ask_account,
            moving_out.__contains__,
            moving_out.keeping,
        )

    async def carry_out(self, name: str, args: dict[str, Any]) -> dict[str, Any]:
        """Carry out one of `orders.ORDERS`. Raises UsageError, LocalError."""
        order = read_order(name, args)
        result = await carry_out(order, self._site)
        log.info("ordered by a person", command=name, **order.about)
        return result

    async def carry_out_file(
        self,
        path: str,
        orders: list[Asked],
        record: Record,
    ) -> None:
        """Carry out what a text in an inbox asks for, together with `record`, which writes down
        that it was taken; `path`: for the log. Raises UsageError, LocalError."""
        wanted = tuple(read_order(name, args) for name, args in orders)
        await carry_out(ForFile(wanted, record), self._site)
        for order in wanted:
            log.info("ordered by a file", command=order.name, file=path, **order.about)

    def _stop_renders(self, cancelled: list[Job]) -> None:
        """The cloud need not go on with what was cancelled; whatever it answers, the order is
        carried out."""
        self._later(cancel_renders(self._api, cancelled))

    def _ask_account(self) -> None:
        """A token that was refused is asked for again with the balance."""
        self._api.ask_again()
        self._ask_balance()
