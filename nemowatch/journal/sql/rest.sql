-- name: inbox
SELECT * FROM inbox WHERE watch = ?

-- name: inbox_new
INSERT INTO inbox (watch, first_seen, last_seen) VALUES (:watch, :now, :now)

-- name: inbox_seen
UPDATE inbox SET last_seen = :now WHERE watch = :watch

-- name: inbox_scanned
UPDATE inbox SET scanned = 1 WHERE watch = ?

-- name: batch_open
SELECT * FROM batch WHERE watch = ? AND approved_at IS NULL

-- name: batches_open
SELECT b.*, (SELECT count(*) FROM job j JOIN source s ON s.id = j.source_id WHERE s.batch_id = b.id AND j.state = 'held' AND j.reason = 'approval') AS waiting
FROM batch b WHERE approved_at IS NULL ORDER BY id

-- name: batch_begin
INSERT INTO batch (watch, cause, expected, created_at) VALUES (:watch, :cause, :expected, :now) RETURNING id

-- name: batch_grow
UPDATE batch SET expected = expected + :more WHERE id = :id

-- name: unpaid
-- what this journal takes for unpaid and would pay for, by source; what a person is asked about already stays as it is
SELECT s.id, s.watch, count(*) AS n FROM job j JOIN source s ON s.id = j.source_id
WHERE (j.state IN ('claimed', 'uploading', 'uploaded')
    OR (j.state = 'held' AND j.reason NOT IN ('approval', 'conflict') AND j.back IN ('claimed', 'uploading', 'uploaded')))
AND NOT EXISTS (SELECT 1 FROM draft d WHERE d.job_id = j.id)
GROUP BY s.id

-- name: batch_join
UPDATE source SET batch_id = :batch WHERE id = :source

-- name: hold_unpaid
-- from the start, in a session of their own: the old one may hold an edit that was paid for after the backup
UPDATE job AS j SET state = 'held', reason = 'approval', back = 'claimed', session_id = '', uploaded_by = '', due_at = 0,
    error_text = '', updated_at = :now
WHERE source_id = :source AND (j.state IN ('claimed', 'uploading', 'uploaded')
    OR (j.state = 'held' AND j.reason NOT IN ('approval', 'conflict') AND j.back IN ('claimed', 'uploading', 'uploaded')))
AND NOT EXISTS (SELECT 1 FROM draft d WHERE d.job_id = j.id)

-- name: batch_of
SELECT batch_id FROM source WHERE id = ?

-- name: batch_cause
UPDATE batch SET cause = :cause WHERE id = :id

-- name: batch_close_empty
UPDATE batch SET approved_at = :now WHERE id = :id AND approved_at IS NULL AND expected <= 0
AND NOT EXISTS (SELECT 1 FROM job j JOIN source s ON s.id = j.source_id WHERE s.batch_id = :id AND j.state = 'held' AND j.reason = 'approval')

-- name: batch_approve
UPDATE batch SET approved_at = :now WHERE approved_at IS NULL AND (:watch = '' OR watch = :watch)

-- name: note_put
INSERT INTO note (path, text, written_at) VALUES (:path, :text, :now) ON CONFLICT (path) DO UPDATE SET text = :text, written_at = :now

-- name: note_drop
DELETE FROM note WHERE path = ?

-- name: notes
SELECT path, text FROM note

-- name: note_at
SELECT text FROM note WHERE path = ?

-- name: notes_due
SELECT d.source_id, d.change FROM note_due d JOIN source s ON s.id = d.source_id
WHERE s.watch = :watch ORDER BY d.source_id <= :after, d.source_id LIMIT :limit

-- name: note_due_for
SELECT source_id, change FROM note_due WHERE source_id = ?

-- name: all_due
SELECT d.source_id, s.watch FROM note_due d JOIN source s ON s.id = d.source_id

-- name: note_in_line
DELETE FROM note_due WHERE source_id = :source_id AND change = :change

-- name: fact_get
SELECT value FROM fact WHERE key = ?

-- name: fact_put
INSERT INTO fact (key, value) VALUES (:key, :value) ON CONFLICT (key) DO UPDATE SET value = :value

-- name: hold_put
INSERT INTO hold (reason, text, since, seen) VALUES (:reason, :text, :now, :seen) ON CONFLICT (reason) DO UPDATE SET text = :text

-- name: hold_drop
DELETE FROM hold WHERE reason = ?

-- name: holds
SELECT * FROM hold ORDER BY since

-- name: held_by_batch
SELECT j.id, s.path FROM job j JOIN source s ON s.id = j.source_id
WHERE j.state = 'held' AND j.reason = 'approval' AND j.back = 'claimed' AND s.watch = ?

-- name: batch_held
SELECT job.skill, count(*) AS jobs, count(DISTINCT job.source_id) AS files
FROM job JOIN source ON source.id = job.source_id
WHERE job.state = 'held' AND job.reason = 'approval' AND source.watch = ?
GROUP BY job.skill
