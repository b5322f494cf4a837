"""One question to the cloud from a command: the balance, which also proves the address and the token. Free of charge."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nemowatch.cli.setting import Setting, as_owner, prepare_state_dir

if TYPE_CHECKING:
    from nemowatch.model import Credits
    from nemowatch.remote.client import Client
    from nemowatch.remote.interface import Account

#: Seconds for the answer at most: a person waits in front of it.
PATIENCE = 20.0


def ask_cloud(setting: Setting) -> tuple[Credits, Account]:
    """The balance and the account. May ask for the anonymous token that the daemon would ask for, and stores it for it.

    Raises RemoteError, LocalError, ConfigError."""
    with as_owner(setting.state_dir):
        prepare_state_dir(setting.state_dir)
        return asyncio.run(_ask(setting))


@dataclass(frozen=True, slots=True)
class Known:
    """What the running daemon knows of its account, whose token this command may not have (a systemd credential)."""

    credits: Credits
    at: str  #: ISO 8601: when the cloud said so
    held: Mapping[str, str]  #: reason -> text of each hold that stands


def ask_daemon(setting: Setting) -> Known | None:
    """The daemon's word, when it has a token of the user and this command has none; None: ask the cloud directly."""
    from nemowatch.cli.talk import ask_if_running
    from nemowatch.model import Credits
    from nemowatch.remote.token import supplied_token

    if supplied_token(setting.env, setting.config.api.token_file).read():
        return None
    answer = ask_if_running(setting, "status")
    if answer is None or answer["status"]["credits"]["anonymous"] is not False:
        return None
    seen = answer["status"]["credits"]
    found = Credits(seen["available"], seen["frozen"], seen["total"])
    return Known(
        found, answer["more"]["credits_at"], {hold["reason"]: hold["text"] for hold in answer["more"]["holds"]}
    )


async def _ask(setting: Setting) -> tuple[Credits, Account]:
    client = _client(setting)
    try:
        return await client.read_credits(), client.account
    finally:
        await client.aclose()


def _client(setting: Setting) -> Client:
    from nemowatch.clock import SystemClock
    from nemowatch.remote.client import Client
    from nemowatch.remote.token import supplied_token

    api, chat = setting.config.api, setting.config.chat
    return Client(
        base_url=api.base_url, platform=api.platform, language=api.language, timeout=min(api.timeout, PATIENCE),
        turn_timeout=chat.timeout, quiet_timeout=chat.quiet_timeout, credential=supplied_token(setting.env, api.token_file),
        state_dir=setting.state_dir, clock=SystemClock(),
    )  # fmt: skip
