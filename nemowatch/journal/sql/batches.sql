-- name: open_for
-- the batch of a watch that waits for approval; the unique index allows one
SELECT id, watch, cause, expected, created_at FROM batch WHERE watch = ? AND approved_at IS NULL

-- name: waiting
-- every batch that waits for approval, with how many jobs it holds now
SELECT id, watch, cause, expected, created_at, (SELECT count(*) FROM source s JOIN session t ON t.source_id = s.id JOIN job j ON j.session = t.id
    WHERE s.batch_id = b.id AND j.state = 'held' AND j.reason = 'approval') AS waiting
FROM batch b WHERE approved_at IS NULL ORDER BY id

-- name: begin
INSERT INTO batch (watch, cause, expected, created_at) VALUES (:watch, :cause, :expected, :now) RETURNING id

-- name: grow
UPDATE batch SET expected = expected + :more WHERE id = :id

-- name: is_unapproved
-- whether what is made of this source still waits for a person's yes
SELECT 1 FROM source s JOIN batch b ON b.id = s.batch_id WHERE s.id = ? AND b.approved_at IS NULL

-- name: unpaid
-- what this journal takes for unpaid and would pay for, by source; what a person is asked about already stays as it is
SELECT s.id, s.watch, count(*) AS n FROM instruction j JOIN source s ON s.id = j.source_id
WHERE (j.state IN ('claimed', 'uploading', 'uploaded')
    OR (j.state = 'held' AND j.reason NOT IN ('approval', 'conflict') AND j.back IN ('claimed', 'uploading', 'uploaded')))
AND NOT EXISTS (SELECT 1 FROM spend p WHERE p.job_id = j.id AND p.edit IN ('made', 'unseen'))
GROUP BY s.id

-- name: join
UPDATE source SET batch_id = :batch WHERE id = :source

-- name: hold_unpaid
-- from the start, in a session of their own: the old one may hold an edit that was paid for after the backup
UPDATE job AS j SET state = 'held', reason = 'approval', checking = 0, back = 'claimed', due_at = 0, error_text = '',
    updated_at = :now
WHERE session IN (SELECT id FROM session WHERE source_id = :source) AND (j.state IN ('claimed', 'uploading', 'uploaded')
    OR (j.state = 'held' AND j.reason NOT IN ('approval', 'conflict') AND j.back IN ('claimed', 'uploading', 'uploaded')))
AND NOT EXISTS (SELECT 1 FROM spend p WHERE p.job_id = j.id AND p.edit IN ('made', 'unseen'))

-- name: of_source
SELECT batch_id FROM source WHERE id = ?

-- name: set_cause
UPDATE batch SET cause = :cause WHERE id = :id

-- name: close_empty
-- a batch of which nothing waits any more asks nobody
UPDATE batch SET approved_at = :now WHERE id = :id AND approved_at IS NULL AND expected <= 0
AND NOT EXISTS (SELECT 1 FROM instruction j JOIN source s ON s.id = j.source_id
    WHERE s.batch_id = :id AND j.state = 'held' AND j.reason = 'approval')

-- name: approve
UPDATE batch SET approved_at = :now WHERE approved_at IS NULL AND (:watch = '' OR watch = :watch)

-- name: held_jobs
-- the jobs of a watch that wait for approval and have not begun, each with its source's path
SELECT j.id, s.path FROM instruction j JOIN source s ON s.id = j.source_id
WHERE j.state = 'held' AND j.reason = 'approval' AND j.back = 'claimed' AND s.watch = ?

-- name: held
-- what waits for approval in an inbox, by skill
SELECT j.skill, count(*) AS jobs, count(DISTINCT j.source_id) AS files
FROM instruction j JOIN source s ON s.id = j.source_id
WHERE j.state = 'held' AND j.reason = 'approval' AND s.watch = ?
GROUP BY j.skill
