-- An answer that nothing has asked for yet: it is none to what is asked after it was there.
CREATE TABLE waiting_answer (
    watch    TEXT NOT NULL,
    path     BLOB NOT NULL,      -- relative to the inbox
    digest   TEXT NOT NULL,      -- of its content
    mtime_ns INTEGER NOT NULL,
    seen_at  INTEGER NOT NULL,   -- UTC ms: when it was seen first
    PRIMARY KEY (watch, path)
) STRICT, WITHOUT ROWID;
