-- name: fact
SELECT value FROM fact WHERE key = ?

-- name: set_fact
INSERT INTO fact (key, value) VALUES (:key, :value) ON CONFLICT (key) DO UPDATE SET value = :value
