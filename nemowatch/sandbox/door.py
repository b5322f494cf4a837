"""The door: every request comes in here. It names the endpoint, checks what docs/api.md section 1
asks of every call, lets faults strike, and writes the request down. What a call does is the
endpoint's own business."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from nemowatch.sandbox import reply
from nemowatch.sandbox.faults import BEFORE, Faults, Rule
from nemowatch.sandbox.reply import Answer
from nemowatch.sandbox.world import Account, Session, World

PLATFORMS = frozenset({"clawhub", "cursor", "unknown"})
#: Endpoints that take no token: the first gives it, the others are plain files.
OPEN = frozenset({"token", "download", "cdn"})
MAX_JSON = 64 * 1024 * 1024  #: bytes of a JSON body; a draft is the longest


class Host:
    """What the endpoints share: the world, the faults, and the server's own powers."""

    def __init__(self, world: World, faults: Faults, go_down: Callable[[float], None]) -> None:
        self.world, self.faults, self.go_down = world, faults, go_down
        self.base_url = ""  #: set once the port is known
        self.background: set[asyncio.Task[None]] = set()

    def later(self, work: Awaitable[None]) -> None:
        """Run something that outlives its request; it ends with the server."""

        async def run() -> None:
            await work

        task = asyncio.create_task(run())
        self.background.add(task)
        task.add_done_callback(self.background.discard)


@dataclass(slots=True)
class Call:
    """One request on its way through."""

    host: Host
    request: web.Request
    endpoint: str
    entry: dict[str, Any]  #: its line in the ledger
    skill: str = ""
    account: Account | None = None
    rule: Rule | None = None
    body: bytes = b""
    fields: dict[str, Any] = field(default_factory=dict)  #: the JSON body, when it is an object

    @property
    def world(self) -> World:
        """The state behind it all."""
        return self.host.world

    @property
    def kind(self) -> str:
        """The kind of the fault that struck, or nothing."""
        return self.rule.kind if self.rule else ""

    def violation(self, what: str, detail: str = "") -> None:
        """The client broke the contract here."""
        self.world.violation(self.endpoint, what, detail)

    def code(self, number: int) -> Answer:
        """A business code with the HTTP status that the settings give it."""
        settings = self.world.settings
        if number == 1002 and settings.session_gone == "detail":
            return reply.as_json({"detail": "Session not found"}, 404)
        if number == 1002:
            return reply.code(1002, 200 if settings.session_gone == "code200" else 404)
        return reply.code(number, settings.code_status)

    def session(self, sid: str) -> Session | None:
        """The session, when it is alive and belongs to this account."""
        session = self.world.sessions.get(sid)
        if session is None or session.expired or session.account is not self.account:
            return None
        return session


Handler = Callable[[Call], Awaitable[Answer | web.StreamResponse]]


def guarded(
    host: Host, endpoint: str, handler: Handler
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """The aiohttp handler around an endpoint."""

    async def handle(request: web.Request) -> web.StreamResponse:
        call = Call(
            host,
            request,
            _precise(endpoint, request),
            {},
            request.headers.get("X-Skill-Source", ""),
        )
        _write_down(call)
        try:
            response = await _through(call, handler)
        except (ConnectionError, asyncio.CancelledError):
            call.entry["status"] = 0
            raise
        call.entry["status"] = response.status
        call.entry["fault"] = f"{call.kind}:{call.rule.arg}".rstrip(":") if call.rule else ""
        return response

    return handle


def _precise(endpoint: str, request: web.Request) -> str:
    by_url = endpoint == "upload" and request.content_type == "application/json"
    return "upload_url" if by_url else endpoint


def _write_down(call: Call) -> None:
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


def _attributed(call: Call) -> bool:
    """Check the headers of docs/api.md section 1, writing down each that is missing or wrong."""
    headers = call.request.headers
    authorization = headers.get("Authorization", "")
    if call.endpoint in OPEN:
        if authorization:
            call.violation("the token was sent where none belongs", call.request.path)
        if call.endpoint != "token":
            return True
    elif not authorization.startswith("Bearer "):
        call.violation("Authorization is missing or not a bearer token")
    good = bool(call.skill)
    if not good:
        call.violation("X-Skill-Source is missing")
    for name, allowed in (("X-Skill-Version", {"1.0.0"}), ("X-Skill-Platform", PLATFORMS)):
        if headers.get(name, "") not in allowed:
            call.violation(f"{name} is missing or wrong", headers.get(name, ""))
            good = False
    return good


async def _through(call: Call, handler: Handler) -> web.StreamResponse:
    late = call.endpoint in ("chat", "render") and not call.host.faults.cuts_request(call.endpoint)
    if late:
        await _read_json(call)
    session = str(
        call.fields.get("session_id") or call.fields.get("sessionId") or _session_in_path(call)
    )
    call.entry["session"] = session
    message = json.dumps(call.fields, ensure_ascii=False)
    call.rule = call.host.faults.take(call.endpoint, session, call.skill, message)
    if (
        call.rule
        and call.kind in BEFORE
        and not call.rule.after
        and (early := await _strike(call, call.rule))
    ):
        return early
    if call.endpoint in ("chat", "render") and not late:
        await _read_json(call)
    answer = await _answered(call, handler)
    if isinstance(answer, web.StreamResponse) and answer.prepared:
        if call.rule and call.kind == "refuse_next":
            await answer.write_eof()
            call.host.go_down(call.rule.number(1))
        return answer  # a stream: it has struck its other faults itself
    if call.rule and call.rule.after and (instead := await _strike(call, call.rule)):
        return instead
    if isinstance(answer, web.StreamResponse):
        return answer
    if call.rule and call.kind == "refuse_next":
        answer.headers["Connection"] = "close"
        response = await reply.send(call.request, answer, call.rule)
        call.host.go_down(call.rule.number(1))
        return response
    return await reply.send(call.request, answer, call.rule)


def _session_in_path(call: Call) -> str:
    if sid := call.request.match_info.get("sid", ""):
        return sid
    rid, number = call.request.match_info.get("rid", ""), call.request.match_info.get("number", "")
    renders = call.world.renders.values()
    return next(
        (made.session.sid for made in renders if made.rid == rid or str(made.number) == number), ""
    )


async def _answered(call: Call, handler: Handler) -> Answer | web.StreamResponse:
    if call.endpoint not in OPEN:
        token = call.request.headers.get("Authorization", "").removeprefix("Bearer ")
        call.account = call.world.account_of(token)
        if call.account is None:
            return reply.code(1001, reply.CODE_STATUS[1001])
    return await handler(call)


async def _read_json(call: Call) -> None:
    call.body = await call.request.read()
    if call.request.content_type != "application/json":
        call.violation("a JSON body is sent as application/json", call.request.content_type)
    try:
        value = json.loads(call.body) if call.body else {}
    except ValueError:
        value = None
    if isinstance(value, dict):
        call.fields = value
    else:
        call.violation("the body is not a JSON object", call.body[:80].decode("utf-8", "replace"))


async def read_fields(call: Call) -> dict[str, Any]:
    """The JSON object of the request's body; {} when there is none."""
    if not call.body:
        await _read_json(call)
    return call.fields


async def _strike(call: Call, rule: Rule) -> web.StreamResponse | None:
    """Carry out a fault of the kinds in `faults.BEFORE`; None means: go on as usual."""
    if rule.kind == "stall":
        await asyncio.sleep(rule.number(30))
        return None
    if rule.kind not in ("reset", "refuse", "cut_request"):
        return await reply.send(call.request, reply.refusal(rule), None)
    if rule.kind == "cut_request":
        await _swallow(call.request, int(rule.number(1024)))
    reply.reset(call.request.transport)
    if rule.kind == "refuse":
        call.host.go_down(rule.number(1))
    return web.Response(status=500)  # never leaves: the connection is gone


async def _swallow(request: web.Request, count: int) -> None:
    while count > 0 and (piece := await request.content.read(count)):
        count -= len(piece)


def is_uuid(text: str) -> bool:
    """True for a UUID in its usual form."""
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False
