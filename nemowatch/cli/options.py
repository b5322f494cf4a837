"""The options and arguments that several commands share, as typer reads them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nemowatch.cli import completion

Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        help="The configuration to use.",
        show_default=False,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Jobs = Annotated[
    list[int],
    typer.Argument(
        metavar="JOB...",
        help="Numbers of jobs, as nemowatch jobs lists them.",
        autocompletion=completion.job_numbers,
    ),
]
Job = Annotated[
    int,
    typer.Argument(
        metavar="JOB",
        help="The number of a job, as nemowatch jobs lists them.",
        autocompletion=completion.job_numbers,
    ),
]
