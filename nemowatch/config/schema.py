"""Every key of the configuration, with its type, its default and the reason for it.

Owns what a value may be. It reads no file (`load` does), checks no folder (`layout` does) and loads
no pydantic (`reading` does).

Durations are seconds, fractions allowed; rates are bytes a second; 0 means "no limit" where it
says so. Relative paths are relative to the configuration file's folder: `reading` passes that
folder as validation context.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from nemowatch.config.constraints import After, Before, BeforeWithin, Context, Limited
from nemowatch.config.recipe_names import refuse_twins, sound_name
from nemowatch.config.values import (
    FilePath,
    Rate,
    Seconds,
    Slots,
    address,
    file_path,
    settle_time,
    some,
    span,
    words,
)
from nemowatch.model import DEFAULT_SKILL, MediaKind

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema

#: The folders below a root, and how the keys that replace them are called.
FOLDERS = ("inbox", "outbox", "done", "failed")
#: Stands for a folder that was not named, until it is filled in; no path can be this.
_LEFT_OUT = Path("\0")


@dataclass(
    frozen=True,
    slots=True,
    kw_only=True,
)
class Section:
    """What all sections share: no unknown key, no change afterwards, no value in an error's
    text."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {
        "extra": "forbid",
        "hide_input_in_errors": True,
    }


@dataclass(
    frozen=True,
    slots=True,
    kw_only=True,
)
class Api(Section):
    """`[api]`: the cloud, and who we say we are."""

    base_url: Annotated[str, After(address)] = "https://mega-api-prod.nemovideo.ai"
    token_file: FilePath | None = None
    # docs/api.md section 1: for a daemon "unknown"
    platform: Literal["clawhub", "cursor", "unknown"] = "unknown"
    language: Annotated[str, Limited(pattern=r"^[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*$")] = "en"
    # of calls that answer at once; turns and transfers have limits of their own
    timeout: Seconds = 60


_TOO_FEW = "needs a root, or an inbox and an outbox"
#: The keys that take the place of a root.
_APART = FOLDERS[:2]


def _named(data: Any, context: Context | None) -> Any:
    """`data` as it is, when the folders it names are enough and not too many."""
    if not isinstance(data, dict):
        return data

    base = _base(data)
    try:
        file_path(data[base], context)
    except ValueError as exc:
        raise ValueError(f"{base} {exc}") from exc
    return data


def _base(data: dict[str, Any]) -> str:
    """The key of the folder that the others follow from. Raises ValueError for too few and for
    too many."""
    if data.get("root") is None:
        if None in map(data.get, _APART):
            raise ValueError(_TOO_FEW)
        return "inbox"

    listed = " and ".join(filter(data.__contains__, _APART))
    if listed:
        raise ValueError(f"names both root and {listed}: keep the root, or inbox and outbox")
    return "root"


@dataclass(
    frozen=True,
    slots=True,
    kw_only=True,
)
class Watch(Section):
    """One `[[watch]]`: a root, or an inbox and an outbox apart. The paths that were left out are
    filled in."""

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
    # the user's own patterns, added to the list
    ignore: tuple[Annotated[str, Limited(min_length=1)], ...] = ()

    def __post_init__(self) -> None:
        """Give each folder that is not named its default: below the root, or beside the inbox."""
        if self.root is None and _LEFT_OUT in (self.inbox, self.outbox):
            raise ValueError(_TOO_FEW)
        base = self.root or self.inbox.parent
        for key in FOLDERS:
            if getattr(self, key) == _LEFT_OUT:
                object.__setattr__(self, key, base / key)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return BeforeWithin(_named).__get_pydantic_core_schema__(source, handler)

    @property
    def name(self) -> str:
        """What the journal and the status call this inbox."""
        return str(self.inbox)

    @property
    def page(self) -> Path:
        """Where the status page is: in the root, else beside the outbox."""
        return (self.root or self.outbox.parent) / "status.html"


@dataclass(
    frozen=True,
    slots=True,
    kw_only=True,
)
class RenderSection(Section):
    """`[render]`: following the cloud's work."""

    poll_interval: Seconds = 30  # docs/api.md section 9
    give_up: Seconds = 1800  # nothing caps a render there; past this the job is held, not lost
    quality: Annotated[str, Limited(min_length=1)] = "high"


@dataclass(
    frozen=True,
    slots=True,
    kw_only=True,
)
class Chat(Section):
    """`[chat]`: the paid turn (docs/api.md section 6)."""

    timeout: Seconds = 900
    quiet_timeout: Seconds = 600  # only heartbeats for this long is a timeout
    recheck: Annotated[tuple[Seconds, ...], After(some)] = (30, 60, 60, 60, 60)
    on_unknown: Literal["ask", "resend"] = "ask"
    on_lost_session: Literal["ask", "rebuild"] = "ask"


@dataclass(
    frozen=True,
    slots=True,
    kw_only=True,
)
class Retry(Section):
    """`[retry]`: how attempts that cost nothing are spaced, with full jitter."""

    base: Seconds = 5
    cap: Seconds = 600
    # of answers that fail; broken connections, and what passes once paid for, go on without end
    attempts: Slots = 8


@dataclass(
    frozen=True,
    slots=True,
    kw_only=True,
)
class Limits(Section):
    """`[limits]`: how much at once, how fast, how dear, and when."""

    uploads: Slots = 2
    turns: Slots = 4
    renders: Slots = 16
    downloads: Slots = 2
    upload_rate: Rate = 0  # bytes a second, 0: none
    download_rate: Rate = 0
    daily_credits: Annotated[int, Limited(ge=0)] = 0  # 0: none
    hours: Annotated[str, After(span)] = ""  # "": always
    confirm_above: Annotated[int, Limited(ge=0)] = 20  # 0: never asks


@dataclass(
    frozen=True,
    slots=True,
    kw_only=True,
)
class Recipe(Section):
    """One `[recipes.NAME]`: a folder name of one's own."""

    prompt: Annotated[str, Limited(pattern=r"\S")]
    # it travels in a header
    skill: Annotated[str, Limited(pattern=r"^[\x21-\x7e]+$")] = DEFAULT_SKILL
    accepts: Annotated[tuple[MediaKind, ...], After(some), Before(words)] = (
        MediaKind.VIDEO,
        MediaKind.AUDIO,
        MediaKind.IMAGE,
    )
    outputs: Annotated[
        tuple[Literal["mp4", "txt", "srt", "vtt"], ...], After(some), Before(words)
    ] = ("mp4",)


@dataclass(
    frozen=True,
    slots=True,
    kw_only=True,
)
class Page(Section):
    """`[page]`: status.html."""

    enabled: bool = True


@dataclass(
    frozen=True,
    slots=True,
    kw_only=True,
)
class Retention(Section):
    """`[retention]`: in days, 0 for ever."""

    jobs_days: Annotated[int, Limited(ge=0)] = 365
    done_days: Annotated[int, Limited(ge=0)] = 0


@dataclass(
    frozen=True,
    slots=True,
    kw_only=True,
)
class Service(Section):
    """`[service]`: life under systemd."""

    # for paid turns and uploads under way
    drain: Annotated[float, Limited(ge=0, allow_inf_nan=False)] = 180


@dataclass(
    frozen=True,
    slots=True,
    kw_only=True,
)
class Log(Section):
    """`[log]`: what is said, and how."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["auto", "console", "json"] = "auto"


def _distinct(recipes: dict[str, Recipe]) -> dict[str, Recipe]:
    refuse_twins(recipes)
    return recipes


@dataclass(
    frozen=True,
    slots=True,
    kw_only=True,
)
class Config(Section):
    """The whole configuration (docs/behaviour.md section 4)."""

    state_dir: FilePath | None = None
    api: Api = Api()
    watch: tuple[Watch, ...] = ()
    render: RenderSection = RenderSection()
    chat: Chat = Chat()
    retry: Retry = Retry()
    limits: Limits = Limits()
    recipes: Annotated[dict[Annotated[str, After(sound_name)], Recipe], After(_distinct)] = field(
        default_factory=dict
    )
    page: Page = Page()
    retention: Retention = Retention()
    service: Service = Service()
    log: Log = Log()


def keys(section: type[Section]) -> list[str]:
    """The names of its keys, in their order."""
    return [key.name for key in fields(section)]


def sections() -> Iterator[tuple[str, type[Section]]]:
    """(name, class) of each section; `watch` and `recipes` give the class of one entry."""
    entries: dict[str, type[Section]] = {"watch": Watch, "recipes": Recipe}
    for key in fields(Config):
        if key.name in entries:
            yield key.name, entries[key.name]
        elif isinstance(key.default, Section):
            yield key.name, type(key.default)
