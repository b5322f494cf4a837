"""Asks the daemon, reads the journal beside it, and gives orders by whichever of the two can be
used."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from nemowatch.cli.context import RUN_AS_OWNER, CommandContext, as_owner, prepare_state_dir
from nemowatch.errors import DaemonNeeded, JournalError, JournalLocked, failing_as

T = TypeVar("T")

#: Seconds to wait for an answer: the daemon reads its journal and its memory.
ANSWER = 10.0


def ask(context: CommandContext, op: str, /, **args: Any) -> Any:
    """The daemon's answer. Raises DaemonNeeded when it does not run, and the error with which it
    refuses."""
    from nemowatch.service.control_client import SOCKET_NAME, call

    return call(context.state_dir / SOCKET_NAME, op, wait=ANSWER, **args)


def ask_if_running(context: CommandContext, op: str, /, **args: Any) -> Any | None:
    """The daemon's answer to a question; None when it does not run. For questions only: an
    order's answer may be None."""
    try:
        return ask(context, op, **args)
    except DaemonNeeded:
        return None


def read_journal(
    context: CommandContext, work: Callable[[sqlite3.Connection], T], nothing: Callable[[], T]
) -> T:
    """What `work` reads from the journal, beside a running daemon or without one; `nothing()`
    before the first start. Raises JournalError."""
    from nemowatch.journal.reading import read_existing
    from nemowatch.journal.transaction import FILE_NAME

    path = context.state_dir / FILE_NAME
    with as_owner(context.state_dir):
        with failing_as(JournalError, path, "the journal cannot be read", cure=RUN_AS_OWNER):
            if not path.exists():
                return nothing()
        return read_existing(path, work, nothing)


@dataclass(frozen=True, slots=True)
class Ordered:
    """The result of an order."""

    answer: Any
    running: bool  #: whether a daemon has it; otherwise it is in the journal, for the next start


def order(context: CommandContext, name: str, /, **args: Any) -> Ordered:
    """Carry out one of `orders.ORDERS`: by the daemon if it runs, otherwise in the journal, under
    its lock. Raises DaemonNeeded for what only a daemon can do.

    Only if nothing listens is the journal written: whatever a daemon answers, the order was with
    it.
    """
    from nemowatch.orders import ORDERS

    try:
        return Ordered(ask(context, name, **args), running=True)
    except DaemonNeeded:
        if ORDERS[name].needs_daemon:
            raise
    return Ordered(_order_offline(context, name, args), running=False)


def _order_offline(context: CommandContext, name: str, args: dict[str, Any]) -> Any:
    import asyncio

    from nemowatch.clock import SystemClock
    from nemowatch.journal.database import Journal
    from nemowatch.journal.transaction import FILE_NAME
    from nemowatch.orders import JournalSite, carry_out, read_order

    clock = SystemClock()
    wanted = read_order(name, args)
    with as_owner(context.state_dir):
        prepare_state_dir(context.state_dir)
        with _locked(context.state_dir):
            journal = Journal.open(context.state_dir / FILE_NAME, clock)
            try:
                site = JournalSite(journal, clock, context.config.watch, context.config.own_names)
                return asyncio.run(carry_out(wanted, site))
            finally:
                journal.close()


@contextmanager
def _locked(state_dir: Path) -> Iterator[None]:
    """Hold the state folder's lock. The daemon has it without listening only while it starts or
    stops."""
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
