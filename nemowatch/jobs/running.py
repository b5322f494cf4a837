"""The stages that run now: each job's task, and the lane that it takes a place in.

Owns these tasks, from beginning to end. It does not choose what runs, nor judge how it ended.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Coroutine
from functools import partial
from typing import Any

from nemowatch.stages.table import Lane


class RunningStages:
    """Tasks by their jobs."""

    def __init__(self, ended: Callable[[int, BaseException | None], None]) -> None:
        """`ended` gets each job whose task is over, and what that failed with."""
        self._ended = ended
        self._tasks: dict[int, tuple[Lane, asyncio.Task[None]]] = {}

    def __len__(self) -> int:
        return len(self._tasks)

    @property
    def lanes(self) -> dict[int, Lane]:
        """The lane of each job whose stages run."""
        return {job_id: lane for job_id, (lane, _) in self._tasks.items()}

    def begin(self, job_id: int, lane: Lane, work: Coroutine[Any, Any, None]) -> None:
        """Have a job worked on."""
        task = asyncio.get_running_loop().create_task(work, name=f"job-{job_id}")
        self._tasks[job_id] = (lane, task)
        task.add_done_callback(partial(self._over, job_id))

    def _over(self, job_id: int, task: asyncio.Task[None]) -> None:
        self._tasks.pop(job_id, None)
        failure: BaseException | None = None
        if not task.cancelled():
            failure = task.exception()
        self._ended(job_id, failure)

    async def wait(
        self,
        seconds: float,
        *,
        lanes: Collection[Lane] = tuple(Lane),
        leave: Collection[int] = (),
    ) -> None:
        """Wait until the tasks in these lanes have ended, for `seconds` at most; not for those of
        the jobs in `leave`."""
        tasks: list[asyncio.Task[None]] = []
        for job_id, (lane, task) in self._tasks.items():
            if lane in lanes and job_id not in leave:
                tasks.append(task)
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)
