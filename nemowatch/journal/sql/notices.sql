-- name: clear_due
DELETE FROM notify_due

-- name: clear_jobs
DELETE FROM notify_job

-- name: clear_told
DELETE FROM notify_told

-- name: clear_rounds
DELETE FROM round

-- name: clear_notices
DELETE FROM notice

-- name: join_open
-- what has not ended when somebody is first to be told
INSERT INTO joins_round (job_id, session, at) SELECT id, session, created_at FROM instruction
WHERE state NOT IN ('published', 'failed', 'rejected', 'cancelled')

-- name: asking_now
INSERT INTO notify_job (job_id) SELECT id FROM instruction WHERE state = 'attention' OR (state = 'held' AND reason = 'conflict')

-- name: due_now
-- and what stops work, or waits for approval, then
INSERT INTO notify_due (subject)
SELECT 'hold ' || reason FROM hold WHERE over = 0
UNION SELECT 'hold ' || reason FROM job WHERE state = 'held' AND reason IN ('cap', 'outbox') AND earlier_of IS NULL
UNION SELECT 'batch ' || id FROM batch WHERE approved_at IS NULL
UNION SELECT 'jobs' FROM notify_job

-- name: subjects
SELECT subject, due_at FROM notify_due

-- name: make_due
INSERT INTO notify_due (subject, due_at) VALUES (:subject, :due) ON CONFLICT DO NOTHING

-- name: set_due
UPDATE notify_due SET due_at = :due WHERE subject = :subject

-- name: settle
DELETE FROM notify_due WHERE subject = ?

-- name: told_at
SELECT at FROM notify_told WHERE subject = ?

-- name: tell
INSERT INTO notify_told (subject, at) VALUES (:subject, :now) ON CONFLICT DO UPDATE SET at = excluded.at

-- name: told_of
-- what was told of several things of one kind: their subjects have one beginning
SELECT subject FROM notify_told WHERE subject >= :first AND subject < :behind

-- name: untell
DELETE FROM notify_told WHERE subject = ?

-- name: hold
SELECT text, since FROM hold WHERE reason = ? AND over = 0

-- name: held_jobs
-- how many jobs are held for a reason, why, and since when
SELECT count(*) AS jobs, max(error_text) AS text, min(updated_at) AS since FROM job
WHERE state = 'held' AND reason = ? AND earlier_of IS NULL

-- name: jobs
-- those that ask or have failed, and of which nobody was told
SELECT j.*, s.watch, s.folder, s.path, s.task, s.settled, s.retired_to
FROM notify_job q CROSS JOIN instruction j ON j.id = q.job_id JOIN source s ON s.id = j.source_id ORDER BY j.id

-- name: jobs_told
DELETE FROM notify_job

-- name: round
SELECT * FROM round WHERE id = ? AND told = 0

-- name: round_is_open
SELECT 1 FROM round_job WHERE round = ? AND open = 1

-- name: round_told
UPDATE round SET told = 1 WHERE id = ?

-- name: round_states
SELECT j.state, count(*) AS n FROM round_job m JOIN job j ON j.id = m.job_id WHERE m.round = ? GROUP BY j.state

-- name: round_files
SELECT count(DISTINCT n.source_id) FROM round_job m JOIN job j ON j.id = m.job_id JOIN session n ON n.id = j.session WHERE m.round = ?

-- name: round_cost
-- what was paid for since it began, takes and answers of before included
SELECT sum(j.credits) AS credits, max(j.credits_about) AS about, sum(j.credits IS NULL) AS unknown
FROM round_job m JOIN round r ON r.id = m.round JOIN job j ON j.id = m.job_id OR j.earlier_of = m.job_id
WHERE m.round = ? AND EXISTS (
    SELECT 1 FROM spend p WHERE p.job_id = j.id AND p.outcome = 'happened' AND p.opened_at >= r.begun_at)

-- name: round_jobs
SELECT j.*, s.watch, s.folder, s.path, s.task, s.settled, s.retired_to
FROM round_job m JOIN instruction j ON j.id = m.job_id JOIN source s ON s.id = j.source_id WHERE m.round = :round
ORDER BY j.state = 'published', j.id LIMIT :limit

-- name: add
INSERT INTO notice (event, at, message) VALUES (:event, :at, :message) RETURNING id

-- name: deliver
INSERT INTO notice_delivery (notice, channel, due_at) VALUES (:notice, :channel, :now)

-- name: channels
SELECT DISTINCT channel FROM notice_delivery

-- name: drop_channel
DELETE FROM notice_delivery WHERE channel = ?

-- name: next_delivery
-- the first message that waits for a channel says when that is tried again
SELECT min(due_at) FROM notice_delivery d
WHERE notice = (SELECT min(notice) FROM notice_delivery e WHERE e.channel = d.channel)

-- name: waiting
-- the first messages that a channel has not taken, oldest first
SELECT d.notice, d.tries, d.due_at, n.at, n.message FROM notice_delivery d JOIN notice n ON n.id = d.notice
WHERE d.channel = :channel ORDER BY d.notice LIMIT :limit

-- name: delivered
DELETE FROM notice_delivery WHERE notice = :notice AND channel = :channel

-- name: put_off
-- a channel that is down is down for all that waits for it
UPDATE notice_delivery SET due_at = :due, tries = tries + (notice = :notice) WHERE channel = :channel

-- name: give_up
-- what is too old, and all but the latest so many
DELETE FROM notice_delivery WHERE channel = :channel AND (
    notice IN (SELECT id FROM notice WHERE at < :before)
    OR notice NOT IN (SELECT notice FROM notice_delivery WHERE channel = :channel ORDER BY notice DESC LIMIT :most))

-- name: forget
DELETE FROM notice WHERE at < :before AND id NOT IN (SELECT notice FROM notice_delivery)

-- name: forget_rounds
DELETE FROM round WHERE told = 1 AND begun_at < :before
