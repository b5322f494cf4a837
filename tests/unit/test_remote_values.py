"""Values out of the cloud's answers have bounds, whatever was put there."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

import httpcore
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemowatch.edits.draft import timeline
from nemowatch.edits.transcript import as_srt, as_text, as_vtt, read
from nemowatch.errors import RemoteError
from nemowatch.remote import answers, kept_connections, values
from nemowatch.remote.envelope import business_code
from nemowatch.remote.interface import Account
from nemowatch.remote.kept_connections import Address
from nemowatch.secrecy import hide
from tests.rigs.rows import each_row

#: Values as an answer may write them.
WRITTEN = [
    "9223372036854775808",
    "-9223372036854775809",
    "1e400",
    "NaN",
    "-Infinity",
    "9" * 5000,
    '"9223372036854775808"',
    '"1e300"',
    '"' + "9" * 100_000 + '"',
    r'"a\u0000b\ud800\u202ec"',
    "[" * 500 + "]" * 500,
    '{"a":' * 500 + "1" + "}" * 500,
    "true",
    "null",
    "-1",
    '""',
]


def keepable(value: object) -> None:
    """The journal takes it, and JSON can write it."""
    with sqlite3.connect(":memory:") as conn:
        conn.execute("SELECT ?", (value,)).fetchone()
    json.dumps(value, allow_nan=False)


@pytest.mark.parametrize("written", WRITTEN, ids=lambda text: text[:24])
def test_numbers_and_texts_fit_the_journal(written: str) -> None:
    """As a size, a progress, a duration, a balance, an id, an address, a word."""
    value = values.parse(written)
    render = answers.render(
        {"status": "completed", "size": value, "progress": value, "outputUrl": value}
    )
    file = answers.uploaded({"files": [{"filename": "a", "duration": value, "cdn_url": value}]})
    assert file is not None
    found: list[Any] = [render.size, render.progress, render.url, file.duration, file.cdn_url]
    try:
        balance = answers.credits_left({"available": value, "frozen": value})
        found += [balance.available, balance.frozen, balance.total]
    except RemoteError:
        pass
    try:
        session = answers.session({"session_id": value, "task_id": value, "user_id": value})
        found += [session.session_id, session.task_id, session.user_id]
    except RemoteError:
        pass
    found.append(business_code({"code": value}))
    for one in found:
        keepable(one)
    assert 0 <= render.size <= answers.LARGEST_RESULT
    assert 0 <= render.progress <= 100


@pytest.mark.parametrize("written", WRITTEN, ids=lambda text: text[:24])
def test_a_draft_can_always_be_kept_and_sent_back(written: str) -> None:
    """What JSON cannot write again is dropped where the answer is read."""
    state = answers.state(values.parse(f'{{"draft":{{"t":[{{"sg":[{written}]}}]}}}}'))
    assert state.draft is not None
    json.dumps(state.draft, allow_nan=False)


def test_an_answer_keeps_what_is_within_bounds() -> None:
    """Large whole numbers, deep objects and halves of characters of a draft stay as they are."""
    text = '{"a":12345678901234567890,"b":' + "[" * 150 + "1.5" + "]" * 150 + ',"c":"\\ud83d"}'
    assert values.parse(text) == json.loads(text)


@given(st.recursive(st.none() | st.floats() | st.integers() | st.text(), st.lists, max_leaves=25))
def test_any_json_is_read_or_is_none(document: Any) -> None:
    """And can be written again."""
    json.dumps(values.parse(json.dumps(document)), allow_nan=False)


def test_a_user_id_is_no_part_of_the_link_around_it() -> None:
    """It is percent-encoded, whatever it holds."""
    link = Account(anonymous=True, user_id="anon_1&to=https://evil/?#é").registration_link
    assert link == (
        "https://nemovideo.com/register?bind=anon_1%26to%3Dhttps%3A%2F%2Fevil%2F%3F%23%C3%A9"
    )


def test_captions_give_no_secret_and_no_hidden_direction() -> None:
    """Neither in the transcript nor in the summary of the draft, also where a control character
    divides the token."""
    hide("nmv_usr_secret_of_the_captions")
    said = "Hello nmv_usr_sec\u0007ret_of_the_captions, \u202eevil\u2066 \x1b[31mred\x1b[0m\r\nbye"
    draft = {"t": [{"tt": 7, "sg": [{"m": {"text": said}, "s": 0, "d": 1000}]}]}
    script = read(draft)
    assert as_text(script) == "Hello [hidden], evil [31mred[0m\nbye\n"
    for text in (as_srt(script), as_vtt(script), timeline(draft), as_text(read(None, said))):
        assert "nmv_usr" not in text
        assert not set(text) & set("\u202e\u2066\x1b\x07")


URLS = [
    "https://api.example.com/v1/jobs/a_b-c.d",
    "https://api.example.com",
    "https://api.example.com/",
    "https://api.example.com:443/v1",
    "http://api.example.com:80/v1/",
    "http://127.0.0.1:8080/v1//jobs",
    "http://[::1]:8080/v1/jobs",
    "https://api.example.com./v1/../jobs/./..a",
    "HTTPS://API.Example.COM/V1",
    "https://xn--bcher-kva.example/v1",
    "https://b\u00fccher.example/v1/caf\u00e9 1",
    "https://somebody:secret@example.com/v1",
    "https://example.com/a%2Fb%20c?x=1&y=%C3%A9",
    "https://cdn.example.com/film.mp4?signature=SECRET",
    "https://example.com/a;b=1,c/~d/(e)#f",
]


@each_row(URLS)
def test_a_url_means_what_httpx_takes_it_for(url: str) -> None:
    """Those that are taken apart the quick way, too; again, when their server is known."""
    parsed = httpx.URL(url)
    wanted = httpcore.URL(
        scheme=parsed.raw_scheme,
        host=parsed.raw_host,
        port=parsed.port,
        target=parsed.raw_path,
    )
    for _ in range(2):
        address = Address.of(url)
        assert (address.url, address.host) == (wanted, parsed.netloc)


def test_a_signed_address_is_not_kept() -> None:
    """It is a secret: only servers are remembered."""
    kept = kept_connections._server.cache_info().currsize
    Address.of("https://signed.example.com/film.mp4?signature=SECRET")
    assert kept_connections._server.cache_info().currsize == kept
