"""What a failure below HTTP means, in words: foreign exceptions turned into text.

Only the text of a failed connect is used: the others quote headers and addresses.
"""

from __future__ import annotations

import re

import httpcore
import httpx

from nemowatch.i18n.language import message

#: What is said of each kind of exception, the special before the general.
_WORDS: tuple[tuple[type[Exception], str], ...] = (
    (httpcore.ConnectTimeout, "The server cannot be reached: it does not answer."),
    (httpcore.ReadTimeout, "The server stopped answering."),
    (httpcore.WriteTimeout, "The server stopped taking data."),
    (httpcore.ReadError, "The connection was cut."),
    (httpcore.WriteError, "The connection was cut while sending."),
    (
        httpcore.RemoteProtocolError,
        "The connection ended before the answer was complete, or what came was not HTTP.",
    ),
    (httpcore.ProxyError, "The proxy refuses the connection."),
    (httpcore.UnsupportedProtocol, "The address is neither http nor https."),
    (httpx.InvalidURL, "The address is not a valid one."),
)
#: What is said of a certificate that is not trusted.
_NOT_TRUSTED = message(
    "its certificate is not trusted here (is ca-certificates installed, or SSL_CERT_FILE set?)"
)
#: The number in front of a system error's text.
_ERRNO = re.compile(r"^\[Errno -?\d+\] ")


def failure_words(exc: Exception) -> str:
    """What has gone wrong, for people."""
    for kind, words in _WORDS:
        if isinstance(exc, kind):
            return words
    if isinstance(exc, httpcore.ConnectError):
        return f"The server cannot be reached: {_connect_words(exc)}."
    return f"The connection failed ({type(exc).__name__})."


def _connect_words(exc: httpcore.ConnectError) -> str:
    """Why connecting failed, in helpful words for name resolution and certificates."""
    text = str(exc)
    if "CERTIFICATE_VERIFY_FAILED" in text:
        return _NOT_TRUSTED
    return _ERRNO.sub("", text).rstrip(".") or "the connection was refused"
