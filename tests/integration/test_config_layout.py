"""Where folders may lie, on a real disk."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from nemowatch.config.layout import check_layout
from nemowatch.config.schema import Config
from nemowatch.config.watch_section import Watch
from nemowatch.errors import ConfigError


def mistakes(*watches: Watch, state: Path | None = None) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        check_layout(Config(watch=watches, state_dir=state))
    return [str(problem) for problem in caught.value.problems]


def apart(inbox: Path, outbox: Path) -> Watch:
    """A watch whose done and failed are out of the way."""
    return Watch(inbox=inbox, outbox=outbox, done=outbox.parent / "d", failed=outbox.parent / "f")


def test_workspaces_side_by_side_are_fine(tmp_path: Path) -> None:
    """Existing or not; two may share an outbox."""
    (tmp_path / "a/inbox").mkdir(parents=True)
    check_layout(
        Config(
            watch=(
                Watch(root=tmp_path / "a"),
                Watch(root=tmp_path / "ab"),
                apart(tmp_path / "in", tmp_path / "a/outbox"),
            )
        )
    )


def test_results_inside_an_inbox_are_refused_all_at_once(tmp_path: Path) -> None:
    """Outbox, done and failed each have their problem; nothing of it needs to exist."""
    inbox = tmp_path / "in"
    watch = Watch(inbox=inbox, outbox=inbox / "o", done=inbox / "d", failed=inbox)
    told = mistakes(watch)
    assert [line.split(" ")[3] for line in told] == ["outbox", "done", "failed"]
    assert all("lies inside the inbox" in line and str(inbox) in line for line in told)


def test_an_inbox_among_anothers_results_is_refused(tmp_path: Path) -> None:
    """What one delivers the other would take."""
    (told,) = mistakes(
        Watch(root=tmp_path / "a"), apart(tmp_path / "a/outbox/dub-es", tmp_path / "b/out")
    )
    assert told.startswith("[[watch]] number 2: inbox")
    assert "lies inside the outbox" in told


def test_an_inbox_named_twice_or_nested_is_refused(tmp_path: Path) -> None:
    """Each file would be done twice."""
    (same,) = mistakes(
        apart(tmp_path / "in", tmp_path / "o/1"), apart(tmp_path / "x/../in", tmp_path / "o/2")
    )
    assert "the same folder as the inbox of [[watch]] number 1" in same
    (nested,) = mistakes(
        apart(tmp_path / "in/sub", tmp_path / "o/1"), apart(tmp_path / "in", tmp_path / "o/2")
    )
    assert nested.startswith("[[watch]] number 1: inbox")


def test_links_are_seen_through(tmp_path: Path) -> None:
    """A link on either side, to a folder whose last part does not exist yet."""
    inbox = tmp_path / "in"
    inbox.mkdir()
    (tmp_path / "link").symlink_to(inbox)
    (told,) = mistakes(apart(inbox, tmp_path / "link/new/out"))[:1]
    assert "lies inside the inbox" in told
    assert mistakes(apart(tmp_path / "link", tmp_path / "o/1"), apart(inbox, tmp_path / "o/2"))


def test_state_inside_an_inbox_is_refused(tmp_path: Path) -> None:
    """It changes all the time."""
    (told,) = mistakes(apart(tmp_path / "in", tmp_path / "o/1"), state=tmp_path / "in/state")
    assert told.startswith("config: state_dir")


def test_an_inaccessible_folder_is_no_crash(tmp_path: Path) -> None:
    """Nor is a name that is too long for any disk."""
    check_layout(Config(watch=(apart(tmp_path / ("n" * 300), tmp_path / "o/1"),)))


@pytest.mark.parametrize("bound", ["in", "in/sub"])
@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs unshare")
def test_bind_mounts_are_seen_through(tmp_path: Path, bound: str) -> None:
    """The inbox, or a folder in it, mounted elsewhere under another name, in a mount namespace
    of the test's own."""
    (tmp_path / "in/sub").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    script = (
        "import sys; from pathlib import Path\nfrom nemowatch.config.layout import check_layout\n"
        "from nemowatch.config.schema import *\nfrom nemowatch.errors import ConfigError\n"
        "t = Path(sys.argv[1])\nw = Watch(inbox=t / 'in',"
        " outbox=t / 'elsewhere/out', done=t / 'd', failed=t / 'f')\ntry:"
        " check_layout(Config(watch=(w,)))\nexcept ConfigError as e: print(e)\n"
    )
    (tmp_path / "check.py").write_text(script)
    command = (
        f'mount --bind "{tmp_path}/{bound}" "{tmp_path}/elsewhere" && exec "$PYTHON"'
        f' "{tmp_path}/check.py" "{tmp_path}"'
    )
    env = {**os.environ, "PYTHON": os.sys.executable, "PYTHONPATH": str(Path(__file__).parents[2])}
    flags = ["--mount"] if os.geteuid() == 0 else ["--user", "--map-root-user", "--mount"]
    done = subprocess.run(
        ["unshare", *flags, "sh", "-c", command],
        capture_output=True,
        text=True,
        env=env,
        timeout=60,
        check=False,
    )
    if "mount:" in done.stderr or "unshare:" in done.stderr:
        pytest.skip(f"no mount namespace here: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    assert "outbox" in done.stdout
    assert "lies inside the inbox" in done.stdout
