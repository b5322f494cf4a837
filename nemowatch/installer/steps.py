"""One step of an installation: a piece of shell, and how to find out whether it is already done.

What `--dry-run` prints is what is run. A step that is done is left out, so that an installation
can be repeated, and continues where an earlier one was interrupted.
"""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from nemowatch.errors import NemowatchError
from nemowatch.installer.shipped import rendered, shipped

#: Seconds for one step: a stop waits for paid turns (TimeoutStopSec), a start for the first scan.
LONGEST_STEP = 600.0
#: Ends a text in the printed shell; none of our texts has such a line.
END_OF_TEXT = "END-OF-FILE"


class StepFailed(NemowatchError):
    """A step of the installation failed."""

    code = "step_failed"
    cure = "Mend that, and run the same command again: what is done is left as it is."


@dataclass(frozen=True, slots=True)
class InstallStep:
    """One step."""

    what: str  #: for people: "the user nemowatch"
    script: str  #: for sh -e
    is_done: Callable[[], bool]
    optional: bool = False  #: whether the others go on when it fails


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of a step."""

    step: InstallStep
    done_before: bool
    problem: str = ""  #: why an optional step has failed


def carry_out(steps: Iterable[InstallStep]) -> Iterator[Outcome]:
    """Run the steps that are not done yet, in order. Raises StepFailed when one fails that is not
    optional."""
    for step in steps:
        if step.is_done():
            yield Outcome(step, done_before=True)
            continue
        problem = _run(step.script)
        if problem and not step.optional:
            raise StepFailed(f"{step.what}: {problem}")
        yield Outcome(step, done_before=False, problem=problem)


def _run(script: str) -> str:
    """Run a script; returns why it failed, "" when it did not."""
    try:
        done = subprocess.run(
            ["/bin/sh", "-ec", script],
            capture_output=True,
            text=True,
            errors="backslashreplace",
            timeout=LONGEST_STEP,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        return f"it took longer than {LONGEST_STEP:.0f} seconds"
    if not done.returncode:
        return ""
    said = (done.stderr or done.stdout).strip()
    return said or f"it ended with status {done.returncode}"


def holds(path: Path, text: str) -> bool:
    """Whether a file has exactly this text."""
    try:
        return path.read_text("utf-8") == text
    except (OSError, ValueError):
        return False


def write_text(what: str, path: Path, text: str, mode: str = "0644") -> InstallStep:
    """Write a file of ours, unless it already has this text. Raises ValueError for a text that
    would be cut off in the shell, since the rest of it would be run."""
    if END_OF_TEXT in text.split("\n"):
        raise ValueError(f"{path}: a text with the line {END_OF_TEXT}")
    target = shlex.quote(str(path))
    lines = [
        f"mkdir -p {shlex.quote(str(path.parent))}",
        f"cat >{target} <<'{END_OF_TEXT}'",
        text.rstrip("\n"),
        END_OF_TEXT,
        f"chmod {mode} {target}",
    ]
    return InstallStep(what, "\n".join(lines), lambda: holds(path, text))


def copy(what: str, source: Path, path: Path) -> InstallStep:
    """Copy a shipped file as it is."""
    text = source.read_text("utf-8")
    script = f"install -D -m 0644 {shlex.quote(str(source))} {shlex.quote(str(path))}"
    return InstallStep(what, script, lambda: holds(path, text))


def unit(name: str, path: Path, program: Path) -> InstallStep:
    """Write a shipped unit that starts `program`."""
    source, target = shlex.quote(str(shipped(name))), shlex.quote(str(path))
    script = f"""\
mkdir -p {shlex.quote(str(path.parent))}
sed 's#^ExecStart=[^ ]*#ExecStart={program}#' {source} >{target}"""
    return InstallStep(
        f"the unit {path.name}", script, lambda: holds(path, rendered(name, program))
    )


def remove(what: str, paths: Iterable[Path]) -> InstallStep:
    """Remove these files."""
    all_of_them = list(paths)
    script = "rm -f " + " ".join(shlex.quote(str(path)) for path in all_of_them)
    return InstallStep(what, script, lambda: not any(map(is_there, all_of_them)))


def is_there(path: Path) -> bool:
    """Whether anything has this name, as far as we are allowed to check."""
    try:
        return path.exists() or path.is_symlink()
    except OSError:
        return False


def still_there(stays: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The entries (what, the line that removes it) of which something exists."""
    return [(what, line) for what, line in stays if any_is_there(Path(line.split()[-1]))]


def any_is_there(pattern: Path) -> bool:
    """Whether a folder has anything whose name matches the last part of `pattern`."""
    return is_there(pattern) or any(pattern.parent.glob(pattern.name))
