"""The steps at which systemd's start of a service can fail, in plain words and with what to do.

systemd tells the step by an exit status of 200 and more (systemd.exec(5), "Process exit codes").
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from nemowatch.installer.unit_state import Unit

#: Says what happened, and what to do.
Explain = Callable[[Unit], tuple[str, str]]


def _folder(unit: Unit) -> tuple[str, str]:
    text = f"200/CHDIR: the folder that it starts in cannot be entered: {unit['WorkingDirectory']}"
    return text, "Make it, or remove WorkingDirectory= from your drop-in."


def _program(unit: Unit) -> tuple[str, str]:
    program = Path(unit.program)
    text = f"203/EXEC: {program} cannot be started: {_why_not_started(program)}"
    return text, f"Install nemowatch again (pipx, uv, pip), then: {unit.install}"


def _why_not_started(program: Path) -> str:
    if not program.exists():
        return "it is not there."
    first = program.read_bytes()[:200].split(b"\n")[0]
    python = first.removeprefix(b"#!").strip().decode(errors="replace")
    if first.startswith(b"#!") and not Path(python.split(" ")[0]).exists():
        return f"its Python is gone ({python}), as after an upgrade of the system."
    return "the service's user may not run it, or the disk forbids programs (noexec)."


def _standard_output(unit: Unit) -> tuple[str, str]:
    text = "209/STDOUT: what it prints cannot be stored where StandardOutput= says."
    return text, "Is that disk full, or the folder missing? Without the setting it is the journal."


def _group(unit: Unit) -> tuple[str, str]:
    asked = unit["SupplementaryGroups"] or "the one in Group="
    text = f"216/GROUP: a group that it is to have does not exist: {asked}"
    return text, "groupadd NAME, or correct SupplementaryGroups= in your drop-in."


def _user(unit: Unit) -> tuple[str, str]:
    user = unit["User"] or "nemowatch"
    text = f"217/USER: the user {user}, as whom it is to run, does not exist."
    return text, unit.install


def _capabilities(unit: Unit) -> tuple[str, str]:
    text = "218/CAPABILITIES: this machine does not give it a right that a drop-in asks for."
    return text, "Inside a container cap-lease.conf cannot be used: remove it."


def _namespace(unit: Unit) -> tuple[str, str]:
    missing = [path for path in _paths(unit["ReadWritePaths"]) if not Path(path).exists()]
    if missing:
        text = f"226/NAMESPACE: a folder in ReadWritePaths does not exist: {', '.join(missing)}"
        cure = (
            "Make it, or name a parent that is always there (drop-ins in"
            f" {unit.name}.service.d; {unit.install} writes its own anew)."
        )
        return text, cure
    text = "226/NAMESPACE: this machine does not let the unit hide what the service need not see."
    cure = (
        "In an LXC container allow nesting. Else the lines below name the folder: a link or a"
        " share that hangs, perhaps."
    )
    return text, cure


def _paths(setting: str) -> list[str]:
    """The paths of a setting that must be there."""
    return [path.strip('"') for path in setting.split() if not path.startswith("-")]


def _system_calls(unit: Unit) -> tuple[str, str]:
    text = "228/SECCOMP: this kernel cannot restrict system calls as the unit asks."
    return text, "In a container, allow it there; else a kernel with CONFIG_SECCOMP_FILTER."


def _state_folder(unit: Unit) -> tuple[str, str]:
    text = "238/STATE_DIRECTORY: its state folder in /var/lib cannot be made or used."
    cure = "Is something else in its place, the disk full or read-only? Delete no journal."
    return text, cure


def _credentials(unit: Unit) -> tuple[str, str]:
    must_exist = "A path in LoadCredential= must exist."
    if unit.token is None:
        return "243/CREDENTIALS: what a drop-in loads cannot be handed to it.", must_exist
    text = f"243/CREDENTIALS: the token cannot be handed to it ({unit.token})."
    cure = (
        f"It must be a file with one line: install -m 0600 /dev/stdin {unit.token},"
        f" paste it, Enter, Ctrl-D. {must_exist}"
    )
    return text, cure


#: By the step of systemd's that failed.
STATUSES: Mapping[int, Explain] = {
    200: _folder,
    203: _program,
    209: _standard_output,
    216: _group,
    217: _user,
    218: _capabilities,
    226: _namespace,
    228: _system_calls,
    238: _state_folder,
    243: _credentials,
}
#: Steps that only carry out settings: systemd's name for each, and these settings. Our units leave
#: nearly all of them out, so a drop-in has them.
SETTINGS: Mapping[int, tuple[str, str]] = {
    201: ("NICE", "Nice="),
    205: ("LIMITS", "LimitNOFILE=, LimitNPROC= and the like"),
    206: ("OOM_ADJUST", "OOMScoreAdjust="),
    208: ("STDIN", "StandardInput="),
    210: ("CHROOT", "RootDirectory= or RootImage="),
    211: ("IOPRIO", "IOSchedulingClass= or IOSchedulingPriority="),
    214: ("SETSCHEDULER", "CPUSchedulingPolicy= or CPUSchedulingPriority="),
    215: ("CPUAFFINITY", "CPUAffinity="),
    219: ("CGROUP", "Slice= or Delegate="),
    222: ("STDERR", "StandardError="),
    224: ("PAM", "PAMName="),
    225: ("NETWORK", "PrivateNetwork= or NetworkNamespacePath="),
    227: ("NO_NEW_PRIVILEGES", "NoNewPrivileges="),
    229: ("SELINUX_CONTEXT", "SELinuxContext="),
    230: ("PERSONALITY", "LockPersonality= or Personality="),
    231: ("APPARMOR", "AppArmorProfile="),
    232: ("ADDRESS_FAMILIES", "RestrictAddressFamilies="),
    233: ("RUNTIME_DIRECTORY", "RuntimeDirectory="),
    237: ("KEYRING", "KeyringMode="),
    239: ("CACHE_DIRECTORY", "CacheDirectory="),
    240: ("LOGS_DIRECTORY", "LogsDirectory="),
    241: ("CONFIGURATION_DIRECTORY", "ConfigurationDirectory="),
    242: ("NUMA_POLICY", "NUMAPolicy="),
    244: ("BPF", "RestrictFileSystems= or another filter that needs BPF"),
}


def _setting(unit: Unit, number: int, name: str, settings: str) -> tuple[str, str]:
    text = f"{number}/{name}: this machine cannot do what is set with {settings}."
    cure = (
        f"{unit.command} cat {unit.name} shows where that stands: remove it from your drop-in, or"
        " correct it. A container often lacks what it needs."
    )
    return text, cure


def explained(number: int, unit: Unit) -> tuple[str, str] | None:
    """What the step with this exit status was, and what to do; None when it is none of them."""
    if number in STATUSES:
        return STATUSES[number](unit)
    if number in SETTINGS:
        return _setting(unit, number, *SETTINGS[number])
    return None
