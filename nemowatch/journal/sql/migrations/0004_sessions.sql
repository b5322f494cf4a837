-- Sessions of the cloud, apart from the instructions that are given in them: source 1-n session 1-n job 1-n spend.
-- Whether a job is paid for is read from its calls (`spend.edit`), never from a saved draft.
-- Runs with foreign keys off, for it builds tables anew; they are checked before it is committed.

CREATE TABLE session (                     -- a conversation with the cloud about one item of a source, for one target
    id          INTEGER PRIMARY KEY,
    source_id   INTEGER NOT NULL REFERENCES source (id) ON DELETE CASCADE,
    item        TEXT NOT NULL DEFAULT '',
    target      TEXT NOT NULL,
    take        INTEGER NOT NULL DEFAULT 1,  -- 2 and more: begun anew from the source
    state       TEXT NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'alive', 'lost')),
    remote_id   TEXT NOT NULL DEFAULT '',    -- the cloud's id; kept when the session is lost
    uploaded_by TEXT NOT NULL DEFAULT '' CHECK (uploaded_by IN ('', 'bytes', 'url', 'draft', 'nothing')),  -- '': not yet
    created_at  INTEGER NOT NULL,
    CHECK (state <> 'alive' OR remote_id <> '')
) STRICT;
CREATE UNIQUE INDEX session_identity ON session (source_id, item, target, take);

INSERT INTO session (id, source_id, item, target, state, remote_id, uploaded_by, created_at)
SELECT id, source_id, item, target, CASE WHEN session_id = '' THEN 'new' ELSE 'alive' END, session_id,
    CASE
        WHEN session_id = '' OR state IN ('claimed', 'uploading') OR (state = 'held' AND back IN ('claimed', 'uploading')) THEN ''
        WHEN uploaded_by IN ('bytes', 'url', 'draft') THEN uploaded_by
        ELSE 'nothing'
    END, created_at
FROM job;

-- A job that stands at its beginning makes a session of its own, as ever.
UPDATE session SET state = 'lost' WHERE state = 'alive' AND id IN (
    SELECT id FROM job WHERE (state = 'claimed' OR (state = 'held' AND back = 'claimed'))
    AND NOT EXISTS (SELECT 1 FROM draft WHERE job_id = job.id));

-- A session that the job has left is known by its last paid call.
UPDATE session SET state = 'lost', remote_id = (SELECT session_id FROM spend WHERE job_id = session.id ORDER BY id DESC LIMIT 1)
WHERE state = 'new' AND EXISTS (SELECT 1 FROM spend WHERE job_id = session.id AND session_id <> '');

DROP TRIGGER source_leaves;
DROP TRIGGER job_begins;
DROP TRIGGER job_legal;
DROP TRIGGER job_moves;
DROP TRIGGER job_tells;

CREATE TABLE spend_of_session (            -- the paid calls: a row is committed before each send
    id             INTEGER PRIMARY KEY,
    job_id         INTEGER NOT NULL REFERENCES job (id),
    session        INTEGER NOT NULL REFERENCES session (id),
    opened_at      INTEGER NOT NULL,
    session_id     TEXT NOT NULL,          -- the cloud's id of the session at that time
    request_hash   TEXT NOT NULL,
    baseline       TEXT NOT NULL,          -- digest of the remote state before the turn
    outcome        TEXT NOT NULL DEFAULT 'open' CHECK (outcome IN
        ('open', 'unknown', 'unsent', 'refused', 'happened', 'given up', 'inherited')),
    edit           TEXT NOT NULL DEFAULT '' CHECK (edit IN ('', 'made', 'unseen', 'words', 'lost')),  -- what came of it
    reported       INTEGER NOT NULL DEFAULT 0 CHECK (reported IN (0, 1)),  -- it ended with an error event
    checks         INTEGER NOT NULL DEFAULT 0,   -- reads of the state since the outcome became unknown
    last_seen      TEXT NOT NULL DEFAULT '',     -- digest at the last read: worked when two in a row agree
    credits_before REAL,
    credits_after  REAL,
    settled_at     INTEGER
) STRICT;

INSERT INTO spend_of_session (id, job_id, session, opened_at, session_id, request_hash, baseline, outcome, checks, last_seen,
    credits_before, credits_after, settled_at)
SELECT id, job_id, job_id, opened_at, session_id, request_hash, baseline, outcome, checks, last_seen, credits_before,
    credits_after, settled_at
FROM spend;
DROP TABLE spend;
ALTER TABLE spend_of_session RENAME TO spend;
CREATE INDEX spend_job ON spend (job_id);
CREATE INDEX spend_day ON spend (opened_at);

-- Jobs that have an edit to go on from: for these nothing is paid again, whatever comes.
CREATE TEMP TABLE has_edit AS
SELECT job.id AS job_id, CASE WHEN job.error_code = 'nothing made' AND draft.job_id IS NULL THEN 'unseen' ELSE 'made' END AS edit,
    coalesce(
        (SELECT max(id) FROM spend WHERE job_id = job.id AND outcome = 'happened'),
        (SELECT max(id) FROM spend WHERE job_id = job.id AND outcome IN ('given up', 'refused')),
        0) AS call
FROM job LEFT JOIN draft ON draft.job_id = job.id
WHERE draft.job_id IS NOT NULL
OR CASE WHEN job.state = 'held' THEN job.back ELSE job.state END
    IN ('instructed', 'submitting', 'rendering', 'rendered', 'downloading', 'downloaded')
OR (job.state = 'published' AND EXISTS (SELECT 1 FROM spend WHERE job_id = job.id AND outcome = 'happened'))
OR (job.state IN ('failed', 'cancelled') AND job.error_code NOT IN ('session lost', 'question') AND EXISTS (
    SELECT 1 FROM spend WHERE spend.job_id = job.id AND outcome = 'happened' AND spend.session_id = job.session_id
    AND spend.id = (SELECT max(id) FROM spend AS newest WHERE newest.job_id = job.id)));

-- What the job does not go on from: an answer without an edit, or an edit that is gone.
UPDATE spend SET edit = 'lost' WHERE outcome = 'happened';
UPDATE spend SET edit = 'words' WHERE outcome = 'happened'
AND id = (SELECT max(id) FROM spend AS newest WHERE newest.job_id = spend.job_id)
AND EXISTS (SELECT 1 FROM job WHERE job.id = spend.job_id
    AND ((state = 'attention' AND reason = 'question') OR error_code = 'question'));
UPDATE spend SET outcome = 'happened', edit = (SELECT edit FROM has_edit WHERE has_edit.job_id = spend.job_id)
WHERE id IN (SELECT call FROM has_edit);

-- An edit that was taken over from a job of an earlier list: nothing was paid for it here.
INSERT INTO spend (job_id, session, opened_at, session_id, request_hash, baseline, outcome, edit, settled_at)
SELECT job.id, job.id, job.created_at, '', '', '', 'inherited', has_edit.edit, job.created_at
FROM has_edit JOIN job ON job.id = has_edit.job_id WHERE has_edit.call = 0;
DROP TABLE has_edit;

UPDATE spend SET reported = 1 WHERE outcome IN ('open', 'unknown')
AND job_id IN (SELECT id FROM job WHERE error_code = 'agent error');

-- One turn at a time in a session: a second intent is impossible while one is open or unknown.
CREATE UNIQUE INDEX spend_one_open ON spend (session) WHERE outcome IN ('open', 'unknown');

CREATE TABLE job_of_session (              -- one instruction in a session: the paid call, its draft, its render, its results
    id          INTEGER PRIMARY KEY,
    session     INTEGER NOT NULL REFERENCES session (id) ON DELETE CASCADE,
    earlier_of  INTEGER REFERENCES job (id) ON DELETE CASCADE,  -- an instruction whose place that job has taken; NULL: it counts
    stem        TEXT NOT NULL,             -- what results are named after
    skill       TEXT NOT NULL,
    prompt      TEXT NOT NULL,
    outputs     TEXT NOT NULL,             -- JSON: [[ending, kind, required], ...]
    state       TEXT NOT NULL DEFAULT 'claimed',
    reason      TEXT NOT NULL DEFAULT '',  -- why held or in attention
    checking    INTEGER NOT NULL DEFAULT 0 CHECK (checking IN (0, 1)),  -- the last effect may have happened: ask first
    back        TEXT NOT NULL DEFAULT '',  -- where a held job goes on; the state an attention job was in
    attempt     INTEGER NOT NULL DEFAULT 0,
    tries       INTEGER NOT NULL DEFAULT 0,
    due_at      INTEGER NOT NULL DEFAULT 0,
    render_id   TEXT NOT NULL DEFAULT '',
    render_at   INTEGER NOT NULL DEFAULT 0,  -- when this render was asked for
    renders     INTEGER NOT NULL DEFAULT 0,  -- real failures of renders so far: one is forgiven
    progress    REAL NOT NULL DEFAULT 0,     -- of the render, percent
    result_url  TEXT NOT NULL DEFAULT '',
    result_size INTEGER NOT NULL DEFAULT 0,
    part        BLOB NOT NULL DEFAULT x'',   -- absolute path of the part file
    part_sha256 TEXT NOT NULL DEFAULT '',
    part_size   INTEGER NOT NULL DEFAULT 0,
    answer      TEXT NOT NULL DEFAULT '',    -- what the agent said
    credits     REAL,                        -- what it cost, NULL while unknown
    credits_about INTEGER NOT NULL DEFAULT 0 CHECK (credits_about IN (0, 1)),
    error_code  TEXT NOT NULL DEFAULT '',    -- for people; nothing is decided by it
    error_text  TEXT NOT NULL DEFAULT '',
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL
) STRICT;

INSERT INTO job_of_session (id, session, stem, skill, prompt, outputs, state, reason, checking, back, attempt, tries, due_at,
    render_id, render_at, renders, progress, result_url, result_size, part, part_sha256, part_size, answer, credits,
    credits_about, error_code, error_text, created_at, updated_at)
SELECT id, id, stem, skill, prompt, outputs, state, CASE reason WHEN 'checking' THEN '' ELSE reason END, reason = 'checking', back,
    attempt, tries, due_at, render_id, render_at, renders, progress, result_url, result_size, part, part_sha256, part_size,
    answer, credits, credits_about, error_code, error_text, created_at, updated_at
FROM job;
DROP TABLE job;
ALTER TABLE job_of_session RENAME TO job;
CREATE INDEX job_session ON job (session);
CREATE INDEX job_earlier ON job (earlier_of) WHERE earlier_of IS NOT NULL;
CREATE INDEX job_due ON job (state, due_at);
CREATE INDEX job_counts ON job (state, reason) WHERE earlier_of IS NULL;  -- counted every second, over however many are held
CREATE INDEX job_price ON job (skill, id) WHERE credits > 0;

-- One job at a time fills a session, or talks in it.
CREATE UNIQUE INDEX session_one_turn ON job (session) WHERE state IN ('uploading', 'instructing');

CREATE VIEW instruction AS                 -- the jobs that people see, each with its session
SELECT job.id, job.session, session.source_id, session.item, session.target,
    CASE session.state WHEN 'alive' THEN session.remote_id ELSE '' END AS session_id,
    CASE session.state WHEN 'alive' THEN session.uploaded_by ELSE '' END AS uploaded_by,
    job.stem, job.skill, job.prompt, job.outputs, job.state, job.reason, job.checking, job.back, job.attempt, job.tries,
    job.due_at, job.render_id, job.render_at, job.renders, job.progress, job.result_url, job.result_size, job.part,
    job.part_sha256, job.part_size, job.answer, job.credits, job.credits_about, job.error_code, job.error_text,
    job.created_at, job.updated_at
FROM job JOIN session ON session.id = job.session
WHERE job.earlier_of IS NULL;

INSERT INTO transition VALUES ('claimed', 'uploaded', 'the session holds the files already');

CREATE TRIGGER job_begins AFTER INSERT ON job BEGIN
    INSERT INTO event (job_id, at, from_state, to_state, reason, attempt, error)
    VALUES (NEW.id, NEW.created_at, '', NEW.state, NEW.reason, NEW.attempt, '');
END;

CREATE TRIGGER job_legal BEFORE UPDATE OF state ON job
WHEN NOT EXISTS (SELECT 1 FROM transition WHERE from_state = OLD.state AND to_state = NEW.state)
BEGIN
    SELECT RAISE(ABORT, 'illegal transition of a job');
END;

CREATE TRIGGER job_moves AFTER UPDATE OF state ON job
WHEN OLD.state <> NEW.state OR OLD.reason <> NEW.reason OR OLD.checking <> NEW.checking OR OLD.attempt <> NEW.attempt
BEGIN
    INSERT INTO event (job_id, at, from_state, to_state, reason, attempt, error)
    VALUES (NEW.id, NEW.updated_at, OLD.state, NEW.state, CASE NEW.checking WHEN 1 THEN 'checking' ELSE NEW.reason END,
        NEW.attempt, NEW.error_text);
END;

-- A job that fails, asks or is asked no longer; one that succeeds only where a file of that name was ever in trouble, so
-- that the many that just succeed cost nothing.
CREATE TRIGGER job_tells AFTER UPDATE OF state ON job
WHEN OLD.state <> NEW.state AND (
    NEW.state IN ('attention', 'failed', 'rejected', 'cancelled') OR OLD.state = 'attention'
    OR (NEW.state = 'published' AND EXISTS (
        SELECT 1 FROM session own JOIN source this ON this.id = own.source_id
        JOIN source other ON other.watch = this.watch AND other.path = this.path
        JOIN session ON session.source_id = other.id JOIN job ON job.session = session.id JOIN event ON event.job_id = job.id
        WHERE own.id = NEW.session
        AND (event.to_state IN ('attention', 'failed', 'rejected', 'cancelled')
             OR event.from_state IN ('attention', 'failed', 'rejected', 'cancelled')))))
BEGIN
    INSERT INTO note_due (source_id) SELECT source_id FROM session WHERE id = NEW.session
    ON CONFLICT (source_id) DO UPDATE SET change = change + 1;
END;

-- What becomes of a file whose jobs were cancelled is only known when it leaves.
CREATE TRIGGER source_leaves AFTER UPDATE OF retired_at ON source
WHEN OLD.retired_at IS NULL AND NEW.retired_at IS NOT NULL
AND EXISTS (SELECT 1 FROM session JOIN job ON job.session = session.id
    WHERE session.source_id = NEW.id AND job.state = 'cancelled' AND job.earlier_of IS NULL)
BEGIN
    INSERT INTO note_due (source_id) VALUES (NEW.id) ON CONFLICT (source_id) DO UPDATE SET change = change + 1;
END;
