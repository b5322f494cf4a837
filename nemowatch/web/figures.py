"""What other programs read: whether the daemon is alive, its figures for Prometheus, and the same
JSON as commands print."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from aiohttp import web
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from nemowatch import __version__
from nemowatch.config.watch_section import Watch
from nemowatch.hold_reasons import HOLDS
from nemowatch.journal import jobs as journal_jobs
from nemowatch.model import State
from nemowatch.reporting.json_records import job_record
from nemowatch.reporting.overview import Overview
from nemowatch.web.desk import Desk

#: Jobs in one answer of /api/jobs, unless more are asked for.
JOBS = 1000
#: The most jobs in one answer: nothing else reads the journal meanwhile.
MOST_JOBS = 10_000

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class FigureRoutes:
    """Answers programs."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[web.RouteDef]:
        """The routes and their handlers."""
        return [
            web.get("/healthz", self._healthz),
            web.get("/metrics", self._metrics),
            web.get("/api/status", self._status),
            web.get("/api/jobs", self._jobs),
        ]

    async def _healthz(self, request: web.Request) -> web.Response:
        """Show that the loop and the journal answer."""
        await self._desk.journal.read(lambda conn: conn.execute("SELECT 1").fetchone())
        return web.Response(text="ok\n")

    async def _status(self, request: web.Request) -> web.Response:
        status = await self._desk.status()
        return _json({"site": self._desk.site, **status})

    async def _jobs(self, request: web.Request) -> web.Response:
        """The jobs, those that changed last first; `?state=failed`: those in a state,
        `?limit=N`."""
        state, limit = _wanted(request)
        read = partial(_records, state=state, limit=limit, watches=self._desk.watches)
        return _json(await self._desk.journal.read(read))

    async def _metrics(self, request: web.Request) -> web.Response:
        registry = CollectorRegistry(auto_describe=False)
        registry.register(_Collected(self._desk.site, await self._desk.overview()))
        response = web.Response(body=generate_latest(registry))
        response.headers["Content-Type"] = METRICS_TYPE
        return response


def _wanted(request: web.Request) -> tuple[str, int]:
    state, limit = request.query.get("state", ""), request.query.get("limit", str(JOBS))
    if state and state not in set(State):
        known = ", ".join(State)
        raise web.HTTPBadRequest(text=f"There is no such state. There are: {known}.\n")
    if not (limit.isascii() and limit.isdigit() and len(limit) < 10):
        raise web.HTTPBadRequest(text="limit must be a whole number.\n")
    return state, min(int(limit), MOST_JOBS)


def _records(
    conn: sqlite3.Connection,
    state: str,
    limit: int,
    watches: Mapping[str, Watch],
) -> list[dict[str, Any]]:
    rows = journal_jobs.listed(conn, state=state, newest=True, limit=limit)
    return [job_record(conn, row, watches) for row in rows]


def _json(value: Any) -> web.Response:
    return web.Response(text=json.dumps(value, indent=2), content_type="application/json")


class _Collected(Collector):
    """The figures of one moment. Each has the site's name, so that those of many sites can be read
    together."""

    def __init__(self, site: str, overview: Overview) -> None:
        self._site = site
        self._overview = overview

    def collect(self) -> Iterator[Metric]:
        overview = self._overview
        info = InfoMetricFamily("nemowatch", "The installation", labels=["site"])
        info.add_metric([self._site], {"version": __version__})
        yield info
        yield self._by("jobs", "Jobs by state", "state", _all_states(overview))
        yield self._by("held_jobs", "Held jobs by reason", "reason", dict(overview.held))
        yield self._by("hold", "1 while this holds work up", "reason", _holds(overview))
        yield self._by("inbox_up", "1 while an inbox is worked on", "inbox", _inboxes(overview))
        yield self._one("settling_files", "Files not yet taken", overview.snapshot.settling_count)
        yield self._one("paused", "1 while everything is paused", int(overview.paused))
        if overview.credits.available is not None:
            yield self._one("credits_available", "Credits left", overview.credits.available)

    def _one(self, name: str, text: str, value: float) -> Metric:
        family = GaugeMetricFamily(f"nemowatch_{name}", text, labels=["site"])
        family.add_metric([self._site], value)
        return family

    def _by(self, name: str, text: str, label: str, values: dict[str, int]) -> Metric:
        family = GaugeMetricFamily(f"nemowatch_{name}", text, labels=["site", label])
        for key, value in values.items():
            family.add_metric([self._site, key], value)
        return family


def _all_states(overview: Overview) -> dict[str, int]:
    """The number of jobs in every state, zeros included, so that curves have no gaps."""
    return {state.value: overview.counts.get(state, 0) for state in State}


def _holds(overview: Overview) -> dict[str, int]:
    active = {hold.reason for hold in overview.holds} | set(overview.held)
    return {reason.value: int(reason in active) for reason in HOLDS}


def _inboxes(overview: Overview) -> dict[str, int]:
    return {inbox.name: int(inbox.good) for inbox in overview.snapshot.inboxes}
