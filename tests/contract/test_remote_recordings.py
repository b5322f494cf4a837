"""The reader of chat streams against answers of the real server family, byte for byte as they
came."""

from __future__ import annotations

from pathlib import Path

import pytest

from nemowatch.remote.envelope import refusal
from nemowatch.remote.event_reader import EventReader
from nemowatch.remote.events import TurnAnswer
from nemowatch.remote.message import Reply

RECORDINGS = Path(__file__).parent / "recordings"
#: file -> (text of the answer, text of the error)
STREAMS = {
    "empty-no-events": ("", ""),
    "error-event": ("", "RESOURCE_EXHAUSTED: quota"),
    "final-streaming-true": ("Hello, this is the answer. ünïcødé ✓\nsecond line", ""),
    "llm-tool-streaming-true": ("Found it.", ""),
    "notext-state-only": ("", ""),
    "partial-streaming-true": ("Hello world", ""),
    "raise-midstream": ("before the crash", "RuntimeError: boom in the agent"),
    "silence-8s": ("first and last", ""),
    "thought": ("Answer after thought.", ""),
}


def body(name: str) -> bytes:
    """What stands between the response's head and curl's closing line."""
    raw = (RECORDINGS / f"{name}.txt").read_bytes().replace(b"\r\n", b"\n")
    return raw.partition(b"HTTP/1.1")[2].partition(b"\n\n")[2].partition(b"\n### ")[0]


def read(data: bytes, step: int) -> TurnAnswer:
    """The answer, with the bytes arriving `step` at a time."""
    reader, answer = EventReader(), TurnAnswer()
    for at in range(0, len(data), step):
        for event in reader.feed(data[at : at + step]):
            answer.take(event)
    for event in reader.finish():
        answer.take(event)
    return answer


@pytest.mark.parametrize("step", [1, 7, 1 << 20])
@pytest.mark.parametrize("name", STREAMS)
def test_a_recorded_stream_gives_its_answer(name: str, step: int) -> None:
    """However the bytes are cut, partial pieces and whole texts give one answer, and errors are
    seen."""
    answer = read(body(name), step)
    assert (answer.text, answer.error) == STREAMS[name]
    assert answer.failed == bool(answer.error)


def test_every_recording_is_read_by_some_test() -> None:
    """A new recording must not lie there unread."""
    others = {"invalid-session-404", "missing-field-422", "raw-chunk-framing"}
    assert {path.stem for path in RECORDINGS.glob("*.txt")} == set(STREAMS) | others


@pytest.mark.parametrize(
    ("name", "status", "code", "words"),
    [
        ("invalid-session-404", 404, "session lost", ""),
        ("missing-field-422", 422, "refused", "422"),
    ],
)
def test_recorded_refusals(name: str, status: int, code: str, words: str) -> None:
    """The framework's own errors are told apart."""
    error = refusal(Reply(status, {}, body(name)), 0)
    assert error.code == code
    assert words in error.text


def test_the_raw_framing_has_one_event_a_chunk() -> None:
    """The print of it cuts the lines, so they are no JSON: signs of life, and nothing breaks."""
    raw = (RECORDINGS / "raw-chunk-framing.txt").read_bytes()
    lines = [line for line in raw.splitlines() if line.startswith(b"data: ")]
    assert len(lines) == 4
    answer = read(b"\n\n".join(lines) + b"\n\n", 64)
    assert (answer.text, answer.failed) == ("", False)
