"""The instructions that a scan finds, folder by folder, and what only looks like one.

Owns where an instruction counts, and what people read about one that counts nowhere. It reads no
file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

from nemowatch.intake.records import MAY_STAY, FileProblem
from nemowatch.intake.scan import instruction_names
from nemowatch.intake.scan.instruction_forms import FORM, Effect, InstructionName
from nemowatch.intake.scan.paths import as_text, name_of, parent
from nemowatch.model import Snapshot

#: The cures for names that are nearly an instruction: each is written out, so that it can be
#: translated.
_RENAME = (
    "Call it {name}, with nothing before or after (Windows hides endings: View, File name"
    " extensions shows them), or remove it. If it is a file to be processed, give it a name that is"
    " not like this one."
)
_SAVE = (
    "Save it as plain text called {name}, with nothing before or after (Windows hides endings:"
    " View, File name extensions shows them), or remove it. If it is a file to be processed, give"
    " it a name that is not like this one."
)
CURES = {
    InstructionName.PAUSE: _RENAME,
    InstructionName.APPROVE: (
        "While a note asks for approval, put it into the inbox as {name}, with nothing before or"
        " after (Windows hides endings: View, File name extensions shows them); otherwise remove"
        " it. If it is a file to be processed, give it a name that is not like this one."
    ),
    InstructionName.PROMPT: _SAVE,
    InstructionName.GLOSSARY: _SAVE,
    InstructionName.LINKS: _SAVE,
    InstructionName.REVISE: (
        "Save it as plain text called {name}, where NAME is the name of the result that is to be"
        " changed, for example promo.es.revise.txt (Windows hides endings: View, File name"
        " extensions shows them), or remove it. If it is a file to be processed, give it another"
        " name."
    ),
    InstructionName.ANSWER: (
        "Save it as plain text called {name}, where NAME is the name of the file that is asked"
        " about, for example promo.mp4.answer.txt (Windows hides endings: View, File name"
        " extensions shows them), or remove it. If it is a file to be processed, give it another"
        " name."
    ),
    InstructionName.NOTE: "Remove it, or give it another name if it is to be processed.",
    InstructionName.ORDER: (
        "To try a file again, move it from failed/ back here. To end a pause, remove the file"
        " PAUSE. To take an order back, remove its file. If this file is to be processed, give it"
        " another name."
    ),
    InstructionName.ASIDE: (
        "It may stay. If it is a script to be spoken, give it another name, such as script, and"
        " leave its ending as it is."
    ),
}
#: The cure for a text that is empty.
EMPTY_CURES = {
    InstructionName.PROMPT: "Write the instructions into it, or remove it.",
    InstructionName.GLOSSARY: "Write the names and terms into it, one per line, or remove it.",
    InstructionName.REVISE: "Write into it what should be changed, or remove it.",
    InstructionName.ANSWER: "Write the answer into it, or remove it.",
    InstructionName.REVIEWED: "Write the words into it, with their times, or remove it.",
}
#: The most notes, and the most texts about results, that one scan takes in.
MAX_NOTES = 1_000
#: What is said of names that are close to no instruction that exists.
_SAID = {
    InstructionName.ORDER: "{name} looks like an order that nemowatch does not know",
    InstructionName.ASIDE: "{name} looks like a text about the folder, not like work",
}
_NEARLY = "{name} looks like {meant}, but its name is not exactly that"
_HOLDS = {
    Effect.FOLDER: "nothing in this folder is processed while it is there",
    Effect.PAUSE: "nothing in this folder is paid for while it is there, as with a file PAUSE",
    Effect.ITSELF: "it is left alone",
}


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A file that was meant as an instruction, but is not one as it is."""

    path: bytes  #: relative to the inbox
    instruction: InstructionName
    what: str  #: what is wrong with it, a whole plain sentence
    cure: str

    @property
    def name(self) -> str:
        """Its name, as people see it."""
        return as_text(name_of(self.path))

    @property
    def holds_folder(self) -> bool:
        """Whether nothing beside or below it may be claimed."""
        return FORM[self.instruction].effect is Effect.FOLDER

    def problem(self) -> FileProblem:
        """What people read about it, in its own folder."""
        code = MAY_STAY if self.instruction is InstructionName.ASIDE else "near miss"
        return FileProblem(self.path, parent(self.path), self.what, self.cure, code=code)


@dataclass(slots=True)
class FolderInstructions:
    """What one folder (b"": the inbox itself) holds."""

    pauses: list[bytes] = field(default_factory=list)
    #: texts to be read, by instruction
    texts: dict[InstructionName, dict[bytes, Snapshot]] = field(default_factory=dict)
    near: list[NearMiss] = field(default_factory=list)
    #: each APPROVE that counts here, as it was found
    approvals: dict[bytes, Snapshot] = field(default_factory=dict)

    @property
    def paused(self) -> bytes:
        """The path of its PAUSE, or of what may have been meant as one; b"" for none."""
        if self.pauses:
            return min(self.pauses)
        return min(self._like_a_pause(), default=b"")

    def _like_a_pause(self) -> Iterator[bytes]:
        for miss in self.near:
            if miss.instruction is InstructionName.PAUSE:
                yield miss.path

    def texts_to_read(self) -> Iterator[tuple[bytes, Snapshot]]:
        """The texts that count; none of a kind while it is not clear which of several does."""
        for found in self.texts.values():
            if len(found) == 1:
                yield from found.items()

    def add_text(self, kind: InstructionName, path: bytes, snapshot: Snapshot) -> None:
        """A text of this kind is in the folder."""
        self.texts.setdefault(kind, {})[path] = snapshot

    @property
    def unclear(self) -> NearMiss | None:
        """What keeps everything in the folder from being claimed."""
        for miss in self.near:
            if miss.holds_folder:
                return miss
        return None


#: Instructions that are read as texts.
TEXTS = frozenset(EMPTY_CURES)
#: Folders that hold something, by their paths below the inbox.
Instructions = Mapping[bytes, FolderInstructions]


class Gathering:
    """Collects instructions during a walk."""

    def __init__(self, is_approvable: Callable[[bytes], bool] = lambda _: False) -> None:
        """`is_approvable`: whether an APPROVE counts in a folder below the inbox."""
        self._is_approvable = is_approvable
        self.folders: dict[bytes, FolderInstructions] = {}
        self.approvals: dict[bytes, Snapshot] = {}
        self.others: list[NearMiss] = []  #: near misses that hold back no other file
        self.notes: list[bytes] = []  #: files named like our own notes
        self.folder_approvals: dict[bytes, Snapshot] = {}  #: each APPROVE in a folder
        #: texts about a result or a question, by path
        self.requests: dict[bytes, Snapshot] = {}

    def take(self, path: bytes, snapshot: Snapshot, *, is_empty: bool) -> None:
        """Take in what has one of our names: an instruction, or what looks like one. `is_empty`: it
        is a file without a byte; of a pipe and the like reading says what it is."""
        exact = instruction_names.exact(name_of(path))
        if exact is None:
            self._inexact(path, snapshot, is_empty=is_empty)
        elif exact is InstructionName.PAUSE:
            self._at(path).pauses.append(path)
        elif exact in TEXTS:
            self._text(exact, path, snapshot, is_empty=is_empty)
        else:
            self._approval(path, snapshot)

    def _inexact(self, path: bytes, snapshot: Snapshot, *, is_empty: bool) -> None:
        name = name_of(path)
        asked = instruction_names.request_of(name)
        alike = _alike(name)
        if asked is not None:
            self.request(path, snapshot, asked.instruction, is_empty=is_empty)
        elif alike is not None:
            self.miss(path, alike)
        elif instruction_names.is_note(name) and len(self.notes) < MAX_NOTES:
            self.notes.append(path)

    def request(
        self, path: bytes, snapshot: Snapshot, asked: InstructionName, *, is_empty: bool
    ) -> None:
        """Take in a text about a result or a question."""
        if is_empty:
            why = f"{as_text(name_of(path))} is empty"
            self.others.append(_near(path, asked, why, EMPTY_CURES[asked]))
        elif len(self.requests) < MAX_NOTES:
            self.requests[path] = snapshot

    def _approval(self, path: bytes, snapshot: Snapshot) -> None:
        if not parent(path):
            self.approvals[path] = snapshot
            return
        if self._is_approvable(parent(path)):
            self._at(path).approvals[path] = snapshot
            return
        self.folder_approvals[path] = snapshot
        name = as_text(name_of(path))
        why = f"{name} works only in the inbox itself, except where a note offers something"
        self.miss(path, InstructionName.APPROVE, why)

    def _text(
        self, kind: InstructionName, path: bytes, snapshot: Snapshot, *, is_empty: bool
    ) -> None:
        held = self._at(path)
        if not parent(path):
            why = f"{kind} works only in a task folder, or in a folder below one"
            cure = "Put it into the folder that it is meant for."
            held.near.append(_near(path, kind, why, cure))
        elif is_empty:
            why = f"{as_text(name_of(path))} is empty"
            held.near.append(_near(path, kind, why, EMPTY_CURES[kind]))
        else:
            held.add_text(kind, path, snapshot)

    def miss(self, path: bytes, meant: InstructionName, why: str = "") -> None:
        """Take in a file that was meant to be an instruction."""
        name = name_of(path)
        why = why or _SAID.get(meant, _NEARLY).format(name=as_text(name), meant=meant)
        miss = _near(path, meant, why, CURES[meant].format(name=meant))
        if FORM[meant].effect is Effect.ITSELF:
            self.others.append(miss)
        else:
            self._at(path).near.append(miss)

    def _at(self, path: bytes) -> FolderInstructions:
        return self.folders.setdefault(parent(path), FolderInstructions())

    def end(self) -> None:
        """Judge what needed all names of the walk: two texts of a kind are one too many, and a
        backup beside its file means nothing."""
        for found in self.folders.values():
            _drop_backups(found)
            for kind, texts in found.texts.items():
                if len(texts) > 1:
                    found.near += map(partial(_one_of_many, kind), texts)

    def problems(self) -> Iterator[FileProblem]:
        """What people read about what only looks like an instruction."""
        for found in self.folders.values():
            yield from map(NearMiss.problem, found.near)
        yield from map(NearMiss.problem, self.others)


def _near(path: bytes, meant: InstructionName, why: str, cure: str) -> NearMiss:
    return NearMiss(path, meant, f"{why}: {_HOLDS[FORM[meant].effect]}.", cure)


def _one_of_many(kind: InstructionName, path: bytes) -> NearMiss:
    name = as_text(name_of(path))
    why = f"{name} is one of several {kind} in this folder"
    return _near(path, kind, why, "Keep only one of them here.")


def _drop_backups(found: FolderInstructions) -> None:
    there = set(found.texts)
    if found.pauses:
        there.add(InstructionName.PAUSE)

    kept: list[NearMiss] = []
    for miss in found.near:
        is_backup = instruction_names.is_backup(name_of(miss.path))
        if is_backup and miss.instruction in there:
            continue
        kept.append(miss)
    found.near = kept


def _alike(name: bytes) -> InstructionName | None:
    """What a name that is ours looks like; None for our own notes."""
    return instruction_names.look_alike(name) or instruction_names.look_alike(name, folder=True)
