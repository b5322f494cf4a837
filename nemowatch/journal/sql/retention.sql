-- name: slim_jobs
-- words that only history needs; a failed job keeps its prompt, for it may still be tried again
UPDATE job SET answer = '', prompt = '' WHERE state = 'published' AND updated_at < :before AND (answer <> '' OR prompt <> '')

-- name: drop_events
DELETE FROM event WHERE job_id IN (
    SELECT id FROM job WHERE state IN ('published', 'failed', 'rejected', 'cancelled') AND updated_at < :before)
