"""What differs between two configurations, which of that can change while the daemon runs, and the
configuration that then applies. Pure: `service.engine` applies it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from nemowatch.config.key_names import keys
from nemowatch.config.schema import Config
from nemowatch.config.section import Section
from nemowatch.config.watch_section import Watch

#: Keys of [api] with which the client is built.
_API_RESTART = ("base_url", "token_file", "platform", "timeout")
#: Read once at start: locks, connections and watchers depend on them. The journal is open in
#: state_dir.
NEEDS_RESTART = frozenset({"state_dir", *(f"api.{key}" for key in _API_RESTART)})
#: Keys of a [[watch]] that say where files are found, and how; the others may change while it runs.
_WATCH_RESTART = frozenset(
    {"root", "inbox", "outbox", "done", "failed", "mode", "settle", "ignore"}
)


def changes(old: Config, new: Config) -> tuple[list[str], list[str]]:
    """(keys that apply at once, keys that need a restart), as "section.key"; a watch is named by
    its inbox."""
    by_restart: dict[bool, list[str]] = {False: [], True: []}
    for key in _changed(old, new):
        by_restart[key in NEEDS_RESTART].append(key)
    for what, needs_restart in _changed_watches(old, new):
        by_restart[needs_restart].append(what)
    return by_restart[False], by_restart[True]


def in_force(old: Config, new: Config) -> Config:
    """What applies after a reload: `new`, except for what needs a restart, which stays as in `old`.
    Nothing is ever half applied: a watch that was moved, added or removed goes on as before."""
    after = _by_name(new)
    watches: list[Watch] = []
    for watch in old.watch:
        newer = after.get(watch.name, watch)
        watches.append(replace(newer, **_kept(watch, _WATCH_RESTART)))

    api = replace(new.api, **_kept(old.api, _API_RESTART))
    return replace(
        new,
        state_dir=old.state_dir,
        api=api,
        watch=tuple(watches),
    )


def _kept(section: Section, names: Iterable[str]) -> dict[str, Any]:
    """The values of these keys."""
    return {name: getattr(section, name) for name in names}


def _values(section: Section) -> dict[str, Any]:
    """The values of all its keys."""
    return _kept(section, keys(type(section)))


def _changed(old: Config, new: Config) -> Iterator[str]:
    """The keys that differ, without those of the watches."""
    before = _values(replace(old, watch=()))
    after = _values(replace(new, watch=()))
    for name in _differing(before, after):
        yield from _changed_within(name, before[name], after[name])


def _changed_within(name: str, before: Any, after: Any) -> list[str]:
    """What has changed within a key: keys of a section, entries of a table, or the key itself."""
    if isinstance(before, Section):
        before = _values(before)
        after = _values(after)
    if not isinstance(before, dict):
        return [name]
    return [f"{name}.{key}" for key in _differing(before, after)]


def _differing(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    found: list[str] = []
    for key in {**before, **after}:
        if before.get(key) != after.get(key):
            found.append(key)
    return found


def _changed_watches(old: Config, new: Config) -> Iterator[tuple[str, bool]]:
    """(what differs, whether it needs a restart)."""
    before, after = _by_name(old), _by_name(new)
    for name, watch in before.items():
        if name not in after:
            yield f"watch {name}: removed", True
            continue
        for key in _differing(_values(watch), _values(after[name])):
            yield f"watch {name}: {key}", key in _WATCH_RESTART

    for name in after:
        if name not in before:
            yield f"watch {name}: added", True


def _by_name(config: Config) -> dict[str, Watch]:
    return {watch.name: watch for watch in config.watch}
