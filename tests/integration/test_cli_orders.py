"""What a person orders when the daemon does not run: straight into the journal, under its lock."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest

from nemowatch.cli.connection import order
from nemowatch.cli.context import CommandContext
from nemowatch.config.schema import Config
from nemowatch.journal import batches, facts, jobs, results, spend
from nemowatch.journal.jobs import Job
from nemowatch.journal.lock import StateLock
from nemowatch.model import State
from nemowatch.service.control import ControlServer
from nemowatch.service.control_client import SOCKET_NAME
from tests.rigs.command import Cli


def job_of(cli: Cli, job_id: int) -> Job:
    """The job as the journal has it now."""
    with cli.journal() as journal:
        return journal.read_now(lambda conn: jobs.by_id(conn, job_id))


def test_retry_from_the_saved_draft(tmp_path: Path) -> None:
    """A failed job whose draft is saved goes on from it: nothing is paid again."""
    cli = Cli(tmp_path)
    job_id = cli.add_job(state=State.FAILED, error_text="no")
    with cli.journal() as journal:
        journal.write_now(lambda conn: results.save_draft(conn, job_id, {"t": []}, 1))
        journal.write_now(lambda conn: spend.inherit(conn, job_id, 1))
    done = cli.spawn("retry", str(job_id), "--config", cli.config)
    assert (done.returncode, done.stdout) == (0, f"Job {job_id} continues from: instructed.\n")
    start = f"nemowatch run --config {cli.config}"
    assert done.stderr == f"nemowatch is not running: this is done when it starts ({start}).\n"
    assert job_of(cli, job_id).state is State.INSTRUCTED


def test_an_order_that_makes_no_sense_changes_nothing(tmp_path: Path) -> None:
    """Retrying what has not failed is refused for all jobs named, exit code 2."""
    cli = Cli(tmp_path)
    failed, fine = cli.add_job(state=State.FAILED), cli.add_job(b"dub-es/other.mp4")
    done = cli.run("retry", str(failed), str(fine))
    assert (done.returncode, "not failed" in done.stderr) == (2, True)
    assert job_of(cli, failed).state is State.FAILED


def test_cancel_and_again(tmp_path: Path) -> None:
    """A job can be taken back; a published one without a draft is only made again when a new take
    is asked for."""
    cli = Cli(tmp_path)
    waiting, published = cli.add_job(), cli.add_job(b"dub-es/b.mp4", State.PUBLISHED)
    assert cli.run("cancel", str(waiting)).stdout == f"Job {waiting} is cancelled.\n"
    refused = cli.run("again", str(published))
    assert (refused.returncode, "--new-take" in refused.stderr) == (2, True)
    assert cli.run("again", str(published), "--new-take").returncode == 0
    assert job_of(cli, published).state is State.CLAIMED


@pytest.mark.parametrize(
    ("how", "state"), [("--done", State.INSTRUCTED), ("--resend", State.CLAIMED)]
)
def test_resolve(tmp_path: Path, how: str, state: State) -> None:
    """A person's word moves a job on that nobody else could judge; without a word nothing
    happens."""
    cli = Cli(tmp_path)
    job_id = cli.add_job(state=State.ATTENTION, reason="unknown")
    assert cli.run("resolve", str(job_id)).returncode == 2
    assert cli.run("resolve", str(job_id), how).returncode == 0
    assert job_of(cli, job_id).state is state


def test_retry_and_resolve_point_to_each_other(tmp_path: Path) -> None:
    """Who takes the wrong one of the two is told the right one, with the job's number."""
    cli = Cli(tmp_path)
    asks = cli.add_job(state=State.ATTENTION, reason="question")
    doubt = cli.add_job(b"dub-es/b.mp4", State.ATTENTION, reason="unknown")
    failed = cli.add_job(b"dub-es/c.mp4", State.FAILED)
    for job_id in (asks, doubt):
        refused = cli.run("retry", str(job_id)).stderr
        assert f"nemowatch resolve {job_id} --resend" in refused
        assert f"nemowatch resolve {job_id} --done" in refused
    assert f"nemowatch retry {failed}" in cli.run("resolve", str(failed), "--resend").stderr
    assert f"nemowatch resolve {asks} --done" in cli.run("show", str(asks)).stdout
    assert cli.run("resolve", str(asks), "--done").returncode == 0
    # its session is read first: what came late costs nothing
    assert job_of(cli, asks).state is State.INSTRUCTED


def test_resend_takes_the_instructions_of_now(tmp_path: Path) -> None:
    """Who answers a question in prompt.txt and has it sent again is understood; instructions
    that cannot be are refused."""
    cli = Cli(tmp_path)
    job_id = cli.add_job(b"dub-es/promo.mp4", State.ATTENTION, reason="question")
    prompt = cli.root / "inbox" / "dub-es" / "Prompt.txt.txt"
    prompt.parent.mkdir()
    prompt.write_text("Export it.")
    refused = cli.run("resolve", str(job_id), "--resend")
    assert (refused.returncode, "only ask for the result" in refused.stderr) == (2, True)
    prompt.write_text("+Speak slowly.", encoding="utf-16")
    told = cli.run("resolve", str(job_id), "--resend").stdout
    assert (
        told
        == f"Job {job_id} continues from: claimed, with the instructions as its folder gives them"
        " now.\n"
    )
    assert job_of(cli, job_id).prompt.endswith("\n\nSpeak slowly.")


def test_resend_keeps_what_cannot_be_known_better(tmp_path: Path) -> None:
    """Where the folder is away, or its name no longer means anything, the instructions of the
    claim stand."""
    cli = Cli(tmp_path)
    job_id = cli.add_job(b"dub-klingonisch/promo.mp4", State.ATTENTION, reason="unknown")
    before = job_of(cli, job_id).prompt
    assert (
        cli.run("resolve", str(job_id), "--resend").stdout
        == f"Job {job_id} continues from: claimed.\n"
    )
    assert job_of(cli, job_id).prompt == before


def test_pause_and_resume(tmp_path: Path) -> None:
    """A pause is remembered in the journal, also before the first start; resume wakes what it
    held."""
    cli = Cli(tmp_path)
    assert cli.run("pause").returncode == 0
    with cli.journal() as journal:
        assert journal.read_now(lambda conn: facts.get(conn, "paused")) == "yes"
    held = cli.add_job(state=State.HELD, reason="paused")
    assert "1 job continued" in cli.run("resume").stdout
    assert job_of(cli, held).state is State.CLAIMED


def test_resume_leaves_what_a_pause_file_holds(tmp_path: Path) -> None:
    """Where a PAUSE file stands nothing is woken, and resume names that very file; elsewhere
    work goes on."""
    cli = Cli(tmp_path)
    held = cli.add_job(state=State.HELD, reason="paused")
    free = cli.add_job(b"dub-fr/other.mp4", state=State.HELD, reason="paused", to="fr")
    pause = cli.root / "inbox" / "dub-es" / "Pause.txt"
    pause.parent.mkdir()
    pause.touch()
    told = cli.run("resume").stdout
    assert told == (
        f"Resumed; 1 job continued.\nStill held (1 job) by the file {pause}: delete it to resume.\n"
    )
    assert (job_of(cli, held).state, job_of(cli, free).state) == (State.HELD, State.CLAIMED)
    (cli.root / "inbox" / "PAUSE").mkdir()
    assert f"by the file {cli.root}/inbox/PAUSE: delete it" in cli.run("resume").stdout


def test_approve_one_watch(tmp_path: Path) -> None:
    """A watch is named by its root, its inbox or its last word; an unknown one is told with
    those that exist."""
    cli = Cli(tmp_path)
    job_id = cli.add_job(state=State.HELD, reason="approval")
    with cli.journal() as journal:
        journal.write_now(lambda conn: batches.begin(conn, cli.watch, "first scan", 1, 1))
    wrong = cli.run("approve", "/elsewhere")
    assert (wrong.returncode, str(cli.root) in wrong.stderr) == (2, True)
    assert cli.run("approve", "studio").stdout == "1 job approved.\n"
    assert job_of(cli, job_id).state is State.CLAIMED
    assert cli.run("approve").stdout == "Nothing waits for approval.\n"


def test_take_over_needs_the_daemon(tmp_path: Path) -> None:
    """What only the daemon can do exits with 3 and says how to start it."""
    done = Cli(tmp_path).run("take-over")
    assert (done.returncode, "nemowatch run" in done.stderr) == (3, True)


def test_an_order_while_the_daemon_starts(tmp_path: Path) -> None:
    """With the state locked and nobody listening yet, the order is refused, not written behind
    the daemon's back."""
    cli = Cli(tmp_path)
    with StateLock(cli.state_dir):
        done = cli.run("pause")
    assert (done.returncode, "try again in a moment" in done.stderr) == (1, True)


@pytest.mark.root
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act for another user")
def test_orders_of_root_leave_the_state_to_its_user(open_path: Path) -> None:
    """What root orders is written as the user of the state folder, so that its daemon can still
    open it."""
    cli = Cli(open_path)
    os.chown(cli.state_dir, 65534, 65534)
    assert cli.spawn("pause", "--config", cli.config).returncode == 0
    assert {entry.stat().st_uid for entry in cli.state_dir.iterdir()} == {65534}


def test_an_order_is_carried_out_once_whatever_the_daemon_answers(tmp_path: Path) -> None:
    """A daemon that answers an order with nothing has carried it out: the journal is left alone."""
    cli = Cli(tmp_path)
    job_id = cli.add_job()
    asked: list[dict[str, Any]] = []

    async def cancel(args: dict[str, Any]) -> None:
        asked.append(args)

    async def scene() -> Any:
        server = ControlServer(cli.state_dir / SOCKET_NAME, {"cancel": cancel})
        await server.start()
        try:
            setting = CommandContext(Config, cli.config, cli.state_dir, {})
            done = await asyncio.to_thread(order, setting, "cancel", jobs=[job_id])
            return done.answer, done.running
        finally:
            await server.aclose()

    assert asyncio.run(scene()) == (None, True)
    assert asked == [{"jobs": [job_id]}]
    assert job_of(cli, job_id).state is State.CLAIMED
