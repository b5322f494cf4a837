"""The stream of a chat turn (docs/api.md section 6): it sends what `agent` says and decides,
together with the fault that struck, whether and when the effect comes. A client that hangs up ends
its turn, unless a setting or a fault lets it go on."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from nemowatch.sandbox import agent, reply
from nemowatch.sandbox.event_styles import IN_PIECES, EventStyle
from nemowatch.sandbox.faults import Rule
from nemowatch.sandbox.incoming_call import IncomingCall
from nemowatch.sandbox.records import CloudSession, TurnRecord
from nemowatch.sandbox.settings import Settings

TICK = 0.05  #: seconds between checks for a client that has gone
#: Answers that come without any work, by the fault that asks for them.
PLAIN = {"question": agent.QUESTION, "unchanged": agent.UNCHANGED}
#: What the stream has in place of a good event, by the fault.
GARBAGE = {
    "broken_json": b'data: {"content": {"parts": [{"text": "brok\n\n',
    "truncated": b'data: {"content":{"parts":[{"text":"I dub',
}


def _garbage(kind: str) -> bytes:
    """What a fault puts before the answer."""
    if kind == "huge_json":
        return b"data: " + json.dumps({"padding": "x" * reply.HUGE}).encode() + b"\n\n"
    return GARBAGE.get(kind, b"")


@dataclass(slots=True)
class TurnStream:
    """A turn in progress, from its first byte to its last."""

    call: IncomingCall
    session: CloudSession
    turn: TurnRecord
    response: web.StreamResponse | None = None
    sent: int = 0  #: bytes of the body
    lines: int = 0  #: events, heartbeats not counted

    @property
    def rule(self) -> Rule:
        """The fault that struck."""
        return self.call.rule

    @property
    def kind(self) -> str:
        """Its kind, "" for none."""
        return self.call.rule.kind

    @property
    def settings(self) -> Settings:
        """The sandbox's settings."""
        return self.call.world.settings

    @property
    def style(self) -> EventStyle:
        """How events are spelled."""
        given = self.rule.arg if self.kind == "style" else ""
        return agent.style_of(self.settings, self.turn, given)

    def end(self, outcome: str) -> None:
        """End the turn in the books."""
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
        if self.rule.after and self.kind != "stall":
            self._effect()
            return web.Response()  # `door` answers in its place
        response = await self._open()
        if self.kind in ("late", "growing"):
            await self._events(self.style.working(self.turn)[:1])
            return self._cut_and_go_on()
        if self.kind == "heartbeats":
            await self._work(self.rule.number(3600))
            self.end("nothing")
            return response
        await self._events(self.style.working(self.turn))
        await self._work(self._seconds())
        if reply.gone(self.call.request):
            return await self._abandoned()
        await self._outcome()
        if self.rule.after:  # after-stall: the edit is done and the stream stays open
            await self._work(self.rule.number(30))
        return response

    def _seconds(self) -> float:
        """How many seconds the turn works."""
        if self.kind == "slow_turn":
            return self.rule.number(1)
        return self.settings.turn_seconds

    async def _open(self) -> web.StreamResponse:
        kind = self.rule.content_type("text/event-stream")
        headers = {"Content-Type": f"{kind}; charset=utf-8", "Cache-Control": "no-cache"}
        self.response = web.StreamResponse(headers=headers)
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

    def _edit(self) -> agent.TurnProduct:
        return agent.make_edit(self.session, self.turn, self.settings)

    def _effect(self) -> agent.TurnProduct:
        """The edit happens and is charged."""
        edit = self._edit()
        self.call.world.take_effect(self.session, self.turn, edit.draft, edit.media)
        self.end("done")
        return edit

    async def _outcome(self) -> None:
        """What comes of the turn, once its work is done."""
        if self.kind in PLAIN:
            self._show_clips()
            self.end(self.kind)
            await self._say(PLAIN[self.kind])
        elif agent.needs_media(self.session, self.turn.skill):
            self.end("question")
            await self._say("I need a video first. Could you upload one?")
        else:
            ending = _ENDINGS.get(self.kind, TurnStream._done)
            await ending(self)

    def _show_clips(self) -> None:
        """Where the fault says so, the draft has the uploads from now on."""
        if self.rule.arg == "clip":
            self.session.drafts.append(agent.clip_draft(self.session))

    async def _no_credits(self) -> None:
        self._show_clips()
        self.end("2001")
        await self._events([{"code": 2001, "message": "insufficient credits", "data": None}])

    async def _words_alone(self) -> None:
        self.call.world.charge(self.session, self.turn)
        self.end("said")
        await self._say(self.rule.arg)

    async def _error(self) -> None:
        self.end("error")
        await self._tell_error()

    async def _tell_error(self) -> None:
        form = self.rule.arg or "code"
        await self._events([self.style.error(self.turn, form)])

    async def _silent_unchanged(self) -> None:
        self.end("unchanged")

    async def _cut_before(self) -> None:
        self.end("cut")
        words = "Working on it, this takes a moment."
        await self._events(list(IN_PIECES.speaking(self.turn, words))[:1])
        reply.hang_up(self.call.request)

    async def _done(self) -> None:
        """End the turn after its effect, and say so in whatever way the fault leaves."""
        edit = self._effect()
        if self.kind in _AFTER:
            await _AFTER[self.kind](self)
        elif not self.kind and agent.is_silent(self.settings, self.turn):
            await self._silent()
        else:
            await self._answer(edit.answer)

    async def _cut_after(self) -> None:
        reply.hang_up(self.call.request)

    async def _silent(self) -> None:
        self.turn.outcome = "silent"
        await self._events(self.style.state_only(self.turn))

    async def _answer(self, text: str) -> None:
        garbage = _garbage(self.kind)
        if garbage:
            await self._write(garbage)
        await self._say(text)
        if self.kind == "temporary_issue":
            await self._say(agent.TEMPORARY_ISSUE)
        if self.kind == "temporary_error":
            await self._events([{"error": agent.TEMPORARY_ISSUE}])

    async def _say(self, text: str) -> None:
        if self.kind != "truncated":
            await self._events(list(self.style.speaking(self.turn, text)))

    async def _events(self, events: list[dict[str, Any]]) -> None:
        if self.kind == "empty":
            return
        for event in events:
            self.lines += 1
            await self._write(agent.line(event))

    async def _write(self, data: bytes) -> None:
        """Write some of the stream; cut_response, slow and stall_body strike here."""
        assert self.response is not None
        if self.kind == "cut_response":
            await self._cut_at(int(self.rule.number(200)), data)
        delay = self._delay()
        if delay:
            await asyncio.sleep(delay)
        await self.response.write(data)
        self.sent += len(data)

    async def _cut_at(self, limit: int, data: bytes) -> None:
        """Hang up when `data` reaches past `limit` bytes of the stream."""
        assert self.response is not None
        if self.sent + len(data) <= limit:
            return
        await self.response.write(data[: max(0, limit - self.sent)])
        reply.hang_up(self.call.request)
        raise ConnectionResetError("cut, as the fault says")

    def _delay(self) -> float:
        """Seconds before the next piece."""
        if self.kind == "slow":
            return self.rule.number(5) / 10
        if self.kind == "stall_body" and self.lines == 1:
            return self.rule.number(30)
        return 0

    async def _abandoned(self) -> web.StreamResponse:
        """The client has gone, or was cut off: end the turn here, or let it go on without the
        client."""
        if self.turn.outcome == "running":
            goes_on = self.kind == "goes_on" or not self.settings.abort_on_disconnect
            if goes_on:
                self.call.host.later(self._finish_alone(self._seconds_alone(), grow=False))
            else:
                self.end("aborted")
        return self._what_was_sent()

    def _what_was_sent(self) -> web.StreamResponse:
        return self.response or web.Response(status=500)

    def _seconds_alone(self) -> float:
        if self.kind == "goes_on" and self.rule.number(-1) >= 0:
            return self.rule.number(0)
        return self.settings.turn_seconds

    def _cut_and_go_on(self) -> web.StreamResponse:
        reply.hang_up(self.call.request)
        work = self._finish_alone(self.rule.number(1), grow=self.kind == "growing")
        self.call.host.later(work)
        return self._what_was_sent()

    async def _finish_alone(self, seconds: float, *, grow: bool) -> None:
        """Let the effect happen although nobody listens."""
        await asyncio.sleep(seconds / 2)
        if grow:
            self.session.drafts.append(agent.half_draft(self._edit()))
        await asyncio.sleep(seconds / 2)
        self._effect()
        self.turn.outcome = "late"


#: How a turn ends without its effect, by the fault.
_ENDINGS: dict[str, Callable[[TurnStream], Awaitable[None]]] = {
    "stream_2001": TurnStream._no_credits,
    "says": TurnStream._words_alone,
    "error": TurnStream._error,
    "silent_unchanged": TurnStream._silent_unchanged,
    "cut_before": TurnStream._cut_before,
}
#: What follows the effect instead of the answer, by the fault.
_AFTER: dict[str, Callable[[TurnStream], Awaitable[None]]] = {
    "cut_after": TurnStream._cut_after,
    "error_after": TurnStream._tell_error,
    "silent": TurnStream._silent,
}
