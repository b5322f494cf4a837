"""The client against the stand-in API: every call of docs/api.md, and every refusal of section 1,
over real sockets."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nemowatch.errors import (
    FileRefused,
    FileTooLarge,
    NoCredits,
    NotSent,
    PlanRefused,
    RateLimited,
    RemoteError,
    RemotePassing,
    RenderUnknown,
    ResultExpired,
    SessionLost,
    SourceChanged,
    TokenRefused,
    TokenWithheld,
    UrlRefused,
)
from nemowatch.model import DEFAULT_SKILL, RenderStatus, TurnEnd
from nemowatch.remote import anonymous_store
from nemowatch.remote.interface import Payload
from nemowatch.sandbox.media import sample_video
from tests.rigs.client_bench import DUB, Make
from tests.rigs.raw_server import nothing
from tests.rigs.remote_client import client_at

pytestmark = pytest.mark.anyio


async def test_a_whole_job_breaks_no_rule_of_the_contract(bench: Make, tmp_path: Path) -> None:
    """Session, upload, turn, state, render, poll, download: the result is bit for bit what was
    served."""
    async with bench() as b:
        found = await b.rendered()
        part = tmp_path / "out.part"
        done = await b.client.download(DUB, "render_1", found.url, part, found.size, nothing)
        assert done.size == part.stat().st_size
        assert found.size in (0, done.size)
        assert done.sha256 == hashlib.sha256(part.read_bytes()).hexdigest()
        assert done.sha256 == next(iter(b.world.renders.values())).result.sha256
        assert b.clean(), b.world.violations


@pytest.mark.parametrize("style", ["adk", "adk_partial", "snake", "typed", "toplevel"])
async def test_every_style_of_stream_gives_the_same_kind_of_answer(bench: Make, style: str) -> None:
    """The stream's spelling does not matter to the answer, and its heartbeats reach the caller."""
    async with bench(style=style, silent_every=0) as b:
        sid = await b.session()
        await b.upload(sid)
        beats: list[int] = []
        turn = await b.client.run_turn(DUB, sid, "dub this video into Spanish", beats.append)
        assert turn.end is TurnEnd.CLOSED
        assert turn.text
        assert turn.text.count(turn.text[:12]) == 1
        assert beats
        assert beats[-1] == 0, "an event is left that is not complete"


@pytest.mark.parametrize("session_gone", ["detail", "code", "code200"])
async def test_a_lost_session_is_known_in_every_form(bench: Make, session_gone: str) -> None:
    """1002 as a code, in 200, and as the framework's detail, for each call that names a session."""
    async with bench(session_gone=session_gone) as b:
        with pytest.raises(SessionLost):
            await b.client.read_state(DUB, "1234567890123456789")
        with pytest.raises(SessionLost):
            await b.client.run_turn(DUB, "1234567890123456789", "dub", nothing)
        with pytest.raises(SessionLost):
            await b.upload("1234567890123456789")
        with pytest.raises(SessionLost):
            await b.client.upload_url(
                DUB, "1234567890123456789", f"{b.sandbox.url}/cdn/uploads/x/clip.mp4"
            )


@pytest.mark.parametrize("code_status", [400, 200])
@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("4001", FileRefused),
        ("4002", FileTooLarge),
        ("429", RateLimited),
        ("500", RemotePassing),
        ("402", PlanRefused),
    ],
)
async def test_refusals_of_an_upload(
    bench: Make, code_status: int, fault: str, error: type[RemoteError]
) -> None:
    """Each code of section 1 becomes its own error, whatever status carries it."""
    async with bench(code_status=code_status) as b:
        sid = await b.session()
        b.fault(f"upload:{fault}")
        with pytest.raises(error):
            await b.upload(sid)


async def test_a_url_that_is_refused_asks_for_the_bytes(bench: Make) -> None:
    """Any refusal of an upload by URL, 4001 included, is UrlRefused."""
    async with bench(url_uploads=False) as b:
        first = await b.upload(await b.session())
        with pytest.raises(UrlRefused):
            await b.client.upload_url(DUB, await b.session(), first.cdn_url)


async def test_a_sibling_takes_the_file_by_its_url(bench: Make) -> None:
    """A cdn_url from one session is taken by another."""
    async with bench() as b:
        first = await b.upload(await b.session())
        again = await b.client.upload_url(DUB, await b.session(), first.cdn_url)
        assert again is not None
        assert b.clean(), b.world.violations


@pytest.mark.parametrize(
    "name", ['a "b".mp4', "naïve ü 漢字.mp4", "line\r\nbreak.mp4", "x" * 240 + ".mp4"]
)
async def test_odd_names_arrive_as_one_file(bench: Make, name: str) -> None:
    """Quotes, line ends and other alphabets in a name do not break the form."""
    async with bench() as b:
        found = await b.upload(await b.session(), name)
        assert found is not None
        assert b.clean(), b.world.violations


async def test_a_file_that_changes_during_its_upload_never_arrives_whole(
    bench: Make, tmp_path: Path
) -> None:
    """SourceChanged comes before the last byte, so the cloud holds nothing."""
    async with bench() as b:
        sid = await b.session()
        path = tmp_path / "grows.mp4"
        path.write_bytes(sample_video() + b"\0" * 3_000_000)
        fd = os.open(path, os.O_RDONLY)
        facts = os.fstat(fd)

        def touch(done: int, total: int) -> None:
            if done < 1_200_000:
                os.utime(path, ns=(1, done))

        try:
            payload = Payload("grows.mp4", fd, facts.st_size, facts.st_mtime_ns)
            with pytest.raises(SourceChanged):
                await b.client.upload_file(DUB, sid, payload, touch)
        finally:
            os.close(fd)
        assert not (await b.client.read_state(DUB, sid)).video_infos


@pytest.mark.parametrize(
    ("fault", "end"),
    [
        ("chat:500", TurnEnd.CUT),
        ("chat:502", TurnEnd.CUT),
        ("chat:reset", TurnEnd.CUT),
        ("chat:cut_request:20", TurnEnd.CUT),
        ("chat:cut_before", TurnEnd.CUT),
        ("chat:cut_after", TurnEnd.CUT),
        ("chat:error", TurnEnd.ERROR),
        ("chat:error_after", TurnEnd.ERROR),
        ("chat:error:data", TurnEnd.ERROR),
        ("chat:error:code", TurnEnd.ERROR),
        ("chat:silent", TurnEnd.CLOSED),
        ("chat:heartbeats:60", TurnEnd.TIMEOUT),
    ],
)
async def test_how_a_turn_ends(bench: Make, fault: str, end: TurnEnd) -> None:
    """What may have begun comes back as a turn, and exactly one request was made."""
    async with bench(silent_every=0) as b:
        sid = await b.session()
        await b.upload(sid)
        b.fault(fault)
        turn = await b.client.run_turn(DUB, sid, "dub this video into Spanish", nothing)
        assert turn.end is end
        assert (turn.end is TurnEnd.CLOSED) != bool(turn.error)
        assert [entry["endpoint"] for entry in b.world.requests].count("chat") == 1


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("2001", NoCredits),
        ("429", RateLimited),
        ("402", PlanRefused),
        ("400", RemoteError),
        ("1002", SessionLost),
    ],
)
@pytest.mark.parametrize("code_status", [400, 200])
async def test_refusals_before_the_stream_raise(
    bench: Make, fault: str, error: type[RemoteError], code_status: int
) -> None:
    """A 4xx or a business code before the stream is certain: no turn began."""
    async with bench(code_status=code_status) as b:
        sid = await b.session()
        b.fault(f"chat:{fault}")
        with pytest.raises(error):
            await b.client.run_turn(DUB, sid, "dub", nothing)


#: How a refusal may look: settings of the sandbox, and the status.
FORMS = [
    ({"code_under": "detail"}, 403),
    ({"code_under": "detail"}, 402),
    ({"code_under": "error"}, 404),
    ({"code_type": "text/event-stream"}, 200),
    ({"code_type": "text/plain"}, 200),
    ({"code_type": "text/html"}, 403),
    ({"code_type": "text/html"}, 404),
]


@pytest.mark.parametrize(("form", "status"), FORMS)
async def test_a_code_of_a_refusal_is_read_in_every_form(
    bench: Make, form: dict[str, Any], status: int
) -> None:
    """Within the framework's error, and in an answer that is not labelled as JSON: for the paid
    turn and for any other call."""
    errors = {2001: NoCredits, 1002: SessionLost, 4002: FileTooLarge}
    async with bench(**form) as b:
        sid = await b.session()
        for code, error in errors.items():
            b.fault(f"chat:{code}:{status}", f"state:{code}:{status}")
            with pytest.raises(error):
                await b.client.run_turn(DUB, sid, "dub", nothing)
            with pytest.raises(error):
                await b.client.read_state(DUB, sid)


@pytest.mark.parametrize("fault", ["500", "2001:500"])
async def test_a_code_within_an_error_of_the_server_proves_nothing(bench: Make, fault: str) -> None:
    """A 5xx may come after the turn began: its outcome is open, and no code says otherwise."""
    async with bench(code_under="detail") as b:
        sid = await b.session()
        b.fault(f"chat:{fault}")
        turn = await b.client.run_turn(DUB, sid, "dub", nothing)
        assert (turn.end, turn.code) == (TurnEnd.CUT, 0)


async def test_no_credits_inside_the_stream_keeps_its_code(bench: Make) -> None:
    """2001 in an event ends the turn as an error that carries the code."""
    async with bench() as b:
        sid = await b.session()
        await b.upload(sid)
        b.fault("chat:stream_2001")
        turn = await b.client.run_turn(DUB, sid, "dub", nothing)
        assert (turn.end, turn.code) == (TurnEnd.ERROR, 2001)


async def test_a_trailing_temporary_issue_is_not_shown(bench: Make) -> None:
    """It is noise after normal output."""
    async with bench(silent_every=0) as b:
        sid = await b.session()
        await b.upload(sid)
        b.fault("chat:temporary_issue")
        turn = await b.client.run_turn(DUB, sid, "dub this video into Spanish", nothing)
        assert turn.text
        assert "temporary issue" not in turn.text


@pytest.mark.parametrize("fault", ["chat:temporary_error", "chat:error:data"])
async def test_an_error_event_of_noise_ends_no_turn_that_has_answered(
    bench: Make, fault: str
) -> None:
    """A "temporary issue" after normal output is noise in an error event, too; without output, or
    in other words, it is an error."""
    async with bench(silent_every=0) as b:
        sid = await b.session()
        await b.upload(sid)
        b.fault(fault)
        turn = await b.client.run_turn(DUB, sid, "dub this video into Spanish", nothing)
        noise = fault == "chat:temporary_error"
        assert (turn.end is TurnEnd.CLOSED, bool(turn.error)) == (noise, not noise)
        assert "temporary issue" not in turn.text
        assert turn.text or not noise


async def test_nobody_listening_is_not_sent() -> None:
    """A refused connect is certain: the paid call may be made again."""
    client = client_at("http://127.0.0.1:9", Path("/nowhere"))
    with pytest.raises(NotSent):
        await client.run_turn(DUB, "1", "dub", nothing)
    with pytest.raises(NotSent):
        await client.read_credits()
    await client.aclose()


async def test_a_refused_anonymous_token_is_replaced_and_the_call_repeated(bench: Make) -> None:
    """Same client id, new token, and the paid turn runs once."""
    async with bench() as b:
        before = await b.client.read_credits()
        first_id = (
            anonymous_store.Store(b.folder / "state" / anonymous_store.STORE_NAME).load().client_id
        )
        b.world.revoke("*")
        assert await b.client.read_credits() == before
        assert (
            anonymous_store.Store(b.folder / "state" / anonymous_store.STORE_NAME).load().client_id
            == first_id
        )
        sid = await b.session()
        b.fault("chat:1001")
        turn = await b.client.run_turn(DUB, sid, "dub", nothing)
        assert turn.end is TurnEnd.CLOSED
        assert len(b.world.sessions[sid].turns) == 1


async def test_a_refused_supplied_token_is_never_replaced_by_an_anonymous_one(bench: Make) -> None:
    """It stops work, and the text names the source, not the token."""
    async with bench(env={"NEMO_TOKEN": "nmv_usr_secret_of_mine"}) as b:
        b.world.accepted = {"another"}
        with pytest.raises(TokenRefused) as caught:
            await b.client.read_credits()
        assert "NEMO_TOKEN" in caught.value.text
        assert "secret" not in f"{caught.value} {caught.value!r} {b.client!r}"
        assert not (b.folder / "state" / anonymous_store.STORE_NAME).exists()


async def test_a_token_file_that_was_replaced_is_read_again(bench: Make, tmp_path: Path) -> None:
    """The next call after a refusal uses what the file holds by then."""
    file = tmp_path / "token"
    file.write_text("nmv_old_token\n")
    async with bench(token_file=file) as b:
        b.world.accepted = {"nmv_new_token"}
        with pytest.raises(TokenRefused):
            await b.client.read_credits()
        file.write_bytes(b"\xef\xbb\xbfnmv_new_token\r\n")
        assert (await b.client.read_credits()).total > 0
        assert b.client.account.supplied
        assert not b.client.account.anonymous


async def test_an_anonymous_user_id_makes_the_account_anonymous(bench: Make) -> None:
    """With a supplied token too, and the registration link names it."""
    async with bench(env={"NEMO_TOKEN": "nmv_usr_mine"}, supplied_anonymous=True) as b:
        assert not b.client.account.anonymous
        await b.session()
        assert b.client.account.anonymous
        assert "bind=anon_" in b.client.account.registration_link


async def test_429_for_a_token_is_a_refusal_that_is_not_asked_about_at_once(bench: Make) -> None:
    """It says so, with the cloud's words, and the next call asks for no token."""
    async with bench() as b:
        b.fault("token:429@*")
        for _ in range(2):
            with pytest.raises(TokenWithheld, match=r'gives no anonymous token.*"fault 429"'):
                await b.client.read_credits()
        assert [entry["endpoint"] for entry in b.world.requests].count("token") == 1


@pytest.mark.parametrize("duplicates", ["return", "refuse"])
async def test_a_render_may_be_asked_for_twice(bench: Make, duplicates: str) -> None:
    """The same id again is no error, however the server takes it; and it runs once."""
    async with bench(duplicate_renders=duplicates) as b:
        sid, draft = await b.edited()
        await b.client.submit_render(DUB, "render_x", sid, draft, "high")
        await b.client.submit_render(DUB, "render_x", sid, draft, "high")
        assert len(b.world.renders) == 1


async def test_renders_that_cannot_be(bench: Make) -> None:
    """Unknown, failed, refused by the plan, cancelled though unknown."""
    async with bench() as b:
        with pytest.raises(RenderUnknown):
            await b.client.poll_render(DUB, "render_nobody")
        await b.client.cancel_render(DUB, "render_nobody")
        sid, draft = await b.edited()
        b.fault("render:failed")
        await b.client.submit_render(DUB, "render_f", sid, draft, "high")
        while (found := await b.client.poll_render(DUB, "render_f")).status not in (
            RenderStatus.FAILED,
            RenderStatus.COMPLETED,
        ):
            pass
        assert found.status is RenderStatus.FAILED
        assert found.error
        b.world.settings.plan = "free"
        with pytest.raises(PlanRefused):
            await b.client.submit_render(DUB, "render_p", sid, draft, "high")


async def test_an_expired_url_falls_back_to_the_authenticated_way(
    bench: Make, tmp_path: Path
) -> None:
    """403 on the plain address, and the result comes with all headers."""
    async with bench() as b:
        found = await b.rendered()
        b.fault("download:expired@*")
        done = await b.client.download(
            DUB, "render_1", found.url, tmp_path / "p", found.size, nothing
        )
        assert done.size == (tmp_path / "p").stat().st_size
        b.fault("fallback_download:404@*")
        with pytest.raises(ResultExpired):
            await b.client.download(DUB, "render_1", found.url, tmp_path / "q", found.size, nothing)
        assert b.clean(), b.world.violations


@pytest.mark.parametrize(
    "fault", ["cut_response:50000", "truncated", "500", "reset", "empty", "content_type"]
)
async def test_a_download_that_breaks_is_whole_or_an_error(
    bench: Make, tmp_path: Path, fault: str
) -> None:
    """Whatever breaks, the next attempt makes the part file whole; a half one is never handed
    over."""
    async with bench() as b:
        found = await b.rendered()
        part = tmp_path / "p"
        b.fault(f"download:{fault}", f"fallback_download:{fault}")
        for _ in range(3):
            try:
                done = await b.client.download(
                    DUB, "render_1", found.url, part, found.size, nothing
                )
                break
            except RemotePassing:
                continue
        assert done.sha256 == hashlib.sha256(part.read_bytes()).hexdigest()
        assert done.sha256 == next(iter(b.world.renders.values())).result.sha256


JUNK = [
    "broken_json",
    "huge_json",
    "empty",
    "content_type:text/html",
    "cut_response:5",
    "stall_body",
    "500",
    "502",
    "reset",
    "stall:60",
    "429",
]


@pytest.mark.parametrize("fault", JUNK)
async def test_junk_answers_raise_only_our_errors_and_in_time(bench: Make, fault: str) -> None:
    """Every plain call, every kind of broken answer: a good result or a RemotePassing, within
    the time limit; NotSent when a busy machine takes that long to connect."""
    async with bench(timeout=0.4) as b:
        sid, draft = await b.edited()
        await b.client.submit_render(DUB, "render_1", sid, draft, "high")
        calls: dict[str, Callable[[], Any]] = {
            "session": lambda: b.client.open_session(DUB, "x"),
            "state": lambda: b.client.read_state(DUB, sid),
            "credits": b.client.read_credits,
            "poll": lambda: b.client.poll_render(DUB, "render_1"),
            "render": lambda: b.client.submit_render(DUB, "render_1", sid, draft, "high"),
        }
        b.fault(*[f"{endpoint}:{fault}" for endpoint in calls])
        async with asyncio.timeout(25):  # the faults that are silent last 30 s and more
            outcomes = await asyncio.gather(
                *[call() for call in calls.values()], return_exceptions=True
            )
        failures = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
        assert all(isinstance(one, RemotePassing | NotSent) for one in failures), outcomes
        assert (await b.client.read_credits()).total > 0


async def test_the_default_skill_goes_with_calls_of_no_job(bench: Make) -> None:
    """Token and credits carry it."""
    async with bench() as b:
        await b.client.read_credits()
        assert {entry["skill"] for entry in b.world.requests} == {DEFAULT_SKILL}
        assert b.clean(), b.world.violations
