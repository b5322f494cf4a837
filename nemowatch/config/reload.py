"""What differs between two configurations, what of it can change while the daemon runs, and the
configuration that is then in force. Pure: going on with it is the engine's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from nemowatch.config.schema import Config, Section, Watch, keys

#: Read once at start: locks, connections and watchers stand on them.
NEEDS_RESTART = frozenset(
    {
        "state_dir",  # the journal is open there
        # the client is built with them
        "api.base_url",
        "api.token_file",
        "api.platform",
        "api.timeout",
    }
)
#: Of a [[watch]]: where it looks and how; the rest may change under it.
_WATCH_RESTART = frozenset(
    {"root", "inbox", "outbox", "done", "failed", "mode", "settle", "ignore"}
)


def changes(old: Config, new: Config) -> tuple[list[str], list[str]]:
    """(keys that apply at once, keys that need a restart), as "section.key"; a watch is named by
    its inbox."""
    live: list[str] = []
    restart: list[str] = []
    for key in _changed(old, new):
        (restart if key in NEEDS_RESTART else live).append(key)
    for key, needs_restart in _changed_watches(old, new):
        (restart if needs_restart else live).append(key)
    return live, restart


def in_force(old: Config, new: Config) -> Config:
    """What holds after a reload: `new`, but for what needs a restart, which stays as it is in
    `old`. Nothing is ever half in force: a watch that was moved, added or removed goes on where
    it was."""
    api = {
        key.removeprefix("api."): getattr(old.api, key.removeprefix("api."))
        for key in NEEDS_RESTART
        if "." in key
    }
    after = {watch.name: watch for watch in new.watch}
    watches = tuple(_watch_in_force(watch, after.get(watch.name, watch)) for watch in old.watch)
    return replace(new, state_dir=old.state_dir, api=replace(new.api, **api), watch=watches)


def _watch_in_force(old: Watch, new: Watch) -> Watch:
    return replace(new, **{key: getattr(old, key) for key in _WATCH_RESTART})


def _changed(old: Config, new: Config) -> Iterator[str]:
    for name in keys(Config):
        before, after = getattr(old, name), getattr(new, name)
        if name == "watch" or before == after:
            continue
        if isinstance(before, Section):
            yield from (f"{name}.{key}" for key in _differing(before, after))
        elif isinstance(before, dict):
            yield from (
                f"{name}.{key}" for key in {**before, **after} if before.get(key) != after.get(key)
            )
        else:
            yield name


def _differing(before: Section, after: Any) -> list[str]:
    return [key for key in keys(type(before)) if getattr(before, key) != getattr(after, key)]


def _changed_watches(old: Config, new: Config) -> Iterator[tuple[str, bool]]:
    before: dict[str, Watch] = {watch.name: watch for watch in old.watch}
    after: dict[str, Watch] = {watch.name: watch for watch in new.watch}
    for name in {**before, **after}:
        if name in before and name in after:
            for key in _differing(before[name], after[name]):
                yield f"watch {name}: {key}", key in _WATCH_RESTART
        else:
            yield f"watch {name}: {'removed' if name in before else 'added'}", True
