-- name: insert
INSERT INTO job (session, stem, skill, prompt, outputs, state, reason, back, error_text, is_change, created_at, updated_at)
VALUES (:session, :stem, :skill, :prompt, :outputs, :state, :reason, :back, :why, :is_change, :now, :now) RETURNING id

-- name: by_id
SELECT * FROM instruction WHERE id = ?

-- name: of_source
-- every job that counts of a source, in the order in which they were given
SELECT * FROM instruction WHERE source_id = ? ORDER BY id

-- name: ids_of_source
SELECT id FROM instruction WHERE source_id = ? ORDER BY id

-- name: siblings
-- the others of its source
SELECT * FROM instruction WHERE source_id = ? AND id <> ? ORDER BY id

-- name: list
-- every job with where its source lies, newest last; nearly all are published, so these are found by going through all
SELECT j.*, s.watch, s.folder, s.path, s.task, s.settled, s.retired_to FROM instruction j JOIN source s ON s.id = j.source_id
WHERE :state IN ('', j.state) ORDER BY j.id LIMIT :limit

-- name: list_one
SELECT j.*, s.watch, s.folder, s.path, s.task, s.settled, s.retired_to FROM instruction j JOIN source s ON s.id = j.source_id
WHERE j.id = :id

-- name: list_state
-- jobs in one state, for one reason or any, newest last
SELECT j.*, s.watch, s.folder, s.path, s.task, s.settled, s.retired_to FROM instruction j JOIN source s ON s.id = j.source_id
WHERE j.state = :state AND :reason IN ('', j.reason) ORDER BY j.id LIMIT :limit

-- name: list_newest
-- every job, those first that changed last; the index gives their order
SELECT j.*, s.watch, s.folder, s.path, s.task, s.settled, s.retired_to FROM instruction j JOIN source s ON s.id = j.source_id
ORDER BY j.updated_at DESC, j.id DESC LIMIT :limit

-- name: recent
-- jobs that ended in this way, the latest first; the index gives their order
SELECT j.*, s.watch, s.folder, s.path, s.task, s.settled, s.retired_to FROM instruction j JOIN source s ON s.id = j.source_id
WHERE j.state = :state AND j.state IN ('published', 'failed', 'rejected', 'cancelled') ORDER BY j.updated_at DESC, j.id DESC LIMIT :limit

-- name: not_replaced
-- as recent, without those whose file has been replaced by a newer one of its name: that one counts
SELECT j.*, s.watch, s.folder, s.path, s.task, s.settled, s.retired_to FROM instruction j JOIN source s ON s.id = j.source_id
WHERE j.state = :state AND j.state IN ('published', 'failed', 'rejected', 'cancelled')
AND NOT EXISTS (SELECT * FROM source newer WHERE newer.watch = s.watch AND newer.path = s.path AND newer.id > s.id)
ORDER BY j.updated_at DESC, j.id DESC LIMIT :limit

-- name: in_state
-- jobs in one state, in the order in which they are due; the index gives it
SELECT j.*, s.watch, s.folder, s.path, s.task, s.settled, s.retired_to FROM instruction j JOIN source s ON s.id = j.source_id
WHERE j.state = :state ORDER BY j.due_at, j.id LIMIT :limit

-- name: unfinished_ids
SELECT id FROM job WHERE state IN (SELECT value FROM json_each(:states)) AND earlier_of IS NULL

-- name: counts
-- how many jobs are in each state; triggers count
SELECT state, sum(n) AS n FROM job_count WHERE n > 0 GROUP BY state

-- name: held
-- how many jobs are held for each reason
SELECT reason, n FROM job_count WHERE state = 'held' AND n > 0

-- name: in_states
-- how many jobs are in any of these states (JSON)
SELECT coalesce(sum(n), 0) FROM job_count WHERE state IN (SELECT value FROM json_each(?))

-- name: events
-- the history of a job, oldest first
SELECT at, from_state, to_state, reason, attempt, error FROM event WHERE job_id = ? ORDER BY id

-- name: keep_earlier
-- an instruction whose place a new one takes: it keeps its words, its course and its results under a number of its own
INSERT INTO job (session, earlier_of, stem, skill, prompt, outputs, state, attempt, tries, render_id, render_at, renders, progress,
    result_size, answer, credits, credits_about, error_code, error_text, is_change, created_at, updated_at)
SELECT session, id, stem, skill, prompt, outputs, :state, attempt, tries, render_id, render_at, renders, progress,
    result_size, answer, credits, credits_about, error_code, error_text, is_change, created_at, :now
FROM job WHERE id = :id RETURNING id

-- name: move_calls
-- the paid calls of an instruction go with it
UPDATE spend SET job_id = :earlier WHERE job_id = :id

-- name: move_draft
UPDATE draft SET job_id = :earlier WHERE job_id = :id

-- name: move_outputs
UPDATE output SET job_id = :earlier WHERE job_id = :id

-- name: move_summary
UPDATE turn_summary SET job_id = :earlier WHERE job_id = :id

-- name: conversation
-- every instruction that was given about the same item of a source for the same target as this job's, in order, also
-- those whose place another has taken, each with its session's take
SELECT job.*, session.source_id, session.item, session.target, session.take,
    CASE session.state WHEN 'alive' THEN session.remote_id ELSE '' END AS session_id,
    CASE session.state WHEN 'alive' THEN session.uploaded_by ELSE '' END AS uploaded_by
FROM job JOIN session ON session.id = job.session
JOIN session own ON own.source_id = session.source_id AND own.item = session.item AND own.target = session.target
JOIN job this ON this.session = own.id
WHERE this.id = ? ORDER BY session.take, coalesce(job.earlier_of, job.id), job.earlier_of IS NULL, job.id
