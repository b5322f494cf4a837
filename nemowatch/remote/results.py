"""Which way a result is fetched (docs/api.md section 9): first by its own address, without the
token, then by the API's, with it. Owns the choice between them, and which of two failures counts.
"""

from __future__ import annotations

from dataclasses import dataclass

from nemowatch.errors import (
    NoCredits,
    PlanRefused,
    RemoteError,
    RemotePassing,
    ResultExpired,
    TokenRefused,
    UnsafeUrl,
)
from nemowatch.model import Downloaded
from nemowatch.remote.caller import Caller
from nemowatch.remote.transfer import ResultTransfer, Want

#: The address does not give the file: the other way is worth trying.
_UNREACHABLE = (ResultExpired, UnsafeUrl, RemotePassing)
#: Refusals that concern the account: they count for more than what the address said.
_ABOUT_THE_ACCOUNT = (TokenRefused, NoCredits, PlanRefused)


@dataclass(frozen=True, slots=True)
class ResultFetcher:
    """Fetches results, one way or the other."""

    caller: Caller
    transfer: ResultTransfer

    async def fetch(self, skill: str, url: str, path: str, want: Want) -> Downloaded:
        """The result at `url` ("" when no address is known), or else at `path` of the API.

        Raises what `ResultTransfer.fetch` and a call raise. When both ways fail, the first failure
        counts, unless the second may pass by itself or concerns the account.
        """
        first: RemoteError = ResultExpired()
        if url:
            try:
                return await self.transfer.fetch(url, want, {})
            except _UNREACHABLE as exc:
                first = exc
        return await self._by_the_api(skill, path, want, first)

    async def _by_the_api(
        self,
        skill: str,
        path: str,
        want: Want,
        first: RemoteError,
    ) -> Downloaded:
        url = self.caller.base + path

        async def once(token: str) -> Downloaded:
            return await self.transfer.fetch(url, want, self.caller.headers(skill, token))

        try:
            return await self.caller.with_token(once)
        except _ABOUT_THE_ACCOUNT:
            raise
        except RemotePassing:
            if isinstance(first, RemotePassing):
                raise first from None
            raise
        except RemoteError:
            raise first from None
