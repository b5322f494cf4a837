"""The sandbox notices every breach of the contract, and writes it down."""

from __future__ import annotations

import asyncio

import pytest

from nemowatch.sandbox.media import sample_video

pytestmark = pytest.mark.anyio
CLIENT_ID = "6f1de3c4-5a8e-4d0b-9d1c-1a2b3c4d5e6f"


async def wrong_field(api) -> None:
    await api.upload(await api.session(), field="file")


async def second_upload(api) -> None:
    await api.control("settings", {"uploads_per_session": 1})
    sid = await api.ready()
    await api.upload(sid, "other.mp4", sample_video() + b"\x00\x00\x00\x08free")


async def same_upload(api) -> None:
    await api.upload(await api.ready())
    await api.upload(next(iter(api.sandbox.world.sessions)))


async def no_draft(api) -> None:
    sid = await api.ready()
    body = {"id": "r1", "sessionId": sid, "output": {"format": "mp4", "quality": "high"}}
    assert (await api.http.post("/api/render/proxy/lambda", json=body)).status_code == 422


async def empty_draft(api) -> None:
    assert (await api.render("r1", await api.ready())).status_code == 400


async def changed_draft(api) -> None:
    sid = await api.edited()
    await api.render("r1", sid, (await api.state(sid))["draft"] | {"d": 1})


async def export_in_chat(api) -> None:
    await api.turn(await api.ready(), "Export the video")


async def token_to_result(api) -> None:
    sid = await api.edited()
    await api.render("r1", sid)
    await api.http.get(await api.result_url("r1"))


async def two_turns(api) -> None:
    # long enough for the second to be sent while the first one runs, on a busy machine too
    await api.control("settings", {"turn_seconds": 3.0})
    sid = await api.ready()
    await asyncio.gather(api.turn(sid), api.turn(sid))


async def fast_polls(api) -> None:
    await api.control("settings", {"min_poll_seconds": 5.0})
    sid = await api.edited()
    await api.render("r1", sid)
    await api.poll("r1")
    await api.poll("r1")


async def no_accept(api) -> None:
    body = {"app_name": "nemo_agent", "user_id": "me", "session_id": await api.ready()}
    await api.http.post("/run_sse", json=body | {"new_message": {"parts": [{"text": "dub it"}]}})


async def no_version(api) -> None:
    api.http.headers["X-Skill-Version"] = "2"
    await api.session()


async def one_id_for_two(api) -> None:
    await api.render("r1", await api.edited())
    await api.render("r1", await api.edited())


async def token_to_token(api) -> None:
    await api.http.post("/api/auth/anonymous-token", headers={"X-Client-Id": CLIENT_ID})


async def unknown_path(api) -> None:
    assert (await api.http.get("/api/export")).status_code == 404


@pytest.mark.parametrize(
    ("breach", "what"),
    [
        (wrong_field, "a part that is no file called files"),
        (second_upload, "a second upload into one session"),
        (same_upload, "the same file uploaded twice into one session"),
        (no_draft, "a render without draft"),
        (empty_draft, "a draft with nothing on any track"),
        (changed_draft, "the draft is not one that a session has had"),
        (export_in_chat, "export sent to the agent"),
        (token_to_result, "the token was sent where none belongs"),
        (two_turns, "a turn sent while another of the session runs"),
        (fast_polls, "polled too soon"),
        (no_accept, "a chat turn without Accept: text/event-stream"),
        (no_version, "X-Skill-Version is missing or wrong"),
        (one_id_for_two, "a render id used twice for different work"),
        (token_to_token, "the token was sent where none belongs"),
        (unknown_path, "no such endpoint"),
    ],
)
async def test_breaches_are_written_down(playing, breach, what: str) -> None:
    """Each breach of the contract is a violation, under its own words."""
    async with playing() as api:
        await breach(api)
        assert what in await api.violations()


def raw_upload(sid: str, declared: int, body: bytes) -> bytes:
    """An upload whose Content-Length is what the test wants."""
    head = (
        f"POST /api/upload-video/nemo_agent/me/{sid} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer"
        " a-token\r\n"
    )
    head += "X-Skill-Source: a\r\nX-Skill-Version: 1.0.0\r\nX-Skill-Platform: unknown\r\n"
    head += f"Content-Type: multipart/form-data; boundary=B\r\nContent-Length: {declared}\r\n\r\n"
    return head.encode() + body


@pytest.mark.parametrize(
    ("off", "what"),
    [
        (40, "Content-Length is larger than the body"),
        (-30, "bytes that are no HTTP request (a wrong Content-Length?)"),
    ],
)
async def test_a_wrong_content_length_is_noticed(playing, wait_until, off: int, what: str) -> None:
    """Too many or too few bytes declared: a violation, and no file."""
    async with playing() as api:
        sid = await api.session()
        body = (
            b'--B\r\nContent-Disposition: form-data; name="files"; filename="a.mp4"\r\n\r\n'
            + bytes(100)
            + b"\r\n--B--\r\n"
        )
        reader, writer = await asyncio.open_connection("127.0.0.1", api.sandbox.port)
        writer.write(raw_upload(sid, len(body) + off, body))
        await writer.drain()

        async def noticed() -> bool:
            return what in await api.violations()

        await wait_until(noticed)
        assert b" 4" in await reader.readline()
        writer.close()
        await writer.wait_closed()
        assert (await api.ledger())["sessions"][sid]["uploads"] == []
