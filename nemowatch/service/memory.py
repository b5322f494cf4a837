"""Keeps the process small over months: what was remembered to save time is forgotten, and memory
that the C library keeps for later is returned to the system.

Owns two calls into glibc, which are left out where the C library is another one.
"""

from __future__ import annotations

import ctypes
import gc
from functools import lru_cache

#: mallopt's number for the limit of arenas (malloc.h).
_M_ARENA_MAX = -8
#: Arenas at most. By default every thread that allocates has one of its own, each with its own
#: leftovers; our threads mostly wait, and Python lets one of them run at a time anyway.
ARENAS = 1
#: A function that remembers this many answers or more does so for the names of a burst. Filled, all
#: of them take half a MiB. Those that remember fewer, or tables without a limit, stay.
MANY_ANSWERS = 500
_Remembering = type(lru_cache(len))


def few_arenas() -> None:
    """To be called before the first thread begins."""
    _call_libc("mallopt", _M_ARENA_MAX, ARENAS)


def give_back() -> None:
    """Return what nobody refers to any more: after a burst, or the first page, some MiB. Takes
    some tens of milliseconds."""
    _forget_answers()
    gc.collect()
    _call_libc("malloc_trim", 0)


def _call_libc(name: str, *numbers: int) -> None:
    """Call what glibc has and others may not."""
    function = getattr(ctypes.CDLL(None), name, None)
    if function is not None:
        function(*numbers)


def _forget_answers() -> None:
    """Have every function forget its many answers; it finds them anew when it is asked again."""
    for one in gc.get_objects():
        if type(one) is _Remembering and (one.cache_parameters()["maxsize"] or 0) >= MANY_ANSWERS:
            one.cache_clear()
