-- whether the cloud gives an id that a session of somebody else's file still works in: asked each time it opens one
CREATE INDEX session_alive ON session (remote_id) WHERE state = 'alive';
