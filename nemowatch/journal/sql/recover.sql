-- name: wait_for_turns
-- a turn that was under way may still be: the first read of its session comes after the first pause
UPDATE job SET due_at = :due WHERE state = 'instructing' AND id IN (SELECT job_id FROM spend WHERE outcome = 'open' AND outcome IN ('open', 'unknown'))

-- name: doubt_calls
-- at start no call can be under way (what is said twice has the index of open calls answer): an open one was sent by a process that is gone, or about to be
UPDATE spend SET outcome = 'unknown' WHERE outcome = 'open' AND outcome IN ('open', 'unknown')

-- name: doubt_jobs
-- whatever was under way may have happened: its stage asks before it acts
UPDATE job SET checking = 1 WHERE state IN ('uploading', 'instructing', 'submitting') AND checking = 0
