-- The latest jobs that have ended are shown every few seconds: without this, all that ever ended are sorted for it.
CREATE INDEX job_ended ON job (state, updated_at) WHERE state IN ('published', 'failed', 'rejected', 'cancelled');
