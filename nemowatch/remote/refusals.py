"""What a refusal means for the one call that it answers, where `envelope` cannot know it.

Pure. It must not know what is done about it.
"""

from __future__ import annotations

import re

from nemowatch.errors import FileRefused, FileTooLarge, RemoteError, RequestRefused

#: What refusals say of a render that the cloud has, and of one that it does not have.
_KNOWN = re.compile("duplicate|exists|already", re.IGNORECASE)
_NOT_KNOWN = re.compile("not found|unknown|does not exist|no such", re.IGNORECASE)


def file_refusal(exc: RequestRefused) -> RemoteError:
    """A server in front of the API may refuse a file by an HTTP status."""
    kinds: dict[int, type[RemoteError]] = {413: FileTooLarge, 415: FileRefused}
    kind = kinds.get(exc.status)
    if kind is None:
        return exc
    return kind(f"{kind().text} {exc.text}", status=exc.status)


def says_known(exc: RequestRefused) -> bool:
    """Section 9: a duplicate id may be an error, and is polled all the same, even if the poll does
    not know it yet."""
    return exc.status == 409 or _KNOWN.search(exc.text) is not None


def says_unknown(exc: RequestRefused) -> bool:
    """Render envelopes refuse with a 200 and a text."""
    return _NOT_KNOWN.search(exc.text) is not None
