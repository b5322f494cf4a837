"""Threads of its own for each inbox, so that a share that hangs stops that inbox and nothing else.

Owns the threads: a `WorkerThread` scans and hashes, one call after the other; `Disks` are those
that publish, move and write notes. A call into a hung mount cannot be ended from outside:
whoever waits for a worker gets Hung, nothing further is sent after that call, and the thread
serves again when it comes back. No thread keeps the process from ending. It must not know what
the calls do.
"""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial
from typing import Any, ParamSpec, TypeVar

from nemowatch.errors import LocalPassing

P = ParamSpec("P")
T = TypeVar("T")

#: Seconds between two checks whether a call under way is alive.
WATCH_EVERY = 0.5
#: Threads of each inbox beside its worker: two downloads and two uploads read and write elsewhere;
#: these open, hash, publish and move.
THREADS = 4


class Hung(LocalPassing):
    """The share does not answer."""

    code = "hung"


class Serial:
    """Runs calls one after the other in a thread of its own, made when it is first needed. A call
    that nobody waits for any more is carried out all the same."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._calls: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._closed = False

    def __repr__(self) -> str:
        return f"Serial({self._name!r})"

    def begin(self, call: Callable[[], T]) -> asyncio.Future[T]:
        """Queue a call; the future has what it returns or raises. Raises RuntimeError after
        `close`, and where no thread can be made."""
        if self._closed:
            raise RuntimeError(f"the thread {self._name} has ended")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        if self._thread is None:
            thread = threading.Thread(target=self._serve, name=self._name, daemon=True)
            thread.start()
            self._thread = thread
        self._calls.put(lambda: _carry_out(call, loop, future))
        return future

    def _serve(self) -> None:
        while (call := self._calls.get()) is not None:
            call()

    def close(self, wait: float | None = None) -> None:
        """Let the thread end after what is queued; wait for that, so many seconds at most."""
        self._closed = True
        self._calls.put(None)
        if self._thread is not None:
            self._thread.join(wait)


class WorkerThread:
    """Runs one function at a time, in order, in its own thread."""

    def __init__(self, name: str, patience: float) -> None:
        """`patience`: seconds without a beat after which a call counts as hung."""
        self.patience = patience
        self._name = name
        self._thread = Serial(name)
        self._beat = time.monotonic()
        self._stuck: asyncio.Future[Any] | None = None
        self._awaited: asyncio.Future[Any] | None = None

    def __repr__(self) -> str:
        return f"WorkerThread({self._name!r}, stuck={self.stuck})"

    @property
    def stuck(self) -> bool:
        """True while a hung call has not come back."""
        return self._stuck is not None and not self._stuck.done()

    def beat(self) -> None:
        """Called by the function that runs, from its thread: it is alive."""
        self._beat = time.monotonic()

    async def run(self, call: Callable[[], T], patience: float = 0) -> T:
        """Run `call` in the thread. Raises Hung when it shows no sign of life for `patience`
        seconds (0: the worker's own), or when an earlier call still hangs; else whatever `call`
        raises."""
        if self.stuck:
            raise Hung()
        patience = patience or self.patience
        self.beat()
        future = self._thread.begin(call)
        while True:
            done, _ = await asyncio.wait([future], timeout=min(WATCH_EVERY, patience))
            if done:
                return future.result()
            if time.monotonic() - self._beat > patience:
                self._stuck = future
                future.add_done_callback(_forget)
                raise Hung()

    def when_free(self, call: Callable[[], None]) -> None:
        """Have `call` called on the loop when the hung call has come back: once, however often this
        is asked."""
        if self._stuck is not None and self._stuck is not self._awaited:
            self._awaited = self._stuck
            self._stuck.add_done_callback(lambda _: call())

    def close(self, wait: float = 2.0) -> None:
        """Let the thread end after what it is doing; a hung one is left behind."""
        if self.stuck:
            wait = 0
        self._thread.close(wait)


class Disks:
    """Threads for what lies below an inbox and its other roots: one pool for each inbox, made when
    it is first needed."""

    def __init__(self) -> None:
        self._pools: dict[str, ThreadPoolExecutor] = {}

    def __repr__(self) -> str:
        return f"Disks({list(self._pools)})"

    async def run(self, watch: str, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a blocking call in the threads of this inbox ("": of none of them), and return or
        raise what it does."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool(watch), lambda: call(*args, **kwargs))

    def _pool(self, watch: str) -> Executor:
        if watch not in self._pools:
            self._pools[watch] = ThreadPoolExecutor(THREADS, thread_name_prefix="disk")
        return self._pools[watch]

    def close(self) -> None:
        """Begin nothing more; what is under way is not waited for, because it may hang."""
        for pool in self._pools.values():
            pool.shutdown(wait=False)


async def aside(call: Callable[[], T]) -> T:
    """Run `call` in a thread made for it: for what must not wait behind a share that hangs."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()
    thread = threading.Thread(
        target=lambda: _carry_out(call, loop, future),
        daemon=True,
        name="aside",
    )
    thread.start()
    return await future


def _carry_out(
    call: Callable[[], T], loop: asyncio.AbstractEventLoop, future: asyncio.Future[T]
) -> None:
    try:
        result = call()
    except BaseException as exc:  # noqa: BLE001 - carried to the caller
        _settle_on_loop(loop, future, partial(future.set_exception, exc))
    else:
        _settle_on_loop(loop, future, partial(future.set_result, result))


def _settle_on_loop(
    loop: asyncio.AbstractEventLoop,
    future: asyncio.Future[Any],
    settle_with: Callable[[], None],
) -> None:
    """Have the future settled on the loop, unless it is no longer waited for."""

    def settle() -> None:
        if not future.cancelled():
            settle_with()

    try:
        loop.call_soon_threadsafe(settle)
    except RuntimeError:  # the loop has closed: nothing waits any more
        return


def _forget(future: asyncio.Future[Any]) -> None:
    if not future.cancelled():
        future.exception()  # what a hung call says when it comes back is of no use to anybody
