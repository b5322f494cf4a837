"""Subtitles beside clips, by their names: `promo.es.srt` is the text of `promo.mp4` in Spanish.

Owns which clip such a name belongs to, which language it names, and why it cannot be used. It is
pure; other modules read the files.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from nemowatch.intake.scan.name_order_and_stems import is_subtitles, stem_of, subtitle_stem
from nemowatch.intake.scan.paths import as_text, name_of, parent, promised_kind, same_name
from nemowatch.tasks.arguments import tag_of
from nemowatch.tasks.words import OR, enumerated

#: What may separate a clip's name from a language; only the first is understood.
_DOT = "."
_SEPARATORS = "._- "


@dataclass(frozen=True, slots=True)
class Subtitles:
    """A subtitle file that belongs to a clip."""

    path: bytes
    tag: str  #: the folder's language that it is in; "" when it cannot be used
    why: str = ""  #: why it cannot be used, a clause


class SubtitleNames:
    """The clips and subtitles of one folder."""

    def __init__(self, languages: Mapping[str, str], folder: bytes, names: Iterable[bytes]) -> None:
        """`languages`: those that the folder orders, tag -> name."""
        self._languages = dict(languages)
        self._clips: dict[str, list[bytes]] = defaultdict(list)
        self._of_clip: dict[bytes, list[Subtitles]] = defaultdict(list)
        self._clips_of: dict[bytes, list[bytes]] = defaultdict(list)

        found = list(names)
        subtitles = sorted(filter(is_subtitles, found))
        if not subtitles:  # as in most folders: thousands of clips need not be looked at
            return
        for name in found:
            if promised_kind(name) is not None and not is_subtitles(name):
                self._note_clip(folder + b"/" + name)
        for name in subtitles:
            self._sort_in(folder + b"/" + name)

    def _note_clip(self, path: bytes) -> None:
        """Note a clip by its name with and without its ending: subtitles may begin with either."""
        name = name_of(path)
        for key in {same_name(name), same_name(stem_of(name))}:
            self._clips[key].append(path)

    def of_clip(self, clip: bytes) -> list[Subtitles]:
        """The subtitles that belong to a clip, including those that cannot be used."""
        return self._of_clip.get(clip, [])

    def clips_of(self, subtitles: bytes) -> list[bytes]:
        """The clips that subtitles may belong to."""
        return self._clips_of.get(subtitles, [])

    def expected(self, clip: bytes) -> str:
        """What the subtitles of a clip may be called, in words."""
        stem = as_text(stem_of(name_of(clip)))
        return f" {OR} ".join(f"{stem}.{tag}.srt" for tag in self._languages)

    def whole(self, clip: bytes) -> str:
        """What the subtitles of a clip may be called if another clip has the same stem."""
        name = as_text(name_of(clip))
        return f" {OR} ".join(f"{name}.{tag}.srt" for tag in self._languages)

    def _sort_in(self, path: bytes) -> None:
        stem = unicodedata.normalize("NFC", as_text(subtitle_stem(name_of(path))))
        for begin, separator, rest in _divided(stem):
            clips = self._clips.get(same_name(begin.encode()), [])
            if not clips or self._is_other_name(separator, rest):
                continue
            self._belongs(path, clips, self._judged(path, separator, rest))
            # promo.es.srt is named after promo.es.mp4, and after promo.mp4 as well
            if rest:
                return

    def _is_other_name(self, separator: str, rest: str) -> bool:
        """Whether what follows a clip's name belongs to another name: "promo two.srt"."""
        if separator in (_DOT, ""):
            return False
        return not self._tag(rest)

    def _belongs(self, path: bytes, clips: list[bytes], found: Subtitles) -> None:
        self._clips_of[path] += clips
        for clip in clips:
            self._of_clip[clip].append(found)

    def _judged(self, path: bytes, separator: str, rest: str) -> Subtitles:
        if not rest:
            return Subtitles(path, "", "its name says no language")
        tag = self._tag(rest)
        if not tag:
            return Subtitles(path, "", f'"{rest}" in its name is not read as one language')
        if separator != _DOT:
            return Subtitles(path, "", "the language in its name does not follow a dot")
        if tag not in self._languages:
            wanted = enumerated(list(self._languages.values()))
            return Subtitles(path, "", f'this folder orders {wanted}, and not "{rest}"')
        return Subtitles(path, tag)

    def _tag(self, text: str) -> str:
        """The tag of the language that a text names: one of the folder's tags, in any case, or the
        language written as in a folder's name."""
        said = text.casefold().replace("_", "-")
        for tag in self._languages:
            if tag.casefold() == said:
                return tag
        return tag_of(text)


def tags_of(tags: Iterable[str], clip: bytes, subtitles: Iterable[bytes]) -> dict[bytes, str]:
    """Which of these languages a clip's own subtitles are in, by their paths."""
    names = [name_of(clip), *map(name_of, filter(is_subtitles, subtitles))]
    languages = {tag: tag for tag in tags}
    found = SubtitleNames(languages, parent(clip), names).of_clip(clip)
    return {one.path: one.tag for one in found if one.tag}


def _divided(stem: str) -> Iterator[tuple[str, str, str]]:
    """(beginning, separator, rest) of a name, the longest beginning first."""
    yield stem, "", ""
    for at in range(len(stem) - 1, 0, -1):
        if stem[at] in _SEPARATORS:
            yield stem[:at], stem[at], stem[at + 1 :]
