-- name: slim_jobs
-- words that only history needs; the order stays, for a new take sends it again, and so does an answer that is the result
UPDATE job SET answer = '' WHERE state = 'published' AND updated_at < :before AND answer <> '' AND outputs NOT LIKE '%"text"%'

-- name: jobs_with_events
-- the first and the last of them; each is read from the index alone
SELECT coalesce((SELECT min(job_id) FROM event), 0), coalesce((SELECT max(job_id) FROM event), -1)

-- name: drop_events
DELETE FROM event WHERE job_id IN (
    SELECT id FROM job WHERE id BETWEEN :first AND :last AND state IN ('published', 'failed', 'rejected', 'cancelled') AND updated_at < :before)
