"""Says what a turn made and changed in the language of the reader. The journal has it in English,
as `edits.draft` and `edits.draft_changes` write it; names in it are not translated. Pure."""

from __future__ import annotations

import re

from nemowatch.i18n.language import ENGLISH, chosen, filled, message, said
from nemowatch.reporting.phrases import and_more, counted

#: The names of tracks (`edits.draft`).
_KINDS = {
    "Video": message("Video"),
    "Audio": message("Audio"),
    "BGM": message("BGM"),
    "Title": message("Title"),
    "Track": message("Track"),
}
_KIND = f"(?:{'|'.join(_KINDS)})"
_HEAD = re.compile(r"Timeline \(([0-9]+) tracks?\)(?:: |$)")
_NUMBERED = re.compile(rf"(?:^| )([0-9]+)\. (?={_KIND}\b)")
_TRACK = re.compile(rf"({_KIND})\b(.*)", re.DOTALL)
#: The count at the end of names, before the times in brackets.
_AND_MORE = re.compile(r" and ([0-9]+) more(?= \([^()]*\)$|$)")
_CHANGED = re.compile(rf"changed: ({_KIND}\b.*) -> ({_KIND}\b.*)", re.DOTALL)
#: The changes of one track, by how their lines begin.
_CHANGES = {
    "added": message("added: {track}"),
    "removed": message("removed: {track}"),
    "edited": message("edited: {track}"),
}
#: What people read about a turn that changed nothing (`edits.turn_summary`).
_NOTHING = message("nothing that the timeline shows")


def said_timeline(text: str) -> str:
    """A timeline: `Timeline (3 tracks): 1. Video: city timelapse (0-10s) …`."""
    head = _HEAD.match(text)
    if chosen() == ENGLISH or head is None:
        return text
    count = said(counted(int(head[1]), "track", "tracks"))
    title = filled("Timeline ({tracks})", tracks=count)
    tracks = text[head.end() :]
    if not tracks:
        return title
    pieces = [f"{number}. {_track(track)}" for number, track in enumerate(_tracks(tracks), 1)]
    return f"{title}: {' '.join(pieces)}"


def said_changes(lines: tuple[str, ...]) -> tuple[str, ...]:
    """What a turn changed: `added: BGM: Lo-fi (0-10s, 35%)`, a line each."""
    if chosen() == ENGLISH:
        return lines
    return tuple(map(_change, lines))


def _tracks(text: str) -> list[str]:
    """The tracks without their numbers. A number that is not the next one is in a name."""
    begins: list[re.Match[str]] = []
    for found in _NUMBERED.finditer(text):
        if int(found[1]) == len(begins) + 1:
            begins.append(found)
    ends = [found.start() for found in begins[1:]]
    return [text[found.end() : end] for found, end in zip(begins, [*ends, len(text)], strict=True)]


def _track(text: str) -> str:
    """One track, like `Video: clip.mp4 and 2 more (0-10s)`."""
    found = _TRACK.fullmatch(text)
    if found is None:
        return text
    return filled(_KINDS[found[1]]) + _AND_MORE.sub(_and_more, found[2])


def _and_more(found: re.Match[str]) -> str:
    return f" {and_more(int(found[1]))}"


def _change(line: str) -> str:
    both = _CHANGED.fullmatch(line)
    if both is not None:
        before, after = map(_track, both.groups())
        return filled("changed: {before} -> {after}", before=before, after=after)
    how, _, track = line.partition(": ")
    if how in _CHANGES:
        return filled(_CHANGES[how], track=_track(track))
    if line == _NOTHING:
        return filled(_NOTHING)
    return _AND_MORE.sub(_and_more, f" {line}").strip()
