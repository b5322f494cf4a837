-- name: add
INSERT INTO request (watch, path, kind, session, job, digest, mtime_ns, taken_at)
VALUES (:watch, :path, :kind, :session, :job, :digest, :mtime_ns, :now)

-- name: same
-- texts of the same words about the same session, newest first
SELECT * FROM request WHERE session = :session AND kind = :kind AND digest = :digest ORDER BY id DESC

-- name: at_path
-- texts of the same words that were taken at this path, newest first
SELECT * FROM request WHERE watch = :watch AND path = :path AND kind = :kind AND digest = :digest ORDER BY id DESC

-- name: replaced
-- others lie at this path no more
UPDATE request SET moved = 1 WHERE watch = :watch AND path = :path AND kind = :kind AND moved = 0

-- name: waits
INSERT OR REPLACE INTO waiting_answer (watch, path, digest, mtime_ns, seen_at)
VALUES (:watch, :path, :digest, :mtime_ns, :seen_at)

-- name: sighted
-- its content is not known yet
INSERT OR REPLACE INTO waiting_answer (watch, path, digest, mtime_ns, seen_at)
SELECT :watch, :path, '', :mtime_ns, :seen_at WHERE NOT EXISTS
    (SELECT 1 FROM waiting_answer WHERE watch = :watch AND path = :path AND mtime_ns = :mtime_ns)

-- name: waits_since
SELECT seen_at FROM waiting_answer
WHERE watch = :watch AND path = :path AND digest IN (:digest, '') AND mtime_ns = :mtime_ns

-- name: waits_no_more
DELETE FROM waiting_answer WHERE watch = :watch AND path = :path

-- name: asked_at
SELECT max(at) AS at FROM event WHERE job_id = :job AND to_state = 'attention'

-- name: moved
UPDATE request SET moved = 1 WHERE watch = :watch AND path = :path AND kind = :kind AND digest = :digest

-- name: source_of
-- the source that texts of these words are about
SELECT s.source_id FROM request r JOIN session s ON s.id = r.session
WHERE r.watch = :watch AND r.kind = :kind AND r.digest = :digest ORDER BY r.path = :path DESC, r.id DESC LIMIT 1

-- name: published
-- what was published for sources of one folder; the latest of a name first
SELECT o.path, o.job_id, coalesce(j.earlier_of, o.job_id) AS shown_id, j.session, s.path AS source
FROM source s JOIN session t ON t.source_id = s.id JOIN job j ON j.session = t.id JOIN output o ON o.job_id = j.id
WHERE s.watch = :watch AND s.path >= :first AND s.path < :last ORDER BY o.id DESC

-- name: formerly
-- where results for sources of one folder were, which are delivered again, or were: perhaps under another name
SELECT f.path, f.job_id, coalesce(j.earlier_of, f.job_id) AS shown_id, j.session, s.path AS source
FROM source s JOIN session t ON t.source_id = s.id JOIN job j ON j.session = t.id JOIN former_output f ON f.job_id = j.id
WHERE s.watch = :watch AND s.path >= :first AND s.path < :last ORDER BY f.job_id DESC, f.path

-- name: latest
-- the latest results of an inbox, each with the path of its source: of the last 5000 of all inboxes, since an inbox has no index
-- over its results and may have a history of years
SELECT o.path, s.path AS source FROM (SELECT id, path, job_id FROM output ORDER BY id DESC LIMIT 5000) o
CROSS JOIN job j ON j.id = o.job_id JOIN session t ON t.id = j.session
JOIN source s ON s.id = t.source_id WHERE s.watch = :watch ORDER BY o.id DESC LIMIT 500

-- name: published_as
-- where results with this in their name were published, in any inbox; those that are delivered again come last
SELECT o.path, s.watch, s.path AS source
FROM (SELECT path, job_id, id FROM output UNION ALL SELECT path, job_id, 0 FROM former_output) o JOIN job j ON j.id = o.job_id
JOIN session t ON t.id = j.session JOIN source s ON s.id = t.source_id
WHERE instr(o.path, :name) > 0 ORDER BY o.id DESC LIMIT 50

-- name: of_folder
-- the jobs of one folder's sources, with these
SELECT j.*, s.path AS source FROM source s JOIN instruction j ON j.source_id = s.id
WHERE s.watch = :watch AND s.path >= :first AND s.path < :last ORDER BY j.id DESC
