"""Lays out `nemowatch --help`: commands in groups, and examples for each.

Owns the groups and the examples. `scripts/man` makes the man page from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import typer
from typer.core import TyperGroup

#: The commands in the order in which people need them.
GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Begin", ("init", "check", "run", "service", "demo")),
    ("See what is going on", ("status", "jobs", "show", "explain", "credits")),
    (
        "Decide",
        (
            "approve",
            "answer",
            "revise",
            "resolve",
            "retry",
            "again",
            "cancel",
            "pause",
            "resume",
        ),
    ),
    (
        "Look after it",
        ("config", "journal", "take-over", "password", "completion", "sandbox"),
    ),
)
#: Lines to type, each with what it does.
EXAMPLES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "init": (("nemowatch init ~/Studio", "folders and a configuration of your own"),),
    "check": (
        ("nemowatch check", "before the first start, and when something is wrong"),
        ("nemowatch check --notify", "does every channel take a message?"),
    ),
    "run": (
        ("nemowatch run", "until Ctrl-C"),
        ("nemowatch run --once", "finish what is there, for cron"),
    ),
    "service": (
        ("nemowatch service install --root /srv/studio", "as root: install, start and check it"),
        ("nemowatch service install --instance second", "one more, with a workspace of its own"),
        ("nemowatch service status", "why it does not run"),
    ),
    "demo": (("nemowatch demo", "everything working, offline"),),
    "status": (
        ("nemowatch status", "once"),
        ("nemowatch status --watch", "until Ctrl-C"),
    ),
    "jobs": (
        ("nemowatch jobs --newest --limit 20", "what changed last"),
        ("nemowatch jobs --state failed", "what failed"),
    ),
    "show": (("nemowatch show 12", "the whole story of job 12"),),
    "explain": (
        ("nemowatch explain dub-es-fr", "what a folder of this name orders"),
        ("nemowatch explain inbox/dub-es/promo.mp4", "why this file waits"),
    ),
    "credits": (("nemowatch credits --by day", "what each day has cost"),),
    "approve": (("nemowatch approve", "everything that waits for approval"),),
    "answer": (('nemowatch answer 12 "The first speaker."', "what the cloud asked"),),
    "revise": (('nemowatch revise 12 "Make the voice slower."', "one more paid turn"),),
    "resolve": (
        ("nemowatch resolve 12 --done", "the work was done: continue with its result"),
        ("nemowatch resolve 12 --resend", "it was not: send it again"),
    ),
    "retry": (("nemowatch retry 12 13", "try both again"),),
    "again": (("nemowatch again 12", "deliver its results once more, free of charge"),),
    "cancel": (("nemowatch cancel 12", "take it back"),),
    "pause": (("nemowatch pause", "start nothing new"),),
    "resume": (("nemowatch resume", "continue, and try whatever waits at once"),),
    "config": (("nemowatch config show", "everything that is in force; secrets are hidden"),),
    "journal": (("nemowatch journal backup journal.db", "while the daemon runs"),),
    "take-over": (("nemowatch take-over", "after nemowatch was stopped on the other host"),),
    "password": (("nemowatch password web-password", "for the live page beyond this machine"),),
    "completion": (
        ('eval "$(nemowatch completion bash)"', "in ~/.bashrc; zsh is the same"),
        ("nemowatch completion fish | source", "in ~/.config/fish/config.fish"),
    ),
    "sandbox": (("nemowatch sandbox --port 8470", "a stand-in of the cloud"),),
}


def epilog(command: str) -> str:
    """The examples of a command, as shown below its options."""
    lines = [f"  {line}\n      {why}" for line, why in EXAMPLES.get(command, ())]
    if not lines:
        return ""
    title = "Example:" if len(lines) == 1 else "Examples:"
    return "\n".join(["\b", typer.style(title, bold=True), *lines])


class Grouped(TyperGroup):
    """Lists its commands in groups."""

    def format_commands(
        self, ctx: Any, formatter: Any
    ) -> None:  # typer carries its own copy of click's types
        """Write each group with its title."""
        widest = max(map(len, self.commands))
        for title, names in GROUPS:
            rows = []
            for name in names:
                said = self.commands[name].get_short_help_str(formatter.width - widest - 6)
                rows.append((f"{name:<{widest}}", said))
            with formatter.section(typer.style(title, bold=True)):
                formatter.write_dl(rows)
