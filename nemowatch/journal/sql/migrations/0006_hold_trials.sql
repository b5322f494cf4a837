-- A refusal of the whole account is remembered until a job gets through, so that the same call is not sent again and again:
-- what the account showed then, how often it was refused in a row, and which job tries whether it still is.
-- Whatever is held today counts as refused once, now.
ALTER TABLE hold ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;     -- refusals in a row after the first
ALTER TABLE hold ADD COLUMN tried_at INTEGER NOT NULL DEFAULT 0;  -- UTC ms of the latest refusal
ALTER TABLE hold ADD COLUMN trial INTEGER;                        -- the job that tries now
ALTER TABLE hold ADD COLUMN account TEXT NOT NULL DEFAULT '';     -- whose: '' is not known
ALTER TABLE hold ADD COLUMN over INTEGER NOT NULL DEFAULT 0 CHECK (over IN (0, 1));  -- 1: it holds nothing; only remembered
UPDATE hold SET tried_at = since;

-- What overlapping turns were said to have cost was a part of less than their sum: rather nothing.
UPDATE job SET credits = NULL WHERE credits_about = 1;

-- The cause of a batch is shown to people: in plain words.
UPDATE batch SET cause = 'results already in the outbox' WHERE cause = 'results that stand already';
