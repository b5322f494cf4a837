"""Messages between a process and the child that reads for it, over one socket.

Owns their format, and which objects may be unpacked: records and enums of this program, and paths.
A child has read untrusted bytes, so nothing else that it sends may be unpacked.
"""

from __future__ import annotations

import io
import pickle
import struct
import sys
from collections.abc import Callable
from dataclasses import dataclass, is_dataclass
from enum import Enum, StrEnum
from pathlib import PosixPath
from typing import Any

#: The most bytes of one message: the longest accepted text fits, in any script.
LONGEST = 32 * 1024 * 1024
#: The tag of a message, and how many bytes follow.
_HEADER = struct.Struct("!cI")
HEADER_SIZE = _HEADER.size


class Tag(StrEnum):
    """The meaning of a child's message."""

    READY = "R"  #: it is ready; the message has the program's version
    PARSING = "P"  #: everything that it needs from the file has been read
    ANSWER = "A"  #: the record
    LAST = "L"  #: the record, and the child ends: it has grown
    REFUSED = "O"  #: the content cannot be used: (text, cure)
    UNSAFE = "Y"  #: the content is beyond the limits of what is read: the reason
    OS_ERROR = "E"  #: the file could not be read: (errno, message)
    NO_MEMORY = "M"
    RAISED = "X"  #: any other exception: its name and text
    BROKEN = "B"  #: a module is missing: the installation is not whole
    UNLIMITED = "U"  #: limits were asked for, and this process may not set them


class Garbage(Exception):
    """A message such as this program does not send."""


@dataclass(frozen=True, slots=True)
class ChildRequest:
    """What a child is to do: call `module:function` with (arguments, descriptor, parsing)."""

    task: str
    arguments: tuple[Any, ...]
    cpu: int  #: seconds of computing
    wall: float  #: seconds; a child for which nobody waits ends by itself some time later
    limited: bool  #: only within limits of memory


class _Pickler(pickle.Pickler):
    def reducer_override(self, value: object) -> Any:
        """Pickle an enum by its class. Python 3.11.2, as in Debian 12, would use `getattr`, which
        no answer may name."""
        if isinstance(value, Enum):
            return type(value), (value.value,)
        return NotImplemented


def packed(value: object) -> bytes:
    """The bytes from which `unpacked` makes the value again."""
    body = io.BytesIO()
    _Pickler(body).dump(value)
    return body.getvalue()


def frame(tag: str, value: object) -> bytes:
    """One message, ready to be sent."""
    body = packed(value)
    return _HEADER.pack(tag.encode("ascii"), len(body)) + body


def opened(header: bytes) -> tuple[Tag, int]:
    """The tag of a message, and how many bytes follow. Raises Garbage."""
    tag, length = _HEADER.unpack(header)
    if length > LONGEST:
        raise Garbage(f"a message of {length:,} bytes")
    try:
        return Tag(tag.decode("ascii")), length
    except ValueError as exc:
        raise Garbage(f"a message of the kind {tag!r}") from exc


def request_frame(request: ChildRequest) -> bytes:
    """A request, ready to be sent."""
    return frame("?", request)


def read_request(receive: Callable[[int], bytes]) -> ChildRequest:
    """The next request; `receive` returns exactly that many bytes. For the child, which believes
    the process that started it."""
    _, length = _HEADER.unpack(receive(HEADER_SIZE))
    request: ChildRequest = pickle.loads(receive(length))
    return request


#: Our records that were already looked up, since each answer has some.
_FOUND: dict[tuple[str, str], Any] = {}


class _Records(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        known = _FOUND.get((module, name))
        if known is not None:
            return known
        refusal = Garbage(f"{module}.{name} in an answer")
        if not _is_ours(module):
            raise refusal
        found = super().find_class(module, name)
        if not _is_record(found):
            raise refusal
        _FOUND[module, name] = found
        return found


def _is_ours(module: str) -> bool:
    if module == PosixPath.__module__:
        return True
    return module.startswith("nemowatch.") and module in sys.modules


def _is_record(found: object) -> bool:
    if not isinstance(found, type):
        return False
    return is_dataclass(found) or issubclass(found, Enum | PosixPath)


def unpacked(body: bytes) -> Any:
    """The value of a message. Raises Garbage for anything but plain values and our records."""
    try:
        return _Records(io.BytesIO(body)).load()
    except Garbage:
        raise
    except Exception as exc:  # pickle may raise anything on damaged bytes
        raise Garbage(f"{type(exc).__name__}: {exc}") from exc
