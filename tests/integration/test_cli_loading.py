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


#: What prints the files that are opened to read a folder's name and to judge what is beside no
#: file.
ORDERS = """
import os, sys
opened = set()
def note(event, args):
    if event == "open":
        opened.add(os.path.basename(os.fsdecode(args[0])))
sys.addaudithook(note)
from nemowatch.tasks.grammar import read_folder
from nemowatch.tasks.plan import check_instructions
for name in sys.argv[1:]:
    print(type(read_folder(name, {})).__name__)
check_instructions("\\n", "prompt.txt", "Your instructions")
print(*sorted(opened))
"""


def test_what_a_plain_folder_loads() -> None:
    """Neither Babel's data about all countries and retired codes, for one language without its
    country, nor the vocabularies of texts, for a file without one: they would stay for months."""
    names = ["dub-es", "dub-fr", "transcribe-ja", "dub-Italian", "dub-pt"]
    done = subprocess.run(
        [sys.executable, "-c", ORDERS, *names], capture_output=True, text=True, check=True
    )
    *read, opened = done.stdout.splitlines()
    assert read == ["Folder"] * len(names)
    assert {"global.dat", "no_slips.txt"}.isdisjoint(opened.split()), opened
    assert "en.dat" in opened.split()
