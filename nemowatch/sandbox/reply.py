"""Answers, and how they leave: whole, or broken as a fault says. It must not know what an answer
means."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from aiohttp import web

from nemowatch.sandbox.faults import Rule

PIECE = 256 * 1024  #: bytes written at once: small enough for a cut to be exact and memory flat
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
class Plain:
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
class Part:
    """A range of another body."""

    body: Body
    start: int
    size: int

    def read(self, offset: int, length: int) -> bytes:
        """Up to `length` bytes from `offset`, never past the range."""
        return self.body.read(self.start + offset, min(length, self.size - offset))


@dataclass(frozen=True, slots=True)
class Answer:
    """What is to be sent."""

    body: Body
    status: int = 200
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


def as_json(value: Any, status: int = 200, **headers: str) -> Answer:
    """A JSON answer as it is."""
    return Answer(Plain(json.dumps(value, ensure_ascii=False).encode()), status, headers=headers)


def business(data: Any) -> Answer:
    """A business envelope that says success (docs/api.md section 1)."""
    return as_json({"code": 0, "message": "success", "data": data})


def code(number: int, status: int) -> Answer:
    """A business envelope that says failure; `status` 200 is as good as any other (docs/api.md
    section 1)."""
    return as_json(
        {"code": number, "message": CODE_TEXT.get(number, "error"), "data": None}, status
    )


def invalid(where: str, what: str) -> Answer:
    """A framework's 422 (docs/api.md section 1)."""
    return as_json({"detail": [{"type": "missing", "loc": ["body", where], "msg": what}]}, 422)


def refusal(rule: Rule) -> Answer:
    """The answer of a fault whose kind is a status or a code."""
    if rule.kind in ("1001", "1002", "2001", "4001", "4002"):
        number = int(rule.kind)
        return code(number, int(rule.number(CODE_STATUS.get(number, 400))))
    if rule.kind == "502":
        return Answer(
            Plain(b"<html><body><h1>502 Bad Gateway</h1></body></html>"), 502, "text/html"
        )
    if rule.kind == "402":
        return as_json({"success": False, "error": "Export requires a registered account"}, 402)
    headers = {"Retry-After": rule.arg} if rule.kind == "429" and rule.arg else {}
    return as_json({"detail": f"fault {rule.kind}"}, int(rule.kind), **headers)


def mangled(answer: Answer, rule: Rule | None) -> Answer:
    """The answer with what a fault does to its content."""
    kind = rule.kind if rule else ""
    if rule and kind == "content_type":
        return replace(answer, content_type=rule.arg or "text/html")
    if kind == "broken_json":
        return replace(answer, body=Plain(b'{"code": 0, "data": {"broken": '))
    if kind == "empty":
        return replace(answer, body=Plain(b""))
    if kind == "truncated":
        return replace(answer, body=Part(answer.body, 0, answer.body.size // 2))
    if kind == "huge_json":
        return replace(answer, body=Plain(_padded(answer.body.read(0, answer.body.size))))
    return answer


def _padded(data: bytes) -> bytes:
    try:
        value = json.loads(data)
    except ValueError:
        value = {}
    return (
        json.dumps({**value, "padding": "x" * HUGE}).encode() if isinstance(value, dict) else data
    )


async def send(request: web.Request, answer: Answer, rule: Rule | None) -> web.StreamResponse:
    """Write the answer; a fault may cut it, stall it or let it drip."""
    answer = mangled(answer, rule)
    response = web.StreamResponse(status=answer.status, headers=answer.headers)
    response.content_type = answer.content_type
    size = answer.body.size
    response.content_length = size
    await response.prepare(request)
    kind, piece = rule.kind if rule else "", PIECE
    stop = min(size, int(rule.number(size // 2))) if rule and kind == "cut_response" else size
    if kind in ("slow", "stall_body"):
        piece = max(1, size // (DRIPS if kind == "slow" else 2))
    try:
        for offset in range(0, stop, piece):
            await response.write(answer.body.read(offset, min(piece, stop - offset)))
            await _pause(rule, first=offset == 0)
    except ConnectionError:
        return response  # the client went away: its right
    if kind == "cut_response":
        hang_up(request)
    return response


async def _pause(rule: Rule | None, first: bool) -> None:
    if rule and rule.kind == "slow":
        await asyncio.sleep(rule.number(5) / DRIPS)
    if rule and rule.kind == "stall_body" and first:
        await asyncio.sleep(rule.number(30))


def hang_up(request: web.Request) -> None:
    """Close the connection after what was written, as a server does that goes away in the
    middle."""
    if request.transport is not None:
        request.transport.close()


def reset(transport: asyncio.BaseTransport | None) -> None:
    """Reset a connection: the peer gets ECONNRESET and none of what still waits."""
    if transport is None:
        return
    sock = transport.get_extra_info("socket")
    if sock is not None:
        # Lingering for zero seconds is how a socket is asked for RST instead of FIN.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    if isinstance(transport, asyncio.WriteTransport):
        transport.abort()


def gone(request: web.Request) -> bool:
    """True when the client has hung up."""
    return request.transport is None or request.transport.is_closing()
