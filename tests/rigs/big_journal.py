"""Makes a journal of very many ended jobs, as after months of work, in moments, for measurements.
Each job has its source, session, paid call, result and history; every fourth one failed."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

from nemowatch.journal.opening import connect
from nemowatch.model import State
from tests.rigs.command import WAY

#: UTC ms of the first job; they came a second apart.
BEGAN = 1_760_000_000_000
#: The states that a job goes through, in order.
STATES = [State.CLAIMED, *WAY]
#: What is known of the job with the number n. Below it `:watch` is the inbox, `:root` its
#: workspace.
TABLES = (
    """INSERT INTO source (id, watch, folder, path, digest, task, retired_at, retired_to,
        created_at)
    SELECT n, :watch, CAST('dub-es' AS BLOB), CAST('dub-es/' || n || '.mp4' AS BLOB),
        printf('%064x', n), 'dub', :began + n * 1000,
        CAST(:root || '/done/dub-es/' || n || '.mp4' AS BLOB), :began + n * 1000
    FROM numbers""",
    """INSERT INTO member (source_id, ordinal, role, kind, name, path, digest, size, mtime_ns, dev,
        ino)
    SELECT n, 0, 'clip', 'video', n || '.mp4', CAST('dub-es/' || n || '.mp4' AS BLOB),
        printf('%064x', n), 1000, 1, 1, n
    FROM numbers""",
    """INSERT INTO session (id, source_id, target, state, remote_id, uploaded_by, created_at)
    SELECT n, n, 'es', 'alive', 'session-' || n, 'bytes', :began + n * 1000 FROM numbers""",
    """INSERT INTO job (id, session, stem, skill, prompt, outputs, state, render_id, credits,
        created_at, updated_at)
    SELECT n, n, n, 'multilingual-video-dubbing', 'Dub this video into Spanish.',
        '[[".es.mp4", "video", true]]', CASE n % 4 WHEN 0 THEN 'failed' ELSE 'published' END,
        'render-' || n, 1, :began + n * 1000, :began + n * 1000 + 900
    FROM numbers""",
    """INSERT INTO spend (job_id, session, opened_at, session_id, request_hash, baseline, outcome,
        edit, credits_before, credits_after, settled_at)
    SELECT n, n, :began + n * 1000, 'session-' || n, 'hash', '', 'happened', 'made', 10, 9,
        :began + n * 1000 + 100
    FROM numbers""",
    """INSERT INTO output (job_id, ending, path, size, sha256, published_at)
    SELECT n, '.es.mp4', CAST(:root || '/outbox/dub-es/' || n || '.es.mp4' AS BLOB), 1000,
        printf('%064x', n), :began + n * 1000 + 900
    FROM numbers""",
)
EVENT = """INSERT INTO event (job_id, at, from_state, to_state, reason, attempt, error)
    SELECT n, :began + n * 1000 + :step * 80, :before, :after, '', 0, '' FROM numbers"""


def fill(path: Path, jobs: int, *, watch: str = "/srv/videos", root: str = "/srv") -> None:
    """Make a journal at `path` with this many jobs."""
    with closing(connect(path)) as conn:
        triggers = conn.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall()
        conn.execute("PRAGMA synchronous = OFF")
        conn.execute("PRAGMA foreign_keys = OFF")
        conn.execute("BEGIN")
        for name, _ in triggers:
            conn.execute(f"DROP TRIGGER {name}")
        conn.execute("CREATE TEMP TABLE numbers (n INTEGER PRIMARY KEY)")
        count = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < ?)"
        conn.execute(f"INSERT INTO numbers {count} SELECT n FROM c", (jobs,))
        values = {"watch": watch, "root": root, "began": BEGAN}
        for insert in TABLES:
            conn.execute(insert, values)
        for step, (before, after) in enumerate(zip(["", *STATES], STATES, strict=False)):
            conn.execute(EVENT, {**values, "step": step, "before": before, "after": after})
        conn.execute("DROP TABLE numbers")
        for _, sql in triggers:
            conn.execute(sql)
        conn.execute("COMMIT")
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with path.open("rb") as made:
        os.fsync(made)  # otherwise the first checkpoint afterwards pays for all of it
