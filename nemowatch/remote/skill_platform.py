"""Which platform installed nemowatch, for the cloud (docs/api.md section 1): found from the paths
at which it runs. Pure."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from itertools import pairwise
from pathlib import PurePath

#: What a configuration says that leaves it to us.
AUTO = "auto"
UNKNOWN = "unknown"


def skill_platform(configured: str) -> str:
    """X-Skill-Platform: what the configuration says, else what the paths of this process say."""
    if configured != AUTO:
        return configured
    return installed_by((__file__, sys.prefix, sys.argv[0]))


def installed_by(paths: Iterable[str]) -> str:
    """`clawhub` below a folder `.clawhub`, `cursor` below `.cursor/skills`; the first path that is
    below one counts. Whose home that is does not matter: a service runs as a user of its own."""
    for path in paths:
        parts = PurePath(path).parts
        if ".clawhub" in parts:
            return "clawhub"
        if (".cursor", "skills") in pairwise(parts):
            return "cursor"
    return UNKNOWN
