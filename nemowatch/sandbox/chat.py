"""The chat turn (docs/api.md section 6): the one call that charges. It streams what `agent` says
and decides, with the fault that struck, whether and when the effect comes. A client that hangs
up ends its turn unless a setting or a fault says that it goes on."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from nemowatch.sandbox import agent, reply
from nemowatch.sandbox.door import Call, read_fields
from nemowatch.sandbox.faults import Rule
from nemowatch.sandbox.reply import Answer
from nemowatch.sandbox.world import Session, TurnRecord

TICK = 0.05  #: seconds between looks for a client that has gone
#: "export" is never sent to the agent (docs/api.md section 6): a message that is nothing but that
#: order.
EXPORT = re.compile(
    r"\s*(please\s+)?(export|download|render|导出)\b.{0,40}", re.IGNORECASE | re.DOTALL
)


async def chat(call: Call) -> Answer | web.StreamResponse:
    """One turn: refused before its stream begins, or streamed to its end."""
    fields = await read_fields(call)
    message = _message(call, fields)
    if isinstance(message, Answer):
        return message
    session = call.session(fields["session_id"])
    if session is None:
        return call.code(1002)
    if session.running:
        call.violation("a turn sent while another of the session runs", session.sid)
    if EXPORT.fullmatch(message):
        call.violation("export sent to the agent", message)
    turn = call.world.begin_turn(session, message, call.skill)
    if turn is None:
        return call.code(2001)
    return await _Stream(call, session, turn).run()


def _message(call: Call, fields: dict[str, Any]) -> str | Answer:
    """The text of the turn; a 422 for a body that is not as docs/api.md section 6 has it."""
    for name, value in (("app_name", "nemo_agent"), ("user_id", "me")):
        if fields.get(name) != value:
            call.violation(f"{name} is not {value}", str(fields.get(name)))
            return reply.invalid(name, "Field required")
    if not isinstance(fields.get("session_id"), str):
        call.violation("session_id is missing")
        return reply.invalid("sessionId", "Field required")
    if "text/event-stream" not in call.request.headers.get("Accept", ""):
        call.violation("a chat turn without Accept: text/event-stream")
    for name in sorted(set(fields) - {"app_name", "user_id", "session_id", "new_message"}):
        call.violation(f"unknown field {name}")
    try:
        text = "".join(part["text"] for part in fields["new_message"]["parts"])
    except (KeyError, TypeError):
        text = ""
    if not text.strip():
        call.violation("a chat turn without a message")
        return reply.invalid("new_message", "Field required")
    return text


@dataclass(slots=True)
class _Stream:
    """One turn under way, from its first byte to its last."""

    call: Call
    session: Session
    turn: TurnRecord
    response: web.StreamResponse | None = None
    sent: int = 0  #: bytes of the body
    lines: int = 0  #: events, heartbeats not counted

    @property
    def rule(self) -> Rule | None:
        """The fault that struck."""
        return self.call.rule

    @property
    def style(self) -> str:
        """How events are spelled."""
        given = self.rule.arg if self.rule and self.call.kind == "style" else ""
        return agent.style_of(self.call.world.settings, self.turn, given)

    def end(self, outcome: str) -> None:
        """Close the turn's account."""
        self.call.world.end_turn(self.session, self.turn, outcome)

    async def run(self) -> web.StreamResponse:
        """The whole turn."""
        try:
            return await self._run()
        except ConnectionError:
            return await self._abandoned()
        except asyncio.CancelledError:
            self.end("aborted")
            raise

    async def _run(self) -> web.StreamResponse:
        if self.rule and self.rule.after and self.call.kind != "stall":
            self._effect()
            return web.Response()  # the door answers in its place
        kind = self.call.kind
        response = await self._open()
        if kind in ("late", "growing"):
            await self._events(agent.working(self.style, self.turn)[:1])
            return self._cut_and_go_on(
                self.rule.number(1) if self.rule else 1, grow=kind == "growing"
            )
        if kind == "heartbeats":
            await self._work(self.rule.number(3600) if self.rule else 3600)
            self.end("nothing")
            return response
        await self._events(agent.working(self.style, self.turn))
        await self._work(self._seconds())
        if reply.gone(self.call.request):
            return await self._abandoned()
        await self._outcome(kind)
        if self.rule and self.rule.after:  # after-stall: the edit is done and the stream stays open
            await self._work(self.rule.number(30))
        return response

    def _seconds(self) -> float:
        return (
            self.rule.number(1)
            if self.rule and self.call.kind == "slow_turn"
            else self.call.world.settings.turn_seconds
        )

    async def _open(self) -> web.StreamResponse:
        kind = "text/event-stream"
        if self.rule and self.call.kind == "content_type":
            kind = self.rule.arg or "text/html"
        self.response = web.StreamResponse(
            headers={"Content-Type": f"{kind}; charset=utf-8", "Cache-Control": "no-cache"}
        )
        await self.response.prepare(self.call.request)
        return self.response

    async def _work(self, seconds: float) -> None:
        """Let time pass, with signs of life; returns early when the client has gone."""
        world = self.call.world
        pause, ends = world.settings.heartbeat_seconds, world.now() + seconds
        beat, beats = world.now() + pause, self.turn.number
        while (left := ends - world.now()) > 0 and not reply.gone(self.call.request):
            await asyncio.sleep(min(TICK, left))
            if pause and world.now() >= beat:
                await self._write(agent.HEARTBEATS[beats % len(agent.HEARTBEATS)])
                beat, beats = world.now() + pause, beats + 1

    def _effect(self) -> agent.Edit:
        """The edit happens and is charged."""
        edit = agent.make_edit(self.session, self.turn, self.call.world.settings)
        self.call.world.take_effect(self.session, self.turn, edit.draft, edit.media)
        self.end("done")
        return edit

    async def _outcome(self, kind: str) -> None:
        """What the turn comes to, once its work is done."""
        form = (self.rule.arg if self.rule else "") or "code"
        plain = {"question": agent.QUESTION, "unchanged": agent.UNCHANGED}
        needs_files = agent.needs_media(self.session, self.turn.skill)
        if kind in plain or needs_files:
            self.end(kind if kind in plain else "question")
            await self._say(plain.get(kind, "I need a video first. Could you upload one?"))
        elif kind == "stream_2001":
            self.end("2001")
            await self._events([{"code": 2001, "message": "insufficient credits", "data": None}])
        elif kind == "error":
            self.end("error")
            await self._events([agent.error_event(self.style, self.turn, form)])
        elif kind == "silent_unchanged":
            self.end("unchanged")
        elif kind == "cut_before":
            self.end("cut")
            await self._events(
                list(
                    agent.speaking("adk_partial", self.turn, "Working on it, this takes a moment.")
                )[:1]
            )
            reply.hang_up(self.call.request)
        else:
            await self._done(kind, form)

    async def _done(self, kind: str, form: str) -> None:
        """The effect has come: say so, in whatever way the fault leaves."""
        edit = self._effect()
        if kind == "cut_after":
            reply.hang_up(self.call.request)
        elif kind == "error_after":
            await self._events([agent.error_event(self.style, self.turn, form)])
        elif kind == "empty":
            return
        elif kind == "silent" or (
            not kind and agent.is_silent(self.call.world.settings, self.turn)
        ):
            self.turn.outcome = "silent"
            await self._events(agent.state_only(self.style, self.turn))
        else:
            await self._garbage(kind)
            await self._say(edit.answer)
            if kind == "temporary_issue":
                await self._say(agent.TEMPORARY_ISSUE)

    async def _garbage(self, kind: str) -> None:
        if kind == "broken_json":
            await self._write(b'data: {"content": {"parts": [{"text": "brok\n\n')
        elif kind == "huge_json":
            await self._write(
                b"data: " + json.dumps({"padding": "x" * reply.HUGE}).encode() + b"\n\n"
            )
        elif kind == "truncated":
            await self._write(b'data: {"content":{"parts":[{"text":"I dub')

    async def _say(self, text: str) -> None:
        if self.call.kind != "truncated":
            await self._events(list(agent.speaking(self.style, self.turn, text)))

    async def _events(self, events: list[dict[str, Any]]) -> None:
        if self.call.kind == "empty":
            return
        for event in events:
            self.lines += 1
            await self._write(agent.line(event))

    async def _write(self, data: bytes) -> None:
        """Some of the stream; cut_response, slow and stall_body strike here."""
        assert self.response is not None
        kind, rule = self.call.kind, self.rule
        if rule and kind == "cut_response" and self.sent + len(data) > rule.number(200):
            await self.response.write(data[: max(0, int(rule.number(200)) - self.sent)])
            reply.hang_up(self.call.request)
            raise ConnectionResetError("cut, as the fault says")
        if rule and kind in ("slow", "stall_body"):
            await asyncio.sleep(
                rule.number(5) / 10 if kind == "slow" else rule.number(30) if self.lines == 1 else 0
            )
        await self.response.write(data)
        self.sent += len(data)

    async def _abandoned(self) -> web.StreamResponse:
        """The client has gone, or was cut off: the turn ends here, or goes on without it."""
        if self.turn.outcome == "running":
            if self.call.kind == "goes_on" or not self.call.world.settings.abort_on_disconnect:
                given = self.rule.number(-1) if self.rule and self.call.kind == "goes_on" else -1
                seconds = given if given >= 0 else self.call.world.settings.turn_seconds
                self.call.host.later(self._finish_alone(seconds, grow=False))
            else:
                self.end("aborted")
        return self.response or web.Response(status=500)

    def _cut_and_go_on(self, seconds: float, grow: bool) -> web.StreamResponse:
        reply.hang_up(self.call.request)
        self.call.host.later(self._finish_alone(seconds, grow))
        return self.response or web.Response(status=500)

    async def _finish_alone(self, seconds: float, grow: bool) -> None:
        """The effect without anybody who listens."""
        await asyncio.sleep(seconds / 2)
        if grow:
            edit = agent.make_edit(self.session, self.turn, self.call.world.settings)
            self.session.drafts.append(agent.half_draft(edit))
        await asyncio.sleep(seconds / 2)
        self._effect()
        self.turn.outcome = "late"
