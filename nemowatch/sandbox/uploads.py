"""Uploads (docs/api.md section 5): the multipart body is written to disk as it comes, and must be
as long as it declared."""

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
from nemowatch.sandbox.door import read_fields
from nemowatch.sandbox.endpoints import show_clip
from nemowatch.sandbox.incoming_call import IncomingCall
from nemowatch.sandbox.media import duration_of, is_mp4, kind_of
from nemowatch.sandbox.multipart import EPILOGUE, Head, Multipart
from nemowatch.sandbox.records import Blob, CloudSession, CloudUpload
from nemowatch.sandbox.reply import Refusal, Response
from nemowatch.sandbox.world import World

#: docs/api.md section 2; every other skill has the larger limit.
LIMITS, LIMIT = {"voiceover-generator": 200 * MB}, 500 * MB
#: What is known about a picture's format, by the type of file.
FORMS = {"video": {"width": 1920, "height": 1080, "fps": 30}}
Json = dict[str, Any]


async def upload(call: IncomingCall) -> Response:
    """Files into a session, by bytes or by URL."""
    session = call.session(call.request.match_info["sid"])
    if call.kind == "session_lost":
        session.expired = True
        return call.code(1002)
    taken = await _TAKERS[call.endpoint](call)
    _count(call, session)
    await asyncio.sleep(call.world.settings.upload_seconds)
    applied = call.kind != "not_applied"
    if applied:
        _add(call, session, taken)
    files: list[Json] = []
    if _names_files(call):
        files = [_described(call, item) for item in taken]
    return reply.business({"files": files, "session_state_applied": applied})


def _names_files(call: IncomingCall) -> bool:
    if call.kind == "not_applied":
        return call.rule.arg == "named"
    return call.kind != "empty_files"


def _count(call: IncomingCall, session: CloudSession) -> None:
    session.upload_requests += 1
    limit = call.world.settings.uploads_per_session or session.upload_requests
    few = session.upload_requests <= limit
    call.expect(few, "a second upload into one session", session.sid)


def _add(call: IncomingCall, session: CloudSession, taken: list[CloudUpload]) -> None:
    known = {(old.blob.sha256, old.name) for old in session.uploads}
    for item in taken:
        key = (item.blob.sha256, item.name)
        fresh = key not in known
        call.expect(fresh, "the same file uploaded twice into one session", item.name)
        known.add(key)
        session.uploads.append(item)
    show_clip(session, call.world.settings.initial_draft)


def _described(call: IncomingCall, item: CloudUpload) -> Json:
    blob = item.blob
    suffix = item.name.rpartition(".")[2]
    return {
        "filename": item.name,
        "file_type": blob.file_type,
        "duration": blob.duration,
        "hash": blob.sha256,
        "cdn_url": f"{call.host.base_url}/cdn/uploads/{blob.sha256}/clip.{suffix}",
        **FORMS.get(blob.file_type, {}),
    }


async def _by_url(call: IncomingCall) -> list[CloudUpload]:
    fields = await read_fields(call)
    urls = fields.get("urls")
    refusal = reply.invalid("urls", "Field required")
    call.demand(_are_texts(urls), "an upload by URL without urls", refusal)
    good = fields == {"urls": urls, "source_type": "url"}
    call.expect(good, "an upload by URL has urls and source_type: url", str(sorted(fields)))
    taken = [_fetched(call, url) for url in fields["urls"]]
    found = list(filter(None, taken))
    if len(found) < len(taken) or not _allows_urls(call):
        raise Refusal(call.code(4001))
    return found


def _allows_urls(call: IncomingCall) -> bool:
    return call.kind != "refused" and call.world.settings.url_uploads


def _are_texts(value: Any) -> bool:
    """True for a list of strings that is not empty."""
    if not isinstance(value, list) or not value:
        return False
    return all(isinstance(item, str) for item in value)


def _fetched(call: IncomingCall, url: str) -> CloudUpload | None:
    """One of our own files by its `cdn_url`. Any other address gives the sample, because nothing
    is fetched from outside."""
    parts = urlsplit(url)
    pieces = unquote(parts.path).strip("/").split("/")
    if url.startswith(call.host.base_url + "/cdn/"):
        return _ours(call, pieces, url)
    name = pieces[-1] or "video.mp4"
    if parts.scheme not in ("http", "https"):
        return None
    if "." in name and not kind_of(name):
        return None
    return CloudUpload(call.world.blobs["sample"], name, "url", call.skill, url)


def _ours(call: IncomingCall, pieces: list[str], url: str) -> CloudUpload | None:
    if len(pieces) != 4:
        return None
    blob = call.world.blobs.get(pieces[2])
    return CloudUpload(blob, blob.name, "url", call.skill, url) if blob else None


async def _by_bytes(call: IncomingCall) -> list[CloudUpload]:
    request, kind = call.request, call.request.content_type
    is_form = kind == "multipart/form-data"
    call.demand(is_form, "an upload is multipart/form-data", _no_files(), kind)
    call.expect(request.content_length is not None, "an upload without Content-Length")
    body = Multipart(request.content, _boundary(request), request.content_length or 0)
    try:
        return await _parts(call, body)
    except ValueError as problem:
        call.violation("a multipart body that cannot be read", str(problem))
        raise Refusal(_no_files(str(problem))) from problem


#: How files come, by the endpoint.
_TAKERS = {"upload": _by_bytes, "upload_url": _by_url}


def _no_files(why: str = "Field required") -> Response:
    return reply.invalid("files", why)


def _boundary(request: web.Request) -> str:
    head = HeaderParser().parsestr(f"Content-Type: {request.headers['Content-Type']}")
    return str(head.get_boundary(""))


async def _parts(call: IncomingCall, body: Multipart) -> list[CloudUpload]:
    """The files of the body. All of them are read, whatever is wrong with one."""
    taken: list[CloudUpload] = []
    refusals: list[Refusal] = []
    while (head := await body.head()) is not None:
        try:
            taken.append(await _receive(call, head, body))
        except Refusal as refused:
            refusals.append(refused)
    if call.request.content_length is not None and body.left > EPILOGUE:
        call.violation("Content-Length is larger than the body", f"by {body.left} bytes")
        refusals.append(Refusal(_no_files("the body ended before its Content-Length")))
    if refusals:
        raise refusals[0]
    call.demand(taken, "an upload without a file", _no_files())
    return taken


async def _receive(call: IncomingCall, head: Head, body: Multipart) -> CloudUpload:
    name = head.filename
    sink = _Sink(call.world)
    try:
        async for piece in body.pieces():
            sink.write(piece)
    except BaseException:
        sink.discard()  # the client went away, or the server is stopping
        raise
    is_file, shown = head.name == "files" and name, f"{head.name} ({name})"
    if not is_file:
        sink.discard()
    call.demand(is_file, "a part that is no file called files", _no_files(), shown)

    blob = call.world.keep_blob(sink.finish(name), counted=True)
    if not kind_of(name) or not blob.size:
        raise Refusal(call.code(4001))
    if blob.size > _limit(call):
        raise Refusal(call.code(4002))
    return CloudUpload(blob, name, "bytes", call.skill)


def _limit(call: IncomingCall) -> int:
    """The largest file that is accepted, in bytes."""
    own = LIMITS.get(call.skill, LIMIT)
    return call.world.settings.max_upload_bytes or own


class _Sink:
    """A file that grows with the bytes received and is then named by their digest."""

    def __init__(self, world: World) -> None:
        self.folder, self.digest, self.size = world.folder, hashlib.sha256(), 0
        handle = tempfile.NamedTemporaryFile(dir=world.folder, delete=False)  # noqa: SIM115
        self.stream, self.path = handle, Path(handle.name)

    def write(self, piece: bytes) -> None:
        """Add bytes."""
        self.stream.write(piece)
        self.digest.update(piece)
        self.size += len(piece)

    def discard(self) -> None:
        """Remove the file."""
        self.stream.close()
        self.path.unlink()

    def finish(self, name: str) -> Blob:
        """Close the file, under its final name."""
        self.stream.close()
        path = self.path.rename(self.folder / self.digest.hexdigest())
        return blob_of(path, name, self.digest.hexdigest())


def blob_of(path: Path, name: str, digest: str) -> Blob:
    """A file in the sandbox's folder, with its kind and duration."""
    kind, duration = kind_of(name), 0.0
    with path.open("rb") as stream:
        playable = is_mp4(stream)
        if playable:
            duration = round(duration_of(stream), 3)
    if kind != "image":
        duration = duration or 30.5
    return Blob(name, path, path.stat().st_size, digest, playable, duration, kind)


def sample_blob(world: World, data: bytes) -> None:
    """Keep the packaged sample for results and for uploads by foreign URL."""
    digest = hashlib.sha256(data).hexdigest()
    path = world.folder / "sample.mp4"
    path.write_bytes(data)
    world.blobs["sample"] = blob_of(path, "sample.mp4", digest)
