"""The folders of each inbox, which can be paused and into which files can be dropped. Dropped files
are written like any copy: intake sees one only when all of it has its final name."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote_to_bytes

from aiohttp import BodyPartReader, MultipartReader, web

from nemowatch.errors import LocalError, UsageError
from nemowatch.fs import arrivals
from nemowatch.fs.arrivals import Arrival
from nemowatch.fs.listing import folders_below
from nemowatch.fs.names import NAME_LIMIT, plain
from nemowatch.fs.space import has_room
from nemowatch.i18n.language import said
from nemowatch.intake.inbox import Inbox
from nemowatch.intake.scan.ignore import Ignore, NameClass
from nemowatch.intake.scan.pauses import held_in
from nemowatch.reporting.phrases import counted
from nemowatch.web import commands, views
from nemowatch.web.actions import reply
from nemowatch.web.commands import Button
from nemowatch.web.desk import Desk
from nemowatch.web.guard import check_word
from nemowatch.web.pages import respond

#: The most folders of one inbox that are shown.
SHOWN = 200
#: Bytes that are written at once.
PIECE = 1024 * 1024
#: The most files in one request.
MOST_FILES = 200
#: Bytes that must stay free on the disk.
SPARE = 64 * 1024 * 1024
#: The most bytes of a field that is not a file.
MOST_FIELD = 8192


@dataclass(frozen=True, slots=True)
class _Folder:
    name: str  #: as a form sends it back
    shown: str  #: for people; "" for the inbox itself
    paused: bool
    button: Button


@dataclass(frozen=True, slots=True)
class _Shown:
    number: int
    shown: str
    folders: list[_Folder]
    more: int


class Folders:
    """Shows folders, and takes what is dropped into them."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def page(self, request: web.Request) -> web.Response:
        """`GET /folders`."""
        shown = []
        for number, inbox in enumerate(self._desk.inboxes.values()):
            shown.append(await self._shown(number, inbox))
        now = self._desk.clock.now_ms()
        content = views.render("folders.html.j2", now, inboxes=shown)
        return respond(request, said("Folders"), content)

    async def _shown(self, number: int, inbox: Inbox) -> _Shown:
        watch = inbox.watch
        ignore = Ignore(watch.ignore)
        found = await self._desk.disks.run(watch.name, _folders, watch.inbox, ignore)
        rows = [_row(watch.name, folder, paused=paused) for folder, paused in found.rows]
        return _Shown(number, plain(watch.name), rows, found.more)

    async def drop(self, request: web.Request) -> web.Response:
        """`POST /drop`: `word`, `inbox`, `folder`, then the files."""
        if not request.content_type.startswith("multipart/"):
            raise web.HTTPUnsupportedMediaType
        taken: list[str] = []
        try:
            await self._take(request, await request.multipart(), taken)
        except ConnectionError as exc:
            raise web.HTTPBadRequest(text="It did not arrive.\n") from exc
        except (LocalError, UsageError) as exc:
            return reply(request, _taken_before(taken) + exc.words, 409)
        except ValueError as exc:
            return reply(request, _taken_before(taken) + str(exc), 409)
        return reply(request, f"{counted(len(taken), 'file', 'files')} sent.", 200)

    async def _take(
        self,
        request: web.Request,
        parts: MultipartReader,
        taken: list[str],
    ) -> None:
        """Take the files of a request; `taken` gets their names. Raises LocalError, UsageError,
        HTTPForbidden."""
        fields: dict[str, str] = {}
        inbox: Inbox | None = None
        while (part := await parts.next()) is not None:
            if not isinstance(part, BodyPartReader):
                raise UsageError("This form does not belong to this page.")
            if part.filename is None:
                fields[part.name or ""] = await _field(part)
                continue
            if inbox is None:
                check_word(request, fields.get("word", ""))
                inbox = await self._inbox(fields.get("inbox", ""))
                await self._check_room(inbox, request.content_length or 0)
            if len(taken) >= MOST_FILES:
                raise UsageError(f"At most {MOST_FILES} files at once.")
            folder = unquote_to_bytes(fields.get("folder", ""))
            taken.append(await self._arrive(inbox, folder, part))

    async def _inbox(self, number: str) -> Inbox:
        """The inbox of this number. Raises UsageError if it is not there now."""
        inboxes = list(self._desk.inboxes.values())
        if not number.isdecimal() or int(number) >= len(inboxes):
            raise UsageError("There is no such inbox.")
        inbox = inboxes[int(number)]
        if not await inbox.same_root():
            raise UsageError("This inbox is not there now.", cure="Try again when it is back.")
        return inbox

    async def _check_room(self, inbox: Inbox, size: int) -> None:
        """Raise UsageError if the disk would be full."""
        watch = inbox.watch
        if not await self._desk.disks.run(watch.name, has_room, watch.inbox, size + SPARE):
            raise UsageError("There is no space for this.", cure="Free some space on the disk.")

    async def _arrive(self, inbox: Inbox, folder: bytes, part: BodyPartReader) -> str:
        watch = inbox.watch
        name = _name(part.filename or "", Ignore(watch.ignore))
        if not folder:
            raise UsageError("Choose a folder: its name says what will be made.")
        run = self._desk.disks.run
        arrival = await run(watch.name, arrivals.begin, watch.inbox, folder, name)
        try:
            while piece := await _piece(part, PIECE):
                await run(watch.name, arrivals.write, arrival, piece)
            await run(watch.name, arrivals.finish, arrival)
        finally:
            await run(watch.name, _end, arrival)
        return name


def _taken_before(taken: list[str]) -> str:
    """What people read about the files before the one that was not taken."""
    if not taken:
        return ""
    return f"{counted(len(taken), 'file was', 'files were')} taken. "


def _end(arrival: Arrival) -> None:
    arrivals.end(arrival)


async def _field(part: BodyPartReader) -> str:
    data = b""
    while piece := await _piece(part, MOST_FIELD):
        data += piece
        if len(data) > MOST_FIELD:
            raise UsageError("This form does not belong to this page.")
    return data.decode("utf-8", "replace")


async def _piece(part: BodyPartReader, size: int) -> bytes:
    """The next piece of a part, as large as the network delivers it; b"" at the end. Raises
    UsageError for a part that ends without its boundary."""
    cut = UsageError("It did not arrive complete.", cure="Send it again.")
    try:
        piece = await part.read_chunk(size)
    except ValueError as exc:
        raise cut from exc
    if not piece and not part.at_eof():
        raise cut
    return piece


def _name(given: str, ignore: Ignore) -> str:
    """The name under which a file can be dropped and is not ignored. Raises UsageError."""
    name = given.replace("\\", "/").rpartition("/")[2].strip()
    raw = os.fsencode(name)
    is_name = name not in ("", ".", "..") and "\0" not in name and len(raw) <= NAME_LIMIT
    if not is_name or not name.isprintable():
        raise UsageError(f"{plain(name)!r} cannot be a file name.")
    if ignore.name(raw).kind is NameClass.IGNORED:
        raise UsageError(f"Files that are called {plain(name)} are never taken.")
    return name


@dataclass(frozen=True, slots=True)
class _Found:
    rows: list[tuple[bytes, bool]]  #: folders below the inbox, and whether each has a PAUSE
    more: int


def _folders(inbox: Path, ignore: Ignore) -> _Found:
    """The inbox itself, the task folders, and the folders directly in these, as on the disk."""
    found = [b"", *_walk(inbox, ignore)]
    rows: list[tuple[bytes, bool]] = []
    for folder in found[:SHOWN]:
        rows.append((folder, bool(held_in(inbox, folder, ignore).paused)))
    return _Found(rows, len(found[SHOWN:]))


def _walk(inbox: Path, ignore: Ignore) -> Iterator[bytes]:
    for task in _entered(inbox, b"", ignore):
        yield task
        for inside in _entered(inbox, task, ignore):
            yield os.path.join(task, inside)


def _entered(inbox: Path, folder: bytes, ignore: Ignore) -> list[bytes]:
    found = sorted(folders_below(inbox, folder))
    return [name for name in found if ignore.name(name, folder=True).kind is NameClass.WORK]


def _row(watch: str, folder: bytes, *, paused: bool) -> _Folder:
    order = "resume" if paused else "pause"
    button = commands.of_folder(order, watch, folder)
    return _Folder(quote(folder), plain(folder), paused, button)
