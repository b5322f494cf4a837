-- whether a file is known under another name: asked for each portion of new files, by their content
CREATE INDEX source_content ON source (digest);
-- the index of identities begins with the same two columns
DROP INDEX source_path;
