"""Every order is a command and an operation of the control socket, and does the same whoever asks
and whether or not the daemon runs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import closing, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from nemowatch.cli.app import app
from nemowatch.cli.connection import Ordered, order
from nemowatch.cli.context import CommandContext, find_context
from nemowatch.clock import SystemClock
from nemowatch.errors import DaemonNeeded, UsageError
from nemowatch.fs.threads import Disks
from nemowatch.journal import batches, jobs, results, sources, spend
from nemowatch.journal.database import Journal
from nemowatch.model import State
from nemowatch.orders import ORDERS, DaemonSite, JournalSite, carry_out, read_order
from nemowatch.service.control import ControlServer
from nemowatch.service.control_client import SOCKET_NAME
from nemowatch.service.operations import Operations
from tests.rigs.command import Cli

Args = Mapping[str, Any]
Setup = Callable[[Cli], Args]


def test_every_order_is_a_command_with_help_and_an_operation() -> None:
    """Whoever adds one is told what is missing."""
    commands = {command.name: command.callback for command in app.registered_commands}
    operations = Operations(SimpleNamespace(order=print)).handlers()  # type: ignore[arg-type]
    for name, kind in ORDERS.items():
        assert name in operations
        callback = commands[name]
        assert callback is not None
        assert callback.__doc__
        assert kind.__doc__
        assert "->" in kind.__doc__  # what it is given, and what it answers


def failed(cli: Cli) -> Args:
    return {
        "jobs": [
            cli.add_job(state=State.FAILED, error_text="no"),
            cli.add_job(b"dub-es/b.mp4", State.HELD, reason="credits"),
        ]
    }


def taken_away(cli: Cli) -> Args:
    """Its file lies in failed/, and comes back."""
    job_id = cli.add_job(state=State.FAILED, error_text="no")
    lying = cli.root / "failed" / "dub-es" / "promo.mp4"
    lying.parent.mkdir(parents=True)
    lying.write_text("film")
    retire(cli, job_id, lying)
    return {"jobs": [job_id]}


def retire(cli: Cli, job_id: int, lying: Path) -> None:
    with cli.journal() as journal:
        source = journal.read_now(lambda conn: jobs.by_id(conn, job_id).source_id)
        journal.write_now(lambda conn: sources.retire(conn, source, bytes(lying), 1))


def waiting(cli: Cli) -> Args:
    return {"jobs": [cli.add_job()]}


def published(cli: Cli) -> Args:
    job_id = cli.add_job(state=State.PUBLISHED)
    with cli.journal() as journal:
        journal.write_now(lambda conn: results.save_draft(conn, job_id, {"t": []}, 1))
    return {"jobs": [job_id]}


def made(text: str, cli: Cli) -> Args:
    """A published job whose edit is paid for, and what is to be different."""
    args = published(cli)
    job_id = args["jobs"][0]
    with cli.journal() as journal:
        journal.write_now(lambda conn: spend.inherit(conn, job_id, 1))
    return {"job": job_id, "text": text}


def asked(reason: str, cli: Cli) -> Args:
    """A job that waits for a person, and what that says."""
    return {"job": cli.add_job(state=State.ATTENTION, reason=reason), "text": "Spanish, please"}


def new_take(cli: Cli) -> Args:
    return {**published(cli), "new_take": True}


def undecided(how: str, cli: Cli) -> Args:
    return {"job": cli.add_job(state=State.ATTENTION, reason="unknown"), "how": how}


def answered(cli: Cli) -> Args:
    """The folder's prompt.txt says more than it did."""
    prompt = cli.root / "inbox" / "dub-es" / "prompt.txt"
    prompt.parent.mkdir()
    prompt.write_text("+Speak slowly.")
    return undecided("resend", cli)


def unanswerable(cli: Cli) -> Args:
    prompt = cli.root / "inbox" / "dub-es" / "prompt.txt"
    prompt.parent.mkdir()
    prompt.write_text("Export it.")
    return undecided("resend", cli)


def paused(cli: Cli) -> Args:
    cli.add_job(state=State.HELD, reason="paused")
    cli.add_job(b"dub-fr/b.mp4", State.HELD, reason="outage", to="fr")
    return {}


def batch(cli: Cli) -> Args:
    cli.add_job(state=State.HELD, reason="approval")
    with cli.journal() as journal:
        journal.write_now(lambda conn: batches.begin(conn, cli.watch, "first scan", 1, 1))
    return {"watch": cli.watch}


def nothing(cli: Cli) -> Args:
    cli.add_job()
    return {}


def held(cli: Cli) -> Args:
    cli.add_job(state=State.HELD, reason="approval")
    return {"jobs": [1]}


@dataclass(frozen=True)
class Case:
    """An order over a journal, and the states that its jobs have then: what is given again has the
    number of the old job, which goes behind."""

    name: str
    setup: Setup
    states: str = ""
    refused: str = ""


CASES = [
    Case("retry", failed, "claimed claimed"),
    Case("retry", taken_away, "claimed"),
    Case("retry", waiting, refused="not failed"),
    Case("retry", held, refused="waits for approval"),
    Case("retry", lambda _: {"jobs": "all"}, refused="by their numbers"),
    Case("cancel", waiting, "cancelled"),
    Case("cancel", published, refused="already"),
    Case("again", published, "instructed"),
    Case("again", new_take, "claimed published"),
    Case("again", waiting, refused="not published"),
    Case("resolve", partial(undecided, "done"), "instructed"),
    Case("resolve", partial(undecided, "resend"), "claimed cancelled"),
    Case("resolve", partial(undecided, "perhaps"), refused="either done or resend"),
    Case("resolve", answered, "claimed cancelled"),
    Case("resolve", unanswerable, refused="only ask"),
    Case("resolve", lambda _: {"job": "one", "how": "done"}, refused="by its number"),
    Case("revise", partial(made, "make the voice slower"), "published claimed"),
    Case("revise", partial(made, " \n"), refused="is empty"),
    Case("revise", partial(made, "slower " * 600), refused="the limit is 4,000"),
    Case("revise", partial(made, "export it as MP4"), refused="only asks for the result"),
    Case("revise", partial(made, "还剩多少积分"), refused="only asks about credits"),
    Case("revise", lambda cli: {"job": cli.add_job(), "text": "slower"}, refused="nothing to rev"),
    Case("answer", partial(asked, "question"), "claimed cancelled"),
    Case("answer", partial(asked, "unknown"), refused="asked nothing"),
    Case("resolve", lambda cli: {**asked("lost session", cli), "how": "resend"}, "claimed"),
    Case("resolve", lambda cli: {**asked("lost session", cli), "how": "done"}, refused="Nothing"),
    Case("pause", nothing, "claimed"),
    Case("resume", paused, "claimed claimed"),
    Case("approve", batch, "claimed"),
    Case("approve", nothing, "claimed"),
]


@pytest.mark.parametrize(
    "case", CASES, ids=lambda case: f"{case.name}-{getattr(case.setup, '__name__', 'args')}"
)
def test_an_order_does_the_same_with_a_daemon_and_without(tmp_path: Path, case: Case) -> None:
    """The same answer or refusal, and the same journal, byte for byte but for the times."""
    results = []
    for folder, give in ((tmp_path / "with", with_daemon), (tmp_path / "without", without)):
        folder.mkdir()
        cli = Cli(folder)
        args = case.setup(cli)
        try:
            answer: Any = _plain(give(cli, case.name, args))
            refused = ""
        except UsageError as error:
            answer, refused = error.cure.replace(str(folder), ""), error.text
        results.append((answer, refused, rows(cli)))
    with_it, without_it = results
    assert with_it == without_it
    assert case.refused in with_it[1]
    assert bool(case.refused) == bool(with_it[1])
    if case.states:
        assert " ".join(row["state"] for row in with_it[2] if "state" in row) == case.states


def test_what_needs_a_daemon_is_refused_without_one(tmp_path: Path) -> None:
    """Nothing is written for it."""
    cli = Cli(tmp_path)
    cli.add_job()
    for name, kind in ORDERS.items():
        if kind.needs_daemon:
            with pytest.raises(DaemonNeeded):
                without(cli, name, {})


def test_a_file_that_is_not_needed_again_stays_where_it_is(tmp_path: Path) -> None:
    """A refused order has moved nothing."""
    cli = Cli(tmp_path)
    job_id = cli.add_job(state=State.PUBLISHED)
    lying = cli.root / "done" / "promo.mp4"
    lying.write_text("film")
    retire(cli, job_id, lying)
    with pytest.raises(UsageError):
        without(cli, "retry", {"jobs": [job_id]})
    assert lying.exists()


class LeavingFor(JournalSite):
    """A site where the files of every source leave for so many checks."""

    checks = 0

    def is_leaving(self, source_id: int) -> bool:
        self.checks -= 1
        return self.checks >= 0


@pytest.mark.parametrize("name", ["retry", "again"])
def test_an_order_waits_for_files_that_are_just_leaving(tmp_path: Path, name: str) -> None:
    """A new take must not find its file in done/ a moment later; where the move does not end, the
    order is refused and nothing has changed."""
    cli = Cli(tmp_path)
    state = {"retry": State.FAILED, "again": State.PUBLISHED}[name]
    args = {"jobs": [cli.add_job(state=state)], "new_take": True}
    before = rows(cli)
    with cli.journal() as journal:
        site = LeavingFor(journal, SystemClock(), [], {})
        site.checks = 10_000
        with pytest.raises(UsageError, match="being moved out of its inbox"):
            asyncio.run(carry_out(read_order(name, args), site))
        assert rows(cli) == before
        site.checks = 2
        assert asyncio.run(carry_out(read_order(name, args), site)) == {
            "jobs": {args["jobs"][0]: State.CLAIMED}
        }


def context(cli: Cli) -> CommandContext:
    return find_context(cli.config)


def without(cli: Cli, name: str, args: Args) -> Any:
    done = order(context(cli), name, **args)
    assert not done.running
    return done.answer


def with_daemon(cli: Cli, name: str, args: Args) -> Any:
    """By the socket, as a daemon over this journal answers it."""

    async def scene() -> Ordered:
        clock = SystemClock()
        journal = Journal.open(cli.state_dir / "journal.db", clock)
        config = context(cli).config
        with closing(journal), closing(Disks()) as disks:
            site = DaemonSite(
                journal,
                disks,
                clock,
                {},
                lambda: config.own_names,
                print,
                lambda: None,
                lambda source_id: False,
                lambda source_ids: nullcontext(),
            )

            async def answer(op: str, asked: dict[str, Any]) -> Any:
                return await carry_out(read_order(op, asked), site)

            handlers = {op: partial(answer, op) for op in ORDERS}
            server = ControlServer(cli.state_dir / SOCKET_NAME, handlers)
            await server.start()
            try:
                return await asyncio.to_thread(order, context(cli), name, **args)
            finally:
                await server.aclose()

    done = asyncio.run(scene())
    assert done.running
    return done.answer


def _plain(answer: Any) -> Any:
    """As JSON has it: numbers as keys are texts there."""
    if isinstance(answer, dict):
        return {str(key): _plain(value) for key, value in answer.items()}
    return answer


def rows(cli: Cli) -> list[dict[str, Any]]:
    """Jobs, paid calls and facts as the journal has them, but for times."""
    found: list[dict[str, Any]] = []
    with cli.journal() as journal:
        for table in ("job", "spend", "fact"):
            query = f"SELECT * FROM {table} ORDER BY 1"
            read = journal.read_now(lambda conn, query=query: conn.execute(query).fetchall())
            found += [dict(row) for row in read]
    return [{key: row[key] for key in row if not key.endswith("_at")} for row in found]
