"""The status as a person sees it: an `Overview` in, lines out. Pure; it asks nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from nemowatch.cli.formatting import clean, credits, local_time, plural
from nemowatch.cli.jobs import file_words, state_words
from nemowatch.cli.output import COLOURS, word
from nemowatch.cli.status.progress import fitted, in_work
from nemowatch.cures import JOB, NOTHING, Cure
from nemowatch.model import HoldReason
from nemowatch.reporting import account_words, inbox_words, words
from nemowatch.reporting.alike import MOST_NAMES, together
from nemowatch.reporting.phrases import because, capital

if TYPE_CHECKING:
    from nemowatch.journal.batches import BatchRow
    from nemowatch.journal.holds import HoldRow
    from nemowatch.journal.jobs import ListedJob
    from nemowatch.reporting.overview import InboxStatus, Overview, Settling, Trouble

Lines = list[RenderableType]


@dataclass(frozen=True, slots=True)
class Row:
    """Something with what is said about it, and what to do."""

    head: Text
    cure: Cure = NOTHING
    text: str = ""


#: Lines of one section: the whole has to fit a screen; `nemowatch jobs` lists everything.
LONGEST = 12
#: Lines that the sections together take beside their lists.
FRAME = 14
#: Where everything is that needs a person.
ALL_NEEDS = "status.html or nemowatch status --json"
#: Sections with lists.
LISTS = 3
#: Cells that a file's path gets at least beside the reason why it waits.
NAME_ROOM = 40
#: Cells before a file, and before what is said about it.
INDENT, DEEPER = 8, 10


def draw(
    overview: Overview,
    width: int,
    *,
    rows: int = 0,
    option: str = "",
) -> Group:
    """The whole status. `rows` > 0: what fits a screen of that height; `option`: what a command
    to type ends with."""
    longest = max(3, (rows - FRAME) // LISTS) if rows else LONGEST
    return Group(
        *_daemon(overview, option),
        *_connection(overview, option),
        *_pauses(overview, option),
        *_inboxes(overview, option),
        *_counts(overview),
        *_in_work(overview, width, longest),
        *_waiting(overview, width, longest),
        *_holds(overview, option),
        *_credits(overview),
        *_needs(overview, longest, option),
    )


# -- pieces ----------------------------------------------------------------------------


def _line(*parts: Text | str) -> Text:
    line = Text()
    for part in parts:
        line.append(part if isinstance(part, Text) else clean(part))
    return line


def _title(text: str) -> Text:
    return Text(f"{text:<10}", style="bold")


def _below(text: str) -> Lines:
    """Lines below a title; long ones are folded and stay below it."""
    return [Padding(_line(line), (0, 0, 0, DEEPER)) for line in text.splitlines()]


def _cure(cure: Cure, option: str) -> Lines:
    return _below("\n".join(cure.typed(option)))


def _titled(title: str, rows: Iterable[Row], option: str) -> Lines:
    """Rows below each other; the title is in front of the first."""
    lines: Lines = []
    for row in rows:
        lines += [_line(_title(title), row.head), *_below(row.text), *_cure(row.cure, option)]
        title = ""
    return lines


def _listed(
    title: str,
    lines: Lines,
    longest: int,
    rest: str,
) -> Lines:
    """Lines below a title of their own, cut with a count; nothing when there are none."""
    if not lines:
        return []
    shown = [_line(_title(title)), *lines[:longest]]
    more = len(lines) - longest
    if more > 0:
        shown.append(_line(f"           … and {more} more: {rest}"))
    return shown


# -- sections --------------------------------------------------------------------------


def _daemon(overview: Overview, option: str) -> Lines:
    daemon = overview.snapshot.daemon
    if not overview.running:
        stopped = word("not running", "bold red")
        start = inbox_words.NOT_RUNNING.choices[0].command
        return [_line(_title("nemowatch"), stopped, f"; start it: {start}{option}")]

    since = f" since {local_time(daemon['since'])}"
    text = f"{daemon['state']}{since} (process {daemon['pid']}, version {daemon['version']})"
    return [_line(_title("nemowatch"), word(text, "green"))]


def _connection(overview: Overview, option: str) -> Lines:
    """With the cloud, while it is not well and no hold says so."""
    connection = overview.snapshot.connection
    if connection.ready or overview.holds:
        return []
    cure = Cure(connection.cure)
    if not connection.cure:
        cure = account_words.about_connection(connection)
    return _titled("cloud", [Row(word(capital(connection.words), "yellow"), cure)], option)


def _pauses(overview: Overview, option: str) -> Lines:
    """What holds new work on purpose, whether or not anything waits for it yet."""
    rows: list[Row] = []
    if overview.paused:
        rows.append(Row(word("everything, by nemowatch pause", "yellow"), inbox_words.PAUSED_ALL))
    for file in overview.snapshot.pauses:
        rows.append(Row(word(f"by the file {file.shown}", "yellow"), inbox_words.PAUSE_FILE))
    return _titled("paused", rows, option)


def _inboxes(overview: Overview, option: str) -> Lines:
    return _titled("inboxes", map(_inbox, overview.snapshot.inboxes), option)


def _inbox(inbox: InboxStatus) -> Row:
    state = inbox.state
    if inbox.reason not in state:
        state += because(inbox.reason)
    head = _line(f"{inbox.root}  ", word(state, _inbox_style(inbox)))
    if inbox.health is None:  # the first line of all says what to do
        return Row(head)
    return Row(head, inbox_words.about_inbox(inbox.health))


def _inbox_style(inbox: InboxStatus) -> str:
    if inbox.health is None:
        return "dim"
    return "green" if inbox.good else "yellow"


def _counts(overview: Overview) -> Lines:
    counts = overview.counts.items()
    if not counts:
        return [_line(_title("jobs"), "none yet")]
    shown = [word(f"{count} {state}", COLOURS.get(state, "")) for state, count in counts]
    return [_line(_title("jobs"), Text(", ").join(shown))]


def _in_work(overview: Overview, width: int, longest: int) -> Lines:
    working = overview.working
    drawn = in_work(working, overview.snapshot.transfers, width)
    lines: Lines = []
    for line, row in zip(drawn, working, strict=True):
        # why it is tried again, or what it waits for
        lines.append(Group(line, *_below(row.job.error_text)))
    return _listed("in work", lines, longest, "nemowatch jobs")


def _waiting(overview: Overview, width: int, longest: int) -> Lines:
    lines = [_settling(one, width) for one in overview.snapshot.only_waiting]
    return _listed("waiting", lines, longest, "try again later")


def _settling(one: Settling, width: int) -> RenderableType:
    path, why = clean(one.shown), word(one.why, "yellow")
    room = width - DEEPER - len(one.why)
    indent = " " * INDENT
    if room >= min(len(path), NAME_ROOM):
        return _line(indent, word(fitted(path, room), "bold"), "  ", why)
    # a whole sentence: it goes below
    head = _line(indent, word(fitted(path, width - INDENT), "bold"))
    return Group(head, Padding(_line(why), (0, 0, 0, DEEPER)))


def _holds(overview: Overview, option: str) -> Lines:
    """One row for each reason; that of a batch says more below."""
    shared = {str(hold.reason): hold for hold in overview.holds}
    reasons = dict.fromkeys([*shared, *overview.held])
    reasons.pop(HoldReason.APPROVAL, None)
    return _titled("held", [_hold(overview, each, shared.get(each)) for each in reasons], option)


def _hold(overview: Overview, reason: str, shared: HoldRow | None) -> Row:
    held = overview.held_for(reason)
    jobs: list[int | str] = [row.job.id for row in held]
    cure = words.about_hold(reason, next(iter(jobs), JOB))
    said = reason
    count = overview.held.get(reason, 0)
    if count:
        said = f"{plural(count, 'job')} held: {reason}"
    if shared is None:
        # what stops jobs one by one is said by each: the first stands for all
        text = held[0].job.error_text if held else ""
        return Row(word(said, "yellow"), cure.beyond(text), capital(text))

    head = word(f"{said}, since {local_time(shared.since)}", "yellow")
    return Row(head, cure.beyond(shared.text), capital(shared.text))


def _credits(overview: Overview) -> Lines:
    seen = overview.credits
    if seen.available is None:
        return [_line(_title("credits"), "not known yet")]
    said = f"{credits(seen.available)} available"
    if seen.frozen:
        said += f", {credits(seen.frozen)} frozen"
    if seen.at:
        said += f" (seen {local_time(seen.at)})"
    row = Row(_line(said))
    if seen.anonymous:
        row = Row(
            _line(said), text=account_words.anonymous(seen.registration_link, seen.expires_at)
        )
    return _titled("credits", [row], "")


# -- what needs a person ---------------------------------------------------------------


def _needs(overview: Overview, longest: int, option: str) -> Lines:
    """What does not continue without a person, each with what to do."""
    entries: list[Lines] = []
    for batch in overview.batches:
        entries.append(_batch(batch, option))
    for row in [*overview.asking, *overview.failed]:
        entries.append(_job(row, option))
    for alike in together(overview.snapshot.troubles):
        entries.append(_trouble(alike, option))
    return _whole_entries("needs you", entries, longest * LISTS)


def _whole_entries(title: str, entries: list[Lines], room: int) -> Lines:
    """As many entries as have room, never half of one, and how many more there are."""
    shown: Lines = []
    count = 0
    for entry in entries:
        if shown and len(shown) + len(entry) > room:
            break
        shown += entry
        count += 1
    rest = [line for entry in entries[count:] for line in entry[:1]]
    return _listed(title, [*shown, *rest], len(shown), ALL_NEEDS)


def _batch(batch: BatchRow, option: str) -> Lines:
    what = inbox_words.batch(max(batch.waiting, batch.expected), batch.cause, batch.watch)
    return [_line(" " * INDENT, word(what, "bold yellow")), *_cure(words.APPROVE, option)]


def _job(row: ListedJob, option: str) -> Lines:
    job = row.job
    head = f"{job.id:>6}  {file_words(row)} > {job.target}: {state_words(row)}"
    cure = words.about_job(job.id, job.state, job.reason, job.error_code)
    return [
        _line(word(head, COLOURS.get(job.state, ""))),
        *_below(words.what_happened(job.state, job.error_text)),
        *_cure(cure, option),
    ]


def _trouble(alike: list[Trouble], option: str) -> Lines:
    """A folder, or files of one, that are not processed: where, why, and what to do."""
    trouble = alike[0]
    refused = ": refused, and moved to failed" if trouble.refused else ""
    heads = [word(f"{clean(one.shown)}{refused}", "bold yellow") for one in alike[:MOST_NAMES]]
    more = len(alike) - MOST_NAMES
    if more > 0:
        heads.append(word(f"and {more} more", "yellow"))
    return [
        *[_line(" " * INDENT, head) for head in heads],
        *_below(trouble.what),
        *_cure(inbox_words.about_trouble(trouble), option),
    ]
