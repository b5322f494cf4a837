-- What may go on without end (a broken connection, whatever passes once a job is paid for) is counted apart from `attempt`,
-- which ends a job when it reaches retry.attempts: this only spaces the tries.
ALTER TABLE job ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;
