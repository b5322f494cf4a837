"""Token, session, state, credits and renders (docs/api.md sections 3, 4, 7, 8, 9): what each
accepts and answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from nemowatch.sandbox import agent, reply
from nemowatch.sandbox.door import Call, is_uuid, read_fields
from nemowatch.sandbox.reply import Answer
from nemowatch.sandbox.world import Render, Session, Upload

Json = dict[str, Any]
#: What a posted render must have.
RENDER_FIELDS: dict[str, type] = {"id": str, "sessionId": str, "draft": dict, "output": dict}


async def token(call: Call) -> Answer:
    """An anonymous token; 400 without a client id, 429 when that id has used up its own."""
    client_id = call.request.headers.get("X-Client-Id", "")
    call.expect(not await call.request.read(), "anonymous-token takes no body")
    if not call.expect(client_id, "X-Client-Id is missing"):
        return reply.as_json({"code": 400, "message": "X-Client-Id header is required"}, 400)
    call.expect(is_uuid(client_id), "X-Client-Id is not a UUID", client_id)
    issued = call.world.issue_token(client_id)
    if issued is None:
        return reply.as_json({"code": 429, "message": "one token per client per 7 days"}, 429)
    value, account = issued
    expires = datetime.now(UTC) + timedelta(seconds=call.world.settings.token_seconds)
    data = {
        "token": value,
        "user_id": account.user_id,
        "expires_at": expires.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "credits": account.available,
    }
    return reply.business(data)


async def open_session(call: Call) -> Answer:
    """A new session."""
    fields = await read_fields(call)
    for name in ("task_name", "language"):
        if not call.expect(_is_filled(fields.get(name), str), f"{name} is missing"):
            return reply.invalid(name, "Field required")
    call.expect_only(fields, {"task_name", "language"})
    assert call.account is not None
    session = call.world.open_session(call.account, fields["task_name"], fields["language"])
    call.entry["session"] = session.sid
    return reply.business(
        {"session_id": session.sid, "task_id": session.task_id, "user_id": call.account.user_id}
    )


def _is_filled(value: Any, kind: type) -> bool:
    """True for a value of this type that is not empty."""
    return isinstance(value, kind) and bool(value)


async def state(call: Call) -> Answer:
    """What the session holds; the fault `stale` shows it as it was before the latest change."""
    session = call.session(call.request.match_info["sid"])
    if session is None:
        return call.code(1002)
    draft, generated = session.drafts[-1], session.generated
    if call.kind == "stale" and len(session.drafts) > 1:
        draft, generated = session.drafts[-2], session.generated[:-1]
    content = {
        "draft": draft,
        "video_infos": [_video_info(upload) for upload in session.uploads],
        "generated_media": generated,
        "canvas_config": {"width": 1920, "height": 1080, "fps": 30},
        "video_analyses": {},
    }
    data = {
        "session_id": session.sid,
        "task_id": session.task_id,
        "task_name": session.task_name,
        "user_id": session.account.user_id,
        "state": content,
    }
    return reply.business(data)


def _video_info(upload: Upload) -> Json:
    return {
        "filename": upload.name,
        "file_type": upload.blob.file_type,
        "duration": upload.blob.duration,
        "hash": upload.blob.sha256,
    }


async def credits(call: Call) -> Answer:
    """The balance."""
    account = call.account
    assert account is not None
    total = account.available + account.frozen
    return reply.business(
        {"available": account.available, "frozen": account.frozen, "total": total}
    )


async def render(call: Call) -> Answer:
    """Start a render under the client's id."""
    fields = await read_fields(call)
    for check in (_check_plan, _check_fields, _check_output, _check_draft):
        refused = check(call, fields)
        if refused is not None:
            return refused
    session = call.session(fields["sessionId"])
    if session is None:
        return call.code(1002)
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


def _envelope(data: Json) -> Answer:
    """A render envelope that says success (docs/api.md section 1)."""
    return reply.as_json({"success": True, "data": data})


def _failure(error: str, status: int) -> Answer:
    """A render envelope that says failure."""
    return reply.as_json({"success": False, "error": error}, status)


def _check_plan(call: Call, _: Json) -> Answer | None:
    if call.entry["attribution"] and call.world.settings.plan != "free":
        return None
    return _failure("Export requires a registered account or a plan", 402)


def _check_fields(call: Call, fields: Json) -> Answer | None:
    for name, kind in RENDER_FIELDS.items():
        if not call.expect(_is_filled(fields.get(name), kind), f"a render without {name}"):
            return reply.invalid(name, "Field required")
    call.expect_only(fields, set(RENDER_FIELDS))
    return None


def _check_output(call: Call, fields: Json) -> Answer | None:
    output = fields["output"]
    good = output.get("format") == "mp4" and _is_filled(output.get("quality"), str)
    if call.expect(good, "output must be format mp4 and a quality", str(output)):
        return None
    return reply.invalid("output", "format and quality required")


def _check_draft(call: Call, fields: Json) -> Answer | None:
    draft = fields["draft"]
    filled = [track for track in draft.get("t") or [] if track.get("sg")]
    if not call.expect(filled, "a draft with nothing on any track"):
        return _failure("The draft is empty", 400)
    is_known = call.world.knows_draft(draft)
    call.expect(is_known, "the draft is not one that a session has had")
    return None


def _again(
    call: Call,
    known: Render,
    fields: Json,
    session: Session,
) -> Answer:
    same = known.session is session and known.draft == fields["draft"]
    call.expect(same, "a render id used twice for different work", known.rid)
    if call.world.settings.duplicate_renders == "refuse":
        return _duplicate()
    return _posted(call, known)


def _duplicate() -> Answer:
    return _failure("A render with this id already exists", 409)


def _bend(call: Call, made: Render) -> None:
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


def _posted(call: Call, made: Render) -> Answer:
    data = _progress(call, made)
    if made.shape == "bare":
        return reply.as_json({"taskId": made.rid, **data}, 202)
    return _envelope({"id": made.rid, **data})


async def poll(call: Call) -> Answer:
    """The status of a render, in its own shape."""
    made = call.render()
    if made is None:
        return _unknown()
    _note_poll(call, made)
    if call.kind in ("failed", "expired_url"):
        _bend(call, made)
    shape = call.rule.arg if call.kind == "shape" else made.shape
    if shape == "bare":
        return reply.as_json(_bare(call, made))
    return _envelope(_wrapped(call, made))


def _note_poll(call: Call, made: Render) -> None:
    now, pace = call.world.now(), call.world.settings.min_poll_seconds
    since = now - made.polled_at
    call.expect(not made.polls or since >= pace, "polled too soon", f"after {since:.2f} s")
    made.polls += 1
    made.polled_at = now


def _unknown() -> Answer:
    return _failure("Render not found", 404)


def _bare(call: Call, made: Render) -> Json:
    answer = {"taskId": made.rid, **_progress(call, made)}
    return answer | _ending(call, made, answer["status"], _bare_result)


def _bare_result(call: Call, made: Render) -> Json:
    output = {
        "url": _result_url(call, made),
        "duration": made.draft.get("d", 0) / 1000,
        "size": made.result.size,
    }
    return {"output": output}


def _wrapped(call: Call, made: Render) -> Json:
    answer = {"id": made.rid, **_progress(call, made), "createdAt": round(made.began * 1000)}
    return answer | _ending(call, made, answer["status"], _wrapped_result)


def _wrapped_result(call: Call, made: Render) -> Json:
    return {
        "outputUrl": _result_url(call, made),
        "completedAt": round((made.began + made.seconds) * 1000),
    }


def _progress(call: Call, made: Render) -> Json:
    now = call.world.now()
    return {"status": made.status(now), "progress": made.progress(now)}


def _ending(
    call: Call,
    made: Render,
    status: str,
    result: Callable[[Call, Render], Json],
) -> Json:
    """What an answer says of a render that has ended."""
    if status == "completed":
        return result(call, made)
    if status == "failed":
        return {"error": made.failed}
    return {}


def _result_url(call: Call, made: Render) -> str:
    """Every poll gets its own URL. A render that expires URLs gives dead ones, once or always."""
    serial = len(made.urls) + 1
    made.urls[serial] = call.world.now()
    if made.expiring:
        made.urls[serial] = -1.0
    if made.expiring == "once":
        made.expiring = ""
    query = f"serial={serial}&signature=s{made.number}x{serial}"
    return f"{call.host.base_url}/cdn/results/{made.number}/output.mp4?{query}"


async def cancel(call: Call) -> Answer:
    """Stop a render."""
    made = call.render()
    if made is None:
        return _unknown()
    if made.status(call.world.now()) in ("pending", "processing"):
        made.cancelled = True
    return _envelope({"id": made.rid, "status": made.status(call.world.now())})


def show_clip(session: Session, initial_draft: str) -> None:
    """After an upload, a sandbox set to `initial_draft: clip` shows the clips in the draft."""
    if initial_draft == "clip":
        session.drafts.append(agent.clip_draft(session))
