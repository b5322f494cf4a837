-- A side file is looked for by its path before another is put there.
CREATE INDEX side_file_path ON side_file (path);
