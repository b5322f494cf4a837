"""Renders (docs/api.md section 9): posting, polling and cancelling them, and what each call accepts
and answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nemowatch.sandbox import reply
from nemowatch.sandbox.door import read_fields
from nemowatch.sandbox.field_checks import is_filled
from nemowatch.sandbox.incoming_call import IncomingCall
from nemowatch.sandbox.records import CloudRender, CloudSession
from nemowatch.sandbox.reply import Refusal, Response

Json = dict[str, Any]
#: The fields that a posted render must have.
RENDER_FIELDS: dict[str, type] = {"id": str, "sessionId": str, "draft": dict, "output": dict}


async def render(call: IncomingCall) -> Response:
    """Start a render under the client's id."""
    fields = await read_fields(call)
    for check in (_check_plan, _check_fields, _check_output, _check_draft):
        check(call, fields)
    session = call.session(fields["sessionId"])
    known = call.world.renders.get(fields["id"])
    if known is not None:
        return _again(call, known, fields, session)
    if call.kind == "forget":
        return _envelope({"id": fields["id"], "status": "pending", "progress": 0})
    quality = fields["output"]["quality"]
    made = call.world.begin_render(fields["id"], session, fields["draft"], call.skill, quality)
    _bend(call, made)
    if call.kind == "duplicate":
        return _duplicate()
    return _posted(call, made)


def _envelope(data: Json) -> Response:
    """A render envelope that says success (docs/api.md section 1)."""
    return reply.as_json({"success": True, "data": data})


def _failure(error: str, status: int) -> Response:
    """A render envelope that says failure."""
    return reply.as_json({"success": False, "error": error}, status)


def _check_plan(call: IncomingCall, _: Json) -> None:
    if not call.entry["attribution"] or call.world.settings.plan == "free":
        raise Refusal(_failure("Export requires a registered account or a plan", 402))


def _check_fields(call: IncomingCall, fields: Json) -> None:
    for name, kind in RENDER_FIELDS.items():
        is_there = is_filled(fields.get(name), kind)
        refusal = reply.invalid(name, "Field required")
        call.demand(is_there, f"a render without {name}", refusal)
    call.expect_only(fields, set(RENDER_FIELDS))


def _check_output(call: IncomingCall, fields: Json) -> None:
    output = fields["output"]
    good = output.get("format") == "mp4" and is_filled(output.get("quality"), str)
    refusal = reply.invalid("output", "format and quality required")
    call.demand(good, "output must be format mp4 and a quality", refusal, str(output))


def _check_draft(call: IncomingCall, fields: Json) -> None:
    draft = fields["draft"]
    tracks = draft.get("t")
    if not isinstance(tracks, list):
        tracks = []
    filled = [track for track in tracks if isinstance(track, dict) and track.get("sg")]
    refusal = _failure("The draft is empty", 400)
    call.demand(filled, "a draft with nothing on any track", refusal)
    is_known = call.world.knows_draft(draft)
    call.expect(is_known, "the draft is not one that a session has had")


def _again(
    call: IncomingCall,
    known: CloudRender,
    fields: Json,
    session: CloudSession,
) -> Response:
    same = known.session is session and known.draft == fields["draft"]
    call.expect(same, "a render id used twice for different work", known.rid)
    if call.world.settings.duplicate_renders == "refuse":
        return _duplicate()
    return _posted(call, known)


def _duplicate() -> Response:
    return _failure("A render with this id already exists", 409)


def _bend(call: IncomingCall, made: CloudRender) -> None:
    """Apply the fault to one render."""
    match call.kind:
        case "failed":
            made.failed = "The render worker ran out of memory"
        case "slow_render":
            made.seconds = call.rule.number(made.seconds)
        case "shape":
            made.shape = call.rule.arg
        case "expired_url":
            made.expiring = call.rule.arg or "once"


def _posted(call: IncomingCall, made: CloudRender) -> Response:
    data = _progress(call, made)
    if made.shape == "bare":
        return reply.as_json({"taskId": made.rid, **data}, 202)
    return _envelope({"id": made.rid, **data})


async def poll(call: IncomingCall) -> Response:
    """The status of a render, in its own shape."""
    made = call.render(_unknown())
    _note_poll(call, made)
    if call.kind in ("failed", "expired_url"):
        _bend(call, made)
    shape = call.rule.arg if call.kind == "shape" else made.shape
    if shape == "bare":
        return reply.as_json(_bare(call, made))
    return _envelope(_wrapped(call, made))


def _note_poll(call: IncomingCall, made: CloudRender) -> None:
    now, pace = call.world.now(), call.world.settings.min_poll_seconds
    since = now - made.polled_at
    call.expect(not made.polls or since >= pace, "polled too soon", f"after {since:.2f} s")
    made.polls += 1
    made.polled_at = now


def _unknown() -> Response:
    return _failure("Render not found", 404)


def _bare(call: IncomingCall, made: CloudRender) -> Json:
    answer = {"taskId": made.rid, **_progress(call, made)}
    return answer | _ending(call, made, answer["status"], _bare_result)


def _duration(draft: Json) -> float:
    """Seconds of a draft, whatever a client has put there."""
    milliseconds = draft.get("d")
    if not isinstance(milliseconds, int | float):
        return 0.0
    return milliseconds / 1000


def _bare_result(call: IncomingCall, made: CloudRender) -> Json:
    output = {
        "url": _result_url(call, made),
        "duration": _duration(made.draft),
        "size": made.result.size,
    }
    return {"output": output}


def _wrapped(call: IncomingCall, made: CloudRender) -> Json:
    answer = {"id": made.rid, **_progress(call, made), "createdAt": round(made.began * 1000)}
    return answer | _ending(call, made, answer["status"], _wrapped_result)


def _wrapped_result(call: IncomingCall, made: CloudRender) -> Json:
    return {
        "outputUrl": _result_url(call, made),
        "completedAt": round((made.began + made.seconds) * 1000),
    }


def _progress(call: IncomingCall, made: CloudRender) -> Json:
    now = call.world.now()
    return {"status": made.status(now), "progress": made.progress(now)}


def _ending(
    call: IncomingCall,
    made: CloudRender,
    status: str,
    result: Callable[[IncomingCall, CloudRender], Json],
) -> Json:
    """What an answer says about a render that has ended."""
    if status == "completed":
        return result(call, made)
    if status == "failed":
        return {"error": made.failed}
    return {}


def _result_url(call: IncomingCall, made: CloudRender) -> str:
    """The result's URL, a new one for every poll. A render with the fault gives expired ones, once
    or always."""
    serial = len(made.urls) + 1
    made.urls[serial] = call.world.now()
    if made.expiring:
        made.urls[serial] = -1.0
    if made.expiring == "once":
        made.expiring = ""
    query = f"serial={serial}&signature=s{made.number}x{serial}"
    return f"{call.host.base_url}/cdn/results/{made.number}/output.mp4?{query}"


async def cancel(call: IncomingCall) -> Response:
    """Stop a render."""
    made = call.render(_unknown())
    if made.status(call.world.now()) in ("pending", "processing"):
        made.cancelled = True
    return _envelope({"id": made.rid, "status": made.status(call.world.now())})
