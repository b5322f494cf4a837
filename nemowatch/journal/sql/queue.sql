-- name: due
-- what may run now, in the order of the places, in which folders take turns; unpaid jobs of a source that is settling again rest,
-- and so does a job as long as an earlier one of its session has not ended. The plus leaves the index to the order
SELECT j.* FROM instruction j JOIN source s ON s.id = j.source_id
WHERE j.state = :state AND +j.due_at <= :now AND (NOT :fresh OR j.attempt + j.tries = 0)
AND j.id NOT IN (SELECT value FROM json_each(:skipped))
AND (s.settled = 1 OR j.state NOT IN ('uploading', 'uploaded')
    OR EXISTS (SELECT 1 FROM spend p WHERE p.job_id = j.id AND p.edit IN ('made', 'unseen')))
AND (j.state <> 'uploaded'
    OR EXISTS (SELECT 1 FROM spend p WHERE p.job_id = j.id AND p.edit IN ('made', 'unseen'))
    OR NOT EXISTS (
        SELECT 1 FROM job b WHERE b.session = j.session AND b.id <> j.id AND b.earlier_of IS NULL
        AND (b.state IN ('uploading', 'instructing')
            OR (b.id < j.id AND b.state NOT IN ('published', 'failed', 'rejected', 'cancelled'))
            OR EXISTS (SELECT 1 FROM spend o WHERE o.job_id = b.id AND o.outcome IN ('open', 'unknown')))))
ORDER BY j.place, j.id LIMIT :limit

-- name: due_uploads
-- as `due`, but the bytes go up once: of siblings that need the same clips, one goes ahead and the others wait for its cdn_url;
-- CROSS JOIN: from the few sessions of the source to their jobs, never through all that are due
SELECT j.* FROM instruction j JOIN source s ON s.id = j.source_id
WHERE j.state = :state AND +j.due_at <= :now AND (NOT :fresh OR j.attempt + j.tries = 0)
AND j.id NOT IN (SELECT value FROM json_each(:skipped))
AND (s.settled = 1 OR EXISTS (SELECT 1 FROM spend p WHERE p.job_id = j.id AND p.edit IN ('made', 'unseen')))
AND NOT EXISTS (
    SELECT 1 FROM job b WHERE b.session = j.session AND b.id <> j.id AND b.earlier_of IS NULL
    AND (b.state IN ('uploading', 'instructing')
        OR (b.id < j.id AND b.state NOT IN ('published', 'failed', 'rejected', 'cancelled')
            AND NOT EXISTS (SELECT 1 FROM spend p WHERE p.job_id = j.id AND p.edit IN ('made', 'unseen')))
        OR EXISTS (SELECT 1 FROM spend o WHERE o.job_id = b.id AND o.outcome IN ('open', 'unknown'))))
AND NOT EXISTS (
    SELECT 1 FROM session t CROSS JOIN job b ON b.session = t.id
    WHERE t.source_id = j.source_id AND t.item = j.item AND b.id <> j.id
    AND (b.state = 'uploading' OR (b.state = 'claimed' AND b.id < j.id AND b.due_at <= :now))
    AND EXISTS (SELECT 1 FROM member m WHERE m.source_id = j.source_id AND m.item = j.item AND m.role = 'clip' AND m.cdn_url = ''))
ORDER BY j.place, j.id LIMIT :limit

-- name: due_polls
-- renders that are to be polled, those first that are longest due: one look takes nothing from another
SELECT * FROM instruction WHERE state = :state AND due_at <= :now AND (NOT :fresh OR attempt + tries = 0)
AND id NOT IN (SELECT value FROM json_each(:skipped))
ORDER BY due_at, id LIMIT :limit

-- name: next_due
-- asked every few seconds: the states by name, so that the index answers and no row of the many that have ended is read
SELECT min(due_at) FROM job WHERE due_at > :now AND state IN (SELECT value FROM json_each(:states))

-- name: first_due
SELECT id, due_at FROM job WHERE state = :state ORDER BY due_at LIMIT :limit

-- name: count_long_retries
-- jobs that have failed so many times in a way that may go on without end, and wait for the next try
SELECT count(*) FROM job WHERE state IN (SELECT value FROM json_each(:states)) AND due_at > :now
AND tries >= :tries AND updated_at >= :since

-- name: behind_waiting
-- jobs that rest until one of their session has ended that waits for a person or a time: an earlier one, or one whose call is in doubt
SELECT j.id FROM job j WHERE j.state IN (SELECT value FROM json_each(:states))
AND EXISTS (
    SELECT 1 FROM job b WHERE b.session = j.session AND b.id <> j.id AND b.earlier_of IS NULL AND b.state IN ('attention', 'held')
    AND (b.id < j.id OR EXISTS (SELECT 1 FROM spend o WHERE o.job_id = b.id AND o.outcome IN ('open', 'unknown'))))
AND NOT EXISTS (SELECT 1 FROM spend p WHERE p.job_id = j.id AND p.edit IN ('made', 'unseen'))

-- name: behind_ended
-- jobs that rest although all before them have ended, since nobody knows what became of the paid call of one that has
SELECT j.id AS job, b.id AS ended FROM spend o JOIN job b ON b.id = o.job_id JOIN job j ON j.session = b.session
WHERE o.outcome IN ('open', 'unknown') AND b.earlier_of IS NULL AND b.state IN ('published', 'failed', 'rejected', 'cancelled')
AND j.id <> b.id AND j.earlier_of IS NULL AND (j.state = 'claimed'
    OR (j.state = 'uploaded' AND NOT EXISTS (SELECT 1 FROM spend p WHERE p.job_id = j.id AND p.edit IN ('made', 'unseen'))))

-- name: newest
SELECT coalesce(max(id), 0) FROM job

-- name: of_held_reason
-- the jobs that are held for one reason, oldest first
SELECT * FROM instruction WHERE state = 'held' AND reason = ? ORDER BY id

-- name: wake_held
-- every job held for a reason goes on where it stood; an upload or a render request is asked after first, never assumed
UPDATE job SET state = back, reason = '', error_text = '', checking = back IN ('uploading', 'submitting'), back = '', due_at = 0,
    updated_at = :now
WHERE state = 'held' AND reason = :reason

-- name: wake_one
-- one held job goes on where it stood
UPDATE job SET state = back, reason = '', error_text = '', checking = back IN ('uploading', 'submitting'), back = '', due_at = 0,
    updated_at = :now
WHERE id = :id AND state = 'held'

-- name: wake_batch
-- jobs that waited for an approval that was given, or whose batch is no more
UPDATE job SET state = back, reason = '', error_text = '', checking = back IN ('uploading', 'submitting'), back = '', due_at = 0,
    updated_at = :now
WHERE state = 'held' AND reason = 'approval' AND EXISTS (
    SELECT 1 FROM session t JOIN source s ON s.id = t.source_id LEFT JOIN batch b ON b.id = s.batch_id
    WHERE t.id = job.session AND (b.id IS NULL OR b.approved_at IS NOT NULL))

-- name: wake_paused
-- jobs of one folder that were paused, or whose folder was out of the configuration: those may stand anywhere
UPDATE job SET state = back, reason = '', error_text = '', checking = back IN ('uploading', 'submitting'), back = '', due_at = 0,
    updated_at = :now
WHERE state = 'held' AND reason = 'paused' AND session IN (
    SELECT t.id FROM session t JOIN source s ON s.id = t.source_id WHERE s.watch = :watch AND s.folder = :folder)

-- name: wake_paused_source
UPDATE job SET state = back, reason = '', error_text = '', checking = back IN ('uploading', 'submitting'), back = '', due_at = 0,
    updated_at = :now
WHERE state = 'held' AND reason = 'paused' AND session IN (SELECT id FROM session WHERE source_id = :source_id)

-- name: wake_below_pause
-- unpaid jobs that a hold of the account stops, of sources in a folder (from its first path to before :end) that is paused by now
UPDATE job SET state = back, reason = '', error_text = '', checking = back IN ('uploading', 'submitting'), back = '', due_at = 0,
    updated_at = :now
WHERE state = 'held' AND reason IN (SELECT value FROM json_each(:reasons)) AND back IN ('claimed', 'uploading', 'uploaded')
AND session IN (SELECT t.id FROM session t JOIN source s ON s.id = t.source_id
    WHERE s.watch = :watch AND s.path >= :first AND s.path < :end)
AND NOT EXISTS (SELECT 1 FROM spend p WHERE p.job_id = job.id AND p.edit IN ('made', 'unseen'))

-- name: explain_held
-- what is held for a reason says why, as it stands now
UPDATE job SET error_text = :text WHERE state = 'held' AND reason = :reason AND skill = :skill AND error_text <> :text

-- name: explain_paused
-- the paused jobs of one folder say what holds them now
UPDATE job SET error_text = :text WHERE state = 'held' AND reason = 'paused' AND error_text <> :text AND session IN (
    SELECT t.id FROM session t JOIN source s ON s.id = t.source_id WHERE s.watch = :watch AND s.folder = :folder)

-- name: explain_paused_source
UPDATE job SET error_text = :text WHERE state = 'held' AND reason = 'paused' AND error_text <> :text
AND session IN (SELECT id FROM session WHERE source_id = :source_id)

-- name: explain_all_paused
UPDATE job SET error_text = :text WHERE state = 'held' AND reason = 'paused' AND error_text <> :text

-- name: paused_folders
-- the folders with jobs that are paused, and how many these are
SELECT s.watch, s.folder, count(*) AS n FROM instruction j JOIN source s ON s.id = j.source_id
WHERE j.state = 'held' AND j.reason = 'paused' GROUP BY s.watch, s.folder

-- name: undeliverable_folders
-- the folders with jobs whose results could not be stored, and why
SELECT s.watch, s.folder, max(j.error_text) AS why FROM instruction j JOIN source s ON s.id = j.source_id
WHERE j.state = 'held' AND j.reason = 'outbox' GROUP BY s.watch, s.folder

-- name: paused_sources
SELECT s.id, s.path, count(*) AS n FROM instruction j JOIN source s ON s.id = j.source_id
WHERE j.state = 'held' AND j.reason = 'paused' AND s.watch = :watch AND s.folder = :folder GROUP BY s.id

-- name: wake_source
-- the claimed jobs of a source are due now
UPDATE job SET due_at = 0, updated_at = :now
WHERE state = 'claimed' AND session IN (SELECT id FROM session WHERE source_id = :source_id)

-- name: reset_unpaid
-- the source changed: whatever of the old content is in the cloud is left behind, and nothing of it is paid for
UPDATE job SET state = 'claimed', reason = '', checking = 0, due_at = 0, updated_at = :now
WHERE state IN ('uploading', 'uploaded') AND session IN (SELECT id FROM session WHERE source_id = :source_id)

-- name: reset_held
UPDATE job SET back = 'claimed', updated_at = :now
WHERE state = 'held' AND back IN ('claimed', 'uploading', 'uploaded')
AND session IN (SELECT id FROM session WHERE source_id = :source_id)

-- name: wake_all
-- a person said "now": whatever only waits for its time is due
UPDATE job SET due_at = 0 WHERE due_at > 0 AND state IN (SELECT value FROM json_each(:states))

-- name: shift_due
-- the wall clock was set: what waits for a moment waits for as long as before
UPDATE job SET due_at = max(due_at + :ms, 1) WHERE due_at > 0 AND state IN (SELECT value FROM json_each(:states))

-- name: clamp_due
-- no pause of ours is longer than this: what waits beyond it was written under another clock
UPDATE job SET due_at = :latest WHERE due_at > :latest AND state IN (SELECT value FROM json_each(:states))
