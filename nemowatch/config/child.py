"""Reading the configuration in a process of its own, which ends when it has: what reads it
(pydantic) is a fifth of the daemon's memory and needed for a moment (docs/decisions/0010). Both
ends stand here; what is read and how it is told is `load`'s.

`python -m nemowatch.config.child find [PATH]` and `… load PATH` write the answer to standard
output, pickled: it comes from this very program, which is made sure of before it is believed.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeAlias

from nemowatch import __version__
from nemowatch.config.load import find, load
from nemowatch.config.schema import Config, keys, sections
from nemowatch.errors import ConfigError, ConfigUnread, Problem
from nemowatch.secrecy import redact

#: Seconds until an answer is given up: Python takes ten to start on a slow disk; a share that hangs
#: takes for ever.
PATIENCE = 60.0
#: Seconds that a killed child has to go; one that a hung share holds stays until the share lets go
#: of it.
_GONE = 0.5
#: Of the environment a child needs what the configuration is read by, and what Python starts by.
#: Tokens, credentials, and systemd's sockets and watchdog are not its business.
_NEEDED = ("HOME", "LANG", "LD_LIBRARY_PATH")
_NEEDED_KINDS = ("NEMOWATCH_", "LC_", "PYTHON")

Answer: TypeAlias = tuple[Path, Config] | list[Problem]


class Reading:
    """A configuration that is being read by a child. Leaving the block ends the child, read or
    not."""

    def __init__(self, words: Sequence[str], env: Mapping[str, str]) -> None:
        """`words`: what this module is to be started with. Where no process can be had, or this
        user may not start Python, `result` reads in this one: that costs memory, and nothing
        else."""
        self._words, self._env = words, env
        self._child: subprocess.Popen[bytes] | None = None
        command = [sys.executable, "-P", "-m", __spec__.name, *words]
        with suppress(OSError):
            self._child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=_needed(env),
                # a terminal's Ctrl-C is for the daemon, which ends the child
                start_new_session=True,
            )

    def __enter__(self) -> Reading:
        return self

    def __exit__(self, *_: object) -> None:
        if self._child is None:
            return
        self._child.kill()  # nothing happens to one that has ended
        with suppress(subprocess.TimeoutExpired):
            self._child.wait(_GONE)
        for pipe in (self._child.stdout, self._child.stderr):
            if pipe is not None:
                pipe.close()

    def result(self) -> tuple[Path, Config]:
        """Where the configuration is, and what it says. Raises ConfigError with every mistake,
        ConfigUnread without an answer."""
        if self._child is None:
            return _believed(_read(self._words, self._env))
        try:
            out, err = self._child.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired as exc:
            cure = "Does the disk that it lies on answer?"
            raise ConfigUnread(
                f"the configuration has not been read within {PATIENCE:g} seconds.", cure=cure
            ) from exc
        if self._child.returncode:
            last = err.decode(errors="backslashreplace").strip().rpartition("\n")[2]
            how = redact(last) or f"it ended with {self._child.returncode}"
            killed = self._child.returncode < 0
            cure = (
                "Somebody ended it, or there was no memory left for it."
                if killed
                else "Is nemowatch installed whole?"
            )
            raise ConfigUnread(
                f"the process that reads the configuration has failed: {how}.", cure=cure
            )
        return _unpacked(out)


def find_apart(option: Path | None, env: Mapping[str, str]) -> Reading:
    """Begin with what `find` and then `load` do, in a child."""
    return Reading(["find", *([] if option is None else [str(option)])], env)


def load_apart(path: Path, env: Mapping[str, str]) -> Config:
    """As `load`, in a child. Raises ConfigError, also when there is no answer."""
    try:
        with Reading(["load", str(path)], env) as reading:
            return reading.result()[1]
    except ConfigUnread as exc:
        raise ConfigError([Problem(str(path), exc.text, exc.cure)]) from exc


def _needed(env: Mapping[str, str]) -> dict[str, str]:
    """The child's environment; it finds its modules where this process does."""
    needed = {
        name: value
        for name, value in env.items()
        if name in _NEEDED or name.upper().startswith(_NEEDED_KINDS)
    }
    return {**needed, "PYTHONPATH": os.pathsep.join(folder or os.curdir for folder in sys.path)}


def _mark() -> bytes:
    """What an answer begins with: the program that gave it. After an update the child may be a
    newer one, with other keys."""
    return (
        f"\0{__version__} {keys(Config)}"
        f" {[(name, keys(section)) for name, section in sections()]}\0".encode()
    )


def _packed(answer: Answer) -> bytes:
    return _mark() + pickle.dumps(answer)


def _unpacked(data: bytes) -> tuple[Path, Config]:
    # whatever else Python was made to print stands before it
    _, mark, answer = data.partition(_mark())
    if not mark:
        raise ConfigUnread("nemowatch has been updated while it ran.", cure="Start it again.")
    found: Answer = pickle.loads(answer)
    return _believed(found)


def _believed(answer: Answer) -> tuple[Path, Config]:
    if isinstance(answer, list):
        raise ConfigError(answer)
    return answer


def _read(words: Sequence[str], env: Mapping[str, str]) -> Answer:
    task, *paths = words
    try:
        path = find(Path(paths[0]) if paths else None, env) if task == "find" else Path(paths[0])
        return path, load(path, env)
    except ConfigError as exc:
        return exc.problems


def main(words: Sequence[str]) -> int:
    """The child: read, and answer."""
    # for the daemon, when they are sent to all of its processes
    for number in (signal.SIGHUP, signal.SIGUSR1):
        signal.signal(number, signal.SIG_IGN)
    # nobody waits that long; whoever has started this may be gone, and its share may hang
    signal.alarm(round(2 * PATIENCE))
    answer = _packed(_read(words, os.environ))
    with suppress(BrokenPipeError), open(1, "wb", closefd=False) as out:  # nobody may wait any more
        out.write(answer)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
