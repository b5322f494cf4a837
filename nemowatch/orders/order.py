"""What a person asks for, as an object: what it needs to know, what it does on the disk, and what
it writes into the journal. The three are separate, so that a share that hangs holds up neither the
journal nor the loop.

Orders say what is to be done and refuse what makes no sense. They must not know who asks: a
command, the control socket and a file in the share give the same ones to `carry_out`.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from functools import partial
from operator import attrgetter
from typing import Any, ClassVar, Self

from nemowatch.errors import UsageError
from nemowatch.journal import jobs, queue
from nemowatch.journal.jobs import Job
from nemowatch.model import State
from nemowatch.orders.site import Site

#: How often, and how many seconds apart, files that are leaving are waited for: a move on the same
#: disk takes milliseconds, and the person who gave it should not wait longer than this.
LEAVING_CHECKS = 20
LEAVING_PAUSE = 0.1
#: What an order was given with, as the control socket has it.
Args = Mapping[str, Any]
#: (conn, the answers of the orders, UTC ms): writes down what a file has ordered.
Record = Callable[[sqlite3.Connection, list[dict[str, Any]], int], None]


class Order(ABC):
    """One thing that a person asks for."""

    #: The command's name, and the operation's on the control socket.
    name: ClassVar[str]
    #: Whether only a running daemon can do it.
    needs_daemon: ClassVar[bool] = False

    @classmethod
    @abstractmethod
    def read(cls, args: Args) -> Self:
        """The order as it was given. Raises UsageError."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.about})"

    @property
    def about(self) -> dict[str, Any]:
        """What the log says of it."""
        return {}

    def prepare(self, conn: sqlite3.Connection) -> None:  # noqa: B027 - some need nothing
        """Find out what has to be known before the disk is touched. Reads only. Raises
        UsageError."""

    async def on_disk(self, site: Site) -> None:  # noqa: B027 - most do nothing there
        """What has to be read or moved before the journal is written; all of it can be repeated.
        Raises UsageError, LocalError."""

    @abstractmethod
    def commit(self, conn: sqlite3.Connection, now_ms: int) -> dict[str, Any]:
        """Carry it out in the journal, all of it or nothing; the answer. Raises UsageError."""

    def sources(self, conn: sqlite3.Connection) -> frozenset[int]:
        """Sources whose files have to stay in their inbox for this order. Raises UsageError."""
        return frozenset()

    def afterwards(self, site: Site) -> None:  # noqa: B027 - most are over by then
        """What follows once it is written, without being waited for."""


async def carry_out(order: Order, site: Site) -> dict[str, Any]:
    """Carry out an order; returns the answer. Raises UsageError, LocalError,
    JournalError, and DaemonNeeded where only a running daemon can.

    Files that are leaving their inbox have left it in a moment, and are moved back from there. A
    share that hangs is not waited for.
    """
    for _ in range(LEAVING_CHECKS):
        answer = await _tried(order, site)
        if answer is not None:
            order.afterwards(site)
            return answer
        await asyncio.sleep(LEAVING_PAUSE)
    raise UsageError(
        "The file of this job is being moved out of its inbox.",
        cure="Give the order again in a moment.",
    )


async def _tried(order: Order, site: Site) -> dict[str, Any] | None:
    """The answer; None while a file that has to stay is leaving its inbox. No such move begins
    before the order is written down."""
    needed = await site.read(order.sources)
    with site.keeping(needed):
        if any(map(site.is_leaving, needed)):
            return None
        await site.read(order.prepare)
        await order.on_disk(site)
        now_ms = site.now_ms()
        return await site.write(lambda conn: order.commit(conn, now_ms))


class ForFile(Order):
    """What a text in an inbox asks for: all of it or nothing, in one transaction with the note
    that this text was taken."""

    name = "for a file"

    def __init__(self, orders: tuple[Order, ...], record: Record) -> None:
        self._orders = orders
        self._record = record

    @classmethod
    def read(cls, args: Args) -> Self:
        raise UsageError("No command gives this order.")

    @property
    def about(self) -> dict[str, Any]:
        return {"orders": [order.name for order in self._orders]}

    def prepare(self, conn: sqlite3.Connection) -> None:
        for order in self._orders:
            order.prepare(conn)

    async def on_disk(self, site: Site) -> None:
        for order in self._orders:
            await order.on_disk(site)

    def commit(self, conn: sqlite3.Connection, now_ms: int) -> dict[str, Any]:
        answers = [order.commit(conn, now_ms) for order in self._orders]
        self._record(conn, answers, now_ms)
        return {"answers": answers}

    def sources(self, conn: sqlite3.Connection) -> frozenset[int]:
        return frozenset().union(*(order.sources(conn) for order in self._orders))

    def afterwards(self, site: Site) -> None:
        for order in self._orders:
            order.afterwards(site)


class JobsOrder(Order):
    """What is asked for several jobs: {"jobs": [id]} -> {"jobs": {id: the state it is in then}}.
    All of them, or none."""

    def __init__(self, ids: tuple[int, ...]) -> None:
        self._ids = ids

    @classmethod
    def read(cls, args: Args) -> Self:
        return cls(job_ids(args))

    @property
    def about(self) -> dict[str, Any]:
        return {"jobs": list(self._ids)}

    def commit(self, conn: sqlite3.Connection, now_ms: int) -> dict[str, Any]:
        states = {job_id: self.carry_out_one(conn, job_id, now_ms) for job_id in self._ids}
        queue.check_turn_comes(conn, self._ids)
        return {"jobs": states}

    @abstractmethod
    def carry_out_one(self, conn: sqlite3.Connection, job_id: int, now_ms: int) -> State:
        """One of them; the state it is in then. Raises UsageError."""

    def _sources(self, conn: sqlite3.Connection) -> frozenset[int]:
        return frozenset(map(attrgetter("source_id"), self._found(conn)))

    def _found(self, conn: sqlite3.Connection) -> list[Job]:
        return list(map(partial(jobs.by_id, conn), self._ids))


def job_ids(args: Args) -> tuple[int, ...]:
    """The jobs that an order names. Raises UsageError."""
    found = args.get("jobs")
    if isinstance(found, list) and all(isinstance(one, int) for one in found):
        return tuple(found)
    raise UsageError("Name the jobs by their numbers.", cure="nemowatch jobs lists them.")


def folder_in(args: Args) -> tuple[str, bytes] | None:
    """The folder that an order names, as (its watch, the folder below the inbox); None where it
    names none. Raises UsageError."""
    watch, folder = args.get("watch", ""), args.get("folder", "")
    if not watch:
        return None
    if isinstance(watch, str) and isinstance(folder, str):
        return watch, os.fsencode(folder)
    raise UsageError("Name the folder by its inbox and its path in it.")


def job_id(args: Args) -> int:
    """The one job that an order names. Raises UsageError."""
    found = args.get("job")
    if isinstance(found, int):
        return found
    raise UsageError("Name the job by its number.", cure="nemowatch jobs lists them.")
