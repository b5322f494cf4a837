-- name: first
-- the oldest job, and when it came, that goes on by itself (:states), or that a hold of everybody (:reasons) keeps waiting; from the indexes alone
SELECT id, created_at FROM job WHERE id = (SELECT min(id) FROM (
    SELECT min(id) AS id FROM job WHERE earlier_of IS NULL AND state IN (SELECT value FROM json_each(:states))
    UNION ALL
    SELECT min(id) FROM job WHERE earlier_of IS NULL AND state = 'held' AND reason IN (SELECT value FROM json_each(:reasons))))

-- name: at_least_done
-- so many of the jobs that came after this one are published at least, without counting them: no job is ever deleted, so it is all of
-- them without those that are anything else. Those that a later one replaced pass for published: job_count leaves them out
SELECT max(id) - :id - (SELECT coalesce(sum(n), 0) FROM job_count WHERE state <> 'published') FROM job

-- name: done_since
-- how many were published since a moment, from the index alone; no more than :most are looked for
SELECT count(*) FROM (SELECT 1 FROM job WHERE state = 'published'
    AND state IN ('published', 'failed', 'rejected', 'cancelled') AND updated_at >= :since LIMIT :most)

-- name: turns
-- how long the latest paid turns took, in milliseconds, the shortest first, as far as it is known: a clock may have been set back, and
-- those that began before the daemon did lasted as long as it was not there
SELECT ended - begun AS took FROM (SELECT opened_at AS begun, settled_at AS ended FROM (SELECT * FROM spend ORDER BY id DESC LIMIT :rows)
    WHERE outcome = 'happened' AND settled_at IS NOT NULL LIMIT :most)
WHERE ended >= begun AND NOT (begun < :started AND ended >= :started) ORDER BY took

-- name: renders
-- the same of renders, from the latest rows of the history
SELECT ended - begun AS took FROM (SELECT e.at AS ended, (SELECT max(b.at) FROM event b WHERE b.job_id = e.job_id AND b.id < e.id
        AND b.from_state = 'submitting' AND b.to_state = 'rendering') AS begun
    FROM (SELECT * FROM event ORDER BY id DESC LIMIT :rows) e WHERE e.to_state = 'rendered' LIMIT :most)
WHERE ended >= begun AND NOT (begun < :started AND ended >= :started) ORDER BY took
