-- What a folder's prompt.txt said when a source was claimed, by its SHA-256: the same file with other instructions is an offer,
-- and no second copy. Of sources from before nobody knows it.
CREATE TABLE source_instructions (
    source_id INTEGER PRIMARY KEY REFERENCES source (id) ON DELETE CASCADE,
    digest    TEXT NOT NULL
) STRICT;
