"""`retry`, `cancel`, `again`, `resolve`, `pause`, `resume`, `approve`, `take-over`: what a person
can order. The daemon carries an order out if it runs; otherwise the journal is written directly.
What each order means is in the package `orders`.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nemowatch.cli import completion, options
from nemowatch.cli.formatting import clean, plural
from nemowatch.cli.typed_commands import in_full
from nemowatch.cures import typed_start
from nemowatch.reporting.phrases import brackets

if TYPE_CHECKING:
    from pathlib import Path

    from nemowatch.cli.context import CommandContext

NewTake = Annotated[
    bool, typer.Option("--new-take", help="Let the cloud make a new one: this costs credits again.")
]
Done = Annotated[
    bool, typer.Option("--done", help="The work was done there: continue with its result.")
]
Resend = Annotated[
    bool, typer.Option("--resend", help="It was not: send it again. This may pay a second time.")
]
WatchName = Annotated[
    str,
    typer.Argument(
        metavar="WATCH",
        help="A root or an inbox; all of them when left out.",
        autocompletion=completion.watches,
    ),
]


def retry(jobs: options.Jobs, config: options.Config = None) -> None:
    """Try failed jobs again; what is paid stays paid.

    They continue from the last step whose effect is saved. Held jobs continue where they were."""
    _print_jobs(_order(config, "retry", jobs=jobs), "continues from:")


def cancel(jobs: options.Jobs, config: options.Config = None) -> None:
    """Take jobs back. What was paid stays paid."""
    _print_jobs(_order(config, "cancel", jobs=jobs), "is")


def again(jobs: options.Jobs, new_take: NewTake = False, config: options.Config = None) -> None:
    """Deliver results again, free of charge.

    They come from what is saved of the edit; with --new-take the cloud makes and charges a new one.
    """
    _print_jobs(_order(config, "again", jobs=jobs, new_take=new_take), "continues from:")


def resolve(
    job: options.Job,
    done: Done = False,
    resend: Resend = False,
    config: options.Config = None,
) -> None:
    """Decide about a job that only a person can judge.

    Say whether its paid work was done (--done) or not (--resend); nemowatch show JOB helps."""
    from nemowatch.errors import UsageError

    if done == resend:
        cure = (
            f"nemowatch show {job} has the balance before and after: that often settles it. Then"
            " --done or --resend."
        )
        raise UsageError("Say either --done or --resend.", cure=cure)
    how = "done" if done else "resend"
    answer = _order(config, "resolve", job=job, how=how)
    renewed = ""
    if answer["renewed"]:
        renewed = ", with the instructions as its folder gives them now"
    print(f"Job {answer['job']} continues from: {answer['state']}{renewed}.")


def pause(config: options.Config = None) -> None:
    """Begin nothing new; finish what is paid."""
    _order(config, "pause")
    print(in_full("Paused. To resume: nemowatch resume"))


def resume(config: options.Config = None) -> None:
    """End a pause, and try at once whatever waits."""
    from nemowatch.cli.output import say

    answer = _order(config, "resume")
    say(f"Resumed; {plural(answer['resumed'], 'job')} continued.")
    for pause in answer["standing"]:
        held = ""
        if pause["jobs"]:
            held = brackets(plural(pause["jobs"], "job"))
        say(f"Still held{held} by the file {pause['watch']}/{pause['file']}: delete it to resume.")


def approve(watch: WatchName = "", config: options.Config = None) -> None:
    """Let credits be spent on what waits for approval."""
    from nemowatch.cli.context import find_context

    context = find_context(config)
    approved = carry_out(context, "approve", watch=watch_name(context, watch))["approved"]
    if not approved:
        print("Nothing waits for approval.")
        return
    jobs = plural(approved, "job")
    print(f"{jobs} approved.")


def take_over(config: options.Config = None) -> None:
    """Take over these folders from another host.

    Stop nemowatch there first. What this host has not paid for itself then waits for approval."""
    from nemowatch.cli.connection import ask
    from nemowatch.cli.context import find_context
    from nemowatch.cli.output import say

    context = find_context(config)
    states = [watch["state"] for watch in ask(context, "status")["status"]["watches"]]
    if not any(state.startswith("held") for state in states):
        say("No inbox is held by another host: there is nothing to take over.")
        return
    for inbox in carry_out(context, "take-over")["taken"]:
        say(
            f"{inbox}: handled by this host from now on. What it has not paid for itself waits:"
            " nemowatch approve"
        )


def watch_name(context: CommandContext, wanted: str) -> str:
    """The journal's name for a watch that a person names by its root, its inbox or the last part of
    its path; "" for all."""
    from pathlib import Path

    from nemowatch.errors import UsageError, show_path

    if not wanted:
        return ""
    path = Path(wanted).absolute()
    for watch in context.config.watch:
        folders = set(filter(None, (watch.root, watch.inbox)))
        names = {watch.name, *(folder.name for folder in folders)}
        if path in folders or wanted in names:
            return watch.name

    known = ", ".join(show_path(w.workspace) for w in context.config.watch)
    raise UsageError(
        f"{show_path(wanted)} is not a watched folder.",
        cure=f"Watched: {known}.",
    )


def _order(config: Path | None, op: str, **args: Any) -> Any:
    from nemowatch.cli.context import find_context

    return carry_out(find_context(config), op, **args)


def carry_out(context: CommandContext, op: str, **args: Any) -> Any:
    """Carry out an order wherever that is possible; returns its answer. Prints on standard error if
    only the journal has it yet."""
    from nemowatch.cli.connection import order

    done = order(context, op, **args)
    if not done.running:
        when = f"nemowatch is not running: this is done when it starts ({typed_start()})."
        print(clean(when), file=sys.stderr)
    return done.answer


def _print_jobs(answer: dict[str, Any], verb: str) -> None:
    for job_id, state in answer["jobs"].items():
        print(f"Job {job_id} {verb} {state}.")
