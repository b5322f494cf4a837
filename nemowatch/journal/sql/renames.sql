-- name: with_digests
-- every source of a watch with one of these contents (a JSON list), newest first; the plus keeps SQLite from reading all of the watch
SELECT * FROM source WHERE +watch = :watch AND digest IN (SELECT value FROM json_each(:digests)) ORDER BY id DESC

-- name: paths_seen
-- those of these paths (a JSON list) at which a source ever was
SELECT DISTINCT s.path FROM json_each(:paths) q CROSS JOIN source s ON s.watch = :watch AND s.path = CAST(q.value AS BLOB)

-- name: move_source
UPDATE source SET folder = :folder, path = :path WHERE id = :id

-- name: move_member
UPDATE member SET path = :path, name = :name WHERE id = :id

-- name: name_job
-- what its results are named after, as long as there are none
UPDATE job SET stem = :stem WHERE id = :id AND state <> 'published'

-- name: notes_due
INSERT INTO note_due (source_id) VALUES (:id) ON CONFLICT (source_id) DO UPDATE SET change = change + 1
