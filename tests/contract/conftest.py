"""What tests of the client share: a bench with a sandbox, and no search for public certificates."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from nemowatch.remote.credential import supplied_token
from nemowatch.sandbox.server import run_sandbox
from tests.rigs.client_bench import Bench, Make
from tests.rigs.remote_client import client_at


@pytest.fixture(autouse=True)
def _no_public_certificates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading the system's bundle takes 50 ms a client, and nothing here needs it."""
    monkeypatch.setenv("SSL_CERT_FILE", os.devnull)


@pytest.fixture
def bench(tmp_path: Path) -> Make:
    """Opens a bench with settings, the user's own environment, and client options."""

    @asynccontextmanager
    async def opened(
        env: dict[str, str] | None = None,
        token_file: Path | None = None,
        timeout: float = 5.0,
        **settings: Any,
    ) -> AsyncIterator[Bench]:
        quick: dict[str, Any] = {
            "turn_seconds": 0.05,
            "render_seconds": 0.05,
            "heartbeat_seconds": 0.02,
        }
        async with run_sandbox(**(quick | settings)) as sandbox:
            client = client_at(
                sandbox.url,
                tmp_path / "state",
                timeout=timeout,
                turn_timeout=5.0,
                quiet_timeout=0.4,
                credential=supplied_token(env or {}, token_file),
            )
            try:
                yield Bench(sandbox, client, tmp_path)
            finally:
                await client.aclose()

    return opened
