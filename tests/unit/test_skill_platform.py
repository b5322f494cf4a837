"""Which platform the cloud is told."""

from __future__ import annotations

from nemowatch.remote.skill_platform import installed_by, skill_platform
from tests.rigs.rows import each_row


@each_row(
    [
        (["/home/a/.clawhub/skills/nemowatch/lib/nemowatch/x.py"], "clawhub"),
        (["/root/.clawhub/venv"], "clawhub"),
        (["/home/a/.cursor/skills/nemowatch/x.py"], "cursor"),
        (["/usr/lib/python3/x.py", "/usr", "/home/a/.cursor/skills/bin/nemowatch"], "cursor"),
        (["/home/a/.cursor/extensions/x.py"], "unknown"),
        (["/home/a/skills/.cursor/x.py"], "unknown"),
        (["/home/a/my.clawhub/x.py", "/opt/nemowatch"], "unknown"),
        (["/home/a/clawhub/x.py", ""], "unknown"),
    ]
)
def test_the_platform_is_read_off_where_it_is_installed(paths: list[str], expected: str) -> None:
    """By whole folder names; whose home it is does not matter."""
    assert installed_by(paths) == expected


def test_a_platform_that_is_set_counts() -> None:
    """Only "auto" looks for it."""
    assert skill_platform("cursor") == "cursor"
    assert skill_platform("unknown") == "unknown"
    assert skill_platform("auto") == "unknown"
