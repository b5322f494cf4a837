"""The chat turn (docs/api.md section 6), the one call that charges: what is refused before its
stream begins. `stream` does the rest."""

from __future__ import annotations

import re
from operator import itemgetter
from typing import Any

from aiohttp import web

from nemowatch.sandbox import reply
from nemowatch.sandbox.door import read_fields
from nemowatch.sandbox.incoming_call import IncomingCall
from nemowatch.sandbox.reply import Response
from nemowatch.sandbox.stream import TurnStream

#: A message that is only the order to export, which must never be sent to the agent (docs/api.md
#: section 6).
EXPORT = re.compile(
    r"\s*(please\s+)?(export|download|render|导出)\b.{0,40}", re.IGNORECASE | re.DOTALL
)
#: Fields of a turn that always have the same value.
CONSTANTS = {"app_name": "nemo_agent", "user_id": "me"}
FIELDS = {*CONSTANTS, "session_id", "new_message"}


async def chat(call: IncomingCall) -> Response | web.StreamResponse:
    """One turn: refused before its stream begins, or streamed to its end."""
    fields = await read_fields(call)
    _check(call, fields)
    session = call.session(fields["session_id"])
    message = _text(fields)
    call.expect(not session.running, "a turn sent while another of the session runs", session.sid)
    call.expect(not EXPORT.fullmatch(message), "export sent to the agent", message)
    turn = call.world.begin_turn(session, message, call.skill)
    if turn is None:
        return call.code(2001)
    return await TurnStream(call, session, turn).run()


def _check(call: IncomingCall, fields: dict[str, Any]) -> None:
    """Raises Refused, a 422, for a body that is not as docs/api.md section 6 has it."""
    for name, value in CONSTANTS.items():
        found = fields.get(name)
        refusal = reply.invalid(name, "Field required")
        call.demand(found == value, f"{name} is not {value}", refusal, str(found))
    is_named = isinstance(fields.get("session_id"), str)
    refusal = reply.invalid("sessionId", "Field required")
    call.demand(is_named, "session_id is missing", refusal)
    accepted = call.request.headers.get("Accept", "")
    is_stream = "text/event-stream" in accepted
    call.expect(is_stream, "a chat turn without Accept: text/event-stream")
    call.expect_only(fields, FIELDS)
    refusal = reply.invalid("new_message", "Field required")
    call.demand(_text(fields).strip(), "a chat turn without a message", refusal)


def _text(fields: dict[str, Any]) -> str:
    """The message of the turn, "" when there is none."""
    try:
        return "".join(map(itemgetter("text"), fields["new_message"]["parts"]))
    except (KeyError, TypeError):
        return ""
