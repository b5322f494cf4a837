"""`[[watch]]`: the folders of one inbox, and how it is watched.

Owns which folders may be named together, and the defaults of those that are not named. It checks no
folder (`layout` does).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from nemowatch.config.constraints import Before, BeforeWithin, Context, Limited
from nemowatch.config.section import Section
from nemowatch.config.values import FilePath, Seconds, file_path, settle_time

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema

#: The names of the folders below a root, and of the keys that replace them.
FOLDERS = ("inbox", "outbox", "done", "failed")
#: Stands for a folder that was not named, until it is filled in; it is not a possible path.
_LEFT_OUT = Path("\0")
_TOO_FEW = "needs a root, or an inbox and an outbox"
#: The keys that replace a root.
_APART = FOLDERS[:2]


def _named(data: Any, context: Context | None) -> Any:
    """`data` unchanged, if the folders that it names are enough and not too many."""
    if not isinstance(data, dict):
        return data
    if not data.keys() <= {field.name for field in fields(Watch)}:
        return data  # for an unknown key people read which one was meant

    base = _base(data)
    try:
        file_path(data[base], context)
    except ValueError as exc:
        raise ValueError(f"{base} {exc}") from exc
    return data


def _base(data: dict[str, Any]) -> str:
    """The key of the folder from which the others follow. Raises ValueError for too few and for too
    many."""
    if data.get("root") is not None:
        _check_alone(data)
        return "root"

    if None in map(data.get, _APART):
        raise ValueError(_TOO_FEW)
    return "inbox"


def _check_alone(data: dict[str, Any]) -> None:
    """Raise ValueError if a root is named together with folders that follow from it."""
    listed = " and ".join(filter(data.__contains__, _APART))
    if listed:
        raise ValueError(f"names both root and {listed}: keep the root, or inbox and outbox")


@dataclass(
    frozen=True,
    slots=True,
    kw_only=True,
)
class Watch(Section):
    """One `[[watch]]`: a root, or an inbox and an outbox. Paths that were left out are filled
    in."""

    root: FilePath | None = None
    inbox: FilePath = _LEFT_OUT
    outbox: FilePath = _LEFT_OUT
    done: FilePath = _LEFT_OUT
    failed: FilePath = _LEFT_OUT
    mode: Literal["auto", "events", "scan"] = "auto"
    # auto: 10 s local, 30 s network
    settle: Annotated[Literal["auto"] | float, Before(settle_time)] = "auto"
    scan_interval: Seconds = 60
    after: Literal["move", "keep", "delete"] = "move"
    # the user's own patterns, added to the lists
    ignore: tuple[Annotated[str, Limited(min_length=1)], ...] = ()

    def __post_init__(self) -> None:
        """Give each folder that was not named its default: below the root, or beside the inbox."""
        base = self.root
        if base is None:
            base = self._checked_apart()
        for key in FOLDERS:
            if getattr(self, key) == _LEFT_OUT:
                object.__setattr__(self, key, base / key)

    def _checked_apart(self) -> Path:
        """The folder for the others if there is no root. Raises ValueError if the inbox or the
        outbox is not named."""
        if _LEFT_OUT in (self.inbox, self.outbox):
            raise ValueError(_TOO_FEW)
        return self.inbox.parent

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return BeforeWithin(_named).__get_pydantic_core_schema__(source, handler)

    @property
    def name(self) -> str:
        """The name of this inbox in the journal and the status."""
        return str(self.inbox)

    @property
    def workspace(self) -> Path:
        """The folder by which people know it: its root, else its inbox."""
        return self.root or self.inbox

    @property
    def page(self) -> Path:
        """Where the status page is: in the root, else beside the outbox."""
        folder = self.root or self.outbox.parent
        return folder / "status.html"
