"""The ZIP archive that an Office document is: which of its parts is the text, and their bytes.

Owns finding parts, and the limits of what is read and unpacked. A document of hundreds of megabytes
is mostly pictures: only the parts with words are read. Everything that is needed from the file is
read before anything is unpacked: only then can slowness be blamed on the content. It must not know
what the parts say.
"""

from __future__ import annotations

import io
import os
import posixpath
import zipfile
from collections.abc import Iterator
from urllib.parse import unquote
from zipfile import ZIP_DEFLATED, ZIP_STORED

from nemowatch.content.word.xml import Attributes, Walk, check_bound, value
from nemowatch.errors import OrderError
from nemowatch.model import MB

SAVE_AGAIN = "Open it in Word, save it as a new .docx file, and drop that."
#: The most bytes of the archive's directory: one with 40,000 pictures has these.
MAX_DIRECTORY = 4 * MB
#: The most bytes of all parts with words, in the archive and unpacked: a book has ten.
MAX_PACKED = 32 * MB
MAX_UNPACKED = 100 * MB
#: Bytes that may be between the beginning of an entry and its content: two fields of 64 KB each.
_HEADER = 128 * 1024 + 30
#: Bytes unpacked at once: the parser starts a tag over with each piece that it goes on in.
_PIECE = MB
#: The bit of an entry that is encrypted.
_ENCRYPTED = 1
_MANY = "it unpacks to too much"
#: The ways in which Word packs parts.
_PACKED = (ZIP_STORED, ZIP_DEFLATED)

#: The kinds of relations that lead to words.
_RELATIONS = ("officeDocument", "styles", "numbering")
#: What the archive is instead, by a part that only such a file has.
_OTHERS = {
    "xl/workbook.xml": "an Excel workbook",
    "ppt/presentation.xml": "a PowerPoint presentation",
    "index/document.iwa": "a Pages document",
    "index.xml": "a Pages document",
    "content.xml": "an OpenDocument file (LibreOffice, OpenOffice)",
}


class Package:
    """The parts of a document by their names. Raises OrderError if they are not a document's."""

    def __init__(self, fd: int) -> None:
        """Read the directory of an open file. Raises BadZipFile for what is not an archive."""
        self._file = _Window(fd)
        self._archive = zipfile.ZipFile(self._file)
        self._parts = {_plain(part.filename): part for part in self._archive.infolist()}
        self._packed = 0
        self._unpacked = 0

    def __repr__(self) -> str:
        return f"Package({len(self._parts)} parts)"

    def other_kind(self) -> str:
        """What the archive is, if it is known and not a Word document; else ""."""
        for name, what in _OTHERS.items():
            if name in self._parts:
                return what
        return ""

    def fetch(self, name: str) -> bool:
        """Read the packed bytes of a part into memory; False when there is no such part."""
        part = self._parts.get(name)
        if part is None:
            return False
        is_encrypted = part.flag_bits & _ENCRYPTED
        if is_encrypted or part.compress_type not in _PACKED:
            raise OrderError("The document is not packed the way Word packs one.", cure=SAVE_AGAIN)

        self._packed += part.compress_size
        check_bound(self._packed, MAX_PACKED, _MANY)
        self._file.hold(part.header_offset, part.compress_size + _HEADER)
        return True

    def all_is_fetched(self) -> None:
        """Note that the file itself is not read from now on."""
        self._file.close_source()

    def pieces(self, name: str) -> Iterator[bytes]:
        """The content of a part that was fetched, unpacked piece by piece."""
        with self._archive.open(self._parts[name]) as stream:
            while piece := stream.read(_PIECE):
                self._unpacked += len(piece)
                check_bound(self._unpacked, MAX_UNPACKED, _MANY)
                yield piece

    def related(self, name: str) -> dict[str, str]:
        """The parts that a part ("" for the whole) refers to: their names by the last word of the
        relation's type."""
        folder, _, file = name.rpartition("/")
        found: dict[str, str] = {}

        def note(attributes: Attributes) -> None:
            kind = value(attributes, "Type").rpartition("/")[2]
            if kind in _RELATIONS and value(attributes, "TargetMode") != "External":
                target = _plain(posixpath.join("/", folder, _target(attributes)))
                found.setdefault(kind, target)

        relations = posixpath.join(folder, "_rels", f"{file}.rels")
        if self.fetch(relations):
            Walk({"rel:Relationship": note}).read(self.pieces(relations))
        return found


def _target(attributes: Attributes) -> str:
    return unquote(value(attributes, "Target")).replace("\\", "/")


def _plain(name: str) -> str:
    """A part's name as names are compared: in small letters, with / between folders."""
    return posixpath.normpath("/" + name.replace("\\", "/").lower()).lstrip("/")


class _Window(io.RawIOBase):
    """An open file as zipfile reads it: by position, a limited number of bytes at once. Parts that
    are held are read from memory."""

    def __init__(self, fd: int) -> None:
        super().__init__()
        self._fd: int | None = fd
        self._size = os.fstat(fd).st_size
        self._at = 0
        self._held: list[tuple[int, bytes]] = []

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        if start + offset < 0:
            raise ValueError("before the beginning")
        self._at = start + offset
        return self._at

    def read(self, size: int = -1) -> bytes:
        count = max(self._size - self._at, 0)
        if size >= 0:
            count = min(size, count)
        found = self._from_memory(count)
        if found is None:
            found = self._from_file(self._at, count, MAX_DIRECTORY)
        self._at += len(found)
        return found

    def hold(self, start: int, count: int) -> None:
        """Keep a stretch of the file in memory."""
        self._held.append((start, self._from_file(start, count, MAX_PACKED + _HEADER)))

    def close_source(self) -> None:
        """Read only from memory from now on."""
        self._fd = None

    def _from_memory(self, count: int) -> bytes | None:
        for start, data in self._held:
            offset = self._at - start
            if offset >= 0 and offset + count <= len(data):
                return data[offset : offset + count]
        return None

    def _from_file(self, start: int, count: int, most: int) -> bytes:
        check_bound(count, most, "its directory is too large")
        if self._fd is None:
            raise zipfile.BadZipFile("an entry that is not where the directory says")

        found = bytearray()
        while len(found) < count:
            piece = os.pread(self._fd, count - len(found), start + len(found))
            if not piece:
                break
            found += piece
        return bytes(found)
