"""Turns an `Overview` into the status as a person sees it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nemowatch.cli.formatting import clean, credits, local_time, plural
from nemowatch.cli.output import COLOURS
from nemowatch.cli.pieces import Indented, Piece, Several, StyledText
from nemowatch.cli.status.lines import (
    DEEPER,
    INDENT,
    Lines,
    Row,
    below,
    beside,
    line,
    listed,
    title_text,
    titled,
    word,
)
from nemowatch.cli.status.needs import needs
from nemowatch.cli.status.progress import fitted, in_work
from nemowatch.cures import JOB, Cure, typed_start
from nemowatch.errors import show_path
from nemowatch.model import HoldReason
from nemowatch.reporting import account_words, inbox_words, words
from nemowatch.reporting.overall_progress import figures_line
from nemowatch.reporting.phrases import because, capital

if TYPE_CHECKING:
    from nemowatch.journal.holds import HoldRow
    from nemowatch.reporting.overview import InboxStatus, Overview, Settling

#: The most lines of one section: everything has to fit a screen; `nemowatch jobs` lists all jobs.
LONGEST = 12
#: Sections with lists.
LISTS = 3
#: Lines that all sections together take besides their lists.
FRAME = 14
#: How many of the latest jobs have their results named.
NEWEST = 3
#: The fewest cells for a file's path beside the reason why it waits.
NAME_ROOM = 40


def draw(
    overview: Overview,
    width: int,
    *,
    rows: int = 0,
    option: str = "",
) -> Several:
    """The whole status. `rows` > 0: as much as fits a screen of that height; `option`: the end of a
    command to type."""
    longest = max(3, (rows - FRAME) // LISTS) if rows else LONGEST
    return Several(
        *_daemon(overview),
        *_connection(overview, option),
        *_pauses(overview, option),
        *_inboxes(overview, option),
        *_counts(overview),
        *_in_work(overview, width, longest),
        *_waiting(overview, width, longest),
        *_newest(overview, width),
        *_holds(overview, option),
        *_credits(overview),
        *needs(overview, longest * LISTS, option),
    )


def _daemon(overview: Overview) -> Lines:
    daemon = overview.snapshot.daemon
    if not overview.running:
        stopped = word("not running", "bold red")
        start = f"; start it: {typed_start()}"
        return [line(title_text("nemowatch"), stopped, start)]

    since = f" since {local_time(daemon['since'])}"
    text = f"{daemon['state']}{since} (process {daemon['pid']}, version {daemon['version']})"
    return [line(title_text("nemowatch"), word(text, "green"))]


def _connection(overview: Overview, option: str) -> Lines:
    """The connection to the cloud, while it is not good and no hold says so."""
    connection = overview.snapshot.connection
    if connection.ready or overview.holds:
        return []
    cure = Cure(connection.cure)
    if not connection.cure:
        cure = account_words.about_connection(connection)
    return titled("cloud", [Row(word(capital(connection.words), "yellow"), cure)], option)


def _pauses(overview: Overview, option: str) -> Lines:
    """Pauses, whether or not anything waits because of them yet."""
    rows: list[Row] = []
    if overview.paused:
        rows.append(Row(word("everything, by nemowatch pause", "yellow"), inbox_words.PAUSED_ALL))
    for file in overview.snapshot.pauses:
        rows.append(Row(word(f"by the file {file.shown}", "yellow"), inbox_words.PAUSE_FILE))
    return titled("paused", rows, option)


def _inboxes(overview: Overview, option: str) -> Lines:
    return titled("inboxes", map(_inbox, overview.snapshot.inboxes), option)


def _inbox(inbox: InboxStatus) -> Row:
    state = inbox.state
    if inbox.reason not in state:
        state += because(inbox.reason)
    head = line(f"{inbox.root}  ", word(state, _inbox_style(inbox)))
    if inbox.health is None:  # the very first line says what to do
        return Row(head)
    return Row(head, inbox_words.about_inbox(inbox.health, inbox.cure))


def _inbox_style(inbox: InboxStatus) -> str:
    if inbox.health is None:
        return "dim"
    return "green" if inbox.good else "yellow"


def _counts(overview: Overview) -> Lines:
    counts = overview.counts.items()
    if not counts:
        return [line(title_text("jobs"), "none yet")]
    shown = [word(f"{count:,} {state}", COLOURS.get(state, "")) for state, count in counts]
    return [beside("jobs", StyledText(", ").join(shown)), *below(figures_line(overview.figures))]


def _in_work(overview: Overview, width: int, longest: int) -> Lines:
    working = overview.making
    drawn = in_work(working, overview.snapshot.transfers, width)
    lines: Lines = []
    for head, row in zip(drawn, working, strict=True):
        # why it is being retried, or what it waits for
        lines.append(Several(head, *below(row.job.why)))
    return listed("in work", lines, longest, "nemowatch jobs")


def _waiting(overview: Overview, width: int, longest: int) -> Lines:
    lines = [_settling(one, width) for one in overview.snapshot.only_waiting]
    return listed("waiting", lines, longest)


def _settling(one: Settling, width: int) -> Piece:
    path, why = clean(one.shown), word(one.why, "yellow")
    room = width - DEEPER - len(one.why)
    indent = " " * INDENT
    if room >= min(len(path), NAME_ROOM):
        return line(indent, word(fitted(path, room), "bold"), "  ", why)
    # a whole sentence goes below
    head = line(indent, word(fitted(path, width - INDENT), "bold"))
    return Several(head, Indented(line(why), DEEPER))


def _newest(overview: Overview, width: int) -> Lines:
    """Where the newest results are: their folders, and which are in each."""
    by_folder: dict[str, list[str]] = {}
    for done in overview.done[:NEWEST]:
        for output in done.results:
            folder, _, name = show_path(output.path).rpartition("/")
            by_folder.setdefault(folder, []).append(name)
    lines: Lines = []
    for folder, names in by_folder.items():
        lines.append(line(" " * INDENT, word(fitted(clean(folder), width - INDENT), "bold")))
        lines += below(", ".join(names))
    return listed("newest", lines, len(lines), "")


def _holds(overview: Overview, option: str) -> Lines:
    """One row for each reason; the row of a batch has more lines below."""
    shared = {str(hold.reason): hold for hold in overview.holds}
    reasons = dict.fromkeys([*shared, *overview.held])
    reasons.pop(HoldReason.APPROVAL, None)
    return titled("held", [_hold(overview, each, shared.get(each)) for each in reasons], option)


def _hold(overview: Overview, reason: str, shared: HoldRow | None) -> Row:
    held = overview.held_for(reason)
    jobs: list[int | str] = [row.job.id for row in held]
    cure = words.about_hold(reason, next(iter(jobs), JOB))
    said = reason
    count = overview.held.get(reason, 0)
    if count:
        said = f"{plural(count, 'job')} held: {reason}"
    if shared is None:
        # if jobs are held one by one, each has the text: the first stands for all
        text = held[0].job.why if held else ""
        return Row(word(said, "yellow"), cure.beyond(text), capital(text))

    head = word(f"{said}, since {local_time(shared.since)}", "yellow")
    return Row(head, cure.beyond(shared.text), capital(shared.text))


def _credits(overview: Overview) -> Lines:
    seen = overview.credits
    if seen.available is None:
        return [line(title_text("credits"), "not known yet")]
    said = f"{credits(seen.available)} available"
    if seen.frozen:
        said += f", {credits(seen.frozen)} frozen"
    if seen.at:
        said += f" (seen {local_time(seen.at)})"
    row = Row(line(said))
    if seen.anonymous:
        row = Row(line(said), text=account_words.anonymous(seen.registration_link, seen.expires_at))
    return titled("credits", [row], "")
