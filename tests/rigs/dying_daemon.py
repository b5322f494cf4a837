"""A daemon that ends like a machine whose plug is pulled: SIGKILL right after a commit of its
journal.

    python tests/rigs/dying_daemon.py POINT run --once --config FILE

A wrapper around the product, which knows nothing of it. A point is a commit by what wrote it, the
states that jobs came to by it, and how often that was before: the same in each run, however many
small commits come between. With "" for the point it lives, and writes all its points to the file
named by $COMMITS when it ends.
"""

from __future__ import annotations

import atexit
import os
import signal
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from nemowatch.cli import main
from nemowatch.config import child
from nemowatch.journal.database import Journal

seen: Counter[str] = Counter()
points: list[str] = []
last = sys.argv.pop(1)
true_write: Callable[..., Any] = Journal.write_now


def write_then_perhaps_die(self: Journal, work: Callable[..., Any]) -> Any:
    reached: set[str] = set()

    def watched(conn: sqlite3.Connection) -> Any:
        before = states(conn)
        result = work(conn)
        reached.update(state for _, state in states(conn) - before)
        return result

    result = true_write(self, watched)
    kind = " ".join([name_of(work), *sorted(reached)])
    seen[kind] += 1
    points.append(f"{kind} #{seen[kind]}")
    if points[-1] == last:
        os.kill(os.getpid(), signal.SIGKILL)
    return result


def states(conn: sqlite3.Connection) -> set[tuple[int, str]]:
    """Every job with its state; empty before there is a schema."""
    if not conn.execute("SELECT 1 FROM sqlite_master WHERE name = 'job'").fetchone():
        return set()
    return {(row["id"], row["state"]) for row in conn.execute("SELECT id, state FROM job")}


def name_of(work: Callable[..., Any]) -> str:
    while isinstance(work, partial):
        work = work.func
    return f"{work.__module__}.{work.__qualname__}"


def tell() -> None:
    if "COMMITS" in os.environ:
        Path(os.environ["COMMITS"]).write_text("\n".join(points))


def no_child(*_: object) -> NoReturn:
    """Refuse a child, so that the configuration is read, and pydantic loaded, in this process."""
    raise OSError


Journal.write_now = write_then_perhaps_die  # type: ignore[method-assign]
child.Child = no_child  # type: ignore[assignment, misc]
atexit.register(tell)
sys.exit(main())
