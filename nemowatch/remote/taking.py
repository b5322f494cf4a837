"""What one answer to the request for a result becomes (docs/api.md section 9): a part file that is
whole, another address, or an error. Owns the rules by which bytes may become a part file.

Large downloads fail in two ways: they are cut, and they are cut silently. So sizes are always
compared, and a resumed download counts only when the server proves that it continues with the same
bytes. All of it blocks, in the thread of its exchange. It must not know which addresses there are.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field

from nemowatch.clock import Clock
from nemowatch.errors import RemotePassing, ResultExpired
from nemowatch.model import Downloaded
from nemowatch.remote import answers, envelope, result_head
from nemowatch.remote.addresses import joined
from nemowatch.remote.block_writer import BLOCK, BlockWriter
from nemowatch.remote.body import AnswerBody
from nemowatch.remote.boxes import FileEnd
from nemowatch.remote.http import MAX_BODY, Exchange
from nemowatch.remote.interface import Progress
from nemowatch.remote.message import Reply
from nemowatch.remote.part_file import PartFile
from nemowatch.remote.rate_limiter import RateLimiter

_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Next:
    """The answer was not the file but another address for it."""

    url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Taking:
    """Takes one answer."""

    exchange: Exchange
    url: str = field(repr=False)
    file: PartFile
    said: int  #: bytes as the render said, 0 when it did not
    progress: Progress
    limiter: RateLimiter
    clock: Clock
    by_the_api: bool  #: asked with the token: an error or an envelope may come instead

    def outcome(self, body: AnswerBody) -> Downloaded | Next:
        """The file, or where it is. Raises ResultExpired, RemotePassing, LocalError, and what an
        answer of the API means."""
        if self.exchange.status in _REDIRECTS:
            return Next(joined(self.url, self.exchange.headers.get("location", "")))
        if self.by_the_api:
            other = self._refused(body)
            if other is not None:
                return other
        return self._take(body)

    def _refused(self, body: AnswerBody) -> Next | None:
        """What the API answers instead of the file: an error, or an address in an envelope."""
        exchange = self.exchange
        plain = exchange.status in (200, 206) and not result_head.is_text(exchange)
        if plain or exchange.status in (404, 410, 416):
            return None
        reply = Reply(exchange.status, exchange.headers, body.whole(MAX_BODY, exchange.status))
        found = answers.result_url(envelope.answer(reply, self.clock.now_ms()))
        if not found:
            return None
        return Next(found)

    def _take(self, body: AnswerBody) -> Downloaded | Next:
        exchange, file = self.exchange, self.file
        if result_head.does_not_go_on(exchange, file.size):
            if not file.size:
                raise RemotePassing(
                    "The server sends a part of the result that was not asked for.", status=206
                )
            file.restart("")
            return Next(self.url)

        result_head.check_status(exchange, self.clock.now_ms())
        if exchange.status == 200:
            file.restart(result_head.validator(exchange.headers))
        total = result_head.total_size(exchange, file.size, self.said)
        self._receive(body, total)
        return self._finished(total)

    def _receive(self, body: AnswerBody, total: int) -> None:
        """Take all that comes, also what comes before a cut."""

        def write(block: memoryview) -> None:
            self.file.append(block)
            self.progress(self.file.size, total)

        left = (total or answers.LARGEST_RESULT) - self.file.size
        room = min(BLOCK, left + 1)  # one more byte shows that it is too large
        with contextlib.closing(BlockWriter(write, room)) as writer:
            goes_on = True
            while goes_on:
                goes_on, left = self._block(body, writer, left)

    def _block(self, body: AnswerBody, writer: BlockWriter, left: int) -> tuple[bool, int]:
        """One block, of what may still come `left` bytes; returns whether more follows, and what is
        left then."""
        room = writer.room()
        count = 0
        try:
            while count < len(room):
                piece = self.limiter.piece(len(room) - count)
                came = body.fill(room[count : count + piece])
                if not came:
                    return False, left - count
                count += came
                self.limiter.wait(came)
        finally:
            self._hand_over(room[:count], writer, left)
        return True, left - count

    def _hand_over(self, block: memoryview, writer: BlockWriter, left: int) -> None:
        if len(block) > left:
            writer.finish()
            self.file.restart("")
            raise RemotePassing("The result is larger than was said.")
        self.file.digest(block)
        writer.write(block)

    def _finished(self, total: int) -> Downloaded:
        file, said = self.file, self.said
        if file.size < max(total, 1):  # an empty one never is a result
            raise RemotePassing(
                f"The result came incomplete ({file.size} of {total or 'some'} bytes)."
            )
        came = file.size
        if came != said and _lacks_its_end(file):
            file.restart("")
            raise RemotePassing(
                f"The result came without its end ({came} bytes): fetching it once more."
            )
        is_text = file.looks_like_text()
        # another size than was said is believed once the very same video has come twice
        if said not in (0, came) and (is_text or not file.remember_and_compare()):
            file.restart("")
            raise RemotePassing(
                f"The result has {came} bytes, but {said} were announced: fetching it once more."
            )
        if is_text:
            file.restart("")
            raise ResultExpired("The result's address gives text instead of a video.")
        return file.finish()


def _lacks_its_end(file: PartFile) -> bool:
    """Whether the video has no end. A server that cuts a file may also announce the wrong length,
    so half a video is never accepted. One without its index may just be unusual: when the very
    same bytes come twice, they are all there is."""
    end = file.end()
    return end is FileEnd.CUT or (end is FileEnd.NO_INDEX and not file.remember_and_compare())
