-- name: open
-- the intent: committed before the call is sent
INSERT INTO spend (job_id, session, opened_at, session_id, request_hash, baseline, credits_before, replays)
SELECT :job_id, session, :now, :session_id, :request_hash, :baseline, :credits_before, :replays FROM job WHERE id = :job_id RETURNING id

-- name: inherit
-- an edit that another job has paid for: this one owes nothing for it
INSERT INTO spend (job_id, session, opened_at, session_id, request_hash, baseline, outcome, edit, settled_at)
SELECT :job_id, session, :now, '', '', '', 'inherited', 'made', :now FROM job WHERE id = :job_id

-- name: mark
-- for the owner file of the workspace that it is paid for
INSERT INTO fact (key, value) SELECT 'paid ' || src.watch, s.id || ' ' || s.opened_at
FROM spend s JOIN session t ON t.id = s.session JOIN source src ON src.id = t.source_id WHERE s.id = ?
ON CONFLICT (key) DO UPDATE SET value = excluded.value

-- name: newest
-- the latest call that was made, for the mark outside the journal
SELECT id, opened_at FROM spend WHERE outcome <> 'inherited' ORDER BY id DESC LIMIT 1

-- name: is_known
SELECT 1 FROM spend WHERE id = ? AND opened_at = ?

-- name: undecided_call
-- the paid call of this job whose outcome is not known, if any; the unique index allows one
SELECT * FROM spend WHERE job_id = ? AND outcome IN ('open', 'unknown')

-- name: latest
-- the newest call of this instruction
SELECT * FROM spend WHERE job_id = ? ORDER BY id DESC LIMIT 1

-- name: all
-- every call that was made for a job, those of earlier instructions in its place included
SELECT * FROM spend WHERE outcome <> 'inherited'
AND job_id IN (SELECT :job_id UNION ALL SELECT id FROM job WHERE earlier_of = :job_id) ORDER BY id

-- name: is_paid
-- whether this instruction is paid for: its edit is there, or is only not seen yet
SELECT 1 FROM spend WHERE job_id = ? AND edit IN ('made', 'unseen') LIMIT 1

-- name: is_charged
-- whether this instruction may have cost something, whatever became of it
SELECT 1 FROM spend WHERE job_id = ? AND outcome IN ('open', 'unknown', 'happened', 'given up') LIMIT 1

-- name: has_made
-- whether an edit was made by this instruction, and seen
SELECT 1 FROM spend WHERE job_id = ? AND edit = 'made' LIMIT 1

-- name: set_edit
-- what the calls that happened have come to
UPDATE spend SET edit = :edit WHERE job_id = :job_id AND outcome IN ('happened', 'inherited') AND replays IS NULL

-- name: found
UPDATE spend SET outcome = 'happened', edit = 'made' WHERE id = ?

-- name: doubt
UPDATE spend SET outcome = 'unknown', reported = max(reported, :reported) WHERE id = :id

-- name: checked
-- the state of its session was read once more
UPDATE spend SET checks = checks + 1, last_seen = :seen WHERE id = :id

-- name: record_outcome
UPDATE spend SET outcome = :outcome, edit = :edit, credits_after = :credits_after, settled_at = :now WHERE id = :id

-- name: readings
-- every balance that was read around paid calls since a moment, in the order in which it was read
SELECT opened_at AS at, credits_before AS value FROM spend WHERE credits_before IS NOT NULL AND opened_at >= :since
UNION ALL SELECT settled_at, credits_after FROM spend WHERE credits_after IS NOT NULL AND settled_at >= :since
ORDER BY at, value DESC

-- name: unpriced
-- paid calls since a moment whose cost is not known, by skill: under way, open, or without a second balance; `going` are
-- those that will tell it by themselves. A balance that has risen meanwhile hides what a call cost
SELECT j.skill, count(*) AS calls, sum(s.outcome IN ('open', 'unknown') AND j.state = 'instructing') AS going
FROM spend s JOIN job j ON j.id = s.job_id WHERE s.opened_at >= ? AND (s.outcome IN ('open', 'unknown')
    OR (s.outcome IN ('happened', 'given up') AND (s.credits_after IS NULL OR s.credits_before IS NULL
        OR s.credits_after > s.credits_before)))
GROUP BY j.skill

-- name: price
-- what a turn of this skill has cost here lately; `about`: counting those that shared a fall of the balance with others.
-- A turn that seems to have cost nothing says nothing: its charge may only have come late.
SELECT avg(credits) AS typical, max(credits) AS most FROM (
    SELECT credits FROM job WHERE skill = :skill AND credits > 0 AND credits_about <= :about ORDER BY id DESC LIMIT 20)

-- name: every
-- every call that may have cost something, oldest first; where the balance rose meanwhile, nobody knows what it fell before
SELECT opened_at, ifnull(credits_after <= credits_before, 0) AS known FROM spend
WHERE outcome NOT IN ('unsent', 'refused', 'inherited') ORDER BY id
