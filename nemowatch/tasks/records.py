"""The records of this package: what a folder's name says, and what was dropped into it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeAlias

from nemowatch.model import MediaKind
from nemowatch.tasks.languages import Language


class RecipeLike(Protocol):
    """A folder name that the configuration adds."""

    @property
    def prompt(self) -> str: ...
    @property
    def skill(self) -> str: ...
    @property
    def accepts(self) -> Collection[MediaKind]: ...
    @property
    def outputs(self) -> Collection[str]: ...


#: Folder names that the configuration adds: recipes, and aliases, each with the order for which it
#: stands.
OwnNames: TypeAlias = Mapping[str, RecipeLike | str]


class Gender(StrEnum):
    """The voice that a voiceover folder asks for."""

    UNSAID = ""  #: the cloud chooses
    MALE = "male"
    FEMALE = "female"


@dataclass(frozen=True, slots=True)
class Folder:
    """What a task folder's name says."""

    name: str  #: as the person wrote it
    #: "dub", "voiceover", "transcribe", "edit", or the recipe's name as the configuration has it
    task: str
    #: X-Skill-Source (docs/api.md section 2); scripts alone in a voiceover folder have another
    skill: str
    languages: tuple[Language, ...] = ()  #: targets, in the order written
    source_language: Language | None = None  #: what `from` names
    is_language_assumed: bool = False  #: the name has none
    gender: Gender = Gender.UNSAID
    accepts: frozenset[MediaKind] = frozenset()  #: kinds of files that it accepts
    prompt: str = ""  #: a recipe's own, with its placeholders; empty for built-in tasks
    is_reviewed: bool = False  #: the text is made first, and a person reviews it
    outputs: tuple[str, ...] = ("mp4",)  #: of an `edit` folder or a recipe
    stands_for: str = ""  #: the order in full, if the name has an alias; else ""

    @property
    def language_tags(self) -> tuple[str, ...]:
        """The tags of the languages in which texts there are likely to be."""
        named = list(self.languages)
        if self.source_language is not None:
            named.append(self.source_language)
        return tuple(language.tag for language in named)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A folder's name that is not an order. It costs nothing, and is reported."""

    name: str  #: as the person wrote it
    what: str  #: a whole plain sentence: what is wrong
    suggestion: str = ""  #: the nearest valid name, or ""


@dataclass(frozen=True, slots=True)
class Term:
    """One line of a glossary."""

    name: str
    translation: str = ""  #: for languages without one of their own; "" keeps the name
    by_language: tuple[tuple[str, str], ...] = ()  #: (tag, translation)

    def in_language(self, tag: str) -> str:
        """Its translation into a language: the one for the language with its region, else the one
        for the language, else the one for all; "" when the term is not translated."""
        own = dict(self.by_language)
        general = own.get(tag.partition("-")[0], self.translation)
        return own.get(tag, general)


@dataclass(frozen=True, slots=True)
class Glossary:
    """The terms that go with every turn."""

    terms: tuple[Term, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.terms)

    def with_nearer(self, nearer: Glossary) -> Glossary:
        """These terms with those of a folder below, which count if both have the same term."""
        terms = {term.name: term for term in self.terms}
        for term in nearer.terms:
            terms[term.name] = term
        return Glossary(tuple(terms.values()))


NO_TERMS = Glossary()


@dataclass(frozen=True, slots=True)
class Drop:
    """One file, or one group of files of the same stem, in a task folder."""

    kind: MediaKind  #: of the clip; SCRIPT when there is only a text
    name: str  #: the file's name with its suffix
    script: str = ""  #: the text of the script, alone or beside the clip
    prompt: str = ""  #: the text of the folder's prompt.txt, or ""
    glossary: Glossary = NO_TERMS  #: the names and terms of its folder
    #: (tag, words with their times): subtitles beside the clip, in languages of the folder
    subtitles: tuple[tuple[str, str], ...] = ()
    seconds: float = 0  #: how long the clip plays; 0: not known
