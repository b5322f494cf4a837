"""What the engine puts on the status page about what is held: the whole story once, and a few
words for each file."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from nemowatch.clock import SystemClock
from nemowatch.config.load import load
from nemowatch.config.watch_section import Watch
from nemowatch.fs.threads import Disks
from nemowatch.journal import account, batches, facts, holds, sources
from nemowatch.journal.sources import NewJob, NewSource
from nemowatch.model import Credits, HoldReason, State, Target
from nemowatch.remote.connection_state import READY
from nemowatch.remote.interface import Account
from nemowatch.reporting.status_page import StatusPage
from nemowatch.sources.moving_out import MovingOut
from nemowatch.sources.tick_results import TickResults
from nemowatch.stages.live_progress import Board
from tests.rigs.command import Cli
from tests.rigs.inbox import inbox_of

pytestmark = pytest.mark.anyio

LONG = "The account has no credits left; so says the cloud."


async def page_of(cli: Cli) -> str:
    """The page as it is written now."""
    clock, watch = SystemClock(), Watch(root=cli.root)
    config = load(cli.config, {})
    with cli.journal() as journal, closing(Disks()) as disks:
        inbox = inbox_of(watch, journal, clock)
        await inbox.start()
        try:
            while not inbox.surveyed:
                await inbox.tick()
            tick_results = TickResults(
                journal,
                None,  # type: ignore[arg-type]
                disks,
                clock,
                lambda: None,
                None,  # type: ignore[arg-type]
                MovingOut(),
            )
            account = Account(anonymous=False)
            writer = StatusPage(
                journal,
                {watch.name: inbox},
                tick_results,
                Board(),
                lambda: account,
                lambda: READY,
                disks,
                clock,
                lambda: config,
            )
            await writer.write()
        finally:
            await inbox.stop()
    return watch.page.read_text("utf-8")


async def test_a_hold_is_reported_once(tmp_path: Path) -> None:
    """Many files that wait for one thing: it stands at the top with its cure, and each file says
    it in three words."""
    cli = Cli(tmp_path)
    for n in range(3):
        cli.add_job(b"dub-es/%d.mp4" % n, State.HELD, reason="credits", error_text=LONG)
    with cli.journal() as journal:
        journal.write_now(lambda conn: holds.put(conn, HoldReason.CREDITS, LONG, 1, 0))
    html = await page_of(cli)
    assert (html.count(LONG), html.count("waits for credits"), html.count("Top up")) == (1, 3, 1)


async def test_what_waits_for_approval_says_what_it_would_cost(tmp_path: Path) -> None:
    """And whether that is more than is left, with separators in the numbers."""
    cli = Cli(tmp_path)
    cli.add_job(b"dub-es/a.mp4", State.HELD, reason="approval")
    with cli.journal() as journal:
        journal.write_now(lambda conn: batches.begin(conn, cli.watch, "first scan", 1200, 1))
        balance = Credits(5000, 0, 5000)
        journal.write_now(
            lambda conn: account.remember_credits(conn, balance, 1, anonymous=False, user_id="")
        )
    html = await page_of(cli)
    assert "1,200 new results wait for approval (first scan)." in html
    assert "That costs about 120,000 credits; 5,000 are left. That is not enough" in html


async def test_a_file_that_waits_in_two_languages_is_one_row(tmp_path: Path) -> None:
    """Jobs of one file that wait for one thing share a row, which names them."""
    cli = Cli(tmp_path)
    jobs = tuple(NewJob("", "promo", Target(to, "Dub it.", ()), "skill") for to in ("es", "fr"))
    new = NewSource(
        cli.watch, b"dub-es-fr", b"dub-es-fr/promo.mp4", "digest", "dub", (), jobs, None, "hours"
    )
    with cli.journal() as journal:
        journal.write_now(lambda conn: sources.claim(conn, new, 1))
    html = await page_of(cli)
    assert (html.count("waits for working hours"), html.count('class="chip"')) == (1, 2)


async def test_pauses_are_reported_before_anything_waits(tmp_path: Path) -> None:
    """A pause of everything, and a PAUSE file by its place in the share, stand on the page of an
    idle workspace."""
    cli = Cli(tmp_path)
    (cli.root / "inbox" / "dub-es").mkdir()
    (cli.root / "inbox" / "dub-es" / "PAUSE.txt").touch()
    assert "<h1>Everything waits" not in await page_of(cli)
    with cli.journal() as journal:
        journal.write_now(lambda conn: facts.put(conn, "paused", "yes"))
    html = await page_of(cli)
    assert "<h1>Everything waits" in html
    assert "Everything is paused." in html
    assert "Paused by the file inbox/dub-es/PAUSE.txt." in html
