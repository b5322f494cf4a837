"""Lists for `nemowatch status` what does not go on without a person. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nemowatch.cli.formatting import clean
from nemowatch.cli.job_list import file_words, state_words
from nemowatch.cli.output import COLOURS
from nemowatch.cli.pieces import Indented, TitledText
from nemowatch.cli.status.lines import INDENT, Lines, below, cure_lines, listed, word
from nemowatch.reporting import inbox_words, words
from nemowatch.reporting.alike import MOST_NAMES, together

if TYPE_CHECKING:
    from nemowatch.journal.jobs import ListedJob
    from nemowatch.reporting.overview import Overview, Trouble, WaitingBatch

#: Where everything is shown that needs a person.
ALL_NEEDS = "status.html or nemowatch status --json"


def needs(overview: Overview, room: int, option: str) -> Lines:
    """The entries, each with what to do; `room`: how many lines they may take."""
    entries: list[Lines] = []
    for batch in overview.batches:
        entries.append(_batch(batch, overview.credits.available, option))
    for row in [*overview.asking, *overview.failed]:
        entries.append(_job(row, option))
    for alike in together(overview.snapshot.troubles):
        entries.append(_trouble(alike, option))
    return _whole_entries("needs you", entries, room)


def _whole_entries(title: str, entries: list[Lines], room: int) -> Lines:
    """As many whole entries as there is room for, and how many more there are."""
    shown: Lines = []
    count = 0
    for entry in entries:
        if shown and len(shown) + len(entry) > room:
            break
        shown += entry
        count += 1
    rest = [line for entry in entries[count:] for line in entry[:1]]
    return listed(title, [*shown, *rest], len(shown), ALL_NEEDS)


def _batch(batch: WaitingBatch, available: float | None, option: str) -> Lines:
    what = inbox_words.batch(batch.results, batch.row.cause, batch.watch)
    return [
        Indented(word(what, "bold yellow"), INDENT),
        *below(inbox_words.price(batch.credits, available)),
        *cure_lines(words.approve(batch.watch), option),
    ]


def _job(row: ListedJob, option: str) -> Lines:
    job = row.job
    head = f"{file_words(row)} > {job.target}: {state_words(row)}"
    colour = COLOURS.get(job.state, "")
    cure = words.about_job(job.id, job.state, job.reason, job.error_code)
    return [
        TitledText(word(f"{job.id:>6}  ", colour), word(head, colour)),
        *below(words.what_happened(job.state, job.why)),
        *cure_lines(cure, option),
    ]


def _trouble(alike: list[Trouble], option: str) -> Lines:
    """The entry for a folder, or files of one, that are not processed: where, why, what to do."""
    trouble = alike[0]
    refused = ": refused, and moved to failed" if trouble.refused else ""
    heads = [word(f"{clean(one.shown)}{refused}", "bold yellow") for one in alike[:MOST_NAMES]]
    more = len(alike) - MOST_NAMES
    if more > 0:
        heads.append(word(f"and {more} more", "yellow"))
    return [
        *[Indented(head, INDENT) for head in heads],
        *below(trouble.what),
        *cure_lines(inbox_words.about_trouble(trouble), option),
    ]
