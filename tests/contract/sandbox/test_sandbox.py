"""The sandbox serves docs/api.md section 10, and counts what happens."""

from __future__ import annotations

import hashlib
import io
import json

import httpx
import pytest

from nemowatch.sandbox.event_styles import STYLES
from nemowatch.sandbox.media import duration_of, is_mp4, sample_script, sample_video, top_boxes

pytestmark = pytest.mark.anyio
CLIENT_ID = "6f1de3c4-5a8e-4d0b-9d1c-1a2b3c4d5e6f"


def test_the_sample_is_a_small_whole_faststart_mp4() -> None:
    """The packaged MP4 is at most 300 kB, six seconds long, and has its index before its data."""
    stream = io.BytesIO(sample_video())
    kinds = [box.kind for box in top_boxes(stream)]
    assert is_mp4(stream)
    assert kinds.index("moov") < kinds.index("mdat")
    assert len(sample_video()) <= 300_000
    assert 5.5 < duration_of(stream) < 6.5
    assert b"avc1" in sample_video()
    assert b"mp4a" in sample_video()


def test_the_sample_script_is_short() -> None:
    """The packaged script has fewer than sixty words."""
    assert 20 < len(sample_script().split()) < 60


def test_a_cut_mp4_is_not_whole() -> None:
    """A file whose last box reaches past its end is told from a whole one."""
    assert not is_mp4(io.BytesIO(sample_video()[:-1]))


async def test_the_whole_way(playing) -> None:
    """Token, session, upload, turn, state, render, poll, download: a result bit for bit as the
    ledger says, no violation."""
    async with playing() as api:
        headers = {"X-Client-Id": CLIENT_ID, "Authorization": ""}
        del headers["Authorization"]
        async with httpx.AsyncClient(base_url=api.sandbox.url, trust_env=False) as bare:
            skill = {
                "X-Skill-Source": "a",
                "X-Skill-Version": "1.0.0",
                "X-Skill-Platform": "unknown",
            }
            token = (await bare.post("/api/auth/anonymous-token", headers=headers | skill)).json()[
                "data"
            ]
        assert token["token"].startswith("nmv_usr_")
        assert token["user_id"].startswith("anon_")
        api.http.headers["Authorization"] = f"Bearer {token['token']}"
        sid = await api.session()
        assert len(sid) == 19
        assert sid.isdigit()
        file = (await api.upload(sid)).json()["data"]["files"][0]
        assert (file["filename"], file["file_type"], file["duration"]) == ("clip.mp4", "video", 6.0)
        await api.turn(sid)
        assert (await api.render("render_1", sid)).status_code in (200, 202)
        data = (await api.plain(await api.result_url("render_1"))).content
        record = await api.ledger()
        made = record["sessions"][sid]["renders"][0]
        assert hashlib.sha256(data).hexdigest() == made["sha256"]
        assert (made["status"], made["bytes"], made["downloads"]) == ("completed", len(data), 1)
        assert is_mp4(io.BytesIO(data))
        assert data.startswith(sample_video())
        assert record["violations"] == []
        assert all(entry["attribution"] for entry in record["requests"])


async def test_results_differ_by_render(playing) -> None:
    """Two renders of one draft are two files: a mixed-up download would be seen."""
    async with playing() as api:
        sid = await api.edited()
        await api.render("r1", sid)
        await api.render("r2", sid)
        renders = (await api.ledger())["sessions"][sid]["renders"]
        assert renders[0]["sha256"] != renders[1]["sha256"]


async def test_what_is_no_mp4_gives_a_result_from_the_sample(playing) -> None:
    """Audio goes in, a playable MP4 comes out."""
    async with playing() as api:
        sid = await api.session()
        assert (await api.upload(sid, "talk.mp3", b"ID3" + bytes(100))).json()["data"]["files"][0][
            "file_type"
        ] == "audio"
        await api.turn(sid)
        await api.render("r1", sid)
        assert is_mp4(io.BytesIO((await api.plain(await api.result_url("r1"))).content))


async def test_a_turn_charges_once_and_the_balance_goes_down(playing) -> None:
    """100 for the first turn of a session, 50 for a later one, and 2001 when the balance is too
    low."""
    async with playing(credits=190) as api:
        sid = await api.edited()
        await api.turn(sid, "make the voice slower")
        refused = await api.turn(sid, "and louder")
        assert refused.json()["code"] == 2001
        assert await api.charged(sid) == 150
        balance = (await api.http.get("/api/credits/balance/simple")).json()["data"]
        assert balance == {"available": 40, "frozen": 0, "total": 40}
        await api.control("credits", {"available": 1000})
        await api.turn(sid, "and louder")
        assert (await api.ledger())["totals"] | {"charged_turns": 3, "charged": 200} == (
            await api.ledger()
        )["totals"]


@pytest.mark.parametrize(
    ("skill", "message", "track"),
    [
        ("transcribe-video-to-text", "transcribe the spoken dialogue", 7),
        ("multilingual-video-dubbing", "dub this video into French", 1),
        ("ai-voiceover-for-video", "add a voiceover", 1),
    ],
)
async def test_a_turn_puts_its_work_on_a_track(
    playing, skill: str, message: str, track: int
) -> None:
    """Transcripts become timed text, voices become audio, and the clip stays on its video track."""
    async with playing() as api:
        api.http.headers["X-Skill-Source"] = skill
        sid = await api.ready()
        await api.turn(sid, message)
        draft = (await api.state(sid))["draft"]
        assert {0, track} == {entry["tt"] for entry in draft["t"]}
        assert draft["d"] == 6000
        if track == 7:
            texts = next(entry["sg"] for entry in draft["t"] if entry["tt"] == 7)
            assert [s["start"] for s in texts] == [0, 1500, 3000, 4500]
            assert all(s["duration"] == 1500 and s["m"]["text"] for s in texts)


async def test_a_script_needs_no_upload_and_anything_else_does(playing) -> None:
    """`voiceover-generator` works from the message; another skill without a clip asks back and
    costs nothing."""
    async with playing() as api:
        sid = await api.session()
        answer = await api.turn(sid, "dub it")
        assert "upload" in answer.text
        assert await api.charged(sid) == 0
        api.http.headers["X-Skill-Source"] = "voiceover-generator"
        await api.turn(sid, "read this: good morning")
        assert await api.charged(sid) == 100


@pytest.mark.parametrize("form", ["text", "content", "title", "plain", "laid"])
async def test_captions_come_in_every_spelling(playing, form: str) -> None:
    """The keys of text segments vary as docs/api.md section 7 says they do."""
    async with playing(captions=form) as api:
        api.http.headers["X-Skill-Source"] = "transcribe-video-to-text"
        sid = await api.edited()
        segment = (await api.state(sid))["draft"]["t"][1]["sg"][0]
        assert "Good morning" in json.dumps(segment)


@pytest.mark.parametrize("style", STYLES)
async def test_streams_come_in_every_style(playing, parse_events, style: str) -> None:
    """Each style carries the same answer; the partial one first in pieces, then whole."""
    async with playing(style=style) as api:
        answer = await api.turn(await api.ready())
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        assert "I dubbed your video." in json.dumps(parse_events(answer.text))
        partial = [event for event in parse_events(answer.text) if event.get("partial")]
        assert bool(partial) == (style == "adk_partial")


async def test_by_default_styles_vary_and_every_third_turn_is_silent(playing) -> None:
    """Without a switch the turns go through all forms, and about 30 % close without text."""
    async with playing(style="vary", silent_every=3) as api:
        answers = [(await api.turn(await api.ready())).text for _ in range(5)]
        assert ["I dubbed" in text or '"partial":true' in text for text in answers] == [
            True,
            True,
            False,
            True,
            True,
        ]
        assert len({text.split(":")[1][:12] for text in answers}) > 1
        outcomes = [s["turns"][0]["outcome"] for s in (await api.ledger())["sessions"].values()]
        assert outcomes == ["done", "done", "silent", "done", "done"]


async def test_a_working_turn_shows_signs_of_life(playing) -> None:
    """Heartbeats come in a settable rhythm; zero means silence."""
    async with playing(turn_seconds=0.3, heartbeat_seconds=0.05) as api:
        lively = (await api.turn(await api.ready())).text
        await api.control("settings", {"heartbeat_seconds": 0.0})
        silent = (await api.turn(await api.ready())).text
        assert ": keep-alive" in lively
        assert ": keep-alive" not in silent
        assert "data: heartbeat" not in silent


async def test_both_render_shapes(playing) -> None:
    """Bare and enveloped answers, in turns or as set."""
    async with playing(render_shape="vary") as api:
        sid = await api.edited()
        for rid in ("r1", "r2"):
            await api.render(rid, sid)
            await api.result_url(rid)
        wrapped = (await api.http.get("/api/render/proxy/lambda/r1")).json()
        bare = (await api.http.get("/api/render/proxy/lambda/r2")).json()
        assert wrapped["success"] is True
        assert wrapped["data"]["outputUrl"].startswith(api.sandbox.url)
        assert bare["taskId"] == "r2"
        assert bare["output"]["size"] > len(sample_video())


async def test_a_known_render_id_is_returned_or_refused(playing) -> None:
    """A second post under one id makes no second render."""
    async with playing() as api:
        sid = await api.edited()
        await api.render("r1", sid)
        assert (await api.render("r1", sid)).status_code in (200, 202)
        await api.control("settings", {"duplicate_renders": "refuse"})
        assert (await api.render("r1", sid)).status_code == 409
        assert (await api.ledger())["totals"]["renders"] == 1


async def test_a_render_can_be_cancelled_and_an_unknown_one_is_not_found(playing) -> None:
    """Cancel stops a render that runs; ids nobody posted are 404."""
    async with playing(render_seconds=60.0) as api:
        sid = await api.edited()
        await api.render("r1", sid)
        assert (await api.http.post("/api/render/proxy/lambda/r1/cancel")).json()["data"][
            "status"
        ] == "cancelled"
        assert (await api.poll("r1"))["status"] == "cancelled"
        assert (await api.http.get("/api/render/proxy/lambda/nobody")).status_code == 404
        assert (await api.http.post("/api/render/proxy/lambda/nobody/cancel")).status_code == 404


async def test_ranges(playing) -> None:
    """206 for a range of the same content, 200 when If-Range names another, 416 past the end."""
    async with playing() as api:
        sid = await api.edited()
        await api.render("r1", sid)
        url = await api.result_url("r1")
        whole = await api.plain(url)
        size, etag = len(whole.content), whole.headers["ETag"]
        tail = await api.plain(url, Range=f"bytes={size - 100}-", **{"If-Range": etag})
        assert (tail.status_code, tail.content) == (206, whole.content[-100:])
        assert tail.headers["Content-Range"] == f"bytes {size - 100}-{size - 1}/{size}"
        middle = await api.plain(url, Range="bytes=10-19")
        assert middle.content == whole.content[10:20]
        other = await api.plain(url, Range="bytes=10-", **{"If-Range": '"other"'})
        assert (other.status_code, len(other.content)) == (200, size)
        assert (await api.plain(url, Range=f"bytes={size}-")).status_code == 416
        assert (await api.http.get("/api/render/proxy/r1/download")).content == whole.content


async def test_a_session_takes_a_file_by_its_cdn_url(playing) -> None:
    """Another session has the same bytes without a second transfer; a URL of a file that is not
    there is 4001."""
    async with playing() as api:
        first = (await api.upload(await api.session())).json()["data"]["files"][0]
        sid = await api.session()
        second = (await api.upload_url(sid, first["cdn_url"])).json()["data"]["files"][0]
        assert second["hash"] == first["hash"]
        refused = await api.upload_url(
            await api.session(), f"{api.sandbox.url}/cdn/uploads/00/clip.mp4"
        )
        assert refused.json()["code"] == 4001
        record = await api.ledger()
        assert record["received"][first["hash"]]["times"] == 1
        assert [u["by"] for u in record["sessions"][sid]["uploads"]] == ["url"]
        assert (await api.plain(first["cdn_url"])).content == sample_video()


@pytest.mark.parametrize(
    ("name", "data", "code"), [("a.txt", b"hello", 4001), ("a.mp4", b"x" * 200, 4002)]
)
async def test_files_that_the_cloud_does_not_take(
    playing, name: str, data: bytes, code: int
) -> None:
    """4001 for another kind, 4002 for one that is too large."""
    async with playing(max_upload_bytes=100) as api:
        assert (await api.upload(await api.session(), name, data)).json()["code"] == code


async def test_lost_sessions_and_refused_tokens(playing) -> None:
    """An expired session is 1002 or a framework's 404; a revoked token is 1001 until it is
    restored."""
    async with playing() as api:
        sid = await api.ready()
        await api.control(f"sessions/{sid}/expire")
        assert (await api.turn(sid)).json() == {"detail": "Session not found"}
        await api.control("settings", {"session_gone": "code200"})
        gone = await api.turn(sid)
        assert (gone.status_code, gone.json()["code"]) == (200, 1002)
        await api.control("token", {"revoke": "a-token"})
        assert (await api.http.get("/api/credits/balance/simple")).json()["code"] == 1001
        await api.control("token", {"restore": "*"})
        assert (await api.http.get("/api/credits/balance/simple")).json()["code"] == 0
        await api.control("token", {"accept": ["another"]})
        await api.control("token", {"revoke": "a-token"})
        assert (await api.http.get("/api/credits/balance/simple")).json()["code"] == 1001


async def test_exports_need_a_plan_and_attribution(playing) -> None:
    """402 on a free plan, and 402 without attribution."""
    async with playing(plan="free") as api:
        sid = await api.edited()
        assert (await api.render("r1", sid)).status_code == 402
        await api.control("settings", {"plan": "paid"})
        draft = (await api.state(sid))["draft"]
        del api.http.headers["X-Skill-Source"]
        assert (await api.render("r1", sid, draft)).status_code == 402
        assert "X-Skill-Source is missing" in await api.violations()


async def test_tokens_can_be_rationed(playing) -> None:
    """One token for a client id when so set, then 429; 400 without an id."""
    async with playing(tokens_per_client=1) as api:
        ask = api.http.post
        assert (
            await ask("/api/auth/anonymous-token", headers={"X-Client-Id": CLIENT_ID})
        ).status_code == 200
        assert (
            await ask("/api/auth/anonymous-token", headers={"X-Client-Id": CLIENT_ID})
        ).status_code == 429
        assert (await ask("/api/auth/anonymous-token")).status_code == 400


async def test_a_client_that_leaves_ends_its_turn(playing, wait_until) -> None:
    """As in the real family; with the switch off the turn goes on and charges."""
    async with playing(turn_seconds=0.3) as api:
        sid = await api.ready()
        with pytest.raises(httpx.ReadTimeout):
            await api.turn(sid, timeout=0.05)

        async def ended() -> bool:
            return (await api.ledger())["sessions"][sid]["turns"][-1]["outcome"] != "running"

        await wait_until(ended)
        assert (await api.ledger())["sessions"][sid]["turns"][0]["outcome"] == "aborted"
        assert await api.charged(sid) == 0
        await api.control("settings", {"abort_on_disconnect": False})
        with pytest.raises(httpx.ReadTimeout):
            await api.turn(sid, timeout=0.05)
        await wait_until(ended)
        assert await api.charged(sid) == 100


async def test_a_body_cut_at_its_declared_length_is_noticed(playing) -> None:
    """A multipart body without its last boundary is a violation, and no file."""
    async with playing() as api:
        sid = await api.session()
        body = (
            b'--B\r\nContent-Disposition: form-data; name="files"; filename="a.mp4"\r\n\r\n'
            + bytes(100)
        )
        headers = {"Content-Type": "multipart/form-data; boundary=B"}
        await api.http.post(f"/api/upload-video/nemo_agent/me/{sid}", content=body, headers=headers)
        assert "a multipart body that cannot be read" in await api.violations()


@pytest.mark.parametrize(
    "name", ["Ärger & Käse.mp4", 'a "quoted" name.mp4', "a;b.mp4", "n" * 240 + ".mp4"]
)
async def test_names_arrive_as_they_are(playing, name: str) -> None:
    """A file's name may hold anything that a file's name may hold."""
    async with playing() as api:
        sid = await api.session()
        assert (await api.upload(sid, name)).json()["data"]["files"][0]["filename"] == name


async def test_a_large_upload_keeps_its_bytes(playing) -> None:
    """Many pieces, boundary-like bytes among them, arrive bit for bit."""
    async with playing() as api:
        data = (b"\r\n--boundary-like\r\n" + bytes(range(256)) * 64) * 300
        hash_ = (await api.upload(await api.session(), "big.mov", data)).json()["data"]["files"][0][
            "hash"
        ]
        assert hash_ == hashlib.sha256(data).hexdigest()


async def test_settings_refuse_what_does_not_exist(playing) -> None:
    """Unknown names and wrong types are 400 and change nothing."""
    async with playing() as api:
        assert (await api.http.post("/_sandbox/settings", json={"turn_secs": 1})).status_code == 400
        assert (await api.http.post("/_sandbox/settings", json={"plan": 7})).status_code == 400
        assert (await api.http.post("/_sandbox/faults", json=["chat:nonsense"])).status_code == 400
