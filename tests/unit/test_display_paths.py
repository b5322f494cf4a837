"""Paths as people see them who know the shared folder only."""

from __future__ import annotations

from pathlib import Path

import pytest

from nemowatch.config.display_paths import from_share, in_inbox
from nemowatch.config.watch_section import Watch


def watch(**folders: str) -> Watch:
    """A watch with these folders."""
    return Watch(**{key: Path(folder) for key, folder in folders.items()})


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/srv/studio/outbox/dub-es/a.es.mp4", "outbox/dub-es/a.es.mp4"),
        ("/srv/studio/inbox/dub-es/PAUSE", "inbox/dub-es/PAUSE"),
        (b"/srv/studio/done/caf\xe9.mp4", "done/caf\\xe9.mp4"),
        ("/srv/elsewhere/a.mp4", "/srv/elsewhere/a.mp4"),
    ],
)
def test_below_the_workspace(path: str | bytes, shown: str) -> None:
    """The server's own folders above the workspace are left out; what lies elsewhere is shown
    whole."""
    assert from_share(watch(root="/srv/studio"), path) == shown


def test_trees_apart() -> None:
    """Where inbox and outbox lie apart, each is called by its own name."""
    apart = watch(inbox="/a/drop here", outbox="/b/results")
    assert from_share(apart, "/b/results/x.mp4") == "results/x.mp4"
    assert in_inbox(apart, b"dub-es/PAUSE.txt") == "drop here/dub-es/PAUSE.txt"
