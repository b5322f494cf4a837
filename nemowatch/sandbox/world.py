"""The sandbox's state, and the rules that change it: who has credits, what a turn costs, what a
render is made of.

Pure state: no sockets, no HTTP, no waiting; the time comes from outside. It counts what was
charged, received and made.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path

from nemowatch.sandbox.media import marker_box
from nemowatch.sandbox.records import (
    Blob,
    CloudAccount,
    CloudRender,
    CloudSession,
    Json,
    RenderedFile,
    TurnRecord,
)
from nemowatch.sandbox.settings import Settings

#: Session ids are 19-digit decimal strings (docs/api.md section 4).
FIRST_SESSION = 1_842_000_000_000_000_001


class World:
    """Everything that the sandbox knows. `folder` has the received bytes; `now` returns seconds
    that never run backwards."""

    def __init__(self, settings: Settings, folder: Path, now: Callable[[], float]) -> None:
        self.settings, self.folder, self.now = settings, folder, now
        self.accounts: dict[str, CloudAccount] = {}  #: by token
        self.clients: dict[str, CloudAccount] = {}  #: anonymous accounts by client id
        self.issued: dict[str, int] = {}  #: tokens given, by client id
        self.issued_tokens: set[str] = set()
        self.revoked: set[str] = set()
        self.accepted: set[str] = set()  #: supplied tokens that are accepted; empty: all
        self.sessions: dict[str, CloudSession] = {}
        self.renders: dict[str, CloudRender] = {}
        self.blobs: dict[str, Blob] = {}
        self.violations: list[Json] = []
        self.problems: list[str] = []  #: mistakes of the sandbox itself; empty unless it has a bug
        self.requests: list[Json] = []
        self.downloads: list[Json] = []
        self.received: dict[str, Json] = {}
        self.turn_count = 0

    # accounts
    def issue_token(self, client_id: str) -> tuple[str, CloudAccount] | None:
        """A new anonymous token, or None when this client id has used up its own (429)."""
        had, limit = self.issued.get(client_id, 0), self.settings.tokens_per_client
        if limit and had >= limit:
            return None
        self.issued[client_id] = had + 1
        name = hashlib.sha256(client_id.encode()).hexdigest()[:20]
        account = self.clients.setdefault(
            client_id, CloudAccount(f"anon_{name}", self.settings.credits)
        )
        token = f"nmv_usr_{name}{had + 1:04d}"
        self.accounts[token] = account
        self.issued_tokens.add(token)
        return token, account

    def account_of(self, token: str) -> CloudAccount | None:
        """Whose token this is; None when it is empty, revoked or not accepted (1001)."""
        if token in self.revoked | {""}:
            return None
        if self.accepted and token not in self.accepted | self.issued_tokens:
            return None
        name = hashlib.sha256(token.encode()).hexdigest()[:12]
        kind = "anon" if self.settings.supplied_anonymous else "user"
        fresh = CloudAccount(f"{kind}_{name}", self.settings.credits)
        return self.accounts.setdefault(token, fresh)

    def every_account(self) -> list[CloudAccount]:
        """Every account that is known, some of them twice."""
        return [*self.accounts.values(), *self.clients.values()]

    def revoke(self, token: object) -> None:
        """Make a token bad; `*` means every token seen so far."""
        self.revoked |= set(self.accounts) if token == "*" else {str(token)}

    def restore(self, token: object) -> None:
        """Make a revoked token good again; `*` means every one."""
        self.revoked -= set(self.revoked) if token == "*" else {str(token)}

    def accept(self, tokens: Iterable[object]) -> None:
        """Accept these supplied tokens and no others; none given: all."""
        self.accepted = set(map(str, tokens))

    # sessions
    def open_session(self, account: CloudAccount, task_name: str, language: str) -> CloudSession:
        """A new session; each call makes one."""
        number = len(self.sessions)
        # ids that do not follow each other, so that a mix-up is noticed
        sid = str(FIRST_SESSION + number * 7919)
        session = CloudSession(sid, account, f"task_{number + 1}", task_name, language)
        empty: Json = {"t": [], "d": 0, "m": {}}
        session.drafts.append(None if self.settings.initial_draft == "none" else empty)
        self.sessions[sid] = session
        return session

    def keep_blob(self, blob: Blob, counted: bool) -> Blob:
        """Remember received bytes; the same content is kept once. `counted`: it came over the
        wire."""
        if counted:
            entry = self.received.setdefault(
                blob.sha256, {"bytes": 0, "times": 0, "name": blob.name}
            )
            entry["bytes"] += blob.size
            entry["times"] += 1
        return self.blobs.setdefault(blob.sha256, blob)

    # turns
    def begin_turn(self, session: CloudSession, message: str, skill: str) -> TurnRecord | None:
        """Start a turn and freeze its price; None when the balance is too low (2001)."""
        cost = self.settings.edit_credits if session.charged else self.settings.turn_credits
        account = session.account
        if account.available < cost:
            return None
        turn = TurnRecord(self.turn_count, message, skill, cost, began=self.now())
        self.turn_count += 1
        session.turns.append(turn)
        session.running += 1
        account.available -= cost
        account.frozen += cost
        if self.settings.chat_charge == "start":
            self.charge(session, turn)
        return turn

    def charge(self, session: CloudSession, turn: TurnRecord) -> None:
        """Take the frozen price; a second call changes nothing."""
        if not turn.charged:
            turn.charged = turn.cost
            session.account.frozen -= turn.cost

    def end_turn(self, session: CloudSession, turn: TurnRecord, outcome: str) -> None:
        """End the turn and release what was frozen and not charged. A second call changes
        nothing."""
        if turn.outcome != "running":
            return
        turn.outcome = outcome
        session.running -= 1
        if not turn.charged:
            session.account.frozen -= turn.cost
            session.account.available += turn.cost

    def take_effect(
        self,
        session: CloudSession,
        turn: TurnRecord,
        draft: Json,
        media: Json | None,
    ) -> None:
        """Charge the edit and make its draft the session's current one."""
        self.charge(session, turn)
        session.drafts.append(draft)
        if media is not None:
            session.generated.append(media)

    # renders
    def begin_render(
        self,
        rid: str,
        session: CloudSession,
        draft: Json,
        skill: str,
        quality: str,
    ) -> CloudRender:
        """Start a render; the id must be new."""
        number = len(self.renders)
        shapes = {"vary": ("envelope", "bare")[number % 2]}
        shape = shapes.get(self.settings.render_shape, self.settings.render_shape)
        result = self._result(rid, session, draft)
        seconds = self.settings.render_seconds
        render = CloudRender(
            rid, session, draft, skill, quality, number, result, self.now(), seconds, shape
        )
        self.renders[rid] = render
        return render

    def _result(self, rid: str, session: CloudSession, draft: Json) -> RenderedFile:
        playable = [upload.blob for upload in session.uploads if upload.blob.playable]
        base = [*playable, self.blobs["sample"]][0]
        title = ""
        if isinstance(draft.get("m"), dict):
            title = draft["m"].get("title", "")
        tail = marker_box(f"render {rid}; {title}")
        digest = hashlib.sha256()
        with base.path.open("rb") as stream:
            while piece := stream.read(1024 * 1024):
                digest.update(piece)
        digest.update(tail)
        return RenderedFile(base.path, base.size, tail, digest.hexdigest())

    def render_of_number(self, number: str) -> CloudRender | None:
        """The render that is counted as `number`, None when there is none."""
        by_number = {str(render.number): render for render in self.renders.values()}
        return by_number.get(number)

    def knows_draft(self, draft: Json) -> bool:
        """True for a draft that some session has had: a client passes it on unchanged."""
        return any(draft in session.drafts for session in self.sessions.values())

    # the record
    def violation(self, endpoint: str, what: str, detail: str = "") -> None:
        """Record that a client broke the contract."""
        entry = {
            "endpoint": endpoint,
            "what": what,
            "detail": detail[:200],
            "time": round(self.now(), 3),
        }
        self.violations.append(entry)
