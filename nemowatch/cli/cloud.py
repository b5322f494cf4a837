"""Asks the cloud for the balance from a command, which also proves the address and the token. Free
of charge."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nemowatch.cli.context import CommandContext, as_owner, prepare_state_dir

if TYPE_CHECKING:
    from nemowatch.model import Credits
    from nemowatch.remote.client import Client
    from nemowatch.remote.connection_state import ConnectionState
    from nemowatch.remote.credential import Credential
    from nemowatch.remote.interface import Account

#: Used in place of a missing token: it is refused, and a refusal is an answer too.
NO_TOKEN = "none"
#: The most seconds to wait for the answer: a person is waiting for it.
PATIENCE = 20.0


def ask_cloud(context: CommandContext) -> tuple[Credits, Account]:
    """The balance and the account. May ask for the anonymous token that the daemon would ask for,
    and then stores it for the daemon.

    Raises RemoteError, LocalError, ConfigError.
    """
    with as_owner(context.state_dir):
        prepare_state_dir(context.state_dir)
        return asyncio.run(_ask(context))


@dataclass(frozen=True, slots=True)
class CloudAnswer:
    """What the cloud answers to a question that changes nothing there."""

    credits: Credits | None  #: None: there is no account yet that could have any
    account: Account
    #: the stored anonymous token is no longer accepted; the daemon asks for a new one
    ended: bool = False


def try_cloud(context: CommandContext) -> CloudAnswer:
    """The balance for the present token: the user's, or the stored anonymous one. Asks for no new
    token and writes nothing; without a token it only finds out whether the address answers.

    Raises RemoteError, LocalError, ConfigError; TokenRefused only for the user's own token.
    """
    with as_owner(context.state_dir):
        return asyncio.run(_try(context))


async def _try(context: CommandContext) -> CloudAnswer:
    from nemowatch.remote.credential import supplied_token

    own = supplied_token(context.env, context.config.api.token_file)
    if own.read():
        return await _try_as_user(context, own)
    return await _try_as_anonymous(context)


async def _try_as_user(context: CommandContext, own: Credential) -> CloudAnswer:
    client = _client(context, own)
    try:
        return CloudAnswer(await client.read_credits(), client.account)
    finally:
        await client.aclose()


async def _try_as_anonymous(context: CommandContext) -> CloudAnswer:
    from nemowatch.errors import NotSent, RemoteError, RemotePassing, TokenRefused
    from nemowatch.remote.anonymous_store import STORE_NAME, Store
    from nemowatch.remote.credential import Credential
    from nemowatch.remote.interface import Account

    stored = Store(context.state_dir / STORE_NAME).load()
    account = Account(True, stored.user_id, expires_at=stored.expires_at)
    client = _client(context, Credential(stored.token or NO_TOKEN))
    try:
        found = await client.read_credits()
    except TokenRefused:
        # it answers, which is all that was asked
        return CloudAnswer(None, account, ended=bool(stored.token))
    except RemoteError as exc:
        if stored.token or isinstance(exc, NotSent | RemotePassing):
            raise
        return CloudAnswer(None, account)
    finally:
        await client.aclose()
    return CloudAnswer(found if stored.token else None, account)


@dataclass(frozen=True, slots=True)
class DaemonAccount:
    """What the running daemon knows about its account, whose token this command may be unable to
    read (a systemd credential)."""

    credits: Credits
    at: str  #: ISO 8601: when the cloud last answered
    held: Mapping[str, str]  #: reason -> text of each hold


def ask_daemon(context: CommandContext) -> DaemonAccount | None:
    """What the daemon knows, if it has the user's token and this command does not; None: ask the
    cloud directly."""
    from nemowatch.cli.connection import ask_if_running
    from nemowatch.model import Credits
    from nemowatch.remote.credential import supplied_token

    if supplied_token(context.env, context.config.api.token_file).read():
        return None
    answer = ask_if_running(context, "status")
    if answer is None or answer["status"]["credits"]["anonymous"] is not False:
        return None
    seen = answer["status"]["credits"]
    found = Credits(seen["available"], seen["frozen"], seen["total"])
    return DaemonAccount(
        found,
        answer["more"]["credits_at"],
        {hold["reason"]: hold["text"] for hold in answer["more"]["holds"]},
    )


def daemon_connection(context: CommandContext) -> ConnectionState:
    """The state of the running daemon's connection to the cloud; a good one when none runs."""
    from nemowatch.cli.connection import ask_if_running
    from nemowatch.remote.connection_state import READY
    from nemowatch.reporting.json_records import read_answer

    answer = ask_if_running(context, "status")
    if answer is None:
        return READY
    return read_answer(answer).connection


async def _ask(context: CommandContext) -> tuple[Credits, Account]:
    from nemowatch.remote.credential import supplied_token

    client = _client(context, supplied_token(context.env, context.config.api.token_file))
    try:
        return await client.read_credits(), client.account
    finally:
        await client.aclose()


def _client(context: CommandContext, credential: Credential) -> Client:
    from nemowatch.clock import SystemClock
    from nemowatch.remote.client import Client

    api, chat = context.config.api, context.config.chat
    return Client(
        base_url=api.base_url,
        platform=api.platform,
        language=api.language,
        timeout=min(api.timeout, PATIENCE),
        turn_timeout=chat.timeout,
        quiet_timeout=chat.quiet_timeout,
        credential=credential,
        state_dir=context.state_dir,
        clock=SystemClock(),
    )
