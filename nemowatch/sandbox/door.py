"""Where every request arrives: it names the endpoint, checks what docs/api.md section 1 demands of
every call, applies faults, and records the request. The endpoint decides what a call does."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from nemowatch.sandbox import reply
from nemowatch.sandbox.faults import BEFORE, CODES, NO_FAULT
from nemowatch.sandbox.host import Host
from nemowatch.sandbox.incoming_call import IncomingCall
from nemowatch.sandbox.reply import Refusal, Response

VERSIONS = frozenset({"1.0.0"})
PLATFORMS = frozenset({"clawhub", "cursor", "unknown"})
FILES = frozenset({"download", "cdn"})
#: Endpoints without a token: the first issues it, the others are plain files.
OPEN = frozenset({"token"}) | FILES
#: Endpoints whose JSON body is read before a fault is chosen, since rules may depend on it.
BODIES = frozenset({"chat", "render"})
#: Faults that end in a reset connection.
RESETS = frozenset({"reset", "refuse", "cut_request"})
MAX_JSON = 64 * 1024 * 1024  #: bytes of a JSON body; a draft is the longest


Handler = Callable[[IncomingCall], Awaitable[Response | web.StreamResponse]]


def guarded(
    host: Host, endpoint: str, handler: Handler
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """The aiohttp handler around an endpoint."""

    async def handle(request: web.Request) -> web.StreamResponse:
        skill = request.headers.get("X-Skill-Source", "")
        call = IncomingCall(host, request, _precise(endpoint, request), {}, skill)
        _record(call)
        try:
            response = await _through(call, handler)
        except (ConnectionError, asyncio.CancelledError):
            call.entry["status"] = 0
            raise
        call.entry["status"] = response.status
        call.entry["fault"] = f"{call.kind}:{call.rule.arg}".rstrip(":")
        return response

    return handle


def _precise(endpoint: str, request: web.Request) -> str:
    by_url = endpoint == "upload" and request.content_type == "application/json"
    return "upload_url" if by_url else endpoint


def _record(call: IncomingCall) -> None:
    request, world = call.request, call.world
    call.entry.update(
        n=len(world.requests) + 1,
        endpoint=call.endpoint,
        method=request.method,
        path=request.path,
        time=round(world.now(), 3),
        skill=call.skill,
        session=request.match_info.get("sid", ""),
        attribution=_attributed(call),
        status=None,
        fault="",
    )
    world.requests.append(call.entry)


def _attributed(call: IncomingCall) -> bool:
    """Check the headers of docs/api.md section 1 and record each that is missing or wrong."""
    _check_authorization(call)
    if call.endpoint in FILES:
        return True
    good = call.expect(call.skill, "X-Skill-Source is missing")
    for name, allowed in (("X-Skill-Version", VERSIONS), ("X-Skill-Platform", PLATFORMS)):
        value = call.request.headers.get(name, "")
        good &= call.expect(value in allowed, f"{name} is missing or wrong", value)
    return good


def _check_authorization(call: IncomingCall) -> None:
    authorization = call.request.headers.get("Authorization", "")
    if call.endpoint in OPEN:
        path = call.request.path
        call.expect(not authorization, "the token was sent where none belongs", path)
        return
    is_bearer = authorization.startswith("Bearer ")
    call.expect(is_bearer, "Authorization is missing or not a bearer token")


async def _through(call: IncomingCall, handler: Handler) -> web.StreamResponse:
    """Handle one request, from the fault that strikes it to its answer."""
    has_body = call.endpoint in BODIES
    body_first = has_body and not call.host.faults.cuts_request(call.endpoint)
    if body_first:
        await _read_json(call)
    _choose_fault(call)
    instead = await _strike(call, after=False)
    if instead is not None:
        return instead
    if has_body and not body_first:
        await _read_json(call)
    return await _finished(call, await _answered(call, handler))


def _choose_fault(call: IncomingCall) -> None:
    session = str(_session_named(call.fields) or _session_in_path(call))
    call.entry["session"] = session
    message = json.dumps(call.fields, ensure_ascii=False)
    call.rule = call.host.faults.take(call.endpoint, session, call.skill, message) or NO_FAULT


async def _finished(
    call: IncomingCall, answer: Response | web.StreamResponse
) -> web.StreamResponse:
    """Send the answer, with whatever the fault does to it."""
    if isinstance(answer, web.StreamResponse) and answer.prepared:
        # a stream has applied its other faults itself
        if call.kind == "refuse_next":
            await answer.write_eof()
            call.host.go_down(call.rule.number(1))
        return answer
    instead = await _strike(call, after=True)
    if instead is not None:
        return instead
    if isinstance(answer, web.StreamResponse):
        return answer
    if call.kind != "refuse_next":
        return await reply.send(call.request, answer, call.rule)
    answer.headers["Connection"] = "close"
    response = await reply.send(call.request, answer, call.rule)
    call.host.go_down(call.rule.number(1))
    return response


def _session_named(fields: dict[str, Any]) -> Any:
    return fields.get("session_id") or fields.get("sessionId")


def _session_in_path(call: IncomingCall) -> str:
    path = call.request.match_info
    if path.get("sid"):
        return path["sid"]
    made = call.world.renders.get(path.get("rid", ""))
    made = made or call.world.render_of_number(path.get("number", ""))
    return made.session.sid if made else ""


async def _answered(call: IncomingCall, handler: Handler) -> Response | web.StreamResponse:
    if call.endpoint not in OPEN:
        token = call.request.headers.get("Authorization", "").removeprefix("Bearer ")
        call.account = call.world.account_of(token)
        if call.account is None:
            return call.coded(1001, reply.CODE_STATUS[1001])
    try:
        return await handler(call)
    except Refusal as refused:
        return refused.response


async def _read_json(call: IncomingCall) -> None:
    call.body = await call.request.read()
    kind = call.request.content_type
    call.expect(kind == "application/json", "a JSON body is sent as application/json", kind)
    try:
        value = json.loads(call.body or b"{}")
    except ValueError:
        value = None
    begin = call.body[:80].decode("utf-8", "replace")
    if call.expect(isinstance(value, dict), "the body is not a JSON object", begin):
        call.fields = value


async def read_fields(call: IncomingCall) -> dict[str, Any]:
    """The JSON object of the request's body; {} when there is none."""
    if not call.body:
        await _read_json(call)
    return call.fields


async def _strike(call: IncomingCall, *, after: bool) -> web.StreamResponse | None:
    """Carry out a fault of `faults.BEFORE`, before or after the effect; None: go on as usual."""
    rule = call.rule
    if rule.kind not in BEFORE or rule.after is not after:
        return None
    if rule.kind == "stall":
        await asyncio.sleep(rule.number(30))
        return None
    if rule.kind not in RESETS:
        return await reply.send(call.request, _refusal(call), NO_FAULT)
    if rule.kind == "cut_request":
        await _swallow(call.request, int(rule.number(1024)))
    reply.reset(call.request.transport)
    if rule.kind == "refuse":
        call.host.go_down(rule.number(1))
    return web.Response(status=500)  # never sent: the connection is gone


def _refusal(call: IncomingCall) -> Response:
    """The answer of a fault whose kind is a status or a code."""
    rule = call.rule
    if rule.kind not in CODES:
        return reply.refusal(rule)
    number = int(rule.kind)
    return call.coded(number, int(rule.number(reply.CODE_STATUS.get(number, 400))))


async def _swallow(request: web.Request, count: int) -> None:
    """Read `count` bytes of the body, or all of a shorter one."""
    while count > 0:
        piece = await request.content.read(count)
        if not piece:
            return
        count -= len(piece)
