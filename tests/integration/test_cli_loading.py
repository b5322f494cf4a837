"""What commands load: those that only read load little."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

#: What prints the modules that a command has loaded, behind what it prints itself.
SCRIPT = """
import sys
from nemowatch.cli import main
code = main()
print("\\n--", *sys.modules)
sys.exit(code)
"""
#: What takes long to load, and tells a command that only reads nothing.
HEAVY = {
    *("typer", "pydantic", "pydantic_settings", "structlog", "pygments", "attr", "asyncio"),
    *("httpx", "ssl", "babel", "lxml", "jinja2", "logging", "importlib.metadata", "email"),
    *("nemowatch.tasks.kinds", "nemowatch.content.text", "nemowatch.config.reading"),
    *("nemowatch.journal.database", "nemowatch.service.control"),
}


def test_what_status_loads(tmp_path: Path) -> None:
    """Neither a parser nor a reader of configurations, once this one has been read before; nothing
    of the daemon, nor of what it works with."""
    config = tmp_path / "config.toml"
    config.write_text('state_dir = "state"\n[[watch]]\nroot = "w"\n')
    env = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    for words in (["status"], ["jobs"], ["jobs", "--json"]):
        for again in (False, True):
            done = subprocess.run(
                [sys.executable, "-c", SCRIPT, *words, "--config", config],
                capture_output=True,
                text=True,
                env=env,
                check=False,
            )
            assert done.returncode == 0, done.stderr
            loaded = done.stdout.rpartition("\n-- ")[2].split()
            if again:
                assert HEAVY.isdisjoint(loaded), HEAVY.intersection(loaded)
