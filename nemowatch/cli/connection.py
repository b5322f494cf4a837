"""Asking the daemon, reading the journal beside it, and ordering something from whichever of the
two is there."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from nemowatch.cli.context import CommandContext, as_owner, prepare_state_dir
from nemowatch.errors import DaemonNeeded, JournalError, JournalLocked

T = TypeVar("T")

#: Seconds to wait for an answer to a question: the daemon reads its journal and its memory.
ANSWER = 10.0


def ask(setting: CommandContext, op: str, /, **args: Any) -> Any:
    """The daemon's answer. Raises DaemonNeeded when it does not run, and what it refuses with."""
    from nemowatch.service.control import SOCKET_NAME, call

    return call(setting.state_dir / SOCKET_NAME, op, wait=ANSWER, **args)


def ask_if_running(setting: CommandContext, op: str, /, **args: Any) -> Any | None:
    """The daemon's answer to a question; None when it does not run. For questions only: an
    order's answer may be None."""
    try:
        return ask(setting, op, **args)
    except DaemonNeeded:
        return None


def read_journal(
    setting: CommandContext, work: Callable[[sqlite3.Connection], T], nothing: Callable[[], T]
) -> T:
    """What `work` reads, beside a running daemon or without one; `nothing()` before the first
    start. Raises JournalError."""
    from nemowatch.clock import SystemClock
    from nemowatch.journal import Journal
    from nemowatch.journal.database import FILE_NAME

    path = setting.state_dir / FILE_NAME
    with as_owner(setting.state_dir):
        try:
            if not path.exists():
                return nothing()
        except OSError as exc:
            cure = "Run the command as the user that runs nemowatch, or as root."
            raise JournalError(
                f"{path}: the journal cannot be read: {exc.strerror}.", cure=cure
            ) from exc
        journal = Journal.open_for_reading(path, SystemClock())
        try:
            return journal.read_now(work) if journal.begun else nothing()
        finally:
            journal.close()


@dataclass(frozen=True, slots=True)
class Ordered:
    """What came of an order."""

    answer: Any
    running: bool  #: whether a daemon has it; else it stands in the journal, for the next start


def order(setting: CommandContext, op: str, /, **args: Any) -> Ordered:
    """Carry out one of `orders.commands`: by the daemon when it runs, else in the journal under its
    lock.

    Only "nobody listens" leads to the journal: whatever a daemon answered, it has carried it
    out.
    """
    try:
        return Ordered(ask(setting, op, **args), running=True)
    except DaemonNeeded:
        return Ordered(_order_offline(setting, op, args), running=False)


def _order_offline(setting: CommandContext, op: str, args: dict[str, Any]) -> Any:
    from nemowatch.clock import SystemClock
    from nemowatch.intake.scan.pauses import NONE, on_disk
    from nemowatch.journal import Journal
    from nemowatch.journal.database import FILE_NAME
    from nemowatch.orders.commands import COMMANDS
    from nemowatch.sources import resend_prompt, restore_files

    clock = SystemClock()
    with as_owner(setting.state_dir):
        prepare_state_dir(setting.state_dir)
        with _locked(setting.state_dir):
            journal = Journal.open(setting.state_dir / FILE_NAME, clock)
            try:
                restore_files.carry_out(
                    journal.read_now(lambda conn: restore_files.needed(conn, op, args))
                )
                again = journal.read_now(lambda conn: resend_prompt.needed(conn, op, args))
                standing = on_disk(setting.config.watch) if op == "resume" else NONE
                told = {
                    **args,
                    "pauses": standing,
                    "prompt": resend_prompt.prompt_now(again, setting.config.recipes),
                }
                return journal.write_now(lambda conn: COMMANDS[op](conn, told, clock.now_ms()))
            finally:
                journal.close()


@contextmanager
def _locked(state_dir: Path) -> Iterator[None]:
    """The state folder's lock. The daemon holds it without listening only while it starts or
    ends."""
    from nemowatch.journal.lock import StateLock

    lock = StateLock(state_dir)
    try:
        lock.acquire()
    except JournalLocked as exc:
        raise JournalLocked(
            exc.text, cure="The daemon is just starting or stopping: try again in a moment."
        ) from exc
    try:
        yield
    finally:
        lock.release()
