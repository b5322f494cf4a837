"""What differs between two configurations, and whether it can change while the daemon runs. Pure: applying it is the engine's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nemowatch.config.schema import Config, Section, Watch

#: Read once at start: locks, connections and watchers stand on them.
NEEDS_RESTART = frozenset(
    {
        "state_dir",  # the journal is open there
        "api.base_url", "api.token_file", "api.platform", "api.timeout",  # the client is built with them
        "log.format",  # the output is set up for it
    }
)  # fmt: skip
#: Of a [[watch]]: where it looks and how; the rest may change under it.
_WATCH_RESTART = frozenset({"root", "inbox", "outbox", "done", "failed", "mode"})


def changes(old: Config, new: Config) -> tuple[list[str], list[str]]:
    """(keys that apply at once, keys that need a restart), as "section.key"; a watch is named by its inbox."""
    live: list[str] = []
    restart: list[str] = []
    for key in _changed(old, new):
        (restart if key in NEEDS_RESTART else live).append(key)
    for key, needs_restart in _changed_watches(old, new):
        (restart if needs_restart else live).append(key)
    return live, restart


def _changed(old: Config, new: Config) -> Iterator[str]:
    for name in Config.model_fields:
        before, after = getattr(old, name), getattr(new, name)
        if name == "watch" or before == after:
            continue
        if isinstance(before, Section):
            yield from (f"{name}.{key}" for key in _differing(before, after))
        elif isinstance(before, dict):
            yield from (f"{name}.{key}" for key in {**before, **after} if before.get(key) != after.get(key))
        else:
            yield name


def _differing(before: Section, after: Any) -> list[str]:
    return [key for key in type(before).model_fields if getattr(before, key) != getattr(after, key)]


def _changed_watches(old: Config, new: Config) -> Iterator[tuple[str, bool]]:
    before: dict[str, Watch] = {watch.name: watch for watch in old.watch}
    after: dict[str, Watch] = {watch.name: watch for watch in new.watch}
    for name in {**before, **after}:
        if name in before and name in after:
            for key in _differing(before[name], after[name]):
                yield f"watch {name}: {key}", key in _WATCH_RESTART
        else:
            yield f"watch {name}: {'removed' if name in before else 'added'}", True
