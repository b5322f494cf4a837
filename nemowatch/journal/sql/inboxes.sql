-- name: of_watch
SELECT * FROM inbox WHERE watch = ?

-- name: begin
INSERT INTO inbox (watch, first_seen, last_seen) VALUES (:watch, :now, :now)

-- name: seen
UPDATE inbox SET last_seen = :now WHERE watch = :watch

-- name: scanned
UPDATE inbox SET scanned = 1 WHERE watch = ?
