"""`nemowatch demo`: everything, offline, in a minute. Starts the real daemon against the sandbox,
drops real files as a person would, and shows what becomes of them. Owns the course of the demo;
`stage` sets it up and clears it away.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nemowatch.cli import options
from nemowatch.cli.formatting import name, plural, size
from nemowatch.cli.still_working import TurnReminder
from nemowatch.model import State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nemowatch.cli.demo.stage import Stage
    from nemowatch.journal.jobs import ListedJob
    from nemowatch.reporting.overview import Overview

#: Seconds after the set-up in which every result must be there.
TIME_LIMIT = 60.0
#: Seconds between two checks: the jobs take some seconds, and their progress should be seen.
PAUSE = 0.25

#: What is dropped where: (folder, file, kind of sample).
DROPS = (
    ("dub-es-fr", "promo.mp4", "video"),
    ("voiceover", "script.txt", "script"),
    ("transcribe", "interview.mp4", "video"),
)
#: What must be in the outbox at the end.
RESULTS = (
    "dub-es-fr/promo.es.mp4",
    "dub-es-fr/promo.fr.mp4",
    "voiceover/script.voiceover.mp4",
    "transcribe/interview.txt",
    "transcribe/interview.srt",
    "transcribe/interview.vtt",
    "transcribe/interview.transcribed.mp4",
)

Folder = Annotated[
    Path | None,
    typer.Argument(
        metavar="DIR",
        help="Where to run it; default: a new temporary folder.",
        show_default=False,
    ),
]


def demo(folder: Folder = None, config: options.Config = None) -> None:
    """Show everything working, offline, in a minute.

    It brings a configuration of its own, and uses nothing of yours."""
    from nemowatch.cli.demo.stage import set_stage

    with set_stage(folder) as stage:
        good = _play(stage)
    raise typer.Exit(0 if good else 1)


def _play(stage: Stage) -> bool:
    from nemowatch.cli.output import say

    say(f"Workspace: {stage.workspace}")
    say(f"Cloud:     a stand-in at {stage.sandbox.url}; nothing leaves this machine")
    for folder, file, kind in DROPS:
        stage.drop(folder, file, kind)
        say(f"Copied {file} into inbox/{folder}/")
    print()
    began = time.monotonic()
    good = _wait(stage, began + TIME_LIMIT)
    stage.wait_for_page()
    print()
    _tell(stage, good, time.monotonic() - began)
    return good


def _wait(stage: Stage, deadline: float) -> bool:
    """Show progress until every result is there (True), or until something failed or the time is up
    (False)."""
    from nemowatch.cli.output import console

    show = _live if console().is_terminal else _lines
    for shown in show(stage):
        if stage.finished(RESULTS, [drop[:2] for drop in DROPS]):
            return True
        if time.monotonic() > deadline or not stage.daemon_lives() or _given_up(shown):
            return False
        time.sleep(PAUSE)
    return False


def _given_up(shown: Overview) -> bool:
    return any(map(shown.counts.get, ("failed", "rejected", "attention", "cancelled")))


def _live(stage: Stage) -> Iterator[Overview]:
    """On a terminal: draw the status again and again."""
    from rich.live import Live

    from nemowatch.cli.output import console
    from nemowatch.cli.status.gathering import overview
    from nemowatch.cli.status.view import draw

    target = console()
    with Live(
        console=target,
        auto_refresh=False,
        transient=True,
    ) as live:
        while True:
            shown = overview(stage.context)
            live.update(draw(shown, target.width, rows=target.height), refresh=True)
            yield shown


def _lines(stage: Stage) -> Iterator[Overview]:
    """In a pipe: print a line for each step of each job."""
    from nemowatch.cli.connection import read_journal
    from nemowatch.cli.job_list import state_words
    from nemowatch.cli.output import say
    from nemowatch.cli.status.gathering import overview
    from nemowatch.journal import jobs

    shown_states: dict[int, str] = {}
    still_working = TurnReminder(stage.context.config.chat.still_working)
    while True:
        for row in read_journal(stage.context, jobs.listed, list[jobs.ListedJob]):
            if shown_states.get(row.job.id) != row.job.state:
                shown_states[row.job.id] = row.job.state
                say(f"  {name(row.path)} > {row.job.target}: {state_words(row)}{_usual(row)}")
            news = still_working.news(row.job.id, row.job.state, row.job.skill)
            if news:
                say(f"  {name(row.path)} > {row.job.target}: {news}")
        yield overview(stage.context)


def _usual(row: ListedJob) -> str:
    """How long a step usually takes with the real cloud; "" for a short one."""
    from nemowatch.reporting.phrases import brackets
    from nemowatch.tasks.usual_times import usual_time

    if row.job.state is State.INSTRUCTING:
        return brackets(usual_time(row.job.skill))
    return ""


def _tell(stage: Stage, good: bool, seconds: float) -> None:
    from nemowatch.cli.output import say

    print("outbox")
    for line in listing(stage.workspace / "outbox"):
        say(f"  {line}")
    print()
    if good:
        say(
            f"{plural(len(DROPS), 'file')} in, {plural(len(RESULTS), 'result')} out, after"
            f" {seconds:.0f} seconds."
        )
        say(f"The sources moved to {stage.workspace}/done")
    else:
        missing = [
            result for result in RESULTS if not (stage.workspace / "outbox" / result).is_file()
        ]
        say(
            f"Not everything came back within {seconds:.0f} seconds. Missing:"
            f" {', '.join(missing) or 'a move to done'}."
        )
        say(f"The daemon's log is {stage.log}")
    say("The status page that people find in the share, for a browser:")
    say(f"  {stage.page.as_uri()}")
    say(f"To remove everything: rm -r {stage.base}")


def listing(folder: Path, indent: str = "") -> Iterator[str]:
    """The content of a folder, one line each, files with their sizes, without hidden ones."""
    if not folder.is_dir():
        return
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            yield f"{indent}{entry.name}/"
            yield from listing(entry, indent + "  ")
        else:
            yield f"{indent}{entry.name:<{32 - len(indent)}} {size(entry.stat().st_size):>10}"
