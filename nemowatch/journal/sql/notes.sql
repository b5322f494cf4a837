-- name: put
INSERT INTO note (path, text, written_at) VALUES (:path, :text, :now) ON CONFLICT (path) DO UPDATE SET text = :text, written_at = :now

-- name: drop
DELETE FROM note WHERE path = ?

-- name: all
SELECT path, text FROM note

-- name: at
SELECT text FROM note WHERE path = ?

-- name: below
SELECT path FROM note WHERE path > :first AND path < :last ORDER BY written_at DESC LIMIT :limit

-- name: due
-- sources of a watch whose notes are due: those behind a number first, so that one that cannot be told holds up no other
SELECT d.source_id, d.change FROM note_due d CROSS JOIN source s ON s.id = d.source_id
WHERE s.watch = :watch ORDER BY d.source_id <= :after, d.source_id LIMIT :limit

-- name: due_for
SELECT source_id, change FROM note_due WHERE source_id = ?

-- name: all_due
SELECT d.source_id, s.watch FROM note_due d CROSS JOIN source s ON s.id = d.source_id

-- name: written
-- its notes are right, unless something has changed since they were read
DELETE FROM note_due WHERE source_id = :source_id AND change = :change
