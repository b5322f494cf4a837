-- where results have been that are delivered again: until the new ones are there, and after that while the old file still lies
-- there, a person may ask what it is
CREATE TABLE former_output (
    path   BLOB NOT NULL,                  -- absolute
    job_id INTEGER NOT NULL REFERENCES job (id) ON DELETE CASCADE,
    PRIMARY KEY (path, job_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX former_output_job ON former_output (job_id);
