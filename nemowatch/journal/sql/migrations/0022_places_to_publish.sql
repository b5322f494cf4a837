-- results wait to be published as well: a single file's is not the last of those that have been fetched
INSERT INTO served (state) VALUES ('downloaded');

DROP TRIGGER job_is_served;
CREATE TRIGGER job_is_served AFTER UPDATE OF state ON job
WHEN OLD.state IN ('claimed', 'uploaded', 'instructed', 'rendered', 'downloaded') AND OLD.place > 0 AND OLD.attempt + OLD.tries = 0
AND NEW.state NOT IN ('claimed', 'held', 'attention', 'failed', 'rejected', 'cancelled') AND NEW.state <> OLD.state
BEGIN
    UPDATE served SET place = OLD.place WHERE state = OLD.state;
END;

-- and a folder's next files come after its own that wait there
DROP INDEX job_flow;
CREATE INDEX job_flow ON job (flow, place)
WHERE state IN ('claimed', 'uploading', 'uploaded', 'instructing', 'instructed', 'submitting', 'rendered', 'downloading', 'downloaded');

DROP TRIGGER job_is_placed;
CREATE TRIGGER job_is_placed AFTER UPDATE OF flow ON job BEGIN
    UPDATE job SET place = 1 + max((SELECT place FROM serving), coalesce((
        SELECT max(other.place) FROM job other WHERE other.flow = NEW.flow
        AND other.state IN ('claimed', 'uploading', 'uploaded', 'instructing', 'instructed', 'submitting', 'rendered', 'downloading',
        'downloaded')), 0))
    WHERE id = NEW.id;
END;
