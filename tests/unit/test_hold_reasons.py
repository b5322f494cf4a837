"""One row for each reason to wait, and one function that finds out when it is over."""

from __future__ import annotations

from nemowatch.hold_reasons import HOLDS, RESUMABLE, Ends, Scope, Stops, row
from nemowatch.holds.disk_space import SPACE_AGAIN
from nemowatch.holds.probes import CAUSE_GONE, WAKE
from nemowatch.model import MB, HoldReason
from tests.rigs.rows import each_row


@each_row(HoldReason)
def test_each_reason_has_a_whole_row(reason: HoldReason) -> None:
    """Whom it concerns, what it stops, how it ends, and the words for people."""
    hold = HOLDS[reason]
    assert isinstance(hold.scope, Scope)
    assert isinstance(hold.stops, Stops)
    assert hold.words.endswith(".")
    assert 0 < len(hold.short) <= 30
    assert not hold.short.endswith(".")
    assert not hold.cure.none


@each_row(HoldReason)
def test_each_reason_has_its_probe_or_ends_by_an_order(reason: HoldReason) -> None:
    """One function finds out that it is over; where a person's order ends it, none does."""
    probes = [table for table in (CAUSE_GONE, WAKE) if reason in table]
    if HOLDS[reason].ends is Ends.ORDER:
        assert probes == []
    elif HOLDS[reason].scope is Scope.ACCOUNT:
        assert probes == [CAUSE_GONE]
    else:
        assert probes == [WAKE]


def test_a_command_in_a_cure_names_the_job_and_the_installation() -> None:
    """It can be typed as it stands; where there is no command, nothing is added."""
    option = " --config /etc/other.toml"
    conflict = HOLDS[HoldReason.CONFLICT].cure.for_job(7).typed(option)
    assert conflict[-1].startswith("nemowatch retry 7 --config /etc/other.toml")
    credits = HOLDS[HoldReason.CREDITS].cure
    assert credits.typed(option) == [credits.by_hand]


def test_resume_leaves_what_waits_for_another_order() -> None:
    """A batch waits for approval and a conflict copy for a decision, whatever is resumed; what is
    paused goes on by folder."""
    kept = {HoldReason.APPROVAL, HoldReason.CONFLICT, HoldReason.PAUSED}
    assert set(RESUMABLE) == set(HoldReason) - kept


def test_a_reason_of_a_newer_version_has_no_row() -> None:
    """A journal may hold a word that this version does not know."""
    assert row("phase of the moon") is None
    assert row("credits") is HOLDS[HoldReason.CREDITS]


def test_who_frees_space_is_told_how_much() -> None:
    """The same figure that counts as room again."""
    assert f"at least {SPACE_AGAIN // MB} MB" in HOLDS[HoldReason.SPACE].cure.by_hand
