"""What becomes of a scan's troubles: each told once, where people find it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from nemowatch.clock import SystemClock
from nemowatch.config import Watch
from nemowatch.engine.disks import Disks
from nemowatch.engine.notices import Notices
from nemowatch.engine.reception import Reception
from nemowatch.intake.inbox import Inbox
from nemowatch.intake.records import FileProblem, FolderProblem, Tick
from tests.integration.cli_kit import Cli

pytestmark = pytest.mark.anyio

Take = tuple[Reception, Inbox]


@pytest.fixture
async def take(tmp_path: Path) -> AsyncIterator[Take]:
    """A reception, and an inbox that nobody scans."""
    cli, clock = Cli(tmp_path), SystemClock()
    watch = Watch(root=cli.root)
    with cli.journal() as journal, closing(Disks()) as disks:
        inbox = Inbox(
            watch, recipes={}, clock=clock, confirm_above=0, journal=journal, on_change=lambda: None, state_id="state"
        )  # fmt: skip
        yield Reception(journal, Notices(journal, disks, clock), disks, clock, lambda: None), inbox


async def test_a_folder_that_may_not_be_read_is_told_of_once_and_beside_it(take: Take) -> None:
    """That its name is no task either matters to nobody yet, and a note inside it could be neither written nor read."""
    reception, inbox = take
    rights = "Give the user that runs nemowatch the right to read it."
    closed = FileProblem(b"privat", b"privat", "This folder cannot be read by nemowatch.", rights, code="permission")
    deeper = FileProblem(b"dub-es/mine", b"dub-es", "This folder cannot be read by nemowatch.", rights, code="permission")
    (inbox.watch.inbox / "dub-es" / "mine").mkdir(parents=True)
    (inbox.watch.inbox / "privat").mkdir()
    await reception.take(inbox, Tick(problems=(closed, deeper, FolderProblem(b"privat", '"privat" is not a task.'))))
    assert reception.problems[inbox.watch.name] == (closed, deeper)
    notes = sorted(path.relative_to(inbox.watch.inbox) for path in inbox.watch.inbox.rglob("*.txt"))
    assert notes == [Path("dub-es/nemowatch - read me.txt"), Path("nemowatch - read me.txt")]
    text = " ".join((inbox.watch.inbox / "nemowatch - read me.txt").read_text("utf-8-sig").split())
    assert f"{rights} privat" in text
    await reception.take(inbox, Tick())
    assert not list(inbox.watch.inbox.rglob("*.txt"))
