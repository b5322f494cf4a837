"""Answers, and how they are sent: whole, or broken as a fault says. This module must not know what
an answer means."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from aiohttp import web

from nemowatch.sandbox.faults import Rule

PIECE = 256 * 1024  #: bytes written at once: small enough to cut exactly and keep memory flat
HUGE = 10 * 1024 * 1024  #: bytes of padding of huge_json
DRIPS = 20  #: pieces of a slow answer
#: Business codes with an HTTP status of their own; the others take the setting `code_status`.
CODE_STATUS = {1001: 401, 1002: 404}
CODE_TEXT = {
    1001: "invalid or expired token",
    1002: "session not found",
    2001: "insufficient credits",
    4001: "unsupported file type",
    4002: "file too large",
}


class Body(Protocol):
    """Bytes that can be read from anywhere."""

    @property
    def size(self) -> int:
        """Bytes in all."""

    def read(self, offset: int, length: int) -> bytes:
        """Up to `length` bytes from `offset`."""


@dataclass(frozen=True, slots=True)
class BytesBody:
    """A body in memory."""

    data: bytes

    @property
    def size(self) -> int:
        """Bytes in all."""
        return len(self.data)

    def read(self, offset: int, length: int) -> bytes:
        """Up to `length` bytes from `offset`."""
        return self.data[offset : offset + length]


@dataclass(frozen=True, slots=True)
class BodyRange:
    """A range of another body."""

    body: Body
    start: int
    size: int

    def read(self, offset: int, length: int) -> bytes:
        """Up to `length` bytes from `offset`, never past the range."""
        return self.body.read(self.start + offset, min(length, self.size - offset))


@dataclass(frozen=True, slots=True)
class Response:
    """An answer that will be sent."""

    body: Body
    status: int = 200
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


class Refusal(Exception):
    """A refusal, raised with the answer to give in place of what was asked for."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


def as_json(value: Any, status: int = 200, **headers: str) -> Response:
    """A JSON answer without an envelope."""
    return Response(
        BytesBody(json.dumps(value, ensure_ascii=False).encode()), status, headers=headers
    )


def business(data: Any) -> Response:
    """A business envelope that says success (docs/api.md section 1)."""
    return as_json({"code": 0, "message": "success", "data": data})


def code(number: int, status: int, under: str = "") -> Response:
    """A business envelope that says failure; `status` 200 is as good as any other (docs/api.md
    section 1). `under`: the key of the framework's error that it is within."""
    refused = {"code": number, "message": CODE_TEXT.get(number, "error")}
    if under:
        return as_json({under: refused}, status)
    return as_json({**refused, "data": None}, status)


def invalid(where: str, what: str) -> Response:
    """A framework's 422 (docs/api.md section 1)."""
    return as_json({"detail": [{"type": "missing", "loc": ["body", where], "msg": what}]}, 422)


def refusal(rule: Rule) -> Response:
    """The answer of a fault whose kind is a status."""
    if rule.kind in _REFUSALS:
        return _REFUSALS[rule.kind]
    answer = as_json({"detail": f"fault {rule.kind}"}, int(rule.kind))
    if rule.kind == "429" and rule.arg:
        answer.headers["Retry-After"] = rule.arg
    return answer


#: Statuses with a body of their own.
_REFUSALS = {
    "502": Response(
        BytesBody(b"<html><body><h1>502 Bad Gateway</h1></body></html>"), 502, "text/html"
    ),
    "402": as_json({"success": False, "error": "Export requires a registered account"}, 402),
}


def mangled(answer: Response, rule: Rule) -> Response:
    """The answer with what a fault does to its content."""
    mangle = _MANGLES.get(rule.kind, _whole)
    return replace(
        answer,
        content_type=rule.content_type(answer.content_type),
        body=mangle(answer.body),
    )


def _whole(body: Body) -> Body:
    return body


def _broken(_: Body) -> Body:
    return BytesBody(b'{"code": 0, "data": {"broken": ')


def _empty(_: Body) -> Body:
    return BytesBody(b"")


def _half(body: Body) -> Body:
    return BodyRange(body, 0, body.size // 2)


def _padded(body: Body) -> Body:
    data = body.read(0, body.size)
    try:
        value = json.loads(data)
    except ValueError:
        value = {}
    if not isinstance(value, dict):
        return BytesBody(data)
    return BytesBody(json.dumps({**value, "padding": "x" * HUGE}).encode())


#: What a fault does to a body.
_MANGLES: dict[str, Callable[[Body], Body]] = {
    "broken_json": _broken,
    "empty": _empty,
    "truncated": _half,
    "huge_json": _padded,
}


async def send(request: web.Request, answer: Response, rule: Rule) -> web.StreamResponse:
    """Write the answer; a fault may cut it, stall it or let it drip."""
    answer = mangled(answer, rule)
    size = answer.body.size
    response = web.StreamResponse(status=answer.status, headers=answer.headers)
    response.content_type = answer.content_type
    response.content_length = size
    await response.prepare(request)

    stop = size
    if rule.kind == "cut_response":
        stop = min(size, int(rule.number(size // 2)))
    piece = _piece(rule, size)
    try:
        for offset in range(0, stop, piece):
            await response.write(answer.body.read(offset, min(piece, stop - offset)))
            await _pause(rule, first=offset == 0)
    except ConnectionError:
        return response  # the client may leave at any time
    if rule.kind == "cut_response":
        hang_up(request)
    return response


#: How many pieces a fault divides a body into.
_PIECES = {"slow": DRIPS, "stall_body": 2}


def _piece(rule: Rule, size: int) -> int:
    """Bytes that are written at once."""
    if rule.kind in _PIECES:
        return max(1, size // _PIECES[rule.kind])
    return PIECE


async def _pause(rule: Rule, *, first: bool) -> None:
    if rule.kind == "slow":
        await asyncio.sleep(rule.number(5) / DRIPS)
    if rule.kind == "stall_body" and first:
        await asyncio.sleep(rule.number(30))


def hang_up(request: web.Request) -> None:
    """Close the connection after what was written, like a server that dies in the middle."""
    if request.transport is not None:
        request.transport.close()


def reset(transport: asyncio.BaseTransport | None) -> None:
    """Reset a connection: the peer gets ECONNRESET, and nothing that is still queued."""
    if transport is None:
        return
    sock = transport.get_extra_info("socket")
    if sock is not None:
        # lingering for zero seconds makes the socket send RST instead of FIN
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    if isinstance(transport, asyncio.WriteTransport):
        transport.abort()


def gone(request: web.Request) -> bool:
    """True when the client has hung up."""
    return request.transport is None or request.transport.is_closing()
