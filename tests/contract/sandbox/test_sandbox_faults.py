"""Faults do what they say: before the effect or after it, once or always, on the wire or in the
content."""

from __future__ import annotations

import json
import time

import httpx
import pytest

from nemowatch.sandbox.faults import ANSWER, BEFORE, Faults, parse
from nemowatch.sandbox.media import sample_video

pytestmark = pytest.mark.anyio
CREDITS = "/api/credits/balance/simple"
CUT = (httpx.RemoteProtocolError, httpx.ReadError)


@pytest.mark.parametrize(
    ("text", "hits"),
    [
        ("credits:500", [1]),
        ("credits:500@3", [3]),
        ("credits:500@3+", [3, 4, 5]),
        ("credits:500@2-3", [2, 3]),
        ("credits:500@*", [1, 2, 3, 4, 5]),
    ],
)
def test_when_a_rule_strikes(text: str, hits: list[int]) -> None:
    """The part after @ counts matching requests from one."""
    faults = Faults([parse(text)])
    assert [n for n in range(1, 6) if faults.take("credits")] == hits
    assert faults.take("state") is None


@pytest.mark.parametrize(
    "text",
    [
        "nowhere:500",
        "chat:nonsense",
        "chat:500@0",
        "chat:500@x",
        "chat:style:odd",
        "chat:late:soon",
        "state:question",
    ],
)
def test_rules_that_do_not_exist_are_refused(text: str) -> None:
    """A typing mistake in a rule is an error, not a fault that never strikes."""
    with pytest.raises(ValueError, match=r"."):
        parse(text)


async def test_rules_can_be_narrowed(playing) -> None:
    """By session, skill or message; others pass and are not counted."""
    async with playing() as api:
        first, second = await api.ready(), await api.ready()
        await api.control(
            "faults", [{"endpoint": "chat", "kind": "500", "session": second, "count": 0}]
        )
        await api.control("faults", [{"endpoint": "chat", "kind": "503", "message": "French"}])
        assert (await api.turn(first)).status_code == 200
        assert (await api.turn(second)).status_code == 500
        assert (await api.turn(first, "dub it into French")).status_code == 503
        await api.http.delete("/_sandbox/faults")
        assert (await api.turn(second)).status_code == 200


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("500", 500, None),
        ("502", 502, None),
        ("429", 429, None),
        ("402", 402, None),
        ("404", 404, None),
        ("1001", 401, 1001),
        ("1002", 404, 1002),
        ("2001", 400, 2001),
        ("4001", 400, 4001),
        ("4002", 400, 4002),
        ("1001:200", 200, 1001),
        ("2001:200", 200, 2001),
        ("4002:413", 413, 4002),
    ],
)
async def test_statuses_and_codes(playing, kind: str, status: int, code: int | None) -> None:
    """Each as its HTTP status, and the business codes also as 200; nothing has happened then."""
    async with playing(f"chat:{kind}") as api:
        sid = await api.ready()
        answer = await api.turn(sid)
        assert answer.status_code == status
        if code:
            assert answer.json()["code"] == code
        if kind == "502":
            assert "html" in answer.headers["Content-Type"]
        assert await api.charged(sid) == 0
        assert (await api.turn(sid)).status_code == 200


async def test_retry_after(playing) -> None:
    """429 comes with the header or without."""
    async with playing("credits:429:7@1", "credits:429@2") as api:
        assert (await api.http.get(CREDITS)).headers["Retry-After"] == "7"
        assert "Retry-After" not in (await api.http.get(CREDITS)).headers


@pytest.mark.parametrize(
    ("kind", "charged"), [("reset", 0), ("after-reset", 100), ("500", 0), ("after-500", 100)]
)
async def test_before_and_after_the_effect(playing, kind: str, charged: int) -> None:
    """`after-` lets the turn happen first: the client cannot tell the two apart, the ledger can."""
    async with playing(f"chat:{kind}") as api:
        sid = await api.ready()
        try:
            assert (await api.turn(sid)).status_code == 500
        except httpx.ReadError:
            assert kind.endswith("reset")
        assert await api.charged(sid) == charged
        assert bool(await api.segments(sid)) == bool(charged)


async def test_an_upload_cut_in_its_body_leaves_nothing(playing) -> None:
    """The connection is reset after some bytes of the request; the session stays empty."""
    async with playing("upload:cut_request:5000") as api:
        sid = await api.session()
        with pytest.raises(httpx.TransportError):
            await api.upload(sid, data=sample_video() * 20)
        assert (await api.state(sid))["video_infos"] == []
        assert (await api.upload(sid)).status_code == 200


async def test_a_refused_connection(playing, wait_until) -> None:
    """After `refuse_next` nothing listens for a while, then the same port answers again."""
    async with playing("credits:refuse_next:0.3") as api:
        assert (await api.http.get(CREDITS)).status_code == 200

        async def refused() -> bool:
            try:
                await api.plain(api.sandbox.url + "/_sandbox/settings")
            except (httpx.ConnectError, httpx.ReadError) as problem:
                return isinstance(problem, httpx.ConnectError)
            return False

        async def back() -> bool:
            return not await refused()

        await wait_until(refused)
        await wait_until(back)
        assert (await api.http.get(CREDITS)).status_code == 200


async def until_cut(http: httpx.AsyncClient, url: str) -> bytes:
    """What comes before the connection is cut; fails when it is not."""
    got = b""
    try:
        async with http.stream("GET", url) as answer:
            async for piece in answer.aiter_raw():
                got += piece
    except CUT:
        return got
    raise AssertionError("the answer came whole")


@pytest.mark.parametrize("at", [0, 1, 40])
async def test_answers_are_cut_at_a_byte(playing, at: int) -> None:
    """Exactly that many bytes of the body come, then the connection closes."""
    async with playing(f"credits:cut_response:{at}") as api:
        assert len(await until_cut(api.http, CREDITS)) == at


async def test_downloads_are_cut_and_resumed(playing) -> None:
    """A cut in a result leaves its first bytes; a range gives the rest."""
    async with playing("download:cut_response:50000") as api:
        sid = await api.edited()
        await api.render("r1", sid)
        url = await api.result_url("r1")
        async with httpx.AsyncClient(trust_env=False) as http:
            got = await until_cut(http, url)
        rest = await api.plain(url, Range=f"bytes={len(got)}-")
        assert len(got) == 50000
        assert (got + rest.content).startswith(sample_video())


@pytest.mark.parametrize(
    ("kind", "least"), [("stall:0.3", 0.3), ("slow:0.3", 0.28), ("stall_body:0.3", 0.3)]
)
async def test_answers_take_their_time(playing, kind: str, least: float) -> None:
    """Stalls and drips last as long as they say, and the answer is whole in the end."""
    async with playing(f"credits:{kind}") as api:
        began = time.monotonic()
        assert (await api.http.get(CREDITS)).json()["code"] == 0
        assert time.monotonic() - began >= least


async def test_garbled_answers(playing) -> None:
    """Wrong type, broken, empty, truncated and huge bodies, each once."""
    kinds = ("content_type", "broken_json", "empty", "truncated", "huge_json")
    async with playing(*(f"credits:{kind}@{n}" for n, kind in enumerate(kinds, 1))) as api:
        wrong, broken, empty, truncated, huge = [await api.http.get(CREDITS) for _ in kinds]
        assert wrong.headers["Content-Type"].startswith("text/html")
        assert empty.content == b""
        for answer in (broken, truncated):
            with pytest.raises(json.JSONDecodeError):
                answer.json()
        assert len(huge.content) > 10 * 1024 * 1024
        assert huge.json()["data"]["available"] == 10_000


#: Kind, what it costs, whether the draft has content in the end, the turn's outcome.
CHAT = [
    ("cut_before", 0, False, "cut"),
    ("cut_after", 100, True, "done"),
    ("error", 0, False, "error"),
    ("error:data", 0, False, "error"),
    ("error_after", 100, True, "done"),
    ("silent", 100, True, "silent"),
    ("silent_unchanged", 0, False, "unchanged"),
    ("question", 0, False, "question"),
    ("unchanged", 0, False, "unchanged"),
    ("says:Good morning.", 100, False, "said"),
    ("stream_2001", 0, False, "2001"),
    ("heartbeats:0.05", 0, False, "nothing"),
    ("temporary_issue", 100, True, "done"),
    ("temporary_error", 100, True, "done"),
    ("cut_response:0", 0, False, "aborted"),
    ("broken_json", 100, True, "done"),
    ("huge_json", 100, True, "done"),
    ("truncated", 100, True, "done"),
    ("empty", 100, True, "done"),
    ("content_type", 100, True, "done"),
    ("after-stall:0.05", 100, True, "done"),
]


@pytest.mark.parametrize(("kind", "cost", "content", "outcome"), CHAT)
async def test_faults_of_a_turn(playing, kind: str, cost: int, content: bool, outcome: str) -> None:
    """Each leaves the draft, the price and the outcome that its name promises."""
    async with playing(f"chat:{kind}") as api:
        sid = await api.ready()
        try:
            text = (await api.turn(sid)).text
        except CUT:
            text = "(cut)"
        record = (await api.ledger())["sessions"][sid]
        assert (record["charged"], record["turns"][0]["outcome"]) == (cost, outcome)
        assert bool(await api.segments(sid)) == content
        assert ("(cut)" in text) == kind.startswith("cut")
        assert ("Which language" in text) == (kind == "question")
        assert ("temporary issue" in text) == kind.startswith("temporary")
        assert ('"code":2001' in text) == (kind == "stream_2001")
        assert ("errorCode" in text or '"error":' in text) == ("error" in kind)


@pytest.mark.parametrize("kind", ["late:0.2", "growing:0.2"])
async def test_an_effect_that_comes_later(playing, wait_until, kind: str) -> None:
    """The stream is cut, the turn goes on, and its draft and price appear afterwards."""
    async with playing(f"chat:{kind}") as api:
        sid = await api.ready()
        with pytest.raises(CUT):
            await api.turn(sid)
        assert await api.charged(sid) == 0
        seen = set()

        async def whole() -> bool:
            seen.add(await api.segments(sid))
            return 2 in seen

        await wait_until(whole)
        assert await api.charged(sid) == 100
        assert (1 in seen) == (kind == "growing:0.2")


async def test_a_turn_that_survives_its_client(playing, wait_until) -> None:
    """`goes_on`: the client leaves, the edit is made and charged all the same."""
    async with playing("chat:goes_on:0.05", turn_seconds=0.3) as api:
        sid = await api.ready()
        with pytest.raises(httpx.ReadTimeout):
            await api.turn(sid, timeout=0.05)

        async def charged() -> bool:
            return await api.charged(sid) == 100

        await wait_until(charged)


async def test_a_cut_turn_can_stay_charged(playing) -> None:
    """With `chat_charge: start` nobody gives the credits back."""
    async with playing("chat:cut_before", chat_charge="start") as api:
        sid = await api.ready()
        with pytest.raises(CUT):
            await api.turn(sid)
        assert await api.charged(sid) == 100
        assert await api.segments(sid) == 0


async def test_a_stale_state(playing) -> None:
    """The state before the latest change, as often as the rule says; then the true one."""
    async with playing("state:stale@1-2") as api:
        sid = await api.edited()
        assert [await api.segments(sid) for _ in range(3)] == [0, 0, 2]


async def test_faults_of_an_upload(playing) -> None:
    """An answer without files, a URL that is refused, a session that is lost."""
    async with playing(
        "upload:empty_files@1", "upload_url:refused", "upload:session_lost@2"
    ) as api:
        sid = await api.session()
        assert (await api.upload(sid)).json()["data"]["files"] == []
        assert len((await api.state(sid))["video_infos"]) == 1
        assert (await api.upload_url(await api.session(), "https://example.org/a.mp4")).json()[
            "code"
        ] == 4001
        lost = await api.session()
        assert (await api.upload(lost)).status_code == 404
        assert (await api.turn(lost)).status_code == 404


async def test_faults_of_a_render(playing, wait_until) -> None:
    """Refused as a duplicate though it runs, failed once, forgotten, slow."""
    rules = ("render:duplicate@1", "render:failed@2", "render:forget@3", "render:slow_render:30@4")
    async with playing(*rules) as api:
        sid = await api.edited()
        assert [(await api.render(f"r{n}", sid)).status_code // 100 for n in (1, 2, 3, 4)] == [
            4,
            2,
            2,
            2,
        ]

        async def failed() -> bool:
            return (await api.poll("r2"))["status"] == "failed"

        await wait_until(failed)
        assert (await api.poll("r2"))["error"]
        assert (await api.poll("r1"))["status"] == "completed"
        assert (await api.http.get("/api/render/proxy/lambda/r3")).status_code == 404
        assert (await api.poll("r4"))["status"] == "pending"


@pytest.mark.parametrize(("arg", "statuses"), [("once", [403, 200]), ("always", [403, 403])])
async def test_expired_urls(playing, arg: str, statuses: list[int]) -> None:
    """Once: the next poll gives a URL that works; always: only the authenticated way is left."""
    async with playing(f"render:expired_url:{arg}", render_seconds=0.0) as api:
        await api.render("r1", await api.edited())
        got = [(await api.plain((await api.poll("r1"))["url"])).status_code for _ in range(2)]
        assert got == statuses
        assert (await api.http.get("/api/render/proxy/r1/download")).status_code == 200


PLAIN = sorted((BEFORE | ANSWER) - {"stall", "refuse", "refuse_next", "slow", "stall_body"})


@pytest.mark.parametrize(
    "endpoint", ["token", "session", "state", "render", "poll", "fallback_download", "cancel"]
)
async def test_every_plain_fault_at_every_endpoint(playing, endpoint: str) -> None:
    """No fault breaks the sandbox itself: the call fails as told, and the next one works."""
    async with playing(render_seconds=0.0) as api:
        sid = await api.edited()
        await api.render("r1", sid)
        draft = (await api.state(sid))["draft"]
        client = {"X-Client-Id": "6f1de3c4-5a8e-4d0b-9d1c-1a2b3c4d5e6f"}
        task = {"task_name": "project", "language": "en"}
        calls = {
            "token": lambda: api.http.post("/api/auth/anonymous-token", headers=client),
            "session": lambda: api.http.post("/api/tasks/me/with-session/nemo_agent", json=task),
            "state": lambda: api.http.get(f"/api/state/nemo_agent/me/{sid}/latest"),
            "render": lambda: api.render("r2", sid, draft),
            "poll": lambda: api.http.get("/api/render/proxy/lambda/r1"),
            "fallback_download": lambda: api.http.get("/api/render/proxy/r1/download"),
            "cancel": lambda: api.http.post("/api/render/proxy/lambda/r1/cancel"),
        }
        for kind in PLAIN:
            await api.control("faults", [f"{endpoint}:{kind}"])
            try:
                good = (await calls[endpoint]()).status_code < 300
            except httpx.TransportError:
                assert kind in {"reset", "cut_request", "cut_response"}, kind
            else:
                assert good == (kind in ANSWER), kind
            assert (await calls[endpoint]()).status_code < 300, kind
