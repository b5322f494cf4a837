-- name: open
INSERT INTO spend (job_id, opened_at, session_id, request_hash, baseline, credits_before)
VALUES (:job_id, :now, :session_id, :request_hash, :baseline, :credits_before) RETURNING id

-- name: mark
-- for the owner file of the workspace that it is paid for
INSERT INTO fact (key, value) SELECT 'paid ' || src.watch, s.id || ' ' || s.opened_at
FROM spend s JOIN job j ON j.id = s.job_id JOIN source src ON src.id = j.source_id WHERE s.id = ?
ON CONFLICT (key) DO UPDATE SET value = excluded.value

-- name: newest
SELECT id, opened_at FROM spend ORDER BY id DESC LIMIT 1

-- name: is_known
SELECT 1 FROM spend WHERE id = ? AND opened_at = ?

-- name: unsettled
-- the paid call of this job whose outcome is not known, if any; the unique index allows one
SELECT * FROM spend WHERE job_id = ? AND outcome IN ('open', 'unknown')

-- name: latest
SELECT * FROM spend WHERE job_id = ? ORDER BY id DESC LIMIT 1

-- name: all
SELECT * FROM spend WHERE job_id = ? ORDER BY id

-- name: doubt
UPDATE spend SET outcome = 'unknown' WHERE id = ?

-- name: looked
UPDATE spend SET checks = checks + 1, last_seen = :seen WHERE id = :id

-- name: settle
UPDATE spend SET outcome = :outcome, credits_after = :credits_after, settled_at = :now WHERE id = :id

-- name: overlapping
-- other paid calls that were under way between two moments: the balance's difference is then only "about"
SELECT count(*) FROM spend WHERE id <> :id AND opened_at <= :until AND coalesce(settled_at, :until) >= :since
AND outcome NOT IN ('unsent', 'refused')

-- name: readings
-- every balance that was read around paid calls since a moment, in the order in which it was read
SELECT opened_at AS at, credits_before AS value FROM spend WHERE credits_before IS NOT NULL AND opened_at >= :since
UNION ALL SELECT settled_at, credits_after FROM spend WHERE credits_after IS NOT NULL AND settled_at >= :since
ORDER BY at, value DESC

-- name: unpriced
-- paid calls since a moment whose cost is not known, by skill: under way, open, or without a second balance; `going` are
-- those that will tell it by themselves
SELECT j.skill, count(*) AS calls, sum(s.outcome IN ('open', 'unknown') AND j.state = 'instructing') AS going
FROM spend s JOIN job j ON j.id = s.job_id WHERE s.opened_at >= ? AND (s.outcome IN ('open', 'unknown')
    OR (s.outcome IN ('happened', 'given up') AND (s.credits_after IS NULL OR s.credits_before IS NULL)))
GROUP BY j.skill

-- name: price
-- what a turn of this skill has cost here lately; `about`: counting those that shared a fall of the balance with others.
-- A turn that seems to have cost nothing says nothing: its charge may only have come late.
SELECT avg(credits) AS typical, max(credits) AS most FROM (
    SELECT credits FROM job WHERE skill = :skill AND credits > 0 AND credits_about <= :about ORDER BY id DESC LIMIT 20)

-- name: every
SELECT opened_at, credits_before IS NOT NULL AND credits_after IS NOT NULL AS known FROM spend
WHERE outcome NOT IN ('unsent', 'refused') ORDER BY id
