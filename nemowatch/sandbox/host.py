"""What all endpoints of the sandbox share."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from nemowatch.sandbox.faults import Faults
from nemowatch.sandbox.world import World


class Host:
    """What the endpoints share: the world, the faults, and what only the server can do."""

    def __init__(self, world: World, faults: Faults, go_down: Callable[[float], None]) -> None:
        self.world, self.faults, self.go_down = world, faults, go_down
        self.base_url = ""  #: set once the port is known
        self.background: set[asyncio.Task[None]] = set()

    def later(self, work: Awaitable[None]) -> None:
        """Run something that outlives its request and ends with the server."""

        async def run() -> None:
            await work

        task = asyncio.create_task(run())
        self.background.add(task)
        task.add_done_callback(self.background.discard)
