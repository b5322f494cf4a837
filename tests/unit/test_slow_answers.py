"""Which jobs only wait for an answer."""

from __future__ import annotations

from nemowatch.clock import ManualClock
from nemowatch.config.schema import Limits
from nemowatch.jobs.slow_answers import LONG_TURN, MOST, PATIENCE, SlowAnswers
from nemowatch.stages.live_progress import Board
from nemowatch.stages.table import Lane


def test_what_waits_for_an_answer_takes_no_place() -> None:
    """A job whose bytes have gone, or drip, is left out of the lane after a while; one that moves
    bytes and a paid turn are not."""
    board, clock = Board(), ManualClock()
    slow = SlowAnswers(board, clock)
    busy = {1: Lane.UPLOADS, 2: Lane.UPLOADS, 3: Lane.TURNS, 4: Lane.DOWNLOADS}
    assert not slow.among(busy, Limits())

    clock.advance(PATIENCE)
    board.rows[2] = ("uploading", 10_000_000, 20_000_000)
    board.rows[4] = ("downloading", 10, 20_000_000)
    assert slow.among(busy, Limits()) == {1, 4}


def test_a_turn_whose_answer_drips_takes_no_place() -> None:
    """Bytes of one event, and never its end. A turn that is silent, one whose events come whole,
    and one with a large event on a slow line keep their places."""
    board, clock = Board(), ManualClock()
    slow = SlowAnswers(board, clock)
    busy = dict.fromkeys((1, 2, 3, 4), Lane.TURNS)
    assert not slow.may_find(busy)
    for job_id, size in ((1, 5), (2, 5), (3, 5)):
        board.listener(job_id, clock)(size)
    assert slow.may_find(busy)

    clock.advance(PATIENCE)
    board.listener(1, clock)(20)
    board.listener(2, clock)(0)
    board.listener(3, clock)(200_000)
    assert slow.among(busy, Limits()) == {1}
    board.clear(1)
    assert not slow.among(busy, Limits())


def test_one_turn_that_takes_too_long_takes_no_place() -> None:
    """The one that was sent first. The next one only when that is over: what becomes of a turn that
    says nothing is not known, and such turns are to stay few."""
    board, clock = Board(), ManualClock()
    slow = SlowAnswers(board, clock)
    busy = dict.fromkeys((1, 2, 3), Lane.TURNS)
    for job_id in busy:
        board.begin_turn(job_id, clock.monotonic())
        clock.advance(1)
    assert not slow.among(busy, Limits())

    clock.advance(LONG_TURN)
    assert slow.among(busy, Limits()) == {1}
    board.listener(2, clock)(5)
    clock.advance(PATIENCE)
    assert slow.among(busy, Limits()) == {1, 2}  # that one drips
    board.clear(1)
    del busy[1]
    assert slow.among(busy, Limits()) == {2, 3}


def test_a_line_that_people_made_slow_is_no_slow_answer() -> None:
    """`limits.upload_rate` says what counts as moving."""
    board, clock = Board(), ManualClock()
    slow = SlowAnswers(board, clock)
    slow.among({1: Lane.UPLOADS}, Limits(upload_rate=16_000))
    clock.advance(PATIENCE)
    board.rows[1] = ("uploading", 5_000, 20_000_000)
    assert not slow.among({1: Lane.UPLOADS}, Limits(upload_rate=16_000))


def test_only_some_take_no_place() -> None:
    """Each has a connection and memory, so there is a bound."""
    clock = ManualClock()
    slow = SlowAnswers(Board(), clock)
    busy = dict.fromkeys(range(MOST + 5), Lane.UPLOADS)
    slow.among(busy, Limits())
    clock.advance(PATIENCE)
    assert len(slow.among(busy, Limits())) == MOST
