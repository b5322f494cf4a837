"""What every error has, and those that are about nothing in particular: a command, the
configuration, a folder's order.
"""

from __future__ import annotations

from dataclasses import dataclass


def _first_paragraph(docstring: str) -> str:
    return " ".join(docstring.strip().split("\n\n")[0].split())


class NemowatchError(Exception):
    """Something went wrong."""

    cure = ""  #: one sentence that says what to do; set by a class or an instance
    code = "error"  #: the short name in JSON and in the journal

    def __init__(self, text: str = "", *, cure: str = "") -> None:
        super().__init__(text or _first_paragraph(self.__doc__ or ""))
        if cure:
            self.cure = cure

    @property
    def text(self) -> str:
        """What happened, without the cure."""
        return str(self.args[0])

    @property
    def words(self) -> str:
        """What happened and what to do, in sentences."""
        text = self.text.rstrip()
        return f"{text}{'' if text.endswith(('.', '!', '?', ':')) else '.'} {self.cure}".strip()


class UsageError(NemowatchError):
    """The command cannot do this."""

    code = "usage"


@dataclass(frozen=True, slots=True)
class ConfigMistake:
    """One mistake, its place and its cure."""

    where: str  #: "config.toml:12" or "watch.0.inbox"
    what: str
    cure: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" + (f" {self.cure}" if self.cure else "")


class ConfigError(UsageError):
    """The configuration cannot be used."""

    code = "config"

    def __init__(self, problems: list[ConfigMistake]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


class ConfigUnread(NemowatchError):
    """The configuration could not be read."""

    code = "config_unread"


class DaemonNeeded(NemowatchError):
    """The daemon is needed for this and does not run."""

    code = "daemon"
    cure = "Start it: nemowatch run, or systemctl start nemowatch."


class OrderError(NemowatchError):
    """The folder's order cannot be carried out."""

    code = "order"
