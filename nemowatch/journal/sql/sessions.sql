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

-- name: is_in_use
-- whether the cloud has given this id before: to a session of the same source, to one whose jobs have not ended, or to one in
-- which a paid call is open. What other files had long ago may come again: a stand-in cloud begins anew with each start.
SELECT 1 FROM session mine JOIN session other ON other.source_id = mine.source_id
WHERE mine.id = :id AND other.remote_id = :remote_id
UNION ALL SELECT 1 FROM session other JOIN job ON job.session = other.id
WHERE other.state = 'alive' AND other.remote_id = :remote_id AND job.state NOT IN ('published', 'failed', 'rejected', 'cancelled')
UNION ALL SELECT 1 FROM spend WHERE session_id = :remote_id AND outcome IN ('open', 'unknown')
LIMIT 1

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
-- know: they were given in one that is lost; not those that made a text whose words this or an earlier instruction holds
SELECT b.id, b.prompt FROM job b
WHERE b.session = :session AND b.id <> :job AND (b.id < :job OR b.earlier_of IS NOT NULL)
AND EXISTS (SELECT 1 FROM spend p WHERE p.job_id = b.id AND p.replays IS NULL AND p.edit IN ('made', 'unseen', 'words'))
AND NOT EXISTS (SELECT 1 FROM spend p WHERE p.session = :session AND p.outcome = 'happened' AND p.session_id = :remote_id
    AND (p.replays = b.id OR (p.job_id = b.id AND p.replays IS NULL)))
AND NOT EXISTS (SELECT 1 FROM review r JOIN job d ON d.id = r.dub_job
    WHERE d.session = :session AND d.prompt <> '' AND b.id < d.id AND d.id <= :job)
ORDER BY (SELECT min(p.id) FROM spend p WHERE p.job_id = b.id)

-- name: goes_on_from_edit
-- whether an edit of the session is kept that an instruction goes on from; a text whose words it holds itself is none
SELECT 1 FROM job b JOIN draft ON draft.job_id = b.id
WHERE b.session = :session AND b.id <> :job AND (b.id < :job OR b.earlier_of IS NOT NULL)
AND NOT EXISTS (SELECT 1 FROM review r JOIN job d ON d.id = r.dub_job
    WHERE d.session = :session AND d.prompt <> '' AND b.id < d.id AND d.id <= :job)
LIMIT 1

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

-- name: parts_behind
-- what a folder orders after this job in its session, in order, as long as it has not ended and nothing was sent for it; what
-- is made of a reviewed text is no such part
SELECT j.* FROM instruction j JOIN job b ON b.session = j.session
WHERE b.id = :job AND j.id > b.id AND EXISTS (SELECT 1 FROM job k WHERE k.id = j.id AND k.is_change = 0)
AND j.state NOT IN ('published', 'failed', 'rejected', 'cancelled')
AND NOT EXISTS (SELECT 1 FROM review r WHERE r.dub_job = j.id)
AND NOT EXISTS (SELECT 1 FROM spend p WHERE p.job_id = j.id AND p.outcome IN ('open', 'unknown', 'happened', 'given up', 'inherited'))
ORDER BY j.id

-- name: unmade_before
-- the earlier parts that the folder orders in this job's session and that came to nothing, in order
SELECT b.id FROM job j JOIN job b ON b.session = j.session
WHERE j.id = :job AND b.id < j.id AND b.is_change = 0 AND b.earlier_of IS NULL
AND b.state IN ('failed', 'rejected', 'cancelled')
AND NOT EXISTS (SELECT 1 FROM spend p WHERE p.job_id = b.id AND p.edit = 'made')
ORDER BY b.id

-- name: take_along
-- the parts after a job that is given again in another session go there with it, as long as nothing was sent for them
UPDATE job SET session = :session,
    back = CASE back WHEN 'uploaded' THEN 'claimed' ELSE back END,
    updated_at = :now
WHERE session = :left AND id > :job AND earlier_of IS NULL AND is_change = 0
AND state NOT IN ('published', 'uploading', 'instructing')
AND NOT EXISTS (SELECT 1 FROM review r WHERE r.dub_job = job.id)
AND NOT EXISTS (SELECT 1 FROM spend p WHERE p.job_id = job.id
    AND p.outcome IN ('open', 'unknown', 'happened', 'given up', 'inherited'))

-- name: begin_along
-- those that were taken along begin again: nothing is uploaded there yet
UPDATE job SET state = 'claimed', due_at = 0, updated_at = :now
WHERE session = :session AND id > :job AND earlier_of IS NULL AND state = 'uploaded'
