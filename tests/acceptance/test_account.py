"""What a real daemon says of its account: connecting, ready, and why it is not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from nemowatch.sandbox.process import SandboxProcess
from tests.acceptance.test_service_notify_socket import noted
from tests.rigs.ready import ReadySandbox
from tests.rigs.studio import Studio, wait_for

pytestmark = [pytest.mark.slow]
LINK = re.compile(r"https://nemovideo\.com/register\?bind=anon_[0-9a-f]+")


class Anonymous(Studio):
    """A studio whose user has no token."""

    def environment(self) -> dict[str, str]:
        found = super().environment()
        del found["NEMO_TOKEN"]
        return found | {"CREDENTIALS_DIRECTORY": str(self.credentials)}

    @property
    def credentials(self) -> Path:
        """Where a token of the user's may come to be, as systemd has it."""
        return self.root.parent

    @property
    def page(self) -> str:
        path = self.root / "status.html"
        return path.read_text() if path.exists() else ""


@contextmanager
def anonymous(base: Path, *faults: str, **settings: Any) -> Iterator[Anonymous]:
    """A studio of an anonymous account, whose cloud has these faults from the start."""
    with ReadySandbox(**settings) as cloud:
        for fault in faults:
            cloud.fault(fault)
        made = Anonymous(base, cloud)
        try:
            made.start()
            yield made
        finally:
            if made.daemon is not None and made.daemon.poll() is None:
                made.kill()


def test_an_anonymous_account_says_its_worth_its_end_and_where_it_is_kept(tmp_path: Path) -> None:
    """In the log, with the whole address; on the page, in `status` and in `check`."""
    with anonymous(tmp_path, credits=100) as studio:
        wait_for("ready in the log", lambda: " ready " in studio.log())
        assert studio.log().index("connecting to the cloud") < studio.log().index(" ready ")
        (ready,) = [line for line in studio.log().splitlines() if " ready " in line]
        found = LINK.search(ready)
        assert found
        link = found[0]
        assert "credits=100" in ready
        until = re.search(r'until="([^"]+)"', ready)
        assert until

        wait_for("the page has it", lambda: link in studio.page)
        for said in (
            studio.page,
            studio.run("status").stdout,
            studio.run("check", check=False).stdout,
        ):
            assert link in said
            assert until[1] in said
            assert "100" in said


def test_a_withheld_token_is_a_hold_that_is_asked_about_rarely(tmp_path: Path) -> None:
    """A 429 at the start is said before any job meets it; a job that does is held, with words.
    The token is asked for again after 30 s, and after that when a person resumes; a token of the
    user's ends it."""
    with anonymous(tmp_path, "token:429@*") as studio:
        wait_for("not ready on the page", lambda: "no anonymous token for now" in studio.page)
        assert ">Ready<" not in studio.page

        studio.drop("dub-es/a.mp4")
        (job,) = studio.wait_states("held")
        assert job["reason"] == "token"
        assert "gives no anonymous token for now" in job["error"]["text"]
        wait_for("the second question", lambda: tokens_asked(studio) == 2)
        wait_for("why, again", lambda: "hold continues: token" in studio.log())
        assert tokens_asked(studio) == 2
        assert "next in line" not in studio.page
        assert "fail token" in studio.run("check", check=False).stdout
        assert studio.charged_turns() == []

        studio.run("resume")
        wait_for("the question that a person ordered", lambda: tokens_asked(studio) == 3)
        wait_for("held again", lambda: studio.jobs()[0]["state"] == "held")
        assert tokens_asked(studio) == 3

        (studio.credentials / "nemo_token").write_text("nmv_usr_my_own")
        studio.wait_results("dub-es/a.es.mp4")
        assert len(studio.charged_turns()) == 1
        assert tokens_asked(studio) == 3
        assert " ready " in studio.log()


def tokens_asked(studio: Studio) -> int:
    """How often the cloud was asked for a token."""
    asked = [call["endpoint"] for call in studio.ledger()["requests"]]
    return asked.count("token")


def test_ready_is_not_said_with_a_refused_token(tmp_path: Path) -> None:
    """systemd gets READY=1 all the same, or it would end the daemon; its STATUS, the log and the
    page say why nothing can be done, and that it is over."""
    with noted(tmp_path) as studio:
        cloud = studio.sandbox
        assert isinstance(cloud, SandboxProcess)
        cloud.fault("credits:1001")
        studio.start()
        wait_for("not ready", lambda: any(map(is_refusal, studio.manager.statuses())))
        assert "READY=1" in studio.manager.heard()
        assert not studio.events("ready")
        page = studio.root / "status.html"
        wait_for("the page says so", lambda: page.exists() and "refuses the token" in text(page))
        assert "Everything waits" in text(page)
        wait_for("over", lambda: studio.events("ready"))
        wait_for("over for systemd", lambda: studio.manager.statuses()[-1].startswith("idle; "))
        wait_for("over on the page", lambda: "refuses the token" not in text(page))


def is_refusal(status: str) -> bool:
    """Whether it says that the token is refused."""
    return status.startswith("not ready: The cloud refuses the token")


def text(page: Path) -> str:
    """What the page says."""
    return page.read_text()
