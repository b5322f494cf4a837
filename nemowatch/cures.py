"""What a person can do about something: by hand in the folders, or by a command.

Two records and how their lines are put together. Which cure belongs to what is said by
`hold_reasons` for holds, by `reporting.words` for jobs and by `reporting.inbox_words` for all else.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

#: Who can type commands, as people who only see the share know them.
ADMIN = "the person who looks after nemowatch"
#: Stands for the number of a job in a command.
JOB = "JOB"
#: Stands for the name of a file in the name of an answer to a question about it.
NAME = "NAME"
#: How `elsewhere` begins.
_ELSEWHERE = "Put it into a folder that accepts it"

#: What starts a daemon that nothing else starts.
RUN = "nemowatch run"


class _Here:
    """How people type the commands of this process's installation."""

    option = ""
    start = RUN


def name_installation(option: str, start: str) -> None:
    """Say from now on how commands are typed that people on the share read. `option`: their end,
    "" where every command finds the configuration by itself; `start`: what starts the daemon, ""
    for its container."""
    _Here.option, _Here.start = option, start


def typed_start() -> str:
    """The command that starts the daemon, as a person types it; "" for its container."""
    return Choice(_Here.start).typed


def elsewhere(folders: str) -> str:
    """The cure for a file that its own folder never accepts. `folders`: those that do."""
    return f"{_ELSEWHERE} ({folders})."


def names_another_folder(cure: str) -> bool:
    """Whether a cure is that of `elsewhere`."""
    return cure.startswith(_ELSEWHERE)


@dataclass(frozen=True, slots=True)
class Choice:
    """A command that goes on, or what is written into an answer, and what it does."""

    command: str  #: as it is typed: "nemowatch resolve 7 --done"
    effect: str = ""  #: what it does and what it costs, in a few words
    label: str = ""  #: what its button says; "": as for every command like it

    @property
    def typed(self) -> str:
        """The command as a person types it anywhere, so that it concerns this installation."""
        if self.command.startswith("nemowatch "):
            return f"{self.command}{_Here.option}"
        return self.command


@dataclass(frozen=True, slots=True)
class Cure:
    """What a person can do about something."""

    by_hand: str = ""  #: without a terminal; whole sentences, one way a line
    choices: tuple[Choice, ...] = ()
    #: what may be written into an answer, which needs no terminal
    answers: tuple[Choice, ...] = ()
    answer_file: str = f"{NAME}.answer.txt"

    @property
    def none(self) -> bool:
        """True when there is nothing to do, or nothing is known."""
        return not (self.by_hand or self.choices or self.answers)

    @property
    def in_one_line(self) -> str:
        """What is done without a terminal, in one line."""
        return " ".join(self.by_hand.splitlines())

    @property
    def how_to_answer(self) -> str:
        """How an answer is given without a terminal; "" where none is asked for."""
        if not self.answers:
            return ""
        return (
            f"Save a text file called {self.answer_file} in the inbox folder of the file, with one"
            " of these in it:"
        )

    def for_file(self, name: str) -> Cure:
        """The same with the name of the file that it is about."""
        return replace(self, answer_file=self.answer_file.replace(NAME, name))

    def for_job(self, job: int | str) -> Cure:
        """The same with the number of a job in its commands."""
        choices = []
        for choice in self.choices:
            choices.append(replace(choice, command=choice.command.replace(JOB, str(job))))
        return replace(self, choices=tuple(choices))

    def beyond(self, text: str) -> Cure:
        """The same without what `text` says already: errors of the account carry their cure."""
        said = self.by_hand.partition(";")[0].rstrip(".") in text
        return replace(self, by_hand="") if said else self

    def typed(self, option: str = "") -> list[str]:
        """Lines for a terminal; `option` names the installation in each command."""
        lines = self.by_hand.splitlines()
        for choice in self.choices:
            effect = f"   ({choice.effect})" if choice.effect else ""
            lines.append(f"{choice.command}{option}{effect}")
        return lines

    def asked(self) -> list[str]:
        """Lines for people who have no terminal: they answer, or ask somebody who has one. What a
        command does is indented below it."""
        lines = self.by_hand.splitlines()
        if self.answers:
            lines += [self.how_to_answer, *_listed(self.answers)]
        if self.choices:
            typed = tuple(replace(choice, command=choice.typed) for choice in self.choices)
            lines += [self.request, *_listed(typed)]
        return lines

    @property
    def request(self) -> str:
        """What is said before its commands to people who have no terminal."""
        is_alone = not (self.by_hand or self.answers)
        return _REQUESTS[is_alone, len(self.choices) > 1]


#: What is said before commands; by whether there is no other way, and whether there are several.
_REQUESTS = {
    (True, True): f"Ask {ADMIN} to type one of these:",
    (True, False): f"Ask {ADMIN} to type this:",
    (False, True): f"Or ask {ADMIN} to type one of these:",
    (False, False): f"Or ask {ADMIN} to type this:",
}


def _listed(choices: tuple[Choice, ...]) -> list[str]:
    lines: list[str] = []
    for choice in choices:
        lines.append(choice.command)
        if choice.effect:
            lines.append(f"    {choice.effect}")
    return lines


#: Nothing to do.
NOTHING = Cure()


def start_again() -> Cure:
    """How a daemon that has stopped is started again."""
    effect = "start it; nothing is lost meanwhile"
    if _Here.start:
        return Cure(choices=(Choice(_Here.start, effect),))
    return Cure("Start the container that it runs in; nothing is lost meanwhile.")
