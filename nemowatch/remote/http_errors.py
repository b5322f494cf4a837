"""What a failure below HTTP means, in words: foreign exceptions turned into text.

Only the text of a failed connect is used: the others quote headers and addresses.
"""

from __future__ import annotations

import re

import httpx

#: What is said of each kind of exception, the special before the general.
_WORDS: tuple[tuple[type[Exception], str], ...] = (
    (httpx.ConnectTimeout, "The server cannot be reached: it does not answer."),
    (httpx.ReadTimeout, "The server stopped answering."),
    (httpx.WriteTimeout, "The server stopped taking data."),
    (httpx.ReadError, "The connection was cut."),
    (httpx.WriteError, "The connection was cut while sending."),
    (
        httpx.RemoteProtocolError,
        "The connection ended before the answer was complete, or what came was not HTTP.",
    ),
    (httpx.ProxyError, "The proxy refuses the connection."),
    (httpx.UnsupportedProtocol, "The address is neither http nor https."),
    (httpx.InvalidURL, "The address is not a valid one."),
    (
        ImportError,
        "The proxy that the environment names is of a kind that is not supported; use an http"
        " proxy.",
    ),
)
#: What is said of a certificate that is not trusted.
_NOT_TRUSTED = (
    "its certificate is not trusted here (is ca-certificates installed, or SSL_CERT_FILE set?)"
)
#: The number in front of a system error's text.
_ERRNO = re.compile(r"^\[Errno -?\d+\] ")


def failure_words(exc: Exception) -> str:
    """What has gone wrong, for people."""
    for kind, words in _WORDS:
        if isinstance(exc, kind):
            return words
    if isinstance(exc, httpx.ConnectError):
        return f"The server cannot be reached: {_connect_words(exc)}."
    return f"The connection failed ({type(exc).__name__})."


def _connect_words(exc: httpx.ConnectError) -> str:
    """Why connecting failed, in helpful words for name resolution and certificates."""
    text = str(exc)
    if "CERTIFICATE_VERIFY_FAILED" in text:
        return _NOT_TRUSTED
    return _ERRNO.sub("", text).rstrip(".") or "the connection was refused"
