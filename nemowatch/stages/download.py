"""rendered -> downloading -> downloaded: fetches the result into a part file in the target
folder."""

from __future__ import annotations

import os
from pathlib import Path

from nemowatch.errors import ResultExpired, UnsafeUrl
from nemowatch.model import State
from nemowatch.outbox.publish import part_path
from nemowatch.outbox.target_folder import ensure_target_folder
from nemowatch.stages.context import StageContext
from nemowatch.stages.decision import Decision, go, later
from nemowatch.stages.work import Work


async def _folder(work: Work, context: StageContext) -> Path:
    """The folder of this job's results, made when it is missing. Raises LocalError."""
    return await context.on_disk(work.watch, ensure_target_folder, work.watch, work.source.path)


async def begin(work: Work, context: StageContext) -> Decision:
    """rendered: record where the part file will be."""
    folder = await _folder(work, context)
    return go(State.DOWNLOADING, part=os.fsencode(part_path(folder, work.job.id)))


async def download(work: Work, context: StageContext) -> Decision:
    """downloading: fetch the result, resuming what is already there."""
    job = work.job
    await _folder(work, context)
    report = context.board.reporter(job.id, "downloading")
    part = Path(os.fsdecode(job.part))
    try:
        found = await context.api.download(
            job.skill, job.render_id, job.result_url, part, job.result_size, report
        )
    except ResultExpired:
        return later(
            State.RENDERING,
            0,
            counts=True,
            text="the result's address has expired: asking for a fresh one",
        )
    except UnsafeUrl as exc:
        return later(
            State.RENDERING, 0, counts=True, text=f"{exc.text} Asking for another address."
        )
    finally:
        context.board.clear(job.id)
    return go(State.DOWNLOADED, part_sha256=found.sha256, part_size=found.size)
