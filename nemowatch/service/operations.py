"""What the daemon answers: the operations of the control socket, and systemd's line. It only
gathers; `reporting` words it."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from nemowatch.intake.watch.health import HealthState
from nemowatch.orders import ORDERS
from nemowatch.reporting import json_records
from nemowatch.reporting.daemon_snapshot import lanes, take_snapshot
from nemowatch.reporting.overview import Overview
from nemowatch.reporting.overview_reading import gather
from nemowatch.reporting.status_line import status_line
from nemowatch.service.engine import Engine

Handler = Callable[[dict[str, Any]], Awaitable[Any]]

#: Files of each kind that one answer names: more would hold up the loop, and they are not read.
SHOWN_WAITING = 1000


class Operations:
    """Answers for one engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def handlers(self) -> dict[str, Handler]:
        """The operations of the control socket, but for those of the process itself."""
        orders: dict[str, Handler] = {name: partial(self._engine.order, name) for name in ORDERS}
        return {
            **orders,
            "scan": self._scan,
            "explain": self._explain,
        }

    async def _scan(self, _: dict[str, Any]) -> dict[str, Any]:
        self._engine.scan_all()
        return {"scanning": len(self._engine.inboxes)}

    async def _explain(self, args: dict[str, Any]) -> dict[str, Any]:
        path = Path(str(args.get("path", "")))
        why: list[str] = []
        for box in self._engine.inboxes.values():
            if not path.is_relative_to(box.watch.inbox):
                continue
            if box.health.state is HealthState.HELD:
                why.append(f"the inbox is {box.health}; nemowatch take-over makes it this one's")
            for file in box.waiting():
                if box.watch.inbox / os.fsdecode(file.path) == path:
                    why.append(file.why)
        return {"waiting": why}

    async def snapshot(self, daemon: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to `status`: everything that is reported."""
        return json_records.answer(await self.overview(SHOWN_WAITING, daemon))

    async def sentence(self) -> str:
        """Everything in one line."""
        return status_line(await self.overview(1, {}))

    async def overview(self, limit: int, daemon: Mapping[str, Any]) -> Overview:
        """What is reported, with up to `limit` files of each kind, and jobs only counted."""
        engine = self._engine
        snapshot = take_snapshot(
            list(engine.inboxes.values()),
            engine.tick_results,
            engine.board,
            engine.journal,
            limit=limit,
            daemon=daemon,
            account=engine.api.account,
            connection=engine.account.now,
            lanes=lanes(engine.config),
        )
        return await engine.journal.read(partial(gather, snapshot=snapshot, limit=0))
