"""The ledger: the world's record as one JSON object, for tests and people. It reads the world
and changes nothing."""

from __future__ import annotations

from typing import Any

from nemowatch.sandbox.world import Render, Session, World

Json = dict[str, Any]


def ledger(world: World) -> Json:
    """Everything that happened: sessions (uploads, turns, renders, charged), totals, received
    bytes, violations …"""
    sessions = {sid: _session(world, session) for sid, session in world.sessions.items()}
    return {
        "sessions": sessions,
        "totals": _totals(world),
        "accounts": _accounts(world),
        "received": world.received,
        "violations": world.violations,
        "problems": world.problems,
        "requests": world.requests,
        "downloads": world.downloads,
    }


def _session(world: World, session: Session) -> Json:
    return {
        "account": session.account.user_id,
        "task_name": session.task_name,
        "language": session.language,
        "expired": session.expired,
        "uploads": [
            {
                "name": u.name,
                "bytes": u.blob.size,
                "sha256": u.blob.sha256,
                "by": u.by,
                "url": u.url,
                "skill": u.skill,
            }
            for u in session.uploads
        ],
        "turns": [
            {"message": t.message, "skill": t.skill, "charged": t.charged, "outcome": t.outcome}
            for t in session.turns
        ],
        "renders": [_render(world, r) for r in world.renders.values() if r.session is session],
        "charged": sum(t.charged for t in session.turns),
    }


def _render(world: World, render: Render) -> Json:
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
    turns = [t for s in world.sessions.values() for t in s.turns]
    uploads = [u for s in world.sessions.values() for u in s.uploads]
    return {
        "sessions": len(world.sessions),
        "uploads": len(uploads),
        "uploads_by_url": sum(u.by == "url" for u in uploads),
        "bytes_received": sum(entry["bytes"] for entry in world.received.values()),
        "turns": len(turns),
        "charged_turns": sum(t.charged > 0 for t in turns),
        "charged": sum(t.charged for t in turns),
        "renders": len(world.renders),
        "downloads": len(world.downloads),
        "requests": len(world.requests),
        "violations": len(world.violations),
    }


def _accounts(world: World) -> Json:
    known = {a.user_id: a for a in [*world.accounts.values(), *world.clients.values()]}
    return {name: {"available": a.available, "frozen": a.frozen} for name, a in known.items()}
