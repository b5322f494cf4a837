"""The live page in a real browser: a real daemon, its sandbox, Chromium, a mouse and a keyboard."""

from __future__ import annotations

import json
import re
import shutil
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from nemowatch.web.passwords import hashed
from tests.rigs.ports import free_port
from tests.rigs.studio import Studio, studio, video, wait_for

CHROMIUM = shutil.which("chromium")
sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium (apt)")

LIMIT = 40_000  #: milliseconds of one wait: far above what it takes
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
HOSTILE = "<img src=x onerror=\"document.title='owned'\">&amp;';.mp4"


@contextmanager
def opened(**options: Any) -> Iterator[Any]:
    """A tab; whatever the page's script complains of fails the test."""
    complaints: list[str] = []
    with sync_api.sync_playwright() as api:
        browser = api.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            tab = browser.new_page(**options)
            tab.set_default_timeout(LIMIT)
            tab.on("pageerror", lambda error: complaints.append(str(error)))
            tab.on("dialog", lambda dialog: dialog.accept())
            yield tab
        finally:
            browser.close()
    assert complaints == []


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Studio, str]]:
    """A studio with its page, not started yet, and the page's address."""
    address = f"127.0.0.1:{free_port()}"
    extra = f'\n[web]\nlisten = "{address}"\n'
    sandbox = {"turn_seconds": 0.3, "render_seconds": 0.3}
    with studio(tmp_path / "w", sandbox=sandbox, extra=extra, confirm=1) as made:
        yield made, f"http://{address}"


def click(tab: Any, name: str, *, within: str = "") -> None:
    """Click the button of that name (below the row that holds a text), and see that it is
    answered."""
    place = tab.locator("li", has_text=within) if within else tab
    place.get_by_role("button", name=name, exact=True).first.click()
    tab.locator("#said:not([hidden])").wait_for()
    assert "wrong" not in (tab.locator("#said").get_attribute("class") or ""), said(tab)


def said(tab: Any) -> str:
    return str(tab.locator("#said").text_content())


def section(tab: Any, heading: str) -> Any:
    return tab.locator("section", has=tab.get_by_role("heading", name=re.compile(heading)))


def test_every_button_does_what_the_command_does(served: tuple[Studio, str]) -> None:
    """Approve, answer (typed while news come), try again, decide, pause, revise, deliver again,
    make anew, cancel: each by its button, each seen on the page without loading it again."""
    studio, page = served
    for name in ("a.mp4", "b.mp4", HOSTILE.replace("/", "_")):
        studio.drop(f"dub-es/{name}")
    studio.start()
    with opened() as tab:
        tab.goto(page)
        loads: list[str] = []
        tab.on("load", lambda: loads.append(tab.url))
        tab.get_by_role("button", name="Approve", exact=True).focus()
        tab.keyboard.press("Enter")
        section(tab, "Done recently").get_by_text("a.es.mp4").wait_for()
        assert len(studio.charged_turns()) == 3
        # the button is gone, and a keyboard goes on from the head; Escape closes what was said
        wait_for("the focus", lambda: tab.evaluate("document.activeElement.nodeName") == "H1")
        click(tab, "Pause everything")
        tab.keyboard.press("Escape")
        tab.locator("#said").wait_for(state="hidden")
        click(tab, "Resume everything")

        studio.sandbox.fault("chat:question", "chat:cut_after@2")  # type: ignore[attr-defined]
        studio.drop("dub-es/ask.mp4")
        field = section(tab, "Needs you").get_by_label("Your answer")
        field.wait_for()
        field.fill("In Sp")
        studio.sandbox.fault("upload:4002")  # type: ignore[attr-defined]
        studio.drop("dub-es/large.mp4")
        section(tab, "Failed").get_by_text("large.mp4", exact=True).wait_for()
        assert field.input_value() == "In Sp"
        field.press_sequentially("anish")
        click(tab, "Answer", within="ask.mp4")
        studio.wait_results("dub-es/ask.es.mp4")
        click(tab, "Try again", within="large.mp4")
        studio.wait_results("dub-es/large.es.mp4")

        studio.sandbox.fault("chat:error")  # type: ignore[attr-defined]
        studio.drop("dub-es/unsure.mp4")
        section(tab, "Needs you").get_by_text("unsure.mp4", exact=True).wait_for()
        click(tab, "Send again", within="unsure.mp4")
        studio.wait_results("dub-es/unsure.es.mp4")

        click(tab, "Pause everything")
        studio.drop("dub-es/late.mp4")
        section(tab, "Waiting").get_by_text("late.mp4", exact=True).wait_for()
        click(tab, "Cancel", within="late.mp4")
        wait_for("its end", lambda: job_of(page, "late.mp4").get("state") == "cancelled")
        click(tab, "Resume everything")
        assert loads == []

        tab.goto(f"{page}/job/{job_of(page, 'a.mp4')['id']}")
        film = tab.locator("video").first
        film.evaluate("film => { film.preload = 'auto'; film.load(); }")
        wait_for("the film", lambda: film.evaluate("film => film.readyState") > 0)
        film.evaluate("film => { film.currentTime = film.duration / 2; }")
        wait_for("its middle", lambda: not film.evaluate("film => film.seeking"))
        tab.get_by_label("What should be different").fill("Make the voice slower.")
        click(tab, "Change it")
        studio.wait_results("dub-es/a.es (2).mp4")
        click(tab, "Make it again")
        studio.wait_results("dub-es/a.es (3).mp4")
        first = studio.outbox / "dub-es/b.es.mp4"
        first.unlink()
        tab.goto(f"{page}/job/{job_of(page, 'b.mp4')['id']}")
        click(tab, "Deliver again")
        studio.wait_results("dub-es/b.es.mp4")
        assert tab.title() != "owned"


def test_another_hosts_folders_and_a_text_to_approve(served: tuple[Studio, str]) -> None:
    """Take over, which is asked about first, approve what waits then, and take a text as it is:
    each from the page alone."""
    studio, page = served
    owner = {"host": "old-nas", "pid": 1, "state": "of-the-old-nas", "since": "", "seen": 0}
    (studio.root / ".nemowatch-owner.json").write_text(json.dumps(owner))
    for name in ("a.mp4", "b.mp4"):
        studio.drop(f"dub-es-review/{name}")
    studio.start()
    with opened() as tab:
        tab.goto(page)
        tab.get_by_role("heading", name="Another host works on these folders").wait_for()
        assert tab.get_by_text("old-nas").count()
        click(tab, "Take over")
        tab.get_by_role("button", name="Approve", exact=True).wait_for()
        assert studio.charged_turns() == []
        click(tab, "Approve")
        section(tab, "Needs you").get_by_text("a.mp4", exact=True).wait_for()
        click(tab, "Have it spoken", within="a.mp4")
        studio.wait_results("dub-es-review/a.es.mp4")
        section(tab, "Done recently").get_by_text("a.es.mp4").wait_for()
        assert "dub-es-review/b.es.mp4" not in studio.results()


def jobs(page: str) -> list[dict[str, Any]]:
    """As other programs read them."""
    with urllib.request.urlopen(f"{page}/api/jobs?limit=5000") as answer:
        return list(json.load(answer))


def job_of(page: str, name: str) -> dict[str, Any]:
    return next((job for job in jobs(page) if job["source"].endswith(f"/{name}")), {})


def test_a_password_is_asked_for(tmp_path: Path) -> None:
    """The sign-in form works in a browser without its script, wrong and right, and every form
    behind it does."""
    port = free_port()
    secret = tmp_path / "password"
    secret.write_text(hashed("correct horse"))
    extra = f'\n[web]\nlisten = "0.0.0.0:{port}"\npassword_file = "{secret}"\n'
    with studio(tmp_path / "w", extra=extra) as made, opened(java_script_enabled=False) as tab:
        made.start()
        tab.goto(f"http://127.0.0.1:{port}/")
        for given, seen in (("wrong", "This is not the password."), ("correct horse", "Sign out")):
            tab.get_by_label("Password").fill(given)
            tab.keyboard.press("Enter")
            tab.get_by_text(seen).wait_for()
        tab.get_by_role("button", name="Pause everything").click()
        tab.get_by_text("Paused. What is paid for is finished.").wait_for()
        tab.get_by_text("← Everything").click()
        tab.get_by_role("button", name="Sign out").click()
        tab.get_by_label("Password").wait_for()


def test_a_phone_folders_a_restart_and_two_thousand_jobs(served: tuple[Studio, str]) -> None:
    """On a phone nothing is wider than it; folders pause and take files; a page that was open
    when the daemon was killed goes on by itself, and its buttons, too; two thousand jobs are a
    page like any other."""
    studio, page = served
    (studio.inbox / "dub-es").mkdir()
    (studio.inbox / "transcribe").mkdir()
    studio.start()
    with opened(viewport={"width": 360, "height": 740}, has_touch=True) as tab:
        tab.goto(f"{page}/folders")
        named = tab.get_by_role("group", name="transcribe")  # as a screen reader says it
        named.get_by_role("button", name="Pause this folder").wait_for()
        for resume_at in ("/folders", "/"):
            tab.goto(f"{page}/folders")
            click(tab, "Pause this folder", within="transcribe")
            wait_for("the PAUSE", (studio.inbox / "transcribe/PAUSE").is_file)
            tab.goto(page + resume_at)
            click(tab, "Resume this folder", within="transcribe")
            wait_for("its end", lambda: not (studio.inbox / "transcribe/PAUSE").exists())
        tab.goto(f"{page}/folders")
        form = tab.locator("li", has_text="dub-es").locator(".drop")
        sent = {"name": "sent é.mp4", "mimeType": "video/mp4", "buffer": video("sent")}
        form.locator("input[type=file]").set_input_files([sent])
        form.get_by_role("button", name="Send").tap()
        tab.get_by_text("1 file sent.").wait_for()
        studio.wait_results("dub-es/sent é.es.mp4")

        tab.goto(page)
        section(tab, "Done recently").get_by_text("sent é.mp4", exact=True).wait_for()
        studio.kill()
        tab.get_by_text("nemowatch does not answer").wait_for()
        studio.start()
        tab.get_by_text("this page is live").wait_for()
        for part in (0, 1000):
            lines = "\n".join(f"https://cdn.example.com/{part + n}.mp4" for n in range(1000))
            studio.drop(f"dub-es/from {part}.urls.txt", lines.encode())
        wait_for("the jobs", lambda: len(jobs(page)) == 2001)
        tab.get_by_text(re.compile("[12],000 new results wait")).first.wait_for()
        wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert tab.evaluate(wider) == 0
        click(tab, "Pause everything")
        click(tab, "Approve")
        wait_for("the approval", lambda: "2,000" in said(tab) or "2000" in said(tab))
        tab.reload()
        tab.get_by_role("button", name="Resume everything").first.wait_for()
        assert tab.locator("li").count() < 300
