-- name: put
INSERT INTO retired_file (path, source_id, size, mtime_ns, ino, digest)
VALUES (:path, :source_id, :size, :mtime_ns, :ino, :digest)
ON CONFLICT (path) DO UPDATE SET source_id = excluded.source_id, size = excluded.size, mtime_ns = excluded.mtime_ns,
    ino = excluded.ino, digest = excluded.digest, clock_set = 0

-- name: dated
-- as if its source had left the inbox now; where that has not left, its date will count
UPDATE retired_file SET clock_set = coalesce(:now - (SELECT retired_at FROM source WHERE id = source_id), 0) WHERE path = :path

-- name: reset_clock
-- the date of a source has changed: how the clock jumped before it says nothing
UPDATE retired_file SET clock_set = 0 WHERE source_id = ?

-- name: old
-- files of a watch whose source left its inbox before a moment; one that is worked on again has no such date
SELECT f.path, f.size, f.mtime_ns, f.ino, f.digest FROM retired_file f JOIN source s ON s.id = f.source_id
WHERE s.watch = :watch AND s.retired_at + f.clock_set < :before ORDER BY f.path

-- name: drop
DELETE FROM retired_file WHERE path = ?

-- name: clock_was_set
UPDATE retired_file SET clock_set = clock_set + ?
