-- Which sources may have notes that do not say what the journal says: written in the transaction that changes their jobs,
-- and removed once the notes are in line. So no kill, full disk or share that is away can lose a note or leave one behind.
CREATE TABLE note_due (
    source_id INTEGER PRIMARY KEY REFERENCES source (id) ON DELETE CASCADE,
    change    INTEGER NOT NULL DEFAULT 1  -- grows: what comes while a note is being written makes it due once more
) STRICT;

-- A job that fails, asks or is asked no longer; one that succeeds only where a file of that name was ever in trouble, so
-- that the many that just succeed cost nothing.
CREATE TRIGGER job_tells AFTER UPDATE OF state ON job
WHEN OLD.state <> NEW.state AND (
    NEW.state IN ('attention', 'failed', 'rejected', 'cancelled') OR OLD.state = 'attention'
    OR (NEW.state = 'published' AND EXISTS (
        SELECT 1 FROM source this
        JOIN source other ON other.watch = this.watch AND other.path = this.path
        JOIN job ON job.source_id = other.id JOIN event ON event.job_id = job.id
        WHERE this.id = NEW.source_id
        AND (event.to_state IN ('attention', 'failed', 'rejected', 'cancelled')
             OR event.from_state IN ('attention', 'failed', 'rejected', 'cancelled')))))
BEGIN
    INSERT INTO note_due (source_id) VALUES (NEW.source_id) ON CONFLICT (source_id) DO UPDATE SET change = change + 1;
END;

-- What becomes of a file whose jobs were cancelled is only known when it leaves.
CREATE TRIGGER source_leaves AFTER UPDATE OF retired_at ON source
WHEN OLD.retired_at IS NULL AND NEW.retired_at IS NOT NULL
AND EXISTS (SELECT 1 FROM job WHERE source_id = NEW.id AND state = 'cancelled')
BEGIN
    INSERT INTO note_due (source_id) VALUES (NEW.id) ON CONFLICT (source_id) DO UPDATE SET change = change + 1;
END;

-- Journals from before: whatever was lost or left behind is put right once.
INSERT INTO note_due (source_id)
SELECT DISTINCT job.source_id FROM job JOIN event ON event.job_id = job.id
WHERE event.to_state IN ('attention', 'failed', 'rejected', 'cancelled');
