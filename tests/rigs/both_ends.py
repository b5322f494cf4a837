"""Which test a worker runs next (`pytest -n`). Loaded where pytest-xdist is."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from xdist.scheduler import LoadGroupScheduling

if TYPE_CHECKING:
    from xdist.workermanage import WorkerController

_CORES = os.cpu_count() or 1


class FromBothEnds(LoadGroupScheduling):
    """Hands as many workers as there are cores the last test that is left, all others the first.

    Tests of the whole program come first and mostly wait, those that only compute come last. Side
    by side they keep the machine busy, and no long test is left to the end. A worker mostly stays
    in one module, and keeps the fixtures that it made for it.
    """

    def _assign_work_unit(self, node: WorkerController) -> None:
        number = int(node.gateway.id.removeprefix("gw"))
        if number < _CORES < self.numnodes:
            last = next(reversed(self.workqueue))
            self.workqueue.move_to_end(last, last=False)
        super()._assign_work_unit(node)
