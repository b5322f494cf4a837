-- name: insert
INSERT INTO source (watch, folder, path, digest, task, batch_id, created_at)
VALUES (:watch, :folder, :path, :digest, :task, :batch_id, :now) RETURNING id

-- name: insert_member
INSERT INTO member (source_id, item, ordinal, role, kind, name, path, url, digest, size, mtime_ns, ctime_ns, blocks, dev, ino)
VALUES (:source_id, :item, :ordinal, :role, :kind, :name, :path, :url, :digest, :size, :mtime_ns, :ctime_ns, :blocks, :dev, :ino)

-- name: by_id
SELECT * FROM source WHERE id = ?

-- name: find
SELECT * FROM source WHERE watch = ? AND path = ? AND digest = ?

-- name: at_path
-- every content that ever stood at this path, newest first
SELECT * FROM source WHERE watch = ? AND path = ? ORDER BY id DESC

-- name: unretired_at_path
SELECT * FROM source WHERE watch = ? AND path = ? AND retired_at IS NULL ORDER BY id DESC

-- name: moved_to
-- the source whose file was moved to this absolute path, the latest of them
SELECT * FROM source WHERE retired_to = ? ORDER BY id DESC LIMIT 1

-- name: members
SELECT * FROM member WHERE source_id = ? ORDER BY item, ordinal, id

-- name: unretired_members
-- every file that lies in the inbox and is known, so that a scan need not open it; an empty retired_to means that the
-- source is done with and stays where it was dropped
SELECT m.path, m.size, m.mtime_ns, m.ctime_ns, m.blocks, m.dev, m.ino, s.id, s.settled FROM member m JOIN source s ON s.id = m.source_id
WHERE s.watch = ? AND (s.retired_at IS NULL OR s.retired_to = x'') AND m.path <> x''

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

-- name: drop_members
DELETE FROM member WHERE source_id = ?

-- name: set_cdn
UPDATE member SET cdn_url = ? WHERE id = ?

