-- name: put
-- a hold begins, or goes on with other words
INSERT INTO hold (reason, text, since, seen) VALUES (:reason, :text, :now, :seen) ON CONFLICT (reason) DO UPDATE SET text = :text

-- name: drop
DELETE FROM hold WHERE reason = ?

-- name: active
SELECT * FROM hold ORDER BY since
