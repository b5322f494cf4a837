-- name: put
-- a hold begins, or goes on with other words; one that was over is a refusal after the first
INSERT INTO hold (reason, text, since, seen, tried_at) VALUES (:reason, :text, :now, :seen, :now)
ON CONFLICT (reason) DO UPDATE SET text = :text, seen = CASE
    WHEN seen IS NULL OR :seen IS NULL THEN coalesce(seen, :seen) ELSE max(seen, :seen) END

-- name: refused
-- the job that tried was refused, or one after the hold was over: the next pause is longer
UPDATE hold SET tries = tries + 1, tried_at = :now, trial = NULL, since = CASE over WHEN 1 THEN :now ELSE since END, over = 0
WHERE reason = :reason AND (over = 1 OR trial = :job)

-- name: observed
-- what the account shows at the first check after a refusal
UPDATE hold SET seen = coalesce(seen, :seen), account = CASE account WHEN '' THEN :account ELSE account END
WHERE reason = :reason

-- name: begin_trial
UPDATE hold SET trial = :job, tried_at = :now WHERE reason = :reason

-- name: end_trial
-- its job has come to something else: the same pause again
UPDATE hold SET trial = NULL, tried_at = :now WHERE reason = :reason

-- name: afresh
-- it would be known if it were over: no pause is needed
UPDATE hold SET tries = 0 WHERE reason = :reason

-- name: rest
-- it seems over, and is remembered until a job gets through
UPDATE hold SET over = 1, trial = NULL WHERE reason = :reason

-- name: forget
-- a job got through: what was only remembered is over
DELETE FROM hold WHERE over = 1

-- name: drop
DELETE FROM hold WHERE reason = ?

-- name: active
SELECT * FROM hold WHERE over = 0 ORDER BY since

-- name: conflict_copies
-- sources of a watch that are in the inbox and wait because a sync client made them
SELECT DISTINCT s.folder, s.path FROM job j JOIN session t ON t.id = j.session JOIN source s ON s.id = t.source_id
WHERE j.state = 'held' AND j.reason = 'conflict' AND j.earlier_of IS NULL AND s.watch = ? AND s.retired_at IS NULL ORDER BY s.path
