"""The configuration: what its keys are, reading them, explaining mistakes, and what may change while running.

It owns the file's meaning. It must not act on it: no folder is made, no connection opened.
"""

from nemowatch.config.hours import is_active, parse_hours
from nemowatch.config.load import find, home, load, state_dir
from nemowatch.config.schema import Config, Recipe, Watch

__all__ = ["Config", "Recipe", "Watch", "find", "home", "is_active", "load", "parse_hours", "state_dir"]
