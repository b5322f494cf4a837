"""Formats jobs in work as lines with progress bars that fit a width. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nemowatch.cli.formatting import clean, size
from nemowatch.cli.job_list import file_words
from nemowatch.cli.pieces import StyledText
from nemowatch.cli.status.lines import word
from nemowatch.clock import lasted
from nemowatch.model import State
from nemowatch.tasks.usual_times import usual_time

if TYPE_CHECKING:
    from nemowatch.journal.jobs import Job, ListedJob
    from nemowatch.reporting.overview import Transfer

#: Cells of a progress bar.
BAR = 12
#: Cells of a line besides the name and the progress: number, state, gap.
FRAME = 8 + 12 + 2
#: The fewest cells for a name.
SHORTEST = 12


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a step is."""

    share: float | None = None  #: 0 to 1; None when that is unknown
    label: str = ""  #: "" only when the share is unknown

    @property
    def shown(self) -> str:
        """The bar, if there is one, and the label."""
        if self.share is None:
            return self.label
        return f"{bar(self.share)} {self.label}"


def in_work(
    rows: Sequence[ListedJob], transfers: Mapping[int, Transfer], width: int
) -> list[StyledText]:
    """A line for each job, with aligned bars."""
    if not rows:
        return []
    from rich.cells import cell_len, set_cell_size

    steps = _shown([progress(row, transfers.get(row.job.id)) for row in rows], width)
    names = [f"{file_words(row)} > {row.job.target}" for row in rows]
    widest = max(map(cell_len, names))
    behind = max(map(len, steps))
    room = max(min(widest, width - FRAME - behind), SHORTEST)

    lines = []
    for row, name, step in zip(rows, names, steps, strict=True):
        line = StyledText(clean(f"{row.job.id:>6}  {row.job.state:<11} "))
        line.append(word(set_cell_size(fitted(name, room), room), "bold"))
        line.append("  ")
        line.append(word(step, "cyan"))
        lines.append(line)
    return lines


def _shown(steps: Sequence[Progress], width: int) -> list[str]:
    """What is shown of each step; without bars where they leave no room for names."""
    shown = [step.shown for step in steps]
    if max(map(len, shown)) <= width - FRAME - SHORTEST:
        return shown
    return [step.label for step in steps]


def progress(row: ListedJob, transfer: Transfer | None) -> Progress:
    """The progress of a job's present step."""
    if transfer is not None and (transfer.total or transfer.done):
        return _moved(transfer)
    if row.job.state is State.RENDERING:
        return Progress(row.job.progress / 100, f"{row.job.progress:.0f} %")
    if row.job.state is State.INSTRUCTING:
        return _talked(row, transfer)
    return Progress()


def _talked(row: ListedJob, transfer: Transfer | None) -> Progress:
    """How long a turn has taken so far."""
    if transfer is None:
        return Progress(None, "the cloud works on it")
    return Progress(None, time_taken(row.job, transfer))


def time_taken(job: Job, turn: Transfer) -> str:
    """How long a turn has taken and usually takes, in fewer cells than the page has for it: a name
    needs them more."""
    so_far = f"{lasted(turn.seconds)} so far" if turn.seconds > 0 else ""
    return "; ".join(filter(None, (so_far, usual_time(job.skill))))


def _moved(transfer: Transfer) -> Progress:
    """How much has been transferred, and of how much if that is known."""
    done = size(transfer.done)
    if transfer.total:
        return Progress(transfer.share, f"{done} of {size(transfer.total)}")
    return Progress(None, done)


def bar(share: float) -> str:
    """A progress bar for `share`, 0 to 1."""
    full = round(max(0.0, min(share, 1.0)) * BAR)
    return "█" * full + "░" * (BAR - full)


def fitted(text: str, room: int) -> str:
    """Text that fits `room` cells, cut in its middle: both ends of a name tell it apart."""
    from rich.cells import cell_len, chop_cells

    if cell_len(text) <= room:
        return text
    head_room = (room - 1) // 2
    head = chop_cells(text, head_room)[0]
    tail = chop_cells(text[::-1], room - 1 - head_room)[0][::-1]
    return f"{head}…{tail}"
