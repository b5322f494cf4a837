"""The process that hands one message to Apprise: `python -m nemowatch.notify.through_apprise`, with
JSON on standard input. Apprise and what it loads are in memory only while a message is sent, and
what one of its hundred services does when it hangs ends with this process.

Its exit codes are what `channels` reads; what it complains of may hold secrets, and is redacted
there.
"""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

#: Exit codes: not sent, Apprise is missing, the address is none that it knows.
REFUSED, MISSING, UNKNOWN = 1, 3, 4
#: How the events look in services that tell them apart.
KINDS = {"attention": "warning", "hold": "warning", "failed": "failure", "recovered": "success"}


def main() -> int:
    """Send it, or only look whether the address could be sent to; returns the exit code."""
    given = json.load(sys.stdin)
    try:
        import apprise
    except ImportError:
        return MISSING
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(message)s")
    sender = apprise.Apprise(asset=apprise.AppriseAsset(app_id="nemowatch", app_desc="nemowatch"))
    if not sender.add(given["url"]):
        return UNKNOWN
    if given["message"] is None or _send(sender, given["message"]):
        return 0
    return REFUSED


def _send(sender: Any, message: dict[str, str]) -> bool:
    kind = KINDS.get(message["event"], "info")
    return bool(
        sender.notify(
            title=message["title"],
            body=message["text"] or message["title"],
            notify_type=kind,
            body_format="text",
        )
    )


if __name__ == "__main__":
    sys.exit(main())
