-- name: save_draft
INSERT INTO draft (job_id, draft, saved_at) VALUES (?, ?, ?)
ON CONFLICT (job_id) DO UPDATE SET draft = excluded.draft, saved_at = excluded.saved_at

-- name: draft
SELECT draft FROM draft WHERE job_id = ?

-- name: draft_before
-- what the latest earlier instruction of the same session made; one whose place another has taken counts right before that
SELECT draft.draft FROM draft JOIN job earlier ON earlier.id = draft.job_id JOIN job ON job.session = earlier.session
WHERE job.id = :job AND (coalesce(earlier.earlier_of, earlier.id), earlier.earlier_of IS NULL, earlier.id)
    < (coalesce(job.earlier_of, job.id), job.earlier_of IS NULL, job.id)
ORDER BY coalesce(earlier.earlier_of, earlier.id) DESC, earlier.earlier_of IS NULL DESC, earlier.id DESC LIMIT 1

-- name: is_draft_saved
SELECT 1 FROM draft WHERE job_id = ?

-- name: add_output
INSERT INTO output (job_id, ending, path, size, sha256, published_at) VALUES (?, ?, ?, ?, ?, ?)

-- name: outputs
SELECT ending, path, size, sha256, published_at FROM output WHERE job_id = ? ORDER BY id

-- name: of_output
-- the job that published a result, the latest of them when its name was used again; an earlier instruction has no number of
-- its own for people
SELECT coalesce(job.earlier_of, job.id) AS job_id FROM output JOIN job ON job.id = output.job_id
WHERE output.path = ? ORDER BY output.id DESC LIMIT 1

-- name: former
-- the job that published a result at a path and delivers it again, the latest of them
SELECT coalesce(job.earlier_of, job.id) AS job_id FROM former_output JOIN job ON job.id = former_output.job_id
WHERE former_output.path = ? ORDER BY former_output.job_id DESC LIMIT 1

-- name: was_delivered
SELECT 1 FROM former_output WHERE job_id = ? LIMIT 1

-- name: keep_former
INSERT OR IGNORE INTO former_output (path, job_id) SELECT path, job_id FROM output WHERE job_id = ?

-- name: drop_outputs
DELETE FROM output WHERE job_id = ?

-- name: keep_summary
INSERT INTO turn_summary (job_id, timeline, changes, captions) VALUES (:job_id, :timeline, :changes, :captions)
ON CONFLICT (job_id) DO UPDATE SET timeline = excluded.timeline, changes = excluded.changes, captions = excluded.captions

-- name: summary
SELECT timeline, changes, captions FROM turn_summary WHERE job_id = ?
