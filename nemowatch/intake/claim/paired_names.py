"""The files of one folder by their names: which texts may belong to which clips.

Owns what "of the same name" means: `tour.txt` and `tour.mp4.txt` both belong to `tour.mp4`, in any
case, composed or decomposed, whatever white space is in it. It is pure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from nemowatch.intake.scan.name_order_and_stems import stem_of
from nemowatch.intake.scan.paths import name_of, promised_kind, same_name
from nemowatch.model import MediaKind


class Neighbours:
    """The clips and texts of one folder."""

    def __init__(self, folder: bytes, names: Iterable[bytes]) -> None:
        self._texts: dict[str, list[bytes]] = defaultdict(list)
        self._clips: dict[str, list[bytes]] = defaultdict(list)
        for name in names:
            self._add(name, folder + b"/" + name)

    def _add(self, name: bytes, path: bytes) -> None:
        if is_text(path):
            self._texts[_stem(name)].append(path)
            return
        for key in _keys(name):
            self._clips[key].append(path)

    def texts_of(self, clip: bytes) -> list[bytes]:
        """The texts named after this clip."""
        found: list[bytes] = []
        for key in _keys(name_of(clip)):
            found += self._texts.get(key, ())
        return found

    def clips_of(self, text: bytes) -> list[bytes]:
        """The clips after which this text is named."""
        return self._clips.get(_stem(name_of(text)), [])


def is_text(path: bytes) -> bool:
    """Whether a name promises a text."""
    return promised_kind(path) is MediaKind.SCRIPT


def _stem(name: bytes) -> str:
    return _key(stem_of(name))


def _keys(name: bytes) -> set[str]:
    """What a text of this clip may be called, without the text's own ending."""
    return {_stem(name), _key(name)}


def _key(name: bytes) -> str:
    return " ".join(same_name(name).split())
