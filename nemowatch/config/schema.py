"""Every key of the configuration, with its type, its default and the reason for it.

Owns what a value may be. It reads no file (`load` does), checks no folder (`layout` does) and loads
no pydantic (`reading` does).

Durations are seconds, fractions allowed; rates are bytes a second; 0 means "no limit" where it
says so. Relative paths are relative to the configuration file's folder: `reading` passes that
folder as validation context.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal

from nemowatch.config.constraints import After, Before, Limited
from nemowatch.config.listening import listening, refuse_open_door
from nemowatch.config.recipe_names import refuse_twins, sound_name
from nemowatch.config.section import Section
from nemowatch.config.values import (
    Count,
    Days,
    FilePath,
    Seconds,
    SecondsOrNever,
    Silence,
    Slots,
    address,
    line,
    one_or_more,
    page_password,
    program,
    service,
    some,
    span,
    web_address,
    words,
)
from nemowatch.config.watch_section import Watch
from nemowatch.model import DEFAULT_SKILL, MediaKind


@dataclass(
    frozen=True,
    slots=True,
    kw_only=True,
)
class Api(Section):
    """`[api]`: the cloud, and how nemowatch identifies itself to it."""

    base_url: Annotated[str, After(address)] = "https://mega-api-prod.nemovideo.ai"
    token_file: FilePath | None = None
    # docs/api.md section 1; "auto": depends on where nemowatch is installed
    platform: Literal["auto", "clawhub", "cursor", "unknown"] = "auto"
    language: Annotated[str, Limited(pattern=r"^[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*$")] = "en"
    # for calls that answer at once; turns and transfers have limits of their own
    timeout: Silence = 60


@dataclass(
    frozen=True,
    slots=True,
    kw_only=True,
)
class RenderSection(Section):
    """`[render]`: following the cloud's work."""

    poll_interval: Seconds = 30  # docs/api.md section 9
    give_up: Seconds = 1800  # the cloud sets no limit; after this the job is held, not lost
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
    # how often a turn is reported to be still under way; 0: never
    still_working: SecondsOrNever = 120
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
    # for answers that fail; broken connections, and what passes once paid for, are retried without
    # end
    attempts: Slots = 8


@dataclass(
    frozen=True,
    slots=True,
    kw_only=True,
)
class Limits(Section):
    """`[limits]`: how much at once, how fast, at what cost, and when."""

    uploads: Slots = 2
    turns: Slots = 4
    renders: Slots = 16
    downloads: Slots = 2
    upload_rate: Count = 0  # bytes a second, 0: none
    download_rate: Count = 0
    daily_credits: Count = 0  # 0: none
    hours: Annotated[str, After(span)] = ""  # "": always
    confirm_above: Count = 20  # 0: never asks


@dataclass(
    frozen=True,
    slots=True,
    kw_only=True,
)
class Recipe(Section):
    """One `[recipes.NAME]`: a folder name of one's own."""

    prompt: Annotated[str, Limited(pattern=r"\S")]
    # it is sent in a header
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
class Share(Section):
    """`[share]`: what people read who see only the folders."""

    language: Literal["en", "de", "es", "fr", "pt", "zh", "ja"] = "en"


@dataclass(
    frozen=True,
    slots=True,
    kw_only=True,
)
class SideFile(Section):
    """`[side_file]`: NAME.nemowatch.txt beside each result."""

    enabled: bool = True


@dataclass(
    frozen=True,
    slots=True,
    kw_only=True,
)
class Retention(Section):
    """`[retention]`: in days, 0 for ever."""

    jobs_days: Days = 365
    done_days: Days = 0


@dataclass(
    frozen=True,
    slots=True,
    kw_only=True,
)
class Service(Section):
    """`[service]`: how the daemon behaves as a service."""

    # for paid turns and uploads under way
    drain: SecondsOrNever = 180


@dataclass(
    frozen=True,
    slots=True,
    kw_only=True,
)
class Log(Section):
    """`[log]`: what is logged, and how."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["auto", "console", "json"] = "auto"


@dataclass(
    frozen=True,
    slots=True,
    kw_only=True,
)
class Notify(Section):
    """`[notify]`: who is notified of what; without a channel nobody is."""

    urls: Annotated[tuple[Annotated[str, After(service)], ...], Before(one_or_more)] = ()
    webhook: Annotated[str, After(web_address)] = ""
    command: Annotated[tuple[str, ...], Before(one_or_more), After(program)] = ()
    on: Annotated[
        tuple[Literal["attention", "hold", "failed", "batch done", "recovered"], ...],
        Before(one_or_more),
    ] = ("attention", "hold", "failed", "batch done", "recovered")


@dataclass(
    frozen=True,
    slots=True,
    kw_only=True,
)
class Web(Section):
    """`[web]`: the live page."""

    listen: Annotated[str, After(listening)] = ""  # "": nowhere
    password_file: FilePath | None = None
    # for environments without files; the file is the better place
    password: Annotated[str, After(page_password)] = field(default="", repr=False)
    # names by which it may be reached, besides its address and the machine's own name
    hosts: Annotated[tuple[str, ...], Before(one_or_more)] = ()

    @property
    def has_password(self) -> bool:
        """Whether the page asks for a password."""
        return bool(self.password) or self.password_file is not None


def _guarded(web: Web) -> Web:
    if web.password and web.password_file is not None:
        raise ValueError("names both password and password_file: keep one of the two")
    refuse_open_door(web.listen, has_password=web.has_password)
    return web


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
    site: Annotated[str, After(line)] = ""  # "": the machine's name
    api: Api = Api()
    watch: tuple[Watch, ...] = ()
    render: RenderSection = RenderSection()
    chat: Chat = Chat()
    retry: Retry = Retry()
    limits: Limits = Limits()
    recipes: Annotated[dict[Annotated[str, After(sound_name)], Recipe], After(_distinct)] = field(
        default_factory=dict
    )
    aliases: dict[str, str] = field(default_factory=dict)  # `alias_names` says which are allowed
    share: Share = Share()
    page: Page = Page()
    side_file: SideFile = SideFile()
    notify: Notify = Notify()
    web: Annotated[Web, After(_guarded)] = Web()
    retention: Retention = Retention()
    service: Service = Service()
    log: Log = Log()

    @property
    def own_names(self) -> dict[str, Recipe | str]:
        """The folder names that the configuration adds: recipes and aliases."""
        return {**self.recipes, **self.aliases}
