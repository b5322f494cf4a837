"""A service for the whole machine, or a further one (instances.py): the steps that install it and
those that remove it.

docs/operations.md describes the same steps to be done by hand.
"""

from __future__ import annotations

import pwd
import shlex
import stat
from collections.abc import Iterator
from pathlib import Path

from nemowatch.config.watch_section import FOLDERS
from nemowatch.installer import instances
from nemowatch.installer.folders import as_setting
from nemowatch.installer.places import (
    COMMAND,
    SYSTEM,
    SYSUSERS,
    TEMPLATE,
    USER,
    Installation,
    Places,
)
from nemowatch.installer.shared_service_steps import (
    HEAD,
    chosen_drop_ins,
    for_shells,
    own_settings,
    running,
    secret,
)
from nemowatch.installer.shipped import shipped
from nemowatch.installer.steps import (
    InstallStep,
    copy,
    is_there,
    remove,
    still_there,
    unit,
    write_text,
)
from nemowatch.installer.systemctl import Systemd

CONFIG = """\
# nemowatch's configuration. Every key, with its default and its meaning, is in {example}.

[[watch]]
root = {root}

[limits]
# daily_credits = 500      # 0: no cap
# confirm_above = 20       # more new results at once wait for: nemowatch approve
"""


def install(wanted: Installation, places: Places, systemd: Systemd) -> Iterator[InstallStep]:
    """All steps, in order. Raises UsageError before the first."""
    may_write = write_text("what the service may write", places.own_drop_in, _drop_in(wanted))
    yield copy("who it runs as", shipped("systemd/sysusers.d/nemowatch.conf"), SYSUSERS)
    yield InstallStep(f"the user {USER}", f"systemd-sysusers {SYSUSERS}", _user_exists)
    if wanted.root is not None:
        yield _configuration(wanted.root, places)
    yield from _ownership(places)
    yield copy("the example of a configuration", shipped("config.example.toml"), SYSTEM.example)
    if wanted.root is not None:
        yield from _workspace(wanted.root, wanted.program, places.config)
    if wanted.token_file is not None:
        yield secret("the token", wanted.token_file, places.token)
    for path in dict.fromkeys([places.unit, TEMPLATE]):
        yield unit(f"systemd/{path.name}", path, wanted.program)
    yield may_write
    yield from chosen_drop_ins(places, wanted)
    yield _command(wanted.program)
    yield from for_shells(SYSTEM, wanted)
    yield from running(systemd, places)
    yield from instances.they_run(systemd)


def _user_exists() -> bool:
    try:
        pwd.getpwnam(USER)
    except KeyError:
        return False
    return True


def _configuration(root: Path, places: Places) -> InstallStep:
    """Write the configuration. It may get secrets (`[notify]`), so only root and the service can
    read it."""
    from json import dumps

    path = places.config
    text = CONFIG.format(example=SYSTEM.example, root=dumps(str(root), ensure_ascii=False))
    written = write_text("the configuration", path, text, "0640")
    return InstallStep(written.what, written.script, path.exists)


def _ownership(places: Places) -> Iterator[InstallStep]:
    """Set the owner of what may have come from another machine, where users have other numbers."""
    config, state = places.config, places.state
    script = f"""\
chmod go+x {config.parent}
chgrp {USER} {config}
chmod g+r {config}"""
    yield InstallStep("it may read the configuration", script, lambda: _may_read(config))
    script = f"chown -R {USER}: {state}"
    yield InstallStep("its state is its own", script, lambda: not is_there(state) or _is_its(state))


def _is_its(path: Path) -> bool:
    found = path.stat()
    return _user_exists() and found.st_uid == pwd.getpwnam(USER).pw_uid


def _may_read(path: Path) -> bool:
    if not _user_exists() or not is_there(path):
        return False
    enters = _allows(path.parent, stat.S_IXGRP, stat.S_IXOTH)
    return enters and _allows(path, stat.S_IRGRP, stat.S_IROTH)


def _allows(path: Path, group: int, others: int) -> bool:
    """Whether one of these bits of its mode is set for the service's user, or that user owns it."""
    found, user = path.stat(), pwd.getpwnam(USER)
    its_group = found.st_gid == user.pw_gid and found.st_mode & group
    return bool(found.st_mode & others or its_group or found.st_uid == user.pw_uid)


def _workspace(root: Path, program: Path, config: Path) -> Iterator[InstallStep]:
    """Make the workspace. Members of the group may write in it, and new files belong to the
    group."""
    quoted = shlex.quote(str(root))
    made = f"install -d -m 2775 -o {USER} -g {USER} {quoted}"
    yield InstallStep("the workspace", made, root.is_dir)
    init = f"umask 002 && {program} init {quoted} --config {config}"
    yield InstallStep(
        "its folders",
        f"runuser -u {USER} -- sh -c {shlex.quote(init)}",
        lambda: all((root / each).is_dir() for each in FOLDERS),
    )


def _drop_in(wanted: Installation) -> str:
    lines = [as_setting(path) for path in wanted.writable]
    return HEAD + "\n".join([*lines, *own_settings(wanted.systemd), ""])


def _command(program: Path) -> InstallStep:
    """Link the command, so that everybody finds it; an existing one is left alone."""
    script = f"ln -s {program} {COMMAND}"
    return InstallStep("a command for everybody", script, lambda: is_there(COMMAND))


def uninstall(program: Path, systemd: Systemd) -> Iterator[InstallStep]:
    """Stop it, and remove what `install` has made, except what anybody may want back."""
    command = systemd.command
    yield instances.they_stop(systemd)
    yield InstallStep(
        "it stops", f"{command} disable --now {systemd.unit}", lambda: not SYSTEM.unit.exists()
    )
    ours = [SYSTEM.unit, TEMPLATE, SYSTEM.own_drop_in, SYSUSERS, SYSTEM.example, SYSTEM.man_page]
    ours += [*SYSTEM.completions.values(), *instances.own_drop_ins()]
    yield remove("units and what belongs to them", ours)
    if COMMAND.is_symlink() and COMMAND.parent / COMMAND.readlink() == program:
        yield from _without_command(program)
    yield InstallStep("systemd forgets it", f"{command} daemon-reload", systemd.has_forgotten)


def _without_command(program: Path) -> Iterator[InstallStep]:
    """Remove the link that `install` has made; pipx and uv remove their own."""
    if not any(name in str(program) for name in ("/pipx", "/uv")):
        yield remove("the command for everybody", [COMMAND])


def what_stays(program: Path) -> list[tuple[str, str]]:
    """What an uninstallation leaves, each with the line that removes it."""
    stays = [
        ("the configuration", f"rm -r {SYSTEM.config.parent}"),
        ("your drop-ins", f"rm -r {SYSTEM.drop_ins}"),
        ("your drop-ins of other configurations", f"rm -r {SYSTEM.units}/nemowatch@*.service.d"),
        ("the token", f"rm {SYSTEM.token}"),
        ("the tokens of other configurations", f"rm {SYSTEM.token}-*"),
        ("the journal, which knows what was paid for", f"rm -r {SYSTEM.state}"),
        ("the journals of other configurations", f"rm -r {SYSTEM.state}-*"),
    ]
    left = still_there(stays)
    if _user_exists():
        left.append((f"the user {USER}", f"userdel {USER}"))
    return [*left, ("the program", f"as it was installed; it is {program}")]
