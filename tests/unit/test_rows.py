"""Tables that are one test each."""

from __future__ import annotations

import pytest

from tests.rigs.rows import each_row


def test_every_row_that_fails_is_named() -> None:
    """A wrong result and an error; the others pass."""

    @each_row([(1, 2), (2, 2), (4, "a"), (5, 0)])
    def table(one: int, other: int) -> None:
        assert one <= other

    with pytest.raises(BaseExceptionGroup, match="2 of 4 rows") as caught:
        table()
    named = [note for error in caught.value.exceptions for note in error.__notes__]
    assert named == ["row: (4, 'a')", "row: (5, 0)"]


def test_an_exception_that_does_not_come_fails_its_row() -> None:
    """pytest reports it by an exception that is no error."""

    @each_row(["row"])
    def table(_: str) -> None:
        with pytest.raises(ValueError, match="never"):
            pass

    with pytest.raises(BaseExceptionGroup, match="1 of 1 rows"):
        table()
