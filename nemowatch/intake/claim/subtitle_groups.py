"""Groups clips with the subtitles beside them, in folders where these are the words of what is made
of the clip. They are claimed together, once all have settled.

Owns what people read about subtitles that cannot be used, and that their clip waits meanwhile: a
dub without the words that a person has given would be paid for in vain.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from nemowatch.intake.claim.group import Group, is_ready, is_work, wait_for
from nemowatch.intake.claim.subtitle_names import SubtitleNames, Subtitles
from nemowatch.intake.ready.stability import StillnessVerdict
from nemowatch.intake.records import FileProblem
from nemowatch.intake.scan.name_order_and_stems import is_subtitles
from nemowatch.intake.scan.paths import as_text, name_of, parent, promised_kind
from nemowatch.intake.state import InboxState
from nemowatch.model import MediaKind
from nemowatch.tasks.words import enumerated_files

#: Seconds for which subtitles may be there before their clip without being reported.
ALONE_AFTER = 60.0
#: Seconds for which they may be empty without being reported.
EMPTY_AFTER = 10.0
#: The short name, in JSON, of subtitles that came too late.
LATE = "late subtitles"
_CODE = "subtitles"


#: The other cure for subtitles that cannot be used.
_ELSEWHERE = "or move it elsewhere."


@dataclass(frozen=True, slots=True)
class _Doubt:
    """Why subtitles cannot be used."""

    why: str  #: a clause
    cure: str


def _among(same: list[Subtitles]) -> _Doubt | None:
    """What is wrong with a clip's subtitles for one language; None when there is only one file."""
    if len(same) < 2:
        return None
    names = [as_text(name_of(each.path)) for each in same]
    several = enumerated_files(names)
    cure = f"Keep one of {several}, and move the rest elsewhere or remove it."
    return _Doubt("there are others for the same language", cure)


class SubtitleGroups:
    """Puts ready clips and subtitles of one inbox together."""

    def __init__(self, inbox_state: InboxState) -> None:
        self._state = inbox_state

    def group(self, path: bytes, names: SubtitleNames) -> Group | None:
        """The group that `path` belongs to; None while it cannot be taken, and then it is blocked,
        with the reason."""
        clips = [path]
        if is_subtitles(path):
            clips = self._clips_of(path, names)
        if not clips:
            self._alone(path)
            return None

        clip = clips[0]
        found = [one for one in names.of_clip(clip) if is_work(self._state, one.path)]
        if self._has_doubt(path, clip, found, names):
            return None

        self._no_doubt(found)
        if self._is_late(path) and clip in self._state.known:
            return None
        return self._complete(path, clip, found)

    def _clips_of(self, subtitles: bytes, names: SubtitleNames) -> list[bytes]:
        """The clips that these subtitles may belong to and that can be worked on."""
        return list(filter(partial(is_work, self._state), names.clips_of(subtitles)))

    def _no_doubt(self, found: list[Subtitles]) -> None:
        """Clear the questions about these, but not that they came too late."""
        for one in found:
            if not self._is_late(one.path):
                self._state.problems.clear_question(one.path)

    def _complete(self, path: bytes, clip: bytes, found: list[Subtitles]) -> Group | None:
        """The group; None while something in it is not ready."""
        group = Group(clip, subtitles=tuple((one.tag, one.path) for one in found))
        for partner in group.paths:
            if partner != path and not is_ready(self._state, partner):
                self._wait(path, partner)
                return None
        return group

    def _wait(self, path: bytes, partner: bytes) -> None:
        wait_for(self._state, path, partner)
        if self._is_left_empty(partner):
            name = as_text(name_of(partner))
            what = f"{name} is empty; {as_text(name_of(path))} waits for its words."
            self._ask(partner, what, "Write them into it, or remove it.")

    def _is_left_empty(self, path: bytes) -> bool:
        """Whether a file has been empty for so long that nobody seems to be writing it."""
        tracked = self._state.tracked.get(path)
        if tracked is None:
            return False
        return tracked.verdict() is StillnessVerdict.EMPTY and tracked.still >= EMPTY_AFTER

    def _has_doubt(
        self, path: bytes, clip: bytes, found: list[Subtitles], names: SubtitleNames
    ) -> bool:
        """Whether it is not clear which subtitles to use; each that has to be changed is
        reported."""
        doubts = dict(self._doubts(clip, found, names))
        if not doubts:
            return False

        clip_name = as_text(name_of(clip))
        for subtitles, doubt in doubts.items():
            name = as_text(name_of(subtitles))
            what = (
                f"{name} is beside {clip_name}, but cannot be used: {doubt.why}. {clip_name} waits."
            )
            self._ask(subtitles, what, doubt.cure)

        first, doubt = next(iter(doubts.items()))
        self._state.block(path, f"{as_text(name_of(first))} cannot be used: {doubt.why}")
        return True

    def _doubts(
        self, clip: bytes, found: list[Subtitles], names: SubtitleNames
    ) -> Iterable[tuple[bytes, _Doubt]]:
        """The subtitles that cannot be used, each with the reason."""
        by_tag: dict[str, list[Subtitles]] = defaultdict(list)
        for one in found:
            by_tag[one.tag].append(one)
        for one in found:
            doubt = self._doubt(one, clip, names) or _among(by_tag[one.tag])
            if doubt is not None:
                yield one.path, doubt

    def _doubt(self, one: Subtitles, clip: bytes, names: SubtitleNames) -> _Doubt | None:
        """Why it is not clear what these subtitles belong to; None when it is."""
        clips = self._clips_of(one.path, names)
        if len(clips) > 1:
            several = enumerated_files([as_text(name_of(clip)) for clip in clips])
            cure = (
                f"Name it after the whole name of the one that it belongs to ({names.whole(clip)}),"
                f" {_ELSEWHERE}"
            )
            return _Doubt(f"it may belong to {several}", cure)
        if promised_kind(clip) is MediaKind.LINK:
            why = "words go with a clip that is a file, not with an address"
            return _Doubt(why, f"Download the video and put it in beside it, {_ELSEWHERE}")
        if not one.why:
            return None
        cure = (
            f"Call it {names.expected(clip)} to have its words spoken, {_ELSEWHERE} Without it"
            f" {as_text(name_of(clip))} is taken as it is."
        )
        return _Doubt(one.why, cure)

    def _alone(self, path: bytes) -> None:
        """Have subtitles without a clip wait: it may be about to come."""
        self._state.block(path, "waits for the clip that it belongs to")
        tracked = self._state.tracked.get(path)
        if tracked is None or tracked.still < ALONE_AFTER:
            return
        name = as_text(name_of(path))
        self._ask(
            path,
            f"There is no clip beside {name} that it belongs to.",
            "Subtitles are the words of a dub when they are named after a clip and a language"
            " (promo.mp4, promo.es.srt) and lie beside it. Put the clip here as well, or remove"
            " them.",
        )

    def _ask(self, path: bytes, what: str, cure: str) -> None:
        problem = FileProblem(path, parent(path), what, cure, code=_CODE)
        self._state.problems.ask(problem)

    def _is_late(self, path: bytes) -> bool:
        """Whether a file was found to have come too late, and has not changed since."""
        is_asked = self._state.problems.asks(path, LATE)
        return is_asked and self._state.tracked.why_blocked(path) != ""
