"""What the client makes of bytes: events, answers, wording. No network."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemowatch.errors import (
    FileTooLarge,
    NemowatchError,
    NoCredits,
    RateLimited,
    RemotePassing,
    RequestRefused,
    SessionLost,
    TokenRefused,
)
from nemowatch.model import RenderStatus
from nemowatch.remote import answers, envelope, event_reader, events
from nemowatch.remote.boxes import FileEnd, end_of
from nemowatch.remote.event_reader import EventReader
from nemowatch.remote.events import EventKind, TurnAnswer, TurnEvent, classify
from nemowatch.remote.http import MAX_BODY
from nemowatch.remote.message import Reply
from nemowatch.remote.unlabelled import Unlabelled
from nemowatch.remote.wording import for_people, without_noise
from tests.rigs.rows import each_row

WORDS = """
code message data success error detail content parts text type partial errorCode error_message state
draft video_infos generated_media user_id session_id files filename cdn_url duration status progress
output url size outputUrl available frozen total token expires_at role author invocationId actions
thought
"""
KEYS = st.sampled_from(WORDS.split())

PAGE = {"content-type": "text/html; charset=utf-8"}

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(KEYS | st.text(max_size=5), inner, max_size=6)
    ),
    max_leaves=25,
)


@each_row(
    [
        ("", [EventKind.HEARTBEAT]),
        ("heartbeat", [EventKind.HEARTBEAT]),
        ("[DONE]", [EventKind.HEARTBEAT]),
        ('{"type":"heartbeat","content":""}', [EventKind.HEARTBEAT]),
        ('{"something":"new"}', [EventKind.HEARTBEAT]),
        ('{"type":"text","content":"hi"}', [EventKind.PIECE]),
        ('{"type":"text","content":{"text":"hi"}}', [EventKind.PIECE]),
        ('{"text":"hi"}', [EventKind.PIECE]),
        ('{"type":"tool_call","content":{"name":"x"}}', [EventKind.WORK]),
        ('{"type":"tool_result","content":"error: none"}', [EventKind.WORK]),
        ('{"type":"error","content":"bad"}', [EventKind.ERROR]),
        ('{"error":"boom"}', [EventKind.ERROR]),
        ('{"error":null,"text":"hi"}', [EventKind.PIECE]),
        ('{"code":2001,"message":"none left"}', [EventKind.ERROR]),
        ('{"code":0,"data":{"text":"hi"}}', [EventKind.PIECE]),
        (
            '{"error_code":"SAFETY","error_message":"no","invocation_id":"e"}',
            [EventKind.ERROR, EventKind.WORK],
        ),
        ('{"content":{"parts":[{"text":"hi"}],"role":"model"},"partial":true}', [EventKind.PIECE]),
        ('{"content":{"parts":[{"text":"hi"}],"role":"model"}}', [EventKind.TEXT]),
        ('{"content":{"parts":[{"text":"hi","thought":true}]}}', [EventKind.WORK]),
        ('{"content":{"parts":[{"text":"dub it"}],"role":"user"}}', [EventKind.WORK]),
        ('{"content":{"parts":[{"function_call":{"name":"f","args":{}}}]}}', [EventKind.WORK]),
        ('{"invocationId":"e","actions":{"stateDelta":{"k":1}}}', [EventKind.WORK]),
    ]
)
def test_every_payload_shape_has_its_kind(data: str, kinds: list[EventKind]) -> None:
    """docs/api.md section 6, spelled in every way it names."""
    assert [event.kind for event in classify("", data)] == kinds


def test_named_heartbeats_and_comments_are_signs_of_life() -> None:
    """Also after an id line, where the format makes each comment an empty event."""
    reader = EventReader()
    found = reader.feed(b"id: 1\nevent: heartbeat\ndata: x\n\n: ping\n\n:\r\n\r\ndata:\n\n")
    assert found
    assert {event.kind for event in found} == {EventKind.HEARTBEAT}


def test_an_event_beyond_the_bound_is_dropped_and_the_next_one_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Memory stays bounded, whether one line or many make it large."""
    monkeypatch.setattr(event_reader, "MAX_EVENT", 1000)
    for huge in (b"data: " + b"x" * 5000 + b"\n\n", b"data: xxxxx\n" * 500 + b"\n"):
        reader = EventReader()
        found = []
        for at in range(0, len(huge), 100):
            found += reader.feed(huge[at : at + 100])
            assert reader.kept <= 1000
        assert [event.kind for event in found] == [EventKind.HEARTBEAT]
        assert reader.feed(b'data: {"text":"hi"}\n\n') == [TurnEvent(EventKind.PIECE, "hi")]


def test_pieces_without_a_mark_that_end_with_the_whole_are_kept_once() -> None:
    """A typed stream may repeat everything at its end."""
    answer = TurnAnswer()
    for said in ("Hel", "lo", "Hello"):
        answer.take(TurnEvent(EventKind.PIECE, said))
    assert answer.text == "Hello"


def test_an_answer_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """However much comes, only so much is kept; a whole text still replaces its pieces."""
    monkeypatch.setattr(events, "MAX_ANSWER", 10)
    answer = TurnAnswer()
    for _ in range(50):
        answer.take(TurnEvent(EventKind.PIECE, "abc"))
    assert len(answer.text) == 10
    answer.take(TurnEvent(EventKind.TEXT, "whole"))
    assert answer.text == "whole"


@given(
    st.binary(max_size=400) | JSON.map(lambda v: b"data: " + json.dumps(v).encode() + b"\n\n"),
    st.integers(1, 50),
)
def test_no_bytes_break_the_reader(data: bytes, step: int) -> None:
    """Nothing is raised, and how the bytes are cut does not change the events."""
    whole, cut = EventReader(), EventReader()
    at_once = whole.feed(data) + whole.finish()
    in_steps = [
        event for at in range(0, len(data), step) for event in cut.feed(data[at : at + step])
    ] + cut.finish()
    assert at_once == in_steps
    answer = TurnAnswer()
    for event in at_once:
        answer.take(event)
    for_people(answer.text).encode()


READERS = [
    answers.session,
    answers.uploaded,
    answers.state,
    answers.credits_left,
    answers.render,
    lambda d: answers.token(d, 0),
]


@given(
    st.binary(max_size=200) | JSON.map(lambda v: json.dumps(v).encode()),
    st.sampled_from([200, 201, 204, 302, 400, 401, 402, 404, 408, 413, 422, 429, 500, 502]),
    st.sampled_from(READERS),
    st.text(max_size=12),
)
def test_no_answer_raises_anything_but_our_errors(
    body: bytes, status: int, read: Any, pause: str
) -> None:
    """Any bytes under any status, read as any answer: a record or an error of the tree."""
    try:
        read(envelope.answer(Reply(status, {"retry-after": pause}, body), 0))
    except NemowatchError as exc:
        exc.text.encode()


@pytest.mark.parametrize(
    "body", [b"[" * 100_000, b'{"error":' * 300 + b"{}" + b"}" * 300, b"1" * 5000, b'"\\ud800"']
)
def test_hostile_json_is_only_an_unreadable_or_odd_answer(body: bytes) -> None:
    """Depth, length and halves of characters."""
    for status in (200, 400):
        try:
            answers.render(envelope.answer(Reply(status, {}, body), 0))
        except NemowatchError as exc:
            exc.text.encode()
    classify("", body.decode())


@pytest.mark.parametrize(
    "data",
    [
        {
            "taskId": "r",
            "status": "completed",
            "progress": 100,
            "output": {"url": "https://x/o.mp4", "size": 7},
        },
        {
            "success": True,
            "data": {
                "id": "r",
                "status": "COMPLETED",
                "progress": "100",
                "outputUrl": "https://x/o.mp4",
            },
        },
    ],
)
def test_both_shapes_of_a_render(data: dict[str, Any]) -> None:
    """Bare and wrapped say the same."""
    found = answers.render(envelope.answer(Reply(200, {}, json.dumps(data).encode()), 0))
    assert (found.status, found.progress, found.url) == (
        RenderStatus.COMPLETED,
        100,
        "https://x/o.mp4",
    )


def test_a_failed_render_in_a_failed_envelope_is_an_answer() -> None:
    """`success: false` around a status is how the render stands, not a refused poll."""
    body = {"success": False, "data": {"status": "failed", "error": {"message": "out of memory"}}}
    found = answers.render(envelope.answer(Reply(200, {}, json.dumps(body).encode()), 0))
    assert (found.status, found.error) == (RenderStatus.FAILED, "out of memory")


@each_row(
    [
        (404, {"detail": "Session not found: nope"}, SessionLost),
        (404, {"detail": "Not Found"}, RequestRefused),
        (422, {"detail": [{"msg": "Field required"}]}, RequestRefused),
        (200, {"code": "1002", "message": "gone"}, SessionLost),
        (200, {"success": False, "error": "no"}, RequestRefused),
        (302, {}, RemotePassing),
        (503, {"code": 7}, RemotePassing),
    ]
)
def test_refusals(status: int, body: Any, error: type[NemowatchError]) -> None:
    """Codes count more than statuses, and a login page's redirect is no refusal of the API."""
    with pytest.raises(error):
        envelope.answer(Reply(status, {}, json.dumps(body).encode()), 0)


@each_row(
    [
        (200, {"success": False, "error": {"code": 2001, "message": "none left"}}, NoCredits),
        (200, {"error": {"code": "2001"}}, NoCredits),
        (200, {"code": -1, "detail": {"code": 1002}}, SessionLost),
        (400, {"detail": {"code": 7}, "code": 4002}, FileTooLarge),
        (404, {"code": 404, "message": "Session not found"}, SessionLost),
        (404, {"error": "Session 123 not found"}, SessionLost),
        (404, {"detail": "Session file not found"}, RequestRefused),
        (403, {"detail": {"code": 403}}, RequestRefused),
        (200, {"code": 429, "message": "slow down"}, RateLimited),
        (200, {"code": 503, "message": "later"}, RemotePassing),
        (200, {"code": 422, "message": "no"}, RequestRefused),
        (200, {"code": 503, "error": {"code": 2001}}, RemotePassing),
    ],
)
def test_codes_within_the_error_of_the_framework(
    status: int, body: Any, error: type[NemowatchError]
) -> None:
    """They count where the envelope has none that is known, and only if they are of section 1."""
    with pytest.raises(error):
        envelope.answer(Reply(status, {}, json.dumps(body).encode()), 0)


@each_row([(403, RemotePassing), (404, RemotePassing), (401, TokenRefused), (410, RequestRefused)])
def test_a_web_page_in_place_of_the_api_may_pass(status: int, error: type[NemowatchError]) -> None:
    """It says nothing of a file."""
    reply = Reply(status, PAGE, b"<html>no</html>")
    with pytest.raises(error):
        envelope.answer(reply, 0)


@each_row(
    [
        (404, {"detail": "Session not found"}, SessionLost),
        (404, {"detail": "Not found"}, RequestRefused),
        (404, {"code": 1002}, SessionLost),
        (403, {"code": 2001}, NoCredits),
        (403, {"code": 1001}, TokenRefused),
    ]
)
def test_an_answer_of_the_api_that_is_called_a_page_is_none(
    status: int, body: Any, error: type[NemowatchError]
) -> None:
    """It is read, whatever its label says."""
    with pytest.raises(error):
        envelope.answer(Reply(status, PAGE, json.dumps(body).encode()), 0)


@each_row(
    [
        {"taskId": "r", "status": "failed", "error": {"code": 4001, "message": "no"}},
        {"success": False, "data": {"status": "failed"}, "error": {"code": 4001}},
        {"code": 0, "data": {"status": "failed"}, "error": {"code": 2001}},
    ],
)
def test_the_error_of_a_failed_render_is_no_refusal(body: Any) -> None:
    """Whatever code it has."""
    found = answers.render(envelope.answer(Reply(200, {}, json.dumps(body).encode()), 0))
    assert found.status is RenderStatus.FAILED


def test_a_stream_is_no_document() -> None:
    """Only one whole object that begins what came is one, and only while it is small."""
    bodies = {
        b'\xef\xbb\xbf\r\n {"code":2001}\n': {"code": 2001},
        b'data: {"code":2001}\n\n': None,
        b'{"text":"a"}\n{"text":"b"}\n': None,
        b'{"code":2001': None,
        b'["a"]': None,
        b"{" + b" " * MAX_BODY + b"}": None,
        b"": None,
    }
    for body, document in bodies.items():
        unlabelled = Unlabelled()
        for at in range(0, len(body), 1 + len(body) // 7):
            unlabelled.take(body[at : at + 1 + len(body) // 7])
        assert unlabelled.document == document


@each_row(
    [
        ("12", 12),
        ("", 0),
        ("soon", 0),
        ("-5", 0),
        ("3600", 3600),
        ("99999999999", 3600),
        ("1795860000", 3600),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 3600),
        ("Thu, 01 Jan 1970 00:01:00 GMT", 60),
    ]
)
def test_retry_after_in_seconds_or_as_a_date(header: str, seconds: float) -> None:
    """What cannot be read asks for nothing; what is absurd is cut."""
    error = envelope.refusal(Reply(429, {"retry-after": header}, b""), 0)
    assert isinstance(error, RateLimited)
    assert error.retry_after == seconds
    assert "fewer requests" in error.text


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Done.\nI encountered a temporary issue. Please try again.", "Done."),
        ("I encountered a temporary issue.", "I encountered a temporary issue."),
        ('All done. Click the "Export" button to save.',) * 2,
        ("请打开窗户",) * 2,
    ],
)
def test_an_answer_is_kept_as_it_came_without_noise(said: str, expected: str) -> None:
    """Wording for the editor stays: it may be a transcript."""
    assert without_noise(said) == expected


def box(kind: bytes, content: bytes = b"") -> bytes:
    """An MP4 box."""
    return (8 + len(content)).to_bytes(4, "big") + kind + content


@pytest.mark.parametrize(
    ("data", "end"),
    [
        (box(b"ftyp", b"isom") + box(b"moov", b"m" * 9) + box(b"mdat", b"d" * 99), FileEnd.WHOLE),
        (
            (box(b"ftyp", b"isom") + box(b"moov", b"m" * 9) + box(b"mdat", b"d" * 99))[:-1],
            FileEnd.CUT,
        ),
        (box(b"ftyp", b"isom") + box(b"mdat", b"d" * 99), FileEnd.NO_INDEX),
        (box(b"ftyp", b"isom") + b"\xff\xff\xff\xffjunk", FileEnd.WHOLE),
        (b"not a video at all, but who are we to say", FileEnd.WHOLE),
        (b"", FileEnd.WHOLE),
    ],
)
def test_a_video_without_its_end_is_recognised(tmp_path: Any, data: bytes, end: FileEnd) -> None:
    """Only boxes that are surely understood speak against a file."""
    import os

    (tmp_path / "v").write_bytes(data)
    fd = os.open(tmp_path / "v", os.O_RDONLY)
    assert end_of(fd, len(data)) is end
    os.close(fd)
