"""What a paid turn came to: pure judgement over what was seen before, in the stream, and after (API.md section 6)."""

from __future__ import annotations

import hashlib
import json
from enum import StrEnum

from nemowatch.model import RemoteState, Turn, TurnEnd
from nemowatch.outbox.transcript import exportable

#: The one code that ends a turn from inside its stream without anything done (API.md section 1).
NO_CREDITS = 2001


class Verdict(StrEnum):
    """What became of the turn."""

    HAPPENED = "happened"  #: the edit is there
    ANSWERED = "answered"  #: only words came: a transcript, or a question back
    REFUSED = "refused"  #: a business code in place of the work, and nothing changed
    OPEN = "open"  #: nobody can tell yet: look again later


def digest(state: RemoteState) -> str:
    """A fingerprint of what a turn can change: the draft and the generated media. Uploads alone prove nothing.

    The first character says whether there is anything to show for it: "1" when the draft can be exported or media was
    generated, so that an emptied draft never counts as work done."""
    shown = json.dumps([state.draft, list(state.generated_media)], sort_keys=True, ensure_ascii=False, default=str)
    made = exportable(state.draft) or bool(state.generated_media)
    return f"{int(made)}{hashlib.sha256(shown.encode('utf-8', 'surrogatepass')).hexdigest()}"


def changed(baseline: str, now: str) -> bool:
    """Whether the state shows work that was not there before."""
    return now != baseline and now.startswith("1")


def judge(turn: Turn, baseline: str, now: str) -> Verdict:
    """Judge a turn right after its stream ended, with the state as read then."""
    if _refused(turn) and not changed(baseline, now):
        return Verdict.REFUSED
    if turn.end is not TurnEnd.CLOSED:
        return Verdict.OPEN
    if changed(baseline, now):
        return Verdict.HAPPENED
    return Verdict.ANSWERED if turn.text else Verdict.OPEN


def _refused(turn: Turn) -> bool:
    """A code instead of the stream is a refusal; inside the stream only "no credits" says that no work was done."""
    return turn.code == NO_CREDITS or (turn.code != 0 and turn.end is TurnEnd.CUT)


class Look(StrEnum):
    """What a later look at the state of an open call says."""

    HAPPENED = "happened"  #: changed, and the same in two looks in a row
    AGAIN = "again"  #: look once more
    NOTHING = "nothing"  #: unchanged to the end
    UNSTEADY = "unsteady"  #: it kept changing to the end


#: Looks beyond the configured ones while the state still changes: the turn is running, and its end is near.
EXTRA_LOOKS = 10


def judge_look(baseline: str, last_seen: str, now: str, looks_done: int, looks_planned: int) -> Look:
    """Judge one look; `looks_done` counts the looks before this one."""
    if changed(baseline, now):
        if now == last_seen:
            return Look.HAPPENED
        return Look.AGAIN if looks_done + 1 < looks_planned + EXTRA_LOOKS else Look.UNSTEADY
    return Look.AGAIN if looks_done + 1 < looks_planned else Look.NOTHING
