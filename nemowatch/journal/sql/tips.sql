-- name: put
INSERT INTO tip (source_id, text) VALUES (:source_id, :text) ON CONFLICT (source_id) DO UPDATE SET text = excluded.text

-- name: drop
DELETE FROM tip WHERE source_id = ?

-- name: of_source
SELECT text FROM tip WHERE source_id = ?
