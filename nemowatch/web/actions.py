"""Carries out what is clicked as an order, the same that commands and files in the share give."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from typing import Any

import structlog
from aiohttp import web

from nemowatch.errors import NemowatchError, UsageError
from nemowatch.i18n import language
from nemowatch.model import State
from nemowatch.orders import ORDERS
from nemowatch.reporting.phrases import counted
from nemowatch.reporting.words import STAGES
from nemowatch.web import views
from nemowatch.web.desk import Desk
from nemowatch.web.guard import check_word

log = structlog.get_logger("nemowatch.web")


class Actions:
    """Carries out orders."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def order(self, request: web.Request) -> web.Response:
        """`POST /order` with `word`, `order`, `args` as JSON and, for some orders, `text`."""
        form = await request.post()
        check_word(request, str(form.get("word", "")))
        try:
            name, args = _read(form)
            answer = await self._desk.order(name, args)
        except NemowatchError as exc:
            return reply(request, " ".join(filter(None, (exc.text, exc.cure))), 409)
        except Exception:
            # whatever goes wrong in an order, the daemon goes on and the person is told
            log.exception("internal error", doing="carry out an order")
            return reply(request, "That could not be carried out. The log says why.", 500)
        return reply(request, _words(name, answer), 200)


def _read(form: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The order and its arguments. Raises UsageError."""
    name = str(form.get("order", ""))
    try:
        args = json.loads(str(form.get("args", "{}")))
    except (ValueError, RecursionError) as exc:
        raise UsageError("That is not an order.") from exc
    if name not in ORDERS or not isinstance(args, dict):
        raise UsageError("That is not an order.")
    if "text" in form:
        args["text"] = str(form["text"])
    return name, args


def _words(name: str, answer: Mapping[str, Any]) -> str:
    """The result of an order, for people."""
    said = _SAID.get(name)
    if said is not None:
        return said(answer)
    if "job" in answer:
        return _now(answer["job"], answer["state"])
    return " ".join(itertools.starmap(_now, answer.get("jobs", {}).items()))


def _now(job: int, state: str) -> str:
    step = STAGES[State(state)]
    # each by itself: of several, none is known as a message
    return language.said(f"Job {job} is now: {step}.")


def _revised(answer: Mapping[str, Any]) -> str:
    return f"Job {answer['job']} makes the change."


def _approved(answer: Mapping[str, Any]) -> str:
    return f"{counted(answer['approved'], 'job', 'jobs')} approved."


def _paused(_: Mapping[str, Any]) -> str:
    return "Paused. What is paid for is finished."


def _resumed(answer: Mapping[str, Any]) -> str:
    jobs = answer.get("resumed", 0)
    if not jobs:
        return "Resumed."
    return f"Resumed: {counted(jobs, 'job continues', 'jobs continue')}."


def _taken_over(_: Mapping[str, Any]) -> str:
    return (
        "This host processes the folders from now on. What it has not paid for waits for approval."
    )


#: What people read after orders; after all others, how each of their jobs is now.
_SAID = {
    "revise": _revised,
    "approve": _approved,
    "pause": _paused,
    "resume": _resumed,
    "take-over": _taken_over,
}


def reply(request: web.Request, text: str, status: int) -> web.Response:
    """An answer for people: to the script as JSON, otherwise as a page of its own."""
    text = language.said(text)
    if "application/json" in request.headers.get("Accept", ""):
        return web.json_response({"text": text}, status=status)
    html = views.shell(text, views.render("answer.html.j2", 0, text=text))
    return web.Response(text=html, content_type="text/html", status=status)
