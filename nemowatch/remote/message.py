"""One request and its answer, as values. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request. `body` is bytes, or blocks of a large one together with its exact `length` in
    bytes: they are read in a thread, and the answer to it must be small."""

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | Iterator[bytes] = b""
    length: int = 0
    repeatable: bool = False  #: to send it twice does no harm


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long an exchange may take, in seconds."""

    total: float  #: from the first step to the last byte
    silence: float | None  #: between two signs of life from the peer; None: only `total` counts
    connect: float  #: for each of TCP and TLS


@dataclass(frozen=True, slots=True)
class Reply:
    """A complete, small answer. Header names are in lower case."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
