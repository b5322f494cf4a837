"""A job as the journal returns it, made without a journal."""

from __future__ import annotations

from nemowatch.journal.jobs import Job
from nemowatch.model import State

#: A job that was claimed, and nothing more.
NEW_JOB = Job(
    id=7,
    session=7,
    source_id=1,
    item="",
    target="es",
    session_id="",
    uploaded_by="",
    stem="promo",
    skill="skill",
    prompt="",
    outputs=(),
    state=State.CLAIMED,
    reason="",
    checking=False,
    back="",
    attempt=0,
    tries=0,
    due_at=0,
    render_id="",
    render_at=0,
    renders=0,
    progress=0.0,
    result_url="",
    result_size=0,
    part=b"",
    part_sha256="",
    part_size=0,
    answer="",
    credits=None,
    credits_about=False,
    error_code="",
    error_text="",
    created_at=0,
    updated_at=0,
)
