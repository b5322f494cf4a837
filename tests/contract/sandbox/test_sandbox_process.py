"""The sandbox as a process of its own: one line, all controls, a clean end."""

from __future__ import annotations

import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from nemowatch.sandbox.process import SandboxProcess
from tests.rigs.patience import PATIENCE


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    """One process for the whole file: its start is what takes time."""
    with SandboxProcess(turn_seconds=0.01, plan="free", url_uploads=False) as process:
        yield process


def balance(sandbox: SandboxProcess) -> int:
    """The status of a credits call."""
    headers = {"Authorization": "Bearer t", "X-Skill-Source": "a", "X-Skill-Version": "1.0.0"}
    request = urllib.request.Request(sandbox.url + "/api/credits/balance/simple", headers=headers)
    try:
        with urllib.request.urlopen(request) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as problem:
        with problem:
            return problem.code


def test_faults_from_the_start_and_later() -> None:
    """Rules given as options strike, and so do those set while it runs, until they are cleared."""
    with SandboxProcess(faults=["credits:500"]) as sandbox:
        assert [balance(sandbox), balance(sandbox)] == [500, 200]
        sandbox.fault("credits:429@*")
        assert balance(sandbox) == 429
        sandbox.clear_faults()
        assert balance(sandbox) == 200


def test_the_ledger_has_every_request(sandbox: SandboxProcess) -> None:
    """Requests and violations are counted; control calls are not among them."""
    before = sandbox.ledger()["totals"]
    balance(sandbox)
    after = sandbox.ledger()["totals"]
    assert after["requests"] - before["requests"] == 1
    assert after["violations"] - before["violations"] == 1  # the platform header is missing above


def test_controls(sandbox: SandboxProcess) -> None:
    """Credits, tokens, settings and sessions can be changed; what does not exist is an error."""
    sandbox.credits(7)
    assert {account["available"] for account in sandbox.ledger()["accounts"].values()} <= {7}
    sandbox.token(revoke="t")
    assert balance(sandbox) == 401
    sandbox.token(restore="t")
    sandbox.expire()
    sandbox.set(plan="paid")
    with pytest.raises(ValueError, match="unknown setting"):
        sandbox.set(plann="paid")
    with pytest.raises(ValueError, match="no endpoint"):
        sandbox.fault("nowhere:500")


def test_controls_wait_for_a_closed_port(sandbox: SandboxProcess) -> None:
    """While nothing listens a control call is tried again, so a test need not know."""
    balance(sandbox)
    sandbox.down(0.3)
    assert sandbox.ledger()["totals"]["requests"] > 0


def test_it_ends_with_its_caller() -> None:
    """The end of standard input ends it: a caller that dies leaves nobody behind."""
    command = [sys.executable, "-m", "nemowatch.sandbox", "--until-eof", "--port", "0"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline()
        process.stdin.close()
        assert process.wait(PATIENCE) == 0


def test_a_wrong_fault_is_a_usage_error() -> None:
    """The message names what is wrong; the exit code is 2."""
    command = [sys.executable, "-m", "nemowatch.sandbox", "--fault", "chat:nonsense"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 2
    assert "no fault 'nonsense' for chat" in done.stderr
