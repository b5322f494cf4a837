"""The status as a person sees it: an `Overview` in, lines out. Pure; it asks nobody."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from nemowatch.cli.formatting import clean, credits, local_time, plural
from nemowatch.cli.jobs import file_words, state_words
from nemowatch.cli.output import COLOURS, word
from nemowatch.cli.status.progress import fitted, in_work
from nemowatch.cures import JOB
from nemowatch.model import HoldReason
from nemowatch.reporting import words
from nemowatch.reporting.phrases import capital

if TYPE_CHECKING:
    from nemowatch.cures import Cure
    from nemowatch.journal.holds import HoldRow
    from nemowatch.journal.jobs import ListedJob
    from nemowatch.reporting.overview import InboxStatus, Overview, Settling, Trouble

Lines = list[RenderableType]

#: Lines of one section: the whole has to fit a screen; `nemowatch jobs` lists everything.
LONGEST = 12
#: Lines that the sections together take beside their lists.
FRAME = 14
#: Sections with lists.
LISTS = 3
#: Cells that a file's path gets at least beside the reason why it waits.
NAME_ROOM = 40
#: Cells before a file, and before what is said about it.
INDENT, DEEPER = 8, 10


def draw(overview: Overview, width: int, *, rows: int = 0, option: str = "") -> Group:
    """The whole status. `rows` > 0: what fits a screen of that height; `option`: what a command
    to type ends with."""
    longest = max(3, (rows - FRAME) // LISTS) if rows else LONGEST
    return Group(
        *_daemon(overview, option),
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


def _limited(lines: Sequence[RenderableType], longest: int, rest: str) -> Lines:
    if len(lines) <= longest:
        return list(lines)
    return [*lines[:longest], _line(f"           … and {len(lines) - longest} more: {rest}")]


# -- sections --------------------------------------------------------------------------


def _daemon(overview: Overview, option: str) -> Lines:
    daemon = overview.published.daemon
    if not overview.running:
        stopped = word("not running", "bold red")
        start = words.NOT_RUNNING.choices[0].command
        return [_line(_title("nemowatch"), stopped, f"; start it: {start}{option}")]

    since = f" since {local_time(daemon['since'])}" if daemon["since"] else ""
    text = f"{daemon['state']}{since} (process {daemon['pid']}, version {daemon['version']})"
    return [_line(_title("nemowatch"), word(text, "green"))]


def _pauses(overview: Overview, option: str) -> Lines:
    """What holds new work on purpose, whether or not anything waits for it yet."""
    lines: Lines = []
    if overview.paused:
        lines.append(_line(_title("paused"), word("everything, by nemowatch pause", "yellow")))
        lines += _cure(words.PAUSED_ALL, option)
    for file in overview.published.pauses:
        said = word(f"by the file {clean(file.shown)}", "yellow")
        lines.append(_line(_title("" if lines else "paused"), said))
        lines += _cure(words.PAUSE_FILE, option)
    return lines


def _inboxes(overview: Overview, option: str) -> Lines:
    lines: Lines = []
    for inbox in overview.published.inboxes:
        title = _title("" if lines else "inboxes")
        state = word(_inbox_state(inbox), _inbox_style(inbox))
        lines.append(_line(title, f"{inbox.root}  ", state))
        if inbox.health is not None:
            lines += _cure(words.about_inbox(inbox.health), option)
    return lines


def _inbox_state(inbox: InboxStatus) -> str:
    if not inbox.reason or inbox.reason in inbox.state:
        return inbox.state
    return f"{inbox.state}: {inbox.reason}"


def _inbox_style(inbox: InboxStatus) -> str:
    if inbox.health is None:
        return "dim"
    return "green" if inbox.good else "yellow"


def _counts(overview: Overview) -> Lines:
    line = _line(_title("jobs"))
    if not overview.counts:
        return [_line(line, "none yet")]
    for index, (state, count) in enumerate(overview.counts.items()):
        comma = ", " if index else ""
        line.append_text(_line(comma, word(f"{count} {state}", COLOURS.get(state, ""))))
    return [line]


def _in_work(overview: Overview, width: int, longest: int) -> Lines:
    working = overview.working
    if not working:
        return []
    lines: Lines = []
    for line, row in zip(
        in_work(working, overview.published.transfers, width), working, strict=True
    ):
        # why it is tried again, or what it waits for
        lines.append(Group(line, *_below(row.job.error_text)))
    return [_line(_title("in work")), *_limited(lines, longest, "nemowatch jobs")]


def _waiting(overview: Overview, width: int, longest: int) -> Lines:
    waiting = overview.published.settling
    if not waiting:
        return []
    lines = [_settling(one, width) for one in waiting]
    return [_line(_title("waiting")), *_limited(lines, longest, "try again later")]


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
    told = {str(hold.reason): hold for hold in overview.holds}
    reasons = dict.fromkeys([*told, *overview.held])
    lines: Lines = []
    for reason in reasons:
        if reason != HoldReason.APPROVAL:  # the batches say more
            title = _title("" if lines else "held")
            lines += _hold(overview, reason, told.get(reason), title, option)
    return lines


def _hold(overview: Overview, reason: str, told: HoldRow | None, title: Text, option: str) -> Lines:
    count = overview.held.get(reason, 0)
    held = overview.held_for(reason)
    jobs = f"{plural(count, 'job')} held: " if count else ""
    since = f", since {local_time(told.since)}" if told else ""
    text = told.text if told else ""
    cure = words.about_hold(reason, held[0].job.id if held else JOB).beyond(text)
    return [
        _line(title, word(f"{jobs}{reason}{since}", "yellow")),
        *_below(capital(text)),
        *_cure(cure, option),
    ]


def _credits(overview: Overview) -> Lines:
    seen = overview.credits
    if seen.available is None:
        return [_line(_title("credits"), "not known yet")]
    frozen = f", {credits(seen.frozen)} frozen" if seen.frozen else ""
    at = f" (seen {local_time(seen.at)})" if seen.at else ""
    line = _line(_title("credits"), f"{credits(seen.available)} available{frozen}{at}")
    if not seen.anonymous:
        return [line]
    return [line, *_below(words.anonymous(seen.registration_link))]


# -- what needs a person ---------------------------------------------------------------


def _needs(overview: Overview, longest: int, option: str) -> Lines:
    """What does not go on without a person, each with what to do."""
    lines: Lines = []
    for batch in overview.batches:
        waiting = max(batch.waiting, batch.expected)
        what = words.batch(waiting, batch.cause, batch.watch)
        lines.append(_line(" " * INDENT, word(what, "bold yellow")))
        lines += _cure(words.APPROVE, option)
    for row in [*overview.asking, *overview.failed]:
        lines += _job(row, option)
    for trouble in overview.published.troubles:
        lines += _trouble(trouble, option)
    if not lines:
        return []
    return [_line(_title("needs you")), *_limited(lines, longest * LISTS, "nemowatch jobs")]


def _job(row: ListedJob, option: str) -> Lines:
    job = row.job
    head = f"{job.id:>6}  {file_words(row)} > {job.target}: {state_words(row)}"
    cure = words.about_job(job.id, job.state, job.reason, job.error_code)
    return [
        _line(word(head, COLOURS.get(job.state, ""))),
        *_below(words.what_happened(job.state, job.error_text)),
        *_cure(cure, option),
    ]


def _trouble(trouble: Trouble, option: str) -> Lines:
    """A folder or a file that is not worked on: where, why, and what to do."""
    refused = ": refused, and moved to failed" if trouble.refused else ""
    head = word(f"{clean(trouble.shown)}{refused}", "bold yellow")
    return [
        _line(" " * INDENT, head),
        *_below(trouble.what),
        *_cure(words.about_trouble(trouble), option),
    ]
