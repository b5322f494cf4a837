"""Records of what is to be installed, and where each part of it goes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Places:
    """Where the parts of a service go."""

    units: Path  #: the folder of units
    config: Path
    token: Path
    state: Path  #: the journal and all state
    share: Path  #: the folder above what shells and `man` read
    name: str = "nemowatch"  #: of the unit; "nemowatch@studio" for a further configuration

    @property
    def unit(self) -> Path:
        """The unit's file, which further configurations share."""
        base, at, _ = self.name.partition("@")
        return self.units / f"{base}{at}.service"

    @property
    def drop_ins(self) -> Path:
        """The folder of its drop-ins."""
        return self.units / f"{self.name}.service.d"

    @property
    def own_drop_in(self) -> Path:
        """Our own drop-in: its name sorts first, so that all others override it."""
        return self.drop_ins / "00-nemowatch.conf"

    @property
    def example(self) -> Path:
        """The example configuration, which explains every key."""
        return self.config.with_name("config.example.toml")

    @property
    def man_page(self) -> Path:
        """The man page."""
        return self.share / "man/man1/nemowatch.1"

    @property
    def completions(self) -> dict[str, Path]:
        """What each shell reads to complete the command."""
        return {
            "bash": self.share / "bash-completion/completions/nemowatch",
            "zsh": self.share / "zsh/site-functions/_nemowatch",
            "fish": self.share / "fish/vendor_completions.d/nemowatch.fish",
        }


#: The places of a service for the whole machine.
SYSTEM = Places(
    units=Path("/etc/systemd/system"),
    config=Path("/etc/nemowatch/config.toml"),
    token=Path("/etc/credstore/nemo_token"),
    state=Path("/var/lib/nemowatch"),
    share=Path("/usr/local/share"),
)
#: What only a service for the whole machine has: its user, one unit for several configurations,
#: and a command that everybody finds.
SYSUSERS = Path("/etc/sysusers.d/nemowatch.conf")
TEMPLATE = SYSTEM.units / "nemowatch@.service"
COMMAND = Path("/usr/local/bin/nemowatch")
#: The user that the unit names.
USER = "nemowatch"


def of_user(home: Path) -> Places:
    """The places of a person's own service."""
    return Places(
        units=home / ".config/systemd/user",
        config=home / ".config/nemowatch/config.toml",
        token=home / ".config/nemowatch/token",
        state=home / ".local/state/nemowatch",
        share=home / ".local/share",
    )


@dataclass(frozen=True, slots=True)
class Installation:
    """An installation that is asked for."""

    program: Path  #: what the unit starts
    root: Path | None = None  #: the workspace to make; None leaves all workspaces as they are
    writable: tuple[Path, ...] = ()  #: what the service may write, besides its state
    token_file: Path | None = None  #: with the token to install
    drop_ins: tuple[str, ...] = ()  #: shipped ones, by their names
    systemd: int = 252  #: its version
