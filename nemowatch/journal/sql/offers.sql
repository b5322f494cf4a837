-- name: keep_instructions
INSERT INTO source_instructions (source_id, digest) VALUES (:source_id, :digest)
ON CONFLICT (source_id) DO UPDATE SET digest = excluded.digest

-- name: instructions
SELECT digest FROM source_instructions WHERE source_id = ?

-- name: is_given
-- whether this was asked for in the session, and not taken back
SELECT 1 FROM job WHERE session = :session AND prompt = :prompt AND state <> 'cancelled' LIMIT 1

-- name: waiting
-- the offers of an inbox that wait for a word, each with the path of its source
SELECT j.*, s.path AS source FROM instruction j JOIN source s ON s.id = j.source_id
WHERE j.state = 'attention' AND j.reason = :reason AND s.watch = :watch ORDER BY j.id

-- name: of_session
SELECT * FROM instruction WHERE session = :session AND state = 'attention' AND reason = :reason
