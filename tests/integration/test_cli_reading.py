"""What the commands tell: jobs, show, status, credits, explain, over a real journal, without a
daemon."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from nemowatch.clock import SystemClock
from nemowatch.journal import account, batches, holds, results, sources, spend
from nemowatch.journal.spend import CallOutcome
from nemowatch.model import AttentionReason, Credits, HoldReason, State
from nemowatch.reporting import words
from tests.rigs.command import WAY, Cli
from tests.rigs.studio import video

NOW = SystemClock().now_ms()
ODD = b"dub-es/caf\xe9\x1b[31m\x07.mp4"


@pytest.fixture(scope="module")
def cli(tmp_path_factory: pytest.TempPathFactory) -> Cli:
    """An installation with one job of each interesting kind."""
    cli = Cli(tmp_path_factory.mktemp("reading"))
    cli.add_job(b"dub-es/done.mp4", State.PUBLISHED)
    cli.add_job(
        b"dub-es/broken.mp4",
        State.FAILED,
        error_code="render failed",
        error_text="The cloud could not render it.",
    )
    cli.add_job(
        b"dub-es/asks.mp4",
        State.ATTENTION,
        reason="unknown",
        error_text="Nobody can tell whether it happened.",
    )
    cli.add_job(b"dub-es/later.mp4", State.HELD, reason="approval")
    cli.add_job(ODD, State.RENDERING, progress=42.0)
    with cli.journal() as journal:
        journal.write_now(_furnish)
    return cli


def _furnish(conn: sqlite3.Connection) -> None:
    results.add_output(conn, 1, ".es.mp4", b"/out/dub-es/done.es.mp4", 2048, "sha", NOW)
    call = spend.open_call(conn, 1, "session", "hash", "base", 1000.0, NOW)
    spend.record_outcome(conn, call, CallOutcome.HAPPENED, 900.0, NOW)
    doubt = spend.open_call(conn, 3, "session", "hash", "base", 900.0, NOW)
    spend.doubt(conn, doubt)
    holds.put(conn, HoldReason.CREDITS, "The account has no credits left.", NOW, 0)
    batches.begin(conn, "/studio/inbox", "first scan", 40, NOW)
    account.remember_credits(conn, Credits(5, 1, 6), NOW, anonymous=True, user_id="anon_77")


def test_jobs_json_has_the_documented_keys(cli: Cli) -> None:
    """`jobs --json` is a list of objects with exactly the keys of docs/behaviour.md section 4."""
    rows = cli.json("jobs")
    keys = (
        "id watch source folder task target state attempt reason session_id render_id outputs error"
        " created_at updated_at"
    )
    assert [sorted(row) for row in rows] == [sorted(keys.split())] * 5
    assert rows[0]["outputs"] == ["/out/dub-es/done.es.mp4"]
    assert rows[1]["error"] == {"code": "render failed", "text": "The cloud could not render it."}
    assert (rows[3]["state"], rows[3]["reason"], rows[0]["error"]) == ("held", "approval", None)
    assert rows[4]["source"] == f"{cli.root}/inbox/dub-es/caf\\xe9\x1b[31m\x07.mp4"


def test_jobs_in_a_pipe_are_plain_lines(cli: Cli) -> None:
    """In a pipe each job is one line without colours, and no name can steer the terminal."""
    done = cli.spawn("jobs", "--config", cli.config)
    lines = done.stdout.splitlines()
    assert len(lines) == 6
    assert lines[0].split() == ["JOB", "CHANGED", "STATE", "TARGET", "FILE"]
    assert "\x1b" not in done.stdout
    assert "\x07" not in done.stdout
    assert "caf\\xe9\\x1b[31m\\x07.mp4" in lines[5]
    assert "rendering 42 %" in lines[5]
    assert all(len(line) <= 80 for line in lines)


def test_jobs_of_one_state(cli: Cli) -> None:
    """`--state` leaves only that state; a state that does not exist is told with the nearest
    one, exit code 2."""
    assert [row["id"] for row in cli.json("jobs", "--state", "failed")] == [2]
    wrong = cli.run("jobs", "--state", "publishd")
    assert wrong.returncode == 2
    assert "Did you mean published?" in wrong.stderr


def test_explain_what_became_of_a_file(tmp_path: Path) -> None:
    """A result, and a source in done or failed, tell where they come from, their job, its cost,
    and what to type."""
    cli = Cli(tmp_path)
    made = cli.add_job(b"dub-es/promo.mp4", State.PUBLISHED, credits=98.0)
    lost = cli.add_job(
        b"dub-es/lost.mp4", State.FAILED, error_text="The cloud could not render it."
    )
    result = cli.root / "outbox/dub-es/promo.es.mp4"
    done, failed = cli.root / "done/dub-es/promo.mp4", cli.root / "failed/dub-es/lost.mp4"
    with cli.journal() as journal:
        journal.write_now(
            lambda conn: results.add_output(
                conn, made, ".es.mp4", os.fsencode(result), 9, "sha", NOW
            )
        )
        journal.write_now(lambda conn: sources.retire(conn, 1, os.fsencode(done), NOW))
        journal.write_now(lambda conn: sources.retire(conn, 2, os.fsencode(failed), NOW))
    for path in (result, done, Path(f"{done}.note.txt")):
        told = cli.run("explain", path).stdout
        for expected in (
            f"{cli.root}/inbox/dub-es/promo.mp4",
            f"Job {made}, es: published",
            "98 credits",
            f"\n  nemowatch again {made} --config",
            f"\n  nemowatch again {made} --new-take --config",
        ):
            assert expected in told
    told = cli.run("explain", f"{failed}.error.txt").stdout
    assert "The cloud could not render it." in told
    assert f"move the file back into its inbox folder ({cli.root}/inbox/dub-es)" in told
    assert f"\n  nemowatch retry {lost} --config" in told
    with cli.journal() as journal:
        journal.write_now(lambda conn: results.drop_outputs(conn, made))
    assert "It was made from" in cli.run("explain", result).stdout
    stranger = cli.run("explain", cli.root / "failed" / "x.mp4")
    assert (stranger.returncode, "knows no job of it" in stranger.stdout) == (0, True)


def test_explain_a_text_about_a_result(tmp_path: Path) -> None:
    """What it would order, or why it orders nothing; nothing is carried out."""
    cli = Cli(tmp_path)
    made = cli.add_job(b"dub-es/promo.mp4", State.PUBLISHED, credits=98.0)
    folder = cli.root / "inbox/dub-es"
    folder.mkdir(parents=True, exist_ok=True)
    for name, said, told in (
        ("other.revise.txt", "slower", "no result called other"),
        ("promo.mp4.answer.txt", "done", "Nothing called promo.mp4 waits"),
        ("promo.es.revise.txt", "export it", "only asks for the result as a file"),
    ):
        (folder / name).write_text(said)
        assert told in cli.run("explain", folder / name).stdout
    with cli.journal() as journal:
        result = os.fsencode(cli.root / "outbox/dub-es/promo.es.mp4")
        journal.write_now(lambda conn: results.add_output(conn, made, ".es.mp4", result, 9, "", 1))
    (folder / "promo.es.revise.txt").write_text("slower")
    told = cli.run("explain", folder / "promo.es.revise.txt").stdout
    assert "there is no edit to change" in told


def test_while_the_first_start_makes_the_journal(tmp_path: Path) -> None:
    """A journal without its tables yet is like none: nothing to tell, and no error."""
    cli = Cli(tmp_path)
    (cli.state_dir / "journal.db").touch()
    assert cli.json("jobs") == []
    assert cli.json("status")["counts"] == {}


def test_jobs_of_a_state_as_the_table_shows_it(cli: Cli) -> None:
    """`--state` takes what stands in the table, reason and progress too, and says exactly what
    it does not take."""
    assert [row["id"] for row in cli.json("jobs", "--state", "held (approval)")] == [4]
    assert cli.json("jobs", "--state", "Held (paused)") == []
    assert cli.run("jobs", "--state", "held (paused)").stdout == "No job is held (paused).\n"
    assert [row["id"] for row in cli.json("jobs", "--state", "rendering 42 %")] == [5]
    for state, expected in (
        ("held (broke)", "There are: credits, cap,"),
        ("failed (x)", "Only held and attention have one."),
        ("paused", 'Write: --state "held (paused)"'),
        ("zzz", "There are: claimed, uploading,"),
    ):
        refused = cli.run("jobs", "--state", state)
        assert (refused.returncode, expected in refused.stderr) == (2, True), refused.stderr


def test_show_prints_history_cost_and_results(cli: Cli) -> None:
    """`show` tells each step with its time, the balance before and after, and the results with
    their sizes."""
    record = cli.json("show", "1")
    assert [step["to"] for step in record["history"]] == [State.CLAIMED, *WAY]
    assert record["paid_calls"][0] | {"at": ""} == {
        "at": "",
        "outcome": "happened",
        "before": 1000.0,
        "after": 900.0,
    }
    text = cli.run("show", "1").stdout
    assert "balance before 1,000, after 900" in text
    assert "/out/dub-es/done.es.mp4 (2.0 KB)" in text


def test_show_prints_the_tracks(tmp_path: Path) -> None:
    """What the cloud has edited is told track by track: its answers send people to look at a
    timeline."""
    cli = Cli(tmp_path)
    job_id = cli.add_job(state=State.INSTRUCTED)
    draft = {"t": [{"tt": 0, "sg": [{"s": 0, "d": 10_000, "m": {"name": "city"}}]}], "d": 10_000}
    with cli.journal() as journal:
        journal.write_now(lambda conn: results.save_draft(conn, job_id, draft, NOW))
    assert "  edit     Timeline (1 track" in cli.run("show", str(job_id)).stdout


def test_show_says_what_to_type(cli: Cli) -> None:
    """A job that waits for a person names the command that lets it go on."""
    text = cli.run("show", "3").stdout
    assert "nemowatch resolve 3 --done" in text
    assert "Nobody can tell whether it happened." in text
    missing = cli.spawn("show", "99", "--config", cli.config)
    assert (missing.returncode, missing.stderr.splitlines()[0]) == (
        2,
        "nemowatch: There is no job 99.",
    )


def test_status_json_without_a_daemon(cli: Cli) -> None:
    """`status --json` is the documented record, from the journal alone, with the daemon as not
    running."""
    record = cli.json("status")
    assert sorted(record) == ["attention", "counts", "credits", "daemon", "queue", "watches"]
    assert record["daemon"]["pid"] is None
    assert record["daemon"]["state"] == "not running"
    assert record["watches"] == [
        {"root": str(cli.root), "mode": "", "state": "not running", "reason": ""}
    ]
    assert record["counts"] == {
        "published": 1,
        "failed": 1,
        "attention": 1,
        "held": 1,
        "rendering": 1,
    }
    assert record["credits"] == {
        "available": 5.0,
        "frozen": 1.0,
        "total": 6.0,
        "anonymous": True,
        "held": True,
    }
    assert record["attention"] == [3]


def test_status_for_people(cli: Cli) -> None:
    """The status says what is held with its cure, what needs a person with the command, and
    where to register."""
    text = cli.run("status").stdout
    for expected in (
        "not running; start it: nemowatch run",
        "The account has no credits left.",
        "Top up the account",
        "nemowatch resolve 3 --done",
        "nemowatch retry 2",
        "40 new results wait for approval in /studio/inbox (first scan).",
        "nemowatch approve",
        "https://nemovideo.com/register?bind=anon_77",
        "42 %",
    ):
        assert expected in text
    assert "\x1b" not in text


def test_reading_before_the_first_start(tmp_path: Path) -> None:
    """Without a journal, lists are empty and fine, and nothing is made."""
    cli = Cli(tmp_path)
    assert cli.json("jobs") == []
    assert cli.json("status")["counts"] == {}
    assert cli.run("jobs").stdout == "There are no jobs yet.\n"
    assert list(cli.state_dir.iterdir()) == []


def test_credits_by_day_when_the_cloud_is_away(cli: Cli) -> None:
    """The balance seen last is told with why, and each day has its sum and its turns of unknown
    cost."""
    done = cli.run("credits", "--by", "day", "--json", NEMOWATCH_API__BASE_URL="http://127.0.0.1:9")
    record = json.loads(done.stdout)
    assert (record["available"], record["registration"]) == (
        5.0,
        "https://nemovideo.com/register?bind=anon_77",
    )
    assert record["problem"]
    assert [(d["credits"], d["turns"], d["unknown"]) for d in record["days"]] == [(100.0, 2, 1)]


def test_explain_a_folder_by_its_name(cli: Cli) -> None:
    """A folder's name alone tells its task, languages, prompts and results; a dangerous one its
    readings."""
    record = cli.json("explain", "dub-es-fr")
    assert [language["tag"] for language in record["languages"]] == ["es", "fr"]
    assert [t["results"] for t in record["orders"][0]["targets"]] == [
        ["clip.es.mp4"],
        ["clip.fr.mp4"],
    ]
    text = cli.run("explain", "dub-pt-br").stdout
    assert "dub-pt_BR" in text
    assert "dub-pt-breton" in text


def test_explain_a_folder_with_its_prompt(cli: Cli) -> None:
    """The folder's prompt.txt, however Windows named it, is part of the prompt that would be
    sent."""
    folder = cli.root / "inbox" / "voiceover-french"
    folder.mkdir()
    (folder / "Prompt.txt.txt").write_bytes(
        b"\xff\xfe" + "+ Speak very slowly.".encode("utf-16-le")
    )
    record = cli.json("explain", folder)
    assert record["prompt_file"]
    assert all(
        "Speak very slowly." in t["prompt"] for order in record["orders"] for t in order["targets"]
    )


def test_explain_a_file(cli: Cli) -> None:
    """A file's whole chain is told: place, name, content, order, and its jobs with what to do."""
    folder = cli.root / "inbox" / "dub-es"
    folder.mkdir()
    (folder / "broken.mp4").write_bytes(b"%PDF-1.7 this is no video")
    steps = cli.json("explain", folder / "broken.mp4")["steps"]
    assert [s["result"] for s in steps][:3] == ["ok", "ok", "ok"]
    assert any(s["result"] == "no" and "PDF" in s["text"] for s in steps)
    assert any("Job 2, es: failed" in s["text"] for s in steps)
    ignored = cli.run("explain", folder / "new.mp4.part")
    assert "never work" in ignored.stdout


def test_explain_instructions_of_any_depth(cli: Cli) -> None:
    """The prompt.txt in a folder below adds to the one above, a PAUSE there holds, and what only
    looks like an instruction is named with its cure."""
    folder = cli.root / "inbox" / "voiceover-italian" / "clientA"
    folder.mkdir(parents=True)
    (folder.parent / "prompt.txt").write_text("Speak slowly.")
    (folder / "prompt.txt").write_text("+Speak low.")
    told = cli.json("explain", folder)
    prompts = [target["prompt"] for order in told["orders"] for target in order["targets"]]
    assert all("Speak slowly." in text and "Speak low." in text for text in prompts)
    (folder / "PAUSE").touch()
    (folder / "prompt (1).txt").write_text("Speak high.")
    (folder / "clip.mp4").write_bytes(video())
    told = cli.run("explain", folder / "clip.mp4").stdout
    assert f"The file {folder}/PAUSE pauses it" in told
    assert "prompt (1).txt looks like prompt.txt" in told
    assert "PAUSE" not in cli.run("explain", folder.parent / "clip.mp4").stdout


def test_explain_through_a_link(cli: Cli) -> None:
    """An inbox that is reached by another name is the same inbox; a path in none is said to be
    in none."""
    (cli.folder / "other").symlink_to(cli.root)
    (cli.folder / "elsewhere").mkdir()
    (cli.folder / "elsewhere/a.mp4").touch()
    told = cli.run("explain", cli.folder / "other/inbox/dub-es-fr/a.mp4").stdout
    assert "a.es.mp4, a.fr.mp4" in told
    assert (
        "It is not in any watched inbox"
        in cli.run("explain", cli.folder / "elsewhere/a.mp4").stdout
    )
    nowhere = cli.run("explain", cli.folder / "elsewhere/b.mp4")
    assert (nowhere.returncode, "There is no such file" in nowhere.stdout) == (0, True)


def test_commands_to_type_name_their_installation(cli: Cli) -> None:
    """What a person is told to type works as it stands: it names the configuration that was
    asked about."""
    told = cli.run("status").stdout
    assert f"nemowatch retry 2 --config {cli.config}" in told
    assert f"nemowatch resolve 3 --done --config {cli.config}" in told


def test_explain_the_workspace_itself(cli: Cli) -> None:
    """Its own folders are no task folders, and are said to be what they are."""
    for path, said in (
        ("", "the workspace itself"),
        ("outbox", "results come here"),
        ("inbox", "the inbox itself"),
    ):
        assert said in cli.run("explain", cli.root / path).stdout


def test_explain_pause_and_odd_files(cli: Cli) -> None:
    """A PAUSE file, a link and a name of bytes are explained, and none of it is an error."""
    folder = cli.root / "inbox" / "transcribe"
    folder.mkdir()
    (folder / "pause.TXT").touch()
    (folder / "link.mp4").symlink_to("/etc/passwd")
    assert (
        f"The file {folder}/pause.TXT pauses it" in cli.run("explain", folder / "talk.mp4").stdout
    )
    assert f"It is paused by the file {folder}/pause.TXT" in cli.run("explain", folder).stdout
    (folder / "deep").mkdir()
    (folder / "deep" / "PAUSE").symlink_to("nowhere")  # holds as a file does
    assert f"the file {folder}/deep/PAUSE" in cli.run("explain", folder / "deep").stdout
    assert (
        "It is a link: only real files are taken." in cli.run("explain", folder / "link.mp4").stdout
    )
    done = cli.run("explain", os.fsencode(folder) + b"/caf\xe9.mp4")
    assert done.returncode == 0
    assert "caf\\xe9.mp4" in done.stdout


def test_journal_check_and_backup(cli: Cli) -> None:
    """The check reads the whole journal; a backup is a whole journal, private, and never
    overwrites."""
    assert "sound" in cli.run("journal", "check").stdout
    target = cli.folder / "copy.db"
    assert cli.run("journal", "backup", target).returncode == 0
    assert target.stat().st_mode & 0o777 == 0o600
    with sqlite3.connect(target) as copy:
        assert copy.execute("SELECT count(*) FROM job").fetchone()[0] == 5
    copy.close()
    again = cli.run("journal", "backup", target)
    assert (again.returncode, "left as it is" in again.stderr) == (2, True)


def test_a_damaged_journal_is_said(tmp_path: Path) -> None:
    """A journal that is no database is an error with a cure, exit code 1, and not a page of
    Python."""
    cli = Cli(tmp_path)
    (cli.state_dir / "journal.db").write_bytes(b"not a database" * 1000)
    done = cli.spawn("jobs", "--config", cli.config)
    assert done.returncode == 1
    assert "damaged" in done.stderr
    assert "Traceback" not in done.stderr


def test_show_and_explain_offer_every_way_there_is(tmp_path: Path) -> None:
    """Whatever a job waits for, and however it has ended badly: both commands offer all that the
    page and the notes offer."""
    cli = Cli(tmp_path)
    waiting = {
        State.ATTENTION: list(AttentionReason),
        State.HELD: list(HoldReason),
        State.FAILED: [""],
        State.REJECTED: [""],
        State.CANCELLED: [""],
    }
    for state, reasons in waiting.items():
        for reason in reasons:
            path = f"dub-es/{state}{reason}.mp4".replace(" ", "")
            job_id = cli.add_job(path.encode(), state, reason=reason)
            cure = words.about_job(job_id, state, reason)
            shown = cli.run("show", str(job_id)).stdout
            explained = cli.run("explain", cli.root / "inbox" / path).stdout
            for line in (*cure.by_hand.splitlines(), *(choice.command for choice in cure.choices)):
                assert line in shown
                assert line in explained


def test_the_newest_jobs_first(cli: Cli) -> None:
    """`--newest` sorts by the last change, `--limit` cuts, and the table has that time; what is
    not a number is refused."""
    rows = cli.json("jobs", "--newest", "--limit", "2")
    every = sorted(cli.json("jobs"), key=lambda row: (row["updated_at"], row["id"]))
    assert [row["id"] for row in rows] == [row["id"] for row in reversed(every[-2:])]
    table = cli.run("jobs", "--newest", "--limit", "1").stdout.splitlines()
    assert table[0].split()[:2] == ["JOB", "CHANGED"]
    assert len(table) == 2
    assert cli.run("jobs", "--limit", "-1").returncode == 2


def test_status_says_where_the_newest_results_are(tmp_path: Path) -> None:
    """The folder, and the names in it."""
    cli = Cli(tmp_path)
    job = cli.add_job(b"dub-es/a.mp4", State.PUBLISHED)
    where = cli.root / "outbox/dub-es/a.es.mp4"
    with cli.journal() as journal:
        path = bytes(where)
        journal.write_now(lambda conn: results.add_output(conn, job, ".mp4", path, 1, "", 1))
    newest = cli.run("status").stdout.partition("newest")[2].splitlines()
    assert [line.strip() for line in newest[1:3]] == [str(where.parent), where.name]


def test_output_that_cannot_be_written_is_no_fault_of_ours(cli: Cli) -> None:
    """A full device: one line that says so, exit code 1."""
    with Path("/dev/full").open("wb", buffering=0) as full:
        done = subprocess.run(
            [sys.executable, "-m", "nemowatch", "jobs", "--config", str(cli.config)],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            env=cli.env(),
        )
    assert done.returncode == 1
    assert done.stderr == ("nemowatch: the output could not be written: No space left on device.\n")


@pytest.mark.parametrize("path", ["dub.es", "dub-xx9", "dub-es", "clip.mp4", "dub-es/clip.mp4"])
def test_explain_has_a_text_whatever_it_explains(cli: Cli, path: str) -> None:
    """Programs show `text` without knowing what kind of record it is; a name with a language
    behind a dot is a folder's."""
    record = cli.json("explain", path)
    assert record["text"]
    assert record["kind"] == ("file" if path.endswith("mp4") else "folder")
