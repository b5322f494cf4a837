"""Token, session, state, credits and renders (docs/api.md sections 3, 4, 7, 8, 9): what each
accepts and answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from nemowatch.sandbox import agent, reply
from nemowatch.sandbox.door import Call, is_uuid, read_fields
from nemowatch.sandbox.reply import Answer
from nemowatch.sandbox.world import Render, Session

Json = dict[str, Any]


async def token(call: Call) -> Answer:
    """An anonymous token; 400 without a client id, 429 when that id has had all of its own."""
    client_id = call.request.headers.get("X-Client-Id", "")
    if await call.request.read():
        call.violation("anonymous-token takes no body")
    if not client_id:
        call.violation("X-Client-Id is missing")
        return reply.as_json({"code": 400, "message": "X-Client-Id header is required"}, 400)
    if not is_uuid(client_id):
        call.violation("X-Client-Id is not a UUID", client_id)
    issued = call.world.issue_token(client_id)
    if issued is None:
        return reply.as_json({"code": 429, "message": "one token per client per 7 days"}, 429)
    value, account = issued
    expires = datetime.now(UTC) + timedelta(seconds=call.world.settings.token_seconds)
    data = {
        "token": value,
        "user_id": account.user_id,
        "expires_at": expires.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    return reply.business(data | {"credits": account.available})


async def open_session(call: Call) -> Answer:
    """A new session."""
    fields = await read_fields(call)
    for name in ("task_name", "language"):
        if not isinstance(fields.get(name), str) or not fields[name]:
            call.violation(f"{name} is missing")
            return reply.invalid(name, "Field required")
    _extra(call, fields, {"task_name", "language"})
    assert call.account is not None
    session = call.world.open_session(call.account, fields["task_name"], fields["language"])
    call.entry["session"] = session.sid
    return reply.business(
        {"session_id": session.sid, "task_id": session.task_id, "user_id": call.account.user_id}
    )


def _extra(call: Call, fields: Json, known: set[str]) -> None:
    for name in sorted(set(fields) - known):
        call.violation(f"unknown field {name}")


async def state(call: Call) -> Answer:
    """What the session holds; the fault `stale` shows it as it was before the latest change."""
    session = call.session(call.request.match_info["sid"])
    if session is None:
        return call.code(1002)
    stale = call.kind == "stale" and len(session.drafts) > 1
    generated = session.generated[:-1] if stale else session.generated
    content = {
        "draft": session.drafts[-2 if stale else -1],
        "video_infos": [_video_info(u.name, u.blob) for u in session.uploads],
        "generated_media": generated,
        "canvas_config": {"width": 1920, "height": 1080, "fps": 30},
        "video_analyses": {},
    }
    data = {"session_id": session.sid, "task_id": session.task_id, "task_name": session.task_name}
    return reply.business(data | {"user_id": session.account.user_id, "state": content})


def _video_info(name: str, blob: Any) -> Json:
    return {
        "filename": name,
        "file_type": blob.file_type,
        "duration": blob.duration,
        "hash": blob.sha256,
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
    if (refused := _refused_render(call, fields)) is not None:
        return refused
    session = call.session(fields["sessionId"])
    if session is None:
        return call.code(1002)
    known = call.world.renders.get(fields["id"])
    if known is not None:
        return _again(call, known, fields, session)
    if call.kind == "forget":
        return reply.as_json(
            {"success": True, "data": {"id": fields["id"], "status": "pending", "progress": 0}}
        )
    made = call.world.begin_render(
        fields["id"], session, fields["draft"], call.skill, fields["output"]["quality"]
    )
    _bend(call, made)
    if call.kind == "duplicate":
        return _duplicate()
    return _posted(call, made)


def _refused_render(call: Call, fields: Json) -> Answer | None:
    """What is wrong with a posted render; None when nothing is."""
    if not call.entry["attribution"] or call.world.settings.plan == "free":
        return reply.as_json(
            {"success": False, "error": "Export requires a registered account or a plan"}, 402
        )
    for name, kind in (("id", str), ("sessionId", str), ("draft", dict), ("output", dict)):
        if not isinstance(fields.get(name), kind) or not fields[name]:
            call.violation(f"a render without {name}")
            return reply.invalid(name, "Field required")
    _extra(call, fields, {"id", "sessionId", "draft", "output"})
    output = fields["output"]
    if (
        output.get("format") != "mp4"
        or not isinstance(output.get("quality"), str)
        or not output["quality"]
    ):
        call.violation("output must be format mp4 and a quality", str(output))
        return reply.invalid("output", "format and quality required")
    if not any(track.get("sg") for track in fields["draft"].get("t") or []):
        call.violation("a draft with nothing on any track")
        return reply.as_json({"success": False, "error": "The draft is empty"}, 400)
    if not call.world.knows_draft(fields["draft"]):
        call.violation("the draft is not one that a session has had")
    return None


def _again(call: Call, known: Render, fields: Json, session: Session) -> Answer:
    if known.session is not session or known.draft != fields["draft"]:
        call.violation("a render id used twice for different work", known.rid)
    if call.world.settings.duplicate_renders == "refuse":
        return _duplicate()
    return _posted(call, known)


def _duplicate() -> Answer:
    return reply.as_json({"success": False, "error": "A render with this id already exists"}, 409)


def _bend(call: Call, made: Render) -> None:
    """What a fault does to one render."""
    rule = call.rule
    if rule is None:
        return
    if rule.kind == "failed":
        made.failed = "The render worker ran out of memory"
    elif rule.kind == "slow_render":
        made.seconds = rule.number(made.seconds)
    elif rule.kind == "shape":
        made.shape = rule.arg
    elif rule.kind == "expired_url":
        made.expiring = rule.arg or "once"


def _posted(call: Call, made: Render) -> Answer:
    data = {
        "id": made.rid,
        "status": made.status(call.world.now()),
        "progress": made.progress(call.world.now()),
    }
    if made.shape == "bare":
        return reply.as_json(
            {"taskId": made.rid, "status": data["status"], "progress": data["progress"]}, 202
        )
    return reply.as_json({"success": True, "data": data})


async def poll(call: Call) -> Answer:
    """How a render stands, in its own shape."""
    made = _render_of(call)
    if made is None:
        return _unknown()
    now, pace = call.world.now(), call.world.settings.min_poll_seconds
    if pace and made.polled_at >= 0 and now - made.polled_at < pace:
        call.violation("polled too soon", f"after {now - made.polled_at:.2f} s")
    made.polls, made.polled_at = made.polls + 1, now
    if call.kind in ("failed", "expired_url"):
        _bend(call, made)
    shape = call.rule.arg if call.rule and call.kind == "shape" else made.shape
    return reply.as_json(
        _bare(call, made) if shape == "bare" else {"success": True, "data": _wrapped(call, made)}
    )


def _render_of(call: Call) -> Render | None:
    made = call.world.renders.get(call.request.match_info["rid"])
    return made if made is not None and made.session.account is call.account else None


def _unknown() -> Answer:
    return reply.as_json({"success": False, "error": "Render not found"}, 404)


def _bare(call: Call, made: Render) -> Json:
    now = call.world.now()
    answer: Json = {"taskId": made.rid, "status": made.status(now), "progress": made.progress(now)}
    if answer["status"] == "completed":
        duration = made.draft.get("d", 0) / 1000
        answer["output"] = {
            "url": _result_url(call, made),
            "duration": duration,
            "size": made.result.size,
        }
    if answer["status"] == "failed":
        answer["error"] = made.failed
    return answer


def _wrapped(call: Call, made: Render) -> Json:
    now = call.world.now()
    answer: Json = {"id": made.rid, "status": made.status(now), "progress": made.progress(now)}
    answer["createdAt"] = round(made.began * 1000)
    if answer["status"] == "completed":
        answer["outputUrl"] = _result_url(call, made)
        answer["completedAt"] = round((made.began + made.seconds) * 1000)
    if answer["status"] == "failed":
        answer["error"] = made.failed
    return answer


def _result_url(call: Call, made: Render) -> str:
    """A URL of its own for every poll; a render that expires URLs gives dead ones, once or
    always."""
    serial = len(made.urls) + 1
    dead = made.expiring != ""
    if made.expiring == "once":
        made.expiring = ""
    made.urls[serial] = -1.0 if dead else call.world.now()
    query = f"serial={serial}&signature=s{made.number}x{serial}"
    return f"{call.host.base_url}/cdn/results/{made.number}/output.mp4?{query}"


async def cancel(call: Call) -> Answer:
    """Stop a render."""
    made = _render_of(call)
    if made is None:
        return _unknown()
    if made.status(call.world.now()) in ("pending", "processing"):
        made.cancelled = True
    return reply.as_json(
        {"success": True, "data": {"id": made.rid, "status": made.status(call.world.now())}}
    )


def show_clip(session: Session, initial_draft: str) -> None:
    """After an upload, a sandbox set to `initial_draft: clip` shows the clips in the draft at
    once."""
    if initial_draft == "clip":
        session.drafts.append(agent.clip_draft(session))
