"""A client for any address, with a test token and limits that are never reached."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nemowatch.clock import SystemClock
from nemowatch.remote.client import Client
from nemowatch.remote.credential import supplied_token
from tests.rigs.patience import PATIENCE


def client_at(url: str, folder: Path, token: str = "nmv_usr_of_the_test", **changed: Any) -> Client:
    """A client that keeps its state in `folder`; `changed` goes to the client itself."""
    usual: dict[str, Any] = {
        "platform": "unknown",
        "language": "en",
        "timeout": PATIENCE,
        "turn_timeout": PATIENCE,
        "quiet_timeout": PATIENCE,
        "credential": supplied_token({"NEMO_TOKEN": token}, None),
        "clock": SystemClock(),
    }
    return Client(base_url=url, state_dir=folder, **(usual | changed))
