-- name: due
-- side files of a watch that are due: those behind a number first, so that one that cannot be written holds up no other
SELECT f.* FROM side_file f CROSS JOIN job j ON j.id = f.job_id CROSS JOIN session n ON n.id = j.session
CROSS JOIN source s ON s.id = n.source_id
WHERE f.due > 0 AND s.watch = :watch ORDER BY f.job_id <= :after, f.job_id LIMIT :limit

-- name: all_due
SELECT f.job_id, s.watch FROM side_file f JOIN job j ON j.id = f.job_id JOIN session n ON n.id = j.session
JOIN source s ON s.id = n.source_id WHERE f.due > 0

-- name: intend
-- before anything is written
UPDATE side_file SET result = :result, path = :path, sha256 = :digest, text = :text WHERE job_id = :job_id

-- name: written
UPDATE side_file SET path = :path, sha256 = :digest, text = '' WHERE job_id = :job_id

-- name: mark_up_to_date
-- unless something has changed since it was read
UPDATE side_file SET due = 0, text = '' WHERE job_id = :job_id AND due = :due

-- name: path_of
SELECT path FROM side_file WHERE job_id = ?

-- name: at_path
-- every job whose side file was put there, the latest first: a name is free again when its result is gone
SELECT * FROM side_file WHERE path = ? ORDER BY job_id DESC

-- name: delivered_anew
-- what comes is another result, whatever its name will be
UPDATE side_file SET result = x'', text = '' WHERE job_id = ?

-- name: of_path
SELECT job_id FROM side_file WHERE path = ? ORDER BY job_id DESC LIMIT 1
