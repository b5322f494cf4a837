"""Task folders: what each one's name asks for, which kinds it takes, and what its prompt.txt says.

Owns the book of folder names read so far. It is pure: names and texts go in, meanings come out; the
grammar itself is in `nemowatch.tasks`.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter

from nemowatch.intake.scan import instruction_names
from nemowatch.intake.scan.instruction_forms import InstructionName
from nemowatch.intake.scan.name_order_and_stems import is_subtitles
from nemowatch.intake.scan.paths import as_text, folder_of, lineage, name_of, parent, promised_kind
from nemowatch.intake.scan.project_folders import ProjectFolder, project_of
from nemowatch.model import MediaKind
from nemowatch.tasks.grammar import read_folder
from nemowatch.tasks.plan import jobs_of_one, takes, takes_subtitles
from nemowatch.tasks.projects import asks_about_mixes, takes_projects
from nemowatch.tasks.prompts import nested
from nemowatch.tasks.records import NO_TERMS, Folder, Glossary, OwnNames, Unreadable

#: The most names kept in the book: ten thousand task folders fit, and it does not grow for ever.
MAX_NAMES = 20_000
#: Kinds that a text can belong to.
MEDIA = frozenset({MediaKind.VIDEO, MediaKind.AUDIO, MediaKind.IMAGE})


class FolderBook:
    """Reads folder names, each once."""

    def __init__(self, own_names: OwnNames) -> None:
        self.own_names = own_names  #: recipes and aliases of the configuration
        self._read: dict[bytes, Folder | Unreadable] = {}
        self._prompts: dict[bytes, str] = {}
        self._glossaries: dict[bytes, Glossary] = {}

    def reread(self, own_names: OwnNames) -> None:
        """Forget what was read of names: the configuration's recipes have changed."""
        self.own_names = own_names
        self._read.clear()

    def read(self, name: bytes) -> Folder | Unreadable:
        """What this folder's name asks for."""
        found = self._read.get(name)
        if found is not None:
            return found

        if len(self._read) >= MAX_NAMES:
            self._read.clear()
        found = read_folder(as_text(name), self.own_names)
        self._read[name] = found
        return found

    def instruct(self, folder: bytes, prompt: str) -> None:
        """Note the text of the folder's prompt.txt ("": it has none)."""
        if prompt:
            self._prompts[folder] = prompt
        else:
            self._prompts.pop(folder, None)

    def is_instructed(self, folder: bytes) -> bool:
        """Whether there is a prompt.txt in this very folder."""
        return folder in self._prompts

    def define(self, folder: bytes, glossary: Glossary) -> None:
        """Note the folder's glossary.txt (no terms: it has none)."""
        if glossary:
            self._glossaries[folder] = glossary
        else:
            self._glossaries.pop(folder, None)

    def glossary(self, folder: bytes) -> Glossary:
        """The names and terms for files in this folder, at any depth: those of its glossary.txt
        and of those above it. Of the same term in several the nearest counts."""
        found = NO_TERMS
        for glossary in filter(None, map(self._glossaries.get, lineage(folder))):
            found = found.with_nearer(glossary)
        return found

    def own_glossary(self, folder: bytes) -> Glossary:
        """The names and terms of the glossary.txt in this very folder."""
        return self._glossaries.get(folder, NO_TERMS)

    def own_prompt(self, folder: bytes) -> str:
        """The text of the prompt.txt in this very folder; "" for none."""
        return self._prompts.get(folder, "")

    def prompt(self, folder: bytes) -> str:
        """The prompt for files in this folder, at any depth, from the prompt.txt in it and those
        above it: the nearest counts, and one that begins with + adds to the one above."""
        if not self._prompts:
            return ""
        text = ""
        for above in lineage(folder):
            text = nested(text, self._prompts.get(above, ""))
        return text

    def instructed_in(self, folder: bytes) -> bytes:
        """The nearest folder with a prompt.txt for files in this one; else its task folder."""
        nearest = folder_of(folder)
        for above in lineage(folder):
            if above in self._prompts:
                nearest = above
        return nearest

    def kinds(self, folder: bytes) -> frozenset[MediaKind]:
        """The kinds of files that this folder, at any depth, accepts; none when the name of its
        task folder cannot be read."""
        found = self.read(folder_of(folder))
        if isinstance(found, Folder):
            return takes(found, self.prompt(folder))
        return frozenset()

    def takes(self, path: bytes) -> bool:
        """True when the ending of this path is of a kind that its folder accepts."""
        if self.is_subtitles(path):
            return True
        return promised_kind(path) in self.kinds(parent(path))

    def is_subtitles(self, path: bytes) -> bool:
        """Whether a file is named like subtitles, and its folder uses these as the words of what
        is made of the clip beside them."""
        return is_subtitles(path) and self.takes_subtitles(path)

    def is_reviewed_text(self, path: bytes) -> bool:
        """Whether a file is named like subtitles, and is in a folder where a text is approved by
        putting it back."""
        return is_subtitles(path) and self._orders(path, attrgetter("is_reviewed"))

    def takes_subtitles(self, path: bytes) -> bool:
        """Whether subtitles belong to clips in the task folder of this path."""
        return self._orders(path, takes_subtitles)

    def in_doubt(self, path: bytes) -> InstructionName | None:
        """The instruction that a file may be meant as, judged by its name alone; the files beside
        it may show more."""
        if self.is_subtitles(path) or self.is_reviewed_text(path):
            return None
        is_text_work = MediaKind.SCRIPT in self.kinds(parent(path))
        return instruction_names.in_doubt(name_of(path), scripts=is_text_work)

    def takes_projects(self, folder: bytes) -> bool:
        """Whether this task folder has projects, whose files are worked on together."""
        return self._orders(folder, takes_projects)

    def asks_about_mixes(self, folder: bytes) -> bool:
        """Whether files of different kinds that come into this folder together are asked about."""
        return self._orders(folder, asks_about_mixes)

    def _orders(self, path: bytes, what: Callable[[Folder], bool]) -> bool:
        """Whether this is so of what the task folder of a path orders; not of one whose name cannot
        be read."""
        found = self.read(folder_of(path))
        return isinstance(found, Folder) and what(found)

    def is_approvable(self, folder: bytes) -> bool:
        """Whether an APPROVE counts in this folder."""
        if not self.takes_projects(folder_of(folder)):
            return False
        project = self.project(folder)
        if project is not None:
            return project.is_work and project.path == folder
        return self.asks_about_mixes(folder)

    def project(self, path: bytes) -> ProjectFolder | None:
        """The outermost folder with a project's name in a path below a task folder, including its
        last part; None when there is none."""
        return project_of(path, self.takes_projects)

    def unit(self, path: bytes) -> bytes:
        """What is worked on as a whole: the file itself, or the project that it is in."""
        project = self.project(parent(path))
        if project is None:
            return path
        return project.path

    def groups(self, folder: bytes) -> bool:
        """True when a text beside a media file of the same stem belongs to it there."""
        if self.takes_subtitles(folder):
            return True
        kinds = self.kinds(folder)
        if MediaKind.SCRIPT not in kinds:
            return False
        return not MEDIA.isdisjoint(kinds)

    def has_related(self, folder: bytes) -> bool:
        """True where files of the same stem may belong together."""
        kinds = self.kinds(folder)
        takes_both = MediaKind.VIDEO in kinds and MediaKind.AUDIO in kinds
        return takes_both or self.groups(folder)

    def jobs_of_one(self, folder: bytes) -> int:
        """How many jobs one file in it brings, as far as the name says: one for each language
        of a dubbing."""
        found = self.read(folder)
        if isinstance(found, Folder):
            return jobs_of_one(found)
        return 1
