"""Tests of tables: one test for all rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest


def each_row(rows: Iterable[Any]) -> Callable[[Callable[..., None]], Callable[[], None]]:
    """Make one test of a function that tests a row, given as a tuple of its arguments or as its
    only one. It goes on after a row that fails, and names each of them. For tables of pure
    functions: pytest takes longer for a test of its own than these for a row.
    """
    table = list(rows)

    def decorated(function: Callable[..., None]) -> Callable[[], None]:
        def test() -> None:
            assert table
            failed = list(filter(None, (_failure(function, row) for row in table)))
            if failed:
                raise BaseExceptionGroup(f"{len(failed)} of {len(table)} rows", failed)

        test.__name__ = test.__qualname__ = function.__name__
        test.__doc__, test.__module__ = function.__doc__, function.__module__
        return test

    return decorated


def _failure(function: Callable[..., None], row: Any) -> BaseException | None:
    arguments = row if isinstance(row, tuple) else (row,)
    try:
        function(*arguments)
    except (Exception, pytest.fail.Exception) as exc:
        exc.add_note(f"row: {row!r}")
        return exc
    return None
