-- name: insert
INSERT INTO job (source_id, item, stem, target, skill, prompt, outputs, state, reason, back, created_at, updated_at)
VALUES (:source_id, :item, :stem, :target, :skill, :prompt, :outputs, :state, :reason, :back, :now, :now) RETURNING id

-- name: by_id
SELECT * FROM job WHERE id = ?

-- name: of_source
SELECT * FROM job WHERE source_id = ? ORDER BY id

-- name: due
-- what may run now, first come first served; unpaid jobs of a source that is settling again rest
SELECT j.* FROM job j JOIN source s ON s.id = j.source_id
WHERE j.state = :state AND j.due_at <= :now
AND (s.settled = 1 OR j.state NOT IN ('uploading', 'uploaded') OR EXISTS (SELECT 1 FROM draft d WHERE d.job_id = j.id))
ORDER BY j.due_at, j.id LIMIT :limit

-- name: due_uploads
-- as `due`, but the bytes go up once: of siblings that need the same clips, one goes ahead and the others wait for its cdn_url
SELECT j.* FROM job j JOIN source s ON s.id = j.source_id
WHERE j.state = :state AND j.due_at <= :now
AND (s.settled = 1 OR EXISTS (SELECT 1 FROM draft d WHERE d.job_id = j.id))
AND NOT EXISTS (
    SELECT 1 FROM job b WHERE b.source_id = j.source_id AND b.item = j.item AND b.id <> j.id
    AND (b.state = 'uploading' OR (b.state = 'claimed' AND b.id < j.id AND b.due_at <= :now))
    AND EXISTS (SELECT 1 FROM member m WHERE m.source_id = j.source_id AND m.item = j.item AND m.role = 'clip' AND m.cdn_url = ''))
ORDER BY j.due_at, j.id LIMIT :limit

-- name: next_due
-- asked every few seconds: the states by name, so that the index answers and no row of the many that have ended is read
SELECT min(due_at) FROM job WHERE due_at > :now AND state IN (SELECT value FROM json_each(:states))

-- name: first_due
SELECT id, due_at FROM job WHERE state = :state ORDER BY due_at LIMIT :limit

-- name: counts
SELECT state, count(*) AS n FROM job GROUP BY state

-- name: held
SELECT reason, count(*) AS n FROM job WHERE state = 'held' GROUP BY reason

-- name: in_states
SELECT count(*) FROM job WHERE state IN (SELECT value FROM json_each(?))

-- name: tired
SELECT count(*) FROM job WHERE state IN (SELECT value FROM json_each(:states)) AND due_at > :now
AND tries >= :tries AND updated_at >= :since

-- name: list
-- every job with where its source lies, newest last
SELECT j.*, s.watch, s.folder, s.path, s.task, s.settled, s.retired_to FROM job j JOIN source s ON s.id = j.source_id
WHERE (:state = '' OR j.state = :state) AND (:id = 0 OR j.id = :id) ORDER BY j.id LIMIT :limit

-- name: of_held_reason
SELECT * FROM job WHERE state = 'held' AND reason = ? ORDER BY id

-- name: wake_held
-- every job held for a reason goes on where it stood; an upload or a render request is asked after first, never assumed
UPDATE job SET state = back, reason = CASE WHEN back IN ('uploading', 'submitting') THEN 'checking' ELSE '' END, back = '', due_at = 0, updated_at = :now WHERE state = 'held' AND reason = :reason

-- name: wake_one
UPDATE job SET state = back, reason = CASE WHEN back IN ('uploading', 'submitting') THEN 'checking' ELSE '' END, back = '', due_at = 0, updated_at = :now
WHERE id = :id AND state = 'held'

-- name: wake_batch
UPDATE job SET state = back, reason = CASE WHEN back IN ('uploading', 'submitting') THEN 'checking' ELSE '' END, back = '', due_at = 0, updated_at = :now
WHERE state = 'held' AND reason = 'approval' AND source_id IN (
    SELECT s.id FROM source s WHERE s.batch_id IN (SELECT id FROM batch WHERE approved_at IS NOT NULL) OR s.batch_id IS NULL)

-- name: wake_paused
-- jobs of one folder that were paused, or whose folder was out of the configuration: those may stand anywhere
UPDATE job SET state = back, reason = CASE WHEN back IN ('uploading', 'submitting') THEN 'checking' ELSE '' END, back = '', due_at = 0, updated_at = :now
WHERE state = 'held' AND reason = 'paused' AND source_id IN (
    SELECT id FROM source WHERE watch = :watch AND folder = :folder)

-- name: explain_held
UPDATE job SET error_text = :text WHERE state = 'held' AND reason = :reason AND skill = :skill AND error_text <> :text

-- name: paused_folders
SELECT s.watch, s.folder, count(*) AS n FROM job j JOIN source s ON s.id = j.source_id
WHERE j.state = 'held' AND j.reason = 'paused' GROUP BY s.watch, s.folder

-- name: wake_source
UPDATE job SET due_at = 0, updated_at = :now, session_id = '', uploaded_by = '' WHERE source_id = :source_id AND state = 'claimed'

-- name: reset_unpaid
-- the source changed: whatever of the old content is in the cloud is left behind, and nothing of it is paid for
UPDATE job SET state = 'claimed', session_id = '', uploaded_by = '', reason = '', due_at = 0, updated_at = :now
WHERE source_id = :source_id AND state IN ('uploading', 'uploaded')

-- name: reset_held
UPDATE job SET back = 'claimed', session_id = '', uploaded_by = '', updated_at = :now
WHERE source_id = :source_id AND state = 'held' AND back IN ('claimed', 'uploading', 'uploaded')

-- name: wake_all
-- a person said "now": whatever only waits for its time is due
UPDATE job SET due_at = 0 WHERE due_at > 0 AND state NOT IN ('held', 'attention', 'published', 'cancelled', 'rejected', 'failed', 'instructing', 'rendering')

-- name: shift_due
-- the wall clock was set: what waits for a moment waits for as long as before
UPDATE job SET due_at = max(due_at + :ms, 1) WHERE due_at > 0

-- name: clamp_due
-- no pause of ours is longer than this: what waits beyond it was written under another clock
UPDATE job SET due_at = :latest WHERE due_at > :latest

-- name: events
SELECT at, from_state, to_state, reason, attempt, error FROM event WHERE job_id = ? ORDER BY id

-- name: recent
-- jobs that ended lately, newest first
SELECT j.*, s.watch, s.folder, s.path, s.task, s.settled, s.retired_to FROM job j JOIN source s ON s.id = j.source_id
WHERE j.state IN ('published', 'failed', 'rejected', 'cancelled') ORDER BY j.updated_at DESC LIMIT ?

-- name: unfinished
SELECT j.*, s.watch, s.folder, s.path, s.task, s.settled, s.retired_to FROM job j JOIN source s ON s.id = j.source_id
WHERE j.state NOT IN ('published', 'failed', 'rejected', 'cancelled') ORDER BY j.id LIMIT ?

-- name: save_draft
INSERT INTO draft (job_id, draft, saved_at) VALUES (?, ?, ?)
ON CONFLICT (job_id) DO UPDATE SET draft = excluded.draft, saved_at = excluded.saved_at

-- name: draft
SELECT draft FROM draft WHERE job_id = ?

-- name: drop_draft
DELETE FROM draft WHERE job_id = ?

-- name: add_output
INSERT INTO output (job_id, ending, path, size, sha256, published_at) VALUES (?, ?, ?, ?, ?, ?)

-- name: outputs
SELECT * FROM output WHERE job_id = ? ORDER BY id

-- name: of_output
-- the job that published a result, the latest of them when its name was used again
SELECT job_id FROM output WHERE path = ? ORDER BY id DESC LIMIT 1

-- name: drop_outputs
DELETE FROM output WHERE job_id = ?
