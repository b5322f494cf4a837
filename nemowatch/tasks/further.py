"""What people write about a result or a question: words for the agent, which are one more turn, or
what is no work. Pure; who wrote them, and where, is not known here."""

from __future__ import annotations

from nemowatch.errors import OrderError
from nemowatch.tasks.plan import NO_WORK
from nemowatch.tasks.request_kinds import Request
from nemowatch.tasks.routing import request_in, without_export

#: Characters that one message to the agent may have: more is no instruction, but a script.
MOST_CHARACTERS = 4_000


def further(text: str) -> str:
    """The message that a text is for the agent. Raises OrderError, with the cure, for one that is
    empty, too long, or asks for nothing but what has an endpoint of its own."""
    said = text.encode("utf-8", "replace").decode("utf-8").strip()
    if not said:
        raise OrderError("It is empty.", cure="Write into it what is to be done.")
    if len(said) > MOST_CHARACTERS:
        raise OrderError(
            f"It has {len(said):,} characters; the limit is {MOST_CHARACTERS:,}.",
            cure="Say it in fewer words.",
        )
    request = request_in(said)
    if request is not Request.WORK:
        asked, answer = NO_WORK[request]
        raise OrderError(
            f"It only asks {asked}. {answer} Nothing was sent or paid for.",
            cure="Say what should be changed, or remove it.",
        )
    return without_export(said)
