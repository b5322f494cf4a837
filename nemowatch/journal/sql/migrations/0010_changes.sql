-- Jobs that a person added to change what was made: what becomes of the file does not depend on them.
ALTER TABLE job ADD COLUMN is_change INTEGER NOT NULL DEFAULT 0 CHECK (is_change IN (0, 1));
UPDATE job SET is_change = 1 WHERE id IN (SELECT job FROM request WHERE kind = 'revise');
