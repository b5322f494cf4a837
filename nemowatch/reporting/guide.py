"""The words of "How to use these folders.txt", for people who only see the shared folder.

Pure. What can be ordered comes from the registry of task kinds and from the configuration's
recipes and aliases.
"""

from __future__ import annotations

from collections.abc import Iterable

from nemowatch.config.watch_section import Watch
from nemowatch.cures import ADMIN
from nemowatch.fs.last_lines import GUIDE, last_line
from nemowatch.fs.names import plain
from nemowatch.i18n.language import chosen, message, said
from nemowatch.reporting.paragraphs import wrapped
from nemowatch.reporting.phrases import capital
from nemowatch.reporting.wide_letters import padded
from nemowatch.tasks.folder_description import Orderable, what_to_order
from nemowatch.tasks.records import OwnNames

#: The file's name, which says what it is for, and sorts to where people look.
NAME = "How to use these folders.txt"

#: Cells of a table's first column.
_COLUMN = 26
#: Files that are instructions, and what they mean.
_INSTRUCTIONS = (
    ("prompt.txt", "what you want, in your own words; it applies to the folder that it is in"),
    ("glossary.txt", "names and terms that must stay as they are, one per line"),
    ("PAUSE", "an empty file: nothing new starts in its folder until you delete it"),
    ("APPROVE", "an empty file: approves what waits for approval there"),
    (
        "NAME.revise.txt",
        "changes the result NAME: write what should be different, in a sentence, and put this file"
        " beside the result",
    ),
    ("NAME.answer.txt", "answers the question in NAME.question.txt, beside which you put it"),
)


def guide(watches: Iterable[Watch], own_names: OwnNames) -> str:
    """The whole text. `watches`: those whose folders are beside it."""
    first, *more = watches
    inbox, outbox = plain(first.inbox.name), plain(first.outbox.name)
    done, failed = plain(first.done.name), plain(first.failed.name)
    also = [plain(watch.inbox.name) for watch in more]
    blocks = [
        said("HOW TO USE THESE FOLDERS"),
        wrapped(
            f'Copy a file into a folder inside "{inbox}". The name of that folder is the order:'
            f" a video in {inbox}/dub-es is dubbed into Spanish. The result appears in"
            f" {outbox}/dub-es."
        ),
        _table(
            message("WHERE THINGS ARE"),
            (
                (inbox, "what is to be made; make a folder in it for each kind of order"),
                (outbox, "the results"),
                (done, "your own files, once everything has been made from them"),
                (failed, "files that failed, each with a note that says why"),
                ("status.html", "what is going on; open it in a browser"),
            ),
        ),
        *_orders(what_to_order(own_names)),
        _table("FILES THAT GIVE INSTRUCTIONS (Notepad will do)", _INSTRUCTIONS),
        said("IF SOMETHING GOES WRONG"),
        wrapped(
            f'Read the note beside the file in "{failed}", do what it says, and move the file back'
            f' into its folder in "{inbox}". Only what is missing is made again.'
        ),
        wrapped(
            f"If nothing happens, open status.html: it says what each file is waiting for. If it"
            f" says that nemowatch is not running, tell {ADMIN}."
        ),
        f"{last_line(GUIDE, chosen())}\n",
    ]
    if also:
        blocks.insert(3, wrapped(f"The same goes for: {', '.join(also)}."))
    return "\n\n".join(blocks)


def _orders(orders: Iterable[Orderable]) -> Iterable[str]:
    yield said("WHAT CAN I ORDER?")
    yield wrapped(
        "Make a folder with one of these names. Any language can stand in it: as a code (de), in"
        " English (german), or in the language itself (deutsch)."
    )
    for order in orders:
        title = capital(said(f"{order.what}:"))
        takes = wrapped(message(f"Accepts {order.takes}."), "  ")
        yield "\n".join([title, _rows(order.names), takes])


def _table(title: str, rows: Iterable[tuple[str, str]]) -> str:
    return f"{said(title)}\n\n{_rows(rows)}"


def _rows(rows: Iterable[tuple[str, str]]) -> str:
    return "\n".join(_row(name, words) for name, words in rows)


def _row(name: str, words: str) -> str:
    """A row of two columns; what does not fit goes on below the second."""
    text = wrapped(words, " " * (_COLUMN + 2)).lstrip()
    return f"  {padded(name, _COLUMN)}{text}"
