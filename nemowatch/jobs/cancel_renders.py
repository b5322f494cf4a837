"""Has the cloud stop renders that are no longer wanted, after their jobs were cancelled.

Best effort: the jobs are cancelled whatever the cloud answers, and a render that goes on costs
nothing (docs/api.md section 9). It must not raise for what the cloud says, nor write the journal.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

import structlog

from nemowatch.errors import LocalError, RemoteError
from nemowatch.journal import jobs
from nemowatch.journal.jobs import Job
from nemowatch.model import State
from nemowatch.remote.interface import RemoteApi

log = structlog.get_logger("nemowatch.job")


def left_rendering(conn: sqlite3.Connection, ids: Iterable[int]) -> list[Job]:
    """Cancelled jobs whose render was asked for and is not known to be done. Read right after the
    order: once a job is tried again, its render is another one."""
    found = [jobs.by_id(conn, job_id) for job_id in ids]
    return list(filter(_is_left_rendering, found))


def _is_left_rendering(job: Job) -> bool:
    if job.state is not State.CANCELLED or job.result_url:
        return False
    return bool(job.render_id)


async def cancel_renders(api: RemoteApi, found: Iterable[Job]) -> None:
    """Have the cloud stop the renders of these jobs."""
    for job in found:
        try:
            await api.cancel_render(job.skill, job.render_id)
        except (RemoteError, LocalError) as exc:
            # the second: the anonymous token cannot be read or stored here
            log.debug("render not cancelled", job=job.id, why=exc.text)
        else:
            log.info("render cancelled", job=job.id)
