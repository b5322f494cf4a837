-- how many jobs that count are in each state, for each reason: asked at every look at the whole, of a table that grows for years
CREATE TABLE job_count (
    state  TEXT NOT NULL,
    reason TEXT NOT NULL,
    n      INTEGER NOT NULL,
    PRIMARY KEY (state, reason)
) STRICT, WITHOUT ROWID;

INSERT INTO job_count (state, reason, n) SELECT state, reason, count(*) FROM job WHERE earlier_of IS NULL GROUP BY state, reason;

CREATE TRIGGER job_is_counted AFTER INSERT ON job WHEN NEW.earlier_of IS NULL BEGIN
    INSERT INTO job_count (state, reason, n) VALUES (NEW.state, NEW.reason, 1) ON CONFLICT DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER job_counts_elsewhere AFTER UPDATE OF state, reason, earlier_of ON job
WHEN OLD.state <> NEW.state OR OLD.reason <> NEW.reason OR OLD.earlier_of IS NOT NEW.earlier_of
BEGIN
    UPDATE job_count SET n = n - 1 WHERE state = OLD.state AND reason = OLD.reason AND OLD.earlier_of IS NULL;
    INSERT INTO job_count (state, reason, n) SELECT NEW.state, NEW.reason, 1 WHERE NEW.earlier_of IS NULL
    ON CONFLICT DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER job_counts_no_more AFTER DELETE ON job WHEN OLD.earlier_of IS NULL BEGIN
    UPDATE job_count SET n = n - 1 WHERE state = OLD.state AND reason = OLD.reason;
END;

-- the jobs that changed last
CREATE INDEX job_changed ON job (updated_at, id) WHERE earlier_of IS NULL;

-- balances that were read after calls, by when that was
CREATE INDEX spend_settled ON spend (settled_at) WHERE credits_after IS NOT NULL;

-- what was said in a session: asked before each turn
CREATE INDEX spend_session ON spend (session);
