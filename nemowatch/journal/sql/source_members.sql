-- name: insert
INSERT INTO member (source_id, item, ordinal, role, kind, name, path, url, digest, size, mtime_ns, ctime_ns, blocks, dev, ino)
VALUES (:source_id, :item, :ordinal, :role, :kind, :name, :path, :url, :digest, :size, :mtime_ns, :ctime_ns, :blocks, :dev, :ino)

-- name: of_source
SELECT * FROM member WHERE source_id = ? ORDER BY item, ordinal, id

-- name: unretired
-- every file that lies in the inbox and is known, so that a scan need not open it; an empty retired_to means that the
-- source is done with and stays where it was dropped
SELECT m.path, m.size, m.mtime_ns, m.ctime_ns, m.blocks, m.dev, m.ino, s.id, s.settled FROM member m JOIN source s ON s.id = m.source_id
WHERE s.watch = ? AND (s.retired_at IS NULL OR s.retired_to = x'') AND m.path <> x''

-- name: projects
-- a member that is neither file nor address stands for the instructions of a project
SELECT s.path, m.digest FROM member m JOIN source s ON s.id = m.source_id
WHERE s.watch = ? AND (s.retired_at IS NULL OR s.retired_to = x'') AND m.role = 'script' AND m.path = x'' ORDER BY s.id

-- name: drop
DELETE FROM member WHERE source_id = ?

-- name: set_cdn
UPDATE member SET cdn_url = ? WHERE id = ?

-- name: clip_bytes
SELECT coalesce(sum(size), 0) FROM member WHERE source_id = ? AND item IN ('', ?) AND role = 'clip'
