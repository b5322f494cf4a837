"""What is said of the account and of the connection, wherever people look."""

from __future__ import annotations

from pathlib import Path

import pytest

from nemowatch.clock import date_and_time
from nemowatch.errors import LocalFinal, NotSent, RemotePassing, TokenRefused, TokenWithheld
from nemowatch.holds.account_check import about_account
from nemowatch.model import HoldReason
from nemowatch.remote.connection_state import READY, ConnectionPhase, ConnectionState, failed
from nemowatch.remote.interface import Account
from nemowatch.reporting import account_words
from nemowatch.reporting.json_records import answer, read_answer
from nemowatch.reporting.overview import DaemonSnapshot, Overview
from nemowatch.reporting.page import headline
from nemowatch.reporting.page_content import content
from nemowatch.reporting.page_model import PageModel
from nemowatch.reporting.status_line import status_line

DAEMON = {"pid": 1, "state": "running", "since": "2026-11-28T12:00:00.000Z", "version": "1"}
ENDS_AT = 1_796_000_000_000
ANONYMOUS = Account(anonymous=True, user_id="anon_7", expires_at=ENDS_AT)
SOMEBODY = Account(anonymous=False)
LINK = "https://nemovideo.com/register?bind=anon_7"


def overview(connection: ConnectionState, account: Account = SOMEBODY) -> Overview:
    return Overview(
        DaemonSnapshot(
            DAEMON,
            (),
            registration=account.registration_link,
            account_ends_at=account.expires_at,
            connection=connection,
        )
    )


def page_of(seen: Overview) -> PageModel:
    return content(seen, page=Path("/w/status.html"), host="h", version="1", now_ms=ENDS_AT)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (TokenRefused("The cloud refuses the token."), HoldReason.TOKEN),
        (TokenWithheld("No token for now."), HoldReason.TOKEN),
        (NotSent("The server cannot be reached."), HoldReason.OUTAGE),
        (LocalFinal("/state: permission denied."), HoldReason.TOKEN),
        (RemotePassing("The cloud answered 503."), None),
    ],
)
def test_ready_is_not_said_while_the_cloud_does_not_take_us(
    error: TokenRefused, reason: HoldReason | None
) -> None:
    """The page, STATUS and the daemon's answer say why, with what a job would wait for."""
    connection = failed(error)
    seen = overview(connection)
    assert connection.reason is reason
    assert status_line(seen) == f"not ready: {error.text}"
    (hold,) = page_of(seen).holds
    assert hold.what == error.text
    assert hold.cure.by_hand
    assert hold.stops is (reason is not None)
    said = headline(page_of(seen))[0]
    assert said == ("Everything waits" if reason else "The cloud is not ready")
    assert read_answer(answer(seen)).connection == connection


def test_connecting_is_said_until_there_is_an_answer() -> None:
    """It is no hold: nothing is the matter."""
    seen = overview(ConnectionState())
    assert status_line(seen) == "connecting to the cloud"
    assert headline(page_of(seen)) == ("Connecting to the cloud", "wait")
    assert not page_of(seen).holds
    assert headline(page_of(overview(READY)))[0] == "Ready"
    assert read_answer(answer(overview(READY))).connection == READY
    without = answer(seen)
    del without["more"]["connection"]
    assert read_answer(without).connection.link is ConnectionPhase.READY


def test_an_anonymous_account_says_when_it_ends_and_where_it_is_kept() -> None:
    """On the page, in STATUS, in the terminal and in the log; another account says nothing."""
    until = date_and_time(ENDS_AT)
    seen = overview(READY, ANONYMOUS)
    assert status_line(seen) == f"idle; anonymous account until {until}, register it at {LINK}"
    shown = {line.name: (line.value, line.link) for line in page_of(seen).credits}
    assert shown["Keep this account"][1] == LINK
    assert until in shown["The account is anonymous"][0]
    assert until in account_words.anonymous(LINK, ENDS_AT)
    assert LINK in account_words.anonymous(LINK, ENDS_AT)
    assert about_account(ANONYMOUS) == {"account": "anonymous", "until": until, "register": LINK}
    assert about_account(Account(anonymous=False)) == {}
