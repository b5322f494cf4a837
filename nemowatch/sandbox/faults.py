"""Fault rules: what goes wrong, where, and how often. Pure: it matches and counts; the server
carries the faults out.

A rule in one line is `ENDPOINT:KIND[:ARG][@WHEN]`.

Endpoints: token session upload upload_url chat state credits render poll download fallback_download
cancel. WHEN counts the matching requests from the moment the rule is set: without it the rule
strikes the next one, with `@3` the third, `@3+` the third and all later ones, `@2-4` these, `@*`
all. As JSON: {"endpoint", "kind", "arg", "nth", "count" (0: forever), "session", "skill",
"message"}; the last three are text that the session id, skill or message must contain.

Before anything happens (with `after-` in front, as in `chat:after-reset`, after the effect):
  reset                the connection is reset
  refuse[:S]           reset, and for S seconds (1) nothing listens
  cut_request[:N]      reset after N bytes (1024) of the request's body
  stall[:S]            S seconds (30) of silence, then all is as usual
  400 404 500 502 503 504       that status; 502 with HTML
  429[:S]              with Retry-After: S, or without
  402                  the answer of a refused export
  1001 1002 2001 4001 4002[:STATUS]     that business code, non-2xx, or with the given status (200)
After the effect, in the answer:
  refuse_next[:S]      a good answer, then S seconds (1) nothing listens: the next call is refused
  cut_response[:N]     the connection closes after N bytes of the body (half of it)
  stall_body[:S]       half of the body, then S seconds (30) of silence, then the rest
  slow[:S]             the body in many small pieces over S seconds (5)
  content_type[:T]     the body under another Content-Type (text/html)
  broken_json          JSON that does not parse
  huge_json            the same JSON with 10 MiB of padding
  empty                no body
  truncated            half of the body, correctly framed
Chat only:
  cut_before           some events, then cut, no effect
  cut_after            the effect, then cut before the answer
  late[:S]             cut at once; the effect comes S seconds (1) later
  growing[:S]          cut at once; half the draft after S/2 seconds, all of it after S (1)
  goes_on[:S]          the turn survives its client; its effect comes S seconds after it has gone
  slow_turn:S          the turn takes S seconds
  error[:data|code]    an error event, no effect; error_after[:data|code]: the same after the effect
  silent               the effect and no text; silent_unchanged: neither
  question[:clip]      a question in return and no effect; clip: the draft shows the uploads then
  unchanged            a text and no effect
  says:TEXT            this text instead of an edit, charged like one
  stream_2001[:clip]   out of credits, told inside the stream; clip: as for question
  heartbeats[:S]       only heartbeats for S seconds (3600), then a clean end, no effect
  temporary_issue      all is well, then "I encountered a temporary issue"; temporary_error: the
                       same as an error event
  style:WORD           adk, adk_partial, snake, typed or toplevel events
Others:
  state: stale         the state before the latest change; null: none at all
  session: same        the session that was made last, again
  upload, upload_url: empty_files, session_lost; upload_url: refused (4001)
  upload, upload_url: not_applied[:named]   the file is not in the session, and the answer says so
  render: shape:bare|envelope, duplicate (409, though it runs), failed, slow_render:S,
          expired_url[:once|always], forget (a good answer, and no render)
  poll: failed, expired_url[:once|always], shape:bare|envelope        download: expired (403)
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

ENDPOINTS = frozenset(
    {
        "token",
        "session",
        "upload",
        "upload_url",
        "chat",
        "state",
        "credits",
        "render",
        "poll",
        "download",
        "fallback_download",
        "cancel",
    }
)
STATUSES = frozenset({"400", "402", "404", "429", "500", "502", "503", "504"})
CODES = frozenset({"1001", "1002", "2001", "4001", "4002"})
#: Carried out instead of the effect, or, with `after-`, instead of its answer.
BEFORE = frozenset({"reset", "refuse", "cut_request", "stall"}) | STATUSES | CODES
#: Applied to the answer.
ANSWER = frozenset(
    {
        "refuse_next",
        "cut_response",
        "stall_body",
        "slow",
        "content_type",
        "broken_json",
        "huge_json",
        "empty",
        "truncated",
    }
)
#: Kinds that exist only for one endpoint.
SPECIAL = {
    "chat": frozenset(
        {
            "cut_before",
            "cut_after",
            "late",
            "growing",
            "goes_on",
            "slow_turn",
            "error",
            "error_after",
            "silent",
            "silent_unchanged",
            "question",
            "unchanged",
            "says",
            "stream_2001",
            "heartbeats",
            "temporary_issue",
            "temporary_error",
            "style",
        }
    ),
    "session": frozenset({"same"}),
    "state": frozenset({"null", "stale"}),
    "upload": frozenset({"empty_files", "not_applied", "session_lost"}),
    "upload_url": frozenset({"refused", "session_lost", "empty_files", "not_applied"}),
    "render": frozenset({"shape", "duplicate", "failed", "slow_render", "expired_url", "forget"}),
    "poll": frozenset({"failed", "expired_url", "shape"}),
    "download": frozenset({"expired"}),
}
#: What an argument may be, for the kinds that take a word.
WORDS = {
    "style": frozenset({"adk", "adk_partial", "snake", "typed", "toplevel"}),
    "shape": frozenset({"bare", "envelope"}),
    "expired_url": frozenset({"", "once", "always"}),
    "not_applied": frozenset({"", "named"}),
    "question": frozenset({"", "clip"}),
    "error": frozenset({"", "data", "code"}),
    "error_after": frozenset({"", "data", "code"}),
    "stream_2001": frozenset({"", "clip"}),
}
#: Kinds whose argument may be anything.
FREE_TEXT = frozenset({"content_type", "says"})
#: Keys of a rule's JSON object.
_KEYS: dict[str, type] = {
    **dict.fromkeys(("endpoint", "kind", "arg", "session", "skill", "message"), str),
    **dict.fromkeys(("nth", "count"), int),
}
#: Which matching requests a rule hits, as (the first, how many; 0: all).
_WORDS_OF_WHEN = {"": (1, 1), "*": (1, 0)}
_WHEN = re.compile(r"(?P<first>0*[1-9]\d*)(?:(?P<on>\+)|-(?P<last>\d+))?")


@dataclass(slots=True)
class Rule:
    """One fault, and when it strikes. `NO_FAULT` stands for no fault at all."""

    endpoint: str
    kind: str
    arg: str = ""
    nth: int = 1  #: the first matching request that it strikes, from 1
    count: int = 1  #: how many from there on; 0: all
    session: str = ""  #: filters: text that must be contained
    skill: str = ""
    message: str = ""
    after: bool = False  #: the effect happens first
    seen: int = 0
    struck: int = 0

    def number(self, default: float) -> float:
        """The argument as a number, or `default` if there is none."""
        return float(self.arg) if self.arg else default

    def content_type(self, usual: str) -> str:
        """The Content-Type of the answer."""
        if self.kind != "content_type":
            return usual
        return self.arg or "text/html"

    def matches(
        self,
        endpoint: str,
        session: str,
        skill: str,
        message: str,
    ) -> bool:
        """Whether the rule counts this request."""
        if endpoint != self.endpoint:
            return False
        wanted = ((self.session, session), (self.skill, skill), (self.message, message))
        return all(part in text for part, text in wanted)

    def strikes(self) -> bool:
        """Count a matching request; True if the fault strikes it."""
        self.seen += 1
        ends = self.nth + self.count if self.count else self.seen + 1
        hit = self.nth <= self.seen < ends
        self.struck += hit
        return hit


#: No fault: a rule that no request meets.
NO_FAULT = Rule("", "")


def parse(text: str) -> Rule:
    """Read a rule from `ENDPOINT:KIND[:ARG][@WHEN]`. Raises ValueError, which names what is
    wrong."""
    head, _, when = text.partition("@")
    endpoint, _, rest = head.partition(":")
    kind, _, arg = rest.partition(":")
    nth, count = _when(text, when)
    return _checked(Rule(endpoint, kind, arg, nth, count))


def from_json(value: str | dict[str, Any]) -> Rule:
    """Read a rule from its line or its JSON object. Raises ValueError."""
    if isinstance(value, str):
        return parse(value)
    unknown = set(value) - _KEYS.keys()
    if unknown:
        raise ValueError(f"a rule has no {', '.join(sorted(unknown))}")
    rule = Rule("", "")
    for name in value:
        setattr(rule, name, _KEYS[name](value[name]))
    return _checked(rule)


def _when(text: str, when: str) -> tuple[int, int]:
    if when in _WORDS_OF_WHEN:
        return _WORDS_OF_WHEN[when]
    match = _WHEN.fullmatch(when)
    if match is None:
        raise ValueError(f"{text}: after @ comes N, N+, N-M or *")
    first = int(match["first"])
    if match["on"]:
        return first, 0
    last = int(match["last"] or first)
    return first, last - first + 1


def _checked(rule: Rule) -> Rule:
    if rule.kind.startswith("after-"):
        rule.kind, rule.after = rule.kind.removeprefix("after-"), True
    if rule.endpoint not in ENDPOINTS:
        raise ValueError(f"no endpoint {rule.endpoint!r}; there are {', '.join(sorted(ENDPOINTS))}")
    if rule.kind not in _kinds_of(rule):
        raise ValueError(f"no fault {rule.kind!r} for {rule.endpoint}")
    _check_argument(rule)
    return rule


def _kinds_of(rule: Rule) -> frozenset[str]:
    """The kinds that exist for a rule's endpoint. A fault in the answer cannot be told to come
    after the effect."""
    if rule.after:
        return BEFORE
    return BEFORE | ANSWER | SPECIAL.get(rule.endpoint, frozenset())


def _check_argument(rule: Rule) -> None:
    if rule.kind in FREE_TEXT:
        return
    words = WORDS.get(rule.kind)
    if words is None:
        rule.number(0)  # raises ValueError for what is no number
    elif rule.arg not in words:
        raise ValueError(f"{rule.kind} takes one of {', '.join(sorted(words - {''}))}")


class Faults:
    """The rules in force, in the order in which they were set; if several strike at once, the first
    one wins."""

    def __init__(self, rules: Iterable[Rule] = ()) -> None:
        self.rules = list(rules)

    def take(
        self,
        endpoint: str,
        session: str = "",
        skill: str = "",
        message: str = "",
    ) -> Rule | None:
        """The fault for this request, if any; every rule that matches counts the request."""
        first: Rule | None = None
        for rule in self.rules:
            if rule.matches(endpoint, session, skill, message) and rule.strikes():
                first = first or rule
        return first

    def cuts_request(self, endpoint: str) -> bool:
        """Whether a rule leaves this endpoint's body unread; this must be known before the body is
        read."""
        cuts = {rule.endpoint for rule in self.rules if rule.kind == "cut_request"}
        return endpoint in cuts
