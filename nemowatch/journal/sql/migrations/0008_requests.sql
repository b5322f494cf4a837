-- Texts about results and questions that were taken: committed with what they order, so that none is ever paid for twice.
CREATE TABLE request (
    id       INTEGER PRIMARY KEY,
    watch    TEXT NOT NULL,
    path     BLOB NOT NULL,                -- relative to the inbox
    kind     TEXT NOT NULL,                -- 'revise', 'answer'
    session  INTEGER NOT NULL REFERENCES session (id) ON DELETE CASCADE,  -- what it was about
    job      INTEGER NOT NULL REFERENCES job (id) ON DELETE CASCADE,      -- what it ordered, or answered
    digest   TEXT NOT NULL,                -- of its content
    mtime_ns INTEGER NOT NULL,
    taken_at INTEGER NOT NULL,
    moved    INTEGER NOT NULL DEFAULT 0 CHECK (moved IN (0, 1))          -- it has left the inbox
) STRICT;
CREATE INDEX request_path ON request (watch, path);
CREATE UNIQUE INDEX request_once ON request (session, kind, digest, mtime_ns);

-- A session that the cloud has lost has no timeline any more.
ALTER TABLE session ADD COLUMN rebuild INTEGER NOT NULL DEFAULT 0 CHECK (rebuild IN (0, 1));  -- a person wants it made again
ALTER TABLE spend ADD COLUMN replays INTEGER REFERENCES job (id) ON DELETE SET NULL;  -- the earlier instruction that it repeats
INSERT INTO transition VALUES ('claimed', 'attention', 'the session that it goes on from is lost');
