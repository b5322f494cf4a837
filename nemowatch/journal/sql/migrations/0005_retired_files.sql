-- Which files in done/ are ours to delete: those that this journal moved there, each as it was then.

CREATE TABLE retired_file (
    path      BLOB PRIMARY KEY,            -- absolute
    source_id INTEGER NOT NULL REFERENCES source (id) ON DELETE CASCADE,
    size      INTEGER NOT NULL,
    mtime_ns  INTEGER NOT NULL,
    ino       INTEGER NOT NULL,            -- 0: not known
    digest    TEXT NOT NULL,
    clock_set INTEGER NOT NULL DEFAULT 0   -- ms by which the wall clock has jumped since source.retired_at
) STRICT;
CREATE INDEX retired_file_source ON retired_file (source_id);

-- Of earlier moves only the main file's place is known. Whether the clock was right meanwhile is not: they count from today.
INSERT INTO retired_file (path, source_id, size, mtime_ns, ino, digest, clock_set)
SELECT s.retired_to, s.id, m.size, m.mtime_ns, 0, m.digest, CAST(strftime('%s', 'now') AS INTEGER) * 1000 - s.retired_at
FROM source s JOIN member m ON m.source_id = s.id AND m.path = s.path
WHERE s.retired_at IS NOT NULL AND s.retired_to IS NOT NULL AND s.retired_to <> x'' AND m.digest <> ''
ORDER BY s.id
ON CONFLICT (path) DO UPDATE SET source_id = excluded.source_id, size = excluded.size, mtime_ns = excluded.mtime_ns,
    digest = excluded.digest, clock_set = excluded.clock_set;
