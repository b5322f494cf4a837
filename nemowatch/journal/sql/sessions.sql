-- name: begin
-- a new conversation about one item of a source; the next take of it when there was one before
INSERT INTO session (source_id, item, target, take, created_at)
SELECT :source_id, :item, :target,
    1 + coalesce((SELECT max(take) FROM session WHERE source_id = :source_id AND item = :item AND target = :target), 0), :now
RETURNING id

-- name: by_id
SELECT * FROM session WHERE id = ?

-- name: opened
-- the cloud has made it, with nothing in it yet
UPDATE session SET state = 'alive', remote_id = :remote_id, uploaded_by = '' WHERE id = :id

-- name: uploaded
-- it holds every clip
UPDATE session SET uploaded_by = :by WHERE id = :id

-- name: lost
-- the cloud has lost it, or it is left behind: what comes needs another one
UPDATE session SET state = 'lost', uploaded_by = '', rebuild = 0 WHERE id = :id AND state = 'alive'

-- name: rebuild
-- its earlier instructions may be carried out again, in its next conversation
UPDATE session SET rebuild = 1 WHERE id = :id

-- name: missing
-- earlier instructions of the session that were carried out, or answered, and that its conversation in the cloud does not
-- know: they were given in one that is lost
SELECT b.id, b.prompt FROM job b
WHERE b.session = :session AND b.id <> :job AND (b.id < :job OR b.earlier_of IS NOT NULL)
AND EXISTS (SELECT 1 FROM spend p WHERE p.job_id = b.id AND p.replays IS NULL AND p.edit IN ('made', 'unseen', 'words'))
AND NOT EXISTS (SELECT 1 FROM spend p WHERE p.session = :session AND p.outcome = 'happened' AND p.session_id = :remote_id
    AND (p.replays = b.id OR (p.job_id = b.id AND p.replays IS NULL)))
ORDER BY (SELECT min(p.id) FROM spend p WHERE p.job_id = b.id)

-- name: leave_unpaid
-- the sessions of a source whose jobs stand before their paid turn are left behind
UPDATE session SET state = 'lost', uploaded_by = '', rebuild = 0 WHERE state = 'alive' AND source_id = :source_id
AND EXISTS (SELECT 1 FROM job WHERE job.session = session.id AND job.earlier_of IS NULL
    AND CASE job.state WHEN 'held' THEN job.back ELSE job.state END IN ('claimed', 'uploading', 'uploaded'))
AND NOT EXISTS (SELECT 1 FROM job JOIN spend ON spend.job_id = job.id
    WHERE job.session = session.id AND spend.edit IN ('made', 'unseen'))

-- name: is_later_turn
-- whether an earlier instruction of this session was carried out, or answered: what it concerns is in the session
SELECT 1 FROM job b JOIN spend p ON p.job_id = b.id
WHERE b.session = :session AND b.id <> :job AND (b.id < :job OR b.earlier_of IS NOT NULL)
AND p.edit IN ('made', 'unseen', 'words') LIMIT 1

-- name: goes_on
-- whether it is not the first instruction of its session
SELECT 1 FROM job b WHERE b.session = :session AND b.id <> :job AND (b.id < :job OR b.earlier_of IS NOT NULL) LIMIT 1

-- name: is_change
SELECT is_change FROM job WHERE id = ?

-- name: versions
-- how many earlier instructions of the session have results of each ending
SELECT o.ending, count(DISTINCT b.id) AS n FROM job b JOIN output o ON o.job_id = b.id
WHERE b.session = :session AND b.id <> :job AND (b.id < :job OR b.earlier_of IS NOT NULL) GROUP BY o.ending
