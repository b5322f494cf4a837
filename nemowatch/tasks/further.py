"""What people write about a result or a question: words for the agent, which are one more turn, or
a request that is not work. Pure; it does not know who wrote them, or where."""

from __future__ import annotations

from nemowatch.errors import OrderError
from nemowatch.tasks.plan import NO_WORK
from nemowatch.tasks.praise import is_praise
from nemowatch.tasks.put_off import only_waits, puts_off
from nemowatch.tasks.request_kinds import RequestKind, asks_nothing, plain
from nemowatch.tasks.routing import request_in, without_export
from nemowatch.tasks.signatures import without_signature

#: The most characters of a message to the agent: more is a script, not an instruction.
MOST_CHARACTERS = 4_000
#: What may answer the agent: words for it, and also a question back.
_ANSWERS = (RequestKind.WORK, RequestKind.QUESTION)


def further(text: str) -> str:
    """A person's text as a message to the agent. Raises OrderError, with the cure, for a text that
    is empty, too long, only asks for time, or only for what has an endpoint of its own. To a
    question "later" may be the answer."""
    said = without_signature(text.encode("utf-8", "replace").decode("utf-8"))
    if not any(map(str.isalnum, said)):  # punctuation and emoji alone order nothing
        what = "It has no words in it." if said else "It is empty."
        raise OrderError(what, cure="Write into it what is to be done.")
    if len(said) > MOST_CHARACTERS:
        raise OrderError(
            f"It has {len(said):,} characters; the limit is {MOST_CHARACTERS:,}.",
            cure="Say it in fewer words.",
        )
    if only_waits(said):
        raise _waits()
    request = request_in(said)
    if request not in _ANSWERS:
        raise _asks(request)
    return without_export(said)


def change(text: str) -> str:
    """The message that a text about a result is for the agent. Raises OrderError as `further`, and
    for one that only says that it is good, or is to wait, or says nothing that could be done."""
    said = further(text)
    if puts_off(said):
        raise _waits()
    if request_in(said) is RequestKind.QUESTION:
        raise _asks(RequestKind.QUESTION)
    if is_praise(said) or asks_nothing(plain(said)):
        raise OrderError(
            "It asks for no change. Nothing was sent or paid for.",
            cure="Say what is to be changed, or remove it.",
        )
    return said


def _asks(request: RequestKind) -> OrderError:
    asked, answer = NO_WORK[request]
    return OrderError(
        f"It only asks {asked}. {answer} Nothing was sent or paid for.",
        cure="Say what should be changed, or remove it.",
    )


def _waits() -> OrderError:
    return OrderError(
        "It only says to wait. Everything waits as long as it takes, and costs nothing.",
        cure="Say what is to be done when you know it, or remove it.",
    )
