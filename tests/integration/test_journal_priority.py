"""What a command says on standard error, where systemd's journal reads it."""

import os
import socket
import subprocess
import sys


def errors_in_journal(tmp_path, *words: str) -> list[str]:
    """The lines that a command writes into the socket which JOURNAL_STREAM names."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        found = os.fstat(theirs.fileno())
        env = {**os.environ, "JOURNAL_STREAM": f"{found.st_dev}:{found.st_ino}"}
        command = [sys.executable, "-m", "nemowatch", *words]
        subprocess.run(command, cwd=tmp_path, env=env, stderr=theirs, check=False, timeout=60)
        theirs.shutdown(socket.SHUT_WR)
        return ours.makefile().read().splitlines()


def test_a_refused_configuration_is_an_error_in_the_journal(tmp_path):
    """Each line of it, so that `journalctl -p warning` shows why the service did not start."""
    (tmp_path / "config.toml").write_text('[[watch]]\nroot = "/srv/studio"\nspeed = 1\n')

    lines = errors_in_journal(tmp_path, "run", "--config", "config.toml")

    assert len(lines) == 2
    assert all(line.startswith("<3>") for line in lines)
    assert any("speed" in line for line in lines)
