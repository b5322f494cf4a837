"""One request to the stand-in API while it is handled: what is known of it, how a breach of the
contract is recorded, and the answers that depend on the settings."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from aiohttp import web

from nemowatch.sandbox import reply
from nemowatch.sandbox.faults import NO_FAULT, Rule
from nemowatch.sandbox.host import Host
from nemowatch.sandbox.records import CloudAccount, CloudRender, CloudSession
from nemowatch.sandbox.reply import Refusal, Response
from nemowatch.sandbox.world import World

GONE_STATUS = {"code200": 200}  #: of a lost session, by the setting `session_gone`; else 404


@dataclass(slots=True)
class IncomingCall:
    """One request while it is handled."""

    host: Host
    request: web.Request
    endpoint: str
    entry: dict[str, Any]  #: its line in the ledger
    skill: str = ""
    account: CloudAccount | None = None
    rule: Rule = field(default_factory=lambda: NO_FAULT)  #: the fault that struck
    body: bytes = b""
    fields: dict[str, Any] = field(default_factory=dict)  #: the JSON body, when it is an object

    @property
    def world(self) -> World:
        """The sandbox's state."""
        return self.host.world

    @property
    def kind(self) -> str:
        """The kind of the fault that struck, "" for none."""
        return self.rule.kind

    def violation(self, what: str, detail: str = "") -> None:
        """Record that the client broke the contract."""
        self.world.violation(self.endpoint, what, detail)

    def expect(self, kept: object, broken: str, detail: str = "") -> bool:
        """Whether the client has kept a rule. If not, the violation `broken` is recorded."""
        if not kept:
            self.violation(broken, detail)
        return bool(kept)

    def demand(self, kept: object, broken: str, refusal: Response, detail: str = "") -> None:
        """Like `expect`, for a rule without which the call cannot go on. Raises Refusal with this
        answer."""
        if not self.expect(kept, broken, detail):
            raise Refusal(refusal)

    def expect_only(self, fields: dict[str, Any], known: set[str]) -> None:
        """Record each field that the API does not know as a violation."""
        for name in sorted(set(fields) - known):
            self.violation(f"unknown field {name}")

    def code(self, number: int) -> Response:
        """A business code with the HTTP status that the settings give it."""
        if number != 1002:
            return self.coded(number, self.world.settings.code_status)
        form = self.world.settings.session_gone
        if form == "detail":
            return reply.as_json({"detail": "Session not found"}, 404)
        return self.coded(1002, GONE_STATUS.get(form, 404))

    def coded(self, number: int, status: int) -> Response:
        """A business code with this status, in the form that the settings give it."""
        settings = self.world.settings
        answer = reply.code(number, status, settings.code_under)
        return replace(answer, content_type=settings.code_type)

    def session(self, sid: str) -> CloudSession:
        """The session. Raises Refusal for one that has ended, or is not of this account."""
        session = self.world.sessions.get(sid)
        if session is None or session.expired or session.account is not self.account:
            raise Refusal(self.code(1002))
        return session

    def render(self, unknown: Response) -> CloudRender:
        """The render that the path names. Raises Refusal with `unknown` for one that is not of
        this account."""
        made = self.world.renders.get(self.request.match_info["rid"])
        if made is None or made.session.account is not self.account:
            raise Refusal(unknown)
        return made
