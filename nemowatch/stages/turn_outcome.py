"""The outcome of a paid turn, judged purely by the state before it, its stream, and the state after
it (docs/api.md section 6)."""

from __future__ import annotations

import hashlib
import json
from enum import StrEnum

from nemowatch.edits.draft import exportable, segments_of, total_ms, tracks_of
from nemowatch.late_pattern import LatePattern
from nemowatch.model import RemoteState, TurnEnd, TurnResult

#: The one code inside a stream that says that no work was done (docs/api.md section 1).
NO_CREDITS = 2001


class TurnVerdict(StrEnum):
    """The outcome of the turn."""

    HAPPENED = "happened"  #: the edit exists
    REFUSED = "refused"  #: a business code instead of the work, and nothing has changed
    OPEN = "open"  #: not known yet, also where there are only words: read the state again later


#: An address in JSON, up to its parameters. A cloud may sign the addresses of media anew whenever
#: a state is read: their parameters are no work of a turn.
_PARAMETERS = LatePattern(r'((?<!\\)"(?i:https?)://[^"?#\\\s]*)[?#][^"\\\s]*(?=")')
#: The end of a digest that leaves them out; those of earlier versions have no such end.
_FORM = ":2"


def digest(state: RemoteState, like: str = "") -> str:
    """A fingerprint of what a turn can change: the draft and the generated media. Uploads alone
    prove nothing.

    The first character is "1" when the draft can be exported or media was generated, so that an
    emptied draft never counts as work. After the colon comes the same for the draft alone, with
    "1" when it can be exported.

    `like`: the digest that this one will be compared with. One of an earlier version is compared
    as that version did.
    """
    can = exportable(state.draft)
    made = can or bool(state.generated_media)
    form = ""
    if not like or like.endswith(_FORM):
        form = _FORM
    whole = _hash([state.draft, list(state.generated_media)], form)
    return f"{int(made)}{whole}:{int(can)}{_hash(state.draft, form)}{form}"


def _hash(value: object, form: str) -> str:
    shown = json.dumps(
        value,
        sort_keys=True,
        ensure_ascii=False,
        default=str,
    )
    if form:
        shown = _PARAMETERS.sub(r"\1", shown)
    return hashlib.sha256(shown.encode("utf-8", "surrogatepass")).hexdigest()


def _whole(shown: str) -> str:
    """The part of a digest about everything."""
    return shown.partition(":")[0]


def _draft(shown: str) -> str:
    """The part of a digest about the draft alone."""
    return shown.partition(":")[2]


def changed(baseline: str, now: str) -> bool:
    """Whether the state shows work that was not there before."""
    return now.startswith("1") and _whole(now) != _whole(baseline)


def renderable(now: str) -> bool:
    """Whether the draft of this state can be exported."""
    return _draft(now).startswith("1")


def edited(baseline: str, now: str) -> bool:
    """Whether there is a new draft that can be exported. With less than that there may be work
    (generated media), but nothing new to render yet."""
    return renderable(now) and _draft(now) != _draft(baseline)


def shows_clips_alone(baseline: str, state: RemoteState) -> bool:
    """Whether a draft has come with as many clips as uploads, in their whole length, and nothing
    beside them: a cloud may show them only once a turn has begun. They may be edited: a filter, or
    another order, changes none of this."""
    tracks = tracks_of(state.draft)
    if renderable(baseline) or len(tracks) != 1:
        return False
    seconds = sum(map(_seconds, state.video_infos))
    same_count = len(segments_of(tracks[0])) == len(state.video_infos)
    return same_count and abs(total_ms(state.draft) - seconds * 1000) <= _ROUNDED_MS


#: Lengths of a draft and of its clips that differ by less are the same, rounded.
_ROUNDED_MS = 100


def _seconds(info: dict[str, object]) -> float:
    """How long an upload is; 0 when it does not say."""
    found = info.get("duration")
    if isinstance(found, int | float):
        return found
    return 0


def judge(
    turn: TurnResult,
    baseline: str,
    now: str,
    *,
    clips_alone: bool = False,
) -> TurnVerdict:
    """Judge a turn by its stream and the state right after it. `clips_alone`: as
    `shows_clips_alone` says, which beside a refusal is no work."""
    is_refused = _refused(turn)
    if changed(baseline, now) and not (is_refused and clips_alone):
        return _judge_work(turn, baseline, now)
    if is_refused:
        return TurnVerdict.REFUSED
    return TurnVerdict.OPEN


def _judge_work(turn: TurnResult, baseline: str, now: str) -> TurnVerdict:
    """Judge a turn after which there is new work: it counts once the turn has ended."""
    if turn.end is TurnEnd.CLOSED and edited(baseline, now):
        return TurnVerdict.HAPPENED
    return TurnVerdict.OPEN


def _refused(turn: TurnResult) -> bool:
    """A code instead of the stream is a refusal. Inside the stream only "no credits" says that no
    work was done."""
    return turn.code == NO_CREDITS or (turn.code != 0 and turn.end is TurnEnd.CUT)


class RecheckResult(StrEnum):
    """What a later check of an open call's state shows."""

    HAPPENED = "happened"  #: changed, and the same in two checks in a row
    AGAIN = "again"  #: check once more
    NOTHING = "nothing"  #: unchanged to the end
    UNSTEADY = "unsteady"  #: it kept changing to the end


#: Checks beyond the configured ones while the state still changes, or shows work that cannot be
#: rendered yet: the turn is running, and will end soon.
EXTRA_CHECKS = 10


def judge_check(
    baseline: str,
    last_seen: str,
    now: str,
    checks_done: int,
    checks_planned: int,
) -> RecheckResult:
    """Judge one check; `checks_done` counts those before it."""
    checks = checks_done + 1
    if changed(baseline, now):
        is_last = checks >= checks_planned + EXTRA_CHECKS
        return _judge_change(last_seen, now, is_last=is_last)
    if checks < checks_planned:
        return RecheckResult.AGAIN
    return RecheckResult.NOTHING


def _judge_change(last_seen: str, now: str, *, is_last: bool) -> RecheckResult:
    """Media may grow before the draft does: wait for the draft."""
    is_whole = is_last or renderable(now)
    if is_whole and now == last_seen:
        return RecheckResult.HAPPENED
    if is_last:
        return RecheckResult.UNSTEADY
    return RecheckResult.AGAIN
