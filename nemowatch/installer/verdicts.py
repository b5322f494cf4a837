"""What systemd says about the service, in plain words and with what to do. Decides and changes
nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from nemowatch.installer.failed_steps import Explain, explained
from nemowatch.installer.unit_state import Unit

#: The exit status of nemowatch for a configuration that cannot be used (docs/behaviour.md
#: section 4).
BAD_CONFIG = 2
#: How a process ended that did not exit by itself, as ExecMainCode has it (CLD_KILLED, CLD_DUMPED).
KILLED, DUMPED = "2", "3"


class Severity(StrEnum):
    """How serious a state is."""

    RUNS = "ok"
    STOPPED = "warn"  #: nobody has started it, or somebody has stopped it
    FAILED = "fail"


@dataclass(frozen=True, slots=True)
class ServiceVerdict:
    """The state of the service."""

    level: Severity
    text: str
    cure: str = ""


def judge(unit: Unit) -> ServiceVerdict:
    """The state of the service. If systemd waits to restart it, it counts as failed, which it
    has."""
    if unit["LoadState"] != "loaded":
        return _not_loaded(unit)
    if unit["SubState"] == "auto-restart":
        return _failed(unit)
    return STATES.get(unit["ActiveState"], _stopped)(unit)


def remarks(unit: Unit, program: str) -> list[ServiceVerdict]:
    """What should be mended although the service runs, or before it can."""
    found = list[ServiceVerdict]()
    if unit["LoadState"] != "loaded":
        return found
    if unit["UnitFileState"] == "disabled":
        text = "It does not start with the machine."
        found.append(ServiceVerdict(Severity.STOPPED, text, f"{unit.command} enable {unit.name}"))
    if unit["NeedDaemonReload"] == "yes":
        text = "The unit or a drop-in has changed, and systemd has not read it yet."
        cure = f"{unit.command} daemon-reload && {unit.command} restart {unit.name}"
        found.append(ServiceVerdict(Severity.STOPPED, text, cure))
    if unit.program and Path(unit.program).resolve() != Path(program).resolve():
        text = f"It starts {unit.program}, which is another nemowatch than this one ({program})."
        cure = f"To have it start this one: {unit.install}"
        found.append(ServiceVerdict(Severity.STOPPED, text, cure))
    return found


def _running(unit: Unit) -> ServiceVerdict:
    said, restarts = unit["StatusText"], unit["NRestarts"]
    text = f"It runs: {said}" if said else "It runs."
    if restarts not in ("", "0"):
        text += f" (systemd has restarted it {restarts} times since it was started)"
    return ServiceVerdict(Severity.RUNS, text)


def _starting(unit: Unit) -> ServiceVerdict:
    cure = f"Wait a moment, then: {unit.command} status {unit.name}"
    return ServiceVerdict(Severity.STOPPED, "It is starting, and not ready yet.", cure)


def _stopping(unit: Unit) -> ServiceVerdict:
    text = "It is stopping: paid turns and uploads that are under way get their time."
    return ServiceVerdict(Severity.STOPPED, text)


def _stopped(unit: Unit) -> ServiceVerdict:
    return ServiceVerdict(Severity.STOPPED, "It is stopped.", f"{unit.command} start {unit.name}")


def _not_loaded(unit: Unit) -> ServiceVerdict:
    if unit["LoadState"] == "masked":
        return ServiceVerdict(
            Severity.STOPPED, "It is masked.", f"{unit.command} unmask {unit.name}"
        )
    if unit["LoadState"] in ("not-found", ""):
        return ServiceVerdict(Severity.STOPPED, "It is not installed.", unit.install)
    text = f"systemd cannot read the unit or a drop-in ({unit['LoadState']})."
    return ServiceVerdict(Severity.FAILED, text, f"systemd-analyze verify {unit.name}.service")


def _failed(unit: Unit) -> ServiceVerdict:
    return ServiceVerdict(Severity.FAILED, *_reason(unit))


def _reason(unit: Unit) -> tuple[str, str]:
    result, status = unit["Result"], unit["ExecMainStatus"]
    if result in RESULTS:
        return RESULTS[result](unit)
    if unit["ExecMainCode"] in (KILLED, DUMPED):
        text = f"It was ended by signal {status}."
        return text, f"{unit.command} status {unit.name}, and the lines of its log below, say more."
    number = int(status or 0)
    step = explained(number, unit)
    if step is not None:
        return step
    if number == BAD_CONFIG:
        cure = f"Mend it as the lines below say, then: {unit.command} restart {unit.name}"
        return "The configuration cannot be used, and systemd does not try again.", cure
    if number >= 200:
        text = f"systemd could not prepare it: status {number} (systemd.exec(5) has its name)."
        return text, f"The drop-ins are the likely cause: {unit.command} cat {unit.name}"
    return f"It ended by itself, with status {number}.", "The lines below say why."


def _start_limit(unit: Unit) -> tuple[str, str]:
    text = "It failed so often in a short time that systemd has given up (start limit)."
    cure = (
        "Mend the cause, which the lines below name, then:"
        f" {unit.command} reset-failed {unit.name} && {unit.command} start {unit.name}"
    )
    return text, cure


def _watchdog(unit: Unit) -> tuple[str, str]:
    text = "It stood still for a minute, and systemd ended it (watchdog)."
    return text, "Look for a disk or a share that hangs: jobs go on where they were."


def _out_of_memory(unit: Unit) -> tuple[str, str]:
    text = "It was ended because the memory that it may use was full (MemoryMax)."
    return text, f"Allow more, in a drop-in: {unit.command} edit {unit.name}"


def _timeout(unit: Unit) -> tuple[str, str]:
    text = "It took too long to start or to stop, and systemd ended it."
    return text, "Look for a disk or a share that hangs: jobs go on where they were."


def _protocol(unit: Unit) -> tuple[str, str]:
    text = "It ended before it was ready."
    return text, "The lines below say why."


def _resources(unit: Unit) -> tuple[str, str]:
    text = "systemd could not prepare it: a file that the unit names cannot be read or made."
    return text, f"{unit.command} status {unit.name}, and the lines below, name it."


#: By systemd's word for the state of the unit.
STATES: Mapping[str, Callable[[Unit], ServiceVerdict]] = {
    "active": _running,
    "reloading": _running,
    "failed": _failed,
    "activating": _starting,
    "deactivating": _stopping,
}
#: By systemd's word for how the service ended.
RESULTS: Mapping[str, Explain] = {
    "start-limit-hit": _start_limit,
    "watchdog": _watchdog,
    "oom-kill": _out_of_memory,
    "timeout": _timeout,
    "protocol": _protocol,
    "resources": _resources,
}
