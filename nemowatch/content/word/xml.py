"""One pass over an XML part of an Office document, within limits of depth and number.

Owns the parser (expat, of the standard library), the short names of elements, and leaving parts
out. It must not build a tree, load anything from elsewhere, or accept a document type, which would
bring entities, and attacks with them. Office documents have none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any
from xml.parsers import expat

from nemowatch.errors import UnsafeContent

#: How deep elements may be nested: an ordinary document has a hundred levels.
MAX_DEPTH = 2000
#: The most elements of one part: a script of 100,000 characters has at most a tenth of these.
MAX_ELEMENTS = 1_000_000
#: The most elements of a part that is kept in memory: the styles or the lists.
MAX_KEPT = 400_000
#: The most bytes of one tag, which the parser has to keep: Word writes whole drawings into an
#: attribute.
MAX_TAG = 16 * 1024 * 1024
#: The most names of elements, which the parser keeps in memory; a document has some hundreds.
_MOST_NAMES = 5000

#: The short forms of the namespaces that matter, both Office's usual ones and the strict ones.
_PREFIXES = {
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main": "w",
    "http://purl.oclc.org/ooxml/wordprocessingml/main": "w",
    "http://schemas.openxmlformats.org/officeDocument/2006/math": "m",
    "http://purl.oclc.org/ooxml/officeDocument/math": "m",
    "http://schemas.openxmlformats.org/markup-compatibility/2006": "mc",
    "http://schemas.openxmlformats.org/package/2006/relationships": "rel",
    "http://schemas.microsoft.com/office/word/2010/wordml": "w14",
}

Attributes = dict[str, str]
Start = Callable[[Attributes], None]
End = Callable[[], None]


class Walk:
    """Goes over one part, and calls the function for each element, by its short name ("w:p")."""

    def __init__(
        self,
        starts: Mapping[str, Start],
        ends: Mapping[str, End] = MappingProxyType({}),
        text: Callable[[str], None] | None = None,
        most: int = MAX_ELEMENTS,
    ) -> None:
        self._starts = starts
        self._ends = ends
        self._text = text
        self._most = most
        self._short: dict[str, str] = {}
        self._left_out = 0  # the depth of the element that is being left out; 0: none
        self._elements = 0
        self._unseen = 0  # bytes since the parser last reported something
        self.path: list[str] = []  #: the short names of the open elements
        self.namespaces: dict[str, str] = {}  #: by their prefixes, as last declared

    def __repr__(self) -> str:
        return f"Walk({'/'.join(self.path[-5:])}, {self._elements} elements)"

    @property
    def parent(self) -> str:
        """The element around the one that begins now; "" for the root."""
        if len(self.path) < 2:
            return ""
        return self.path[-2]

    def leave_out(self) -> None:
        """Leave out the element that begins now, with all that is in it."""
        self._left_out = len(self.path)

    def leave_out_rest(self, name: str) -> None:
        """Leave out what else is in the innermost open element of this name."""
        for depth in range(len(self.path), 0, -1):
            if self.path[depth - 1] == name:
                self._left_out = depth
                return

    def read(self, pieces: Iterable[bytes]) -> None:
        """Read the part. Raises UnsafeContent for one beyond the limits, and ExpatError for one
        that is not XML."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse_type
        parser.StartNamespaceDeclHandler = self._declare
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        if self._text is not None:
            parser.CharacterDataHandler = partial(self._characters, self._text)

        for piece in pieces:
            self._unseen += len(piece)
            parser.Parse(piece, False)
            check_bound(self._unseen, MAX_TAG, "a tag in it has no end")
        parser.Parse(b"", True)

    def _declare(self, prefix: str | None, uri: str | None) -> None:
        if len(self.namespaces) < _MOST_NAMES:
            self.namespaces[prefix or ""] = uri or ""

    def _start(self, name: str, attributes: Attributes) -> None:
        self._unseen = 0
        self._elements += 1
        short = self._short.get(name)
        if short is None:
            short = self._shortened(name)
        self.path.append(short)
        # compared here: a call for each of a million elements takes a third more time
        if len(self.path) > MAX_DEPTH or self._elements > self._most:
            self._refuse()

        act = self._starts.get(short)
        if act is not None and not self._left_out:
            act(attributes)

    def _refuse(self) -> None:
        check_bound(len(self.path), MAX_DEPTH, "it is nested too deeply")
        check_bound(self._elements, self._most, "it has too many elements")

    def _end(self, name: str) -> None:
        self._unseen = 0
        depth = len(self.path)
        short = self.path.pop()
        if 0 < self._left_out < depth:
            return
        self._left_out = 0
        act = self._ends.get(short)
        if act is not None:
            act()

    def _characters(self, say: Callable[[str], None], said: str) -> None:
        self._unseen = 0
        if not self._left_out:
            say(said)

    def _shortened(self, name: str) -> str:
        """The short name, "" in a namespace that does not matter."""
        uri, _, local = name.rpartition(" ")
        short = ""
        if uri in _PREFIXES:
            short = f"{_PREFIXES[uri]}:{local}"
        check_bound(len(self._short) + 1, _MOST_NAMES, "it has too many kinds of elements")
        self._short[name] = short
        return short


def check_bound(count: int, most: int, why: str) -> None:
    """Raise UnsafeContent, saying why, when there is more of something than is read."""
    if count > most:
        raise UnsafeContent(f"The file cannot be read safely: {why}.")


def value(attributes: Attributes, name: str) -> str:
    """The attribute of this name in whatever namespace; "" when there is none."""
    for full, said in attributes.items():
        if full.rpartition(" ")[2] == name:
            return said
    return ""


def is_on(attributes: Attributes) -> bool:
    """Whether a property that can be on or off is on, which it is unless it says otherwise."""
    return value(attributes, "val").strip().lower() not in ("0", "false", "off")


def _refuse_type(*_: Any) -> None:
    raise UnsafeContent("The file cannot be read safely: it defines entities of its own.")
