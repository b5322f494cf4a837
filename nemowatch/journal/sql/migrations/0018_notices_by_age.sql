-- messages are given up and forgotten by their age, and never asked for by their event
DROP INDEX notice_event;
CREATE INDEX notice_at ON notice (at);
