"""The children that read what people drop: kept while there is work, ended when there is none.

Owns how many there are and what is tried again. One can serve a hundred thousand files; a second is
only started while the first is busy, so that a hung share holds up only its own inbox.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeAlias

from nemowatch.content.child import Child, ChildLimits
from nemowatch.content.child_errors import ChildFailed, ChildFailure

#: Seconds after which a child that has nothing to do is ended.
IDLE = 20.0
#: Seconds until another start is tried after one that failed.
PAUSE = 10.0
#: The limits for one file: the largest accepted Word document needs one second of CPU time here.
#: Texts and documents have a thread of their own, so that no clip waits for them.
LIMITS = ChildLimits(cpu=5, wall=30.0)
#: Failures that may have an outside cause (an operator, a kernel short of memory, a machine that is
#: too busy): these are tried once more, by another child.
_TRIED_AGAIN = frozenset({ChildFailure.KILLED, ChildFailure.SLOW})
#: Failures to get a child at all, which say nothing about the file.
UNAVAILABLE = frozenset(
    {
        ChildFailure.NOT_STARTED,
        ChildFailure.NOT_READY,
        ChildFailure.NOT_LIMITED,
        ChildFailure.UPDATED,
        ChildFailure.BROKEN,
        ChildFailure.OUT_OF_ORDER,
    }
)
#: Gives what a child has answered about one file, or raises what was wrong.
Answer: TypeAlias = Callable[[], Any]


class Children:
    """Children of this process. Thread-safe; each caller waits for its own."""

    def __init__(self, limits: ChildLimits = LIMITS, idle: float = IDLE) -> None:
        self._limits = limits
        self._idle_seconds = idle
        self._lock = threading.Lock()
        self._idle: dict[Child, float] = {}  # idle children, and since when
        self._tidier: threading.Thread | None = None
        self._no_start_before = 0.0
        self.started = 0  #: how many were started so far

    def __repr__(self) -> str:
        return f"Children({len(self._idle)} idle, {self.started} started)"

    def ask(
        self,
        task: str,
        arguments: tuple[Any, ...],
        fd: int,
        beat: Callable[[], None],
    ) -> Any:
        """What `module:function` returns for an open file. Raises ChildFailed, OrderError and
        OSError like `Child.receive`."""
        try:
            return self._ask_one(task, arguments, fd, beat)
        except ChildFailed as exc:
            if exc.failure not in _TRIED_AGAIN:
                raise
        return self._ask_one(task, arguments, fd, beat)

    def ask_ahead(
        self,
        task: str,
        asked: Sequence[tuple[tuple[Any, ...], int]],
        beat: Callable[[], None],
    ) -> Callable[[], list[Answer]]:
        """Ask about several files, as (arguments, open file), and wait for nothing: what is
        returned waits, and gives what gives the answer of `ask` about each. One child gets all
        requests at once, has not to be woken for each, and works on them meanwhile. About those
        that it ends without answering, a child is asked when their answer is wanted."""
        answers: list[Answer] = [
            partial(self.ask, task, arguments, fd, beat) for arguments, fd in asked
        ]
        if len(asked) < 2:
            return lambda: answers
        asking = self._asking(task, asked, answers, beat)
        next(asking, None)

        def collected() -> list[Answer]:
            next(asking, None)
            return answers

        return collected

    def _asking(
        self,
        task: str,
        asked: Sequence[tuple[tuple[Any, ...], int]],
        answers: list[Answer],
        beat: Callable[[], None],
    ) -> Iterator[None]:
        """Ask, and put the answers in place when it is continued; one that is dropped before that
        ends its child."""
        number = 0
        try:
            with self._lent() as child:
                for arguments, fd in asked:
                    child.send(task, arguments, self._limits, [fd])
                yield
                for number in range(len(asked)):
                    answers[number] = _answer(child, beat)
                    beat()
                    if child.is_last:
                        break
        except ChildFailed as exc:
            if exc.failure not in _TRIED_AGAIN:
                answers[number] = partial(_fail, exc)
        except OSError:  # the system takes no more descriptors: each file is asked about alone
            pass

    def _ask_one(
        self,
        task: str,
        arguments: tuple[Any, ...],
        fd: int,
        beat: Callable[[], None],
    ) -> Any:
        with self._lent() as child:
            child.send(task, arguments, self._limits, [fd])
            return child.receive(beat)

    @contextmanager
    def _lent(self) -> Iterator[Child]:
        """A child for this block, which goes on afterwards unless it has failed, or owes an
        answer, which would be taken for that about another file. Raises ChildFailed."""
        child = self._take()
        has_failed = False
        try:
            yield child
        except ChildFailed as exc:
            has_failed = True
            if exc.failure in UNAVAILABLE:
                self._no_start_before = time.monotonic() + PAUSE
            raise
        finally:
            if has_failed or child.is_last or child.owed:
                child.end()
            else:
                self._give_back(child)

    def _take(self) -> Child:
        """An idle child, or a new one. Raises ChildFailed."""
        with self._lock:
            if self._idle:
                return self._idle.popitem()[0]
            if time.monotonic() < self._no_start_before:
                raise ChildFailed(ChildFailure.NOT_STARTED)
            self.started += 1
        try:
            return Child("content", os.environ)
        except OSError as exc:
            self._no_start_before = time.monotonic() + PAUSE
            raise ChildFailed(ChildFailure.NOT_STARTED, exc.strerror or "") from exc

    def _give_back(self, child: Child) -> None:
        with self._lock:
            self._idle[child] = time.monotonic()
            if self._tidier is None:
                self._tidier = threading.Thread(
                    target=self._tidy,
                    name="children",
                    daemon=True,
                )
                self._tidier.start()

    def _tidy(self) -> None:
        """End children that have been idle for a while; this thread ends with the last of them."""
        while True:
            time.sleep(self._idle_seconds / 4)
            old = time.monotonic() - self._idle_seconds
            with self._lock:
                ended = self._idle_before(old)
                is_done = not self._idle
                if is_done:
                    self._tidier = None
            for child in ended:
                child.end()
            if is_done:
                return

    def _idle_before(self, moment: float) -> list[Child]:
        """Remove and return the children that have been idle since before this moment."""
        ended = [child for child, since in self._idle.items() if since <= moment]
        for child in ended:
            del self._idle[child]
        return ended

    def close(self) -> None:
        """End the idle children."""
        with self._lock:
            children = list(self._idle)
            self._idle.clear()
        for child in children:
            child.end()


def _answer(child: Child, beat: Callable[[], None]) -> Answer:
    """What a child answers next. Raises ChildFailed where it gives no answer."""
    try:
        found = child.receive(beat)
    except ChildFailed:
        raise
    except Exception as exc:  # noqa: BLE001 - about the file: raised where that is read
        return partial(_fail, exc)
    return lambda: found


def _fail(exc: Exception) -> Any:
    raise exc
