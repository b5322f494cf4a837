"""What people can do is said in one place: every reason has its words and its cure, and the page,
the terminal and the notes offer all of it."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from itertools import product
from pathlib import Path

import pytest
from rich.console import Console

from nemowatch import errors
from nemowatch.cli.status.view import draw
from nemowatch.cures import Cure
from nemowatch.errors import NemowatchError
from nemowatch.intake.ready.inspection_result import Terms, wrong_kind
from nemowatch.intake.watch.health import HealthState
from nemowatch.journal.batches import BatchRow
from nemowatch.journal.holds import HoldRow
from nemowatch.journal.job_steps import NOTHING_SENT
from nemowatch.journal.jobs import ListedJob
from nemowatch.journal.sources import SourceRow
from nemowatch.model import ENDED, AttentionReason, HoldReason, MediaKind, State
from nemowatch.notify import wording
from nemowatch.reporting import inbox_words, json_records, words
from nemowatch.reporting.overview import (
    DaemonSnapshot,
    InboxStatus,
    Overview,
    Trouble,
    WaitingBatch,
)
from nemowatch.reporting.page import render
from nemowatch.reporting.page_content import content
from nemowatch.reporting.source_notes import SourceHistory, question_of
from nemowatch.web.commands import button_of
from tests.rigs.job_records import NEW_JOB
from tests.rigs.rows import each_row

NOW = 1_795_000_000_000
JOB = replace(NEW_JOB, session=1, state=State.ATTENTION, created_at=NOW, updated_at=NOW)
SOURCE = SourceRow(
    1, "/srv/inbox", b"dub-es", b"dub-es/promo.mp4", "d", "dub", True, None, None, None, 0
)
#: Errors that can end a job.
CODES = sorted(
    {
        kind.code
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, NemowatchError)
    }
)


def listed(state: State, reason: str = "", code: str = "") -> ListedJob:
    """A job as the overview has it."""
    job = replace(JOB, state=state, reason=reason, error_code=code)
    return ListedJob(job, SOURCE.watch, SOURCE.folder, SOURCE.path, "dub", True, None)


class Text(HTMLParser):
    """What a page says, without its tags."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self.feed(html)

    def handle_data(self, data: str) -> None:
        self.said.append(data)


def on_page(overview: Overview) -> str:
    """The text of the page."""
    model = content(overview, page=Path("/srv/status.html"), host="h", version="1", now_ms=NOW)
    return flat(" ".join(Text(render(model)).said))


def on_terminal(overview: Overview) -> str:
    """The text of `nemowatch status`, which has the daemon's part from the control socket."""
    answer = json.loads(json.dumps(json_records.answer(overview)))
    overview = replace(overview, snapshot=json_records.read_answer(answer))
    out = io.StringIO()
    Console(file=out, width=1000, color_system=None).print(draw(overview, 1000))
    return flat(out.getvalue())


def flat(text: str) -> str:
    """The words of a text, however its lines are broken."""
    return " ".join(text.split())


def offers(cure: Cure) -> Iterator[str]:
    """Each way of a cure as a piece of text."""
    for line in cure.by_hand.splitlines():
        yield flat(line)
    for choice in cure.choices:
        yield choice.command


def running(*inboxes: InboxStatus, **fields: object) -> DaemonSnapshot:
    """What a daemon has published."""
    daemon = {"pid": 1, "state": "running", "since": "2026-11-21T00:00:00.000Z", "version": "1"}
    return replace(DaemonSnapshot(daemon, inboxes), **fields)  # type: ignore[arg-type]


def assert_offered(cure: Cure, *texts: str) -> None:
    """Every way of the cure is in every text."""
    assert not cure.none
    for text in texts:
        for way in offers(cure):
            assert way in text


@each_row(AttentionReason)
def test_every_question_has_the_same_choices_everywhere(reason: AttentionReason) -> None:
    """The page, the terminal, the note and `show` offer each choice; the work that came after
    all, the order sent again, and leaving it are always among them."""
    row = listed(State.ATTENTION, reason)
    cure = words.about_job(7, State.ATTENTION, reason)
    overview = Overview(running(), unfinished=(row,))
    note = flat(question_of(SourceHistory(SOURCE, [row.job]), [row.job]))
    assert_offered(cure, on_page(overview), on_terminal(overview), note)
    commands = {choice.command for choice in cure.choices}
    wanted = {"nemowatch resolve 7 --resend", "nemowatch cancel 7"}
    if reason not in NOTHING_SENT:
        wanted.add("nemowatch resolve 7 --done")
    if reason is AttentionReason.REVIEW:  # a text is approved, or not
        wanted.remove("nemowatch resolve 7 --resend")
    assert commands >= wanted
    for answer in cure.answers:
        assert answer.command in on_page(overview)
        assert answer.command in note
    assert "promo.mp4.answer.txt" in note


def test_what_waits_for_a_call_that_nobody_decided_says_so() -> None:
    """Not that it is next in line; and what brings the question back."""
    overview = Overview(running(), unfinished=(listed(State.CLAIMED),), behind_ended={JOB.id: 4})
    text = on_page(overview)
    assert "What became of the paid call of job 4 is not known. nemowatch retry 4" in text
    assert "next in line" not in text


@each_row(HoldReason)
def test_every_hold_has_a_cure_everywhere(reason: HoldReason) -> None:
    """A held job, and the hold of the account where there is one, tell on the page and on the
    terminal what can be done, and the job says in a few words what it waits for."""
    row = listed(State.HELD, reason)
    cure = words.about_hold(reason, 7)
    overview = Overview(
        running(),
        held={reason: 1},
        holds=(HoldRow(reason, "It is held.", NOW, None),),
        unfinished=(row,),
    )
    if reason is HoldReason.APPROVAL:
        assert not cure.none  # offered with its batch: see below
    else:
        assert_offered(cure, on_page(overview), on_terminal(overview))
    assert words.waits_for(reason, "") in on_page(overview)


@each_row(product(sorted(ENDED - {State.PUBLISHED}), CODES))
def test_every_failure_has_a_sentence_and_a_cure_everywhere(state: State, code: str) -> None:
    """Whatever has ended a job: something is said, and how to try again."""
    row = listed(state, code=code)
    said = words.what_happened(state, "")
    cure = words.about_job(7, state, code=code)
    overview = Overview(running(), failed=(row,))
    assert said
    assert_offered(cure, on_page(overview), on_terminal(overview))
    assert said in on_page(overview)
    assert said in on_terminal(overview)


@each_row(HealthState)
def test_every_trouble_of_an_inbox_has_a_cure_everywhere(health: HealthState) -> None:
    """An inbox that is not well says what can be done; a healthy one says nothing."""
    inbox = InboxStatus("", "/srv", str(health), health=health)
    overview = Overview(running(inbox))
    cure = inbox_words.about_inbox(health)
    if inbox.good:
        assert cure.none
    else:
        assert_offered(cure, on_page(overview), on_terminal(overview))


@pytest.mark.parametrize(
    "trouble",
    [
        Trouble("/srv/inbox", b"dubb-es", "No such task.", suggestion="dub-es"),
        Trouble("/srv/inbox", b"odd", "No such task."),
        Trouble("/srv/inbox", b"edit", "It has no prompt.txt.", "Put one there."),
        Trouble("/srv/inbox", b"dub-es", "Not taken.", "Convert it.", b"dub-es/a.pdf"),
        Trouble("/srv/inbox", b"dub-es", "Broken.", "Copy it again.", b"a.mp4", refused_at=NOW),
    ],
    ids=["near name", "no near name", "folder", "file", "refused"],
)
def test_every_trouble_of_a_folder_or_file_has_a_cure_everywhere(trouble: Trouble) -> None:
    """What is wrong and what to do are on the page and on the terminal."""
    overview = Overview(running(troubles=(trouble,)))
    page, terminal = on_page(overview), on_terminal(overview)
    assert_offered(inbox_words.about_trouble(trouble), page, terminal)
    assert trouble.what in page
    assert trouble.what in terminal


def test_each_inbox_is_approved_for_itself() -> None:
    """What page, terminal and message have people type, and the button that stands for it, is an
    order for the inbox whose price was read; with several, each says which it is."""
    names = ("/srv/client A/inbox", "/srv/b/inbox")
    rows = [BatchRow(number, name, "first scan", 40, NOW) for number, name in enumerate(names)]
    overview = Overview(running(), batches=tuple(WaitingBatch(row, 40, 400) for row in rows))
    page, terminal = on_page(overview), on_terminal(overview)
    for row, typed in zip(rows, ("'/srv/client A/inbox'", "/srv/b/inbox"), strict=True):
        cure = words.approve(row.watch)
        assert cure.choices[0].command == f"nemowatch approve {typed}"
        assert_offered(cure, page, terminal)
        assert row.watch in page.replace(cure.choices[0].command, "")
        assert cure.choices[0].command in wording.approval(row).lines
        button = button_of(cure.choices[0])
        assert button is not None
        assert (button.label, button.args) == ("Approve", {"watch": row.watch})
    for unknown in ("", "/srv/caf\udce9"):
        assert words.approve(unknown) == words.APPROVE


def test_a_long_name_goes_on_below_its_beginning() -> None:
    """What needs a person is told apart by its indentation, however long a name is."""
    long = b"dub-es/%b.mp4" % (b"film " * 40)
    row = replace(listed(State.ATTENTION, AttentionReason.UNKNOWN), path=long)
    trouble = Trouble("/srv/inbox", b"long " * 30, "No such task.")
    batch = BatchRow(1, f"/srv/{'wide ' * 30}", "first scan", 40, NOW)
    overview = Overview(
        running(troubles=(trouble,)), unfinished=(row,), batches=(WaitingBatch(batch, 40),)
    )
    out = io.StringIO()
    Console(file=out, width=80, color_system=None).print(draw(overview, 80))
    needs = out.getvalue().partition("needs you")[2].splitlines()
    assert len(needs) > 15
    assert [line for line in needs if line.strip() and not line.startswith(" " * 5)] == []


def test_every_state_of_a_job_has_a_name_for_people() -> None:
    """The page never shows our own word for a state."""
    assert set(words.STAGES) == set(State)


def test_a_secret_is_not_told_in_halves() -> None:
    """What a notification says of a job, as text and as data, is without secrets before it is
    cut."""
    token = "nmv_usr_" + "s3cret" * 20
    row = listed(State.FAILED)
    for before in (5, wording.LONGEST - 6):
        story = f"{'x' * before} {token} and more"
        told = wording.failed([replace(row, job=replace(row.job, error_text=story))])
        assert "nmv_" not in f"{told.lines} {told.about}"


def test_a_refused_file_is_not_moved_back() -> None:
    """The cloud would refuse the same file once more: its cure asks for another one."""
    refused = words.about_job(5, State.REJECTED, code="4002")
    failed = words.about_job(5, State.FAILED, code="4002")
    assert "move the file back" not in refused.by_hand
    assert "move the file back" in failed.by_hand


def test_a_file_for_another_folder_is_not_sent_back_to_its_own() -> None:
    """Where it would be refused once more."""
    terms = Terms(frozenset({MediaKind.VIDEO}), 1, settled=True, cut_short_ends=True)
    refused = wrong_kind(b"dub-es/photo.mp4", MediaKind.IMAGE, terms)
    cure = inbox_words.about_refused(refused.cure, back="inbox/dub-es")
    assert cure.by_hand == 'Put it into a folder that accepts it ("edit").'
