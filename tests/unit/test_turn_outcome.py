"""What a paid turn came to, by its stream and by the state before and after (docs/api.md section
6)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemowatch.model import RemoteState, TurnEnd, TurnResult
from nemowatch.stages.turn_outcome import (
    EXTRA_CHECKS,
    RecheckResult,
    TurnVerdict,
    changed,
    digest,
    judge,
    judge_check,
    shows_clips_alone,
)
from tests.rigs.rows import each_row

CLIP = {"t": [{"tt": 0, "sg": [{"id": "v"}]}], "d": 1000}
EDIT = {"t": [{"tt": 0, "sg": [{"id": "v"}]}, {"tt": 1, "sg": [{"id": "a"}]}], "d": 1000}
EMPTY = digest(RemoteState(None))
BEFORE = digest(RemoteState(CLIP))
AFTER = digest(RemoteState(EDIT))

drafts = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)


@each_row(
    [
        (TurnResult(TurnEnd.CLOSED, "done"), AFTER, TurnVerdict.HAPPENED),
        (TurnResult(TurnEnd.CLOSED), AFTER, TurnVerdict.HAPPENED),
        (TurnResult(TurnEnd.CLOSED, "Which language?"), BEFORE, TurnVerdict.OPEN),
        (TurnResult(TurnEnd.CLOSED), BEFORE, TurnVerdict.OPEN),
        (TurnResult(TurnEnd.ERROR, error="oops"), BEFORE, TurnVerdict.OPEN),
        (TurnResult(TurnEnd.ERROR, error="oops"), AFTER, TurnVerdict.OPEN),
        (TurnResult(TurnEnd.CUT, "half an ans"), BEFORE, TurnVerdict.OPEN),
        (TurnResult(TurnEnd.CUT), AFTER, TurnVerdict.OPEN),
        (TurnResult(TurnEnd.TIMEOUT), AFTER, TurnVerdict.OPEN),
        (TurnResult(TurnEnd.ERROR, code=2001), BEFORE, TurnVerdict.REFUSED),
        (TurnResult(TurnEnd.ERROR, code=2001), AFTER, TurnVerdict.OPEN),
        (TurnResult(TurnEnd.CUT, code=2001), BEFORE, TurnVerdict.REFUSED),
        (TurnResult(TurnEnd.CUT, code=1001), BEFORE, TurnVerdict.REFUSED),
    ]
)
def test_right_after_the_stream(turn: TurnResult, now: str, verdict: TurnVerdict) -> None:
    """Only a clean close with a changed state is a success; what is not known stays open."""
    assert judge(turn, BEFORE, now) is verdict


def test_the_uploads_beside_a_refusal_are_no_work() -> None:
    """Beside any other end they may have been edited."""
    refused = TurnResult(TurnEnd.ERROR, code=2001)
    assert judge(refused, EMPTY, BEFORE, clips_alone=True) is TurnVerdict.REFUSED
    done = TurnResult(TurnEnd.CLOSED, "done")
    assert judge(done, EMPTY, BEFORE, clips_alone=True) is TurnVerdict.HAPPENED


@pytest.mark.parametrize("code", [1001, 1002, 4001, 4002])
def test_a_code_inside_the_stream_is_an_error_event(code: int) -> None:
    """Work had begun: but for "no credits" it is treated like a cut stream and never sent again
    by itself."""
    assert (
        judge(TurnResult(TurnEnd.ERROR, error="…", code=code), BEFORE, BEFORE) is TurnVerdict.OPEN
    )


@given(
    st.sampled_from([e for e in TurnEnd if e is not TurnEnd.CLOSED]),
    st.text(),
    st.sampled_from([BEFORE, AFTER, EMPTY]),
)
def test_no_broken_stream_is_a_success_or_an_answer(end: TurnEnd, text: str, now: str) -> None:
    """Half a stream never counts as a result, whatever it said."""
    assert judge(TurnResult(end, text, "broken"), BEFORE, now) is TurnVerdict.OPEN


@given(drafts, drafts)
def test_a_digest_tells_states_apart_and_never_raises(one: Any, other: Any) -> None:
    """Equal states have equal digests, others have others; uploads do not count."""
    first = digest(RemoteState({"t": one}))
    assert first == digest(RemoteState({"t": one}, video_infos=({"cdn_url": "x"},)))
    if repr(one) != repr(other) and one != other:
        assert first != digest(RemoteState({"t": other}))


def test_an_emptied_draft_is_no_work() -> None:
    """A state with nothing to show never counts as changed; generated media do."""
    assert not changed(BEFORE, EMPTY)
    assert not changed(BEFORE, digest(RemoteState({"t": []})))
    assert changed(EMPTY, digest(RemoteState(None, generated_media=({"id": 1},))))


@each_row(
    [
        ("", BEFORE, 0, RecheckResult.AGAIN),
        (BEFORE, BEFORE, 3, RecheckResult.AGAIN),
        (BEFORE, BEFORE, 4, RecheckResult.NOTHING),
        ("", AFTER, 0, RecheckResult.AGAIN),
        (BEFORE, AFTER, 3, RecheckResult.AGAIN),
        (AFTER, AFTER, 1, RecheckResult.HAPPENED),
        (BEFORE, AFTER, 4, RecheckResult.AGAIN),
        (BEFORE, AFTER, 4 + EXTRA_CHECKS, RecheckResult.UNSTEADY),
    ]
)
def test_later_looks(last: str, now: str, done: int, said: RecheckResult) -> None:
    """Happened: changed and the same twice in a row. Unchanged through all five looks: nothing."""
    assert judge_check(BEFORE, last, now, done, 5) is said


@given(
    st.lists(st.sampled_from([BEFORE, AFTER, EMPTY, "1half"]), min_size=40, max_size=40),
    st.integers(1, 6),
)
def test_looking_comes_to_an_end(seen: list[str], planned: int) -> None:
    """Whatever the state does, there are at most the planned looks and the extra ones."""
    last = ""
    for done, now in enumerate(seen):
        said = judge_check(BEFORE, last, now, done, planned)
        if said is not RecheckResult.AGAIN:
            assert done < planned + EXTRA_CHECKS
            return
        last = now
    raise AssertionError("it never ends")


def signed(serial: int, *, more: str = "") -> RemoteState:
    """A draft whose media have addresses that are signed anew at each read."""
    address = f"https://cdn.x/a.mp4?Expires={serial}&Signature=é{serial}#t={serial}"
    text = f'say "https://a.b/?q={more}" twice'
    segment = {"m": {"url": address, "text": text}}
    return RemoteState(
        {"t": [{"tt": 0, "sg": [segment]}]},
        generated_media=({"url": f"HTTPS://cdn.x/b?{serial}"},),
    )


def test_an_address_that_is_signed_anew_is_no_work() -> None:
    """Its parameters do not count; an address within a text does, and so does everything for a
    digest of an earlier version."""
    before = digest(signed(1))
    assert digest(signed(2), like=before) == before
    assert changed(before, digest(signed(2, more="x"), like=before))

    earlier = digest(signed(1), like="1whole:1draft")
    assert digest(signed(1), like=earlier) == earlier
    assert changed(earlier, digest(signed(2), like=earlier))
    assert digest(RemoteState(CLIP), like=earlier) == BEFORE.removesuffix(":2")


@each_row(
    [
        (EMPTY, {"tt": 0, "sg": [{}, {}]}, 5040, True),
        (BEFORE, {"tt": 0, "sg": [{}, {}]}, 5040, False),
        (EMPTY, {"tt": 0, "sg": [{}]}, 5040, False),
        (EMPTY, {"tt": 0, "sg": [{}, {}]}, 4000, False),
        (EMPTY, {"tt": 0, "sg": [{}, {}]}, None, False),
    ]
)
def test_a_draft_of_the_uploads_alone(before: str, track: Any, length: Any, alone: bool) -> None:
    """One track of every clip in its whole length, where there was no draft before."""
    infos = ({"duration": 2.04}, {"duration": 3})
    state = RemoteState({"t": [track], "d": length}, video_infos=infos)
    assert shows_clips_alone(before, state) is alone
    two = RemoteState({"t": [track, track], "d": length}, video_infos=infos)
    assert not shows_clips_alone(before, two)
