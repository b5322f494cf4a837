-- name: insert
INSERT INTO source (watch, folder, path, digest, task, batch_id, created_at)
VALUES (:watch, :folder, :path, :digest, :task, :batch_id, :now) RETURNING *

-- name: by_id
SELECT * FROM source WHERE id = ?

-- name: find
SELECT * FROM source WHERE watch = ? AND path = ? AND digest = ?

-- name: other_version
-- the source whose content at the path of this one had this digest before
SELECT other.id FROM source this
JOIN source other ON other.watch = this.watch AND other.path = this.path AND other.id != this.id
WHERE this.id = :id AND other.digest = :digest

-- name: at_path
-- every content that ever stood at this path, newest first
SELECT * FROM source WHERE watch = ? AND path = ? ORDER BY id DESC

-- name: between
-- the sources of one content between two paths, a few
SELECT * FROM source WHERE watch = :watch AND path > :first AND path < :last AND digest = :digest LIMIT 100

-- name: unretired_at_path
SELECT * FROM source WHERE watch = ? AND path = ? AND retired_at IS NULL ORDER BY id DESC

-- name: moved_to
-- the source whose file was moved to this absolute path, the latest of them
SELECT * FROM source WHERE retired_to = ? ORDER BY id DESC LIMIT 1

-- name: to_retire
-- sources all of whose jobs have ended and that have not been moved yet
SELECT s.* FROM source s WHERE s.retired_at IS NULL
AND NOT EXISTS (SELECT 1 FROM session t JOIN job j ON j.session = t.id
    WHERE t.source_id = s.id AND j.state NOT IN ('published', 'cancelled', 'rejected', 'failed'))
AND s.id > :after AND :watch IN ('', s.watch) ORDER BY s.id LIMIT :limit

-- name: retire
UPDATE source SET retired_at = :now, retired_to = :target WHERE id = :id

-- name: unretire
UPDATE source SET retired_at = NULL, retired_to = NULL, settled = 1 WHERE id = :id

-- name: set_settled
UPDATE source SET settled = ? WHERE id = ?

-- name: set_digest
UPDATE source SET digest = :digest, settled = 1 WHERE id = :id
