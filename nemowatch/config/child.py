"""Has the configuration read in a child process that then ends: pydantic, which reads it, would be
a fifth of the daemon's memory and is needed only for a moment (docs/decisions/0010).

Owns what the child is asked, and what its failures mean here. `load` reads the configuration and
words its mistakes; the child itself is `content.child`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeAlias

from nemowatch import __version__
from nemowatch.config.find import find
from nemowatch.config.key_names import keys, sections
from nemowatch.config.load import load
from nemowatch.config.schema import Config
from nemowatch.content import messages
from nemowatch.content.child import CONFIG, Child, ChildLimits
from nemowatch.content.child_errors import ChildFailed, ChildFailure
from nemowatch.errors import ConfigError, ConfigMistake, ConfigUnread
from nemowatch.secrecy import redact

#: Seconds to wait for an answer: Python takes ten to start on a slow disk; a share that hangs takes
#: for ever.
PATIENCE = 60.0
#: Seconds of CPU time: pydantic needs one on a slow machine.
COMPUTING = 60

Answer: TypeAlias = tuple[Path, Config] | list[ConfigMistake]


class Reading:
    """A configuration that is being read by a child. Leaving the block ends the child, read or
    not."""

    def __init__(self, words: Sequence[str], env: Mapping[str, str]) -> None:
        """`words`: "find [PATH]" or "load PATH". If no process can be started, or this user may not
        start Python, `result` reads in this one, which only costs memory."""
        self._words = tuple(words)
        self._env = env
        self._child: Child | None = None
        # the configuration is the operator's, so it is read even if memory cannot be limited
        limits = ChildLimits(COMPUTING, PATIENCE, required=False)
        with suppress(OSError):
            self._child = Child(CONFIG, env)
            self._child.send(f"{__name__}:read_task", self._words, limits)

    def __enter__(self) -> Reading:
        return self

    def __exit__(self, *_: object) -> None:
        if self._child is not None:
            self._child.end()

    def __repr__(self) -> str:
        return f"Reading({' '.join(self._words)}, {self._child})"

    @property
    def pid(self) -> int:
        """The child's process id; 0 without one."""
        if self._child is None:
            return 0
        return self._child.pid

    def result(self) -> tuple[Path, Config]:
        """The path of the configuration, and what it says. Raises ConfigError with every mistake,
        ConfigUnread when there is no answer."""
        if self._child is None:
            return _believed(_read(self._words, self._env))
        try:
            return _believed(_unpacked(self._child.receive()))
        except (ChildFailed, OSError) as exc:
            raise _unread(exc) from exc


def find_apart(option: Path | None, env: Mapping[str, str]) -> Reading:
    """Start a child that does what `find` and then `load` do."""
    words = ["find"]
    if option is not None:
        words.append(str(option))
    return Reading(words, env)


def load_apart(path: Path, env: Mapping[str, str]) -> Config:
    """As `load`, in a child. Raises ConfigError, also when there is no answer."""
    try:
        with Reading(["load", str(path)], env) as reading:
            return reading.result()[1]
    except ConfigUnread as exc:
        raise ConfigError([ConfigMistake(str(path), exc.text, exc.cure)]) from exc


def _unread(exc: ChildFailed | OSError) -> ConfigUnread:
    """The error for a missing answer."""
    if isinstance(exc, OSError):
        return _failed(redact(str(exc)))
    if exc.failure is ChildFailure.SILENT:
        return ConfigUnread(
            f"the configuration has not been read within {PATIENCE:g} seconds.",
            cure="Does the disk that it lies on answer?",
        )
    if exc.failure is ChildFailure.UPDATED:
        return ConfigUnread("nemowatch has been updated while it ran.", cure="Start it again.")
    return _failed(_how(exc), exc.code or 0)


def _failed(how: str, code: int = 0) -> ConfigUnread:
    """`code`: the exit code of the child; negative for one that a signal has ended."""
    cure = "Is nemowatch installed whole?"
    if code < 0:
        cure = "Somebody ended it, or there was no memory left for it."
    return ConfigUnread(
        f"the process that reads the configuration has failed: {how}.",
        cure=cure,
    )


def _how(exc: ChildFailed) -> str:
    if exc.detail:
        return redact(exc.detail)
    if exc.code is None:
        return exc.failure.value
    return f"it ended with {exc.code}"


def _mark() -> str:
    """The beginning of each answer: the keys that the program knows which gave it. After an update
    the child may be a newer program, with other keys."""
    known = [(name, keys(section)) for name, section in sections()]
    return f"{__version__} {keys(Config)} {known}"


def _unpacked(answer: Any) -> Answer:
    """The answer of a child of the same program. Raises ChildFailed."""
    if not isinstance(answer, tuple) or answer[0] != _mark():
        raise ChildFailed(ChildFailure.UPDATED)
    try:
        found: Answer = messages.unpacked(answer[1])
    except messages.Garbage as exc:
        raise ChildFailed(ChildFailure.GARBAGE, str(exc)) from exc
    return found


def _believed(answer: Answer) -> tuple[Path, Config]:
    if isinstance(answer, list):
        raise ConfigError(answer)
    return answer


def _read(words: Sequence[str], env: Mapping[str, str]) -> Answer:
    try:
        path = _path(*words, env=env)
        return path, load(path, env)
    except ConfigError as exc:
        return exc.problems


def _path(task: str, named: str | None = None, *, env: Mapping[str, str]) -> Path:
    """The path of the configuration to read. Raises ConfigError when there is none."""
    if named is None:
        return find(None, env)
    if task == "load":
        return Path(named)
    return find(Path(named), env)


def read_task(words: Sequence[str], _fd: int, _parsing: object) -> tuple[str, bytes]:
    """In the child: read with this process's environment, and answer."""
    return _mark(), messages.packed(_read(words, os.environ))
