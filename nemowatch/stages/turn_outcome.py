"""What a paid turn came to: pure judgement over what was seen before, in the stream, and after
(docs/api.md section 6)."""

from __future__ import annotations

import hashlib
import json
import re
from enum import StrEnum

from nemowatch.model import RemoteState, Turn, TurnEnd
from nemowatch.outbox.transcript import exportable

#: The one code that ends a turn from inside its stream without anything done (docs/api.md section
#: 1).
NO_CREDITS = 2001


_QUESTION = re.compile(r"[?？؟][^\w?？؟]*$")


class Verdict(StrEnum):
    """What became of the turn."""

    HAPPENED = "happened"  #: the edit is there
    ANSWERED = "answered"  #: only words came: a transcript, or a question back
    REFUSED = "refused"  #: a business code in place of the work, and nothing changed
    OPEN = "open"  #: nobody can tell yet: look again later


def digest(state: RemoteState) -> str:
    """A fingerprint of what a turn can change: the draft and the generated media. Uploads alone
    prove nothing.

    The first character says whether there is anything to show for it: "1" when the draft can be
    exported or media was generated, so that an emptied draft never counts as work done. Behind
    the colon the same of the draft alone, with "1" when it can be exported.
    """
    can = exportable(state.draft)
    made = can or bool(state.generated_media)
    whole = _hash([state.draft, list(state.generated_media)])
    return f"{int(made)}{whole}:{int(can)}{_hash(state.draft)}"


def _hash(value: object) -> str:
    shown = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(shown.encode("utf-8", "surrogatepass")).hexdigest()


def changed(baseline: str, now: str) -> bool:
    """Whether the state shows work that was not there before."""
    return now.partition(":")[0] != baseline.partition(":")[0] and now.startswith("1")


def renderable(now: str) -> bool:
    """Whether the draft of this state can be exported."""
    return now.partition(":")[2].startswith("1")


def edited(baseline: str, now: str) -> bool:
    """Whether there is a draft to export that was not there before: with less than that, work is
    seen (generated media) and there is nothing new to render yet."""
    return renderable(now) and now.partition(":")[2] != baseline.partition(":")[2]


def asks_back(text: str) -> bool:
    """Whether the words end like a question, whatever quotes, brackets or signs come behind it."""
    return _QUESTION.search(text) is not None


def judge(turn: Turn, baseline: str, now: str) -> Verdict:
    """Judge a turn right after its stream ended, with the state as read then."""
    if _refused(turn) and not changed(baseline, now):
        return Verdict.REFUSED
    if turn.end is not TurnEnd.CLOSED:
        return Verdict.OPEN
    if changed(baseline, now):
        return Verdict.HAPPENED if edited(baseline, now) else Verdict.OPEN
    return Verdict.ANSWERED if turn.text else Verdict.OPEN


def _refused(turn: Turn) -> bool:
    """A code instead of the stream is a refusal; inside the stream only "no credits" says that
    no work was done."""
    return turn.code == NO_CREDITS or (turn.code != 0 and turn.end is TurnEnd.CUT)


class Look(StrEnum):
    """What a later look at the state of an open call says."""

    HAPPENED = "happened"  #: changed, and the same in two looks in a row
    AGAIN = "again"  #: look once more
    NOTHING = "nothing"  #: unchanged to the end
    UNSTEADY = "unsteady"  #: it kept changing to the end


#: Looks beyond the configured ones while the state still changes, or shows work that cannot be
#: rendered yet: the turn is running, and its end is near.
EXTRA_LOOKS = 10


def judge_look(
    baseline: str, last_seen: str, now: str, looks_done: int, looks_planned: int
) -> Look:
    """Judge one look; `looks_done` counts the looks before this one."""
    if changed(baseline, now):
        last = looks_done + 1 >= looks_planned + EXTRA_LOOKS
        # media may grow before the draft does: that one is awaited
        if now == last_seen and (renderable(now) or last):
            return Look.HAPPENED
        return Look.UNSTEADY if last else Look.AGAIN
    return Look.AGAIN if looks_done + 1 < looks_planned else Look.NOTHING
