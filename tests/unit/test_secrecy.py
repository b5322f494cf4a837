"""What the cloud says is cleaned at the edge: no secret that it repeats is kept, raised or
shown."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator

import pytest

from nemowatch import secrecy
from nemowatch.errors import RemoteError, RemotePassing
from nemowatch.remote import answers, envelope, values
from nemowatch.remote.events import MAX_ANSWER, EventKind, TurnAnswer, TurnEvent, classify
from nemowatch.remote.message import Reply
from nemowatch.secrecy import hide, redact, redact_work
from tests.rigs.rows import each_row

TOKEN = "a+Supplied/Token-of-1234"
FORMER = "the-token-before-5678"


@pytest.fixture(autouse=True)
def told() -> Iterator[None]:
    """This process holds two tokens, the second of which it no longer uses."""
    before = secrecy._secrets, secrecy._known
    hide(FORMER)
    hide(TOKEN)
    yield
    secrecy._secrets, secrecy._known = before


def leaks(text: str) -> bool:
    """Whether some of a secret is left in it."""
    return any(part in text.lower() for part in ("a+su", "upplied", "before-5678", "other.secret1"))


@each_row(
    [
        TOKEN,
        FORMER,
        TOKEN.upper(),
        f"Authorization: Bearer {TOKEN}",
        "a%2BSupplied%2FToken-of-1234",
        f"https://x.example/v.mp4?sig={TOKEN}",
        f"{TOKEN[:7]}\x00{TOKEN[7:]}",
        f"{TOKEN[:7]}\u202e{TOKEN[7:]}",
        "x" * 490 + TOKEN,
    ]
)
def test_no_message_repeats_a_secret(said: str) -> None:
    """Whatever key, case, spelling or place: half a token is not told either."""
    for document in ({"message": said}, {"detail": said}, {"error": {"message": said}}):
        told = envelope.message(document)
        assert not leaks(told), told
    (event,) = classify("error", said)
    assert not leaks(event.text)


@each_row([400, 401, 402, 403, 404, 413, 429, 500])
def test_no_error_repeats_a_secret(status: int) -> None:
    """Refusals of every status: the text that is raised is the text that the journal keeps."""
    error = envelope.refusal(
        Reply(status, {}, f'{{"detail":"no, {TOKEN} and Bearer other.secret1"}}'.encode()), 0
    )
    assert isinstance(error, RemoteError)
    assert not leaks(error.text)


def test_messages_are_harmless() -> None:
    """Controls and marks that turn the reading direction go, lines stay, and what is long is
    cut."""
    assert envelope.message({"message": "a\x1b[2J\u202eb\r\nc\u2028d"}) == "a[2Jb\nc\nd"
    assert len(envelope.message({"message": "x" * 9000})) == 500
    assert (
        envelope.message({"message": "see https://x.example/a.mp4?sig=1&b=2 there"})
        == "see https://x.example/a.mp4?… there"
    )


def test_a_secret_in_pieces_is_found_in_the_answer() -> None:
    """A stream may divide it anywhere; so may our own cut of a long answer."""
    answer = TurnAnswer()
    for part in ("Use ", TOKEN[:5], TOKEN[5:], " now?"):
        answer.take(TurnEvent(EventKind.PIECE, part))
    assert answer.text == "Use [hidden] now?"
    long = TurnAnswer()
    long.take(TurnEvent(EventKind.TEXT, "x" * (MAX_ANSWER - 9) + TOKEN + "y" * 9000))
    assert not leaks(long.text)
    assert len(long.text) <= MAX_ANSWER


@pytest.mark.parametrize(
    "said",
    [
        "The bearer of bad news came at 10.",
        "Bearer bonds, 1987.",
        "Go to https://example.com/a#part, please.",
        "Was? Ja! 5 > 3\n\tund https://example.com/?",
        "1\n00:00:01,000 --> 00:00:02,000\nHello",
    ],
)
def test_a_transcript_stays_as_it_was_said(said: str) -> None:
    """The answer may be the result: words that only look like a secret are left alone."""
    assert values.work(said) == said


def test_what_surely_is_a_secret_goes_from_an_answer() -> None:
    """Tokens that are not ours, and addresses that open what they name."""
    assert redact_work("Bearer eyJhbGciOi.J9abc123 ok") == "Bearer [hidden] ok"
    assert (
        redact_work("It is at https://x.example/v.mp4?X-Sig=1.")
        == "It is at https://x.example/v.mp4?…"
    )
    assert redact_work("nmv_anon_abc.def") == "[hidden]"


def test_an_id_or_address_with_a_secret_is_none() -> None:
    """They cannot be told in another spelling, so they are not taken at all: there are other
    ways on."""
    with pytest.raises(RemotePassing):
        answers.session({"session_id": f"s-{TOKEN}"})
    with pytest.raises(RemotePassing):
        answers.session({"session_id": "s\x1b[2J"})
    assert (
        answers.render({"status": "completed", "outputUrl": f"https://x.example/?t={TOKEN}"}).url
        == ""
    )
    assert (
        answers.render({"status": "completed", "outputUrl": "https://x.example/?t=1"}).url
        == "https://x.example/?t=1"
    )
    assert values.user_id({"user_id": TOKEN, "state": {"user_id": "anon_1"}}) == "anon_1"


LINK = "https://nemovideo.com/register?bind=anon_12%C3%A9-x"


@pytest.mark.parametrize(
    "said", [LINK, f"Register: {LINK}.", f"({LINK})", f'"register":"{LINK}"', f"at {LINK}, or not"]
)
def test_the_address_for_a_registration_is_whole(said: str) -> None:
    """It is of no use without its query, which is no secret."""
    assert redact(said) == redact_work(said) == said


@each_row(
    [
        f"{LINK}&sig=abc.def",
        f"{LINK}#token",
        "https://nemovideo.com/register?token=abc",
        f"https://nemovideo.com/register?bind={TOKEN}",
        f"https://x.example/?sig=abc&to={LINK}",
        "https://nemovideo.com.evil.example/register?bind=anon_1",
    ]
)
def test_whatever_only_looks_like_it_loses_its_query(said: str) -> None:
    """And a secret in its place is hidden."""
    assert redact(said).endswith("?…")
    assert not leaks(redact_work(said))


def test_a_long_text_is_not_taken_to_pieces_for_nothing() -> None:
    """Millions of words without an address take no memory for each."""
    text = "word " * 200_000
    tracemalloc.start()
    try:
        assert redact_work(text) == text
        assert tracemalloc.get_traced_memory()[1] < 4 * len(text)
    finally:
        tracemalloc.stop()
