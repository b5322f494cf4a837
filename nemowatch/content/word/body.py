"""The words of a Word document as Word shows them with all changes accepted.

Owns what is a word and what is not: insertions and the new place of a move are in, deletions, the
old place, hidden text and what nobody sees are out; of a field its result counts, and of two
versions of a drawing the first that Word can show. It must not read anything else: notes, headers,
footers, comments and pictures are no part of the text (docs/decisions/0002).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from nemowatch.content.kinds import MAX_CHARACTERS
from nemowatch.content.word import refusals
from nemowatch.content.word.elements import (
    DRAWINGS,
    ELSEWHERE,
    FORMULA,
    LEFT_OUT,
    OLD_DATES,
    SIGNS,
    WORKED_OUT,
)
from nemowatch.content.word.look import Look, is_unseen
from nemowatch.content.word.numbering import Numbering
from nemowatch.content.word.properties import Properties
from nemowatch.content.word.story import Marks, Run, Story
from nemowatch.content.word.styles import Styles
from nemowatch.content.word.symbols import symbol
from nemowatch.content.word.tables import Tables
from nemowatch.content.word.versions import Versions
from nemowatch.content.word.xml import Attributes, Walk, is_on, value

#: Characters after which reading ends, since such a text is refused in any case.
_MOST = MAX_CHARACTERS + 1_000_000
_TEXTS = ("w:t", "m:t")
_RUNS = ("w:r", "m:r")


class BodyReader:
    """Reads the main part of one document."""

    def __init__(self, styles: Styles, numbering: Numbering) -> None:
        self._styles = styles
        self._numbering = numbering
        self._story = Story()
        self._around: list[Story] = []  # the stories around open text boxes
        self._tables = Tables(styles, self._flush)
        self._properties = Properties(self._open_story, self._tables)
        self._unfilled: list[bool] = []  # whether an open form field shows what to write there
        self._size = 0
        self._left_out = ""  # the first invisible words
        self._has_drawing = False
        self._versions = Versions()
        self.walk = Walk(self._starts(), self._ends(), self._characters)
        for part in (self._versions, self._tables, self._properties):
            part.walk = self.walk

    def __repr__(self) -> str:
        return f"BodyReader({self._story!r}, {self._size} characters)"

    def text(self) -> str:
        """The text that was read. Raises OrderError when something in it has no end."""
        self._story.end()
        self._refuse_doubt()
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
            "w:sym": self._symbol,
            "w:fldChar": self._field,
            "w:fldSimple": self._begin_simple_field,
            **dict.fromkeys(OLD_DATES, self._old_date),
            "w:txbxContent": self._begin_box,
            **dict.fromkeys(DRAWINGS, self._drawing),
            "w:sdt": self._begin_control,
            "w:showingPlcHdr": self._shows_placeholder,
            **self._properties.starts(),
            **self._tables.starts(),
            **self._versions.starts(),
        }

    def _ends(self) -> dict[str, Callable[[], None]]:
        return {
            **dict.fromkeys(_RUNS, self._new_run),
            "w:p": self._end_paragraph,
            "w:fldSimple": self._end_simple_field,
            "w:txbxContent": self._end_box,
            "w:sdt": self._end_control,
            **self._tables.ends(),
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
        if not said:
            return
        if not self._is_shown():
            self._leave_out_words(said)
            return
        is_placeholder = any(self._unfilled) and bool(said.strip())
        if is_placeholder or self._story.fields.is_unmerged(said):
            raise refusals.unfilled(said)
        self._refuse_struck(said)
        self._size += len(said)
        if self._size > _MOST:
            raise refusals.too_long()
        self._story.pieces.append(said)
        self._story.fields.show(said)

    def _leave_out_words(self, said: str) -> None:
        if self._story.run.is_unseen and not self._left_out:
            self._left_out = said.strip()

    def _is_shown(self) -> bool:
        """Whether words at this point are on the page."""
        story = self._story
        if story.is_hidden or story.fields.is_code():
            return False
        run = story.run
        return not self._is_on("w:vanish", run) and not self._is_unseen(run)

    def _is_on(self, name: str, run: Run) -> bool:
        """Whether a run, or the mark of a paragraph, has one of `TOGGLES`."""
        said = run.toggles.get(name)
        if said is not None:
            return said
        return self._styles.is_on(
            name,
            self._story.paragraph.style,
            run.style,
            self._tables.style,
        )

    def _is_unseen(self, run: Run) -> bool:
        if run.is_unseen is None:
            run.is_unseen = is_unseen(self._looks(run))
        return run.is_unseen

    def _looks(self, run: Run) -> Iterator[Look]:
        """What decides how a run looks, the nearest first."""
        paragraph, styles = self._story.paragraph, self._styles
        yield run.look
        if run.style:
            yield from styles.looks("character", run.style)
        yield paragraph.look
        yield from styles.looks("paragraph", paragraph.style)
        yield from self._tables.looks()
        if self._tables.style is not None:
            yield from styles.looks("table", self._tables.style)
        yield styles.default.look

    # --- runs -------------------------------------------------------------------------

    def _new_run(self, attributes: Attributes | None = None) -> None:
        """A run begins or ends: forget what is known about the last one."""
        self._story.run = Run()

    def _field(self, attributes: Attributes) -> None:
        self._mark_field(value(attributes, "fldCharType"))

    def _begin_simple_field(self, attributes: Attributes) -> None:
        self._mark_field("begin")
        self._story.fields.instruct(value(attributes, "instr"))
        self._mark_field("separate")

    def _end_simple_field(self) -> None:
        self._mark_field("end")

    def _old_date(self, attributes: Attributes) -> None:
        """Handle elements from before there were fields: a page's number, a part of today's
        date."""
        self._refuse_worked_out("DATE")

    def _mark_field(self, kind: str) -> None:
        self._refuse_worked_out(self._story.fields.mark(kind))

    def _refuse_worked_out(self, code: str) -> None:
        if code in WORKED_OUT and self._is_shown():
            raise refusals.field_of_word(code)

    # --- changes ----------------------------------------------------------------------

    def _leave_out(self, attributes: Attributes) -> None:
        self.walk.leave_out()

    def _deleted(self, attributes: Attributes) -> None:
        """Handle a deletion, or the place from which something was moved: words, a paragraph's
        mark, or a whole row."""
        self.walk.leave_out()
        if self.walk.parent == "w:trPr":
            self.walk.leave_out_rest("w:tr")
        if self.walk.parent == "w:rPr":
            self._properties.run.toggles["w:vanish"] = True

    # --- paragraphs -------------------------------------------------------------------

    def _begin_paragraph(self, attributes: Attributes) -> None:
        self._story.begin_paragraph()

    def _end_paragraph(self) -> None:
        paragraph = self._story.paragraph
        if paragraph.is_drop_cap or self._is_on("w:vanish", paragraph.mark):
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

    # --- text boxes, tables, form fields ----------------------------------------------

    def _begin_box(self, attributes: Attributes) -> None:
        is_hidden = not self._is_shown()
        self._around.append(self._story)
        self._tables.begin_box()
        self._story = Story(is_hidden=is_hidden)

    def _end_box(self) -> None:
        self._tables.end_box()
        self._story.end()
        lines = self._story.lines
        self._story = self._around.pop()
        self._story.boxes.extend(lines)

    def _open_story(self) -> Story:
        return self._story

    def _flush(self) -> None:
        self._story.flush()

    def _begin_control(self, attributes: Attributes) -> None:
        self._unfilled.append(False)

    def _shows_placeholder(self, attributes: Attributes) -> None:
        if self._unfilled:
            self._unfilled[-1] = is_on(attributes)

    def _end_control(self) -> None:
        self._unfilled.pop()

    # --- what is refused --------------------------------------------------------------

    def _drawing(self, attributes: Attributes) -> None:
        self._has_drawing = True

    def _refuse_doubt(self) -> None:
        """Raise OrderError for words that are invisible on paper, but not on a picture behind
        them."""
        if self._left_out and self._has_drawing:
            raise refusals.perhaps_seen(self._left_out)

    def _refuse_struck(self, said: str) -> None:
        """Raise OrderError for struck-through words: only a person knows whether they count."""
        run = self._story.run
        is_struck = self._is_on("w:strike", run) or self._is_on("w:dstrike", run)
        if not is_struck or not said.strip():
            return
        raise refusals.struck_through(said)

    def _formula(self, attributes: Attributes) -> None:
        if self._is_shown():
            raise refusals.formula()

    def _elsewhere(self, attributes: Attributes) -> None:
        raise refusals.words_elsewhere()
