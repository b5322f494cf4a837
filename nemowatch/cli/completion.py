"""What a shell proposes when Tab is pressed: numbers of jobs, folders and files of the inboxes,
states; and `nemowatch completion`, which prints what a shell needs for that.

If anything goes wrong here, nothing is proposed: nobody has given a command yet.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from nemowatch.cli import COMPLETING

if TYPE_CHECKING:
    from nemowatch.cli.context import CommandContext
    from nemowatch.journal.jobs import ListedJob

#: The most jobs that are proposed, the latest ones.
MOST_JOBS = 100

#: The script for bash. Names come from a share, where anybody may give them: bash quotes them
#: itself, as it does file names. typer's own script would put them onto the line as they are.
BASH = f"""\
_nemowatch_completion() {{
    local IFS=$'\\n'
    mapfile -t COMPREPLY < <(env COMP_WORDS="${{COMP_WORDS[*]}}" COMP_CWORD="$COMP_CWORD" \\
        {COMPLETING}=complete_bash nemowatch)
    if [[ "${{COMPREPLY[*]}}" == */* ]]; then compopt -o filenames; fi
    if [[ "${{COMPREPLY[*]}}" == */ ]]; then compopt -o nospace; fi
}}
complete -o nosort -F _nemowatch_completion nemowatch
"""
#: The script for zsh: the same, from the lines that fish gets. typer's own script would evaluate
#: names as part of a program.
ZSH = f"""\
#compdef nemowatch
_nemowatch_completion() {{
    local line value
    local -a values shown folders
    for line in "${{(@f)$(env _TYPER_COMPLETE_FISH_ACTION=get-args \\
        _TYPER_COMPLETE_ARGS="${{words[1,$CURRENT]}}" {COMPLETING}=complete_fish nemowatch)}}"; do
        value="${{line%%$'\\t'*}}"
        if [[ "$value" == */ ]]; then folders+=("$value")
        elif [[ -n "$value" ]]; then
            values+=("$value")
            shown+=("${{line/$'\\t'/  }}")
        fi
    done
    compadd -l -V nemowatch -d shown -a values
    compadd -S '' -a folders
}}
compdef _nemowatch_completion nemowatch
"""


class Shell(StrEnum):
    """The shells for which there is a script."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


#: The scripts that are ours; of the other shells typer has a good one.
SCRIPTS = {Shell.BASH: BASH, Shell.ZSH: ZSH}


def completion(
    shell: Annotated[Shell, typer.Argument(metavar="SHELL", help="bash, zsh or fish.")],
) -> None:
    """Print what a shell needs to complete commands.

    Tab then completes commands, numbers of jobs, folders and states."""
    print(_script(shell), end="")


def _script(shell: Shell) -> str:
    if shell in SCRIPTS:
        return SCRIPTS[shell]

    from typer.completion import get_completion_script  # type: ignore[attr-defined]

    made = get_completion_script(prog_name="nemowatch", complete_var=COMPLETING, shell=shell.value)
    return f"{made}\n"


def is_asked() -> bool:
    """Whether a shell is asking for completions."""
    return COMPLETING in os.environ


def job_numbers(ctx: typer.Context, incomplete: str) -> Iterator[tuple[str, str]]:
    """The latest jobs, each with its file and its state."""
    from nemowatch.cli.job_list import file_words, state_words

    with suppress(Exception):
        for row in _latest(_context(ctx)):
            number = str(row.job.id)
            if number.startswith(incomplete):
                yield number, f"{file_words(row)} > {row.job.target}: {state_words(row)}"


def paths(ctx: typer.Context, incomplete: str) -> Iterator[str]:
    """Folders of the inboxes, and the files in the folder that the word begins with."""
    from nemowatch.fs.listing import folders_below, names_below

    folder, slash, _ = incomplete.rpartition("/")
    with suppress(Exception):
        for watch in _context(ctx).config.watch:
            inside = os.fsencode(folder)
            below = set(folders_below(watch.inbox, inside))
            names = names_below(watch.inbox, inside) if folder else below
            for name in sorted(names):
                end = "/" if name in below else ""
                proposal = f"{folder}{slash}{os.fsdecode(name)}{end}"
                if proposal.startswith(incomplete):
                    yield proposal


def watches(ctx: typer.Context, incomplete: str) -> Iterator[str]:
    """The workspaces, for completion."""
    with suppress(Exception):
        for watch in _context(ctx).config.watch:
            if str(watch.workspace).startswith(incomplete):
                yield str(watch.workspace)


def states(incomplete: str) -> Iterator[str]:
    """The states of jobs, for completion."""
    from nemowatch.model import State

    yield from (state for state in State if state.startswith(incomplete))


def _context(ctx: typer.Context) -> CommandContext:
    from nemowatch.cli.context import find_context

    return find_context(ctx.params.get("config"))


def _latest(context: CommandContext) -> Iterable[ListedJob]:
    from nemowatch.cli.connection import read_journal
    from nemowatch.journal import jobs

    return read_journal(
        context, lambda conn: jobs.listed(conn, newest=True, limit=MOST_JOBS), list[jobs.ListedJob]
    )
