"""The configuration: what its keys are, reading them, explaining mistakes, and what may change
while running.

It owns the file's meaning. It must not act on it: no folder is made, no connection opened.
"""

from nemowatch.config.find import find, home, state_dir
from nemowatch.config.hours import is_active, parse_hours
from nemowatch.config.layout import check_layout
from nemowatch.config.load import load
from nemowatch.config.reload import changes, in_force
from nemowatch.config.schema import Config, Recipe
from nemowatch.config.show import show
from nemowatch.config.watch_section import Watch

__all__ = [
    "Config",
    "Recipe",
    "Watch",
    "changes",
    "check_layout",
    "find",
    "home",
    "in_force",
    "is_active",
    "load",
    "parse_hours",
    "show",
    "state_dir",
]
