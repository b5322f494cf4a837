"""What a folder's name means: grammar, languages, the kinds of tasks, their messages.

Pure: it is given names and texts. It must not open a file, ask the cloud or know a job. Everything
about one kind of task is in its module in `kinds`.
"""
