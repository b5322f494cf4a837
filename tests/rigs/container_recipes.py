"""The ways in which the documents start the container, read from the documents themselves:
compose.yaml, the YAML and the command of docs/nas.md, the template for Unraid. Each becomes one
record; how it is run, `container_image` knows."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import yaml  # type: ignore[import-untyped]

CHECKOUT = Path(__file__).resolve().parents[2]
#: Seconds that an engine waits after SIGTERM when nothing else is said.
USUAL_STOP = 10
#: What an engine gives when nothing is dropped, as far as it matters here.
USUAL = frozenset({"CAP_CHOWN", "CAP_KILL", "CAP_SETGID", "CAP_SETUID", "CAP_DAC_OVERRIDE"})
_VARIABLE = re.compile(r"\$\{(\w+):-([^}]*)\}")
_YAML = re.compile(r"^```yaml\n(.*?)^```", re.MULTILINE | re.DOTALL)
_RUN = re.compile(r"^docker run .*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one document starts it."""

    name: str
    volumes: Mapping[str, str]  #: place inside -> what is mounted there
    ports: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    user: tuple[int, int] | None = None  #: None: the image's own, root
    capabilities: frozenset[str] = USUAL
    stop_after: int = USUAL_STOP  #: seconds

    @property
    def runs_as(self) -> tuple[int, int] | None:
        """Who it becomes; None where the folders say so."""
        if self.user is not None:
            return self.user
        if "PUID" in self.env:
            return int(self.env["PUID"]), int(self.env["PGID"])
        return None


def recipes() -> Iterator[Recipe]:
    """Every one of them."""
    manual = (CHECKOUT / "docs/nas.md").read_text()
    yield _of_compose("compose.yaml", (CHECKOUT / "compose.yaml").read_text())
    for number, text in enumerate(_YAML.findall(manual), start=1):
        yield _of_compose(f"nas.md, YAML {number}", text)
    for number, line in enumerate(_RUN.findall(manual), start=1):
        yield _of_command(f"nas.md, command {number}", shlex.split(line)[2:])
    yield _of_template((CHECKOUT / "docs/unraid.xml").read_text())


def _of_compose(name: str, text: str) -> Recipe:
    service = yaml.safe_load(_VARIABLE.sub(r"\2", text))["services"]["nemowatch"]
    return Recipe(
        name,
        dict(_mounts(service["volumes"])),
        tuple(service["ports"]),
        {key: str(value) for key, value in service["environment"].items()},
        _numbers(service["user"]),
        _capabilities(service.get("cap_drop", ()), service.get("cap_add", ())),
        int(service["stop_grace_period"].removesuffix("s")),
    )


def _of_command(name: str, words: list[str]) -> Recipe:
    given = _options(words)
    return Recipe(
        name,
        dict(_mounts(given.get("-v", ()))),
        tuple(given.get("-p", ())),
        dict(one.split("=", 1) for one in given.get("-e", ())),
        None,
        _capabilities(given.get("--cap-drop", ()), given.get("--cap-add", ())),
        int(given.get("--stop-timeout", [str(USUAL_STOP)])[0]),
    )


def _of_template(text: str) -> Recipe:
    """The form as it is before anybody has filled it in."""
    template = ElementTree.fromstring(text)
    by_type: dict[str, dict[str, str]] = {"Path": {}, "Port": {}, "Variable": {}}
    for one in template.iter("Config"):
        by_type[one.attrib["Type"]][one.attrib["Target"]] = one.attrib["Default"]
    given = _options(shlex.split(template.findtext("ExtraParams", "")))
    return Recipe(
        "unraid.xml",
        by_type["Path"],
        tuple(f"{outside}:{inside}" for inside, outside in by_type["Port"].items()),
        by_type["Variable"],
        None,
        _capabilities(given.get("--cap-drop", ()), given.get("--cap-add", ())),
        USUAL_STOP,  # Unraid has one timeout for all, and heeds no other
    )


def _options(words: list[str]) -> dict[str, list[str]]:
    """The values of each option; what stands before another option has none."""
    found: dict[str, list[str]] = {}
    for word, following in zip(words, [*words[1:], "-"], strict=True):
        if word.startswith("-") and not following.startswith("-"):
            found.setdefault(word, []).append(following)
    return found


def _mounts(volumes: Iterable[str]) -> Iterator[tuple[str, str]]:
    for one in volumes:
        outside, _, inside = one.rpartition(":")
        yield inside, outside


def _numbers(user: Any) -> tuple[int, int]:
    uid, _, gid = str(user).partition(":")
    return int(uid), int(gid)


def _capabilities(dropped: Iterable[str], added: Iterable[str]) -> frozenset[str]:
    kept = USUAL
    if "ALL" in dropped:
        kept = frozenset()
    return kept | {f"CAP_{name}" for name in added}
