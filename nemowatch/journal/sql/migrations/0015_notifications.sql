-- Whom to tell, and what of: written in the transaction that is the cause, so that no kill can lose it. A subject becomes due here;
-- what is said of it is found out when it is (nemowatch/notify). Nothing is written while no channel is configured (fact 'notify').

CREATE TABLE notify_due (                  -- what may be worth telling
    subject TEXT PRIMARY KEY,              -- 'hold REASON', 'batch N', 'round N', 'jobs', 'inbox NAME', 'refused NAME'
    due_at  INTEGER NOT NULL DEFAULT 0     -- UTC ms; 0: its time is not set yet
) STRICT;
CREATE TABLE notify_job (                  -- jobs that ask or have failed, and of which nobody was told
    job_id INTEGER PRIMARY KEY REFERENCES job (id) ON DELETE CASCADE
) STRICT;
CREATE TABLE notify_told (                 -- what was told and is not over
    subject TEXT PRIMARY KEY,
    at      INTEGER NOT NULL
) STRICT;

-- What came while its inbox still had work: told when the last of it is done. What waited for approval is a round of its own.
CREATE TABLE round (
    id       INTEGER PRIMARY KEY,
    watch    TEXT NOT NULL,
    batch    INTEGER NOT NULL,             -- 0: none
    begun_at INTEGER NOT NULL,
    told     INTEGER NOT NULL DEFAULT 0 CHECK (told IN (0, 1))
) STRICT;
CREATE UNIQUE INDEX round_now ON round (watch, batch) WHERE told = 0;
CREATE TABLE round_job (
    job_id INTEGER PRIMARY KEY REFERENCES job (id) ON DELETE CASCADE,
    round  INTEGER NOT NULL REFERENCES round (id) ON DELETE CASCADE,
    open   INTEGER NOT NULL CHECK (open IN (0, 1))
) STRICT;
CREATE INDEX round_jobs ON round_job (round);
CREATE INDEX round_open ON round_job (round) WHERE open = 1;  -- asked whenever a job ends

CREATE TABLE notice (                      -- a message, in the words in which it is sent however often that takes
    id      INTEGER PRIMARY KEY,
    event   TEXT NOT NULL,
    at      INTEGER NOT NULL,
    message TEXT NOT NULL                  -- JSON, with the name by which a receiver knows it again
) STRICT;
CREATE INDEX notice_event ON notice (event, at);
CREATE TABLE notice_delivery (             -- what a channel has not taken yet
    notice  INTEGER NOT NULL REFERENCES notice (id) ON DELETE CASCADE,
    channel TEXT NOT NULL,
    due_at  INTEGER NOT NULL,              -- UTC ms
    tries   INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (notice, channel)
) STRICT, WITHOUT ROWID;

CREATE VIEW notifying AS SELECT 1 FROM fact WHERE key = 'notify' AND value = 'yes';

CREATE TRIGGER hold_begins AFTER INSERT ON hold WHEN NEW.over = 0 AND EXISTS (SELECT * FROM notifying) BEGIN
    INSERT INTO notify_due (subject) VALUES ('hold ' || NEW.reason) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER hold_changes AFTER UPDATE OF over ON hold WHEN NEW.over <> OLD.over AND EXISTS (SELECT * FROM notifying) BEGIN
    INSERT INTO notify_due (subject) VALUES ('hold ' || NEW.reason) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER hold_ends AFTER DELETE ON hold WHEN OLD.over = 0 AND EXISTS (SELECT * FROM notifying) BEGIN
    INSERT INTO notify_due (subject) VALUES ('hold ' || OLD.reason) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER batch_asks AFTER INSERT ON batch WHEN EXISTS (SELECT * FROM notifying) BEGIN
    INSERT INTO notify_due (subject) VALUES ('batch ' || NEW.id) ON CONFLICT DO NOTHING;
END;

-- Holds that are no row of their own: the day's credits, and an outbox.
CREATE TRIGGER job_meets_hold AFTER UPDATE OF state, reason ON job
WHEN NEW.earlier_of IS NULL AND (OLD.state <> NEW.state OR OLD.reason <> NEW.reason)
AND ((NEW.state = 'held' AND NEW.reason IN ('cap', 'outbox')) OR (OLD.state = 'held' AND OLD.reason IN ('cap', 'outbox')))
AND EXISTS (SELECT * FROM notifying)
BEGIN
    INSERT INTO notify_due (subject) SELECT 'hold ' || NEW.reason WHERE NEW.state = 'held' AND NEW.reason IN ('cap', 'outbox')
    ON CONFLICT DO NOTHING;
    INSERT INTO notify_due (subject) SELECT 'hold ' || OLD.reason WHERE OLD.state = 'held' AND OLD.reason IN ('cap', 'outbox')
    ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER job_asks_somebody AFTER UPDATE OF state, reason ON job
WHEN NEW.earlier_of IS NULL AND (OLD.state <> NEW.state OR OLD.reason <> NEW.reason)
AND (NEW.state IN ('attention', 'failed', 'rejected') OR (NEW.state = 'held' AND NEW.reason = 'conflict'))
AND EXISTS (SELECT * FROM notifying)
BEGIN
    INSERT INTO notify_job (job_id) VALUES (NEW.id) ON CONFLICT DO NOTHING;
    INSERT INTO notify_due (subject) VALUES ('jobs') ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER job_asks_at_once AFTER INSERT ON job
WHEN NEW.earlier_of IS NULL AND (NEW.state = 'attention' OR (NEW.state = 'held' AND NEW.reason = 'conflict'))
AND EXISTS (SELECT * FROM notifying)
BEGIN
    INSERT INTO notify_job (job_id) VALUES (NEW.id) ON CONFLICT DO NOTHING;
    INSERT INTO notify_due (subject) VALUES ('jobs') ON CONFLICT DO NOTHING;
END;

-- A job that begins, also once more, belongs to the round of its inbox; one that ends may be the last of it.
CREATE VIEW joins_round AS SELECT 0 AS job_id, 0 AS session, 0 AS at;
CREATE TRIGGER joins_its_round INSTEAD OF INSERT ON joins_round BEGIN
    INSERT INTO round (watch, batch, begun_at)
    SELECT s.watch, coalesce(s.batch_id, 0), NEW.at FROM session n JOIN source s ON s.id = n.source_id
    WHERE n.id = NEW.session AND NOT EXISTS (
        SELECT 1 FROM round r WHERE r.watch = s.watch AND r.batch = coalesce(s.batch_id, 0) AND r.told = 0);
    INSERT INTO round_job (job_id, round, open)
    SELECT NEW.job_id, r.id, 1 FROM session n JOIN source s ON s.id = n.source_id
    JOIN round r ON r.watch = s.watch AND r.batch = coalesce(s.batch_id, 0) AND r.told = 0
    WHERE n.id = NEW.session
    ON CONFLICT (job_id) DO UPDATE SET round = excluded.round, open = 1;
END;
CREATE TRIGGER job_begins_in_round AFTER INSERT ON job
WHEN NEW.earlier_of IS NULL AND NEW.state NOT IN ('published', 'failed', 'rejected', 'cancelled') AND EXISTS (SELECT * FROM notifying)
BEGIN
    INSERT INTO joins_round (job_id, session, at) VALUES (NEW.id, NEW.session, NEW.created_at);
END;
CREATE TRIGGER job_begins_again AFTER UPDATE OF state ON job
WHEN NEW.earlier_of IS NULL AND OLD.state IN ('published', 'failed', 'rejected', 'cancelled')
AND NEW.state NOT IN ('published', 'failed', 'rejected', 'cancelled') AND EXISTS (SELECT * FROM notifying)
BEGIN
    INSERT INTO joins_round (job_id, session, at) VALUES (NEW.id, NEW.session, NEW.updated_at);
END;
CREATE TRIGGER job_ends_round AFTER UPDATE OF state ON job
WHEN NEW.state IN ('published', 'failed', 'rejected', 'cancelled') AND OLD.state NOT IN ('published', 'failed', 'rejected', 'cancelled')
AND EXISTS (SELECT 1 FROM round_job WHERE job_id = NEW.id)
BEGIN
    UPDATE round_job SET open = 0 WHERE job_id = NEW.id;
    INSERT INTO notify_due (subject) SELECT 'round ' || mine.round FROM round_job mine WHERE mine.job_id = NEW.id
    AND NOT EXISTS (SELECT 1 FROM round_job other WHERE other.round = mine.round AND other.open = 1)
    ON CONFLICT DO NOTHING;
END;
