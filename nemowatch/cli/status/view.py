"""What the status looks like to a person. Pure: a gathered View in, lines out; asks nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from nemowatch.cli.formatting import clean, credits, hold_cure, local_time, plural, size
from nemowatch.cli.jobs import file_words, state_words
from nemowatch.cli.output import COLOURS, word
from nemowatch.cli.show import cure_of
from nemowatch.reporting.overview import not_said

if TYPE_CHECKING:
    from nemowatch.journal.jobs import ListedJob

#: Lines of one section: the whole has to fit a screen; `nemowatch jobs` lists everything.
LONGEST = 12
#: Cells of a progress bar.
BAR = 12
#: Cells that a file's path gets at least beside the reason why it waits.
NAME_ROOM = 40
#: Cells of a line in work beside the name and the words at its end: number, state, gaps, bar.
WORK_FRAME = 8 + 12 + 2 + BAR + 1


@dataclass(frozen=True, slots=True)
class View:
    """All that is known, gathered at one moment."""

    status: Mapping[str, Any]  #: the record of `status --json`
    more: Mapping[str, Any]  #: holds, batches, the account (`reporting.overview`)
    waiting: Sequence[Mapping[str, Any]]  #: files that are no jobs yet
    progress: Sequence[Mapping[str, Any]]  #: transfers under way
    unfinished: Sequence[ListedJob] = ()
    failed: Sequence[ListedJob] = ()
    option: str = ""  #: what a command to type ends with
    #: folders and files that only a person can put right
    problems: Sequence[Mapping[str, Any]] = ()

    @property
    def running(self) -> bool:
        """Whether a daemon answered."""
        return self.status["daemon"]["pid"] is not None


def draw(view: View, width: int, *, rows: int = 0) -> Group:
    """The whole status; `rows` > 0: what fits a screen of that height."""
    longest = LONGEST if not rows else max(3, (rows - 14) // 3)
    sections = [
        _daemon(view),
        _inboxes(view),
        _counts(view),
        _in_work(view, width, longest),
        _waiting(view, width, longest),
        _holds(view),
        _credits(view),
        _person(view, longest),
    ]
    lines = [line for section in sections for line in section]
    return Group(*lines)


def _line(*parts: Text | str) -> Text:
    line = Text()
    for part in parts:
        line.append(part if isinstance(part, Text) else clean(part))
    return line


def _title(text: str) -> Text:
    return Text(f"{text:<10}", style="bold")


def _daemon(view: View) -> list[RenderableType]:
    daemon = view.status["daemon"]
    if not view.running:
        start = _line(
            _title("nemowatch"),
            word("not running", "bold red"),
            "; start it: nemowatch run",
            view.option,
        )
        return [start, *_pauses(view)]
    since = f" since {local_time(daemon['since'])}" if daemon["since"] else ""
    text = f"{daemon['state']}{since} (process {daemon['pid']}, version {daemon['version']})"
    return [_line(_title("nemowatch"), word(text, "green")), *_pauses(view)]


def _pauses(view: View) -> list[RenderableType]:
    """What holds new work on purpose, whether or not anything waits for it yet."""
    lines: list[RenderableType] = []
    if view.more.get("paused"):
        said = word("everything is paused by nemowatch pause", "yellow")
        lines.append(_line(_title("paused"), said, f"; to go on: nemowatch resume{view.option}"))
    for file in view.more.get("pauses", ()):
        said = word(f"by the file {clean(file)}", "yellow")
        lines.append(_line(_title("" if lines else "paused"), said, "; delete it to go on"))
    return lines


def _inboxes(view: View) -> list[RenderableType]:
    lines: list[RenderableType] = []
    for index, watch in enumerate(view.status["watches"]):
        good = watch["state"] in ("watching", "scanning")
        state = watch["state"] + (
            f": {watch['reason']}"
            if watch["reason"] and watch["reason"] not in watch["state"]
            else ""
        )
        style = "green" if good else "dim" if not view.running else "yellow"
        lines.append(
            _line(_title("inboxes" if not index else ""), f"{watch['root']}  ", word(state, style))
        )
    return lines


def _counts(view: View) -> list[RenderableType]:
    counts = view.status["counts"]
    if not counts:
        return [_line(_title("jobs"), "none yet")]
    line = _line(_title("jobs"))
    for index, (state, count) in enumerate(counts.items()):
        line.append_text(
            _line(", " if index else "", word(f"{count} {state}", COLOURS.get(state, "")))
        )
    return [line]


def _limited(lines: Sequence[RenderableType], longest: int, rest: str) -> list[RenderableType]:
    if len(lines) <= longest:
        return list(lines)
    return [*lines[:longest], _line(f"           … and {len(lines) - longest} more: {rest}")]


def _in_work(view: View, width: int, longest: int) -> list[RenderableType]:
    moving = {row["job"]: row for row in view.progress}
    working = [row for row in view.unfinished if row.job.state not in ("held", "attention")]
    lines = [_line(_title("in work"))] if working else []
    room = _names_room([(row, _share(row, moving.get(row.job.id))[1]) for row in working], width)
    return lines + _limited(
        [_work_line(row, moving.get(row.job.id), room) for row in working],
        longest,
        "nemowatch jobs",
    )


def _names_room(rows: Sequence[tuple[ListedJob, str]], width: int) -> int:
    """Cells for the names, the same in every line, so that the bars stand below each other."""
    from rich.cells import cell_len

    widest = max((cell_len(_work_name(row)) for row, _ in rows), default=0)
    labels = max((len(label) for _, label in rows), default=0)
    return max(min(widest, width - WORK_FRAME - labels), 12)


def _work_name(row: ListedJob) -> str:
    return f"{file_words(row)} > {row.job.target}"


def _work_line(row: ListedJob, moving: Mapping[str, Any] | None, room: int) -> RenderableType:
    from rich.cells import set_cell_size

    share, label = _share(row, moving)
    shown = set_cell_size(_short(_work_name(row), room), room)
    right = (f"{_bar(share)} {label}" if share is not None else label) if label else ""
    line = _line(
        f"{row.job.id:>6}  {row.job.state:<11} ", word(shown, "bold"), "  ", word(right, "cyan")
    )
    return Group(line, *_below(row.job.error_text))  # why it is tried again, or what it waits for


def _share(row: ListedJob, moving: Mapping[str, Any] | None) -> tuple[float | None, str]:
    """How much of the present step is done, 0 to 1 (None: nobody knows), and in words."""
    if moving and moving["total"]:
        return (
            moving["done"] / moving["total"],
            f"{size(moving['done'])} of {size(moving['total'])}",
        )
    if moving and moving["done"]:
        return None, size(moving["done"])
    if row.job.state == "rendering":
        return row.job.progress / 100, f"{row.job.progress:.0f} %"
    return None, "the cloud works on it" if row.job.state == "instructing" else ""


def _bar(share: float) -> str:
    full = round(max(0.0, min(share, 1.0)) * BAR)
    return "█" * full + "░" * (BAR - full)


def _short(text: str, room: int) -> str:
    """Text that fits `room` cells: cut in its middle, since both ends of a name tell it apart."""
    from rich.cells import cell_len, chop_cells

    if cell_len(text) <= room:
        return text
    head = chop_cells(text, (room - 1) // 2)[0]
    tail = chop_cells(text[::-1], room - 1 - (room - 1) // 2)[0][::-1]
    return f"{head}…{tail}"


def _waiting(view: View, width: int, longest: int) -> list[RenderableType]:
    lines = [_line(_title("waiting"))] if view.waiting else []
    found = list[RenderableType]()
    for row in view.waiting:
        path, why = clean(row["path"]), word(row["why"], "yellow")
        room = width - 10 - len(row["why"])
        if room >= min(len(path), NAME_ROOM):
            found.append(_line("        ", word(_short(path, room), "bold"), "  ", why))
        else:  # a whole sentence: it stands below
            below = Padding(_line(why), (0, 0, 0, 10))
            found.append(Group(_line("        ", word(_short(path, width - 8), "bold")), below))
    return lines + _limited(found, longest, "look again later")


def _holds(view: View) -> list[RenderableType]:
    held, texts = view.more["held"], {hold["reason"]: hold for hold in view.more["holds"]}
    lines: list[RenderableType] = []
    for reason in dict.fromkeys([*texts, *held]):
        if reason == "approval":
            continue  # the batches say more
        count = f"{plural(held[reason], 'job')} held: " if held.get(reason) else ""
        since = f", since {local_time(texts[reason]['since'])}" if reason in texts else ""
        lines.append(
            _line(_title("held" if not lines else ""), word(f"{count}{reason}{since}", "yellow"))
        )
        text = texts[reason]["text"] if reason in texts else ""
        lines += _below(text[:1].upper() + text[1:])
        lines += _below(not_said(text, hold_cure(reason, _first_held(view, reason), view.option)))
    return lines


def _first_held(view: View, reason: str) -> str:
    found = (
        row.job.id
        for row in view.unfinished
        if row.job.state == "held" and row.job.reason == reason
    )
    return str(next(found, "JOB"))


def _below(text: str) -> list[RenderableType]:
    """Lines below a title; long ones are broken and stay below it."""
    return [Padding(_line(line), (0, 0, 0, 10)) for line in text.splitlines()]


def _credits(view: View) -> list[RenderableType]:
    seen, more = view.status["credits"], view.more
    if seen["available"] is None:
        return [_line(_title("credits"), "not known yet")]
    frozen = f", {credits(seen['frozen'])} frozen" if seen["frozen"] else ""
    at = f" (seen {local_time(more['credits_at'])})" if more["credits_at"] else ""
    lines: list[RenderableType] = [
        _line(_title("credits"), f"{credits(seen['available'])} available{frozen}{at}")
    ]
    if seen["anonymous"]:
        link = registration_link(more["user_id"])
        lines += _below(
            "The account is anonymous" + (f"; register it to keep it:\n{link}" if link else ".")
        )
    return lines


def registration_link(user_id: str) -> str:
    """Where an anonymous user registers; "" while the user is not known."""
    from nemowatch.remote.interface import Account

    return Account(anonymous=True, user_id=user_id).registration_link


def _person(view: View, longest: int) -> list[RenderableType]:
    """What does not go on without a person, each with the command to type."""
    lines: list[RenderableType] = []
    for batch in view.more["batches"]:
        what = (
            f"{plural(batch['jobs'], 'job')} wait for approval ({batch['cause']}) in"
            f" {batch['watch']}"
        )
        lines += [
            _line("        ", word(what, "bold yellow")),
            *_below(f"nemowatch approve{view.option}"),
        ]
    asking = [row for row in view.unfinished if row.job.state == "attention"]
    for row in [*asking, *reversed(view.failed)]:
        job = row.job
        what = f"{job.id:>6}  {file_words(row)} > {job.target}: {state_words(row)}"
        lines += [_line(word(what, COLOURS.get(job.state, ""))), *_below(job.error_text)]
        lines += _below(cure_of(job.id, job.state, job.reason, view.option))
    for problem in view.problems:
        lines += _problem(problem)
    return (
        [_line(_title("needs you")), *_limited(lines, longest * 3, "nemowatch jobs")]
        if lines
        else []
    )


def _problem(problem: Mapping[str, Any]) -> list[RenderableType]:
    """A folder or a file that is not worked on: where, why, and what to do."""
    meant = f"Did you mean: {problem['suggestion']}" if problem["suggestion"] else ""
    refused = ": refused, and moved to failed" if problem["refused"] else ""
    lines: list[RenderableType] = [
        _line("        ", word(f"{clean(problem['path'])}{refused}", "bold yellow"))
    ]
    for text in (problem["what"], meant, problem["cure"]):
        lines += _below(text)
    return lines
