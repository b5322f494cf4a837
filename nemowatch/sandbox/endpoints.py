"""Token, session, state and credits (docs/api.md sections 3, 4, 7, 8): what each accepts
and answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from nemowatch.sandbox import agent, reply
from nemowatch.sandbox.door import read_fields
from nemowatch.sandbox.field_checks import is_filled, is_uuid
from nemowatch.sandbox.incoming_call import IncomingCall
from nemowatch.sandbox.records import CloudSession, CloudUpload
from nemowatch.sandbox.reply import Response

Json = dict[str, Any]


async def token(call: IncomingCall) -> Response:
    """An anonymous token; 400 without a client id, 429 when that id has used up its own."""
    client_id = call.request.headers.get("X-Client-Id", "")
    call.expect(not await call.request.read(), "anonymous-token takes no body")
    refusal = reply.as_json({"code": 400, "message": "X-Client-Id header is required"}, 400)
    call.demand(client_id, "X-Client-Id is missing", refusal)
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


async def open_session(call: IncomingCall) -> Response:
    """A new session."""
    fields = await read_fields(call)
    for name in ("task_name", "language"):
        is_there = is_filled(fields.get(name), str)
        call.demand(is_there, f"{name} is missing", reply.invalid(name, "Field required"))
    call.expect_only(fields, {"task_name", "language"})
    assert call.account is not None
    if call.kind == "same":
        session = list(call.world.sessions.values())[-1]
    else:
        session = call.world.open_session(call.account, fields["task_name"], fields["language"])
    call.entry["session"] = session.sid
    return reply.business(
        {"session_id": session.sid, "task_id": session.task_id, "user_id": call.account.user_id}
    )


async def state(call: IncomingCall) -> Response:
    """What the session holds; the fault `stale` shows it as it was before the latest change."""
    session = call.session(call.request.match_info["sid"])
    if call.world.settings.signed_media:
        session.drafts.append(agent.signed(session.drafts[-1], len(session.drafts)))
    draft, generated = session.drafts[-1], session.generated
    if call.kind == "stale" and len(session.drafts) > 1:
        draft, generated = session.drafts[-2], session.generated[:-1]
    content: Json | None = {
        "draft": draft,
        "video_infos": list(map(_video_info, session.uploads)),
        "generated_media": generated,
        "canvas_config": {"width": 1920, "height": 1080, "fps": 30},
        "video_analyses": {},
    }
    if call.kind == "null":
        content = None
    data = {
        "session_id": session.sid,
        "task_id": session.task_id,
        "task_name": session.task_name,
        "user_id": session.account.user_id,
        "state": content,
    }
    return reply.business(data)


def _video_info(upload: CloudUpload) -> Json:
    return {
        "filename": upload.name,
        "file_type": upload.blob.file_type,
        "duration": upload.blob.duration,
        "hash": upload.blob.sha256,
    }


async def credits(call: IncomingCall) -> Response:
    """The balance."""
    account = call.account
    assert account is not None
    total = account.available + account.frozen
    return reply.business(
        {"available": account.available, "frozen": account.frozen, "total": total}
    )


def show_clip(session: CloudSession, initial_draft: str) -> None:
    """After an upload, a sandbox set to `initial_draft: clip` shows the clips in the draft."""
    if initial_draft == "clip":
        session.drafts.append(agent.clip_draft(session))
