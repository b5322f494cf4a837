"""Serves files by GET: uploads and results, like a content delivery network, and the authenticated
fallback of docs/api.md section 9. Range, If-Range and ETag follow RFC 9110, with one range at a
time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from nemowatch.sandbox import reply
from nemowatch.sandbox.incoming_call import IncomingCall
from nemowatch.sandbox.records import CloudRender
from nemowatch.sandbox.reply import Body, BodyRange, BytesBody, Refusal, Response

#: "bytes=5-9", "bytes=5-" or "bytes=-9", never "bytes=-".
_RANGE = re.compile(r"bytes=(?=\d|-\d)(?P<first>\d*)-(?P<last>\d*)")
#: What the content delivery network says when it refuses.
DENIED = {403: "Request has expired", 404: "The specified key does not exist."}


@dataclass(frozen=True, slots=True)
class FileBody:
    """A file on disk, followed by some bytes."""

    path: Path
    file_size: int
    tail: bytes = b""

    @property
    def size(self) -> int:
        """Bytes in all."""
        return self.file_size + len(self.tail)

    def read(self, offset: int, length: int) -> bytes:
        """Up to `length` bytes from `offset`."""
        data = b""
        if offset < self.file_size:
            with self.path.open("rb") as stream:
                stream.seek(offset)
                data = stream.read(min(length, self.file_size - offset))
        start = max(0, offset - self.file_size)
        return data + self.tail[start : start + length - len(data)]


async def upload(call: IncomingCall) -> Response:
    """An uploaded file, at its `cdn_url`."""
    blob = call.world.blobs.get(call.request.match_info["digest"])
    if blob is None:
        return _denied(404)
    return _ranged(call, FileBody(blob.path, blob.size), blob.sha256)


async def result(call: IncomingCall) -> Response:
    """A result, at the URL that a poll gave; 403 when that has expired."""
    made, given = _asked_for(call)
    if call.kind == "expired" or _is_expired(call, given):
        return _denied(403)
    return _serve(call, made)


def _asked_for(call: IncomingCall) -> tuple[CloudRender, float]:
    """The render that a URL belongs to, and when that URL was given. Raises Refusal for a URL that
    was never given."""
    query = call.request.query
    serial, signature = query.get("serial", ""), query.get("signature", "")
    made = call.world.render_of_number(call.request.match_info["number"])
    if made is None or not _was_given(made, serial, signature):
        call.violation("a result URL that no poll gave", call.request.path_qs)
        raise Refusal(_denied(404))
    return made, made.urls[int(serial)]


def _was_given(made: CloudRender, serial: str, signature: str) -> bool:
    """Whether a poll has given the URL with this serial number, signed like this."""
    if not serial.isdigit() or int(serial) not in made.urls:
        return False
    return signature == f"s{made.number}x{int(serial)}"


def _is_expired(call: IncomingCall, given: float) -> bool:
    if given < 0:
        return True
    life = call.world.settings.url_seconds
    return life > 0 and call.world.now() - given > life


async def fallback(call: IncomingCall) -> Response:
    """A result by its render's id, with all headers."""
    made = call.render(_denied(404))
    done = made.status(call.world.now()) == "completed"
    refusal = reply.as_json({"success": False, "error": "The render is not complete"}, 409)
    call.demand(done, "a download before the render is complete", refusal, made.rid)
    return _serve(call, made)


def _serve(call: IncomingCall, made: CloudRender) -> Response:
    made.downloads += 1
    result = made.result
    answer = _ranged(call, FileBody(result.base, result.base_size, result.tail), result.sha256)
    entry = {
        "render": made.rid,
        "endpoint": call.endpoint,
        "sha256": result.sha256,
        "status": answer.status,
        "bytes": answer.body.size,
        "range": call.request.headers.get("Range", ""),
    }
    call.world.downloads.append(entry)
    return answer


def _denied(status: int) -> Response:
    error = f"<Code>AccessDenied</Code><Message>{DENIED[status]}</Message>"
    xml = f'<?xml version="1.0" encoding="UTF-8"?><Error>{error}</Error>'
    return Response(BytesBody(xml.encode()), status, "application/xml")


def _ranged(call: IncomingCall, body: Body, digest: str) -> Response:
    etag = f'"{digest[:32]}"'
    headers = {"ETag": etag, "Accept-Ranges": "bytes"}
    match = _RANGE.fullmatch(call.request.headers.get("Range", ""))
    if match is None or call.request.headers.get("If-Range", etag) != etag:
        return Response(body, 200, "video/mp4", headers)
    start, end = _bounds(match["first"], match["last"], body.size)
    if start > end:
        headers["Content-Range"] = f"bytes */{body.size}"
        return Response(BytesBody(b""), 416, "video/mp4", headers)
    headers["Content-Range"] = f"bytes {start}-{end}/{body.size}"
    return Response(BodyRange(body, start, end - start + 1), 206, "video/mp4", headers)


def _bounds(first: str, last: str, size: int) -> tuple[int, int]:
    if not first:  # the last N bytes
        return max(0, size - int(last)), size - 1
    return int(first), min(int(last or size - 1), size - 1)
