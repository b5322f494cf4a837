"""What a task kind has to say of itself. Each kind is one module beside this one and holds all
that is known of it: its words, its messages, its results, its examples. Pure.

A kind must not know another kind, nor who asks.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from nemowatch.model import FolderOrder, MediaKind
from nemowatch.tasks.languages import Language
from nemowatch.tasks.records import Drop, Folder, RecipeLike
from nemowatch.tasks.words import WrongError, word_at

#: What a folder takes that takes videos.
VIDEO = frozenset({MediaKind.VIDEO, MediaKind.LINK})
AUDIO = frozenset({MediaKind.AUDIO})
IMAGE = frozenset({MediaKind.IMAGE})
TEXT = frozenset({MediaKind.SCRIPT})

#: The drop of an example that names no other.
CLIP = Drop(MediaKind.VIDEO, "clip.mp4")


@dataclass(frozen=True, slots=True)
class Spelled:
    """A folder's name, taken apart."""

    name: str  #: as the person wrote it
    words: list[str]  #: all of them, the task's own first
    task: str  #: the kind's word, or the recipe's name as the configuration has it
    start: int  #: where the arguments begin in `words`
    recipe: RecipeLike | None = None

    @property
    def first_argument(self) -> str:
        """The first word after the task, or ""."""
        return word_at(self.words, self.start)


@dataclass(frozen=True, slots=True)
class Example:
    """A row of the README's table: folders, what they make, and of what."""

    names: tuple[str, ...]  #: folder names of this kind
    makes: str  #: what comes out, in Markdown
    drop: Drop = CLIP
    shown: str = ""  #: what the table says instead of the names, in Markdown
    recipe: RecipeLike | None = None  #: the one that the name is of


class Skill(NamedTuple):
    """What the cloud works with (docs/api.md section 2)."""

    name: str  #: X-Skill-Source
    max_bytes: int  #: of one file
    needs_sound: bool = False  #: it works on what is said: without sound there is nothing to do
    best_words: int = 0  #: a text turns out best with up to so many; 0: nobody says
    best_seconds: int = 0  #: the same of a video


class Hint(NamedTuple):
    """A folder's name for people who look for one."""

    name: str
    makes: str  #: in plain words


class TaskKind(ABC):
    """One kind of task: what its folders are called, take and give."""

    #: The word that its folders begin with; "" for recipes, which have names of their own.
    word: ClassVar[str]
    #: What it makes, in one line.
    summary: ClassVar[str]
    #: Skills it works with, the usual one first.
    skills: ClassVar[tuple[Skill, ...]]
    #: Kinds of files that its folders take; a pair needs a text and a medium among them.
    takes: ClassVar[frozenset[MediaKind]]
    #: Rows of the README's table.
    examples: ClassVar[tuple[Example, ...]]
    #: Lines of a folder's read-me note.
    hints: ClassVar[tuple[Hint, ...]]

    #: Other names of it, in lower case, which are read as the word itself.
    also: ClassVar[tuple[str, ...]] = ()
    #: Other words that people write for it, which are only proposed. What is spelled alike is
    #: found without them.
    meant: ClassVar[tuple[str, ...]] = ()
    #: The shortest name that can be read, where the word alone cannot.
    shortest: ClassVar[str] = ""
    #: The skill for a text without a medium, where it is another one.
    text_skill: ClassVar[str] = ""
    #: Whether further words may follow the task's.
    has_arguments: ClassVar[bool] = True
    #: Words after the task's that are no languages.
    keywords: ClassVar[frozenset[str]] = frozenset()
    #: What people write for such of them as are no languages, with what it means.
    near_words: ClassVar[Mapping[str, str]] = {}
    #: Whether each language is a job of its own.
    splits_languages: ClassVar[bool] = False
    #: Whether subtitles beside a medium are the words of what is made of it in their language.
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
        """What is to be made of a drop that the folder takes. Raises OrderError."""

    def takes_with(self, folder: Folder, prompt: str) -> frozenset[MediaKind]:
        """The kinds of files that a folder takes, given the text of its prompt.txt."""
        return folder.accepts


def at_most_one(targets: tuple[Language, ...], spelled: Spelled) -> tuple[Language, ...]:
    """The languages, of which there may be one. Raises WrongError."""
    if len(targets) < 2:
        return targets
    task = spelled.task
    raise WrongError(
        f'"{task}" takes one language, but the name has {len(targets)}: make a folder for each.',
        f"{task}-{targets[0].tag.replace('-', '_')}",
    )
