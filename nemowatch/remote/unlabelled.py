"""JSON in place of a chat turn's stream that is not labelled as JSON (docs/api.md section 6).

Bounded. Whatever the bytes, nothing is raised. It must not know what the document means.
"""

from __future__ import annotations

from typing import Any

from nemowatch.remote import values
from nemowatch.remote.http import MAX_BODY

#: What may stand before a document: a byte order mark, and blanks.
_BEFORE = b"\xef\xbb\xbf \t\r\n"
#: Bytes in which its begin is looked for.
_BEGIN = 1024


class Unlabelled:
    """Keeps what comes while it may be one object: no line of an event begins with a brace."""

    def __init__(self) -> None:
        self._kept = bytearray()
        self._may_be = True

    def take(self, chunk: bytes) -> None:
        """Keep the next bytes, unless they are events, or too many for an answer."""
        if not self._may_be:
            return
        self._kept += chunk
        begin = bytes(self._kept[:_BEGIN]).lstrip(_BEFORE)
        self._may_be = begin[:1] in (b"", b"{") and len(self._kept) <= MAX_BODY
        if not self._may_be:
            self._kept.clear()

    @property
    def body(self) -> bytes:
        """What was kept."""
        return bytes(self._kept)

    @property
    def document(self) -> dict[str, Any] | None:
        """The object that came, once everything has; None when something else did."""
        found = values.parse(self.body)
        if isinstance(found, dict):
            return found
        return None
