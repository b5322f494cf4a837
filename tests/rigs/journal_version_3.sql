-- as of 0001_initial.sql
-- The journal. Paths are BLOBs (names need not be UTF-8), times UTC milliseconds, booleans 0 or 1.
-- Legal transitions are rows, enforced by trigger; every change of state becomes an event, by trigger.

CREATE TABLE inbox (                       -- one row for each inbox this journal has ever worked
    watch      TEXT PRIMARY KEY,           -- the watch's name: its inbox path, shown as text
    first_seen INTEGER NOT NULL,
    last_seen  INTEGER NOT NULL,           -- the last scan that could read it
    scanned    INTEGER NOT NULL DEFAULT 0 CHECK (scanned IN (0, 1))  -- its first scan is over
) STRICT;

CREATE TABLE batch (                       -- many new jobs at once: nothing is spent until a person approves
    id          INTEGER PRIMARY KEY,
    watch       TEXT NOT NULL,
    cause       TEXT NOT NULL,             -- 'first scan', 'return of the share', 'URL list', 'rebuilt journal', 'take-over'
    expected    INTEGER NOT NULL,          -- jobs, as counted when the batch was made
    created_at  INTEGER NOT NULL,
    approved_at INTEGER                    -- NULL: waits for a person
) STRICT;
CREATE UNIQUE INDEX batch_open ON batch (watch) WHERE approved_at IS NULL;

CREATE TABLE source (                      -- one dropped file (or group, or URL list) with one content
    id          INTEGER PRIMARY KEY,
    watch       TEXT NOT NULL,
    folder      BLOB NOT NULL,             -- the task folder's name
    path        BLOB NOT NULL,             -- of its main member, relative to the inbox
    digest      TEXT NOT NULL,             -- over all members' contents, hex
    task        TEXT NOT NULL,
    settled     INTEGER NOT NULL DEFAULT 1 CHECK (settled IN (0, 1)),  -- 0: changed after the claim, settling again
    batch_id    INTEGER REFERENCES batch (id),
    retired_at  INTEGER,                   -- when the file left the inbox (or was to be kept there)
    retired_to  BLOB,                      -- absolute path it went to; empty: it stays in the inbox; NULL: deleted or gone
    created_at  INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX source_identity ON source (watch, path, digest);
CREATE INDEX source_path ON source (watch, path);
CREATE INDEX source_open ON source (id) WHERE retired_at IS NULL;

CREATE TABLE member (                      -- the files and URLs of a source
    id        INTEGER PRIMARY KEY,
    source_id INTEGER NOT NULL REFERENCES source (id) ON DELETE CASCADE,
    item      TEXT NOT NULL DEFAULT '',    -- jobs and clips of one item belong together
    ordinal   INTEGER NOT NULL,
    role      TEXT NOT NULL CHECK (role IN ('clip', 'script', 'list')),
    kind      TEXT NOT NULL,
    name      TEXT NOT NULL,
    path      BLOB NOT NULL DEFAULT x'',
    url       TEXT NOT NULL DEFAULT '',
    digest    TEXT NOT NULL DEFAULT '',
    size      INTEGER NOT NULL DEFAULT 0,
    mtime_ns  INTEGER NOT NULL DEFAULT 0,
    ctime_ns  INTEGER NOT NULL DEFAULT 0,
    blocks    INTEGER NOT NULL DEFAULT 0,
    dev       INTEGER NOT NULL DEFAULT 0,
    ino       INTEGER NOT NULL DEFAULT 0,
    cdn_url   TEXT NOT NULL DEFAULT ''     -- where the cloud keeps it
) STRICT;
CREATE INDEX member_source ON member (source_id, item, ordinal);

CREATE TABLE job (                         -- one source x one target
    id          INTEGER PRIMARY KEY,
    source_id   INTEGER NOT NULL REFERENCES source (id) ON DELETE CASCADE,
    item        TEXT NOT NULL DEFAULT '',
    stem        TEXT NOT NULL,             -- what results are named after
    target      TEXT NOT NULL,
    skill       TEXT NOT NULL,
    prompt      TEXT NOT NULL,
    outputs     TEXT NOT NULL,             -- JSON: [[ending, kind, required], ...]
    state       TEXT NOT NULL DEFAULT 'claimed',
    reason      TEXT NOT NULL DEFAULT '',  -- why held or in attention; a working state's note
    back        TEXT NOT NULL DEFAULT '',  -- where a held job goes on; the state an attention job was in
    attempt     INTEGER NOT NULL DEFAULT 0,
    due_at      INTEGER NOT NULL DEFAULT 0,
    session_id  TEXT NOT NULL DEFAULT '',
    uploaded_by TEXT NOT NULL DEFAULT '',  -- 'bytes' or 'url': how this job's clips got into its session
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
    error_code  TEXT NOT NULL DEFAULT '',
    error_text  TEXT NOT NULL DEFAULT '',
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX job_identity ON job (source_id, item, target);
CREATE INDEX job_due ON job (state, due_at);
CREATE INDEX job_counts ON job (state, reason);  -- counted every second, over however many are held

CREATE TABLE draft (                       -- what the paid turn made: enough to render from without paying again
    job_id   INTEGER PRIMARY KEY REFERENCES job (id) ON DELETE CASCADE,
    draft    TEXT NOT NULL,                -- JSON, passed on unchanged
    saved_at INTEGER NOT NULL
) STRICT;

CREATE TABLE output (                      -- results that were published
    id        INTEGER PRIMARY KEY,
    job_id    INTEGER NOT NULL REFERENCES job (id) ON DELETE CASCADE,
    ending    TEXT NOT NULL,
    path      BLOB NOT NULL,               -- absolute
    size      INTEGER NOT NULL,
    sha256    TEXT NOT NULL,
    published_at INTEGER NOT NULL
) STRICT;
CREATE INDEX output_job ON output (job_id);

CREATE TABLE spend (                       -- the paid calls: a row is committed before each send
    id             INTEGER PRIMARY KEY,
    job_id         INTEGER NOT NULL REFERENCES job (id),
    opened_at      INTEGER NOT NULL,
    session_id     TEXT NOT NULL,
    request_hash   TEXT NOT NULL,
    baseline       TEXT NOT NULL,          -- digest of the remote state before the turn
    outcome        TEXT NOT NULL DEFAULT 'open' CHECK (outcome IN ('open', 'unknown', 'unsent', 'refused', 'happened', 'given up')),
    checks         INTEGER NOT NULL DEFAULT 0,   -- looks at the state since the outcome became unknown
    last_seen      TEXT NOT NULL DEFAULT '',     -- digest at the last look: worked when two in a row agree
    credits_before REAL,
    credits_after  REAL,
    settled_at     INTEGER
) STRICT;
CREATE UNIQUE INDEX spend_one_open ON spend (job_id) WHERE outcome IN ('open', 'unknown');
CREATE INDEX spend_day ON spend (opened_at);

CREATE TABLE event (                       -- every change of a job, written by trigger
    id         INTEGER PRIMARY KEY,
    job_id     INTEGER NOT NULL REFERENCES job (id) ON DELETE CASCADE,
    at         INTEGER NOT NULL,
    from_state TEXT NOT NULL,
    to_state   TEXT NOT NULL,
    reason     TEXT NOT NULL,
    attempt    INTEGER NOT NULL,
    error      TEXT NOT NULL
) STRICT;
CREATE INDEX event_job ON event (job_id, id);

CREATE TABLE hold (                        -- what stops the whole account or machine
    reason   TEXT PRIMARY KEY,
    text     TEXT NOT NULL,
    since    INTEGER NOT NULL,
    seen     REAL                          -- credits available when it began
) STRICT;

CREATE TABLE note (                        -- notes that stand in people's folders, so that they are taken away again
    path       BLOB PRIMARY KEY,           -- absolute
    text       TEXT NOT NULL,
    written_at INTEGER NOT NULL
) STRICT;

CREATE TABLE fact (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;   -- credits seen last, paused, …

CREATE TABLE transition (from_state TEXT NOT NULL, to_state TEXT NOT NULL, why TEXT NOT NULL, PRIMARY KEY (from_state, to_state)) STRICT;
INSERT INTO transition VALUES
    ('claimed', 'uploading', 'a session was made'),
    ('uploading', 'uploaded', 'the session holds the files'),
    ('uploaded', 'instructing', 'the paid turn is about to be sent'),
    ('instructing', 'instructed', 'the edit has happened'),
    ('instructed', 'submitting', 'the render is about to be asked for'),
    ('submitting', 'rendering', 'the render is known'),
    ('rendering', 'rendered', 'the render is complete'),
    ('rendered', 'downloading', 'the result is about to be fetched'),
    ('downloading', 'downloaded', 'the result is whole'),
    ('downloaded', 'published', 'every result stands in the outbox'),
    ('instructed', 'downloaded', 'there is only text to publish'),
    ('uploading', 'claimed', 'the source changed, or the session is lost'),
    ('uploaded', 'claimed', 'the source changed, or the session is lost'),
    ('uploaded', 'submitting', 'the draft was saved before: no new turn'),
    ('uploaded', 'instructed', 'an earlier turn turned out to have happened'),
    ('claimed', 'submitting', 'the draft was saved before and the session may live'),
    ('instructing', 'uploaded', 'the turn was provably not begun'),
    ('instructing', 'claimed', 'the session was gone before the turn began'),
    ('rendering', 'submitting', 'the render failed: a new id, once'),
    ('downloading', 'rendering', 'the address of the result has expired'),
    ('downloaded', 'rendering', 'the part file is gone: fetch it again'),
    ('instructed', 'claimed', 'session lost before the draft was saved, and the configuration says: make it anew'),
    ('submitting', 'claimed', 'session lost, draft saved: new session, no new turn'),
    ('rendering', 'downloaded', 'the render failed, and the text is what was asked for'),
    ('rendering', 'claimed', 'session lost, draft saved: new session, no new turn'),
    ('rendered', 'claimed', 'session lost, draft saved: new session, no new turn'),
    ('downloading', 'claimed', 'session lost, draft saved: new session, no new turn'),
    ('downloaded', 'claimed', 'session lost, draft saved: new session, no new turn');
-- later: any working state to itself; aside: any working state to held; final for any working state
INSERT INTO transition SELECT s, s, 'later' FROM (SELECT DISTINCT from_state AS s FROM transition);
INSERT INTO transition SELECT s, 'held', 'waits for a cause outside' FROM (SELECT DISTINCT from_state AS s FROM transition);
INSERT INTO transition SELECT 'held', s, 'goes on' FROM (SELECT DISTINCT from_state AS s FROM transition WHERE from_state <> 'held');
INSERT INTO transition SELECT s, e, 'the end' FROM (SELECT DISTINCT from_state AS s FROM transition),
    (SELECT 'cancelled' AS e UNION SELECT 'rejected' UNION SELECT 'failed');
INSERT INTO transition VALUES
    ('held', 'held', 'another cause'),
    ('instructing', 'attention', 'only a person can tell'),
    ('attention', 'instructed', 'resolved: it has happened'),
    ('attention', 'uploaded', 'resolved: send it again'),
    ('attention', 'claimed', 'resolved: send it again, in a new session'),
    ('attention', 'cancelled', 'a person took it back'),
    ('attention', 'failed', 'a person gave it up'),
    ('failed', 'claimed', 'retry'), ('rejected', 'claimed', 'retry'), ('cancelled', 'claimed', 'retry'),
    ('failed', 'instructed', 'retry from the saved draft'), ('cancelled', 'instructed', 'retry from the saved draft'),
    ('failed', 'attention', 'a retry whose paid turn is still unknown'),
    ('cancelled', 'attention', 'a retry whose paid turn is still unknown'),
    ('failed', 'rendering', 'retry: the render is known'), ('cancelled', 'rendering', 'retry: the render is known'),
    ('published', 'instructed', 'again, from the saved draft'), ('published', 'claimed', 'again, a new take');

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
WHEN OLD.state <> NEW.state OR OLD.reason <> NEW.reason OR OLD.attempt <> NEW.attempt
BEGIN
    INSERT INTO event (job_id, at, from_state, to_state, reason, attempt, error)
    VALUES (NEW.id, NEW.updated_at, OLD.state, NEW.state, NEW.reason, NEW.attempt, NEW.error_text);
END;
-- as of 0002_tries.sql
-- What may go on without end (a broken connection, whatever passes once a job is paid for) is counted apart from `attempt`,
-- which ends a job when it reaches retry.attempts: this only spaces the tries.
ALTER TABLE job ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;
-- as of 0003_notes_due.sql
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
