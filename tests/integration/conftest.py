"""What these tests share: one cloud for each module, and a fresh house, journal or workspace for
each test."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from nemowatch.clock import ManualClock
from nemowatch.journal.database import Journal
from nemowatch.sandbox.process import SandboxProcess
from tests.rigs.ready import ReadySandbox
from tests.rigs.stages import QUICK, StageRig, stage_rig


@pytest.fixture(scope="module")
def cloud() -> Iterator[SandboxProcess]:
    """The sandbox, as quick as it can be."""
    with ReadySandbox(**QUICK) as made:
        yield made


@pytest.fixture
async def house(
    tmp_path: Path, cloud: SandboxProcess, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[StageRig]:
    """A workspace with its journal and its client."""
    # reading the system's bundle takes 50 ms a client
    monkeypatch.setenv("SSL_CERT_FILE", os.devnull)
    async with stage_rig(tmp_path, cloud) as made:
        yield made


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """A new journal, in a file."""
    made = Journal.open(tmp_path / "journal.db", ManualClock())
    yield made
    made.close()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace with three task folders."""
    top = tmp_path / "ws"
    for name in ("dub-es-fr", "voiceover", "edit"):
        (top / "inbox" / name).mkdir(parents=True)
    return top
