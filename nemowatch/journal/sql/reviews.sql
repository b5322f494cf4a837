-- name: plan
INSERT INTO review (text_job, skill, prompt, outputs) VALUES (:text_job, :skill, :prompt, :outputs)
ON CONFLICT (text_job) DO UPDATE SET skill = :skill, prompt = :prompt, outputs = :outputs

-- name: of_text
SELECT * FROM review WHERE text_job = ?

-- name: of_dub
SELECT * FROM review WHERE dub_job = ?

-- name: asked
UPDATE review SET dub_job = :dub_job WHERE text_job = :text_job

-- name: waiting
-- the job of a session that waits for its text to be approved
SELECT dub_job FROM review JOIN job ON job.id = dub_job
WHERE job.session = :session AND job.state = 'attention' AND job.reason = 'review'

-- name: other_text
-- another instruction makes the text now
UPDATE review SET text_job = :text_job, dub_job = NULL WHERE dub_job = :text_job

-- name: make_text
-- it makes what that job made
UPDATE job SET outputs = (SELECT outputs FROM job AS other WHERE other.id = :text_job) WHERE id = :job
