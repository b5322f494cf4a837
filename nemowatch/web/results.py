"""Serves results to watch and to download, in ranges: only files that the journal knows as results,
only below their outbox, and opened like everything below a root."""

from __future__ import annotations

import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path, PurePath
from urllib.parse import quote

from aiohttp import web

from nemowatch.errors import LocalError
from nemowatch.fs.names import plain
from nemowatch.fs.ranges import OpenFile, close, open_for_reading, read_at
from nemowatch.i18n.language import filled, said
from nemowatch.journal import job_history, results
from nemowatch.journal import jobs as journal_jobs
from nemowatch.reporting.conversation import ConversationTurn
from nemowatch.web.desk import Desk

#: Bytes of one piece: large enough for a disk, small enough to wait for on a phone.
PIECE = 256 * 1024
#: What a browser may play itself; anything else is saved.
TYPES = {".mp4": "video/mp4", ".mp3": "audio/mpeg", ".wav": "audio/wav", ".m4a": "audio/mp4"}


@dataclass(frozen=True, slots=True)
class Shown:
    """A result on a job's page."""

    name: str
    href: str
    kind: str  #: "video", "audio", or "" for what is not played
    size: str


def shown_results(turn: ConversationTurn) -> list[Shown]:
    """The results of a turn."""
    found: list[Shown] = []
    for number, output in enumerate(turn.results):
        name = os.path.basename(output.path)
        kind = _type_of(os.fsdecode(name)).partition("/")[0]
        size = filled("{number} MB", number=said(f"{output.size / 1_000_000:,.1f}"))
        if kind not in ("video", "audio"):
            kind = ""
        found.append(Shown(plain(name), f"/file/{turn.job}/{turn.number}/{number}", kind, size))
    return found


def _type_of(name: str) -> str:
    return TYPES.get(PurePath(name).suffix.lower(), "application/octet-stream")


class ResultRoutes:
    """Serves results."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def file(self, request: web.Request) -> web.StreamResponse:
        """`GET /file/JOB/TURN/NUMBER`: a result of a turn (0: the job's own), or a part of it."""
        place = [int(request.match_info[name]) for name in ("job", "turn", "number")]
        found = await self._desk.journal.read(lambda conn: _path(conn, *place))
        watch = self._desk.watches.get(found[0]) if found else None
        if found is None or watch is None:
            raise web.HTTPNotFound(text="There is no such result.\n")
        path = Path(os.fsdecode(found[1]))
        if not path.is_relative_to(watch.outbox):
            raise web.HTTPNotFound(text="This result is outside the current outbox.\n")
        below = os.fsencode(path.relative_to(watch.outbox))
        try:
            file = await self._desk.disks.run(watch.name, open_for_reading, watch.outbox, below)
        except LocalError as exc:
            raise web.HTTPNotFound(text=f"{exc.text or 'It is no longer there.'}\n") from exc
        try:
            return await self._send(request, file, path.name, watch.name)
        finally:
            await self._desk.disks.run(watch.name, close, file)

    async def _send(
        self,
        request: web.Request,
        file: OpenFile,
        name: str,
        watch: str,
    ) -> web.StreamResponse:
        start, end = _range(request, file.size)
        is_part = (start, end) != (0, file.size)
        response = web.StreamResponse(status=206 if is_part else 200)
        response.content_type = _type_of(name)
        response.content_length = end - start
        response.headers["Accept-Ranges"] = "bytes"
        response.headers["Content-Disposition"] = _disposition(name)
        if is_part:
            response.headers["Content-Range"] = f"bytes {start}-{end - 1}/{file.size}"
        await response.prepare(request)
        if request.method == "HEAD":
            return response
        while start < end:
            size = min(PIECE, end - start)
            piece = await self._desk.disks.run(watch, read_at, file, start, size)
            if not piece:
                break  # the file has become shorter: the browser notices that by the length
            await response.write(piece)
            start += len(piece)
        return response


def _range(request: web.Request, size: int) -> tuple[int, int]:
    """The first byte that is asked for and the end. Raises HTTPRequestRangeNotSatisfiable."""
    refusal = web.HTTPRequestRangeNotSatisfiable(headers={"Content-Range": f"bytes */{size}"})
    try:
        asked = request.http_range
    except ValueError as exc:
        raise refusal from exc
    start, end, _ = asked.indices(size)
    is_asked = asked.start is not None or asked.stop is not None
    if is_asked and start >= end:
        raise refusal
    return start, end


def _disposition(name: str) -> str:
    how = "inline" if PurePath(name).suffix.lower() in TYPES else "attachment"
    return f"{how}; filename*=UTF-8''{quote(os.fsencode(name))}"


def _path(
    conn: sqlite3.Connection,
    job_id: int,
    turn: int,
    number: int,
) -> tuple[str, bytes] | None:
    """(watch, absolute path) of a result of a job's conversation; None when there is none."""
    rows = journal_jobs.listed(conn, job_id=job_id)
    if not rows:
        return None
    if turn:
        given = job_history.conversation(conn, job_id)[turn - 1 : turn]
        job_id = given[0].job.id if given else 0
    found = results.outputs(conn, job_id)[number : number + 1]
    if not found:
        return None
    return rows[0].watch, found[0].path
