"""One flow of text in a Word document: its body, or the content of a text box.

Owns how runs are joined into lines. It must not decide which words are shown: `body` does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from operator import attrgetter

from nemowatch.content.word.look import Look
from nemowatch.content.word.symbols import raised, shown
from nemowatch.errors import OrderError

#: How many characters of a field's instruction are kept: its name is the first word.
_CODE = 40
#: Marks inside a text that show nothing.
_UNSEEN = str.maketrans({"\n": " ", "\r": " ", "\t": " ", "\u00ad": None})


@dataclass(slots=True)
class Run:
    """Properties of characters."""

    toggles: dict[str, bool] = field(default_factory=dict)  #: for others the styles decide
    look: Look = field(default_factory=Look)
    is_unseen: bool | None = None  #: None: not known yet
    style: str = ""
    font: str = ""
    is_raised: bool = False  #: above the line

    def shown(self, said: str) -> str:
        """The characters as they are on the page."""
        said = shown(said.translate(_UNSEEN), self.font)
        if self.is_raised:
            return raised(said)
        return said


@dataclass(slots=True)
class Marks:
    """Properties of a paragraph."""

    style: str = ""
    num_id: str = ""
    level: str = ""
    is_drop_cap: bool = False
    look: Look = field(default_factory=Look)  #: what is behind it
    mark: Run = field(default_factory=Run)  #: the properties of its end


@dataclass(slots=True)
class _Field:
    code: str = ""  #: the beginning of its instruction
    has_result: bool = False
    has_words: bool = False  #: its result shows something


_HAS_RESULT = attrgetter("has_result")


class Fields:
    """The fields that are open at a point of the text, nested in each other."""

    def __init__(self) -> None:
        self.open: list[_Field] = []

    def __repr__(self) -> str:
        return f"Fields({len(self.open)} open)"

    def is_code(self) -> bool:
        """Whether this is the instruction of a field, which is not shown."""
        return not all(map(_HAS_RESULT, self.open))

    def is_unmerged(self, said: str) -> bool:
        """Whether this is the name of a mail-merge field, which is filled in for each reader."""
        bare = said.strip(" \u00ab\u00bb<>")
        return any(_is_unmerged(one.code.split(), said, bare) for one in self.open)

    def show(self, said: str) -> None:
        """Note that words are shown."""
        if not said.strip():
            return
        for one in self.open:
            one.has_words = True

    def instruct(self, said: str) -> None:
        """Add a piece of an instruction."""
        if not self.open:
            return
        innermost = self.open[-1]
        innermost.code = (innermost.code + said)[:_CODE]

    def mark(self, kind: str) -> str:
        """Take in a mark of a field: its beginning, the start of its result, or its end. Returns,
        at the end, the name of a field that showed nothing; else ""."""
        if kind == "begin":
            self.open.append(_Field())
        if not self.open:
            return ""

        if kind == "separate":
            self.open[-1].has_result = True
        if kind == "end":
            return _without_words(self.open.pop())
        return ""


def _without_words(ended: _Field) -> str:
    words = ended.code.split()
    if ended.has_words or not words:
        return ""
    return words[0].upper()


def _is_unmerged(code: list[str], said: str, bare: str) -> bool:
    if len(code) < 2 or code[0].upper() != "MERGEFIELD":
        return False
    return "\u00ab" in said or bare == code[1].strip('"')


class Story:
    """Paragraphs, one after the other."""

    def __init__(self, *, is_hidden: bool = False) -> None:
        self.is_hidden = is_hidden
        self.lines: list[str] = []
        self.boxes: list[str] = []  #: lines of text boxes, which follow the paragraph they are at
        self.pieces: list[str] = []
        self.run = Run()
        self.paragraph = Marks()
        self.fields = Fields()

    def __repr__(self) -> str:
        return f"Story({len(self.lines)} lines)"

    def begin_paragraph(self) -> None:
        """Forget the properties of the last paragraph; words of it without an end go on."""
        self.paragraph = Marks()
        self.run = Run()

    def end_paragraph(self, number: str) -> None:
        """End a line; `number`: the number in its list, with the space after it."""
        line = "".join(self.pieces)
        self.pieces.clear()
        if line.strip():
            line = number + line
        self._add(line)
        for other in self.boxes:
            self._add(other)
        self.boxes.clear()

    def flush(self) -> None:
        """End a paragraph that has words and no end."""
        if self.pieces or self.boxes:
            self.end_paragraph("")

    def end(self) -> None:
        """End the text. Raises OrderError if a field in it has not ended: what follows its
        beginning would be missing."""
        self.flush()
        if self.fields.open:
            raise OrderError(
                "A field of the document has no end: it is not clear what is part of the text.",
                cure="Open it in Word, save it as a new .docx file, and drop that.",
            )

    def _add(self, line: str) -> None:
        """Add a line, but no second empty one."""
        bare = line.rstrip()
        last = self.lines[-1:]
        if bare or any(last):
            self.lines.append(bare)
