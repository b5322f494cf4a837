"""Uploads (docs/api.md section 5): the multipart body is read as it comes, to disk, and held to
what it declared."""

from __future__ import annotations

import asyncio
import hashlib
import tempfile
from email.parser import HeaderParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from aiohttp import web

from nemowatch.model import MB
from nemowatch.sandbox import reply
from nemowatch.sandbox.door import Call, read_fields
from nemowatch.sandbox.endpoints import show_clip
from nemowatch.sandbox.media import duration_of, is_mp4, kind_of
from nemowatch.sandbox.multipart import EPILOGUE, Head, Multipart
from nemowatch.sandbox.reply import Answer
from nemowatch.sandbox.world import Blob, Upload, World

#: docs/api.md section 2; every other skill has the larger limit.
SMALL_LIMIT, LIMIT = 200 * MB, 500 * MB
Json = dict[str, Any]


async def upload(call: Call) -> Answer:
    """Files into a session, by bytes or by URL."""
    session = call.session(call.request.match_info["sid"])
    if session is None or call.kind == "session_lost":
        if session is not None:
            session.expired = True
        return call.code(1002)
    taken = await (_by_url(call) if call.endpoint == "upload_url" else _by_bytes(call))
    if isinstance(taken, Answer):
        return taken
    session.upload_requests += 1
    limit = call.world.settings.uploads_per_session
    if limit and session.upload_requests > limit:
        call.violation("a second upload into one session", session.sid)
    await asyncio.sleep(call.world.settings.upload_seconds)
    for item in taken:
        if any(
            old.blob.sha256 == item.blob.sha256 and old.name == item.name for old in session.uploads
        ):
            call.violation("the same file uploaded twice into one session", item.name)
        session.uploads.append(item)
    show_clip(session, call.world.settings.initial_draft)
    files = [] if call.kind == "empty_files" else [_described(call, item) for item in taken]
    return reply.business({"files": files, "session_state_applied": True})


def _described(call: Call, item: Upload) -> Json:
    blob = item.blob
    data: Json = {
        "filename": item.name,
        "file_type": blob.file_type,
        "duration": blob.duration,
        "hash": blob.sha256,
    }
    data["cdn_url"] = (
        f"{call.host.base_url}/cdn/uploads/{blob.sha256}/clip.{item.name.rpartition('.')[2]}"
    )
    if blob.file_type == "video":
        data |= {"width": 1920, "height": 1080, "fps": 30}
    return data


async def _by_url(call: Call) -> list[Upload] | Answer:
    fields = await read_fields(call)
    urls = fields.get("urls")
    if not isinstance(urls, list) or not urls or not all(isinstance(url, str) for url in urls):
        call.violation("an upload by URL without urls")
        return reply.invalid("urls", "Field required")
    if fields.get("source_type") != "url" or set(fields) - {"urls", "source_type"}:
        call.violation("an upload by URL has urls and source_type: url", str(sorted(fields)))
    if call.kind == "refused" or not call.world.settings.url_uploads:
        return call.code(4001)
    taken = [_fetched(call, url) for url in urls]
    return call.code(4001) if None in taken else [item for item in taken if item is not None]


def _fetched(call: Call, url: str) -> Upload | None:
    """A file of our own by its `cdn_url`; any other address gives the sample, for nothing is
    fetched from outside."""
    parts = urlsplit(url)
    pieces = unquote(parts.path).strip("/").split("/")
    if url.startswith(call.host.base_url + "/cdn/"):
        blob = call.world.blobs.get(pieces[2]) if len(pieces) == 4 else None
        return Upload(blob, blob.name, "url", call.skill, url) if blob else None
    name = pieces[-1] or "video.mp4"
    if parts.scheme not in ("http", "https") or ("." in name and not kind_of(name)):
        return None
    return Upload(call.world.blobs["sample"], name, "url", call.skill, url)


async def _by_bytes(call: Call) -> list[Upload] | Answer:
    request = call.request
    if request.content_type != "multipart/form-data":
        call.violation("an upload is multipart/form-data", request.content_type)
        return reply.invalid("files", "Field required")
    if request.content_length is None:
        call.violation("an upload without Content-Length")
    declared, boundary = request.content_length or 0, _boundary(request)
    try:
        return await _parts(call, Multipart(request.content, boundary, declared))
    except ValueError as problem:
        call.violation("a multipart body that cannot be read", str(problem))
        return reply.invalid("files", str(problem))


def _boundary(request: web.Request) -> str:
    head = HeaderParser().parsestr(f"Content-Type: {request.headers['Content-Type']}")
    return str(head.get_boundary(""))


async def _parts(call: Call, body: Multipart) -> list[Upload] | Answer:
    taken: list[Upload] = []
    refused: Answer | None = None
    while (head := await body.head()) is not None:
        item = await _receive(call, head, body)
        if isinstance(item, Upload):
            taken.append(item)
        else:
            refused = refused or item
    if call.request.content_length is not None and body.left > EPILOGUE:
        call.violation("Content-Length is larger than the body", f"by {body.left} bytes")
        refused = refused or reply.invalid("files", "the body ended before its Content-Length")
    if not taken and refused is None:
        call.violation("an upload without a file")
        refused = reply.invalid("files", "Field required")
    return refused or taken


async def _receive(call: Call, head: Head, body: Multipart) -> Upload | Answer:
    name, world = head.filename, call.world
    sink = _Sink(world)
    try:
        async for piece in body.pieces():
            sink.write(piece)
    except BaseException:
        sink.discard()  # the client went away, or the server ends
        raise
    if head.name != "files" or not name:
        sink.discard()
        call.violation("a part that is no file called files", f"{head.name} ({name})")
        return reply.invalid("files", "Field required")
    blob = world.keep_blob(sink.finish(name), counted=True)
    if not kind_of(name) or not blob.size:
        return call.code(4001)
    limit = world.settings.max_upload_bytes or (
        SMALL_LIMIT if call.skill == "voiceover-generator" else LIMIT
    )
    return call.code(4002) if blob.size > limit else Upload(blob, name, "bytes", call.skill)


class _Sink:
    """A file that grows with the bytes received and is named by their digest at the end."""

    def __init__(self, world: World) -> None:
        self.folder, self.digest, self.size = world.folder, hashlib.sha256(), 0
        handle = tempfile.NamedTemporaryFile(dir=world.folder, delete=False)  # noqa: SIM115
        self.stream, self.path = handle, Path(handle.name)

    def write(self, piece: bytes) -> None:
        """Some more bytes."""
        self.stream.write(piece)
        self.digest.update(piece)
        self.size += len(piece)

    def discard(self) -> None:
        """Forget what came."""
        self.stream.close()
        self.path.unlink()

    def finish(self, name: str) -> Blob:
        """All has come."""
        self.stream.close()
        path = self.path.rename(self.folder / self.digest.hexdigest())
        return blob_of(path, name, self.digest.hexdigest())


def blob_of(path: Path, name: str, digest: str) -> Blob:
    """A file in the sandbox's folder, looked into."""
    with path.open("rb") as stream:
        playable = is_mp4(stream)
        duration = round(duration_of(stream), 3) if playable else 0.0
    kind = kind_of(name)
    seconds = 0.0 if kind == "image" else duration or 30.5
    return Blob(name, path, path.stat().st_size, digest, playable, seconds, kind)


def sample_blob(world: World, data: bytes) -> None:
    """Put the packaged sample where results and uploads by foreign URL find it."""
    digest = hashlib.sha256(data).hexdigest()
    path = world.folder / "sample.mp4"
    path.write_bytes(data)
    world.blobs["sample"] = blob_of(path, "sample.mp4", digest)
