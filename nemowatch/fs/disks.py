"""Threads for file work, apart for each inbox: a share that hangs keeps its own threads for as
long as it hangs, and nobody else's."""

from __future__ import annotations

from concurrent.futures import Executor, ThreadPoolExecutor

#: Of each inbox: two downloads and two uploads read and write elsewhere; these open, hash, publish
#: and move.
THREADS = 4


class Disks:
    """One pool for each inbox, made when it is first needed."""

    def __init__(self) -> None:
        self._pools: dict[str, ThreadPoolExecutor] = {}

    def __repr__(self) -> str:
        return f"Disks({list(self._pools)})"

    def of(self, watch: str) -> Executor:
        """The threads for what lies in this inbox and its other trees; "" for what concerns none
        of them."""
        if watch not in self._pools:
            self._pools[watch] = ThreadPoolExecutor(THREADS, thread_name_prefix="disk")
        return self._pools[watch]

    def close(self) -> None:
        """Begin nothing more; what is under way is not waited for, because it may hang."""
        for pool in self._pools.values():
            pool.shutdown(wait=False)
