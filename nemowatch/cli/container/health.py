"""Whether the daemon of this container answers, for the engine's health check."""

from __future__ import annotations

#: Seconds that the answer may take; the image's own limit is longer.
PATIENCE = 8.0


def health() -> int:
    """The exit code: 0 when the daemon answers. Raises NemowatchError, which says why it does
    not."""
    from nemowatch.cli.context import find_context
    from nemowatch.service.control_client import SOCKET_NAME, call

    answer = call(find_context(None).state_dir / SOCKET_NAME, "status", wait=PATIENCE)
    daemon = answer["status"]["daemon"]
    print(f"nemowatch {daemon['version']}: {daemon['state']}")
    return 0
