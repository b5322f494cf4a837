"""What `nemowatch check` asks the cloud: whether it can be reached, whether the token is accepted,
how many credits are left. Free of charge."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nemowatch.cli.check.finding import Finding
from nemowatch.cli.cloud import CloudAnswer, DaemonAccount, ask_daemon, daemon_connection, try_cloud
from nemowatch.cli.formatting import credits, local_time, name
from nemowatch.clock import date_and_time
from nemowatch.errors import (
    LocalError,
    NemowatchError,
    NotSent,
    RateLimited,
    RemotePassing,
    TokenRefused,
)
from nemowatch.journal.spend import EXPECTED_CREDITS
from nemowatch.model import HoldReason
from nemowatch.remote.interface import Account
from nemowatch.reporting import words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nemowatch.cli.context import CommandContext
    from nemowatch.model import Credits


#: What is said when the stored anonymous token is no longer accepted.
ENDED = "the one of the anonymous account has ended, and a new one is asked for at the next start"


@dataclass(frozen=True, slots=True)
class _Failure:
    """What an error of the cloud shows, and about what."""

    level: str
    what: str  #: "cloud" or "token"
    cure: str = ""  #: for an error that has none itself


_UNREACHED = _Failure(
    "fail", "cloud", "Check the network, the proxy (HTTPS_PROXY) and api.base_url."
)
#: The first class that fits an error counts.
_FAILURES: Mapping[type[NemowatchError], _Failure] = {
    TokenRefused: _Failure("fail", "token"),
    RateLimited: _Failure("warn", "cloud", "Try again later."),
    NotSent: _UNREACHED,
    RemotePassing: _UNREACHED,
    LocalError: _Failure("fail", "token"),
    NemowatchError: _Failure("fail", "cloud"),
}


def cloud(context: CommandContext) -> Iterator[Finding]:
    """The findings about address, token and credits, from one call."""
    host = context.config.api.base_url
    try:
        known = ask_daemon(context)
        if known is not None:
            yield from _as_the_daemon_says(host, known)
            return
        found = try_cloud(context)
    except NemowatchError as exc:
        yield from _failed(host, exc)
        return
    yield _answers(host)
    yield _withheld(context, found) or _token(context, found)
    if found.credits is not None:
        yield _credits(found.credits, found.account)


def _answers(host: str) -> Finding:
    return Finding("ok", "cloud", f"{host} answers.")


def _failed(host: str, error: NemowatchError) -> Iterator[Finding]:
    """What an error shows about the cloud or the token."""
    if isinstance(error, TokenRefused):
        yield _answers(host)
    failure = next(row for kind, row in _FAILURES.items() if isinstance(error, kind))
    text = error.text
    if failure.what == "cloud":
        text = f"{host}: {text}"
    yield Finding(failure.level, failure.what, text, error.cure or failure.cure)


def _as_the_daemon_says(host: str, known: DaemonAccount) -> Iterator[Finding]:
    """The findings by what the cloud last answered the daemon, which has the token."""
    seen = f"as the daemon saw at {local_time(known.at)}"
    answers = Finding("ok", "cloud", f"{host} answers, {seen}.")
    accepted = Finding("ok", "token", "The daemon's is accepted.")
    yield _unless_held(HoldReason.OUTAGE, known, answers)
    yield _unless_held(HoldReason.TOKEN, known, accepted)
    yield _credits(known.credits, Account(anonymous=False))


def _unless_held(reason: HoldReason, known: DaemonAccount, good: Finding) -> Finding:
    """`good`, unless the daemon holds work for this reason."""
    if reason not in known.held:
        return good
    cure = words.about_hold(reason).by_hand
    return Finding("fail", good.what, known.held[reason], cure)


def _withheld(context: CommandContext, found: CloudAnswer) -> Finding | None:
    """That the running daemon has no token and cannot get one; None if it has one, or none runs."""
    if found.credits is not None:
        return None
    connection = daemon_connection(context)
    if connection.reason is not HoldReason.TOKEN:
        return None
    return Finding("fail", "token", connection.text, connection.cure)


def _token(context: CommandContext, found: CloudAnswer) -> Finding:
    if found.account.supplied:
        return _own_token(context)
    cure = "To use your own: NEMO_TOKEN, the systemd credential nemo_token, or api.token_file."
    if found.account.registration_link:
        cure = f"Register it to keep it: {found.account.registration_link}\n{cure}"
    return Finding("warn", "token", f"None is supplied: {_anonymous(found)}.", cure)


def _anonymous(found: CloudAnswer) -> str:
    if found.ended:
        return ENDED
    if found.credits is None:
        return "an anonymous account (100 credits, 7 days) is made at the first start"
    if not found.account.expires_at:
        return "an anonymous account is used, which ends after 7 days"
    lasts = date_and_time(found.account.expires_at)
    return f"an anonymous account is used, which lasts until {lasts}"


def _own_token(context: CommandContext) -> Finding:
    """The user's own token is accepted; warns if others can read its file."""
    accepted = Finding("ok", "token", "Yours is accepted.")
    file = context.config.api.token_file
    if file is None or context.env.get("NEMO_TOKEN", "").strip():
        return accepted
    mode = stat.S_IMODE(file.stat().st_mode)
    if not mode & stat.S_IRWXO:
        return accepted
    shown = name(os.fsencode(file))
    text = (
        f"Yours is accepted, but every user of this machine can read it: {shown} has the mode"
        f" {mode:04o}."
    )
    return Finding("warn", "token", text, f"chmod 600 {shown}")


def _credits(found: Credits, account: Account) -> Finding:
    text = f"{credits(found.available)} available."
    if found.available >= EXPECTED_CREDITS:
        return Finding("ok", "credits", text)
    cure = "Top up the account."
    if account.registration_link:
        cure = f"Register: {account.registration_link}"
    return Finding("warn", "credits", f"{text} One clip costs about {EXPECTED_CREDITS:g}.", cure)
