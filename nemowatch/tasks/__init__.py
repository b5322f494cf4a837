"""What a folder's name means: grammar, languages, recipes, prompts; and what texts and links that
people drop say.

Pure: it is given names, texts and bytes. It must not open a file, ask the cloud or know a job.
"""

from nemowatch.content.links import read_links
from nemowatch.content.text import decode_text, read_script
from nemowatch.tasks.describe import describe
from nemowatch.tasks.grammar import DEFAULT_SKILL, read_folder
from nemowatch.tasks.languages import Language
from nemowatch.tasks.plan import MAX_BYTES, listed, max_bytes, plan, takes
from nemowatch.tasks.records import Drop, Folder, Gender, Recipe, Unreadable

__all__ = [
    "DEFAULT_SKILL",
    "MAX_BYTES",
    "Drop",
    "Folder",
    "Gender",
    "Language",
    "Recipe",
    "Unreadable",
    "decode_text",
    "describe",
    "listed",
    "max_bytes",
    "plan",
    "read_folder",
    "read_links",
    "read_script",
    "takes",
]
