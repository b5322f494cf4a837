"""What a kind of task must define. Each kind is one module beside this one, with everything about
it: its words, its messages, its results, its examples. Pure.

A kind must know neither another kind nor who asks.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from nemowatch.model import FolderOrder, MediaKind
from nemowatch.tasks.arguments import VOICES
from nemowatch.tasks.languages import Language
from nemowatch.tasks.records import Drop, Folder, RecipeLike
from nemowatch.tasks.words import WrongError, word_at

#: What a folder accepts that accepts videos.
VIDEO = frozenset({MediaKind.VIDEO, MediaKind.LINK})
AUDIO = frozenset({MediaKind.AUDIO})
IMAGE = frozenset({MediaKind.IMAGE})
TEXT = frozenset({MediaKind.SCRIPT})

#: The drop of an example that names none.
CLIP = Drop(MediaKind.VIDEO, "clip.mp4")


@dataclass(frozen=True, slots=True)
class Spelled:
    """A folder's name, taken apart."""

    name: str  #: as the person wrote it
    words: list[str]  #: all of them, the task's own first
    task: str  #: the kind's word, or the recipe's name as the configuration has it
    start: int  #: the index in `words` at which the arguments begin
    recipe: RecipeLike | None = None

    @property
    def first_argument(self) -> str:
        """The first word after the task, or ""."""
        return word_at(self.words, self.start)


@dataclass(frozen=True, slots=True)
class Example:
    """A row of the README's table: folders, what they make, and from what."""

    names: tuple[str, ...]  #: folder names of this kind
    makes: str  #: what comes out, in Markdown
    drop: Drop = CLIP
    shown: str = ""  #: what the table says instead of the names, in Markdown
    recipe: RecipeLike | None = None  #: the recipe to which the name belongs


class Skill(NamedTuple):
    """A skill of the cloud (docs/api.md section 2)."""

    name: str  #: X-Skill-Source
    max_bytes: int  #: the largest file
    needs_sound: bool = False  #: it works on what is said, so without sound there is nothing to do
    best_words: int = 0  #: up to this many words of a text give the best results; 0: not known
    best_seconds: int = 0  #: the same for the length of a video


class Hint(NamedTuple):
    """A folder's name to propose to people."""

    name: str
    makes: str  #: in plain words


class TaskKind(ABC):
    """One kind of task: the names of its folders, what they accept and what they make."""

    #: The word that its folders begin with; "" for recipes, which have names of their own.
    word: ClassVar[str]
    #: What it makes, in one line.
    summary: ClassVar[str]
    #: The skills that it uses, the usual one first.
    skills: ClassVar[tuple[Skill, ...]]
    #: Kinds of files that its folders accept; pairs need texts and media among them.
    takes: ClassVar[frozenset[MediaKind]]
    #: Rows of the README's table.
    examples: ClassVar[tuple[Example, ...]]
    #: Lines of a folder's read-me note.
    hints: ClassVar[tuple[Hint, ...]]

    #: Other names, in lower case, that are read like the word itself.
    also: ClassVar[tuple[str, ...]] = ()
    #: Other words that people write for it, for which it is only proposed. Similar spellings are
    #: found without this.
    meant: ClassVar[tuple[str, ...]] = ()
    #: The shortest name that can be read, if the word alone cannot.
    shortest: ClassVar[str] = ""
    #: The skill for a text without a medium, if it differs.
    text_skill: ClassVar[str] = ""
    #: Whether further words may follow the task's.
    has_arguments: ClassVar[bool] = True
    #: Words after the task that are not languages.
    keywords: ClassVar[frozenset[str]] = frozenset()
    #: What people write for these words, with what it means.
    near_words: ClassVar[Mapping[str, str]] = {}
    #: Whether each language is a job of its own.
    splits_languages: ClassVar[bool] = False
    #: Whether subtitles beside a medium are the words of its result in their language.
    takes_subtitles: ClassVar[bool] = False
    #: Whether nothing can be made without a prompt.txt.
    needs_prompt: ClassVar[bool] = False
    #: Whether the files of a `NAME.project` folder are worked on together.
    takes_projects: ClassVar[bool] = False

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    @property
    def skill(self) -> str:
        """The usual skill."""
        return self.skills[0].name

    @property
    def starter(self) -> str:
        """A folder's name to begin with."""
        return self.shortest or self.word

    @abstractmethod
    def read(self, spelled: Spelled) -> Folder:
        """The order in a folder's name. Raises WrongError for what cannot be read."""

    @abstractmethod
    def plan(self, folder: Folder, drop: Drop) -> FolderOrder:
        """What is to be made of a drop that the folder accepts. Raises OrderError."""

    def takes_with(self, folder: Folder, prompt: str) -> frozenset[MediaKind]:
        """The kinds of files that a folder accepts, given the text of its prompt.txt."""
        return folder.accepts


def at_most_one(targets: tuple[Language, ...], spelled: Spelled) -> tuple[Language, ...]:
    """The languages, of which there may be at most one. Raises WrongError."""
    if len(targets) < 2:
        return targets
    task = spelled.task
    voices = filter(VOICES.__contains__, map(str.lower, spelled.words[spelled.start :]))
    raise WrongError(
        f'"{task}" takes one language, but the name has {len(targets)}: make a folder for each.',
        "-".join([task, targets[0].tag.replace("-", "_"), *voices]),
    )
