-- What a turn came to, in words for people, so that nobody has to read its draft again for them.
CREATE TABLE turn_summary (
    job_id   INTEGER PRIMARY KEY REFERENCES job (id) ON DELETE CASCADE,
    timeline TEXT NOT NULL,
    changes  TEXT NOT NULL,              -- since the turn before in its session, a line each
    captions INTEGER NOT NULL CHECK (captions IN (0, 1))  -- it has texts of its own: the answer is no transcript
) STRICT;

-- The file beside a job's results that says what was asked and said, and whether it is still to be written or updated.
CREATE TABLE side_file (
    job_id INTEGER PRIMARY KEY REFERENCES job (id) ON DELETE CASCADE,
    due    INTEGER NOT NULL DEFAULT 0,   -- 0: up to date; it grows: what comes while it is being written makes it due once more
    result BLOB NOT NULL DEFAULT x'',    -- absolute path of the result that it lies beside
    path   BLOB NOT NULL DEFAULT x'',    -- absolute; empty while it has no name yet
    sha256 TEXT NOT NULL DEFAULT '',     -- of what was written last
    text   TEXT NOT NULL DEFAULT ''      -- what is about to be written: after a kill it is known by that
) STRICT;
CREATE INDEX side_file_due ON side_file (job_id) WHERE due > 0;

CREATE TRIGGER job_is_published AFTER UPDATE OF state ON job
WHEN NEW.state = 'published' AND OLD.state <> 'published'
BEGIN
    INSERT INTO side_file (job_id, due) VALUES (NEW.id, 1) ON CONFLICT (job_id) DO UPDATE SET due = due + 1;
END;

-- What a turn cost may be known later than its results, when others overlapped with it.
CREATE TRIGGER job_cost_is_known AFTER UPDATE OF credits, credits_about ON job
WHEN NEW.state = 'published' AND (OLD.credits IS NOT NEW.credits OR OLD.credits_about <> NEW.credits_about)
BEGIN
    UPDATE side_file SET due = due + 1 WHERE job_id = NEW.id;
END;
