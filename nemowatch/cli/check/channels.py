"""What `nemowatch check` says about the channels of `[notify]`: whether each can be used or, if a
test is to be sent, whether that is taken."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

from nemowatch.cli.check.finding import Finding
from nemowatch.clock import SystemClock, iso
from nemowatch.notify.channels import channels_of
from nemowatch.notify.message import Message, NotifyEvent
from nemowatch.notify.not_taken import NotTaken

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nemowatch.config.schema import Config
    from nemowatch.notify.channels import Channel

#: The cure when a channel has none of its own.
CURE = "Nothing is lost: messages are tried again until the channel takes them."


def notifications(config: Config, *, send: bool) -> Iterator[Finding]:
    """A finding for each channel."""
    channels = channels_of(config.notify)
    if not channels and send:
        cure = "Add urls, webhook or command below [notify] in the configuration."
        yield Finding("fail", "notify", "Nobody is told: no channel is configured.", cure)
    for channel in channels:
        yield asyncio.run(_examine(channel, config, send=send))


async def _examine(channel: Channel, config: Config, *, send: bool) -> Finding:
    shown = f"{channel.shown[:1].upper()}{channel.shown[1:]}"
    failed = "did not accept the test" if send else "cannot be used"
    try:
        if send:
            await channel.send(_test(config))
            return Finding("ok", "notify", f"{shown} accepted a test.")
        await channel.check()
    except NotTaken as exc:
        return Finding("fail", "notify", f"{shown} {failed}: {exc.why}.", exc.cure or CURE)
    about = ", ".join(config.notify.on)
    return Finding("ok", "notify", f"{shown} is told of: {about}.")


def _test(config: Config) -> Message:
    site = config.site or socket.gethostname()
    text = "Whoever reads this is told when something needs a person, waits, fails or is done."
    now = SystemClock().now_ms()
    return Message(NotifyEvent.TEST, f"nemowatch: a test from {site}", text, site, iso(now))
