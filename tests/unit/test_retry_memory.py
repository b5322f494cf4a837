"""Not again before a moment, and said once until it changes."""

from __future__ import annotations

from nemowatch.clock import ManualClock
from nemowatch.retry_memory import NotBefore, SayOnce


def test_what_was_put_off_is_due_when_its_time_has_come() -> None:
    """Each thing for itself; the wall clock does not matter."""
    clock = ManualClock()
    pauses = NotBefore[str](clock)
    assert pauses.is_due("a")
    pauses.put_off("a", 10)
    clock.step_wall(3600)
    assert (pauses.is_due("a"), pauses.is_due("b")) == (False, True)
    clock.advance(4)
    assert pauses.left("a") == 6
    clock.advance(6)
    assert pauses.is_due("a")
    assert "a" in pauses


def test_what_is_forgotten_is_due_at_once() -> None:
    """One thing, or all of them; forgetting what nobody knows is fine."""
    pauses = NotBefore[int](ManualClock())
    for number in range(3):
        pauses.put_off(number, 60)
    pauses.forget(0)
    pauses.forget(99)
    assert (pauses.is_due(0), list(pauses)) == (True, [1, 2])
    pauses.forget_all()
    assert list(pauses) == []


def test_the_same_words_are_said_once() -> None:
    """Other words are news, and so are the first ones again; what is over is news when it comes
    back."""
    said = SayOnce[str]()
    assert [said.record("share", words) for words in ("away", "away", "full", "away")] == [
        True,
        False,
        True,
        True,
    ]
    assert said.over("share")
    assert not said.over("share")
    assert "share" not in said
    assert said.record("share", "away")
