"""What `nemowatch run` shows on a terminal: the overall state, what is being made, and the last
lines of the log. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.rule import Rule
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from nemowatch.cli.formatting import clean, credits, plural, size
from nemowatch.cli.job_list import file_words
from nemowatch.cli.output import word
from nemowatch.cli.status.progress import bar, fitted, time_taken
from nemowatch.clock import lasted
from nemowatch.model import State
from nemowatch.reporting.overall_progress import figures_line, rounded
from nemowatch.reporting.words import STAGES

if TYPE_CHECKING:
    from nemowatch.cli.live.rates import Rates
    from nemowatch.journal.jobs import Job, ListedJob
    from nemowatch.reporting.overview import Overview, Transfer

#: The fewest lines of the log that are shown.
FEWEST_LINES = 4
#: Lines besides the rows and the log.
FRAME = 8
#: The fewest cells for a name, if it needs them: two names of a campaign differ in their middle.
NAME = 28
#: Cells of a row besides the name and the progress: the spinner, and a gap after each column.
GAPS = 4
#: What is said when there is nothing to show.
IDLE = "Nothing to do. Copy a video into a folder of the inbox, dub-es for example."
#: The colours of levels in the log.
LEVELS = {"warning": "yellow", "error": "red", "critical": "bold red"}


@dataclass(frozen=True, slots=True)
class DaemonView:
    """What is known about the daemon at one moment."""

    overview: Overview | None  #: None before its first answer
    lines: Sequence[str]  #: the last lines of its log
    ending: bool = False  #: it was asked to stop


def draw(
    seen: DaemonView, rates: Rates, width: int, height: int, spinners: dict[int, Spinner]
) -> Group:
    """The whole screen; `spinners`: those that are already turning, by job."""
    overview = seen.overview
    if overview is None:
        head: list[RenderableType] = [word("nemowatch starts …", "bold")]
        return Group(*head, *_log(seen.lines, width, height - 2))

    head = [_title(overview, ending=seen.ending), *_inboxes(overview, width), *_figures(overview)]
    room = max(3, height - FRAME - len(head) - FEWEST_LINES)
    rows = _making(overview, rates, width, room, spinners)
    said = _attention(overview, width)
    lines = height - len(head) - min(len(overview.making), room + 1) - len(said) - 3
    return Group(*head, rows, *said, *_log(seen.lines, width, max(FEWEST_LINES, lines)))


def _title(overview: Overview, *, ending: bool) -> Text:
    state = str(overview.snapshot.daemon["state"])
    if ending:
        state = "stopping: what is paid for may end"
    title = Text.assemble(word("nemowatch", "bold"), "  ", word(state, "green"))
    if overview.credits.available is not None:
        title.append(f"  {credits(overview.credits.available)} credits", style="dim")
    return title


def _inboxes(overview: Overview, width: int) -> list[Text]:
    found: list[Text] = []
    for inbox in overview.snapshot.inboxes:
        style = "yellow" if inbox.troubled else "dim"
        state = word(inbox.state, style)
        name = fitted(clean(inbox.root), max(20, width - cell_len(state.plain) - 2))
        found.append(Text.assemble(name, "  ", state, no_wrap=True))
    return found


def _figures(overview: Overview) -> list[Text]:
    return [Text(figures_line(overview.figures) or IDLE, style="bold"), Text("")]


def _making(
    overview: Overview,
    rates: Rates,
    width: int,
    room: int,
    spinners: dict[int, Spinner],
) -> Table:
    """A row for each job that is being made."""
    making = overview.making
    for ended in spinners.keys() - {row.job.id for row in making}:
        del spinners[ended]
    steps = [_step(row, overview, rates) for row in making[:room]]
    names = [f"{file_words(row)} > {row.job.target}" for row in making[:room]]
    behind = max((step.cell_len for step in steps), default=0)
    widest = min(max(map(cell_len, names), default=0), max(NAME, width - GAPS - behind))
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(width=1)
    grid.add_column(width=widest, no_wrap=True)
    grid.add_column(width=max(1, width - widest - GAPS), no_wrap=True, overflow="ellipsis")
    for row, name, step in zip(making, names, steps, strict=False):
        mark: RenderableType = ""
        if _turns(row):
            if row.job.id not in spinners:
                spinners[row.job.id] = Spinner("dots", style="cyan")
            mark = spinners[row.job.id]
        grid.add_row(mark, word(fitted(name, widest), "bold"), step)
    if len(making) > room:
        grid.add_row("", f"and {len(making) - room} more", "")
    return grid


def _turns(row: ListedJob) -> bool:
    """Whether a spinner is shown: the cloud is working on the job, and does not report progress."""
    return row.job.state in (State.INSTRUCTING, State.SUBMITTING, State.RENDERING)


def _step(row: ListedJob, overview: Overview, rates: Rates) -> Text:
    """The progress of a job's present step."""
    job = row.job
    transfer = overview.snapshot.transfers.get(job.id)
    if transfer is not None and transfer.total:
        return word(_transfer_words(job, transfer, rates), "cyan")
    if job.state is State.RENDERING:
        usual = overview.figures.usual_render
        expected = f", usually about {rounded(usual)}" if usual else ""
        return word(f"{STAGES[job.state]} {job.progress:.0f} %{expected}", "cyan")
    if transfer is not None and job.state is State.INSTRUCTING:
        return word(f"{STAGES[job.state]}: {time_taken(job, transfer)}", "cyan")
    return word(STAGES[job.state], "cyan")


def _transfer_words(job: Job, transfer: Transfer, rates: Rates) -> str:
    """A bar, the rate, and the time left at that rate."""
    share = transfer.done / transfer.total
    pieces = [f"{100 * share:.0f} %"]
    rate = rates.of(job.id, transfer.what)
    if rate > 0:
        rest = (transfer.total - transfer.done) / rate
        pieces += [f"{size(rate)}/s", f"{lasted(rest)} left"]
    return f"{job.state} {bar(share)} {', '.join(pieces)}"


def _attention(overview: Overview, width: int) -> list[Text]:
    """What keeps work from going on, a line each, and where to read all of it."""
    said = [word(fitted(clean(hold.text), width), "yellow") for hold in overview.holds]
    if overview.paused:
        said.append(word("Everything is paused: nemowatch resume", "yellow"))
    needs = len(overview.attention) + len(overview.batches) + len(overview.snapshot.unsolved)
    if needs:
        what = plural(needs, "thing")
        verb = "needs" if needs == 1 else "need"
        said.append(word(f"{what} {verb} you: nemowatch status", "bold yellow"))
    return said


def _log(lines: Sequence[str], width: int, most: int) -> list[RenderableType]:
    shown: list[RenderableType] = [Rule(style="dim")]
    for text in list(lines)[-most:]:
        level = text[9:].partition(" ")[0]
        line = word(text, LEVELS.get(level, "dim"))
        line.truncate(width, overflow="ellipsis")
        shown.append(line)
    return shown
