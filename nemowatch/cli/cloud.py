"""One question to the cloud from a command: the balance, which also proves the address and the token. Free of charge."""

from __future__ import annotations

import asyncio
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
