"""The control endpoints below `/_sandbox/`, for tests and people, never for a client of the API.
They answer plain JSON, need no token, and are not in the ledger."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from aiohttp import web

from nemowatch.sandbox.faults import from_json
from nemowatch.sandbox.host import Host
from nemowatch.sandbox.ledger import ledger
from nemowatch.sandbox.world import World

Json = dict[str, Any]
Control = Callable[[Host, web.Request, Any], Json]


def routes(host: Host) -> list[web.RouteDef]:
    """Every control endpoint."""
    return [
        web.get("/_sandbox/ledger", _route(host, _ledger)),
        web.get("/_sandbox/faults", _route(host, _show_faults)),
        web.post("/_sandbox/faults", _route(host, _add_faults)),
        web.delete("/_sandbox/faults", _route(host, _drop_faults)),
        web.post("/_sandbox/credits", _route(host, _credits)),
        web.post("/_sandbox/token", _route(host, _token)),
        web.post("/_sandbox/sessions/{sid}/expire", _route(host, _expire)),
        web.get("/_sandbox/settings", _route(host, _show_settings)),
        web.post("/_sandbox/settings", _route(host, _settings)),
        web.post("/_sandbox/down", _route(host, _down)),
    ]


def _route(host: Host, control: Control) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        try:
            text = await request.text()
            value = control(host, request, json.loads(text) if text else {})
        except (ValueError, TypeError, KeyError) as problem:
            return web.json_response({"error": str(problem)}, status=400)
        return web.json_response(value)

    return handle


def _ledger(host: Host, request: web.Request, value: Any) -> Json:
    return ledger(host.world)


def _show_faults(host: Host, request: web.Request, value: Any) -> Json:
    return {"faults": list(map(asdict, host.faults.rules))}


def _add_faults(host: Host, request: web.Request, value: Any) -> Json:
    """Add rules: a list of lines or objects, or a single one."""
    items = value if isinstance(value, list) else [value]
    host.faults.rules += map(from_json, items)
    return _show_faults(host, request, value)


def _drop_faults(host: Host, request: web.Request, value: Any) -> Json:
    host.faults.rules.clear()
    return _show_faults(host, request, value)


def _credits(host: Host, request: web.Request, value: Any) -> Json:
    """`{"available": n}` for every account, later ones included; `user_id` names a single one."""
    available, only = int(value["available"]), value.get("user_id")
    for account in host.world.every_account():
        if only in (None, account.user_id):
            account.available = available
    if only is None:
        host.world.settings.credits = available
    return {"available": available}


#: What may be done to tokens, in this order.
_TOKEN_CHANGES: dict[str, Callable[[World, Any], None]] = {
    "revoke": World.revoke,
    "restore": World.restore,
    "accept": World.accept,
}


def _token(host: Host, request: web.Request, value: Any) -> Json:
    """`revoke` a token or `*`; `restore` one or `*`; `accept` a list of supplied tokens ([]:
    all)."""
    world = host.world
    for name in filter(value.__contains__, _TOKEN_CHANGES):
        _TOKEN_CHANGES[name](world, value[name])
    return {"revoked": len(world.revoked), "accepted": len(world.accepted)}


def _expire(host: Host, request: web.Request, value: Any) -> Json:
    sid = request.match_info["sid"]
    ids = list(host.world.sessions) if sid == "*" else [sid]
    for one in ids:
        host.world.sessions[one].expired = True
    return {"expired": ids}


def _show_settings(host: Host, request: web.Request, value: Any) -> Json:
    return asdict(host.world.settings)


def _settings(host: Host, request: web.Request, value: Any) -> Json:
    host.world.settings.change(value)
    return asdict(host.world.settings)


def _down(host: Host, request: web.Request, value: Any) -> Json:
    """`{"seconds": s}`: after this answer nothing listens for that long, and open connections are
    reset."""
    seconds = float(value.get("seconds", 1))
    host.go_down(seconds)
    return {"down": seconds}
