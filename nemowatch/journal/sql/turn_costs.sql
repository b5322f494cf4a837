-- name: one
SELECT id, job_id, opened_at, settled_at, credits_before, credits_after FROM spend WHERE id = ?

-- name: around
-- the calls that may have cost something, began within a span around a moment and were not over before another, in order
SELECT id, job_id, opened_at, settled_at, credits_before, credits_after FROM spend
WHERE opened_at BETWEEN max(:since - :longest, :at - :span) AND :at + :span AND ifnull(settled_at, :since) >= :since
AND outcome NOT IN ('unsent', 'refused', 'inherited') ORDER BY opened_at, id

-- name: set
-- the cost of a job is that of its latest call
UPDATE job SET credits = :credits, credits_about = :about WHERE id = (SELECT job_id FROM spend WHERE id = :spend)
AND NOT EXISTS (SELECT 1 FROM spend later, spend this WHERE this.id = :spend AND later.job_id = this.job_id AND later.id > this.id
    AND later.outcome NOT IN ('unsent', 'refused', 'inherited'))
AND (credits IS NOT :credits OR credits_about <> :about)
