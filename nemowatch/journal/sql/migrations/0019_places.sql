-- Nobody waits for another's thousands (start-time fair queueing): each job has a place, one after the last of its folder that
-- waits, and never before what is served now. What is due runs in the order of the places.

-- who takes turns: a folder's files; what people ask for about them; what was held and goes on
CREATE TABLE flow (
    id     INTEGER PRIMARY KEY,
    watch  TEXT NOT NULL,
    folder BLOB NOT NULL,
    kind   TEXT NOT NULL CHECK (kind IN ('dropped', 'asked', 'woken')),
    UNIQUE (watch, folder, kind)
) STRICT;

ALTER TABLE job ADD COLUMN flow INTEGER NOT NULL DEFAULT 0;
ALTER TABLE job ADD COLUMN place INTEGER NOT NULL DEFAULT 0;  -- 0: before all others

-- the place that was served last, for each state in which jobs queue
CREATE TABLE served (
    state TEXT PRIMARY KEY,
    place INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
INSERT INTO served (state) VALUES ('claimed'), ('uploaded'), ('instructed'), ('rendered');

-- what waited before keeps its order
INSERT INTO flow (watch, folder, kind) SELECT DISTINCT watch, folder, 'dropped' FROM source;
UPDATE job SET place = old.place, flow = old.flow FROM (
    SELECT waits.id, row_number() OVER (ORDER BY waits.id) AS place, flow.id AS flow
    FROM job waits JOIN session ON session.id = waits.session JOIN source ON source.id = session.source_id
    JOIN flow ON flow.watch = source.watch AND flow.folder = source.folder
    WHERE waits.state NOT IN ('published', 'failed', 'rejected', 'cancelled')) old
WHERE job.id = old.id;

CREATE INDEX job_place ON job (state, place, id, due_at);
CREATE INDEX job_flow ON job (flow, place)
WHERE state IN ('claimed', 'uploading', 'uploaded', 'instructing', 'instructed', 'submitting', 'rendered');

-- the place that is served now, where the jobs wait longest: states in which none waits do not count
CREATE VIEW serving AS
SELECT coalesce(
    (SELECT min(max(served.place, (SELECT min(job.place) - 1 FROM job WHERE job.state = served.state AND job.place > 0)))
    FROM served), (SELECT max(served.place) FROM served)) AS place;

CREATE TRIGGER job_is_placed AFTER UPDATE OF flow ON job BEGIN
    UPDATE job SET place = 1 + max((SELECT place FROM serving), coalesce((
        SELECT max(other.place) FROM job other WHERE other.flow = NEW.flow
        AND other.state IN ('claimed', 'uploading', 'uploaded', 'instructing', 'instructed', 'submitting', 'rendered')), 0))
    WHERE id = NEW.id;
END;

CREATE TRIGGER job_queues AFTER INSERT ON job WHEN NEW.state = 'claimed' BEGIN
    INSERT INTO flow (watch, folder, kind)
    SELECT source.watch, source.folder, CASE NEW.is_change WHEN 1 THEN 'asked' ELSE 'dropped' END
    FROM session JOIN source ON source.id = session.source_id WHERE session.id = NEW.session
    ON CONFLICT DO NOTHING;
    UPDATE job SET place = 0, flow = (
        SELECT flow.id FROM session JOIN source ON source.id = session.source_id
        JOIN flow ON flow.watch = source.watch AND flow.folder = source.folder
        AND flow.kind = CASE NEW.is_change WHEN 1 THEN 'asked' ELSE 'dropped' END
        WHERE session.id = NEW.session)
    WHERE id = NEW.id;
END;

-- what was held goes on among the others; what a person decides, or asks for again, before their folder's thousands
CREATE TRIGGER job_queues_again AFTER UPDATE OF state ON job
WHEN OLD.state IN ('held', 'attention', 'published', 'failed', 'rejected', 'cancelled')
AND NEW.state NOT IN ('held', 'attention', 'published', 'failed', 'rejected', 'cancelled')
BEGIN
    INSERT INTO flow (watch, folder, kind)
    SELECT source.watch, source.folder, CASE OLD.state WHEN 'held' THEN 'woken' ELSE 'asked' END
    FROM session JOIN source ON source.id = session.source_id WHERE session.id = NEW.session
    ON CONFLICT DO NOTHING;
    UPDATE job SET place = 0, flow = (
        SELECT flow.id FROM session JOIN source ON source.id = session.source_id
        JOIN flow ON flow.watch = source.watch AND flow.folder = source.folder
        AND flow.kind = CASE OLD.state WHEN 'held' THEN 'woken' ELSE 'asked' END
        WHERE session.id = NEW.session)
    WHERE id = NEW.id;
    -- what is paid for goes before what is not
    UPDATE job SET place = 0 WHERE id = NEW.id AND NEW.state IN ('claimed', 'uploading', 'uploaded')
    AND EXISTS (SELECT 1 FROM spend WHERE spend.job_id = NEW.id AND spend.edit IN ('made', 'unseen'));
END;

CREATE TRIGGER job_is_paid_for AFTER UPDATE OF state ON job
WHEN NEW.state = 'claimed' AND OLD.state NOT IN ('claimed', 'held', 'attention', 'published', 'failed', 'rejected', 'cancelled')
AND EXISTS (SELECT 1 FROM spend WHERE spend.job_id = NEW.id AND spend.edit IN ('made', 'unseen'))
BEGIN
    UPDATE job SET place = 0 WHERE id = NEW.id;
END;

-- tries again say nothing of whose turn it is
CREATE TRIGGER job_is_served AFTER UPDATE OF state ON job
WHEN OLD.state IN ('claimed', 'uploaded', 'instructed', 'rendered') AND OLD.place > 0 AND OLD.attempt + OLD.tries = 0
AND NEW.state NOT IN ('claimed', 'held', 'attention', 'failed', 'rejected', 'cancelled') AND NEW.state <> OLD.state
BEGIN
    UPDATE served SET place = OLD.place WHERE state = OLD.state;
END;

DROP VIEW instruction;
CREATE VIEW instruction AS                 -- the jobs that people see, each with its session
SELECT job.id, job.session, session.source_id, session.item, session.target,
    CASE session.state WHEN 'alive' THEN session.remote_id ELSE '' END AS session_id,
    CASE session.state WHEN 'alive' THEN session.uploaded_by ELSE '' END AS uploaded_by,
    job.stem, job.skill, job.prompt, job.outputs, job.state, job.reason, job.checking, job.back, job.attempt, job.tries,
    job.due_at, job.render_id, job.render_at, job.renders, job.progress, job.result_url, job.result_size, job.part,
    job.part_sha256, job.part_size, job.answer, job.credits, job.credits_about, job.error_code, job.error_text,
    job.created_at, job.updated_at, job.place
FROM job JOIN session ON session.id = job.session
WHERE job.earlier_of IS NULL;
