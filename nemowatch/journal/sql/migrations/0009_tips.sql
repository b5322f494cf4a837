-- What would give better results, as the cloud's own pages advise: said to people, and holds up nothing.
CREATE TABLE tip (
    source_id INTEGER PRIMARY KEY REFERENCES source (id) ON DELETE CASCADE,
    text      TEXT NOT NULL               -- a line each
) STRICT;
