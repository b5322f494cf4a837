"""Files by GET: uploaded ones and results, as a content network serves them, and the
authenticated fallback of docs/api.md section 9. Range, If-Range and ETag as RFC 9110 has them; one
range at a time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nemowatch.sandbox import reply
from nemowatch.sandbox.door import Call
from nemowatch.sandbox.reply import Answer, Body, Part, Plain
from nemowatch.sandbox.world import Render

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


@dataclass(frozen=True, slots=True)
class FileBody:
    """A file on disk with some bytes behind it."""

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


async def upload(call: Call) -> Answer:
    """An uploaded file, at its `cdn_url`."""
    blob = call.world.blobs.get(call.request.match_info["digest"])
    if blob is None:
        return _denied(404)
    return _ranged(call, FileBody(blob.path, blob.size), blob.sha256)


async def result(call: Call) -> Answer:
    """A result, at the URL that a poll gave; 403 when that has expired."""
    number, query = call.request.match_info["number"], call.request.query
    made = next((r for r in call.world.renders.values() if str(r.number) == number), None)
    serial = int(query["serial"]) if query.get("serial", "").isdigit() else 0
    if made is None or serial not in made.urls or query.get("signature") != f"s{number}x{serial}":
        call.violation("a result URL that no poll gave", call.request.path_qs)
        return _denied(404)
    given, life = made.urls[serial], call.world.settings.url_seconds
    if call.kind == "expired" or given < 0 or (life and call.world.now() - given > life):
        return _denied(403)
    return _serve(call, made)


async def fallback(call: Call) -> Answer:
    """A result by its render's id, with all headers."""
    made = call.world.renders.get(call.request.match_info["rid"])
    if made is None or made.session.account is not call.account:
        return _denied(404)
    if made.status(call.world.now()) != "completed":
        call.violation("a download before the render is complete", made.rid)
        return reply.as_json({"success": False, "error": "The render is not complete"}, 409)
    return _serve(call, made)


def _serve(call: Call, made: Render) -> Answer:
    made.downloads += 1
    answer = _ranged(
        call,
        FileBody(made.result.base, made.result.base_size, made.result.tail),
        made.result.sha256,
    )
    entry: dict[str, Any] = {
        "render": made.rid,
        "endpoint": call.endpoint,
        "sha256": made.result.sha256,
    }
    entry |= {
        "status": answer.status,
        "bytes": answer.body.size,
        "range": call.request.headers.get("Range", ""),
    }
    call.world.downloads.append(entry)
    return answer


def _denied(status: int) -> Answer:
    text = "Request has expired" if status == 403 else "The specified key does not exist."
    xml = (
        '<?xml version="1.0"'
        f' encoding="UTF-8"?><Error><Code>AccessDenied</Code><Message>{text}</Message></Error>'
    )
    return Answer(Plain(xml.encode()), status, "application/xml")


def _ranged(call: Call, body: Body, digest: str) -> Answer:
    etag, asked = f'"{digest[:32]}"', call.request.headers
    headers = {"ETag": etag, "Accept-Ranges": "bytes"}
    match = _RANGE.fullmatch(asked.get("Range", ""))
    if match is None or not any(match.groups()) or asked.get("If-Range", etag) != etag:
        return Answer(body, 200, "video/mp4", headers)
    start, end = _bounds(match[1], match[2], body.size)
    if start > end:
        return Answer(
            Plain(b""), 416, "video/mp4", headers | {"Content-Range": f"bytes */{body.size}"}
        )
    headers["Content-Range"] = f"bytes {start}-{end}/{body.size}"
    return Answer(Part(body, start, end - start + 1), 206, "video/mp4", headers)


def _bounds(first: str, last: str, size: int) -> tuple[int, int]:
    if not first:  # the last N bytes
        return max(0, size - int(last)), size - 1
    return int(first), min(int(last or size - 1), size - 1)
