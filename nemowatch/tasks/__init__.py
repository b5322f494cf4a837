"""What a folder's name means: grammar, languages, the kinds of tasks, their messages.

Pure: it is given names and texts. It must not open a file, ask the cloud or know a job. What
there is to know of one kind of task is in its module in `kinds`.
"""

from nemowatch.tasks.arguments import tag_of
from nemowatch.tasks.describe import describe, hint_lines
from nemowatch.tasks.glossary import glossary_words, read_glossary
from nemowatch.tasks.grammar import read_folder
from nemowatch.tasks.languages import Language
from nemowatch.tasks.media_names import listed
from nemowatch.tasks.plan import (
    folders_for,
    jobs_of_one,
    max_bytes,
    needs_sound,
    plan,
    takes,
    takes_subtitles,
)
from nemowatch.tasks.projects import ProjectDrop, asks_about_mixes, plan_project, takes_projects
from nemowatch.tasks.prompts import nested
from nemowatch.tasks.records import NO_TERMS, Drop, Folder, Gender, Glossary, Recipe, Unreadable
from nemowatch.tasks.words import enumerated, examples

__all__ = [
    "NO_TERMS",
    "Drop",
    "Folder",
    "Gender",
    "Glossary",
    "Language",
    "ProjectDrop",
    "Recipe",
    "Unreadable",
    "asks_about_mixes",
    "describe",
    "enumerated",
    "examples",
    "folders_for",
    "glossary_words",
    "hint_lines",
    "jobs_of_one",
    "listed",
    "max_bytes",
    "needs_sound",
    "nested",
    "plan",
    "plan_project",
    "read_folder",
    "read_glossary",
    "tag_of",
    "takes",
    "takes_projects",
    "takes_subtitles",
]
