-- Texts that a person approves before anything is made of them: what is to be made, and the job that makes it.
CREATE TABLE review (
    text_job INTEGER PRIMARY KEY REFERENCES job (id) ON DELETE CASCADE,  -- the instruction that makes the text
    skill    TEXT NOT NULL,
    prompt   TEXT NOT NULL,                -- the message, which the words follow
    outputs  TEXT NOT NULL,                -- JSON, as those of a job
    dub_job  INTEGER UNIQUE REFERENCES job (id) ON DELETE SET NULL  -- NULL: the text is not there yet
) STRICT;
INSERT OR IGNORE INTO transition VALUES
    ('claimed', 'attention', 'a text waits for a person'),
    ('attention', 'attention', 'another text waits for a person');
