"""The words of a Word document as Word shows them with all changes accepted.

Owns what is a word and what is not: insertions and the new place of a move are in, deletions, the
old place and hidden text are out; of a field its result counts, and of two versions of a drawing
the first that Word can show. It must not read anything else: notes, headers, footers, comments and
pictures are no part of the text (docs/decisions/0002).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from nemowatch.content.text import MAX_CHARACTERS
from nemowatch.content.word.elements import (
    ELSEWHERE,
    FORMULA,
    LEFT_OUT,
    OLD_DATES,
    SIGNS,
    WORKED_OUT,
)
from nemowatch.content.word.numbering import Numbering
from nemowatch.content.word.story import Marks, Run, Story
from nemowatch.content.word.styles import Styles
from nemowatch.content.word.symbols import symbol
from nemowatch.content.word.versions import Versions
from nemowatch.content.word.xml import Attributes, Walk, is_on, value
from nemowatch.errors import OrderError

#: Characters after which reading ends: such a text is refused in any case.
_MOST = MAX_CHARACTERS + 1_000_000
_TEXTS = ("w:t", "m:t")
_RUNS = ("w:r", "m:r")


class Body:
    """Reads the main part of one document."""

    def __init__(self, styles: Styles, numbering: Numbering) -> None:
        self._styles = styles
        self._numbering = numbering
        self._story = Story()
        self._around: list[Story] = []  # what text boxes lie in
        self._tables: list[str] = []  # the styles of the open tables
        self._unfilled: list[bool] = []  # whether an open form field shows what to write there
        self._size = 0
        self._versions = Versions()
        self.walk = Walk(self._starts(), self._ends(), self._characters)
        self._versions.walk = self.walk

    def __repr__(self) -> str:
        return f"Body({self._story!r}, {self._size} characters)"

    def text(self) -> str:
        """The text that was read. Raises OrderError when something in it has no end."""
        self._story.end()
        return "\n".join(self._story.lines)

    def _starts(self) -> dict[str, Callable[[Attributes], None]]:
        signs = {name: partial(self._sign, said) for name, said in SIGNS.items()}
        return {
            **dict.fromkeys(LEFT_OUT, self._leave_out),
            **dict.fromkeys(FORMULA, self._formula),
            **dict.fromkeys(ELSEWHERE, self._elsewhere),
            **dict.fromkeys(_RUNS, self._new_run),
            **signs,
            "w:del": self._deleted,
            "w:moveFrom": self._deleted,
            "w:p": self._begin_paragraph,
            "w:pStyle": self._paragraph_style,
            "w:numId": self._number,
            "w:ilvl": self._level,
            "w:framePr": self._frame,
            "w:rStyle": self._run_style,
            "w:rFonts": self._font,
            "w:vanish": self._vanish,
            "w:specVanish": self._vanish,
            "w:vertAlign": self._height,
            "w:sym": self._symbol,
            "w:fldChar": self._field,
            "w:fldSimple": self._begin_simple_field,
            **dict.fromkeys(OLD_DATES, self._old_date),
            "w:txbxContent": self._begin_box,
            "w:tbl": self._begin_table,
            "w:tblStyle": self._table_style,
            "w:hidden": self._hidden_row,
            "w:vMerge": self._merged,
            "w:cellDel": self._deleted_cell,
            "w:sdt": self._begin_control,
            "w:showingPlcHdr": self._shows_placeholder,
            **self._versions.starts(),
        }

    def _ends(self) -> dict[str, Callable[[], None]]:
        return {
            **dict.fromkeys(_RUNS, self._new_run),
            "w:p": self._end_paragraph,
            "w:fldSimple": self._end_simple_field,
            "w:txbxContent": self._end_box,
            "w:tc": self._end_cell,
            "w:tbl": self._end_table,
            "w:sdt": self._end_control,
            **self._versions.ends(),
        }

    # --- words ------------------------------------------------------------------------

    def _characters(self, said: str) -> None:
        inside = self.walk.path[-1]
        if inside in _TEXTS:
            self._say(self._story.run.shown(said))
        elif inside == "w:instrText":
            self._story.fields.instruct(said)

    def _sign(self, said: str, attributes: Attributes) -> None:
        if self.walk.parent in _RUNS:  # a `w:tab` of a paragraph is a stop on the ruler
            self._say(said)

    def _symbol(self, attributes: Attributes) -> None:
        self._say(symbol(value(attributes, "char"), value(attributes, "font")))

    def _say(self, said: str) -> None:
        if not said or not self._is_shown():
            return
        is_placeholder = any(self._unfilled) and bool(said.strip())
        if is_placeholder or self._story.fields.is_unmerged(said):
            raise OrderError(
                f'A field of the document is not filled in: "{said.strip()[:60]}".',
                cure="Fill it in, or delete it, save the document, and drop it again.",
            )
        self._size += len(said)
        if self._size > _MOST:
            raise OrderError(
                f"The text has more than {MAX_CHARACTERS:,} characters, which are the most.",
                cure="Divide it into several files.",
            )
        self._story.pieces.append(said)
        self._story.fields.show(said)

    def _is_shown(self) -> bool:
        """Whether words at this point are on the page."""
        story = self._story
        if story.is_hidden or story.fields.is_code():
            return False
        return not self._is_hidden(story.run)

    def _is_hidden(self, run: Run) -> bool:
        """Whether a run, or the mark of a paragraph, is hidden text."""
        if run.is_hidden is None:
            run.is_hidden = self._styles.hides(
                self._story.paragraph.style,
                run.style,
                self._table(),
            )
        return run.is_hidden

    def _table(self) -> str | None:
        if not self._tables:
            return None
        return self._tables[-1]

    # --- runs -------------------------------------------------------------------------

    def _new_run(self, attributes: Attributes | None = None) -> None:
        """A run begins or ends: what is known of the last one no longer holds."""
        self._story.run = Run()

    def _properties(self) -> Run:
        """Whose properties are being read: those of a run or of a paragraph's mark; of something
        else they are lost."""
        around = self.walk.path[-3]
        if around in _RUNS:
            return self._story.run
        if around == "w:pPr":
            return self._story.paragraph.mark
        return Run()

    def _run_style(self, attributes: Attributes) -> None:
        self._properties().style = value(attributes, "val")

    def _font(self, attributes: Attributes) -> None:
        font = value(attributes, "ascii") or value(attributes, "hAnsi")
        self._properties().font = font

    def _vanish(self, attributes: Attributes) -> None:
        self._properties().is_hidden = is_on(attributes)

    def _height(self, attributes: Attributes) -> None:
        height = value(attributes, "val")
        self._properties().is_raised = height == "superscript"

    def _field(self, attributes: Attributes) -> None:
        self._mark_field(value(attributes, "fldCharType"))

    def _begin_simple_field(self, attributes: Attributes) -> None:
        self._mark_field("begin")
        self._story.fields.instruct(value(attributes, "instr"))
        self._mark_field("separate")

    def _end_simple_field(self) -> None:
        self._mark_field("end")

    def _old_date(self, attributes: Attributes) -> None:
        """Elements of before there were fields: a page's number, a part of today's date."""
        self._refuse_worked_out("DATE")

    def _mark_field(self, kind: str) -> None:
        self._refuse_worked_out(self._story.fields.mark(kind))

    def _refuse_worked_out(self, code: str) -> None:
        if code in WORKED_OUT and self._is_shown():
            raise OrderError(
                f"The document contains a field ({code}) whose words only Word can work out.",
                cure="Write the words in its place, save the document, and drop it again.",
            )

    # --- changes ----------------------------------------------------------------------

    def _leave_out(self, attributes: Attributes) -> None:
        self.walk.leave_out()

    def _deleted(self, attributes: Attributes) -> None:
        """A deletion, or the place that something was moved from: of words, of a paragraph's mark,
        or of a whole row."""
        self.walk.leave_out()
        if self.walk.parent == "w:trPr":
            self.walk.leave_out_rest("w:tr")
        if self.walk.parent == "w:rPr":
            self._properties().is_hidden = True

    # --- paragraphs -------------------------------------------------------------------

    def _begin_paragraph(self, attributes: Attributes) -> None:
        self._story.begin_paragraph()

    def _end_paragraph(self) -> None:
        paragraph = self._story.paragraph
        if paragraph.is_drop_cap or self._is_hidden(paragraph.mark):
            return  # it goes on in the next one
        self._story.end_paragraph(self._next_number(paragraph))

    def _next_number(self, paragraph: Marks) -> str:
        num_id, level, style = paragraph.num_id, paragraph.level, paragraph.style
        if not num_id:
            num_id, its_level, style = self._styles.numbering(paragraph.style)
            level = level or its_level
        if not num_id:
            return ""
        return self._numbering.next(num_id, level, style)

    def _paragraph_style(self, attributes: Attributes) -> None:
        self._story.paragraph.style = value(attributes, "val")

    def _number(self, attributes: Attributes) -> None:
        self._story.paragraph.num_id = value(attributes, "val")

    def _level(self, attributes: Attributes) -> None:
        self._story.paragraph.level = value(attributes, "val")

    def _frame(self, attributes: Attributes) -> None:
        """A large first letter is a paragraph of its own, and part of the next one's first word."""
        self._story.paragraph.is_drop_cap = value(attributes, "dropCap") in ("drop", "margin")

    # --- text boxes, tables, form fields ----------------------------------------------

    def _begin_box(self, attributes: Attributes) -> None:
        is_hidden = not self._is_shown()
        self._around.append(self._story)
        self._story = Story(is_hidden=is_hidden)

    def _end_box(self) -> None:
        if not self._around:
            return
        self._story.end()
        lines = self._story.lines
        self._story = self._around.pop()
        self._story.boxes.extend(lines)

    def _begin_table(self, attributes: Attributes) -> None:
        self._story.flush()
        self._tables.append("")

    def _table_style(self, attributes: Attributes) -> None:
        if self._tables:
            self._tables[-1] = value(attributes, "val")

    def _end_table(self) -> None:
        self._tables.pop()

    def _hidden_row(self, attributes: Attributes) -> None:
        if self.walk.parent == "w:trPr" and is_on(attributes):
            self.walk.leave_out_rest("w:tr")

    def _merged(self, attributes: Attributes) -> None:
        """A cell that another one above it covers."""
        if value(attributes, "val") != "restart":
            self.walk.leave_out_rest("w:tc")

    def _deleted_cell(self, attributes: Attributes) -> None:
        self.walk.leave_out_rest("w:tc")

    def _end_cell(self) -> None:
        self._story.flush()

    def _begin_control(self, attributes: Attributes) -> None:
        self._unfilled.append(False)

    def _shows_placeholder(self, attributes: Attributes) -> None:
        if self._unfilled:
            self._unfilled[-1] = is_on(attributes)

    def _end_control(self) -> None:
        self._unfilled.pop()

    # --- what is refused --------------------------------------------------------------

    def _formula(self, attributes: Attributes) -> None:
        if not self._is_shown():
            return
        raise OrderError(
            "The document contains a formula, and it is not clear how to read it aloud.",
            cure='Write it in words ("a half"), save the document, and drop it again.',
        )

    def _elsewhere(self, attributes: Attributes) -> None:
        raise OrderError(
            "The document takes words from other files, which only Word can put together.",
            cure="Open it in Word, save it as a new .docx file, and drop that.",
        )
