"""The ledger: everything that happened, as one JSON object for tests and people. It reads the world
and changes nothing."""

from __future__ import annotations

from collections import Counter
from itertools import chain
from operator import attrgetter, itemgetter
from typing import Any

from nemowatch.sandbox.records import CloudRender, CloudSession, CloudUpload, TurnRecord
from nemowatch.sandbox.world import World

Json = dict[str, Any]


def ledger(world: World) -> Json:
    """Everything that happened: sessions with their uploads, turns, renders and charges; totals;
    received bytes; violations."""
    return {
        "sessions": {sid: _session(world, session) for sid, session in world.sessions.items()},
        "totals": _totals(world),
        "accounts": _accounts(world),
        "received": world.received,
        "violations": world.violations,
        "problems": world.problems,
        "requests": world.requests,
        "downloads": world.downloads,
    }


def _session(world: World, session: CloudSession) -> Json:
    renders = [render for render in world.renders.values() if render.session is session]
    return {
        "account": session.account.user_id,
        "task_name": session.task_name,
        "language": session.language,
        "expired": session.expired,
        "uploads": list(map(_upload, session.uploads)),
        "turns": list(map(_turn, session.turns)),
        "renders": [_render(world, render) for render in renders],
        "charged": session.charged,
    }


def _upload(upload: CloudUpload) -> Json:
    return {
        "name": upload.name,
        "bytes": upload.blob.size,
        "sha256": upload.blob.sha256,
        "by": upload.by,
        "url": upload.url,
        "skill": upload.skill,
    }


def _turn(turn: TurnRecord) -> Json:
    return {
        "message": turn.message,
        "skill": turn.skill,
        "charged": turn.charged,
        "outcome": turn.outcome,
    }


def _render(world: World, render: CloudRender) -> Json:
    return {
        "id": render.rid,
        "status": render.status(world.now()),
        "sha256": render.result.sha256,
        "bytes": render.result.size,
        "skill": render.skill,
        "quality": render.quality,
        "polls": render.polls,
        "downloads": render.downloads,
    }


def _totals(world: World) -> Json:
    sessions = world.sessions.values()
    turns = list(chain.from_iterable(map(attrgetter("turns"), sessions)))
    uploads = Counter(
        map(attrgetter("by"), chain.from_iterable(map(attrgetter("uploads"), sessions)))
    )
    charges = list(filter(None, map(attrgetter("charged"), turns)))
    received = map(itemgetter("bytes"), world.received.values())
    return {
        "sessions": len(world.sessions),
        "uploads": uploads.total(),
        "uploads_by_url": uploads["url"],
        "bytes_received": sum(received),
        "turns": len(turns),
        "charged_turns": len(charges),
        "charged": sum(charges),
        "renders": len(world.renders),
        "downloads": len(world.downloads),
        "requests": len(world.requests),
        "violations": len(world.violations),
    }


def _accounts(world: World) -> Json:
    found: Json = {}
    for account in world.every_account():
        found[account.user_id] = {"available": account.available, "frozen": account.frozen}
    return found
